// SPDX-License-Identifier: Apache-2.0

/// Routable GOOSE: the same messages in UDP (IEC TR 61850-90-5:2012, 7 and 8; IEC 61850-8-1:2020), with a session
/// header and a header for each part of the payload (`GOOSESessionHeader`, `GOOSEPayloadHeader`).
enum RoutableGOOSE: Dissector {
  static var name: StaticString { "goose" }
  static var selectors: [Selector] { [.udp(102), .anyUDP] }
  static var about: About { About("IEC 61850 routable GOOSE", .full, "IEC TR 61850-90-5, IEC 61850-8-1") }
  static var longestMessage: Int { 65_507 }

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard let session = GOOSESessionHeader(bytes), session.isGOOSE else { return .no }
    if expected { return .yes(.toServer) }
    // On other ports, the payload must also be present and contain GOOSE.
    guard session.hasPayload, session.payloadLength <= UInt32(bytes.byteCount - session.payloadOffset),
      let part = GOOSEPayloadHeader(bytes, at: session.payloadOffset, end: bytes.byteCount),
      part.type == GOOSEPayloadHeader.goose
    else { return .no }
    return .yes(.toServer)
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard let session = GOOSESessionHeader(bytes) else { return refuse(bytes, framing: 0, &exchange) }
    guard session.isGOOSE else { return refuse(bytes, framing: session.framing, &exchange) }
    guard session.hasPayload else {
      // Not left to the reader, since this fault names the field.
      if exchange.isCut { return .incomplete(session.payloadOffset + GOOSEPayloadHeader.size) }
      exchange.fault = Fault(
        .length, "Session length", seen: UInt64(session.length), least: 0, most: UInt64(max(0, bytes.byteCount - 14)))
      return .refused(bytes.byteCount)
    }
    let end = session.payloadEnd
    var start = session.payloadOffset
    while let part = GOOSEPayloadHeader(bytes, at: start, end: end), part.type == GOOSEPayloadHeader.goose {
      let isShort = part.dataEnd > end
      let message = bytes.extracting(first: min(end, part.dataEnd))
      guard let pdu = BERValue(message, at: part.dataOffset, end: message.byteCount, isCut: isShort),
        pdu.tag == GOOSE.pduTag
      else { break }
      let envelope = GOOSEEnvelope(
        applicationID: part.applicationID, length: part.length, isSimulated: part.isSimulated, isShort: isShort)
      GOOSE.addReport(message, pdu, envelope, &exchange)
      start = part.dataEnd
    }
    // A truncated capture may contain no more of the part than its header.
    if exchange.operations.isEmpty, !exchange.isCut {
      exchange.fault = Fault(
        .value, "Payload type", seen: UInt64(bytes.u8(session.payloadOffset)),
        expected: UInt64(GOOSEPayloadHeader.goose))
      return .refused(bytes.byteCount)
    }
    return .message(bytes.byteCount)
  }

  private static func refuse(_ bytes: RawSpan, framing: UInt32, _ exchange: inout Exchange) -> Step {
    if exchange.isCut { return .incomplete(GOOSESessionHeader.size) }
    exchange.fault = Fault(.framing, "Session", seen: UInt64(framing), expected: 0x0140A1)
    return .refused(max(1, bytes.byteCount))
  }
}
