// SPDX-License-Identifier: Apache-2.0

/// Implicit messages of CIP connections of transport class 0 and 1, in UDP: ODVA, The CIP Networks Library, volume 2, 3-4. Two items of the Common Packet
/// Format, little-endian:
///
///     0   2        4   6            10         14       16       18
///     +---+--------+---+------------+----------+--------+--------+------ ... -+
///     | 2 | 0x8002 | 8 | connection | sequence | 0x00B1 | length | data       |
///     +---+--------+---+------------+----------+--------+--------+------ ... -+
///
/// In class 1 the data begin with a sequence count of their own; then what a target consumes has a 32-bit header whose lowest bit says run (1) or idle, and
/// whose others are 0 but for two more (volume 1, 3-6.1.4). What a connection leads to said the Forward Open, if it was seen.
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
    let number = bytes.u32LE(6)
    if let announced = exchange.announced(number) {
      var connection = CIPConnection(announced)
      operation.target = connection.target
      if connection.isSafety { operation.facets[.isSafety] = 1 }
      let before = connection.shape
      connection.shape = shape(bytes, length, before, isConsumed: connection.isConsumed && !connection.isSafety)
      if isNews(before, connection.shape) { operation.cyclic = .news }
      if before != connection.shape {
        // The target of the connection receives what it consumes, and sends what it produces.
        let isServer = (exchange.direction == .toServer) == connection.isConsumed
        exchange.announce(number, of: isServer ? exchange.server : exchange.client, connection.announcement)
      }
    } else {
      // What `state` keeps of each direction: a part of the connection's number, and the length of its last message. Where connections take turns, nothing
      // is compared.
      let shift: UInt64 = exchange.direction == .toServer ? 0 : 32
      let before = UInt32(truncatingIfNeeded: exchange.state >> shift)
      let now = (number ^ number >> 16) << 16 | UInt32(length)
      if before != 0, before != now, before >> 16 == now >> 16 { operation.cyclic = .news }
      exchange.state = exchange.state & ~(0xFFFF_FFFF << shift) | UInt64(now) << shift
    }
    if headerSize + length != bytes.byteCount, !exchange.isCut {
      operation.note(
        Fault(.length, "Item length", seen: UInt64(length), expected: UInt64(bytes.byteCount - headerSize)))
    }
    // Behind the sequence count, which moves with each change by itself.
    operation.digest = bytes.digest(from: headerSize + 2, to: bytes.byteCount)
    exchange.operations.append(operation)
    return .message(bytes.byteCount)
  }

  // What is kept of a connection's last message: bit 0, that there was one; 1, that a run/idle header may stand in it; 2, run; 3, that none can, since
  // another word stood there once; then the length.
  private static let hasHeader: UInt32 = 2
  private static let isRun: UInt32 = 4
  private static let hasNone: UInt32 = 8

  private static func shape(_ bytes: RawSpan, _ length: Int, _ before: UInt32, isConsumed: Bool) -> UInt32 {
    let shape = 1 | UInt32(length) << 4
    let header = headerSize + 2
    guard isConsumed, before & hasNone == 0, length >= 6, header + 4 <= bytes.byteCount else {
      return shape | before & hasNone
    }
    let word = bytes.u32LE(header)
    return shape | (word > 15 ? hasNone : hasHeader | (word & 1 != 0 ? isRun : 0))
  }

  /// Whether the length is another one, or run became idle.
  private static func isNews(_ before: UInt32, _ now: UInt32) -> Bool {
    before != 0 && (before >> 4 != now >> 4 || before & now & hasHeader != 0 && (before ^ now) & isRun != 0)
  }
}
