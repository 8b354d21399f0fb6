// SPDX-License-Identifier: Apache-2.0

extension Application {
  /// The protocol of the first bytes of a stream's direction, by what they are and not by their port. Nil if they are
  /// none of these, or too few.
  ///
  /// - Parameter serverPort: Tells lines, whose protocols have the same greetings, apart, and makes weak content
  ///   enough. 0 if it is not known.
  package static func recognise(_ bytes: RawSpan, isFromClient: Bool, serverPort: UInt16) -> Application? {
    guard bytes.byteCount >= 4 else { return nil }
    if HTTPHead.isStart(bytes, isFromClient: isFromClient) == true || isHTTPBeginning(bytes, isFromClient) {
      return .http
    }
    if isTLS(bytes) { return .tls }
    if bytes.has("SSH-") { return .ssh }
    if SMBConversation.isStart(bytes) || (serverPort == 139 && 0x81...0x83 ~= bytes.u8(0) && bytes.u24(1) < 256) {
      return .smb
    }
    if let header = DCEHeader(bytes), header.callID < 1 << 24 || serverPort == 135, header.bytes.u16(6) == 0 {
      return .dcerpc
    }
    if serverPort == 53 || serverPort == 5_353 {
      let length = Int(bytes.u16(0))
      if length >= 12, DNSMessage.isPlausible(bytes.slice(2, length)) { return .dns }
    }
    return recogniseLines(bytes, isFromClient, serverPort)
  }

  /// The protocol of a datagram. Ports are those of both ends: either may be the server's.
  package static func recognise(datagram bytes: RawSpan, _ port: UInt16, _ other: UInt16) -> Application? {
    for port in [port, other] {
      switch port {
      case 53, 5_353, 5_355: if DNSMessage.isPlausible(bytes) { return .dns }
      case 161, 162: if SNMPConversation.isPlausible(bytes) { return .snmp }
      default: break
      }
    }
    return nil
  }

  /// A request whose line is not complete: a method that everyone knows, and a target.
  private static func isHTTPBeginning(_ bytes: RawSpan, _ isFromClient: Bool) -> Bool {
    guard isFromClient, HTTPHead.isStart(bytes, isFromClient: true) == nil else { return false }
    let methods: [StaticString] = ["GET ", "POST ", "HEAD ", "PUT ", "OPTIONS ", "DELETE ", "PATCH ", "CONNECT "]
    return methods.contains { bytes.has($0) }
  }

  /// A record of handshake or alert that begins with what it must; others only with several more signs.
  private static func isTLS(_ bytes: RawSpan) -> Bool {
    guard bytes.byteCount >= 6, bytes.u8(1) == 3, bytes.u8(2) <= 4, TLSConversation.isLength(bytes.u16(3)) else {
      return false
    }
    switch bytes.u8(0) {
    case 22: return [0, 1, 2, 4, 8, 11, 12, 13, 14, 16, 20].contains(bytes.u8(5)) || bytes.u16(3) >= 40
    case 21: return bytes.u16(3) == 2 || bytes.u16(3) >= 18
    case 20: return bytes.u16(3) == 1 && bytes.u8(5) == 1
    case 23: return bytes.u16(3) >= 17 && bytes.u8(2) >= 1
    default: return false
    }
  }

  private static func recogniseLines(_ bytes: RawSpan, _ isFromClient: Bool, _ port: UInt16) -> Application? {
    let isReply =
      !isFromClient && bytes.u8(0).isDigit && bytes.u8(1).isDigit && bytes.u8(2).isDigit
      && (bytes.u8(3) == 0x20 || bytes.u8(3) == 0x2D)
    switch port {
    case 21: if isReply || isFromClient && isCommand(bytes) { return .ftp }
    case 25, 587, 2_525: if isReply || isFromClient && isCommand(bytes) { return .smtp }
    default: break
    }
    if isFromClient {
      if bytes.has("EHLO ", isCaseless: true) || bytes.has("HELO ", isCaseless: true) { return .smtp }
      return nil
    }
    guard isReply, bytes.has("220") else { return nil }
    let line = bytes.slice(0, bytes.place(of: 0x0A) ?? bytes.byteCount)
    for place in 3..<line.byteCount {
      if line.has("SMTP", at: place, isCaseless: true) { return .smtp }
      if line.has("FTP", at: place, isCaseless: true) { return .ftp }
    }
    return nil
  }

  /// A word of three to eight letters, then a blank or the end of the line.
  private static func isCommand(_ bytes: RawSpan) -> Bool {
    var letters = 0
    while letters < 9, bytes.u8(letters).isLetter { letters += 1 }
    return 3...8 ~= letters && [0x20, 0x0D, 0x0A].contains(bytes.u8(letters))
  }
}
