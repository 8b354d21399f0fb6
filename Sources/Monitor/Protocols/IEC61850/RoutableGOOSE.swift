// SPDX-License-Identifier: Apache-2.0

/// Routable GOOSE: the same messages in UDP (IEC TR 61850-90-5:2012, 7 and 8; IEC 61850-8-1:2020). Behind the session's header stand the length of the
/// payload, and for each part its type, whether it is simulated, APPID, length, and the message.
///
///     0    1    2      3        4                       +0              +4   +5           +6      +8       +10
///     +----+----+------+--------+---------------- ... -+---------------+----+------------+-------+--------+--------- ... -+
///     | 01 | 40 | type | length | session              | payload length| 81 | simulation | APPID | length | goosePdu       |
///     +----+----+------+--------+---------------- ... -+---------------+----+------------+-------+--------+--------- ... -+
enum RoutableGOOSE: Dissector {
  static var name: StaticString { "goose" }
  static var selectors: [Selector] { [.udp(102), .anyUDP] }
  static var about: About { About("IEC 61850 routable GOOSE", .full, "IEC TR 61850-90-5, IEC 61850-8-1") }
  static var longestMessage: Int { 65_507 }
  private static let headerSize = 4
  /// Session type of GOOSE; payload type of GOOSE.
  private static let session: UInt8 = 0xA1
  private static let payload: UInt8 = 0x81

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard bytes.byteCount >= headerSize, bytes.u16(0) == 0x0140, bytes.u8(2) == session else { return .no }
    if expected { return .yes(.toServer) }
    // Elsewhere the payload behind the session's header must be there, too, and be of GOOSE.
    let first = headerSize + Int(bytes.u8(3))
    guard first + 10 <= bytes.byteCount, bytes.u32(first) <= UInt32(bytes.byteCount - first - 4),
      bytes.u8(first + 4) == payload
    else { return .no }
    return .yes(.toServer)
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard bytes.byteCount >= headerSize, bytes.u16(0) == 0x0140, bytes.u8(2) == session else {
      if exchange.isCut { return .message(bytes.byteCount) }
      exchange.fault = Fault(
        .framing, "Session", seen: bytes.byteCount >= headerSize ? UInt64(bytes.u24(0)) : 0, expected: 0x0140A1)
      return .refused(max(1, bytes.byteCount))
    }
    let first = headerSize + Int(bytes.u8(3))
    guard first + 10 <= bytes.byteCount else {
      if exchange.isCut { return .message(bytes.byteCount) }
      exchange.fault = Fault(
        .length, "Session length", seen: UInt64(bytes.u8(3)), least: 0, most: UInt64(max(0, bytes.byteCount - 14)))
      return .refused(bytes.byteCount)
    }
    let end = min(bytes.byteCount, first + 4 + Int(bytes.u32(first)))
    var part = first + 4
    while part + 6 <= end, bytes.u8(part) == payload {
      let length = Int(bytes.u16(part + 4))
      let next = part + 6 + length
      let message = bytes.extracting(first: min(end, next))
      guard
        let pdu = BERValue(message, at: part + 6, end: message.byteCount, isCut: next > message.byteCount),
        pdu.tag == 0x61
      else { break }
      GOOSE.report(
        message, pdu, head: part + 2, isSimulated: bytes.u8(part + 1) != 0, isShort: next > message.byteCount, &exchange
      )
      part = next
    }
    if exchange.operations.isEmpty, !exchange.isCut {
      exchange.fault = Fault(
        .value, "Payload type", seen: UInt64(bytes.u8(first + 4)), expected: UInt64(payload))
      return .refused(bytes.byteCount)
    }
    return .message(bytes.byteCount)
  }
}
