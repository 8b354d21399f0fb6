// SPDX-License-Identifier: Apache-2.0

/// Modbus and DNP3.
extension RuleReader {
  static func industrialKeywords() -> [String: Keyword] {
    var keywords: [String: Keyword] = [
      "modbus": { (reader, option) throws(RuleFault) in
        reader.rule.applicationTests.append(.modbus(try ModbusReading(option).test))
      },
      "modbus_func": { (reader, option) throws(RuleFault) in
        let text = try option.requiredText()
        guard let function = text.number(most: 255).map({ UInt8($0) }) ?? modbusFunctions[text.loweredText] else {
          throw option.fault("'\(text.shown)' is no function of Modbus")
        }
        reader.remark(.note, .snortSyntax, option, "a keyword of Snort")
        reader.rule.applicationTests.append(.modbusFunction(function))
      },
      "modbus_unit": { (reader, option) throws(RuleFault) in
        reader.remark(.note, .snortSyntax, option, "a keyword of Snort")
        reader.rule.applicationTests.append(.modbusUnit(try number(option, most: 255)))
      },
      "dnp3_obj": { (reader, option) throws(RuleFault) in try reader.dnp3Object(option) },
      "dnp3.obj": { (reader, option) throws(RuleFault) in try reader.dnp3Object(option) },
      "dnp3_cmd_ot": { (reader, option) throws(RuleFault) in
        let text = try option.requiredText()
        let parts = text.parts(",")
        guard parts.count <= 2, let group = parts[0].number(most: 255),
          let variation = parts.count == 2 ? parts[1].number(most: 255) : 0
        else { throw option.fault("a group, and a variation") }
        reader.remark(.note, .oldName, option, "the old name of dnp3_obj")
        reader.rule.applicationTests.append(
          .dnp3Object(group: UInt8(group), variation: parts.count == 2 ? UInt8(variation) : nil))
      },
      "dnp3_checksum": { (reader, option) throws(RuleFault) in
        let text = try option.requiredText()
        guard text.isWord("incorrect") || text.isWord("bad") else { throw option.fault("'incorrect'") }
        reader.remark(.note, .oldName, option, "the old name of the event of a wrong CRC")
        reader.rule.applicationTests.append(.dnp3Checksum)
      },
    ]
    for name in ["dnp3_func", "dnp3.func", "dnp3_cmd_fc"] {
      let keyword: Keyword = { (reader, option) throws(RuleFault) in
        let text = try option.requiredText()
        guard let function = text.number(most: 255).map({ UInt8($0) }) ?? dnp3Functions[text.loweredText] else {
          throw option.fault("'\(text.shown)' is no function of DNP3")
        }
        if name == "dnp3_cmd_fc" { reader.remark(.note, .oldName, option, "the old name of dnp3_func") }
        reader.rule.applicationTests.append(.dnp3Function(function))
      }
      keywords[name] = keyword
    }
    for name in ["dnp3_ind", "dnp3.ind"] {
      let keyword: Keyword = { (reader, option) throws(RuleFault) in try reader.dnp3Indications(option) }
      keywords[name] = keyword
    }
    return keywords
  }

  /// MODBUS Application Protocol V1.1b3, chapter 6, under Snort's names.
  static let modbusFunctions: [String: UInt8] = [
    "read_coils": 1, "read_discrete_inputs": 2, "read_holding_registers": 3, "read_input_registers": 4,
    "write_single_coil": 5, "write_single_register": 6, "read_exception_status": 7, "diagnostics": 8,
    "get_comm_event_counter": 11, "get_comm_event_log": 12, "write_multiple_coils": 15,
    "write_multiple_registers": 16, "report_slave_id": 17, "read_file_record": 20, "write_file_record": 21,
    "mask_write_register": 22, "read_write_multiple_registers": 23, "read_fifo_queue": 24,
    "encapsulated_interface_transport": 43,
  ]

