// SPDX-License-Identifier: Apache-2.0

/// Discovery and Basic Configuration Protocol: IEC 61158-6-10, 4.3.
enum ProfinetDCP {
  /// The overall effect of a Set, judged by its blocks; the most serious is last.
  private enum Setting: UInt8, Comparable {
    /// Only the start and end of a transaction.
    case nothing
    /// A lamp on the device blinks.
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
      // Not a fault if the capture truncated it.
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

  /// Records the fault of a block that extends beyond the end of its message.
  private static func noteOverlong(_ blocks: borrowing ProfinetDCPBlocks, _ operation: inout Operation) {
    guard let (length, room) = blocks.overlong else { return }
    operation.note(Fault(.length, "DCPBlockLength", seen: UInt64(length), least: 0, most: UInt64(room)))
  }

  /// In a Set, each block has a qualifier before its value. In an Identify, the blocks are filters, without a
  /// qualifier.
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
      if target.area == .station {
        target.name = exchange.name(value)
        if isSet, let fault = ProfinetStationName(value).fault { operation.note(fault) }
      }
      var values = Values.none
      if block.kind.hasIPSuite, let suite = ProfinetIPSuite(value) {
        if isSet { values = Values(.uint32, at: block.valueRange.lowerBound, 3, end: block.valueRange.upperBound) }
        operation.detail = name(of: suite, &exchange)
      }
      var rank = 0
      if isSet {
        let this = Setting(block.kind)
        setting = max(setting ?? .nothing, this)
        // The most important block of a Set is a new name, then any other change, regardless of their order.
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
    // The unreadable part may set anything.
    if !isWhole || blocks.overlong != nil { setting = max(setting ?? .values, .values) }
    guard let setting else { return }
    operation.name = setting.name
    if setting < .values { operation.action = .diagnose }
  }

  /// Responses to Get and Identify, and Hello: a device describes itself. The response to a Set reports the result of
  /// each block.
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
      // What was set is stated in the request. A response to Identify contains a dozen blocks, of which the name is the
      // one that matters.
      if service == .get || isFirst { exchange.add(target, to: &operation, isFirst: isFirst) }
      isFirst = false
    }
    noteOverlong(blocks, &operation)
    // The response to a Set describes nothing itself: the new name, which the device accepts with it, is in the
    // request.
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

  /// A request to all devices is answered by each from its own address. Therefore only the transaction ID matches
  /// responses to it, and it stays pending.
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
      // A request for the name does not contain it; the response does.
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
