// SPDX-License-Identifier: Apache-2.0

/// A native function of a protocol, as a site file may name it: `dnp3 COLD_RESTART`, `modbus 43/14`.
package struct NativeFunction: Hashable, Sendable {
  /// The protocol's name in site files.
  package let service: String
  let code: UInt32
  /// -1 where the code alone says it.
  let subcode: Int32
  /// The standard's name of it, as records have it.
  package let name: String
  let action: Action
}

/// The functions of all protocols by name. Built once, when a site file names one.
package enum NativeFunctions {
  /// A name of more codes than these stands for the ones that no standard names.
  private static let namesakes = 4

  package static let all: [NativeFunction] = {
    var functions: [NativeFunction] = []
    func add<Codes: Sequence<UInt32>>(
      _ service: StaticString, _ codes: Codes, _ look: (UInt32) -> (StaticString, Action), under parent: UInt32? = nil,
      unnamed: UInt32? = nil
    ) {
      // What most codes of a large range are called is no name: a text of each would cost much.
      let common = unnamed.map { look($0).0.description }
      for code in codes {
        let (name, action) = look(code)
        if let common, name.utf8CodeUnitCount == common.utf8.count, name.description == common { continue }
        functions.append(
          NativeFunction(
            service: service.description, code: parent ?? code, subcode: parent == nil ? -1 : Int32(code),
            name: name.description, action: action))
      }
    }
    add("modbus", 1...127) {
      let function = ModbusFunction(rawValue: UInt8($0))
      return (function.name, function.action)
    }
    let diagnostics = UInt32(ModbusFunction.diagnostics.rawValue)
    add(
      "modbus", 0...20,
      { (ModbusDiagnostic(rawValue: UInt16($0)).name, ModbusDiagnostic(rawValue: UInt16($0)).action) },
      under: diagnostics)
    let encapsulated = UInt32(ModbusFunction.encapsulatedInterfaceTransport.rawValue)
    add(
      "modbus", 13...14,
      { code in
        (ModbusEncapsulatedInterface(rawValue: UInt8(code)).name, code == 14 ? .identify : .unknown)
      }, under: encapsulated)
    add("umas", 0...255) { (UMASFunction(rawValue: UInt8($0)).name, UMASFunction(rawValue: UInt8($0)).action) }
    add("dnp3", 0...255) { (DNP3Function(rawValue: UInt8($0)).name, DNP3Function(rawValue: UInt8($0)).action) }
    add("iec104", 0...255) { (IEC104Type(rawValue: UInt8($0)).name, IEC104Type(rawValue: UInt8($0)).action) }
    add("s7comm", 0...255) { (S7Function(rawValue: UInt8($0)).name, S7Function(rawValue: UInt8($0)).action) }
    add(
      S7Comm.userData.name, 0...0xFFF,
      { (S7UserFunction(rawValue: UInt16($0)).name, S7UserFunction(rawValue: UInt16($0)).action) }, unnamed: 0xFFF)
    add("enip", 0...255) { (ENIPCommand(rawValue: UInt16($0)).name, ENIPCommand(rawValue: UInt16($0)).action) }
    // A service means something else in each class of objects; classes above 255 are the vendors'.
    for id in 0...UInt32(0xFF) {
      var path = CIP.Path()
      path.classID = id == 0 ? nil : id
      add(
        EtherNetIP.cip.name, 0...127,
        { code in
          let service = CIPService(UInt8(code), path)
          return (service.name, service.action)
        }, unnamed: 127)
    }
    add(
      EtherNetIP.pccc.name, 0...0xFFFF, { (PCCCCommand(rawValue: $0).name, PCCCCommand(rawValue: $0).action) },
      unnamed: 0xFFFF)
    add(
      "opcua", 0...0x3FFF, { (UAService(rawValue: $0).name, UAService(rawValue: $0).action) }, unnamed: 0x3FFF)
    add(
      "fins", 0...0x7FFF, { (FINSCommand(rawValue: UInt16($0)).name, FINSCommand(rawValue: UInt16($0)).action) },
      unnamed: 0x7FFF)
    add(
      "slmp", 0...0xFFFF, { (SLMPCommand(rawValue: UInt16($0)).name, SLMPCommand(rawValue: UInt16($0)).action) },
      unnamed: 0xFFFF)
    add(Profinet.dcp.name, 0...15) {
      (ProfinetDCPService(rawValue: UInt8($0)).name, ProfinetDCPService(rawValue: UInt8($0)).action)
    }
    var seen: Set<NativeFunction> = []
    functions = functions.filter { seen.insert($0).inserted }
    var codes: [String: Set<UInt64>] = [:]
    let key = { (function: NativeFunction) in function.service + "\u{0}" + function.name }
    for function in functions {
      codes[key(function), default: []].insert(
        UInt64(function.code) << 32 | UInt64(UInt32(bitPattern: function.subcode)))
    }
    return functions.filter { codes[key($0)]?.count ?? 0 <= namesakes }
  }()

  /// The names of all protocols, by dissector.
  static let protocolNames = DissectorTables().names

  /// By service and folded name.
  private static let byName: [String: [NativeFunction]] = Dictionary(grouping: all) { key($0.service, $0.name) }
  private static func key(_ service: some StringProtocol, _ name: some StringProtocol) -> String {
    service + "\u{0}" + folded(name)
  }

  /// By service and code, in the order of `all`.
  private static let byCode: [String: [NativeFunction]] = Dictionary(grouping: all) { "\($0.service) \($0.code)" }

  /// Whether the code alone does not tell: others of it have other names.
  static func isAmbiguous(_ function: NativeFunction) -> Bool {
    (byCode["\(function.service) \(function.code)"] ?? []).contains {
      $0.subcode == function.subcode && $0.name != function.name
    }
  }
  /// The first function of a code; `subcode` -1: whatever its sub-function.
  static func first(of service: String, _ code: UInt32, _ subcode: Int32) -> NativeFunction? {
    byCode["\(service) \(code)"]?.first { subcode < 0 || $0.subcode == subcode }
  }

  /// The functions of a protocol that a text names.
  static func named(_ text: some StringProtocol, of service: String) -> [NativeFunction] {
    byName[key(service, text)] ?? []
  }

  /// What upper and lower case, and blanks or underscores, do not distinguish.
  static func folded(_ text: some StringProtocol) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "_"):
        if let last = bytes.last, last != UInt8(ascii: " ") { bytes.append(UInt8(ascii: " ")) }
      case 0x41...0x5A: bytes.append(byte | 0x20)
      default: bytes.append(byte)
      }
    }
    if bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The protocols that have functions.
  package static let services: Set<String> = Set(all.map(\.service))
}
