// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// What a rule asks of an operation: our own keyword for every protocol, and those of other engines for theirs. All
/// tests must hold for one operation.
struct OperationRule: Sendable {
  /// By `DissectorID.rawValue`, as bits: the protocols whose operations it can hold for.
  let dissectors: UInt64
  /// By `Action.rawValue`, as bits.
  let actions: UInt16
  private let tests: [Test]

  /// One keyword, with its names resolved.
  enum Test: Sendable {
    case general(GeneralTest)
    case modbus(ModbusTest)
    case code(NumberTest)
    case unit(NumberTest)
    case indications(RuleLanguage.DNP3Indications)
    case object(group: UInt8, variation: UInt8?)
    case service(UInt8, class: UInt32?, attribute: UInt32?)
    case area(Area, number: NumberTest)
    case address(Area, NumberTest)
    case facet(Facet, NumberTest)
    case error(NumberTest)
    case role(Role)
    case name(String)
    case event(String)
  }

  /// `operation`.
  struct GeneralTest: Sendable {
    var actions: UInt16 = .max
    var dissectors: UInt64 = .max
    var functions: [FunctionPattern] = []
    var targets: [TargetRange] = []
    var roles: Set<Role> = []
    var outcome: OperationTest.Outcome?
    var unit: NumberTest?
    var errorCode: NumberTest?
    var phase: Phase?
    var isFetch: Bool?
  }

  /// Nil where the rule asks nothing of operations.
  init?(_ rule: Rule, _ names: RuleNames) throws(RuleFault) {
    var tests: [Test] = []
    var dissectors = UInt64.max
    var actions = UInt16.max
    for test in rule.applicationTests where !OperationRule.isOfTransaction(test) {
      switch test {
      case .applicationProtocol, .exactApplicationProtocol: continue
      case .operation(let wanted):
        let general = try OperationRule.general(wanted, names)
        dissectors &= general.dissectors
        actions &= general.actions
        tests.append(.general(general))
      default:
        let (name, native) = try OperationRule.native(test)
        guard let known = names.dissectors[name] else { throw RuleFault(text: "no decoder for '\(name)'") }
        dissectors &= name == "enip" ? known | (names.dissectors["cip"] ?? 0) : known
        tests.append(native)
      }
    }
    for tests in rule.buffers {
      guard let name = OperationRule.protocolName(tests.buffer) else { continue }
      dissectors &= names.dissectors[name] ?? 0
    }
    let usesBuffers = rule.buffers.contains { OperationRule.protocolName($0.buffer) != nil }
    guard !tests.isEmpty || usesBuffers else { return nil }
    guard dissectors != 0 else { throw RuleFault(text: "its keywords are of different protocols: it can never match") }
    guard actions != 0 else { throw RuleFault(text: "its actions exclude each other: it can never match") }
    self.tests = tests
    self.dissectors = dissectors
    self.actions = actions
  }

  /// Keywords of protocols that `Information` reads.
  static func isOfTransaction(_ test: ApplicationTest) -> Bool {
    switch test {
    case .dceInterface, .dceOperation, .smbVersion, .tlsVersion, .sslState, .tlsCertificateExpired,
      .tlsCertificateValid, .dnsOpcode, .dnsType, .dnsResponseCode, .sshVersion:
      true
    default: false
    }
  }

  static func isOfOperation(_ buffer: Buffer) -> Bool { !buffer.isOfApplication || protocolName(buffer) != nil }

  /// The protocol whose messages a buffer is part of.
  private static func protocolName(_ buffer: Buffer) -> String? {
    switch buffer {
    case .modbusData: "modbus"
    case .dnp3Data: "dnp3"
    case .enipData: "enip"
    case .cipData: "cip"
    case .s7Data: "s7comm"
    case .iec104Data: "iec104"
    case .opcuaData: "opcua"
    default: nil
    }
  }

