// SPDX-License-Identifier: Apache-2.0

/// Header of the Discovery and Basic Configuration Protocol (IEC 61158-6-10, 4.3.1.3).
///
///     0         2            3              4      8                10            12
///     +---------+------------+--------------+------+----------------+-------------+------- ... -+
///     | FrameID | service id | service type | xid  | response delay | data length | blocks      |
///     +---------+------------+--------------+------+----------------+-------------+------- ... -+
///
/// In responses, padding replaces the response delay. The data length counts the blocks.
struct ProfinetDCPHeader: ~Escapable {
  static let size = 12
  private let bytes: RawSpan

  /// `frame` starts with its FrameID. Nil if there are fewer bytes than a header.
  @inline(__always) @_lifetime(copy frame)
  init?(_ frame: RawSpan) {
    guard frame.byteCount >= ProfinetDCPHeader.size else { return nil }
    bytes = frame
  }

  /// The service type of a frame that may be shorter than a header.
  static func serviceType(_ frame: RawSpan) -> ProfinetDCPServiceType? {
    frame.byteCount > 3 ? ProfinetDCPServiceType(rawValue: frame.u8(3)) : nil
  }

  var serviceID: ProfinetDCPService { ProfinetDCPService(rawValue: bytes.u8(2)) }
  var serviceType: ProfinetDCPServiceType { ProfinetDCPServiceType(rawValue: bytes.u8(3)) }
  var xid: UInt32 { bytes.u32(4) }
  /// For Identify, in units of 10 ms.
  var responseDelay: UInt16 { bytes.u16(8) }
  var dataLength: UInt16 { bytes.u16(10) }
  /// Where the blocks end according to the data length.
  var statedEnd: Int { ProfinetDCPHeader.size + Int(dataLength) }
  /// The blocks present, without padding.
  var blocks: ProfinetDCPBlocks {
    @_lifetime(copy self) get { ProfinetDCPBlocks(bytes.extracting(first: statedEnd), at: ProfinetDCPHeader.size) }
  }
  /// What a Get requests: only options and suboptions.
  var requestedKinds: RawSpan {
    @_lifetime(copy self) get { bytes.slice(ProfinetDCPHeader.size, Int(dataLength)) }
  }
}

/// A block (IEC 61158-6-10, 4.3.1.4).
///
///     0        1           2        4
///     +--------+-----------+--------+----------------------------------- ... -+
///     | option | suboption | length | qualifier or info (2 bytes), value      |
///     +--------+-----------+--------+----------------------------------- ... -+
///
/// Before the value, Set has a qualifier, responses and Hello have a block info; filters of Identify have neither.
struct ProfinetDCPBlock: ~Escapable {
  static let headerSize = 4
  static let qualifierSize = 2
  private let bytes: RawSpan
  /// Where the block begins in its frame.
  let offset: Int

  /// Nil if there are fewer bytes than the header and its length.
  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan, at offset: Int) {
    guard bytes.byteCount >= ProfinetDCPBlock.headerSize else { return nil }
    let end = ProfinetDCPBlock.headerSize + Int(bytes.u16(2))
    guard bytes.byteCount >= end else { return nil }
    self.bytes = bytes.extracting(first: end)
    self.offset = offset
  }

  var kind: ProfinetDCPKind { ProfinetDCPKind(rawValue: bytes.u16(0)) }
  var length: UInt16 { bytes.u16(2) }
  var contents: RawSpan {
    @_lifetime(copy self) get { bytes.from(ProfinetDCPBlock.headerSize) }
  }
  /// Nil if the block is too short to have one.
  var qualifier: UInt16? { length >= 2 ? contents.u16(0) : nil }
  /// The value after the qualifier.
  var value: RawSpan {
    @_lifetime(copy self) get { contents.from(ProfinetDCPBlock.qualifierSize) }
  }
  /// Where the value lies in the frame.
  var valueRange: Range<Int> {
    let start = offset + ProfinetDCPBlock.headerSize + ProfinetDCPBlock.qualifierSize
    return start..<max(start, offset + bytes.byteCount)
  }
}

/// The blocks of a frame; a block of odd length is followed by a padding byte. Each step consumes at least a header, so
/// the walk ends.
struct ProfinetDCPBlocks: ~Escapable {
  private let bytes: RawSpan
  private var offset: Int

  /// From `offset` to the end of the bytes.
  @inline(__always) @_lifetime(copy bytes)
  init(_ bytes: RawSpan, at offset: Int) {
    self.bytes = bytes
    self.offset = offset
  }

  /// Nil at the end, and at a block that extends beyond it.
  @_lifetime(copy self)
  mutating func next() -> ProfinetDCPBlock? {
    guard let block = ProfinetDCPBlock(bytes.from(offset), at: offset) else { return nil }
    offset += ProfinetDCPBlock.headerSize + Int(block.length) + Int(block.length & 1)
    return block
  }

  /// The length of the block that ended the walk, and the room left for it; nil if the walk reached the end.
  var overlong: (length: UInt16, room: Int)? {
    let rest = bytes.from(offset)
    guard rest.byteCount >= ProfinetDCPBlock.headerSize else { return nil }
    let room = rest.byteCount - ProfinetDCPBlock.headerSize
    let length = rest.u16(2)
    return Int(length) > room ? (length, room) : nil
  }
}

/// Address, mask and gateway, at the start of blocks of option IP:
///
///     0         4             8         12
///     +---------+-------------+---------+
///     | address | subnet mask | gateway |
///     +---------+-------------+---------+
struct ProfinetIPSuite: ~Escapable {
  static let size = 12
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy value)
  init?(_ value: RawSpan) {
    guard value.byteCount >= ProfinetIPSuite.size else { return nil }
    bytes = value
  }

  var address: UInt32 { bytes.u32(0) }
  var subnetMask: UInt32 { bytes.u32(4) }
  var gateway: UInt32 { bytes.u32(8) }
}

/// The block that reports the result of one block of a Set:
///
///     0                    2             3
///     +--------------------+-------------+
///     | option, suboption  | block error |
///     +--------------------+-------------+
struct ProfinetDCPResponse: ~Escapable {
  static let size = 3
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy contents)
  init?(_ contents: RawSpan) {
    guard contents.byteCount >= ProfinetDCPResponse.size else { return nil }
    bytes = contents
  }

  var kind: ProfinetDCPKind { ProfinetDCPKind(rawValue: bytes.u16(0)) }
  var error: ProfinetDCPError { ProfinetDCPError(rawValue: bytes.u8(2)) }
}

/// The device ID:
///
///     0           2           4
///     +-----------+-----------+
///     | vendor id | device id |
///     +-----------+-----------+
struct ProfinetDeviceID: ~Escapable {
  static let size = 4
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy value)
  init?(_ value: RawSpan) {
    guard value.byteCount >= ProfinetDeviceID.size else { return nil }
    bytes = value
  }

  var vendorID: UInt16 { bytes.u16(0) }
  var deviceID: UInt16 { bytes.u16(2) }
}
