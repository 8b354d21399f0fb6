// SPDX-License-Identifier: Apache-2.0
import CLibcrypto

/// The flow identifier other monitors compute too: Community ID version 1, seed 0
/// (github.com/corelight/community-id-spec).
///
///     0      2         6 or 18      10 or 34  11 or 35  12 or 36
///     +------+---------+------------+---------+---------+-------------+-------------+
///     | seed | address | address    | proto   | 0       | port        | port        |  SHA-1, base64
///     +------+---------+------------+---------+---------+-------------+-------------+
///
/// The smaller end (address, then port) comes first. For ICMP the message type and the type that answers it take the
/// place of ports; a message that has no answer keeps its direction, with its code as the second port.
enum CommunityID {
  /// Nil for what the specification does not cover. ICMP findings carry type and code in the place of the ports.
  static func text(
    _ ipProtocol: UInt8, source: IPAddress, sourcePort: UInt16, destination: IPAddress, destinationPort: UInt16
  ) -> String? {
    guard source != .none, destination != .none, source.isV4 == destination.isV4 else { return nil }
    var ports = (sourcePort, destinationPort)
    var isOneWay = false
    switch ipProtocol {
    case 6, 17, 132: break
    case 1, 58:
      let answers = ipProtocol == 1 ? icmpAnswers : icmpv6Answers
      if let answer = answers.first(where: { $0.0 == sourcePort })?.1
        ?? answers.first(where: { $0.1 == sourcePort })?.0
      {
        ports.1 = answer
      } else {
        isOneWay = true
      }
    default: return nil
    }
    let isOrdered = isOneWay || source < destination || (source == destination && ports.0 <= ports.1)
    var message: [UInt8] = [0, 0]
    append(isOrdered ? source : destination, &message)
    append(isOrdered ? destination : source, &message)
    message += [ipProtocol, 0]
    for port in isOrdered ? [ports.0, ports.1] : [ports.1, ports.0] {
      message += [UInt8(port >> 8), UInt8(port & 255)]
    }
    guard let digest = Digest.sha1(message) else { return nil }
    return "1:" + base64(digest)
  }

  /// Question and answer, RFC 792 and RFC 1256.
  private static let icmpAnswers: [(UInt16, UInt16)] = [(8, 0), (13, 14), (15, 16), (10, 9), (17, 18)]
  /// RFC 4443, RFC 2710, RFC 4861, RFC 4620, RFC 6275.
  private static let icmpv6Answers: [(UInt16, UInt16)] = [
    (128, 129), (130, 131), (133, 134), (135, 136), (139, 140), (144, 145),
  ]

  private static func append(_ address: IPAddress, _ message: inout [UInt8]) {
    for shift in stride(from: address.isV4 ? 24 : 120, through: 0, by: -8) {
      message.append(UInt8(truncatingIfNeeded: address.bits >> UInt128(shift)))
    }
  }

  /// RFC 4648, 4.
  static func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var word: UInt32 = 0
      for (index, byte) in group.enumerated() { word |= UInt32(byte) << UInt32(16 - 8 * index) }
      for index in 0..<4 {
        text.append(
          index <= group.count ? alphabet[Int(word >> UInt32(18 - 6 * index) & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// Digests by OpenSSL.
enum Digest {
  static func sha1(_ bytes: [UInt8]) -> [UInt8]? { unsafe compute(bytes, EVP_sha1(), length: 20) }
  static func sha256(_ bytes: [UInt8]) -> [UInt8]? { unsafe compute(bytes, EVP_sha256(), length: 32) }

  /// `unsafe` is sound here: OpenSSL reads `count` bytes of a buffer that long, and writes at most the digest's length
  /// into one that long.
  private static func compute(_ bytes: [UInt8], _ algorithm: OpaquePointer?, length: Int) -> [UInt8]? {
    var digest = [UInt8](repeating: 0, count: length)
    var written: UInt32 = 0
    let status = unsafe bytes.withUnsafeBytes { input in
      unsafe digest.withUnsafeMutableBufferPointer { output in
        unsafe EVP_Digest(input.baseAddress, input.count, output.baseAddress, &written, algorithm, nil)
      }
    }
    return status == 1 && Int(written) == length ? digest : nil
  }
}
