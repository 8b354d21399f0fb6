// SPDX-License-Identifier: Apache-2.0

/// One target of a message, and the values that the message has for it: what it writes there, or what it says is there.
struct ValuePart: ~Escapable {
  let target: Target
  let values: Values
  private let effect: WriteEffect
  /// Of a packet of a longer transfer: how many elements come before its own.
  private let skipped: Int
  /// A part of a longer write of the same target.
  private let isFragment: Bool
  private let bytes: RawSpan
  /// Of the target, empty where it has none.
  let name: RawSpan

  @_lifetime(copy bytes, copy name)
  init(_ item: Item, of operation: borrowing Operation, _ bytes: RawSpan, name: RawSpan) {
    target = item.target
    values = item.values
    effect = operation.effect
    let offset = operation.facets[.offset]
    isFragment = offset != nil && (item.target.area == .dataFile || item.target.area == .tag)
    skipped = item.target.area == .dataFile ? Int(offset ?? 0) : 0
    self.bytes = bytes
    self.name = name
  }

  /// What a message says of a number: bits of it, lowest last, in the order in which they lie in memory.
  struct Bits: Equatable {
    var bits: UInt64 = 0
    /// Those that it says something of.
    var mask: UInt64 = 0
    /// It changes some of them, and what to cannot be read.
    var isUnread = false
    static let unread = Bits(isUnread: true)

    mutating func append(_ next: Bits, _ count: Int) {
      bits = count < 64 ? bits << UInt64(count) | next.bits : next.bits
      mask = count < 64 ? mask << UInt64(count) | next.mask : next.mask
      isUnread = isUnread || next.isUnread
    }
  }

  // MARK: Memory

  /// Addresses that the target has; of bits of words, those of their words.
  var addresses: UInt64 {
    guard target.bit >= 0 else { return UInt64(max(1, target.count)) }
    let cell = target.area.cell.bits
    return (UInt64(target.bit) + UInt64(max(1, target.count)) - 1) / UInt64(max(1, cell)) + 1
  }
  /// Of these, how many have values.
  var addressesWithValues: UInt64 {
    guard values.count > 0, hasNumbers else { return 0 }
    let cell = target.area.cell
    if effect != .replace, cell != .value { return effect == .fill ? addresses : min(addresses, 1) }
    if target.bit >= 0 {
      return min(addresses, (UInt64(target.bit) + UInt64(values.count) - 1) / UInt64(max(1, cell.bits)) + 1)
    }
    let all = UInt64(values.count) * UInt64(max(1, bitsOfValue))
    return cell == .value ? UInt64(values.count) : min(addresses, all / UInt64(max(1, cell.bits)))
  }

  /// What the message has for the address `place` addresses behind the target's.
  func cell(_ place: UInt64) -> Bits {
    let size = target.area.cell.bits
    guard place < addressesWithValues else { return Bits() }
    let whole: UInt64 = size >= 64 ? .max : 1 << UInt64(size) - 1
    if target.bit >= 0 { return bitsOfWord(Int(place), size) }
    switch effect {
    case .replace: break
    case .fill:
      guard let value = raw(0), bitsOfValue == size else { return .unread }
      return Bits(bits: value & whole, mask: whole)
    case .keepThenSet:
      guard let keep = raw(0), let set = raw(1) else { return .unread }
      return Bits(bits: set & ~keep & whole, mask: ~keep & whole)
    case .setThenKeep, .masked: return .unread
    }
    if size == 8, isPlain {
      let offset = Int(values.offset) + Int(place)
      guard offset >= 0, offset < bytes.byteCount else { return .unread }
      return Bits(bits: UInt64(bytes.u8(offset)), mask: whole)
    }
    // A value may hold several addresses, the lowest ones in its lowest bits; an address, several values.
    let width = bitsOfValue
    var bits: UInt64 = 0
    var at = Int(place) * size
    var done = 0
    while done < size {
      guard width > 0, let value = raw(at / width) else { return .unread }
      let shift = at % width
      bits |= (value >> UInt64(shift)) << UInt64(done)
      let step = min(width - shift, size - done)
      at += step
      done += step
    }
    return Bits(bits: bits & whole, mask: whole)
  }

