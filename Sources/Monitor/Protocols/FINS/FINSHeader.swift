// SPDX-License-Identifier: Apache-2.0

/// The header of a FINS frame with its command code: Omron, Communications Commands Reference Manual (W342), 5-1-2.
///
///     0     1     2     3     4     5     6     7     8     9     10     11     12
///     +-----+-----+-----+-----+-----+-----+-----+-----+-----+-----+------+------+---- ... -+
///     | ICF | RSV | GCT | DNA | DA1 | DA2 | SNA | SA1 | SA2 | SID | MRC  | SRC  | text     |
///     +-----+-----+-----+-----+-----+-----+-----+-----+-----+-----+------+------+---- ... -+
///
/// Network, node and unit of the destination (D) and the source (S). The text of a response begins with the end code.
struct FINSHeader: ~Escapable {
  static let size = 12
  /// 2,012 bytes of frame (W343, 6-2).
  static let longestFrame = 2012
  private let message: RawSpan
  /// Where the frame begins in its message.
  let start: Int

  /// The frame ends where the message ends.
  @inline(__always) @_lifetime(copy message)
  init?(_ message: RawSpan, at start: Int = 0) {
    guard message.byteCount - start >= FINSHeader.size else { return nil }
    self.message = message
    self.start = start
  }

  /// ICF.
  var informationControlField: UInt8 { u8(0) }
  /// ICF bit 6.
  var isResponse: Bool { informationControlField & 0x40 != 0 }
  /// ICF bit 0.
  var needsNoResponse: Bool { informationControlField & 1 != 0 }
  /// RSV.
  var reserved: UInt8 { u8(1) }
  /// GCT: how many more gateways the frame may pass.
  var gatewayCount: UInt8 { u8(2) }
  /// DNA, DA1, DA2.
  var destination: FINSAddress { FINSAddress(network: u8(3), node: u8(4), unit: u8(5)) }
  /// SNA, SA1, SA2.
  var source: FINSAddress { FINSAddress(network: u8(6), node: u8(7), unit: u8(8)) }
  /// The unit addressed: the destination of a request, the source of its response.
  var addressed: FINSAddress { isResponse ? source : destination }
  /// SID, which a response repeats.
  var serviceID: UInt8 { u8(9) }
  /// MRC and SRC.
  var command: FINSCommand { FINSCommand(rawValue: u16(10)) }
  /// MRES and SRES, at the beginning of a response's text; nil where the frame ends before them.
  var endCode: FINSEndCode? { count >= FINSHeader.size + 2 ? FINSEndCode(rawValue: u16(FINSHeader.size)) : nil }

  /// Whether the fixed fields have values that W342 allows: ICF with its bit 7 and no reserved bit, RSV 0, no more than
  /// 7 gateways, networks up to 127.
  var isPlausible: Bool {
    informationControlField & 0xBE == 0x80 && reserved == 0 && gatewayCount <= 7 && destination.network <= 127
      && source.network <= 127
  }

  // MARK: Text. Offsets count from the frame's first byte

  /// Bytes of the frame.
  var count: Int { message.byteCount - start }
  /// Where the frame ends in its message.
  var end: Int { message.byteCount }
  @inline(__always)
  func u8(_ offset: Int) -> UInt8 { message.u8(start + offset) }
  @inline(__always)
  func u16(_ offset: Int) -> UInt16 { message.u16(start + offset) }
  @inline(__always)
  func u32(_ offset: Int) -> UInt32 { message.u32(start + offset) }
  @_lifetime(copy self)
  func bytes(_ offset: Int, _ count: Int) -> RawSpan { message.slice(start + offset, count) }
}

/// Who sends or receives a frame.
struct FINSAddress: Hashable, Sendable {
  let network: UInt8
  let node: UInt8
  let unit: UInt8

  /// In a destination: the node that receives the frame, whatever its number.
  static let localNode: UInt8 = 0
  static let broadcastNode: UInt8 = 0xFF

  /// As the unit of an operation.
  var bits: Int64 { Int64(network) << 16 | Int64(node) << 8 | Int64(unit) }
}