  private static func general(_ wanted: OperationTest, _ names: RuleNames) throws(RuleFault) -> GeneralTest {
    var test = GeneralTest()
    if !wanted.actions.isEmpty {
      test.actions = 0
      for word in wanted.actions {
        guard let action = Action.allCases.first(where: { $0.word == word }) else {
          throw RuleFault(text: "operation: there is no action '\(word)'")
        }
        test.actions |= action.bit
      }
    }
    if !wanted.protocols.isEmpty {
      test.dissectors = 0
      for word in wanted.protocols {
        guard let known = names.dissectors[word] else { throw RuleFault(text: "operation: no decoder for '\(word)'") }
        test.dissectors |= known
      }
    }
    for text in wanted.functions {
      // Without its protocol, where the rule names one.
      let texts = text.contains(" ") ? [text] : wanted.protocols.map { "\($0) \(text)" } + [text]
      var found: [FunctionPattern] = []
      var fault = FunctionFault.form
      for text in texts where found.isEmpty {
        switch FunctionPattern.patterns(text) {
        case .success(let patterns): found = patterns
        case .failure(let why): if case .form = fault { fault = why }
        }
      }
      guard !found.isEmpty else {
        switch fault {
        case .form: throw RuleFault(text: "operation: '\(text)' is no function; write 'PROTOCOL FUNCTION'")
        case .service(let word): throw RuleFault(text: "operation: '\(word)' has no functions")
        case .name(let word, let service): throw RuleFault(text: "operation: \(service) has no function '\(word)'")
        }
      }
      test.functions += found
    }
    if !test.functions.isEmpty {
      test.dissectors &= test.functions.reduce(0) { $0 | $1.dissectors }
      // Functions that are known not to read are none of the messages that come all the time.
      let reading = Action.read.bit | Action.report.bit
      if test.functions.allSatisfy({ $0.action != .unknown && $0.action.bit & reading == 0 }) {
        test.actions &= ~reading
      }
    }
    for text in wanted.targets {
      guard let target = names.target(text) else {
        throw RuleFault(text: "operation: '\(text)' is no target in the notation of site files")
      }
      test.targets.append(target)
    }
    switch wanted.role {
    case .request: test.roles = [.request]
    case .response: test.roles = [.response]
    case .report: test.roles = [.report]
    case nil: break
    }
    test.outcome = wanted.outcome
    test.unit = wanted.unit
    test.errorCode = wanted.errorCode
    test.isFetch = wanted.isFetch
    switch wanted.phase {
    case "select": test.phase = .select
    case "execute": test.phase = .execute
    case "cancel": test.phase = .cancel
    case let word?: throw RuleFault(text: "operation: there is no phase '\(word)'")
    case nil: break
    }
    return test
  }

  /// Keywords of other engines, with the name of their protocol.
  private static func native(_ test: ApplicationTest) throws(RuleFault) -> (String, Test) {
    func exactly(_ number: some BinaryInteger) -> NumberTest { .within(UInt64(number)...UInt64(number)) }
    switch test {
    case .modbus(let test): return ("modbus", .modbus(test))
    case .modbusFunction(let code): return ("modbus", .code(exactly(code)))
    case .modbusUnit(let number): return ("modbus", .unit(number))
    case .dnp3Function(let code): return ("dnp3", .code(exactly(code)))
    case .dnp3Indications(let bits): return ("dnp3", .indications(bits))
    case .dnp3Object(let group, let variation): return ("dnp3", .object(group: group, variation: variation))
    case .dnp3Checksum: return ("dnp3", .event("crc"))
    case .enipCommand(let number): return ("enip", .code(number))
    case .enipStatus(let number): return ("enip", .error(number))
    case .enipRequest: return ("enip", .role(.request))
    case .enipResponse: return ("enip", .role(.response))
    case .cipService(let service, let ofClass, let attribute):
      return ("cip", .service(service, class: ofClass, attribute: attribute))
    case .cipClass(let number): return ("cip", .area(.object, number: number))
    case .cipInstance(let number): return ("cip", .address(.object, number))
    case .cipAttribute(let number): return ("cip", .facet(.attribute, number))
    case .cipStatus(let number): return ("cip", .error(number))
    case .cipRequest: return ("cip", .role(.request))
    case .cipResponse: return ("cip", .role(.response))
    case .iec104Function(let name):
      if let number = UInt64(name) { return ("iec104", .code(exactly(number))) }
      return ("iec104", .name(name))
    case .opcuaService(let name): return ("opcua", .name(name))
    case .event(let name):
      let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw RuleFault(text: "app-layer-event: '\(name)' is no event") }
      guard RuleEvents.known.contains(parts[1]) else {
        throw RuleFault(text: "app-layer-event: the decoder does not tell '\(name)'")
      }
      return (parts[0], .event(parts[1]))
    default: throw RuleFault(text: "this keyword asks for what the decoder does not give")
    }
  }
}

