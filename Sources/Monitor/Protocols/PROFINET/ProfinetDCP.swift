// SPDX-License-Identifier: Apache-2.0

/// Discovery and basic configuration protocol: IEC 61158-6-10, 4.3.
enum ProfinetDCP {
  /// What the blocks of a Set come to, the most serious last.
  private enum Setting: UInt8, Comparable {
    /// Start and end of a transaction alone.
    case nothing
    /// A lamp blinks.
    case signal
    /// Name, addresses, and everything else.
    case values
    case resetFactorySettings, resetToFactory

    init(_ kind: ProfinetDCPKind) {
      switch kind {
      case .startTransaction, .endTransaction: self = .nothing
      case .signal: self = .signal
      case .resetFactorySettings: self = .resetFactorySettings
      case .resetToFactory: self = .resetToFactory
      default: self = .values
      }
    }
    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    var name: StaticString {
      switch self {
      case .nothing, .values: "Set"
      case .signal: "Set: Signal"
      case .resetFactorySettings: "Set: Reset Factory Settings"
      case .resetToFactory: "Set: Reset to Factory"
      }
    }
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard let header = ProfinetDCPHeader(bytes) else {
      // Not a fault where the capture cut it.
      if exchange.isCut { return .incomplete(ProfinetDCPHeader.size) }
      exchange.fault = Profinet.truncated("DCP header", bytes, least: ProfinetDCPHeader.size)
      return .refused(bytes.byteCount)
    }
    let service = header.serviceID
    let type = header.serviceType
    let isResponse = type.isResponse
    var operation = Operation(
      exchange.id(of: Profinet.dcp), service.action,
      service == .hello ? .report : isResponse ? .response : .request, code: UInt32(service.rawValue),
      name: service.name)
    operation.transaction = Int64(header.xid)
    if header.statedEnd > bytes.byteCount {
      let most = UInt64(bytes.byteCount - ProfinetDCPHeader.size)
      operation.note(Fault(.length, "DCPDataLength", seen: UInt64(header.dataLength), least: 0, most: most))
    }
    if service == .get, !isResponse {
      readGet(header, &operation, &exchange)
    } else if isResponse || service == .hello {
      readAnswer(header, &operation, &exchange)
    } else {
      readQuestion(header, isWhole: header.statedEnd <= bytes.byteCount, &operation, &exchange)
    }
    if isResponse, operation.outcome == .none {
      operation.outcome =
        type == .notSupported ? .error(code: UInt32(type.rawValue), name: "Request not supported") : .ok
    }
    pair(&operation, isResponse, &exchange)
    exchange.operations.append(operation)
    return .message(bytes.byteCount)
  }

  private static func readGet(
    _ header: borrowing ProfinetDCPHeader, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    var cursor = ByteCursor(header.requestedKinds)
    while cursor.remaining >= 2 {
      let isFirst = cursor.offset == 0
      exchange.add(ProfinetDCPKind(rawValue: cursor.readU16()).target, to: &operation, isFirst: isFirst)
    }
  }

  /// A block that runs over the end of its message.
  private static func noteOverlong(_ blocks: borrowing ProfinetDCPBlocks, _ operation: inout Operation) {
    guard let (length, room) = blocks.overlong else { return }
    operation.note(Fault(.length, "DCPBlockLength", seen: UInt64(length), least: 0, most: UInt64(room)))
  }

  /// Set: a qualifier comes before the value of each block. Identify: its blocks are filters, without one.
  private static func readQuestion(
    _ header: borrowing ProfinetDCPHeader, isWhole: Bool, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    let isSet = header.serviceID == .set
    var setting: Setting?
    var best = -1
    var blocks = header.blocks
    while let block = blocks.next() {
      let value = isSet ? block.value : block.contents
      var target = block.kind.target
      if target.area == .station { target.name = exchange.name(value) }
      var values = Values.none
      if block.kind.hasIPSuite, let suite = ProfinetIPSuite(value) {
        if isSet { values = Values(.uint32, at: block.valueRange.lowerBound, 3, end: block.valueRange.upperBound) }
        operation.detail = name(of: suite, &exchange)
      }
      var rank = 0
      if isSet {
        let this = Setting(block.kind)
        setting = max(setting ?? .nothing, this)
        // A new name is what matters most in a Set, then what else changes, whatever comes before it.
        rank = target.area == .station ? 3 : this >= .values ? 2 : Int(this.rawValue)
      }
      if rank > best {
        let (former, formerValues) = (operation.target, operation.values)
        if best >= 0 { exchange.add(former, formerValues, to: &operation, isFirst: false) }
        exchange.add(target, values, to: &operation, isFirst: true)
        if isSet, let qualifier = block.qualifier { operation.facets[.blockQualifier] = UInt32(qualifier) }
        best = rank
      } else {
        exchange.add(target, values, to: &operation, isFirst: false)
      }
    }
    noteOverlong(blocks, &operation)
    guard isSet else { return }
    // What cannot be read may set anything.
    if !isWhole || blocks.overlong != nil { setting = max(setting ?? .values, .values) }
    guard let setting else { return }
    operation.name = setting.name
    if setting < .values { operation.action = .diagnose }
  }

