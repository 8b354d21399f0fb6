// SPDX-License-Identifier: Apache-2.0

/// An application fragment: IEEE 1815-2012, clause 4. In answers internal indications follow on the function; object headers on those.
///
///     0         1          2                         +0      +1          +2          +3
///     +---------+----------+-----------------------+ +-------+-----------+-----------+-------+--------- ... -+
///     | control | function | indications (answers) | | group | variation | qualifier | range | objects       |
///     +---------+----------+-----------------------+ +-------+-----------+-----------+-------+--------- ... -+
extension DNP3 {
  /// `bytes` hold the fragment from `start` on, `frame` the link frame that completed it.
  static func fragment(_ bytes: RawSpan, from start: Int, _ frame: RawSpan, _ exchange: inout Exchange) {
    guard start + 2 <= bytes.byteCount else {
      var operation = Operation(exchange.dissector, .unknown, .report, code: 0, name: "Fragment cut short")
      address(frame, &operation)
      if !exchange.isCut {
        operation.fault = Fault(
          .truncated, "Application header", seen: UInt64(max(0, bytes.byteCount - start)), least: 2, most: 32_768)
      }
      return exchange.operations.append(operation)
    }
    let control = bytes.u8(start)
    let function = DNP3Function(rawValue: bytes.u8(start + 1))
    let role: Role =
      function == .unsolicited ? .report : function.rawValue >= 0x80 ? .response : .request
    var operation = Operation(
      exchange.dissector, function.action, role, code: UInt32(function.rawValue), name: function.name)
    operation.transaction = Int64(control & 15)
    operation.phase = function.phase
    address(frame, &operation)
    var offset = start + 2
    if function.rawValue >= 0x80 {
      guard offset + 2 <= bytes.byteCount else {
        operation.note(
          Fault(.truncated, "Internal indications", seen: UInt64(bytes.byteCount - offset), least: 2, most: 2))
        return exchange.operations.append(operation)
      }
      // IIN1 in the upper half.
      let indications = bytes.u16(offset)
      operation.facets[.internalIndications] = UInt32(indications)
      if let refusal = DNP3Function.refusal(indications) {
        operation.outcome = .error(code: UInt32(indications & DNP3Function.refusals), name: refusal)
      } else if role == .response {
        operation.outcome = .ok
      }
      offset += 2
    }
    if function != .confirm { objects(bytes, from: offset, function, &operation, &exchange) }
    switch role {
    case .request: ask(operation, function, isBroadcast: frame.u16LE(4) >= 0xFFFD, &exchange)
    case .response where control & 0x80 != 0: pair(&operation, function, &exchange)
    case .response, .report: break
    }
    exchange.operations.append(operation)
  }

  // MARK: Questions and answers

  /// A confirmation has no answer, nor have functions that ask for none, nor has what goes to everybody (9.2.5.2). The reply to a challenge is not answered
  /// for itself: the request that was challenged is (7.5).
  private static func ask(
    _ operation: borrowing Operation, _ function: DNP3Function, isBroadcast: Bool, _ exchange: inout Exchange
  ) {
    let (group, variation) = (operation.target.number, operation.facets[.variation])
    let isReply = function == .authenticate && group == 120 && variation == 2
    guard function != .confirm, !function.isUnanswered, !isReply else { return }
    exchange.ask(operation, mayStaySilent: isBroadcast)
  }

  private static func pair(_ operation: inout Operation, _ function: DNP3Function, _ exchange: inout Exchange) {
    guard let asked = exchange.waiting(transaction: operation.transaction, unit: operation.unit) else {
      operation.pairing = .unasked
      return
    }
    let code = exchange[asked].operation.code
    if function == .authenticationResponse, code != UInt32(DNP3Function.authenticate.rawValue) {
      // A challenge: the request still waits for its answer.
      operation.pairing = .answered
      operation.latency = exchange.time &- exchange[asked].time
      return
    }
    // Sixteen sequence numbers come round soon: while the answer to the request before may still come, the contents tell which one this is.
    if !fits(operation, exchange[asked].operation), exchange.answeredOther(asked) {
      operation.pairing = .answered
      // Controls are given back.
      if operation.target.area == .group, [12, 41].contains(operation.target.number) { operation.action = .operate }
      return
    }
    operation.action = exchange[asked].operation.action
    operation.phase = exchange[asked].operation.phase
    let isFile = operation.target.area == .group && operation.target.number == 70
    if isFile, exchange[asked].operation.target.area == .fileName, let handle = operation.facets[.fileHandle],
      handle != 0
    {
      exchange.remember(key(handle, operation.unit), UInt64(exchange[asked].operation.target.name.rawValue))
    }
    // What an answer to a read holds says more than the classes that were asked for; a handle says less than the name.
    if operation.target == .none || isFile { operation.target = exchange[asked].operation.target }
    exchange.take(answer: &operation, to: asked)
  }

