// SPDX-License-Identifier: Apache-2.0

/// The start of every frame of EtherType 8892 (IEC 61158-6-10, 4.2).
///
///     0         2
///     +---------+---------------- ... -+
///     | FrameID | data                 |
///     +---------+---------------- ... -+
struct ProfinetFrameHeader: ~Escapable {
  static let size = 2
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= ProfinetFrameHeader.size else { return nil }
    self.bytes = bytes
  }

  var frameID: ProfinetFrameID { ProfinetFrameID(rawValue: bytes.u16(0)) }
  var payload: RawSpan {
    @_lifetime(copy self) get { bytes.from(ProfinetFrameHeader.size) }
  }
}

/// The type of a frame (IEC 61158-6-10, 4.2.2, coding of the field FrameID).
struct ProfinetFrameID: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt16

  static let alarmHigh = ProfinetFrameID(rawValue: 0xFC01)
  static let alarmLow = ProfinetFrameID(rawValue: 0xFE01)
  static let dcpHello = ProfinetFrameID(rawValue: 0xFEFC)
  static let dcpGetSet = ProfinetFrameID(rawValue: 0xFEFD)
  static let dcpIdentifyRequest = ProfinetFrameID(rawValue: 0xFEFE)
  static let dcpIdentifyResponse = ProfinetFrameID(rawValue: 0xFEFF)

  var isDCP: Bool { 0xFEFC...0xFEFF ~= rawValue }
  var isAlarm: Bool { self == .alarmHigh || self == .alarmLow }
  /// Real-time classes 1 to 3.
  var isCyclic: Bool { 0x0100...0xFBFF ~= rawValue }
}

/// The APDU status at the end of a frame of cyclic data, after any padding (IEC 61158-6-10, 4.7.2).
///
///     0               2             3                 4
///     +---------------+-------------+-----------------+
///     | cycle counter | data status | transfer status |
///     +---------------+-------------+-----------------+
struct ProfinetAPDUStatus: ~Escapable {
  static let size = 4
  private let bytes: RawSpan

  /// The status at the end of a frame; nil if there is no room for it after the FrameID.
  @inline(__always) @_lifetime(copy frame)
  init?(endOf frame: RawSpan) {
    guard frame.byteCount >= ProfinetFrameHeader.size + ProfinetAPDUStatus.size else { return nil }
    bytes = frame.from(frame.byteCount - ProfinetAPDUStatus.size)
  }

  var cycleCounter: UInt16 { bytes.u16(0) }
  var dataStatus: UInt8 { bytes.u8(2) }
  /// 0: the frame was received without error.
  var transferStatus: UInt8 { bytes.u8(3) }
}
