// SPDX-License-Identifier: Apache-2.0

/// Header of alarms and their acknowledgements, the RTA-PDU (IEC 61158-6-10, 4.7.3).
///
///     0         2             4        6               7           8      10    12       14
///     +---------+-------------+--------+---------------+-----------+------+-----+--------+---- ... -+
///     | FrameID | destination | source | version, type | add flags | send | ack | length | RTA-SDU  |
///     +---------+-------------+--------+---------------+-----------+------+-----+--------+---- ... -+
///
/// The length is not needed, so it need not be present.
struct ProfinetAlarmHeader: ~Escapable {
  static let size = 12
  /// Where the RTA-SDU begins.
  static let payloadStart = 14
  private let bytes: RawSpan

  /// `frame` starts with its FrameID. Nil if there are fewer bytes than the header.
  @inline(__always) @_lifetime(copy frame)
  init?(_ frame: RawSpan) {
    guard frame.byteCount >= ProfinetAlarmHeader.size else { return nil }
    bytes = frame
  }

  var destinationEndpoint: UInt16 { bytes.u16(2) }
  var sourceEndpoint: UInt16 { bytes.u16(4) }
  var version: UInt8 { bytes.u8(6) >> 4 }
  var type: ProfinetRTAType { ProfinetRTAType(rawValue: bytes.u8(6) & 0x0F) }
  var addFlags: UInt8 { bytes.u8(7) }
  var sendSequence: UInt16 { bytes.u16(8) }
  var ackSequence: UInt16 { bytes.u16(10) }
  /// Empty if there is none.
  var payload: RawSpan {
    @_lifetime(copy self) get { bytes.from(ProfinetAlarmHeader.payloadStart) }
  }
}

/// The type of an RTA-PDU.
struct ProfinetRTAType: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let data = ProfinetRTAType(rawValue: 1)
  static let nack = ProfinetRTAType(rawValue: 2)
  static let ack = ProfinetRTAType(rawValue: 3)
  static let error = ProfinetRTAType(rawValue: 4)
}

/// The block of AlarmNotification-PDU and AlarmAck-PDU (IEC 61158-6-10, 5.2).
///
///     0            2        4         6            8     12     14        16
///     +------------+--------+---------+------------+-----+------+---------+----- ... -+
///     | block type | length | version | alarm type | API | slot | subslot | ...       |
///     +------------+--------+---------+------------+-----+------+---------+----- ... -+
///
/// The ids of module and submodule and the alarm specifier follow in a notification, the alarm specifier (2 bytes) and
/// a PNIOStatus in an acknowledgement.
struct ProfinetAlarmBlock: ~Escapable {
  static let size = 16
  /// Where the PNIOStatus of an acknowledgement is.
  static let statusStart = 18
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy payload)
  init?(_ payload: RawSpan) {
    guard payload.byteCount >= ProfinetAlarmBlock.size else { return nil }
    bytes = payload
  }

  var type: ProfinetAlarmBlockType { ProfinetAlarmBlockType(rawValue: bytes.u16(0)) }
  var length: UInt16 { bytes.u16(2) }
  var version: UInt16 { bytes.u16(4) }
  var alarmType: ProfinetAlarmType { ProfinetAlarmType(rawValue: bytes.u16(6)) }
  var api: UInt32 { bytes.u32(8) }
  var slot: UInt16 { bytes.u16(12) }
  var subslot: UInt16 { bytes.u16(14) }
}

struct ProfinetAlarmBlockType: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt16

  static let notificationHigh = ProfinetAlarmBlockType(rawValue: 0x0001)
  static let notificationLow = ProfinetAlarmBlockType(rawValue: 0x0002)
  static let ackHigh = ProfinetAlarmBlockType(rawValue: 0x8001)
  static let ackLow = ProfinetAlarmBlockType(rawValue: 0x8002)
}
