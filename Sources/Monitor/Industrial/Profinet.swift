// SPDX-License-Identifier: Apache-2.0

/// PROFINET on EtherType 8892, by the frame id that begins it: IEC 61158-6-10, 4.3 (DCP) and 4.7 (RTC, RTA). Cyclic data, DCP and alarms are told apart as
/// protocols of their own.
enum Profinet: Dissector {
  static var name: StaticString { "profinet-rt" }
  static var selectors: [Selector] { [.etherType(0x8892)] }
  static var about: About { About("PROFINET RT, cyclic", .messages, "IEC 61158-6-10") }
  static var carries: [Carried] {
    [
      Carried("profinet-dcp", About("PROFINET DCP", .full, "IEC 61158-6-10, 4.3")),
      Carried("profinet-alarm", About("PROFINET alarms (RTA)", .messages, "IEC 61158-6-10, 4.7")),
    ]
  }
  static var longestMessage: Int { 1500 }

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard expected, bytes.byteCount >= 2 else { return .no }
    if 0xFEFC...0xFEFF ~= bytes.u16(0), bytes.byteCount >= 4 { return .yes(bytes.u8(3) == 0 ? .toServer : .toClient) }
    return .yes(nil)
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard bytes.byteCount >= 2 else {
      exchange.fault = Fault(.truncated, "FrameID", seen: UInt64(bytes.byteCount), least: 2, most: 1500)
      return .refused(max(1, bytes.byteCount))
    }
    let frame = bytes.u16(0)
    switch frame {
    case 0xFEFC...0xFEFF: return ProfinetDCP.read(bytes, &exchange)
    case 0xFC01, 0xFE01: alarm(bytes, frame, &exchange)
    case 0x0100...0xFBFF: cyclic(bytes, frame, &exchange)
    default:
      var operation = Operation(
        exchange.dissector, .report, .report, code: UInt32(frame), name: "PTCP or other real-time frame")
      operation.cyclic = .yes
      operation.facets[.frameID] = UInt32(frame)
      exchange.operations.append(operation)
    }
    return .message(bytes.byteCount)
  }

  /// Cyclic data: frame id, data, and the APDU status: cycle counter, data status, transfer status (4.7.2). The status ends the frame; padding stands
  /// before it.
  private static func cyclic(_ bytes: RawSpan, _ frame: UInt16, _ exchange: inout Exchange) {
    var operation = Operation(exchange.dissector, .report, .report, code: 0, name: "Cyclic data")
    operation.cyclic = .yes
    operation.unit = Int64(frame)
    operation.facets[.frameID] = UInt32(frame)
    if !exchange.isCut {
      let end = bytes.byteCount - 4
      guard end >= 2 else {
        operation.note(Fault(.truncated, "APDU status", seen: UInt64(bytes.byteCount), least: 6, most: 1500))
        exchange.operations.append(operation)
        return
      }
      let status = bytes.u8(end + 2)
      operation.facets[.cycleCounter] = UInt32(bytes.u16(end))
      operation.facets[.dataStatus] = UInt32(status)
      operation.facets[.transferStatus] = UInt32(bytes.u8(end + 3))
      operation.digest = bytes.digest(from: 2, to: end)
      // What `state` keeps: the data status of each direction, behind a mark that there is one.
      let shift: UInt64 = exchange.direction == .toServer ? 0 : 16
      let now = 0x100 | UInt64(status)
      let before = exchange.state >> shift & 0x1FF
      if before != 0, before != now { operation.cyclic = .news }
      exchange.state = exchange.state & ~(0x1FF << shift) | now << shift
    }
    exchange.operations.append(operation)
  }

  /// Alarm notification or its acknowledgement (4.7.3).
  private static func alarm(_ bytes: RawSpan, _ frame: UInt16, _ exchange: inout Exchange) {
    var operation = Operation(
      exchange.carried[1], .report, .report, code: UInt32(frame), name: frame == 0xFC01 ? "Alarm High" : "Alarm Low")
    operation.facets[.frameID] = UInt32(frame)
    if bytes.byteCount >= 12 {
      // Type of RTA PDU: 1 data, 2 NACK, 3 ACK, 4 error.
      operation.subcode = Int32(bytes.u8(6) & 15)
      if bytes.u8(6) & 15 == 1, bytes.byteCount >= 20 { operation.facets[.alarm] = UInt32(bytes.u16(18)) }
    } else if !exchange.isCut {
      operation.note(Fault(.truncated, "RTA-PDU", seen: UInt64(bytes.byteCount), least: 12, most: 1500))
    }
    exchange.operations.append(operation)
  }
}

/// Discovery and basic configuration protocol: IEC 61158-6-10, 4.3.
///
///     0         2            3              4      8          10          12
///     +---------+------------+--------------+------+----------+-----------+------- ... -+
///     | FrameID | service id | service type | xid  | delay    | length    | blocks      |
///     +---------+------------+--------------+------+----------+-----------+------- ... -+
///
/// A block is option, suboption, length, contents, and a byte that makes the length even.
enum ProfinetDCP {
  private static let headerSize = 12

