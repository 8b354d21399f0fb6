// SPDX-License-Identifier: Apache-2.0

/// A test of what a decoder found. Names that only the decoder knows (functions, targets, events) are texts here; the
/// engine resolves them, and refuses the rule where it cannot.
package enum ApplicationTest: Hashable, Sendable {
  /// `app-layer-protocol`.
  case applicationProtocol(String, isNegated: Bool)
  /// `app-layer-protocol:dns,exact`: this protocol itself, not one that carries it.
  case exactApplicationProtocol(String, isNegated: Bool)
  /// `app-layer-event`, in lower case: `modbus.invalid_length`.
  case event(String)
  /// Our own `operation`.
  case operation(OperationTest)

  case modbus(ModbusTest)
  /// `modbus_func`, `modbus_unit` of Snort.
  case modbusFunction(UInt8)
  case modbusUnit(NumberTest)

  case dnp3Function(UInt8)
  case dnp3Indications(DNP3Indications)
  /// Group, and variation (nil: any).
  case dnp3Object(group: UInt8, variation: UInt8?)
  /// `dnp3_checksum`: a wrong CRC.
  case dnp3Checksum

  case enipCommand(NumberTest)
  case cipService(service: UInt8, class: UInt32?, attribute: UInt32?)
  case cipClass(NumberTest)
  case cipInstance(NumberTest)
  case cipAttribute(NumberTest)
  case cipStatus(NumberTest)
  case cipPathClass(NumberTest)
  case cipRequest, cipResponse, enipRequest, enipResponse
  case enipStatus(NumberTest)
  case enipVendor(NumberTest)

  /// `iec104_apci_type`: `i`, `s`, `u` or the name of a U function, in lower case.
  case iec104Type(String)
  /// `iec104_asdu_func`: a type identification by name, in lower case, or number.
  case iec104Function(String)
  case s7PlusFunction(String)
  case s7PlusOperation(String)
  case mmsFunction(String)
  case opcuaMessage(String)
  case opcuaService(String)
  case opcuaNode(NumberTest)
  case opcuaNamespace(NumberTest)

  case dceInterface(DCEInterface)
  /// `dce_opnum`.
  case dceOperation([ClosedRange<UInt16>])
  case smbVersion(UInt8)

  case tlsVersion(String)
  case sslState(String)
  case tlsCertificateExpired, tlsCertificateValid
  case dnsOpcode(NumberTest)
  case dnsType(NumberTest)
  case dnsResponseCode(NumberTest)
  case sshVersion(String)
}

/// `operation`: our own keyword, the same for every protocol. What is not named is not asked for.
package struct OperationTest: Hashable, Sendable {
  /// Words of site files and records: `read`, `write`, `state` …; empty: any.
  package var actions: [String] = []
  /// Names as in `app_proto`; empty: any.
  package var protocols: [String] = []
  /// As in a conduit's `operations`: a name, `43/14`, `0x1002`; empty: any.
  package var functions: [String] = []
  /// As in a conduit's `targets`.
  package var targets: [String] = []
  package enum Outcome: String, Sendable { case ok, error, any }
  /// `ok` and `error` are about answers, which carry their request's function and target.
  package var outcome: Outcome?
  package enum Role: String, Sendable { case request, response, report }
  package var role: Role?
  package var unit: NumberTest?
  /// `code`: the native error code of an answer.
  package var errorCode: NumberTest?
  /// `phase select`, `execute`, `cancel`.
  package var phase: String?
  /// `direction load`, `direction fetch` of program transfers.
  package var isFetch: Bool?
  package init() {}
}

/// Suricata's `modbus`.
package struct ModbusTest: Hashable, Sendable {
  package enum Category: String, Sendable { case assigned, unassigned, `public`, user, reserved, all }
  package enum Area: String, Sendable { case discretes, coils, input, holding }
  package var unit: NumberTest?
  package var function: UInt8?
  package var subfunction: UInt16?
  package var category: Category?
  package var isCategoryNegated = false
  package enum Access: Sendable { case read, write }
  package var access: Access?
  package var area: Area?
  /// As in the message: counted from 0.
  package var address: NumberTest?
  package var value: NumberTest?
  package init() {}
}

/// `dnp3_ind`: bits of the internal indications (IEEE 1815-2012, 4.2.2.4), the first octet in the upper half.
package struct DNP3Indications: Hashable, Sendable {
  /// Of the bits: one, all, none, not all, or all and no others.
  package enum Rule: Sendable { case any, all, none, notAll, exactly }
  package var rule: Rule
  package var bits: UInt16
  package init(_ rule: Rule, _ bits: UInt16) { (self.rule, self.bits) = (rule, bits) }
}

/// `dce_iface`.
package struct DCEInterface: Hashable, Sendable {
  /// The sixteen bytes in the order in which they are written.
  package var uuid: UInt128
  package var version: NumberTest?
  package var isAnyFragment: Bool
  package init(uuid: UInt128, version: NumberTest? = nil, isAnyFragment: Bool = false) {
    (self.uuid, self.version, self.isAnyFragment) = (uuid, version, isAnyFragment)
  }
}
