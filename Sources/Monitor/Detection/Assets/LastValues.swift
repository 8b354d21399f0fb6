// SPDX-License-Identifier: Apache-2.0

/// The values that devices' memory was last seen to hold, from responses to reads and from writes: an alert about a
/// write says what was there before. Polling repeats itself, so only some responses of each conversation are looked at
/// (see `ValueBudget`).
struct LastValues {
  /// Eight addresses in a row of one device's memory.
  private struct Block: TableKey {
    let device: UInt128
    let unit: Int64
    let index: UInt64
    let number: UInt32
    let name: NameID
    let area: Area
    let dissector: DissectorID
    let isBit: Bool

    func hash(seed: UInt64) -> UInt64 {
      var state = mix(seed, UInt64(truncatingIfNeeded: device))
      state = mix(state, UInt64(truncatingIfNeeded: device >> 64))
      state = mix(state, UInt64(bitPattern: unit))
      state = mix(state, index)
      state = mix(state, UInt64(number) << 32 | UInt64(name.rawValue))
      return mix(state, UInt64(area.rawValue) << 32 | UInt64(dissector.rawValue) << 8 | (isBit ? 1 : 0))
    }
  }
  private struct Content {
    var numbers = InlineArray<8, Number>(repeating: .unsigned(0))
    /// Bytes of each value: where addresses count bytes, a byte and a word at one address are different values.
    var widths = InlineArray<8, UInt8>(repeating: 0)
    /// Nanoseconds, from the capture; `Int64.min` where the value is not known.
    var times = InlineArray<8, Int64>(repeating: .min)
  }

  /// A value seen longer ago may have changed without being seen (nanoseconds).
  private static let lifetime: Int64 = 600_000_000_000
  /// Values of a target that are kept; a Modbus request reads at most 125 registers.
  private static let valueLimit = 128
  private var table: BoundedTable<Block, Content>
  var evictions: Int { table.evictions }

  init(limit: Int = 16_384, seed: UInt64) { table = BoundedTable(limit: limit, seed: seed) }

  /// Looks at an operation once it has been judged and reported.
  @inline(__always)
  mutating func note(
    _ operation: borrowing Operation, _ message: borrowing Message, in conversation: inout Conversation,
    sent direction: Direction, at moment: Moment
  ) {
    switch operation.action {
    case .read:
      guard operation.role == .response, operation.pairing == .answered, operation.values.count > 0,
        conversation.valueBudget.spend(at: moment.time)
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

  @inline(never)
  private mutating func keep(
    _ operation: borrowing Operation, _ message: borrowing Message, of device: Endpoint, at time: Int64
  ) {
    let isRefusal = operation.action == .read ? false : operation.role == .response
    var place = -1
    while let part = LastValues.part(operation, message, place) {
      place += 1
      // The response to a write names no values; what is at its addresses is not known any more.
      guard let cells = Cells(part.target, isRefusal ? Int(part.target.count) : Int(part.values.count), part.values)
      else { continue }
      for index in 0..<min(cells.count, LastValues.valueLimit) {
        let block = LastValues.block(cells.address(index), part.target, operation, device)
        let cell = Int(cells.address(index) & 7)
        let slot: Int
        if let found = table.find(block) {
          slot = found
          table.touch(slot, at: time)
        } else if isRefusal {
          continue
        } else {
          slot = table.insert(block, Content(), at: time)
        }
        guard !isRefusal, let number = part.values.number(index, in: message.bytes) else {
          table[slot].times[cell] = .min
          continue
        }
        table[slot].numbers[cell] = number
        table[slot].widths[cell] = UInt8(part.values.format.width)
        table[slot].times[cell] = time
      }
    }
  }

  /// The values at an operation's targets before it, in the order its own are shown in: `most` at most, none unless
  /// all of them are known.
  func before(
    _ operation: borrowing Operation, _ message: borrowing Message, at device: Endpoint, _ time: Int64, most: Int
  ) -> [Number] {
    var numbers: [Number] = []
    var place = -1
    while let part = LastValues.part(operation, message, place) {
      place += 1
      guard let cells = Cells(part.target, Int(part.values.count), part.values) else { return [] }
      for index in 0..<cells.count where numbers.count < most {
        let address = cells.address(index)
        guard let slot = table.find(LastValues.block(address, part.target, operation, device)) else { return [] }
        let cell = Int(address & 7)
        guard table[slot].times[cell] > time &- LastValues.lifetime,
          !cells.countBytes || Int(table[slot].widths[cell]) == part.values.format.width
        else { return [] }
        numbers.append(table[slot].numbers[cell])
      }
    }
    return numbers
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

  private static func block(
    _ address: UInt64, _ target: Target, _ operation: borrowing Operation, _ device: Endpoint
  ) -> Block {
    // No host has an address in ffff::/16.
    Block(
      device: device.ip == .none ? UInt128(0xFFFF) << 112 | UInt128(device.mac.rawValue) : device.ip.bits,
      unit: operation.unit,
      index: address >> 3, number: target.number, name: target.name, area: target.area, dissector: operation.dissector,
      isBit: target.bit >= 0)
  }

  /// The addresses of a target's values, one each.
  private struct Cells {
    let count: Int
    let countBytes: Bool
    private let first: UInt64
    private let step: UInt64

    @inline(__always)
    func address(_ index: Int) -> UInt64 { first &+ UInt64(index) &* step }

    /// nil where an address does not say which value is meant.
    init?(_ target: Target, _ count: Int, _ values: Values) {
      guard let unit = target.area.unit, count > 0 else { return nil }
      self.count = count
      countBytes = unit == .byte && target.bit < 0
      step = countBytes ? UInt64(max(1, values.format.width)) : 1
      if target.bit >= 0 {
        guard count == 1 else { return nil }
        first = target.address << 6 | UInt64(target.bit)
      } else {
        guard UInt64(count) &* step == UInt64(max(1, target.count)) else { return nil }
        first = target.address
      }
    }
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
      case .coil, .discreteInput, .inputRegister, .holdingRegister, .tag, .label, .timer,
        .counter, .cio, .wr, .hr, .ar, .dm, .em, .tim, .cnt, .indexRegister,
        .dataRegister:
        .value
      default: nil
      }
    }
  }
}
