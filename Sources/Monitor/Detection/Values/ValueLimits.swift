// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `value-not-allowed`: a conduit allows to write a target, but not this number. Of several conduits that allow the
/// operation, one that permits the values is enough; of several limits in one conduit, all that hold a number count.
struct ValueLimits {
  private var seen: SeenNumbers
  var evictions: Evictions { seen.evictions }

  init(seed: UInt64) { seen = SeenNumbers(seed: seed) }

  /// What is wrong with a part of a message by one limit.
  private struct Refusal {
    /// The first number that is not allowed, else the first that cannot be read.
    var place: UInt64 = 0
    var number: Number?
    var count = 0

    mutating func add(_ place: UInt64, _ number: Number?) {
      if count == 0 || self.number == nil && number != nil { (self.place, self.number) = (place, number) }
      count += 1
    }
  }

  // MARK: Judging

  /// Judges what a message asks to write, part by part.
  @inline(never)
  mutating func judge(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: borrowing Conversation,
    asked direction: Direction, at moment: Moment, by site: borrowing Site, _ findings: inout Findings
  ) {
    guard ValueLimits.concerns(operation) else { return }
    var place = -1
    while let item = ValueLimits.part(operation, message, place) {
      if item.target.area != .none {
        let part = ValuePart(item, of: operation, message.bytes, name: message.names[item.target.name])
        judge(part, isOwn: place < 0, operation, message, in: conversation, direction, moment, site, &findings)
      }
      place += 1
    }
  }

  private mutating func judge(
    _ part: borrowing ValuePart, isOwn: Bool, _ operation: borrowing Operation, _ message: borrowing Message,
    in conversation: borrowing Conversation, _ direction: Direction, _ moment: Moment, _ site: borrowing Site,
    _ findings: inout Findings
  ) {
    let (from, to) = (conversation.party(direction), conversation.party(direction.reversed))
    let device = conversation.endpoint(direction.reversed)
    let service = conversation.service(direction, at: site)
    let function = OperationFunction(operation)
    // The target as conduits are asked about it: a message that reads and writes is allowed as a whole.
    let name = message.names[isOwn ? operation.target.name : part.target.name]
    var refusing: Int?
    let conduits = site.conduits.span
    var matches = site.conduitIndex.matches(from, to)
    while let index = site.conduitIndex.next(&matches) {
      let verdict = site.verdict(
        index, operation.action, isOwn ? operation.target : part.target, isOwn ? operation.written : .none, name: name,
        unit: operation.unit, function: function, service: service, at: moment.time)
      guard verdict == .allowed(conduit: index) else { continue }
      if conduits[index].valueLimits.isEmpty { return }
      let limits = conduits[index].valueLimits.span
      var isKept = true
      for place in limits.indices {
        if refusal(of: part, by: limits[place], operation, device) != nil { isKept = false }
      }
      if isKept { return }
      if let other = refusing, conduits[other].nearness >= conduits[index].nearness { continue }
      refusing = index
    }
    guard let refusing else { return }
    let limits = conduits[refusing].valueLimits.span
    for place in limits.indices {
      guard let refusal = refusal(of: part, by: limits[place], operation, device) else { continue }
      var refused = copy operation
      if !isOwn {
        refused.target = part.target
        refused.written = .none
        refused.values = part.values
        refused.items = ItemRange()
      }
      let last = seen.last(
        SeenNumbers.Key(limits[place], part, at: refusal.place, unit: operation.unit, of: device))
      let detail = RefusedValue(
        conduit: refusing, limit: place, target: limits[place].target(refusal.place, in: part.target),
        number: refusal.number, others: refusal.count - 1, last: last?.number, lastTime: last?.time ?? 0)
      findings.add(moment.finding(.valueNotAllowed, .refusedValue(detail), conversation, direction, about: refused))
    }
  }

