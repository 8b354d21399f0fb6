// SPDX-License-Identifier: Apache-2.0

/// Which numbers of a limit a part of a message reaches. Numbers in memory are counted from the limit's first address
/// on; whole values have the addresses of their points, and those with a name are counted in the message.
struct Reach {
  /// Those that the part has values for.
  private(set) var numbers: Range<UInt64>
  /// One that it reaches, too, without having its value.
  private(set) var unread: UInt64?
  /// The number that the part's first whole value is for.
  private var first: UInt64 = 0
  /// Bits of a number that lies in several values.
  private var bits = 0

  /// Nil where the part is for something else. Bounded: no more numbers than the message has bits.
  init?(_ limit: borrowing ValueLimit, _ part: borrowing ValuePart, unit: Int64) {
    let target = part.target
    guard limit.concerns(target, unit: unit) else { return nil }
    switch target.area.cell {
    case .none: return nil
    case .value where target.area.notation == .named: self.init(named: limit, part)
    case .value: self.init(points: limit, part)
    default: self.init(memory: limit, part)
    }
  }

  private init?(memory limit: borrowing ValueLimit, _ part: borrowing ValuePart) {
    let (target, range) = (part.target, limit.target.addresses)
    // The completion flags of timers and counters are not their values.
    if target.area == .tim || target.area == .cnt, part.values.format == .uint8 { return nil }
    let from = target.address
    let to = from.addingReportingOverflow(part.addresses &- 1)
    let last = to.overflow ? .max : to.partialValue
    guard from <= range.upperBound, last >= range.lowerBound else { return nil }
    let step = limit.step
    let begin = (max(from, range.lowerBound) - range.lowerBound) / step
    let end = (min(last, range.upperBound) - range.lowerBound) / step
    let there = part.addressesWithValues
    let sum = from.addingReportingOverflow(there &- 1)
    let lastThere = sum.overflow ? .max : sum.partialValue
    guard there > 0, lastThere >= range.lowerBound else {
      (numbers, unread) = (begin..<begin, begin)
      return
    }
    let known = min((lastThere < range.upperBound ? lastThere : range.upperBound) - range.lowerBound, .max - 1) / step
    numbers = begin..<max(begin, known + 1)
    if known < end { unread = known + 1 }
  }

  private init?(points limit: borrowing ValueLimit, _ part: borrowing ValuePart) {
    let (target, range) = (part.target, limit.target.addresses)
    let from = target.address
    // The address of what is for no object, such as a clock (IEC 60870-5-101:2003, 7.2.5).
    if target.area == .informationObject, from == 0 { return nil }
    let to = from.addingReportingOverflow(UInt64(max(1, target.count)) - 1)
    let last = to.overflow ? .max : to.partialValue
    guard from <= range.upperBound, last >= range.lowerBound else { return nil }
    let begin = max(from, range.lowerBound)
    guard let count = part.wholeValues, count > 0 else {
      (numbers, unread) = (begin..<begin, begin)
      return
    }
    first = from &+ UInt64(part.before)
    let end = first.addingReportingOverflow(UInt64(count) - 1)
    let low = max(first, range.lowerBound)
    let high = min(end.overflow ? .max : end.partialValue, range.upperBound)
    // What another packet of the transfer has is judged there.
    numbers = low <= high && high < .max ? low..<high + 1 : begin..<begin
  }

  private init?(named limit: borrowing ValueLimit, _ part: borrowing ValuePart) {
    // An attribute of a node is not its value.
    if part.target.area == .node, part.target.number != 0 { return nil }
    guard let pattern = limit.target.name else { return nil }
    numbers = 0..<0
    if matches(part.name, pattern) {
      if part.target.area == .label {
        bits = limit.type?.bits ?? (part.target.count <= 1 ? part.bitsOfAll : min(16, part.bitsOfAll))
        let count = bits > 0 && bits <= 64 ? part.bitsOfAll / bits : 0
        numbers = 0..<UInt64(count)
        if count == 0 || part.bitsOfAll % bits != 0 { unread = UInt64(count) }
        return
      }
      guard let count = part.wholeValues, count > 0 else {
        unread = 0
        return
      }
      numbers = 0..<UInt64(count)
      return
    }
    guard let element = limit.element, let place = Reach.place(of: pattern, element, in: part.name, part.target.count)
    else { return nil }
    // An element of an array that is written from another element on; else a member of a structure.
    guard let place, part.target.area == .tag, let count = part.wholeValues else {
      unread = 0
      return
    }
    guard place < max(UInt64(count), UInt64(max(1, part.target.count))) else { return nil }
    guard place < UInt64(count) else {
      unread = place
      return
    }
    numbers = place..<place + 1
  }