  /// Single bits of words, from the target's bit on, one value each.
  private func bitsOfWord(_ place: Int, _ size: Int) -> Bits {
    var result = Bits()
    let first = Int(target.bit)
    for bit in 0..<size {
      let index = place * size + bit - first
      guard index >= 0, index < Int(values.count), effect == .replace || effect == .fill else { continue }
      // 0 and 1; another number releases a forced bit.
      guard let value = raw(effect == .fill ? 0 : index), value < 2 else {
        result.isUnread = true
        continue
      }
      result.bits |= value << UInt64(bit)
      result.mask |= 1 << UInt64(bit)
    }
    return result
  }

  /// The bytes are memory as it is.
  private var isPlain: Bool {
    guard values.stride == 0 else { return false }
    switch values.format {
    case .uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64, .float32, .float64, .uint16LE, .int16LE,
      .uint32LE, .int32LE, .uint64LE, .int64LE, .float32LE, .float64LE:
      return true
    default: return false
    }
  }
  /// They say what they are worth.
  private var hasNumbers: Bool {
    switch values.format {
    case .none, .octets, .indexedOctets, .text, .lengthAndText, .lengthAndOctets, .name, .null, .guid, .time1601LE,
      .time1970LE, .binaryTime, .utcTime, .timeOfDay:
      false
    default: true
    }
  }

  /// Bits of memory that a value is for. Of bits, each has a value of its own, however long, unless they come in words.
  private var bitsOfValue: Int {
    let isOfBits = target.area.cell == .bit
    switch values.format {
    case .bit, .halfByte, .topBit, .boolean, .hex1: return 1
    case .uint8, .int8, .hex2: return isOfBits ? 1 : 8
    case .hex4: return 16
    case .hex8: return 32
    default: return 8 * values.format.width
    }
  }

  /// The bits of a value.
  private func raw(_ index: Int) -> UInt64? {
    switch values.number(index, in: bytes) {
    case .unsigned(let value): return value
    case .signed(let value):
      let width = bitsOfValue
      return width < 64 ? UInt64(bitPattern: value) & (1 << UInt64(width) - 1) : UInt64(bitPattern: value)
    case .real(let value):
      switch values.format {
      case .float32, .float32LE: return UInt64(Float(value).bitPattern)
      case .float64, .float64LE: return value.bitPattern
      default: return nil
      }
    case nil: return nil
    }
  }

  // MARK: Whole values

  /// How many whole values there are, each for a place of its own; nil if it is not known which one is for which place.
  var wholeValues: Int? {
    guard values.count > 0, hasNumbers else { return 0 }
    let there = Int(values.count)
    if effect == .setThenKeep { return there == 2 ? 1 : nil }
    switch target.area {
    // How many elements an array of OPC UA has, the value says.
    case .node: return there
    case .label: return nil
    default: return isFragment || there == Int(max(1, target.count)) ? there : nil
    }
  }
  /// Of these, elements of the target that come before the first one.
  var before: Int { skipped }

  /// A whole value as the message has it.
  func number(_ index: Int) -> Number? { values.number(index, in: bytes) }

  /// A number of `count` bits at the bit `place` of values that are words, the lower ones first.
  func bits(at place: Int, _ count: Int) -> UInt64? {
    let width = bitsOfValue
    guard width > 0, count <= 64 else { return nil }
    var bits: UInt64 = 0
    var done = 0
    while done < count {
      guard let value = raw((place + done) / width) else { return nil }
      let shift = (place + done) % width
      bits |= (value >> UInt64(shift)) << UInt64(done)
      done += min(width - shift, count - done)
    }
    return count < 64 ? bits & (1 << UInt64(count) - 1) : bits
  }
  /// How many bits all values have together.
  var bitsOfAll: Int { hasNumbers ? Int(max(0, values.count)) * bitsOfValue : 0 }

  /// Some bits of a whole value; nil where the message has all of them, or none.
  func modification(_ index: Int) -> Bits? {
    let width = bitsOfValue
    let whole: UInt64 = width < 64 ? 1 << UInt64(width) - 1 : .max
    switch effect {
    case .setThenKeep:
      guard let set = raw(0), let keep = raw(1) else { return .unread }
      return Bits(bits: set & keep, mask: (set | ~keep) & whole)
    case .masked:
      let offset = Int(values.offset) - 2
      guard width == 16, offset >= 0, offset + 2 <= bytes.byteCount, let value = raw(index) else {
        return .unread
      }
      let mask = UInt64(bytes.u16LE(offset))
      return Bits(bits: value & mask, mask: mask)
    default: return nil
    }
  }
  /// The bits of a whole value, and how many it has.
  func memory(_ index: Int) -> (bits: UInt64, count: Int)? { raw(index).map { ($0, bitsOfValue) } }
}