  /// Whether an answer has the objects that one to this request has (table 4-3 and annex A).
  private static func fits(_ answer: borrowing Operation, _ asked: borrowing Operation) -> Bool {
    if case .error = answer.outcome { return true }
    let isEmpty = answer.target == .none
    let group = answer.target.area == .group ? answer.target.number : 70
    switch asked.code {
    case 1: return isEmpty || group != 12 && group != 41
    case 3...5: return answer.target == asked.target
    case 2, 25...30: return isEmpty || group == 70
    case 7, 9, 11, 15, 20...22, 24: return isEmpty
    case 13, 14, 23: return isEmpty || group == 52
    default: return true
    }
  }

  // MARK: Objects

  /// Object headers with what follows them.
  private static func objects(
    _ bytes: RawSpan, from start: Int, _ function: DNP3Function, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    var offset = start
    var gravest: Action?
    while offset + 3 <= bytes.byteCount {
      let object = DNP3Object(group: bytes.u8(offset), variation: bytes.u8(offset + 1))
      // In a message that authenticates itself its own signature is no target (7.5.2.4).
      let isSignature = object.isSignature && function.action != .authenticate
      if function == .write, !isSignature { gravest = DNP3Object.graver(gravest, object.written) }
      if operation.target == .none, !isSignature { operation.facets[.variation] = UInt32(object.variation) }
      guard let header = DNP3Range(bytes, at: offset + 2) else {
        operation.note(Fault(unlisted: "Qualifier", seen: UInt64(bytes.u8(offset + 2))))
        add(Target(area: .group, number: UInt32(object.group), count: .max), to: &operation, &exchange)
        break
      }
      offset = header.end
      if let fault = header.fault {
        operation.note(fault)
        add(target(object, header, function), to: &operation, &exchange)
        break
      }
      guard let length = dataSize(object, header, function, bytes, at: offset) else {
        operation.note(Fault(unlisted: "Object", seen: UInt64(object.group) << 8 | UInt64(object.variation)))
        add(target(object, header, function), to: &operation, &exchange)
        break
      }
      let room = bytes.byteCount - offset
      if length > room {
        operation.note(
          Fault(.truncated, "Objects", seen: UInt64(room), least: UInt64(min(length, 65_535)), most: 65_535))
      }
      let end = offset + min(length, room)
      if !isSignature {
        contents(bytes, object, header, from: offset, to: end, function, &operation, &exchange)
      }
      offset = end
    }
    if offset < bytes.byteCount, operation.fault == nil, offset + 3 > bytes.byteCount {
      operation.note(
        Fault(.truncated, "Object header", seen: UInt64(bytes.byteCount - offset), least: 3, most: 32_768))
    }
    if let gravest { operation.action = gravest }
  }

  private static func add(
    _ target: Target, _ values: Values = .none, to operation: inout Operation, _ exchange: inout Exchange
  ) {
    exchange.add(target, values, to: &operation, isFirst: operation.target == .none)
  }

  /// What a header names. Of class objects the variation is the class, one more. All points, and so many events of whatever points, are the whole group.
  private static func target(_ object: DNP3Object, _ header: DNP3Range, _ function: DNP3Function) -> Target {
    var target = Target(area: .group, number: UInt32(object.group), address: header.first, count: header.count)
    if object.group == 60 {
      target.address = UInt64(object.variation)
      target.count = 1
    } else if header.isAll || header.isCount && function == .read && object.isEvent {
      target.address = 0
      target.count = .max
    }
    return target
  }