extension OperationRule {
  /// Whether a message seen at a glance may be meant: those are right, and none of them is a refusal.
  var mayBeUsual: Bool {
    !tests.contains { test in
      switch test {
      case .general(let test): test.outcome == .error || test.errorCode != nil
      case .event: true
      default: false
      }
    }
  }

  /// The event that it asks for; nil if it asks for none, or for more.
  var event: String? {
    guard tests.count == 1, case .event(let name) = tests[0] else { return nil }
    return name
  }

  /// Whether it holds for an operation. Its own tests alone: buffers and headers are asked elsewhere.
  func holds(_ operation: borrowing Operation, _ message: borrowing Message) -> Bool {
    guard actions & operation.action.bit != 0 else { return false }
    for place in tests.indices where !holds(tests[place], operation, message) { return false }
    return true
  }

  private func holds(_ test: Test, _ operation: borrowing Operation, _ message: borrowing Message) -> Bool {
    switch test {
    case .general(let test): return test.holds(operation, message)
    case .modbus(let test): return test.holds(operation, message)
    case .code(let number): return number.holds(UInt64(operation.code))
    case .unit(let number):
      guard operation.unit >= 0 else { return false }
      return number.holds(UInt64(operation.unit))
    case .indications(let wanted):
      guard let bits = operation.facets[.internalIndications] else { return false }
      return wanted.holds(UInt16(truncatingIfNeeded: bits))
    case .object(let group, let variation):
      if operation.isObject(group, variation, operation.target) { return true }
      for place in 0..<Int(operation.items.count) {
        let item = message.items[Int(operation.items.start) + place]
        if item.target.area == .group, item.target.number == UInt32(group), variation == nil { return true }
      }
      return false
    case .service(let service, let ofClass, let attribute):
      guard operation.askedCode == UInt32(service) else { return false }
      if let ofClass {
        guard operation.target.area == .object, operation.target.number == ofClass else { return false }
      }
      if let attribute { guard let seen = operation.facets[.attribute], seen == attribute else { return false } }
      return true
    case .area(let area, let number):
      let target = operation.target
      return target.area == area && number.holds(UInt64(target.number))
    case .address(let area, let number):
      let target = operation.target
      return target.area == area && number.holds(target.address)
    case .facet(let facet, let number):
      guard let value = operation.facets[facet] else { return false }
      return number.holds(UInt64(value))
    case .error(let number):
      switch operation.outcome {
      case .error(let code, _): return number.holds(UInt64(code))
      case .ok: return number.holds(0)
      case .none: return false
      }
    case .role(let role): return operation.role == role
    case .name(let name): return NativeFunctions.folded(operation.name.description) == NativeFunctions.folded(name)
    case .event(let name): return RuleEvents.isEvent(name, operation)
    }
  }
}

extension OperationRule.GeneralTest {
  func holds(_ operation: borrowing Operation, _ message: borrowing Message) -> Bool {
    guard actions & operation.action.bit != 0, !operation.isCarrier else { return false }
    let dissector = operation.dissector.rawValue
    guard dissectors == .max || dissector < 64 && dissectors & 1 << UInt64(dissector) != 0 else { return false }
    if roles.isEmpty {
      // The deed, not its echo: unless answers are asked for, they are not meant.
      if outcome == nil, errorCode == nil, operation.role == .response, operation.pairing != .unasked { return false }
    } else if !roles.contains(operation.role) {
      return false
    }
    switch (outcome, operation.outcome) {
    case (nil, _), (.any, .ok), (.any, .error), (.ok, .ok), (.error, .error): break
    default: return false
    }
    if let errorCode {
      guard case .error(let code, _) = operation.outcome, errorCode.holds(UInt64(code)) else { return false }
    }
    if let unit { guard operation.unit >= 0, unit.holds(UInt64(operation.unit)) else { return false } }
    if let phase, operation.phase != phase { return false }
    if let isFetch, operation.isFetch != isFetch { return false }
    if !functions.isEmpty {
      let function = OperationFunction(operation)
      guard functions.contains(where: { $0.matches(function) }) else { return false }
    }
    if targets.isEmpty { return true }
    return touches(operation, message)
  }

  /// Whether it touches one of the targets, in part at least.
  private func touches(_ operation: borrowing Operation, _ message: borrowing Message) -> Bool {
    let unit = operation.unit
    if touches(operation.target, unit, message) { return true }
    if touches(operation.written, unit, message) { return true }
    for place in 0..<Int(operation.items.count) {
      if touches(message.items[Int(operation.items.start) + place].target, unit, message) { return true }
    }
    return false
  }

