// SPDX-License-Identifier: Apache-2.0

/// Implicit messages of CIP connections of transport class 0 and 1, in UDP: ODVA, The CIP Networks Library, volume 2, 3-4. Two items of the Common Packet
/// Format, little-endian:
///
///     0   2        4   6            10         14       16       18
///     +---+--------+---+------------+----------+--------+--------+------ ... -+
///     | 2 | 0x8002 | 8 | connection | sequence | 0x00B1 | length | data       |
///     +---+--------+---+------------+----------+--------+--------+------ ... -+
///
/// In class 1 the data begin with a sequence count of their own.
enum CIPIO: Dissector {
  static var name: StaticString { "cip-io" }
  static var selectors: [Selector] { [.udp(2222), .anyUDP] }
  static var about: About {
    About("CIP implicit messages (class 0, 1)", .messages, "ODVA CIP Networks Library, volume 2")
  }
  static var longestMessage: Int { 1500 }

  private static let headerSize = 18

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard bytes.byteCount >= headerSize, bytes.u16LE(0) == 2, bytes.u16LE(2) == EtherNetIP.Item.sequencedAddress,
      bytes.u16LE(4) == 8, bytes.u16LE(14) == EtherNetIP.Item.connectedData,
      expected || headerSize + Int(bytes.u16LE(16)) == bytes.byteCount
    else { return .no }
    return .yes(nil)
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard bytes.byteCount >= headerSize else {
      if exchange.isCut { return .message(bytes.byteCount) }
      exchange.fault = Fault(.truncated, "Items", seen: UInt64(bytes.byteCount), least: 18, most: 1500)
      return .refused(max(1, bytes.byteCount))
    }
    guard bytes.u16LE(0) == 2, bytes.u16LE(2) == EtherNetIP.Item.sequencedAddress, bytes.u16LE(4) == 8,
      bytes.u16LE(14) == EtherNetIP.Item.connectedData
    else {
      exchange.fault = Fault(.framing, "Items", seen: UInt64(bytes.u32LE(0)), expected: 0x8002_0002)
      return .refused(bytes.byteCount)
    }
    var operation = Operation(exchange.dissector, .report, .report, code: 1, name: "Connected data")
    operation.cyclic = .yes
    operation.unit = Int64(bytes.u32LE(6))
    operation.facets[.connection] = bytes.u32LE(6)
    operation.facets[.sequenceNumber] = bytes.u32LE(10)
    let length = Int(bytes.u16LE(16))
    operation.facets[.length] = UInt32(length)
    if headerSize + length != bytes.byteCount, !exchange.isCut {
      operation.note(
        Fault(.length, "Item length", seen: UInt64(length), expected: UInt64(bytes.byteCount - headerSize)))
    }
    // Behind the sequence count, which moves with each change by itself.
    operation.digest = bytes.digest(from: headerSize + 2, to: bytes.byteCount)
    exchange.operations.append(operation)
    return .message(bytes.byteCount)
  }
}
