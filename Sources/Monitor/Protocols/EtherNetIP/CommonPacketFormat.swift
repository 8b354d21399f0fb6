// SPDX-License-Identifier: Apache-2.0

/// The start of the data of SendRRData and SendUnitData (ODVA, The CIP Networks Library, volume 2, 2-4.7, 2-4.8);
/// items follow.
///
///     +0                 +4        +6
///     +------------------+---------+---------- ... -+
///     | interface handle | timeout | items          |
///     +------------------+---------+---------- ... -+
struct SendDataHeader: ~Escapable {
  static let size = 6
  private let message: RawSpan
  private let start: Int

  @inline(__always) @_lifetime(copy message)
  init?(_ message: RawSpan, at start: Int = EncapsulationHeader.size) {
    guard start + SendDataHeader.size <= message.byteCount else { return nil }
    self.message = message
    self.start = start
  }

  /// 0 means CIP.
  var interfaceHandle: UInt32 { message.u32LE(start) }
  /// In seconds.
  var timeout: UInt16 { message.u16LE(start + 4) }
  /// Where the items begin in the message.
  static let itemsOffset = EncapsulationHeader.size + SendDataHeader.size
}

/// Items of the Common Packet Format (volume 2, 2-6): their number, then each.
///
///     +0             +2
///     +--------------+------ ... -+------ ... -+
///     | item count   | item       | item       |
///     +--------------+------ ... -+------ ... -+
///
/// `next` walks as far as the bytes go, regardless of the count. Each step consumes at least the four bytes of an item
/// header, so the walk ends.
struct CommonPacketItems: ~Escapable {
  static let size = 2
  private let message: RawSpan
  let count: UInt16
  /// Where the next item begins in the message: the end of the previous one, which may lie beyond the message.
  private(set) var offset: Int

  @inline(__always) @_lifetime(copy message)
  init?(_ message: RawSpan, at start: Int) {
    guard start + CommonPacketItems.size <= message.byteCount else { return nil }
    self.message = message
    count = message.u16LE(start)
    offset = start + CommonPacketItems.size
  }

  /// Nil when there is no further item header.
  @inline(__always) @_lifetime(copy self)
  mutating func next() -> CommonPacketItem? {
    guard let item = CommonPacketItem(message, at: offset) else { return nil }
    offset = item.end
    return item
  }
}

/// One item.
///
///     +0     +2       +4
///     +------+--------+------ ... -+
///     | type | length | data       |
///     +------+--------+------ ... -+
struct CommonPacketItem: ~Escapable {
  static let headerSize = 4
  /// The message up to the end of the item, as far as it is present.
  let message: RawSpan
  /// Where the item's data begins in the message.
  let start: Int
  /// Where the data ends, according to its length.
  let end: Int

  @inline(__always) @_lifetime(copy message)
  init?(_ message: RawSpan, at offset: Int) {
    guard offset + CommonPacketItem.headerSize <= message.byteCount else { return nil }
    start = offset + CommonPacketItem.headerSize
    end = start + Int(message.u16LE(offset + 2))
    self.message = message.extracting(first: end)
  }

  var type: CommonPacketItemType { CommonPacketItemType(rawValue: message.u16LE(start - 4)) }
  var length: UInt16 { message.u16LE(start - 2) }
  var isWhole: Bool { message.byteCount == end }
  /// Where the CIP message begins, in an item that can contain one.
  var service: Int? {
    switch type {
    case .connectedData: start + ConnectedDataHeader.size
    case .unconnectedData: start
    default: nil
    }
  }
  /// The connection that the following data belongs to.
  var connection: UInt32? {
    type == .connectedAddress && length >= 4 && start + 4 <= message.byteCount ? message.u32LE(start) : nil
  }
}

/// The type of an item (volume 2, table 2-6.3).
struct CommonPacketItemType: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt16

  static let nullAddress = CommonPacketItemType(rawValue: 0x0000)
  static let identity = CommonPacketItemType(rawValue: 0x000C)
  static let connectedAddress = CommonPacketItemType(rawValue: 0x00A1)
  static let connectedData = CommonPacketItemType(rawValue: 0x00B1)
  static let unconnectedData = CommonPacketItemType(rawValue: 0x00B2)
  static let services = CommonPacketItemType(rawValue: 0x0100)
  static let sequencedAddress = CommonPacketItemType(rawValue: 0x8002)
}
