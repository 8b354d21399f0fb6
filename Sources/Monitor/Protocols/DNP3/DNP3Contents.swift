// SPDX-License-Identifier: Apache-2.0

/// The objects of one header: what they are, and where they lie in the fragment.
struct DNP3ObjectBlock {
  let object: DNP3Object
  let range: DNP3Range
  let function: DNP3Function
  let start: Int
  let end: Int
}

/// The objects of a fragment: IEEE 1815-2012, 4.2.2.7 and annex A.
extension DNP3 {
  /// Reads object headers and the objects after them, from `start` to the end of the fragment.
  static func readObjects(
    _ bytes: RawSpan, from start: Int, _ function: DNP3Function, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    var offset = start
    var mostSerious: Action?
    while let header = DNP3ObjectHeader(bytes, at: offset) {
      let object = header.object
      // In a message that authenticates itself, its own signature is not a target (7.5.2.4).
      let isSignature = object.isSignature && function.action != .authenticate
      if function == .write, !isSignature { mostSerious = DNP3Object.moreSerious(mostSerious, object.written) }
      if operation.target == .none, !isSignature { operation.facets[.variation] = UInt32(object.variation) }
      guard let range = header.range else {
        operation.note(Fault(unlisted: "Qualifier", seen: UInt64(header.qualifier.rawValue)))
        add(Target(area: .group, number: UInt32(object.group), count: .max), to: &operation, &exchange)
        break
      }
      offset = range.end
      if let fault = range.fault {
        operation.note(fault)
        add(target(object, range, function), to: &operation, &exchange)
        break
      }
      guard let length = dataSize(object, range, function, bytes, at: offset) else {
        operation.note(Fault(unlisted: "Object", seen: UInt64(object.group) << 8 | UInt64(object.variation)))
        add(target(object, range, function), to: &operation, &exchange)
        break
      }
      let room = bytes.byteCount - offset
      if length > room {
        operation.note(
          Fault(.truncated, "Objects", seen: UInt64(room), least: UInt64(min(length, 65_535)), most: 65_535))
      }
      let end = offset + min(length, room)
      if !isSignature {
        let block = DNP3ObjectBlock(object: object, range: range, function: function, start: offset, end: end)
        readContents(block, bytes, &operation, &exchange)
      }
      offset = end
    }
    if offset < bytes.byteCount, operation.fault == nil, offset + DNP3ObjectHeader.size > bytes.byteCount {
      operation.note(
        Fault(
          .truncated, "Object header", seen: UInt64(bytes.byteCount - offset), least: 3, most: UInt64(longestFragment)))
    }
    if let mostSerious {
      operation.action = mostSerious
      operation.isRoutine = mostSerious == .clock
    }
  }

  static func add(
    _ target: Target, _ values: Values = .none, to operation: inout Operation, _ exchange: inout Exchange
  ) {
    exchange.add(target, values, to: &operation, isFirst: operation.target == .none)
  }

  /// What a header names. The variation of a class object is the class plus one. All points, and a number of events of
  /// unspecified points, count as the whole group.
  static func target(_ object: DNP3Object, _ range: DNP3Range, _ function: DNP3Function) -> Target {
    var target = Target(area: .group, number: UInt32(object.group), address: range.first, count: range.count)
    if object.group == DNP3Group.classes {
      target.address = UInt64(object.variation)
      target.count = 1
    } else if range.isAll || range.isCount && function == .read && object.isEvent {
      target.address = 0
      target.count = .max
    }
    return target
  }

  /// Number of bytes that follow an object header: more than are present if the size cannot be determined, nil if the
  /// size of the object is unknown.
  private static func dataSize(
    _ object: DNP3Object, _ range: DNP3Range, _ function: DNP3Function, _ bytes: RawSpan, at offset: Int
  ) -> Int? {
    let count = Int(range.count)
    let tooMany = bytes.byteCount - offset + 1
    let hasData = function.hasData(object.group)
    if range.isSized || object.group == DNP3Group.attributes && hasData {
      // Each object is preceded by its size.
      var end = offset
      for _ in 0..<count {
        let head = range.isSized ? range.prefix : range.prefix + DNP3Attribute.headerSize
        guard end + head <= bytes.byteCount else { return tooMany }
        end +=
          head + (range.isSized ? range.number(bytes, at: end) : DNP3Attribute.size(bytes, at: end + range.prefix))
        guard end <= bytes.byteCount else { return tooMany }
      }
      return end - offset
    }
    if !hasData { return count * range.prefix }
    if range.isAll { return 0 }
    // Objects that each have an index cannot be packed.
    if object.isPacked { return range.isIndexed ? count * (range.prefix + 1) : (count * object.bits + 7) / 8 }
    guard let size = object.size else { return nil }
    return count * (range.prefix + size)
  }

