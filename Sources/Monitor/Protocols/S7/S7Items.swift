// SPDX-License-Identifier: Apache-2.0

/// What variable specifications and items of data mean for an operation.
enum S7Items {
  // MARK: Specifications

  /// `count` specifications of variables; where `isWritten`, the message's data have a value for each.
  static func read(
    specifications: RawSpan, count: Int, of message: borrowing S7Message, isWritten: Bool, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    var rest = specifications
    var data = S7DataItems(message.bytes, message.dataRange)
    // Behind an item that is not as its specification says, nothing tells where the next one begins.
    var isFaulty = false
    // From this item on, only the following ones and the end of the data show whether its length is right.
    var firstUnchecked: Int?
    if count == 0 { operation.note(Fault(.quantity, "Item count", seen: 0, least: 1, most: 255)) }
    for index in 0..<count {
      guard let specification = S7ItemSpecification(rest) else {
        operation.note(Fault(.quantity, "Item count", seen: UInt64(count), least: 1, most: UInt64(max(1, index))))
        break
      }
      rest = rest.from(specification.paddedSize)
      let address = specification.address
      if !isWritten, let parts = S7DataBlockParts(address) {
        add(parts, isFirst: index == 0, &operation, &exchange)
        continue
      }
      var (target, format) = target(address)
      if target.area == .none {
        target = Target(area: .tag, count: 1, name: name(address, &operation, &exchange))
        // What a symbol stands for is in the controller alone.
        if address.byteCount > 0, address.u8(0) == S7SymbolicAddress.syntax { format = .none }
      }
      var values = Values(format: format)
      if isWritten {
        let any = S7AnyAddress(address)
        let size = any?.contentsSize
        if !isFaulty, !exchange.isCut, let fault = data.fault(expecting: size, isBit: any?.isBit) {
          operation.note(fault)
          isFaulty = true
        }
        if !isFaulty {
          values = data.next(as: format, isLast: index == count - 1).values
          if size == nil, firstUnchecked == nil { firstUnchecked = index }
        }
      }
      exchange.add(target, values, to: &operation, isFirst: index == 0)
    }
    guard isWritten, !exchange.isCut else { return }
    if !isFaulty, let fault = data.faultAtEnd {
      operation.note(fault)
      isFaulty = true
    }
    if isFaulty, let firstUnchecked { exchange.dropValues(from: firstUnchecked, of: &operation) }
  }

  /// A variable by symbol, as in newer controllers; of an unknown syntax the bytes of its description.
  private static func name(_ address: RawSpan, _ operation: inout Operation, _ exchange: inout Exchange) -> NameID {
    guard let symbol = S7SymbolicAddress(address) else {
      return exchange.name { $0.append(hexadecimal: address.extracting(first: 64)) }
    }
    if !symbol.isWhole {
      operation.note(
        Fault(
          .length, "Item specification length", seen: UInt64(address.byteCount),
          expected: UInt64(address.byteCount & ~3 | 2)))
    }
    return exchange.name { symbol.write(to: &$0) }
  }

  private static func add(
    _ parts: borrowing S7DataBlockParts, isFirst: Bool, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    let capacity = parts.capacity
    if Int(parts.count) != capacity {
      operation.note(
        Fault(.quantity, "Number of areas", seen: UInt64(parts.count), expected: UInt64(capacity)))
    }
    for index in 0..<min(Int(parts.count), capacity) {
      let target = Target(
        area: .dataBlock, number: UInt32(parts.dataBlock(at: index)), address: UInt64(parts.address(at: index)),
        count: UInt32(parts.length(at: index)))
      exchange.add(target, Values(format: .uint8), to: &operation, isFirst: isFirst && index == 0)
    }
  }

  /// Bytes of a specification with an address of the syntax S7ANY: an even number, so that no padding follows.
  static let plainSize = S7ItemSpecification.headerSize + S7AnyAddress.size

  /// What an address of that syntax names, and how its values are read, where both are known.
  static func plain(_ address: RawSpan) -> Item? {
    guard address.byteCount == S7AnyAddress.size else { return nil }
    let (target, format) = target(address)
    return target.area == .none || format == .none ? nil : Item(target, Values(format: format))
  }