  /// Where the one variable that a limit names lies in what a message names: its place among the elements that are
  /// written, no place in a structure, nil outside of it.
  private static func place(
    of wanted: [UInt8], _ own: ValueLimit.Element, in name: RawSpan, _ count: UInt32
  ) -> UInt64?? {
    guard name.byteCount > 0 else { return nil }
    let (base, start) = element(name)
    // `Line1` has `Line1.Speed`, and `Speeds`, from its first element on, `Speeds[3]`.
    guard wanted.count > base, isSame(wanted, name, base) else { return nil }
    if own.base == base, let index = own.index {
      guard index >= start ?? 0 else { return nil }
      return .some(index - (start ?? 0))
    }
    // A member of an element, which may be one of those that follow.
    if start != nil, count > 1, wanted[base] == UInt8(ascii: "[") { return .some(nil) }
    guard wanted.count > name.byteCount, isSame(wanted, name, name.byteCount) else { return nil }
    let next = wanted[name.byteCount]
    return next == UInt8(ascii: ".") || next == UInt8(ascii: "[") ? .some(nil) : nil
  }

  /// The length of a name without the `[5]` at its end, and that number.
  private static func element(_ name: RawSpan) -> (base: Int, index: UInt64?) {
    var at = name.byteCount - 1
    guard at > 1, name.u8(at) == UInt8(ascii: "]") else { return (name.byteCount, nil) }
    at -= 1
    var (index, scale): (UInt64, UInt64) = (0, 1)
    let last = at
    while at >= 0, 0x30...0x39 ~= name.u8(at), last - at < 10 {
      index += UInt64(name.u8(at) - 0x30) * scale
      scale *= 10
      at -= 1
    }
    guard at >= 0, at < last, name.u8(at) == UInt8(ascii: "[") else { return (name.byteCount, nil) }
    return (at, index)
  }

  /// ASCII letters in either case.
  private static func isSame(_ left: [UInt8], _ right: RawSpan, _ count: Int) -> Bool {
    func folded(_ byte: UInt8) -> UInt8 { 0x41...0x5A ~= byte ? byte | 0x20 : byte }
    for place in 0..<count where folded(left[place]) != folded(right.u8(place)) { return false }
    return true
  }

  // MARK: Reading

  enum Reading {
    case number(Number, ValuePart.Bits)
    /// The message changes a part of it.
    case part(ValuePart.Bits)
    /// It has none of its bits after all.
    case untouched
    case unread
  }

  func reading(_ place: UInt64, _ limit: borrowing ValueLimit, _ part: borrowing ValuePart) -> Reading {
    if part.target.area.cell == .value { return whole(place, limit, part) }
    let size = part.target.area.cell.bits
    let step = limit.step
    let address = limit.target.addresses.lowerBound &+ place &* step
    var bits = ValuePart.Bits()
    for offset in 0..<step {
      let at = address &+ offset
      let cell = at >= part.target.address ? part.cell(at - part.target.address) : ValuePart.Bits()
      bits.append(cell, size)
    }
    var all = limit.bits
    if limit.target.bit >= 0 {
      let bit = UInt64(limit.target.bit)
      bits.bits = bits.bits >> bit & 1
      bits.mask = bits.mask >> bit & 1
      all = 1
    }
    if bits.isUnread { return .unread }
    if bits.mask == 0 { return .untouched }
    guard bits.mask == all else { return .part(bits) }
    return .number(limit.number(bits.bits), bits)
  }

  private func whole(_ place: UInt64, _ limit: borrowing ValueLimit, _ part: borrowing ValuePart) -> Reading {
    if bits > 0 {
      guard let value = part.bits(at: Int(place) * bits, bits) else { return .unread }
      let known = ValuePart.Bits(bits: value, mask: bits < 64 ? 1 << UInt64(bits) - 1 : .max)
      return .number(limit.type?.number(value) ?? .unsigned(value), known)
    }
    let index = Int(place - first)
    if let change = part.modification(index) { return change.isUnread ? .unread : .part(change) }
    guard let number = part.number(index) else { return .unread }
    guard let (value, count) = part.memory(index) else { return .number(number, ValuePart.Bits()) }
    let known = ValuePart.Bits(bits: value, mask: count < 64 ? 1 << UInt64(count) - 1 : .max)
    guard let type = limit.type else { return .number(number, known) }
    return type.bits == count ? .number(type.number(value), known) : .unread
  }
}

extension ValueLimit {
  /// The bits of a number in memory.
  var bits: UInt64 {
    if target.bit >= 0 { return 1 }
    let count = type?.bits ?? target.area.cell.bits
    return count >= 64 || count == 0 ? .max : 1 << UInt64(count) - 1
  }
  func number(_ memory: UInt64) -> Number { type?.number(memory) ?? .unsigned(memory) }
}