  private static func name(_ service: UInt8) -> StaticString {
    switch service {
    case 3: "Get"
    case 4: "Set"
    case 5: "Identify"
    case 6: "Hello"
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
    let isHello = service == 6
    let action: Action = service == 4 ? .configure : 3...6 ~= service ? .identify : .unknown
    var operation = Operation(
      exchange.carried[0], action, isHello ? .report : isResponse ? .response : .request, code: UInt32(service),
      name: name(service))
    operation.transaction = Int64(bytes.u32(4))
    if length > bytes.byteCount - headerSize {
      operation.note(
        Fault(.length, "DCPDataLength", seen: UInt64(length), least: 0, most: UInt64(bytes.byteCount - headerSize)))
    }
    if service == 3, !isResponse {
      // A list of what is asked for.
      if length >= 2, bytes.byteCount >= 14 { operation.target = target(bytes.u8(12), bytes.u8(13)) }
    } else {
      blocks(bytes, min(bytes.byteCount, headerSize + length), service, isResponse, &operation, &exchange)
    }
    if isResponse, operation.outcome == .none {
      operation.outcome = type == 5 ? .error(code: 5, name: "Request not supported") : .ok
    }
    pair(&operation, isResponse, &exchange)
    if exchange.isCut { operation.fault = nil }
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

  private static func blocks(
    _ bytes: RawSpan, _ end: Int, _ service: UInt8, _ isResponse: Bool, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    var report = IdentityReport()
    // Who answers Identify or Get, or says Hello, speaks of itself. Whoever is set is told; it is what it is told once it agrees.
    let isSelf = isResponse && service != 4 || service == 6
    let first = exchange.items.count
    var offset = headerSize
    while offset + 4 <= end {
      let (option, suboption) = (bytes.u8(offset), bytes.u8(offset + 1))
      let length = Int(bytes.u16(offset + 2))
      guard offset + 4 + length <= end else {
        operation.note(
          Fault(.length, "DCPBlockLength", seen: UInt64(length), least: 0, most: UInt64(end - offset - 4)))
        break
      }
      // Block info or qualifier comes first, but in the filters of Identify.
      let head = service == 5 && !isResponse ? 0 : 2
      let contents = bytes.slice(offset + 4 + head, length - head)
      var target = target(option, suboption)
      if target.area == .station { target.name = exchange.name(contents) }
      if service == 4, !isResponse {
        if length >= 2 { operation.facets[.blockQualifier] = UInt32(bytes.u16(offset + 4)) }
        // Signal makes a lamp blink; start and end of a transaction change nothing.
        if option == 5, suboption == 3, operation.target == .none { operation.action = .diagnose }
        if option == 1, contents.byteCount >= 12 {
          operation.values = Values(.uint32, at: offset + 6, 3, end: offset + 4 + length)
        }
      } else if service == 4, option == 5, suboption == 4, length >= 3 {
        target = ProfinetDCP.target(bytes.u8(offset + 4), bytes.u8(offset + 5))
        let code = bytes.u8(offset + 6)
        if code != 0, operation.outcome == .none { operation.outcome = .error(code: UInt32(code), name: error(code)) }
      }
      if isSelf, contents.byteCount > 0 {
        switch (option, suboption) {
        case (2, 1): report.model = exchange.name(contents)
        case (2, 2): report.name = target.name
        case (2, 3) where contents.byteCount >= 4: report.knownVendor = ProfinetVendor.name(contents.u16(0))
        default: break
        }
      }
      if operation.target == .none {
        operation.target = target
      } else if service == 4, !isResponse {
        exchange.items.append(Item(target))
      }
      offset += 4 + length + (length & 1)
    }
    operation.items = ItemRange(first, exchange.items.count - first)
    if isSelf, report.model != .none || report.name != .none || report.knownVendor != nil {
      exchange.identities.append(report)
    }
  }

  /// A question to all is answered by each device from its own address: so the transaction id alone ties answers to it, and it keeps waiting.
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
    operation.pairing = .answered
    operation.latency = exchange.time &- exchange[asked].time
    if operation.code == 4 { operation.action = exchange[asked].operation.action }
    // Who asks for a name does not know it; the answer has it.
    let target = exchange[asked].operation.target
    if operation.code != 5, operation.target.area != target.area || target.name != .none { operation.target = target }
  }
}

/// Makers by their PROFINET vendor id (PROFIBUS & PROFINET International, list of vendor ids).
enum ProfinetVendor {
  static func name(_ id: UInt16) -> StaticString? {
    switch id {
    case 0x002A: "Siemens"
    case 0x00B0: "Phoenix Contact"
    case 0x011D: "WAGO"
    case 0x0120: "Beckhoff"
    case 0x001E: "Hilscher"
    case 0x0133: "Molex"
    case 0x001A: "ABB"
    default: nil
    }
  }
}
