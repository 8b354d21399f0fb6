// SPDX-License-Identifier: Apache-2.0

/// Discovery and basic configuration protocol: IEC 61158-6-10, 4.3.
///
///     0         2            3              4      8          10          12
///     +---------+------------+--------------+------+----------+-----------+------- ... -+
///     | FrameID | service id | service type | xid  | delay    | length    | blocks      |
///     +---------+------------+--------------+------+----------+-----------+------- ... -+
///
/// A block is option, suboption, length, contents, and a byte that makes the length even. A question of Get has
/// options and suboptions alone.
enum ProfinetDCP {
  private static let headerSize = 12

  private enum Service {
    static let get: UInt8 = 3
    static let set: UInt8 = 4
    static let identify: UInt8 = 5
    static let hello: UInt8 = 6
  }

  private static func name(_ service: UInt8) -> StaticString {
    switch service {
    case Service.get: "Get"
    case Service.set: "Set"
    case Service.identify: "Identify"
    case Service.hello: "Hello"
    default: "Reserved DCP service"
    }
  }

  /// Of the answer to a Set (4.3.1.4.29).
  private static func error(_ code: UInt8) -> StaticString {
    switch code {
    case 1: "Option not supported"
    case 2: "Suboption not supported or no data set available"
    case 3: "Suboption not set"
    case 4: "Resource error"
    case 5: "Set not possible by local reasons"
    case 6: "In operation, Set not possible"
    default: "Reserved block error"
    }
  }

  /// What the blocks of a Set come to, the gravest last.
  private enum Setting: UInt8, Comparable {
    /// Start and end of a transaction alone.
    case nothing
    /// A lamp blinks.
    case signal
    /// Name, addresses, and all else.
    case values
    case resetFactorySettings, resetToFactory