  private static func readContents(
    _ block: DNP3ObjectBlock, _ bytes: RawSpan, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    let (object, range) = (block.object, block.range)
    if object.group == DNP3Group.file, range.isSized {
      readFiles(block, bytes, &operation, &exchange)
    } else if object.group == DNP3Group.attributes, block.function.hasData(object.group), !range.isSized, !range.isAll {
      readAttributes(block, bytes, &operation, &exchange)
    } else if range.isIndexed {
      readIndexed(block, bytes, &operation, &exchange)
    } else {
      let values =
        block.end > block.start && !range.isSized
        ? values(block, from: block.start, prefix: 0, Int(range.count)) : .none
      add(target(object, range, block.function), values, to: &operation, &exchange)
      if !range.isSized { readStatus(block, at: block.start, bytes, &operation) }
    }
  }

  /// The values of `count` objects from `from` on, each preceded by `prefix` bytes.
  private static func values(_ block: DNP3ObjectBlock, from: Int, prefix: Int, _ count: Int) -> Values {
    let object = block.object
    let (format, place) = object.value
    guard format == .octets, let size = object.size else {
      let stride = object.isPacked ? prefix > 0 ? prefix + 1 : 0 : prefix + (object.size ?? 0)
      return Values(
        format, at: from + prefix + place, count, stride: stride, marks: object.marks(in: block.function),
        end: block.end)
    }
    let there = min(count, (block.end - from) / (prefix + size))
    guard there > 0 else { return .none }
    return Values(
      format: prefix > 0 ? .indexedOctets : .octets, offset: Int32(from), count: Int32(there),
      stride: UInt16(prefix + size), marks: Values.Marks(rawValue: UInt8(prefix)))
  }

  /// Objects that each have an index: consecutive indexes form a range. An index counts even if its object is
  /// truncated.
  private static func readIndexed(
    _ block: DNP3ObjectBlock, _ bytes: RawSpan, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    let (object, range, end) = (block.object, block.range, block.end)
    let size = block.function.hasData(object.group) ? object.isPacked ? 1 : object.size ?? 0 : 0
    let step = range.prefix + size
    var target = Target.none
    var from = block.start
    func found(_ to: Int) -> Values {
      size == 0 ? .none : values(block, from: from, prefix: range.prefix, (to - from) / step)
    }
    var offset = block.start
    while offset + range.prefix <= end {
      let index = UInt64(range.number(bytes, at: offset))
      if target != .none, index == target.address + UInt64(target.count) {
        target.count += 1
      } else {
        if target != .none { add(target, found(offset), to: &operation, &exchange) }
        target = Target(area: .group, number: UInt32(object.group), address: index, count: 1)
        from = offset
      }
      if size > 0 { readStatus(block, at: offset + range.prefix, bytes, &operation) }
      offset += step
    }
    if target == .none, range.count > 0 {
      target = Target(area: .group, number: UInt32(object.group), count: .max)
    }
    if target != .none { add(target, found(offset), to: &operation, &exchange) }
  }

  /// Reads the status at the end of a control (groups 12 and 41) echoed by an outstation. The object begins at
  /// `start`.
  private static func readStatus(
    _ block: DNP3ObjectBlock, at start: Int, _ bytes: RawSpan, _ operation: inout Operation
  ) {
    let object = block.object
    guard block.function == .response, object.hasControlStatus, let size = object.size, start + size <= block.end
    else { return }
    let status = DNP3ControlStatus(rawValue: bytes.u8(start + size - 1) & 0x7F)
    if status != .success, operation.outcome == .ok {
      operation.outcome = .error(code: UInt32(status.rawValue), name: status.name)
    }
  }
}