  /// IEEE 1815-2012, 4.2.2.5, under the names of rules.
  static let dnp3Functions: [String: UInt8] = {
    let names = [
      "confirm", "read", "write", "select", "operate", "direct_operate", "direct_operate_nr", "immed_freeze",
      "immed_freeze_nr", "freeze_clear", "freeze_clear_nr", "freeze_at_time", "freeze_at_time_nr", "cold_restart",
      "warm_restart", "initialize_data", "initialize_appl", "start_appl", "stop_appl", "save_config",
      "enable_unsolicited", "disable_unsolicited", "assign_class", "delay_measure", "record_current_time", "open_file",
      "close_file", "delete_file", "get_file_info", "authenticate_file", "abort_file", "activate_config",
      "authenticate_req", "authenticate_err",
    ]
    var functions: [String: UInt8] = [
      "autenthicate_req": 32, "autenthicate_err": 33, "auth_req": 32, "auth_err": 33, "response": 129,
      "unsolicited_response": 130, "authenticate_resp": 131, "autenthicate_resp": 131,
    ]
    for (index, name) in names.enumerated() { functions[name] = UInt8(index) }
    return functions
  }()

  /// IEEE 1815-2012, 4.2.2.4.
  private static let indications: [String: UInt16] = [
    "device_restart": 0x8000, "device_trouble": 0x4000, "local_control": 0x2000, "need_time": 0x1000,
    "class_3_events": 0x0800, "class_2_events": 0x0400, "class_1_events": 0x0200, "all_stations": 0x0100,
    "reserved_1": 0x80, "reserved_2": 0x40, "config_corrupt": 0x20, "already_executing": 0x10,
    "event_buffer_overflow": 0x08, "parameter_error": 0x04, "object_unknown": 0x02, "no_func_code_support": 0x01,
  ]

  /// A list of bits, any of which will do; with `+` before it all, with `-` not all, with `=` these and no others.
  /// A bit behind `!` must be clear: with such ones, all that is named must be as it says.
  private mutating func dnp3Indications(_ option: RuleOption) throws(RuleFault) {
    var text = try option.requiredText()
    var way: DNP3Indications.Rule = .any
    switch text.first {
    case UInt8(ascii: "+"): way = .all
    case UInt8(ascii: "-"): way = .notAll
    case UInt8(ascii: "="): way = .exactly
    default: break
    }
    if way != .any { text = text.dropFirst().trimmed }
    var (set, clear): (UInt16, UInt16) = (0, 0)
    for part in text.parts(",") {
      let isNegated = part.first == UInt8(ascii: "!")
      let word = isNegated ? part.dropFirst().trimmed : part
      guard let bits = Self.indications[word.loweredText] ?? word.number(most: 0xFFFF).map({ UInt16($0) }) else {
        throw RuleFault(.value, part.startIndex, "\(option.name): '\(part.shown)' is no indication")
      }
      // `!0`: any bit at all.
      if isNegated, bits == 0 { set = .max } else if isNegated { clear |= bits } else { set |= bits }
    }
    if clear == 0 {
      guard set != 0 || way == .exactly else { throw option.fault("no indication is named") }
      rule.applicationTests.append(.dnp3Indications(DNP3Indications(way, set)))
      return
    }
    guard way == .any || way == .all, set & clear == 0 else {
      throw option.fault(.contradiction, "bits that must be clear, together with another sign")
    }
    if set != 0 { rule.applicationTests.append(.dnp3Indications(DNP3Indications(.all, set))) }
    rule.applicationTests.append(.dnp3Indications(DNP3Indications(.none, clear)))
  }

  /// `22,1`, and `group 22, var 1` of Snort 3.
  private mutating func dnp3Object(_ option: RuleOption) throws(RuleFault) {
    let parts = try option.requiredText().parts(",")
    guard parts.count == 2 else { throw option.fault("a group and a variation") }
    var numbers: [UInt8] = []
    for (part, name) in zip(parts, ["group", "var"]) {
      let words = part.words
      let digits = words.count == 2 && words[0].isWord(name) ? words[1] : part
      guard let number = digits.decimal(most: 255) else {
        throw RuleFault(.value, part.startIndex, "\(option.name): a number from 0 to 255")
      }
      numbers.append(UInt8(number))
    }
    rule.applicationTests.append(.dnp3Object(group: numbers[0], variation: numbers[1]))
  }
}

/// Suricata's `modbus`: `[unit r,] function n [, subfunction n]`, `function category`, or
/// `access read|write [area [, address r [, value r]]]`.
struct ModbusReading {
  private(set) var test = ModbusTest()

