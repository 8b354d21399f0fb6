// SPDX-License-Identifier: Apache-2.0

/// Parameters of user data, as published in the sources of `S7Comm`.
///
///     0          3        4        5             6             7          8           9      10      12
///     +----------+--------+--------+-------------+-------------+----------+-----------+------+-------+
///     | 00 01 12 | length | method | type, group | subfunction | sequence | reference | last | error |
///     +----------+--------+--------+-------------+-------------+----------+-----------+------+-------+
///
/// Only responses and indications have the last three.
struct S7UserDataHeader: ~Escapable {
  static let minimumLength = 8
  private let bytes: RawSpan

  /// Nil if there are fewer bytes than the shortest form.
  @inline(__always) @_lifetime(copy parameters)
  init?(_ parameters: RawSpan) {
    guard parameters.byteCount >= S7UserDataHeader.minimumLength else { return nil }
    bytes = parameters
  }

  /// The type, if only the beginning of the parameters has arrived; nil if that ends before it.
  static func type(_ beginning: RawSpan) -> S7UserDataType? {
    beginning.byteCount > 5 ? S7UserDataType(rawValue: beginning.u8(5) >> 4) : nil
  }

  /// Bytes after this one.
  var length: UInt8 { bytes.u8(3) }
  /// 0x11 in the short form, 0x12 in the long one.
  var method: UInt8 { bytes.u8(4) }
  var type: S7UserDataType { S7UserDataType(rawValue: bytes.u8(5) >> 4) }
  /// Group and subfunction.
  var function: S7UserFunction {
    S7UserFunction(rawValue: UInt16(bytes.u8(5) & 0x0F) << 8 | UInt16(bytes.u8(6)))
  }
  var sequenceNumber: UInt8 { bytes.u8(7) }
  /// 0 in the short form.
  var error: UInt16 { bytes.byteCount >= 12 ? bytes.u16(10) : 0 }
}

/// Direction and kind of user data.
struct S7UserDataType: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let push = S7UserDataType(rawValue: 0)
  static let request = S7UserDataType(rawValue: 4)
  static let response = S7UserDataType(rawValue: 8)
  /// Used by numerical controls.
  static let controlPush = S7UserDataType(rawValue: 3)
  static let controlRequest = S7UserDataType(rawValue: 7)
  static let controlResponse = S7UserDataType(rawValue: 11)

  var role: Role {
    switch self {
    case .request, .controlRequest: .request
    case .response, .controlResponse: .response
    default: .report
    }
  }
  /// Nil for blocks sent by or to numerical controls, which go in both directions.
  var direction: Direction? {
    switch self {
    case .request, .controlRequest: .toServer
    case .controlPush: nil
    default: .toClient
    }
  }
}

/// What Read SZL asks for:
///
///     0         2       4
///     +---------+-------+
///     | list id | index |
///     +---------+-------+
struct S7SystemListRequest: ~Escapable {
  static let size = 4
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= S7SystemListRequest.size else { return nil }
    self.bytes = bytes
  }

  var id: S7SystemListID { S7SystemListID(rawValue: bytes.u16(0)) }
  var index: UInt16 { bytes.u16(2) }
}

/// Lists of the system's state (SZL), as Read SZL answers them (Siemens A5E02789976, chapter 33):
///
///     0         2       4             6              8
///     +---------+-------+-------------+--------------+--------- ... -+
///     | list id | index | record size | record count | records       |
///     +---------+-------+-------------+--------------+--------- ... -+
struct S7SystemList: ~Escapable {
  static let headerSize = 8
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= S7SystemList.headerSize else { return nil }
    self.bytes = bytes
  }

  var id: S7SystemListID { S7SystemListID(rawValue: bytes.u16(0)) }
  var index: UInt16 { bytes.u16(2) }
  var recordSize: UInt16 { bytes.u16(4) }
  var recordCount: UInt16 { bytes.u16(6) }
  var records: RawSpan {
    @_lifetime(copy self) get { bytes.from(S7SystemList.headerSize) }
  }
}

struct S7SystemListID: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt16

  /// The list without the choice of an extract: the lower byte.
  var list: UInt8 { UInt8(truncatingIfNeeded: rawValue) }
  /// Order numbers and versions of the module.
  static let moduleIdentification: UInt8 = 0x11
  /// Names and serial numbers.
  static let componentIdentification: UInt8 = 0x1C
  /// One of the lists that name the module.
  var identifies: Bool {
    list == S7SystemListID.moduleIdentification || list == S7SystemListID.componentIdentification
  }
}

/// A record of the list with order numbers and versions:
///
///     0       2              22     24        28
///     +-------+--------------+------+---------+
///     | index | order number | type | version |
///     +-------+--------------+------+---------+
struct S7ModuleRecord: ~Escapable {
  static let size = 28
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= S7ModuleRecord.size else { return nil }
    self.bytes = bytes
  }

  /// 1 the module, 7 its firmware.
  var index: UInt16 { bytes.u16(0) }
  var orderNumber: RawSpan {
    @_lifetime(copy self) get { bytes.slice(2, 20) }
  }
  var version: RawSpan {
    @_lifetime(copy self) get { bytes.slice(24, 4) }
  }
}

/// A record of the list with names and serial numbers:
///
///     0       2      34
///     +-------+------+
///     | index | text |
///     +-------+------+
struct S7ComponentRecord: ~Escapable {
  static let size = 34
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= S7ComponentRecord.size else { return nil }
    self.bytes = bytes
  }

  /// 1 name of the automation system, 5 serial number of the module, 7 module type.
  var index: UInt16 { bytes.u16(0) }
  var text: RawSpan {
    @_lifetime(copy self) get { bytes.slice(2, 32) }
  }
}
