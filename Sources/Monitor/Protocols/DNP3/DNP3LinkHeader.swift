// SPDX-License-Identifier: Apache-2.0

/// Header of a data link frame: IEEE 1815-2012, 9.2.4. Numbers are little-endian.
///
///     0       2        3         4             6        8     10
///     +-------+--------+---------+-------------+--------+-----+----------- ... -+
///     | 05 64 | length | control | destination | source | CRC | user data       |
///     +-------+--------+---------+-------------+--------+-----+----------- ... -+
///
///     control:  7     6     5     4         3       0
///               +-----+-----+-----+---------+-------+
///               | DIR | PRM | FCB | FCV/DFC | code  |
///               +-----+-----+-----+---------+-------+
///
/// `length` counts from the control byte onwards, without checksums.
struct DNP3LinkHeader: ~Escapable {
  static let size = 10
  static let start: UInt16 = 0x0564
  /// Control, destination and source.
  static let lengths: ClosedRange<UInt8> = 5...255
  /// The frame, as far as it is present.
  private let bytes: RawSpan

  /// Nil if the bytes end within the header. The fields are not checked yet: see `canBegin`, `computedChecksum` and
  /// `hasLength`.
  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= DNP3LinkHeader.size else { return nil }
    self.bytes = bytes.extracting(first: DNP3LinkHeader.frameLength(bytes.u8(2)))
  }

  /// Whether the bytes, of which there is at least one, can begin a frame.
  @inline(__always)
  static func canBegin(_ bytes: RawSpan) -> Bool {
    bytes.u8(0) == UInt8(start >> 8) && (bytes.byteCount < 2 || bytes.u8(1) == UInt8(start & 0xFF))
  }

  var start: UInt16 { bytes.u16(0) }
  var length: UInt8 { bytes.u8(2) }
  var control: DNP3LinkControl { DNP3LinkControl(rawValue: bytes.u8(3)) }
  var destination: UInt16 { bytes.u16LE(4) }
  var source: UInt16 { bytes.u16LE(6) }
  var checksum: UInt16 { bytes.u16LE(8) }

  /// Source in the upper half, destination in the lower.
  var addresses: UInt32 { bytes.u32LE(4) }
  /// The correct value of `checksum`.
  var computedChecksum: UInt16 { CRC16.dnp(bytes.extracting(first: 8)) }
  var hasLength: Bool { DNP3LinkHeader.lengths ~= length }

  /// Length of the frame in bytes, including checksums.
  var frameLength: Int { DNP3LinkHeader.frameLength(length) }
  private static func frameLength(_ length: UInt8) -> Int {
    let count = userDataLength(length)
    return size + count + (count + DNP3UserData.blockSize - 1) / DNP3UserData.blockSize * 2
  }
  /// Length of the user data in bytes, without checksums.
  var userDataLength: Int { DNP3LinkHeader.userDataLength(length) }
  private static func userDataLength(_ length: UInt8) -> Int { max(0, Int(length) - Int(lengths.lowerBound)) }

  /// Number of frame bytes present: fewer than `frameLength` if the capture truncated it.
  var capturedLength: Int { bytes.byteCount }
  /// The frame up to the end of its first block, without the checksum of that block.
  var upToFirstBlock: RawSpan {
    @_lifetime(copy self) get {
      bytes.extracting(first: DNP3LinkHeader.size + min(userDataLength, DNP3UserData.blockSize))
    }
  }
  /// The first byte of the user data; nil if the capture truncated it.
  var transport: DNP3TransportHeader? {
    bytes.byteCount > DNP3LinkHeader.size ? DNP3TransportHeader(rawValue: bytes.u8(DNP3LinkHeader.size)) : nil
  }
  var userData: DNP3UserData {
    @_lifetime(copy self) get { DNP3UserData(bytes.from(DNP3LinkHeader.size), count: userDataLength) }
  }

  /// Whether a master sends it. Its function tells, where an application fragment begins in it (4.2.2.5): a device
  /// obeys a request whatever the direction bit says.
  var isAsking: Bool {
    let first = DNP3LinkHeader.size + DNP3TransportHeader.size
    guard userDataLength >= DNP3TransportHeader.size + DNP3ApplicationHeader.minimumSize, transport?.isFirst == true,
      let header = DNP3ApplicationHeader(bytes.from(first))
    else { return control.isFromMaster }
    return !header.function.isResponse
  }

  /// The unit is the address of the outstation: of the end that is not the master. The master sets the direction bit.
  var outstation: UInt16 { control.isFromMaster ? destination : source }
  /// The broadcast addresses (9.2.5.2).
  var isBroadcast: Bool { destination >= 0xFFFD }
}

/// Control byte of a data link frame: IEEE 1815-2012, 9.2.4.1.3.
struct DNP3LinkControl: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  /// DIR.
  var isFromMaster: Bool { rawValue & 0x80 != 0 }
  /// PRM: the frame starts a transaction.
  var isPrimary: Bool { rawValue & 0x40 != 0 }
  /// FCB.
  var frameCount: Bool { rawValue & 0x20 != 0 }
  /// FCV in frames of the primary station.
  var isFrameCountValid: Bool { isPrimary && rawValue & 0x10 != 0 }
  /// DFC in frames of the secondary station.
  var isDataFlowStopped: Bool { !isPrimary && rawValue & 0x10 != 0 }
  var function: DNP3LinkFunction { DNP3LinkFunction(rawValue: rawValue & 0x4F) }
}

/// The user data of a frame: blocks of 16 bytes, the last one possibly shorter, each followed by its CRC (IEEE
/// 1815-2012, 9.2.4.3).
struct DNP3UserData: ~Escapable {
  static let blockSize = 16
  private var rest: RawSpan
  private var count: Int

  @inline(__always) @_lifetime(copy bytes)
  init(_ bytes: RawSpan, count: Int) {
    rest = bytes
    self.count = count
  }

  /// Nil at the end of the data, or of what is present of it.
  @_lifetime(copy self)
  mutating func next() -> DNP3Block? {
    guard count > 0, rest.byteCount > 0 else { return nil }
    let length = min(DNP3UserData.blockSize, count)
    let block = DNP3Block(rest, length)
    rest = rest.from(length + 2)
    count -= length
    return block
  }
}

struct DNP3Block: ~Escapable {
  /// Shorter than the block if the capture truncated it.
  let data: RawSpan
  /// Nil if the capture truncated it.
  let checksum: UInt16?

  @inline(__always) @_lifetime(copy bytes)
  fileprivate init(_ bytes: RawSpan, _ length: Int) {
    data = bytes.extracting(first: length)
    checksum = bytes.byteCount >= length + 2 ? bytes.u16LE(length) : nil
  }
  /// The correct value of `checksum`.
  var computedChecksum: UInt16 { CRC16.dnp(data) }
}