  init(_ option: RuleOption) throws(RuleFault) {
    for part in try option.requiredText().parts(",") {
      let (word, value) = part.firstWord
      let fault = RuleFault(.value, part.startIndex, "modbus: '\(part.shown)' is not known here")
      switch word.loweredText {
      case "unit":
        guard test.unit == nil, test.function == nil, test.category == nil, test.access == nil else { throw fault }
        test.unit = try Self.range(value, part, most: 255, subtracting: 0)
      case "function":
        guard test.function == nil, test.category == nil, test.access == nil else { throw fault }
        try function(value, part)
      case "subfunction":
        guard test.function != nil, test.subfunction == nil, let number = value.number(most: 65_535) else {
          throw fault
        }
        test.subfunction = UInt16(number)
      case "access":
        guard test.access == nil, test.function == nil, test.category == nil else { throw fault }
        try access(value, part)
      case "address":
        guard test.area != nil, test.address == nil else { throw fault }
        test.address = try Self.range(value, part, most: 65_536, subtracting: 1)
      case "value":
        guard test.access == .write, test.value == nil, case .within(let range) = test.address,
          range.lowerBound == range.upperBound
        else {
          throw RuleFault(.contradiction, part.startIndex, "modbus: a value belongs to a write of one address")
        }
        test.value = try Self.range(value, part, most: 65_535, subtracting: 0)
      default: throw fault
      }
    }
  }

  private mutating func function(_ value: Bytes, _ part: Bytes) throws(RuleFault) {
    if value.first?.isDigit ?? false {
      guard let number = value.number(most: 255), number > 0 else {
        throw RuleFault(.value, part.startIndex, "modbus: a function from 1 to 255")
      }
      test.function = UInt8(number)
      return
    }
    test.isCategoryNegated = value.first == UInt8(ascii: "!")
    let name = test.isCategoryNegated ? value.dropFirst().trimmed : value
    guard let category = ModbusTest.Category(rawValue: name.loweredText) else {
      throw RuleFault(.value, part.startIndex, "modbus: '\(value.shown)' is no function")
    }
    test.category = category
  }

  private mutating func access(_ value: Bytes, _ part: Bytes) throws(RuleFault) {
    let words = value.words
    guard let first = words.first, words.count <= 2, first.isWord("read") || first.isWord("write") else {
      throw RuleFault(.value, part.startIndex, "modbus: access read or access write, and an area")
    }
    test.access = first.isWord("read") ? .read : .write
    guard words.count == 2 else { return }
    guard let area = ModbusTest.Area(rawValue: words[1].loweredText) else {
      throw RuleFault(.value, words[1].startIndex, "modbus: '\(words[1].shown)' is no area")
    }
    guard test.access == .read || area == .coils || area == .holding else {
      throw RuleFault(.contradiction, words[1].startIndex, "modbus: nobody writes to '\(area.rawValue)'")
    }
    test.area = area
  }

  /// `n`, `<n`, `>n`, `a<>b`; bounds are outside. Suricata keeps `a<>b` as two numbers, of which 0 and the largest
  /// mean that there is none: `0<>2` is the same as `<2`, and holds for 0.
  private static func range(
    _ text: Bytes, _ part: Bytes, most: UInt64, subtracting base: UInt64
  ) throws(RuleFault) -> NumberTest {
    let fault = RuleFault(.value, part.startIndex, "modbus: '\(part.shown)' is no range of numbers")
    let (low, high): (UInt64, UInt64)
    if let mark = text.firstIndex(of: UInt8(ascii: "<")), mark > text.startIndex, mark + 1 < text.endIndex,
      text[mark + 1] == UInt8(ascii: ">")
    {
      guard let from = text[..<mark].trimmed.number(most: most),
        let to = text[(mark + 2)...].trimmed.number(most: most),
        from < to
      else { throw fault }
      (low, high) = (from == 0 ? 0 : from + 1, to >= 65_535 ? most : to - 1)
    } else if text.first == UInt8(ascii: "<") {
      guard let to = text.dropFirst().trimmed.number(most: most), to > 0 else { throw fault }
      (low, high) = (0, to - 1)
    } else if text.first == UInt8(ascii: ">") {
      guard let from = text.dropFirst().trimmed.number(most: most) else { throw fault }
      (low, high) = (from + 1, most)
    } else {
      guard let number = text.number(most: most) else { throw fault }
      (low, high) = (number, number)
    }
    guard low <= high, high >= base else { return .never }
    let first = low < base ? 0 : low - base
    return .within(first...(high - base))
  }
}
