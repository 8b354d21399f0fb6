// SPDX-License-Identifier: Apache-2.0

/// EtherNet/IP and CIP, IEC 60870-5-104, S7comm-plus, MMS and OPC UA; what protocols have in common.
extension RuleReader {
  static func moreIndustrialKeywords() -> [String: Keyword] {
    var keywords: [String: Keyword] = [
      "cip_service": { (reader, option) throws(RuleFault) in try reader.cipService(option) },
      "iec104_apci_type": { (reader, option) throws(RuleFault) in
        let word = try reader.word(option)
        let short = [
          "information_transfer_format": "i", "supervisory_function": "s", "unnumbered_control_function": "u",
        ]
        reader.rule.applicationTests.append(.iec104Type(short[word] ?? word))
      },
      "app-layer-protocol": { (reader, option) throws(RuleFault) in try reader.applicationProtocol(option) },
      "app-layer-event": { (reader, option) throws(RuleFault) in
        let name = try reader.word(option)
        let parts = name.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, RuleHeaderReader.applications[String(parts[0])] != nil else {
          throw option.fault("a protocol, a dot and an event")
        }
        reader.rule.applicationTests.append(.event(name))
      },
    ]
    for name in ["enip_command", "enip.command"] {
      let keyword: Keyword = { (reader, option) throws(RuleFault) in
        reader.rule.applicationTests.append(
          .enipCommand(try number(option, most: 65_535, names: enipCommands)))
      }
      keywords[name] = keyword
    }
    let numbers: [(String, UInt64, @Sendable (NumberTest) -> ApplicationTest)] = [
      ("cip_class", 0xFFFF_FFFF, { .cipClass($0) }), ("enip.cip_class", 0xFFFF_FFFF, { .cipClass($0) }),
      ("cip_instance", 0xFFFF_FFFF, { .cipInstance($0) }), ("enip.cip_instance", 0xFFFF_FFFF, { .cipInstance($0) }),
      ("cip_attribute", 0xFFFF_FFFF, { .cipAttribute($0) }),
      ("enip.cip_attribute", 0xFFFF_FFFF, { .cipAttribute($0) }),
      ("cip_status", 255, { .cipStatus($0) }), ("enip.cip_status", 255, { .cipStatus($0) }),
      ("cip_conn_path_class", 0xFFFF_FFFF, { .cipPathClass($0) }),
      ("enip.status", 0xFFFF_FFFF, { .enipStatus($0) }), ("enip.vendor_id", 65_535, { .enipVendor($0) }),
      ("opcua_node_id", 0xFFFF_FFFF, { .opcuaNode($0) }),
      ("opcua_node_namespace_index", 65_535, { .opcuaNamespace($0) }),
    ]
    for (name, most, test) in numbers {
      let keyword: Keyword = { (reader, option) throws(RuleFault) in
        reader.rule.applicationTests.append(test(try number(option, most: most)))
      }
      keywords[name] = keyword
    }
    let words: [(String, @Sendable (String) -> ApplicationTest)] = [
      ("iec104_asdu_func", { .iec104Function($0) }), ("s7commplus_func", { .s7PlusFunction($0) }),
      ("s7commplus_opcode", { .s7PlusOperation($0) }), ("mms_func", { .mmsFunction($0) }),
      ("opcua_msg_type", { .opcuaMessage($0) }), ("opcua_msg_service", { .opcuaService($0) }),
    ]
    for (name, test) in words {
      let keyword: Keyword = { (reader, option) throws(RuleFault) in
        reader.rule.applicationTests.append(test(try reader.word(option)))
      }
      keywords[name] = keyword
    }
    let bare: [(String, ApplicationTest)] = [
      ("enip_req", .enipRequest), ("enip_rsp", .enipResponse), ("cip_req", .cipRequest), ("cip_rsp", .cipResponse),
    ]
    for (name, test) in bare {
      let keyword: Keyword = { (reader, option) throws(RuleFault) in
        try option.checkBare()
        reader.rule.applicationTests.append(test)
      }
      keywords[name] = keyword
    }
    return keywords
  }

  /// The EtherNet/IP Specification, volume 2, table 2-3.2, under the names of rules.
  private static let enipCommands: [String: UInt64] = [
    "nop": 0, "list_services": 4, "list_identity": 99, "list_interfaces": 100, "register_session": 101,
    "unregister_session": 102, "send_rr_data": 111, "send_r_r_data": 111, "send_unit_data": 112,
    "indicate_status": 114, "cancel": 115,
  ]

  /// One word in lower case: a name, or a number.
  func word(_ option: RuleOption) throws(RuleFault) -> String {
    let text = try option.requiredText()
    guard text.count <= 80, text.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ",") }) else {
      throw option.fault("one word")
    }
    return text.loweredText
  }

  /// `service[,class[,attribute]]`.
  private mutating func cipService(_ option: RuleOption) throws(RuleFault) {
    let parts = try option.requiredText().parts(",")
    guard parts.count <= 3, let service = parts[0].decimal(most: 127) else {
      throw option.fault("a service from 0 to 127, a class and an attribute")
    }
    var numbers: [UInt32] = []
    for part in parts[1...] {
      guard part.first != UInt8(ascii: "!") else {
        throw RuleFault(.unsupported, part.startIndex, "cip_service: '!' before the attribute; use cip_attribute")
      }
      guard let number = part.decimal(most: UInt64(UInt32.max)) else {
        throw RuleFault(.value, part.startIndex, "cip_service: '\(part.shown)' is no number")
      }
      numbers.append(UInt32(number))
    }
    rule.applicationTests.append(
      .cipService(
        service: UInt8(service), class: numbers.first, attribute: numbers.count > 1 ? numbers[1] : nil))
  }

  /// `[!]name[,exact]`.
  private mutating func applicationProtocol(_ option: RuleOption) throws(RuleFault) {
    let parts = try option.requiredText().parts(",")
    let isNegated = parts[0].first == UInt8(ascii: "!")
    let word = (isNegated ? parts[0].dropFirst().trimmed : parts[0]).loweredText
    guard word == "failed" || word == "unknown" || RuleHeaderReader.applications[word] != nil else {
      throw option.fault("'\(parts[0].shown)' is no protocol that is known here")
    }
    let name = RuleHeaderReader.applications[word] ?? word
    var isExact = false
    for part in parts[1...] {
      switch part.loweredText {
      case "either": break
      case "exact": isExact = true
      default:
        throw RuleFault(.unsupported, part.startIndex, "app-layer-protocol: '\(part.shown)' is not possible here")
      }
    }
    if isExact, name == "http" {
      throw option.fault(.cannotFire, "'http' is exactly http1 or http2")
    }
    for test in rule.applicationTests {
      guard case .applicationProtocol(let other, let isOtherNegated) = test else { continue }
      guard isNegated, isOtherNegated, other != name else {
        throw option.fault(
          isNegated && other == name ? .repeated : .contradiction, "does not go with the one before it")
      }
    }
    rule.applicationTests.append(
      isExact ? .exactApplicationProtocol(name, isNegated: isNegated) : .applicationProtocol(name, isNegated: isNegated)
    )
  }
}
