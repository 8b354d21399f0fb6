// SPDX-License-Identifier: Apache-2.0

/// The values that devices' memory was last seen to hold, from responses to reads and from writes: an alert about a
/// write says what was there before. A block of memory is kept as its message showed it, so that a poll costs a look-up
/// and a copy; blocks are compared by address only when an alert is written.
struct LastValues {
  /// A target of a device as messages address it.
  private struct Block: TableKey {
    let device: UInt128
    let unit: Int64
    let target: Target
    let dissector: DissectorID

    init(_ operation: borrowing Operation, _ target: Target, of device: Endpoint) {
      self.init(target, unit: operation.unit, of: device, operation.dissector)
    }
    init(_ target: Target, unit: Int64, of device: Endpoint, _ dissector: DissectorID) {
      // No host has an address in ffff::/16.
      self.device = device.ip == .none ? UInt128(0xFFFF) << 112 | UInt128(device.mac.rawValue) : device.ip.bits
      self.unit = unit
      self.target = target
      self.dissector = dissector
    }

    func hash(seed: UInt64) -> UInt64 {
      var state = mix(seed, UInt64(truncatingIfNeeded: device))
      state = mix(state, UInt64(truncatingIfNeeded: device >> 64))
      state = mix(state, UInt64(bitPattern: unit))
      return target.hashed(into: mix(state, UInt64(dissector.rawValue)))
    }

    /// Whether addresses of both count in the same memory.
    func shares(memory other: Block) -> Bool {
      device == other.device && unit == other.unit && dissector == other.dissector && target.area == other.target.area
        && target.number == other.target.number && target.name == other.target.name
        && (target.bit >= 0) == (other.target.bit >= 0)
    }
  }

  private struct Content {
    /// Where the bytes have them; none if what is there is not known.
    var values = Values.none
    /// The bytes, eight in a word.
    var words = InlineArray<32, UInt64>(repeating: 0)
    /// Nanoseconds, from the capture.
    var time: Int64 = 0
    /// Which of two blocks is newer, where their times are the same.
    var order: UInt64 = 0

    @inline(__always)
    mutating func keep(_ values: Values, _ bytes: RawSpan) {
      // What did not fit is not there to be read.
      let count = bytes.byteCount < LastValues.byteLimit ? values.count : values.count(in: bytes.byteCount)
      self.values = Values(format: values.format, count: min(values.count, count), stride: values.stride)
      var start = 0
      while start + 8 <= bytes.byteCount {
        words[start / 8] = bytes.u64LE(start)
        start += 8
      }
      if start < bytes.byteCount { words[start / 8] = bytes.rest(from: start) }
    }

    var bytes: [UInt8] {
      words.indices.flatMap { index in (0..<8).map { UInt8(truncatingIfNeeded: words[index] >> UInt64(8 * $0)) } }
    }
  }

  /// A value seen longer ago may have changed without being seen (nanoseconds).
  private static let lifetime: Int64 = 600_000_000_000
  /// Bytes of a block that are kept: a Modbus response holds at most 250.
  private static let byteLimit = 256
  /// Blocks of a message that are kept.
  private static let blockLimit = 32
  private var table: BoundedTable<Block, Content>
  private var notes: UInt64 = 0
  var evictions: Evictions { table.evictions }

  init(limit: Int = 16_384, seed: UInt64) {
    // A large plant may read more blocks in a minute than there is room for.
    table = BoundedTable(limit: limit, seed: seed, youth: 10_000_000_000)
  }

  /// Looks at an operation once it has been judged and reported.
  @inline(__always)
  mutating func note(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: inout Conversation,
    sent direction: Direction, at moment: Moment
  ) {
    switch operation.action {
    case .read:
      guard operation.role == .response, operation.pairing == .answered, operation.values.count > 0,
        conversation.valueSampling.take()
      else { return }
    case .write, .operate:
      guard operation.role != .report, operation.phase != .select, operation.phase != .cancel else { return }
      if operation.role == .response {
        // Only a refusal changes what is known.
        guard case .error = operation.outcome else { return }
      }
    default: return
    }
    keep(
      operation, message, of: conversation.endpoint(operation.role == .request ? direction.reversed : direction),
      at: moment.time)
  }

  /// The same for the answer to a read that was seen at a glance.
  mutating func note(_ glance: inout Glance, _ bytes: RawSpan, of device: Endpoint, at time: Int64) {
    keep(
      glance.values, bytes, at: Block(glance.target, unit: glance.unit, of: device, glance.dissector), isShown: true,
      time)
  }

  @inline(never)
  private mutating func keep(
    _ operation: borrowing Operation, _ message: borrowing Message, of device: Endpoint, at time: Int64
  ) {
    let isRefusal = operation.action == .read ? false : operation.role == .response
    var place = -1
    while place < LastValues.blockLimit, let part = LastValues.part(operation, message, place) {
      place += 1
      let block = Block(operation, part.target, of: device)
      if isRefusal {
        // What is there now is not known.
        if let slot = table.find(block) {
          table[slot].values = .none
          stamp(slot, time)
        }
        continue
      }
      keep(part.values, message.bytes, at: block, isShown: operation.action == .read, time)
    }
  }

  /// `isShown`: the device has shown it itself; a write, which anybody can send, gives way first.
  private mutating func keep(_ values: Values, _ bytes: RawSpan, at block: Block, isShown: Bool, _ time: Int64) {
    guard Cells(block.target, values) != nil else { return }
    let slot: Int
    if let found = table.find(block) {
      slot = found
      table.touch(slot, at: time)
    } else {
      slot = table.insert(block, Content(), at: time)
    }
    if isShown { table.prove(slot) }
    table[slot].keep(values, values.bytes(in: bytes, limit: LastValues.byteLimit))
    stamp(slot, time)
  }
  private mutating func stamp(_ slot: Int, _ time: Int64) {
    notes += 1
    table[slot].order = notes
    table[slot].time = time
  }

