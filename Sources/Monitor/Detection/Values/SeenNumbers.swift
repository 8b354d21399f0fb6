// SPDX-License-Identifier: Apache-2.0

/// What limited targets of devices were last seen to hold, from answers to reads and from writes: an alert says what
/// was there before, and a write of some bits of a number is judged by what becomes of the whole. Only numbers that a
/// conduit limits are kept.
struct SeenNumbers {
  struct Key: TableKey {
    let device: UInt128
    let unit: Int64
    let area: Area
    let bit: Int8
    let number: UInt32
    let name: UInt32
    let address: UInt64
    /// How the memory there is read: two limits may read it in two ways.
    let type: NumberType?

    init(_ limit: borrowing ValueLimit, _ part: borrowing ValuePart, at place: UInt64, unit: Int64, of device: Endpoint)
    {
      // No host has an address in ffff::/16.
      self.device = device.ip == .none ? UInt128(0xFFFF) << 112 | UInt128(device.mac.rawValue) : device.ip.bits
      self.unit = unit
      area = part.target.area
      bit = limit.target.bit
      number = part.target.number
      name = part.target.name.rawValue
      address = limit.address(place)
      type = limit.type
    }

    func hash(seed: UInt64) -> UInt64 {
      var state = mix(seed, UInt64(truncatingIfNeeded: device))
      state = mix(state, UInt64(truncatingIfNeeded: device >> 64))
      state = mix(state, UInt64(bitPattern: unit))
      state = mix(state, UInt64(area.rawValue) << 40 | UInt64(UInt8(bitPattern: bit)) << 32 | UInt64(number))
      return mix(mix(state, UInt64(name)), address)
    }
  }

  struct Sight {
    var number: Number?
    /// What is known of its memory.
    var bits = ValuePart.Bits()
    /// Nanoseconds, from the capture.
    var time = Int64.min
    var isWritten = false
  }
  private struct Content {
    var now = Sight()
    /// Before the latest write: there again if the device refuses that.
    var before = Sight()
  }

  private var table: BoundedTable<Key, Content>
  var evictions: Evictions { table.evictions }

  init(limit: Int = 16_384, seed: UInt64) { table = BoundedTable(limit: limit, seed: seed) }

  func last(_ key: Key) -> Sight? {
    guard let slot = table.find(key), table[slot].now.time > .min else { return nil }
    return table[slot].now
  }

  /// Notes what an operation read, or writes.
  mutating func note(
    _ key: Key, _ reading: Reach.Reading, _ limit: borrowing ValueLimit, isWritten: Bool, at time: Int64
  ) {
    var sight = Sight(time: time, isWritten: isWritten)
    switch reading {
    case .untouched: return
    case .number(let number, let bits): (sight.number, sight.bits) = (number, bits)
    case .part(let bits):
      let known = last(key)
      sight.bits = bits.completed(by: known?.bits ?? ValuePart.Bits())
      sight.number = limit.number(bits, known)
    case .unread: break
    }
    guard let slot = table.find(key) else {
      table.set(key, Content(now: sight), at: time, isProven: !isWritten)
      return
    }
    table.touch(slot, at: time)
    // A device has shown it itself; a write, which anybody can send, gives way first.
    if !isWritten { table.prove(slot) }
    if isWritten { table[slot].before = table[slot].now }
    table[slot].now = sight
  }

  /// The device has refused the latest write.
  mutating func takeBack(_ key: Key) {
    guard let slot = table.find(key), table[slot].now.isWritten else { return }
    table[slot].now = table[slot].before
  }
}

extension ValuePart.Bits {
  /// With the bits that were known before, where this has none.
  func completed(by known: ValuePart.Bits) -> ValuePart.Bits {
    ValuePart.Bits(bits: known.bits & ~mask & known.mask | bits & mask, mask: mask | known.mask)
  }
}

extension ValueLimit {
  /// What a number becomes of which a message changes some bits; nil where the others are not known.
  func number(_ change: ValuePart.Bits, _ known: SeenNumbers.Sight?) -> Number? {
    let whole = change.completed(by: known?.bits ?? ValuePart.Bits())
    guard target.area.cell == .value, type == nil else { return whole.mask == bits ? number(whole.bits) : nil }
    // As long as what was seen before, and of its type.
    guard let known, let number = known.number, known.bits.mask > 0, whole.mask == known.bits.mask else { return nil }
    let count = 64 - known.bits.mask.leadingZeroBitCount
    switch number {
    case .unsigned: return .unsigned(whole.bits)
    case .signed: return NumberType(.signed, bits: count).number(whole.bits)
    case .real: return count == 32 || count == 64 ? NumberType(.real, bits: count).number(whole.bits) : nil
    }
  }
  /// The address of a number that is counted as `Reach` does.
  func address(_ place: UInt64) -> UInt64 {
    target.area.cell == .value ? place : target.addresses.lowerBound &+ place &* step
  }
}