  private func touches(_ target: Target, _ unit: Int64, _ message: borrowing Message) -> Bool {
    if target.area == .none { return false }
    for place in targets.indices
    where targets[place].touches(target, name: message.names[target.name], unit: unit) {
      return true
    }
    return false
  }
}

extension ModbusTest {
  /// Requests, and answers to requests that were not seen: one for each transaction.
  func holds(_ operation: borrowing Operation, _ message: borrowing Message) -> Bool {
    let (role, pairing, isBoth) = (operation.role, operation.pairing, operation.written.area != .none)
    guard role == .request || pairing == .unasked else { return false }
    if let unit { guard operation.unit >= 0, unit.holds(UInt64(operation.unit)) else { return false } }
    if let function, operation.code != UInt32(function) { return false }
    if let subfunction, operation.subcode != Int32(subfunction) { return false }
    if let category, isOf(category, operation.code, operation.subcode) == isCategoryNegated { return false }
    guard let access else { return true }
    // 23 does both.
    let target = access == .write && isBoth ? operation.written : operation.target
    switch access {
    case .read: if !isBoth, operation.action != .read { return false }
    case .write: guard operation.action == .write else { return false }
    }
    switch area {
    case nil: break
    case .discretes: guard target.area == .discreteInput else { return false }
    case .coils: guard target.area == .coil else { return false }
    case .input: guard target.area == .inputRegister else { return false }
    case .holding: guard target.area == .holdingRegister else { return false }
    }
    guard let address else { return true }
    guard case .within(let wanted) = address else { return false }
    let first = target.address
    let last = first &+ UInt64(max(1, target.count)) &- 1
    guard wanted.lowerBound <= last, wanted.upperBound >= first else { return false }
    guard let value else { return true }
    // The value at the one address.
    let place = Int(wanted.lowerBound &- first)
    let effective = operation.effect == .fill ? 0 : place
    guard case .unsigned(let number)? = operation.values.number(effective, in: message.bytes) else { return false }
    return value.holds(number)
  }

  /// MODBUS Application Protocol Specification V1.1b3, 5.1 and 5.2: public codes are those that it defines.
  private func isOf(_ category: Category, _ code: UInt32, _ subcode: Int32) -> Bool {
    let isReserved =
      switch code {
      case 9, 10, 13, 14, 41, 42, 90, 91, 125, 126, 127: true
      case 8: subcode == 19 || subcode > 20
      case 43: subcode >= 0 && subcode != 13 && subcode != 14
      default: false
      }
    let isUser = 65...72 ~= code || 100...110 ~= code
    let isAssigned =
      switch code {
      case 1...7, 11, 12, 15...17, 20...24: true
      case 8, 43: !isReserved
      default: false
      }
    return switch category {
    case .assigned: isAssigned
    case .unassigned: !isAssigned && !isUser && !isReserved
    case .public: isAssigned || !isUser && !isReserved
    case .user: isUser
    case .reserved: isReserved
    case .all: true
    }
  }
}

extension RuleLanguage.DNP3Indications {
  func holds(_ seen: UInt16) -> Bool {
    switch rule {
    case .any: seen & bits != 0
    case .all: seen & bits == bits
    case .none: seen & bits == 0
    case .notAll: seen & bits != bits
    case .exactly: seen == bits
    }
  }
}

extension Operation {
  func isObject(_ group: UInt8, _ variation: UInt8?, _ target: Target) -> Bool {
    guard target.area == .group, target.number == UInt32(group) else { return false }
    guard let variation else { return true }
    return facets[.variation] == UInt32(variation)
  }
}

extension TargetRange {
  /// Whether it holds at least a part of a target, whose name has the bytes `name`.
  func touches(_ target: Target, name: RawSpan, unit: Int64) -> Bool {
    guard target.area == area, (self.unit ?? unit) == unit else { return false }
    if area.notation == .named { return self.name.map { matches(name, $0) } ?? true }
    guard (number ?? target.number) == target.number, bit < 0 || target.bit < 0 || bit == target.bit else {
      return false
    }
    let (end, overflow) = target.address.addingReportingOverflow(UInt64(max(1, target.count)) - 1)
    return addresses.lowerBound <= (overflow ? .max : end) && addresses.upperBound >= target.address
  }
}