  /// Bytes that follow an object header; more than there are where they cannot be told, nil where the object's size is not known.
  private static func dataSize(
    _ object: DNP3Object, _ header: DNP3Range, _ function: DNP3Function, _ bytes: RawSpan, at offset: Int
  ) -> Int? {
    let count = Int(header.count)
    let tooMany = bytes.byteCount - offset + 1
    let hasData = function.hasData(object.group)
    if header.isSized || object.group == 0 && hasData {
      // Each object has its size before it.
      var end = offset
      for _ in 0..<count {
        let head = header.isSized ? header.prefix : header.prefix + 2
        guard end + head <= bytes.byteCount else { return tooMany }
        end +=
          head + (header.isSized ? header.number(bytes, at: end) : DNP3Attribute.size(bytes, at: end + header.prefix))
        guard end <= bytes.byteCount else { return tooMany }
      }
      return end - offset
    }
    if !hasData { return count * header.prefix }
    if header.isAll { return 0 }
    // With an index before each they cannot be packed.
    if object.isPacked { return header.isIndexed ? count * (header.prefix + 1) : (count * object.bits + 7) / 8 }
    guard let size = object.size else { return nil }
    return count * (header.prefix + size)
  }

  /// What stands behind one header.
  private static func contents(
    _ bytes: RawSpan, _ object: DNP3Object, _ header: DNP3Range, from start: Int, to end: Int, _ function: DNP3Function,
    _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    if object.group == 70, header.isSized {
      files(bytes, object, header, from: start, to: end, function, &operation, &exchange)
    } else if object.group == 0, function.hasData(0), !header.isSized, !header.isAll {
      attributes(bytes, object, header, from: start, to: end, function, &operation, &exchange)
    } else if header.isIndexed {
      indexed(bytes, object, header, from: start, to: end, function, &operation, &exchange)
    } else {
      let (format, place) = object.value
      let values =
        end > start && !header.isSized
        ? Values(
          format, at: start + place, Int(header.count), stride: object.isPacked ? 0 : object.size ?? 0, end: end)
        : .none
      add(target(object, header, function), values, to: &operation, &exchange)
      if !header.isSized { status(bytes, object, from: start, to: end, function, &operation) }
    }
  }

  /// Objects with an index before each: those that follow on the one before are one range. An index counts also where its object is cut off.
  private static func indexed(
    _ bytes: RawSpan, _ object: DNP3Object, _ header: DNP3Range, from start: Int, to end: Int,
    _ function: DNP3Function, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    let size = function.hasData(object.group) ? object.isPacked ? 1 : object.size ?? 0 : 0
    let step = header.prefix + size
    let (format, place) = object.value
    var target = Target.none
    var from = start
    func values(_ to: Int) -> Values {
      size == 0
        ? .none
        : Values(format, at: from + header.prefix + place, (to - from) / step, stride: step, end: end)
    }
    var offset = start
    while offset + header.prefix <= end {
      let index = UInt64(header.number(bytes, at: offset))
      if target != .none, index == target.address + UInt64(target.count) {
        target.count += 1
      } else {
        if target != .none { add(target, values(offset), to: &operation, &exchange) }
        target = Target(area: .group, number: UInt32(object.group), address: index, count: 1)
        from = offset
      }
      if size > 0 { status(bytes, object, from: offset + header.prefix, to: end, function, &operation) }
      offset += step
    }
    if target == .none, header.count > 0 {
      target = Target(area: .group, number: UInt32(object.group), count: .max)
    }
    if target != .none { add(target, values(offset), to: &operation, &exchange) }
  }

  /// The status at the end of a control (group 12 and 41) that an outstation gave back, and the quality of the first point.
  private static func status(
    _ bytes: RawSpan, _ object: DNP3Object, from start: Int, to end: Int, _ function: DNP3Function,
    _ operation: inout Operation
  ) {
    guard let size = object.size, start + size <= end else { return }
    if operation.facets[.quality] == nil, let place = object.flags {
      operation.facets[.quality] = UInt32(bytes.u8(start + place))
    }
    guard function == .response, object.group == 12 && object.variation <= 2 || object.group == 41 else { return }
    let status = bytes.u8(start + size - 1) & 0x7F
    if status != 0, operation.outcome == .ok {
      operation.outcome = .error(code: UInt32(status), name: DNP3Object.controlStatus(status))
    }
  }

