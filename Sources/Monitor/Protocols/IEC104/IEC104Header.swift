// SPDX-License-Identifier: Apache-2.0

/// Application protocol control information: IEC 60870-5-104:2006, 5.1. Numbers are little-endian.
///
///     0      1        2                  4                     6
///     +------+--------+------------------+---------------------+------- ... -+
///     | 0x68 | length | control field                          | ASDU        |
///     +------+--------+------------------+---------------------+------- ... -+
///                     | send number << 1 | receive number << 1 |                I: information
///                     | 01 00            | receive number << 1 |                S: supervisory
///                     | function | 00    | 00 00               |                U: unnumbered control
///
/// `length` counts from the control field onwards.
struct IEC104Header: ~Escapable {
  static let size = 6
  static let startByte: UInt8 = 0x68
  static let lengths: ClosedRange<UInt8> = 4...253
  /// Start byte and length.
  private static let uncounted = 2
  /// The frame, as far as it is present.
  private let bytes: RawSpan

  /// Nil if the bytes end within the header. The fields are not checked yet: see `isValid`.
  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= IEC104Header.size else { return nil }
    let length = IEC104Header.uncounted + Int(bytes.u8(1))
    self.bytes = bytes.extracting(first: max(IEC104Header.size, length))
  }

  var start: UInt8 { bytes.u8(0) }
  var length: UInt8 { bytes.u8(1) }
  var controlField: UInt32 { bytes.u32(2) }
  var format: IEC104Format {
    switch bytes.u8(2) & 3 {
    case 1: .supervisory
    case 3: .unnumbered
    default: .information
    }
  }
  /// In the I format.
  var sendSequenceNumber: UInt16 { bytes.u16LE(2) >> 1 }
  /// In the I and S formats.
  var receiveSequenceNumber: UInt16 { bytes.u16LE(4) >> 1 }
  /// In the U format.
  var function: IEC104Function { IEC104Function(rawValue: bytes.u8(2)) }
  /// In the I format; shorter than the ASDU if the capture truncated it.
  var asdu: RawSpan {
    @_lifetime(copy self) get { bytes.from(IEC104Header.size) }
  }

  /// Length of the frame in bytes.
  var frameLength: Int { IEC104Header.uncounted + Int(length) }
  /// Number of frame bytes present: fewer than `frameLength` if the capture truncated it.
  var capturedLength: Int { bytes.byteCount }

  /// Whether the bytes, of which there is at least one, can begin a frame, judging by the start byte and, if present,
  /// the length.
  static func canBegin(_ bytes: RawSpan) -> Bool {
    bytes.u8(0) == startByte && (bytes.byteCount < 2 || lengths ~= bytes.u8(1))
  }

  var hasLength: Bool { IEC104Header.lengths ~= length }
  /// Whether start, length and control field match one of the three formats.
  var isValid: Bool {
    guard start == IEC104Header.startByte, hasLength else { return false }
    switch format {
    case .information: return bytes.u8(4) & 1 == 0 && length > IEC104Header.lengths.lowerBound
    case .supervisory: return isAlone && bytes.u16(2) == 0x0100 && bytes.u8(4) & 1 == 0
    case .unnumbered: return isAlone && function.isKnown && bytes.u24(3) == 0
    }
  }
  /// The frame has no ASDU.
  private var isAlone: Bool { length == IEC104Header.lengths.lowerBound }
}

enum IEC104Format: Sendable {
  case information, supervisory, unnumbered
}