  /// What a limit refuses of a part; nil if it keeps to the limit, or is for something else.
  private mutating func refusal(
    of part: borrowing ValuePart, by limit: borrowing ValueLimit, _ operation: borrowing Operation, _ device: Endpoint
  ) -> Refusal? {
    guard let reach = Reach(limit, part, unit: operation.unit) else { return nil }
    var refusal = Refusal()
    for place in reach.numbers {
      switch reach.reading(place, limit, part) {
      case .untouched: break
      case .number(let number, _): if !limit.allows(number) { refusal.add(place, number) }
      case .part(let bits):
        let known = seen.last(SeenNumbers.Key(limit, part, at: place, unit: operation.unit, of: device))
        if let number = limit.number(bits, known) {
          if !limit.allows(number) { refusal.add(place, number) }
        } else {
          refusal.add(place, nil)
        }
      case .unread: refusal.add(place, nil)
      }
    }
    // Answers to writes seldom repeat the values.
    if let place = reach.unread, operation.role == .request { refusal.add(place, nil) }
    return refusal.count > 0 ? refusal : nil
  }

  /// Whether an operation writes values.
  @inline(__always)
  private static func concerns(_ operation: borrowing Operation) -> Bool {
    if operation.phase == .cancel { return false }
    return ValueLimit.concerns(operation.action)
  }

  /// An operation's own target with its values (`place` -1), then its items; nil after the last one.
  private static func part(
    _ operation: borrowing Operation, _ message: borrowing Message, _ place: Int
  ) -> Item? {
    guard place < 0 else { return message.item(operation.items, place) }
    guard operation.written != .none else { return Item(operation.target, operation.values) }
    // A message that reads and writes: in an answer, the values are those that were read.
    return Item(operation.role == .request ? operation.written : .none, operation.values)
  }

  // MARK: Noting

  /// Whether an operation shows what limited targets hold, or changes it.
  @inline(__always)
  static func shows(_ operation: borrowing Operation) -> Bool {
    if operation.isCarrier { return false }
    switch operation.role {
    case .request:
      if operation.phase == .select { return false }
      return concerns(operation)
    case .response:
      if operation.action == .read { return operation.pairing == .answered }
      guard concerns(operation), case .error = operation.outcome else { return false }
      return true
    case .report: return false
    }
  }

  /// Notes the numbers of such an operation with a device, once it has been judged.
  @inline(never)
  mutating func note(
    _ operation: borrowing Operation, _ message: borrowing Message, of device: Endpoint, at time: Int64,
    by site: borrowing Site
  ) {
    let isRead = operation.action == .read
    let isRefusal = operation.role == .response && !isRead
    let conduits = site.conduits.span
    var matches = site.limitingConduits.matches(device.party, device.party)
    while let index = site.limitingConduits.next(&matches) {
      let limits = conduits[index].valueLimits.span
      var place = -1
      while let item = ValueLimits.part(operation, message, place) {
        place += 1
        if item.target.area == .none { continue }
        let part = ValuePart(item, of: operation, message.bytes, name: message.names[item.target.name])
        for limit in limits.indices {
          note(part, limits[limit], operation, device, isRead: isRead, isRefusal: isRefusal, at: time)
        }
      }
    }
  }

  private mutating func note(
    _ part: borrowing ValuePart, _ limit: borrowing ValueLimit, _ operation: borrowing Operation, _ device: Endpoint,
    isRead: Bool, isRefusal: Bool, at time: Int64
  ) {
    guard let reach = Reach(limit, part, unit: operation.unit) else { return }
    if isRefusal {
      // The answer names the target, and has no values.
      let count = (part.addresses &+ limit.step &- 1) / limit.step
      var place = reach.numbers.lowerBound
      for _ in 0..<min(count, 2_048) {
        seen.takeBack(SeenNumbers.Key(limit, part, at: place, unit: operation.unit, of: device))
        place += 1
      }
      return
    }
    for place in reach.numbers {
      let key = SeenNumbers.Key(limit, part, at: place, unit: operation.unit, of: device)
      seen.note(key, reach.reading(place, limit, part), limit, isWritten: !isRead, at: time)
    }
  }
}

extension ValueLimit {
  /// The target of one number.
  fileprivate func target(_ place: UInt64, in part: Target) -> Target {
    var target = part
    guard part.area.notation != .named else { return target }
    target.address = address(place)
    target.count = UInt32(clamping: step)
    target.bit = self.target.bit
    return target
  }
}