  // MARK: Files

  /// Handles are one station's.
  private static func key(_ handle: UInt32, _ unit: Int64) -> UInt64 {
    UInt64(truncatingIfNeeded: unit) << 32 | UInt64(handle)
  }

  /// File objects (annex A.31), each with its size before it. What has no name has the handle that opening gave; the name it stands for is the target.
  private static func files(
    _ bytes: RawSpan, _ object: DNP3Object, _ header: DNP3Range, from start: Int, to end: Int, _ function: DNP3Function,
    _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    var offset = start
    for _ in 0..<Int(header.count) {
      guard offset + header.prefix <= end else { break }
      let size = header.number(bytes, at: offset)
      let file = bytes.slice(offset + header.prefix, min(size, end - offset - header.prefix))
      offset += header.prefix + size
      var target = Target(area: .group, number: 70, count: 1)
      var name = RawSpan()
      switch object.variation {
      // Offset and length of the name, counted from the object's beginning.
      case 2, 3, 7: if file.byteCount >= 4 { name = file.slice(Int(file.u16LE(0)), Int(file.u16LE(2))) }
      case 4...6: handle(file, object, function, &target, &operation, &exchange)
      case 8: name = file
      default: break
      }
      if name.byteCount > 0 {
        target = Target(area: object.variation == 2 ? .user : .fileName, count: 1, name: exchange.name(name))
      }
      add(target, to: &operation, &exchange)
    }
  }

  /// Command status (A.31.4), transport (A.31.5) and transport status (A.31.6) begin with the handle.
  private static func handle(
    _ file: RawSpan, _ object: DNP3Object, _ function: DNP3Function, _ target: inout Target,
    _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    guard file.byteCount >= 4 else { return }
    let handle = file.u32LE(0)
    operation.facets[.fileHandle] = handle
    target.address = UInt64(handle)
    if let name = exchange.recall(key(handle, operation.unit)) {
      let name = NameID(rawValue: UInt32(truncatingIfNeeded: name))
      if exchange.names.names[name].byteCount > 0 { target = Target(area: .fileName, count: 1, name: name) }
    }
    // The uppermost bit marks the last block.
    if object.variation != 4, file.byteCount >= 8 { operation.facets[.blockNumber] = file.u32LE(4) & 0x7FFF_FFFF }
    let place = object.variation == 4 ? 12 : 8
    guard function == .response, object.variation != 5, place < file.byteCount, operation.outcome == .ok else { return }
    let status = file.u8(place)
    if status != 0 { operation.outcome = .error(code: UInt32(status), name: DNP3Object.fileStatus(status)) }
  }

  // MARK: Device attributes

  /// Group 0 (annex A.1): the variation is the attribute, the index its set; each value has type and length before it.
  private static func attributes(
    _ bytes: RawSpan, _ object: DNP3Object, _ header: DNP3Range, from start: Int, to end: Int, _ function: DNP3Function,
    _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    var offset = start
    for place in 0..<Int(header.count) {
      guard offset + header.prefix + 2 <= end else { break }
      let index = header.isIndexed ? UInt64(header.number(bytes, at: offset)) : header.first + UInt64(place)
      let attribute = DNP3Attribute(bytes, at: offset + header.prefix, end: end)
      let target = Target(area: .group, number: 0, address: index, count: 1)
      add(target, Values(attribute.format, at: attribute.start, 1, end: end), to: &operation, &exchange)
      if function == .response || function == .unsolicited, attribute.isText {
        identify(object, bytes.slice(attribute.start, attribute.count), &exchange)
      }
      offset += header.prefix + 2 + attribute.size
    }
  }

  private static func identify(_ object: DNP3Object, _ text: RawSpan, _ exchange: inout Exchange) {
    let text = text.trimmed
    guard text.byteCount > 0 else { return }
    var report = IdentityReport()
    switch object.variation {
    case 242: report.firmware = exchange.name(text)
    case 247: report.name = exchange.name(text)
    case 248: report.serial = exchange.name(text)
    case 250: report.model = exchange.name(text)
    case 252: report.vendor = exchange.name(text)
    default: return
    }
    exchange.identities.append(report)
  }
}