    init(_ option: UInt8, _ suboption: UInt8) {
      switch (option, suboption) {
      case (5, 1), (5, 2): self = .nothing
      case (5, 3): self = .signal
      case (5, 5): self = .resetFactorySettings
      case (5, 6): self = .resetToFactory
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
    guard bytes.byteCount >= headerSize else {
      if exchange.isCut { return .message(bytes.byteCount) }
      exchange.fault = Fault(.truncated, "DCP header", seen: UInt64(bytes.byteCount), least: 12, most: 1500)
      return .refused(bytes.byteCount)
    }
    let service = bytes.u8(2)
    let type = bytes.u8(3)
    let length = Int(bytes.u16(10))
    let isResponse = type & 1 != 0
    let isHello = service == Service.hello
    let action: Action =
      service == Service.set ? .configure : Service.get...Service.hello ~= service ? .identify : .unknown
    var operation = Operation(
      exchange.id(of: Profinet.dcp), action, isHello ? .report : isResponse ? .response : .request,
      code: UInt32(service),
      name: name(service))
    operation.transaction = Int64(bytes.u32(4))
    if length > bytes.byteCount - headerSize {
      operation.note(
        Fault(.length, "DCPDataLength", seen: UInt64(length), least: 0, most: UInt64(bytes.byteCount - headerSize)))
    }
    let end = min(bytes.byteCount, headerSize + length)
    if service == Service.get, !isResponse {
      var offset = headerSize
      while offset + 2 <= end {
        let target = target(bytes.u8(offset), bytes.u8(offset + 1))
        exchange.add(target, to: &operation, isFirst: offset == headerSize)
        offset += 2
      }
    } else if isResponse || service == Service.hello {
      answer(bytes, end, service, &operation, &exchange)
    } else {
      question(bytes, end, isWhole: end == headerSize + length, service, &operation, &exchange)
    }
    if isResponse, operation.outcome == .none {
      operation.outcome = type == 5 ? .error(code: 5, name: "Request not supported") : .ok
    }
    pair(&operation, isResponse, &exchange)
    exchange.operations.append(operation)
    return .message(bytes.byteCount)
  }

  private static func target(_ option: UInt8, _ suboption: UInt8) -> Target {
    switch (option, suboption) {
    case (1, _): Target(area: .ipSuite, count: 1)
    case (2, 2): Target(area: .station, count: 1)
    default: Target(area: .dcpBlock, number: UInt32(option), address: UInt64(suboption), count: 1)
    }
  }

  /// The block at `offset`: its contents begin `head` bytes behind its length. Nil at the end, and where it runs
  /// over it.
  private static func block(
    _ bytes: RawSpan, at offset: Int, end: Int, head: Int, _ operation: inout Operation
  ) -> (option: UInt8, suboption: UInt8, length: Int, start: Int, count: Int)? {
    guard offset + 4 <= end else { return nil }
    let length = Int(bytes.u16(offset + 2))
    guard offset + 4 + length <= end else {
      operation.note(Fault(.length, "DCPBlockLength", seen: UInt64(length), least: 0, most: UInt64(end - offset - 4)))
      return nil
    }
    return (bytes.u8(offset), bytes.u8(offset + 1), length, offset + 4 + head, max(0, length - head))
  }

  /// Set: a qualifier comes before the contents of each block. Identify: its blocks are filters, without one.
  private static func question(
    _ bytes: RawSpan, _ end: Int, isWhole: Bool, _ service: UInt8, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    let isSet = service == Service.set
    var setting: Setting?
    var best = -1
    var offset = headerSize
    while let block = block(bytes, at: offset, end: end, head: isSet ? 2 : 0, &operation) {
      let contents = bytes.slice(block.start, block.count)
      var target = target(block.option, block.suboption)
      if target.area == .station { target.name = exchange.name(contents) }
      var values = Values.none
      if block.option == 1, 2...3 ~= block.suboption, contents.byteCount >= 12 {
        if isSet { values = Values(.uint32, at: block.start, 3, end: block.start + block.count) }
        operation.detail = addresses(contents, &exchange)
      }
      var rank = 0
      if isSet {
        let this = Setting(block.option, block.suboption)
        setting = max(setting ?? .nothing, this)
        // A new name is what is told of a Set, then what else changes, whatever stands before it.
        rank = target.area == .station ? 3 : this >= .values ? 2 : Int(this.rawValue)
      }
      if rank > best {
        let (former, formerValues) = (operation.target, operation.values)
        if best >= 0 { exchange.add(former, formerValues, to: &operation, isFirst: false) }
        exchange.add(target, values, to: &operation, isFirst: true)
        if isSet, block.length >= 2 { operation.facets[.blockQualifier] = UInt32(bytes.u16(offset + 4)) }
        best = rank
      } else {
        exchange.add(target, values, to: &operation, isFirst: false)
      }
      offset += 4 + block.length + (block.length & 1)
    }
    guard isSet else { return }
    // What cannot be read may set anything.
    if !isWhole || offset + 4 <= end { setting = max(setting ?? .values, .values) }
    guard let setting else { return }
    operation.name = setting.name
    if setting < .values { operation.action = .diagnose }
  }

  /// Answers to Get and Identify, and Hello: a device speaks of itself. The answer to a Set says how each block came
  /// out.
  private static func answer(
    _ bytes: RawSpan, _ end: Int, _ service: UInt8, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    var report = IdentityReport()
    var offset = headerSize
    while let block = block(bytes, at: offset, end: end, head: 2, &operation) {
      let contents = bytes.slice(block.start, block.count)
      var target = target(block.option, block.suboption)
      switch (block.option, block.suboption) {
      case (5, 4) where block.length >= 3:
        target = ProfinetDCP.target(bytes.u8(offset + 4), bytes.u8(offset + 5))
        let code = bytes.u8(offset + 6)
        if code != 0, operation.outcome == .none { operation.outcome = .error(code: UInt32(code), name: error(code)) }
      case (1, 2...3) where contents.byteCount >= 12: operation.detail = addresses(contents, &exchange)
      case (2, 1): report.model = exchange.name(contents)
      case (2, 2):
        report.name = exchange.name(contents)
        target.name = report.name
      case (2, 3) where contents.byteCount >= 4: report.knownVendor = ProfinetVendor.name(contents.u16(0))
      default: break
      }
      // What was set stands in the question; who answers Identify tells a dozen things, and its name is what counts.
      if service == Service.get || offset == headerSize {
        exchange.add(target, to: &operation, isFirst: offset == headerSize)
      }
      offset += 4 + block.length + (block.length & 1)
    }
    // Whoever is set is told; it is what it is told once it agrees.
    guard service != Service.set else { return }
    if service != Service.get, report.name != .none {
      operation.target = Target(area: .station, count: 1, name: report.name)
    }
    if report.model != .none || report.name != .none || report.knownVendor != nil { exchange.identities.append(report) }
  }

  /// Address, mask and gateway: `192.168.0.2/255.255.255.0 gateway 192.168.0.1`.
  private static func addresses(_ contents: RawSpan, _ exchange: inout Exchange) -> NameID {
    let (address, mask, gateway) = (contents.u32(0), contents.u32(4), contents.u32(8))
    return exchange.name { text in
      text.append(address: address)
      text.append(0x2F)
      text.append(address: mask)
      // ` gateway `
      text += [0x20, 0x67, 0x61, 0x74, 0x65, 0x77, 0x61, 0x79, 0x20]
      text.append(address: gateway)
    }
  }

  /// A question to all is answered by each device from its own address: so the transaction id alone ties answers to
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
    switch UInt8(truncatingIfNeeded: operation.code) {
    case Service.identify:
      operation.pairing = .answered
      operation.latency = exchange.time &- exchange[asked].time
    case Service.set:
      operation.action = exchange[asked].operation.action
      operation.name = exchange[asked].operation.name
      operation.detail = exchange[asked].operation.detail
      operation.target = target
      exchange.take(answer: &operation, to: asked)
    default:
      // Who asks for a name does not know it; the answer has it.
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

/// Makers by their PROFINET vendor id (PROFIBUS & PROFINET International, list of vendor ids).
enum ProfinetVendor {
  static func name(_ id: UInt16) -> StaticString? {
    switch id {
    case 0x001A: "ABB"
    case 0x002A: "Siemens"
    case 0x00B0: "Phoenix Contact"
    case 0x010A: "SEW-EURODRIVE"
    case 0x010C: "HMS Industrial Networks"
    case 0x011D: "WAGO"
    case 0x011E: "Hilscher"
    case 0x0120: "Beckhoff"
    case 0x0133: "Molex"
    default: nil
    }
  }
}