  /// What an address names, and how its values are read; no target for an unknown syntax or area.
  private static func target(_ bytes: RawSpan) -> (Target, Values.Format) {
    guard let address = S7AnyAddress(bytes), let area = address.area.area else { return (.none, .uint8) }
    let (width, format) = address.transportSize.element
    let count = UInt32(address.count)
    let number = area == .dataBlock || area == .instanceBlock ? UInt32(address.dataBlock) : 0
    if area == .timer || area == .counter {
      return (Target(area: area, address: UInt64(address.address), count: count), .uint16)
    }
    let isBit = address.transportSize == .bit
    return (
      Target(
        area: area, number: number, address: UInt64(address.address >> 3), count: isBit ? 1 : count * UInt32(width),
        bit: isBit ? Int8(truncatingIfNeeded: address.address & 7) : -1), format
    )
  }

  // MARK: Data

  /// `count` items of data that answer a read. `format` is that of the first one in the question.
  static func read(
    _ items: inout S7DataItems, count: Int, as format: Values.Format, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    // The target whose data come next: an item may have several.
    var index = 0
    let targets = Int(operation.items.count) + 1
    let isAsked = operation.pairing == .answered && targets == count
    // Of a longer question, the further targets are not known.
    let isKnown = operation.pairing == .answered && targets <= PendingRequests.itemLimit
    if isKnown, operation.target != .none, count > targets {
      operation.note(Fault(.quantity, "Item count", seen: UInt64(count), least: 1, most: UInt64(targets)))
    }
    for number in 0..<count {
      guard let header = items.header else {
        // A refused item has only its return code.
        if let code = items.returnCode, code != .success {
          refuse(code, at: index, of: count, &operation)
        } else if !exchange.isCut, let fault = items.fault(expecting: nil) {
          operation.note(fault)
        }
        break
      }
      let isLast = number == count - 1
      // More targets than items; or one part alone, which is longer than its data by a return code.
      let isShort = index + count - number <= Int(operation.items.count)
      if header.returnCode == .success, header.transportSize == .octetString, isShort || items.hasInnerSuccess {
        let (parts, hasRefused) = partCount(items.contents(of: Int(header.length)), from: index, operation, exchange)
        if parts > 0 {
          let range = items.nextRange(of: Int(header.length), isLast: isLast)
          readParts(items.bytes, range, at: index..<index + parts, &operation, &exchange)
          index += parts
          continue
        }
        // The one item has nothing but parts. What a refused one has besides its code is not published.
        if count == 1, targets > 1, isKnown, !hasRefused, !exchange.isCut {
          operation.note(
            Fault(
              .length, "Data item length", seen: UInt64(header.length),
              expected: UInt64(partsSize(from: index, operation, exchange))))
        }
      }
      if header.returnCode == .success || !isLast, !exchange.isCut {
        // What a refused item has is not published, but the next one lies behind it.
        let asked = index == 0 ? format : exchange.format(at: index, of: operation)
        let size =
          isAsked && header.returnCode == .success && asked != .none
          ? contentsSize(target(at: index, of: operation, exchange)) : nil
        if let fault = items.fault(expecting: size) {
          operation.note(fault)
          break
        }
      }
      let answer = items.next(as: index == 0 ? format : exchange.format(at: index, of: operation), isLast: isLast)
      if answer.code != .success { refuse(answer.code, at: index, of: count, &operation) }
      exchange.answer(answer.values, at: index, of: &operation)
      index += 1
    }
  }

  /// Bytes that answer a read of a target; nil where it does not count bytes.
  static func contentsSize(_ target: Target) -> Int? {
    switch target.area {
    case .input, .output, .flag, .dataBlock, .instanceBlock, .peripheral: target.bit < 0 ? Int(target.count) : 1
    default: nil
    }
  }