  /// The values at an operation's targets before it, in the order its own are shown in: `most` at most, none unless
  /// all of them are known. Looks through all blocks: for alerts only.
  func before(
    _ operation: borrowing Operation, _ message: borrowing Message, at device: Endpoint, _ time: Int64, most: Int
  ) -> [Number] {
    var numbers: [Number] = []
    var place = -1
    while numbers.count < most, let part = LastValues.part(operation, message, place) {
      place += 1
      guard let cells = Cells(part.target, part.values) else { return [] }
      let block = Block(operation, part.target, of: device)
      var found = Array(repeating: (number: Number?.none, order: UInt64(0)), count: min(cells.count, most))
      for slot in 0..<table.slots where table.isUsed(slot) && table.key(slot).shares(memory: block) {
        let content = table[slot]
        let target = table.key(slot).target
        guard content.time > time &- LastValues.lifetime else { continue }
        for index in found.indices where content.order > found[index].order {
          let address = cells.address(index)
          if content.values.count == 0 {
            if LastValues.covers(target, address) { found[index] = (nil, content.order) }
          } else if let known = Cells(target, content.values), let place = known.index(of: address),
            known.width == cells.width
          {
            found[index] = (content.values.number(place, in: content.bytes.bytes), content.order)
          }
        }
      }
      for entry in found.prefix(most - numbers.count) {
        guard let number = entry.number else { return [] }
        numbers.append(number)
      }
    }
    return numbers
  }

  private static func covers(_ target: Target, _ address: UInt64) -> Bool {
    let first = Cells.first(target)
    return address >= first && address &- first < UInt64(target.bit >= 0 ? 1 : max(1, target.count))
  }

  /// An operation's own target with its values (`place` -1), then its items; nil after the last one.
  @inline(__always)
  private static func part(
    _ operation: borrowing Operation, _ message: borrowing Message, _ place: Int
  ) -> Item? {
    guard place < 0 else { return message.item(operation.items, place) }
    // A message that reads and writes: what it carries is written in a request, read in a response.
    let carried = operation.role == .request ? operation.written : .none
    return Item(carried == .none ? operation.target : carried, operation.values)
  }

  /// The addresses of a target's values, one each.
  private struct Cells {
    let count: Int
    /// Bytes of a value where addresses count bytes: a byte and a word at one address are different values. Else 0.
    let width: Int
    private let first: UInt64
    private var step: UInt64 { UInt64(max(1, width)) }

    func address(_ index: Int) -> UInt64 { first &+ UInt64(index) &* step }
    func index(of address: UInt64) -> Int? {
      guard address >= first, (address - first) % step == 0 else { return nil }
      let index = (address - first) / step
      return index < UInt64(count) ? Int(index) : nil
    }

    /// nil where an address does not say which value is meant.
    init?(_ target: Target, _ values: Values) {
      guard let unit = target.area.unit, values.count > 0 else { return nil }
      count = Int(values.count)
      if target.bit >= 0 {
        guard count == 1 else { return nil }
        width = 0
      } else {
        width = unit == .byte ? max(1, values.format.width) : 0
        guard count * max(1, width) == Int(max(1, target.count)) else { return nil }
      }
      first = Cells.first(target)
    }

    static func first(_ target: Target) -> UInt64 {
      target.bit >= 0 ? target.address << 6 | UInt64(target.bit) : target.address
    }
  }
}

extension Values {
  /// Bytes that `count` values take.
  private var size: Int {
    if stride > 0 { return (Int(count) - 1) * Int(stride) + max(1, format.width) }
    return switch format {
    case .none: 0
    case .bit: (Int(count) + 7) / 8
    case .doubleBit: (Int(count) + 3) / 4
    case .halfByte: (Int(count) + 1) / 2
    default: Int(count) * format.width
    }
  }

  /// The bytes they are in, as far as there are any and `limit` allows.
  @_lifetime(copy message)
  fileprivate func bytes(in message: RawSpan, limit: Int) -> RawSpan {
    guard offset >= 0, count > 0, Int(offset) < message.byteCount else { return message.slice(0, 0) }
    return message.slice(Int(offset), min(size, limit, message.byteCount - Int(offset)))
  }

  /// How many of them lie in the first `bytes` bytes.
  fileprivate func count(in bytes: Int) -> Int32 {
    Values(format, at: 0, Int(count), stride: Int(stride), end: bytes).count
  }
}

extension RawSpan {
  /// The last bytes, fewer than eight, the first one lowest.
  fileprivate func rest(from start: Int) -> UInt64 {
    var word: UInt64 = 0
    for place in start..<byteCount { word |= UInt64(u8(place)) << UInt64(8 * (place - start)) }
    return word
  }
}

extension Area {
  /// What an address of this memory counts.
  fileprivate enum Unit { case value, byte }

  /// nil for what is no memory, and where protocols count addresses of one area in several ways.
  fileprivate var unit: Unit? {
    switch notation {
    case .dataBlock, .byteArea: .byte
    case .device, .hexDevice: .value
    case .range, .numbered, .named:
      switch self {
      case .coil, .discreteInput, .inputRegister, .holdingRegister, .tag, .label, .timer, .counter, .cio, .wr, .hr, .ar,
        .dm, .em, .tim, .cnt, .indexRegister, .dataRegister:
        .value
      default: nil
      }
    }
  }
}