  /// Answers to Get and Identify, and Hello: a device speaks of itself. The answer to a Set says how each block came
  /// out.
  private static func readAnswer(
    _ header: borrowing ProfinetDCPHeader, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    let service = header.serviceID
    var report = IdentityReport()
    var isFirst = true
    var blocks = header.blocks
    while let block = blocks.next() {
      let value = block.value
      var target = block.kind.target
      switch block.kind {
      case .response:
        guard let response = ProfinetDCPResponse(block.contents) else { break }
        target = response.kind.target
        if response.error != .none, operation.outcome == .none {
          operation.outcome = .error(code: UInt32(response.error.rawValue), name: response.error.name)
        }
      case .ipParameter, .fullIPSuite:
        if let suite = ProfinetIPSuite(value) { operation.detail = name(of: suite, &exchange) }
      case .typeOfStation: report.model = exchange.name(value)
      case .nameOfStation:
        report.name = exchange.name(value)
        target.name = report.name
      case .deviceID: if let id = ProfinetDeviceID(value) { report.knownVendor = ProfinetVendor.name(id.vendorID) }
      default: break
      }
      // What was set is in the question; a device that answers Identify says a dozen things, and its name is what
      // counts.
      if service == .get || isFirst { exchange.add(target, to: &operation, isFirst: isFirst) }
      isFirst = false
    }
    noteOverlong(blocks, &operation)
    // The answer to a Set names nothing: the device has the new name, which the question held, once it agrees.
    guard service != .set else { return }
    if service != .get, report.name != .none {
      operation.target = Target(area: .station, count: 1, name: report.name)
    }
    if report.model != .none || report.name != .none || report.knownVendor != nil { exchange.identities.append(report) }
  }

  /// Address, mask and gateway: `192.168.0.2/255.255.255.0 gateway 192.168.0.1`.
  private static func name(of suite: borrowing ProfinetIPSuite, _ exchange: inout Exchange) -> NameID {
    let (address, mask, gateway) = (suite.address, suite.subnetMask, suite.gateway)
    return exchange.name { text in
      text.append(address: address)
      text.append(0x2F)
      text.append(address: mask)
      // ` gateway `
      text += [0x20, 0x67, 0x61, 0x74, 0x65, 0x77, 0x61, 0x79, 0x20]
      text.append(address: gateway)
    }
  }

  /// A question to all devices is answered by each from its own address: so the transaction id alone ties answers to
  /// it, and it keeps waiting.
  private static func pair(_ operation: inout Operation, _ isResponse: Bool, _ exchange: inout Exchange) {
    guard operation.role != .report else { return }
    let conversation = exchange.conversation
    exchange.conversation = .max
    defer { exchange.conversation = conversation }
    guard isResponse else {
      exchange.ask(operation, mayStaySilent: true)
      return
    }
    guard let asked = exchange.waiting(transaction: operation.transaction, unit: -1),
      exchange[asked].operation.code == operation.code
    else {
      operation.pairing = .unasked
      return
    }
    let target = exchange[asked].operation.target
    switch ProfinetDCPService(rawValue: UInt8(truncatingIfNeeded: operation.code)) {
    case .identify:
      operation.pairing = .answered
      operation.latency = exchange.time &- exchange[asked].time
    case .set:
      operation.action = exchange[asked].operation.action
      operation.name = exchange[asked].operation.name
      operation.detail = exchange[asked].operation.detail
      operation.target = target
      exchange.take(answer: &operation, to: asked)
    default:
      // A question for a name does not hold it; the answer does.
      if operation.target == .none { operation.target = target }
      exchange.take(answer: &operation, to: asked)
    }
  }
}

extension [UInt8] {
  /// An IPv4 address in dotted decimal.
  fileprivate mutating func append(address: UInt32) {
    for shift: UInt32 in [24, 16, 8, 0] {
      if shift < 24 { append(0x2E) }
      append(decimal: address >> shift & 0xFF)
    }
  }
}