  /// How many parts of data blocks, from the target at `index` on, the contents of an item hold: the return code of
  /// each, and the bytes of those that were read, with none between them. 0 where they do not fill it.
  private static func partCount(
    _ contents: RawSpan, from index: Int, _ operation: borrowing Operation, _ exchange: borrowing Exchange
  ) -> (parts: Int, hasRefused: Bool) {
    var place = 0
    var parts = 0
    var hasRefused = false
    while place < contents.byteCount, index + parts <= Int(operation.items.count) {
      let target = target(at: index + parts, of: operation, exchange)
      guard target.area == .dataBlock, target.bit < 0 else { return (0, hasRefused) }
      let code = S7ReturnCode(rawValue: contents.u8(place))
      if code != .success { hasRefused = true }
      place += 1 + (code == .success ? Int(target.count) : 0)
      parts += 1
    }
    return (place == contents.byteCount ? parts : 0, hasRefused)
  }
  /// The bytes of an item that has all parts from the target at `index` on, each with its return code.
  private static func partsSize(
    from index: Int, _ operation: borrowing Operation, _ exchange: borrowing Exchange
  ) -> Int {
    var size = 0
    for place in index..<max(index, Int(operation.items.count) + 1) {
      size += 1 + Int(target(at: place, of: operation, exchange).count)
    }
    return size
  }
  private static func readParts(
    _ bytes: RawSpan, _ contents: Range<Int>, at places: Range<Int>, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    var place = contents.lowerBound
    for index in places {
      let count = Int(target(at: index, of: operation, exchange).count)
      let code = S7ReturnCode(rawValue: bytes.u8(place))
      place += 1
      guard code == .success else {
        refuse(code, at: index, of: 2, &operation)
        exchange.answer(.none, at: index, of: &operation)
        continue
      }
      exchange.answer(Values(.uint8, at: place, count, end: place + count), at: index, of: &operation)
      place += count
    }
  }
  private static func target(
    at place: Int, of operation: borrowing Operation, _ exchange: borrowing Exchange
  ) -> Target {
    place == 0 ? operation.target : exchange.items[Int(operation.items.start) + place - 1].target
  }

  /// One return code for each of `count` items that were written. `isExact`: and nothing else; test functions have
  /// padding behind them.
  static func read(returnCodes bytes: RawSpan, count: Int, isExact: Bool, _ operation: inout Operation) {
    if isExact, bytes.byteCount != count {
      operation.note(Fault(.quantity, "Return codes", seen: UInt64(bytes.byteCount), expected: UInt64(count)))
    }
    for place in 0..<min(bytes.byteCount, count) {
      let code = S7ReturnCode(rawValue: bytes.u8(place))
      if code != .success { return refuse(code, at: place, of: count, &operation) }
    }
  }

  /// The first refused item decides the outcome of the message, and its place is recorded if there are several.
  private static func refuse(
    _ code: S7ReturnCode, at index: Int, of count: Int, _ operation: inout Operation
  ) {
    if case .error = operation.outcome { return }
    operation.outcome = .error(code: UInt32(code.rawValue), name: code.name)
    if count > 1 { operation.facets[.refusedItem] = UInt32(index + 1) }
  }

  // MARK: Test functions

  /// `count` variables of a test function; `hasValues` where an item of data for each follows them.
  static func readTest(
    _ bytes: RawSpan, _ variables: Range<Int>, count: Int, hasValues: Bool, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    let first = variables.lowerBound
    let data = first + S7TestVariable.size * count
    guard data <= variables.upperBound else { return }
    var items = S7DataItems(bytes, data..<variables.upperBound)
    var isFaulty = false
    for index in 0..<count {
      guard let variable = S7TestVariable(bytes.from(first + S7TestVariable.size * index)),
        let area = variable.area, let width = variable.width
      else { return }
      let repetitions = variable.repetitions
      // Timers and counters are counted themselves, elsewhere bytes are.
      let isNumbered = area == .timer || area == .counter
      let isBit = width == 0 && !isNumbered
      let target = Target(
        area: area, number: area == .dataBlock ? UInt32(variable.dataBlock) : 0, address: UInt64(variable.address),
        count: isBit ? 1 : UInt32(isNumbered ? 1 : width) * UInt32(repetitions), bit: isBit ? Int8(repetitions & 7) : -1
      )
      let format: Values.Format = width == 4 ? .uint32 : width == 2 ? .uint16 : .uint8
      var values = Values(format: format)
      if hasValues, !isFaulty {
        // How long timers and counters are is not published.
        let size = isNumbered ? nil : isBit ? 1 : width * Int(repetitions)
        if !exchange.isCut, let fault = items.fault(expecting: size) {
          operation.note(fault)
          isFaulty = true
        } else {
          values = items.next(as: format, isLast: false).values
        }
      }
      exchange.add(target, values, to: &operation, isFirst: index == 0)
    }
  }
}

/// Walks over items of data: header and contents each, with a byte of padding after contents of odd length.
struct S7DataItems: ~Escapable {
  /// The message up to the end of its data: values count from its beginning.
  let bytes: RawSpan
  private(set) var offset: Int

  @inline(__always) @_lifetime(copy bytes)
  init(_ bytes: RawSpan, _ range: Range<Int>) {
    self.bytes = bytes.extracting(first: range.upperBound)
    offset = range.lowerBound
  }

  /// Header of the next item; nil if there is no room for it.
  var header: S7DataHeader? {
    @_lifetime(copy self) get { S7DataHeader(bytes.from(offset)) }
  }
  /// The next item's, where at least that is there.
  var returnCode: S7ReturnCode? {
    offset < bytes.byteCount ? S7ReturnCode(rawValue: bytes.u8(offset)) : nil
  }
  /// Whether the contents of the next item can begin with the return code of a part.
  var hasInnerSuccess: Bool {
    let contents = contents(of: 1)
    return contents.byteCount > 0 && S7ReturnCode(rawValue: contents.u8(0)) == .success
  }
  /// The next item's first `length` bytes of contents, or what is there of them.
  @_lifetime(copy self)
  func contents(of length: Int) -> RawSpan { bytes.slice(offset + S7DataHeader.size, length) }

  /// What is wrong with the next item, whose contents have `size` bytes (nil: not known) and are a bit or not (nil: not
  /// known). As many items are expected as there are specifications.
  func fault(expecting size: Int?, isBit: Bool? = nil) -> Fault? {
    let room = max(0, bytes.byteCount - offset)
    guard let header else {
      return Fault(
        room == 0 ? .missing : .truncated, "Data item", seen: UInt64(room), expected: UInt64(S7DataHeader.size))
    }
    let length = header.byteLength
    let most = room - S7DataHeader.size
    if length > most { return Fault(.length, "Data item length", seen: UInt64(length), least: 0, most: UInt64(most)) }
    if let size, length != size {
      return Fault(.length, "Data item length", seen: UInt64(length), expected: UInt64(size))
    }
    // A bit comes as a bit, bytes as bytes; which of the byte types is a client's choice.
    if let isBit, size != nil, isBit != (header.transportSize == .bit) {
      return Fault(
        .value, "Data transport size", seen: UInt64(header.transportSize.rawValue), least: isBit ? 3 : 4,
        most: isBit ? 3 : 9)
    }
    return nil
  }

  /// Bytes behind the last item. A single one is padding: some clients send it there, too, and
  /// controllers accept it.
  var faultAtEnd: Fault? {
    let rest = bytes.byteCount - offset
    return rest > 1 ? Fault(.length, "Data behind the last item", seen: UInt64(rest), least: 0, most: 1) : nil
  }

  /// Steps over the next item. Where its contents of `length` bytes are, as far as they are there.
  mutating func nextRange(of length: Int, isLast: Bool) -> Range<Int> {
    let first = offset + S7DataHeader.size
    let last = min(bytes.byteCount, first + length)
    offset = last + (isLast ? 0 : length & 1)
    return first..<last
  }

  /// Steps over the next item: its return code, and where its values are. `wanted` is how they are read; `.none`: by
  /// the item's own type.
  mutating func next(as wanted: Values.Format, isLast: Bool) -> (code: S7ReturnCode, values: Values) {
    guard let header else { return (.success, .none) }
    let count = header.byteLength
    let format = wanted == .none ? header.transportSize.format : wanted
    let first = offset + S7DataHeader.size
    let last = min(bytes.byteCount, first + count)
    offset = first + count + (isLast ? 0 : count & 1)
    return (header.returnCode, Values(format, at: first, count / max(1, format.width), end: last))
  }
}
