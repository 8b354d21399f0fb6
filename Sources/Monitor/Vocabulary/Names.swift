// SPDX-License-Identifier: Apache-2.0

/// A name found in messages (a tag, a node id, a station), as a number: equal names have equal numbers as long as
/// the table remembers them.
package struct NameID: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }
  package static let none = NameID(rawValue: 0)
}

/// The names seen in messages, each kept once: an operation holds a number instead of bytes, and an answer can carry
/// its question's name. A name already known costs a hash and no allocation. At the limit the least recently used
/// one is evicted; its number then names nothing.
struct NameTable {
  /// Bytes of a name that are kept: a PROFINET name of station has up to 240 (IEC 61158-6-10, 4.3.1.4.15), and hardly
  /// anything is longer. The bytes cut off still distinguish names.
  static let longest = 240
  fileprivate static let stride = 248
  fileprivate static let slotBits: UInt32 = 14
  private var table: BoundedTable<NameKey, UInt32>
  private var storage: [UInt8] = []
  private let seed: UInt64
  private var generation: UInt32 = 0
  var evictions: Evictions { table.evictions }

  init(limit: Int = 1 << 14, seed: UInt64) {
    // A large plant may use more names in a minute than there is room for.
    table = BoundedTable(limit: min(limit, 1 << 14), seed: seed, youth: 10_000_000_000)
    self.seed = seed
  }

  /// `isProven`: it is in a conversation of which both ends were seen. Other names give way first.
  mutating func intern(_ bytes: RawSpan, at time: Int64, isProven: Bool = false) -> NameID {
    guard bytes.byteCount > 0 else { return .none }
    let key = NameKey(bytes, seed: seed)
    if let slot = table.find(key) {
      table.touch(slot, at: time)
      if isProven { table.prove(slot) }
      return NameID(rawValue: table[slot] << NameTable.slotBits | UInt32(slot))
    }
    // From 1 on, so that no name has the number of none.
    generation = generation == 1 << 18 - 1 ? 1 : generation + 1
    let slot = table.insert(key, generation, at: time)
    if isProven { table.prove(slot) }
    let start = slot * NameTable.stride
    while storage.count < start + NameTable.stride { storage.append(0) }
    let count = min(bytes.byteCount, NameTable.longest)
    storage[start] = UInt8(count)
    for place in 0..<4 { storage[start + 4 + place] = UInt8(truncatingIfNeeded: generation >> UInt32(8 * place)) }
    storage.store(bytes.extracting(first: count), at: start + 8)
    return NameID(rawValue: generation << NameTable.slotBits | UInt32(slot))
  }

  /// A view on the names, good until the next one is added.
  var names: Names {
    @_lifetime(borrow self) get { Names(storage.bytes) }
  }
}

/// The names of a run, to look up by number.
package struct Names: ~Escapable {
  private let storage: RawSpan

  @_lifetime(copy storage)
  fileprivate init(_ storage: RawSpan) { self.storage = storage }
  /// None at all.
  @_lifetime(immortal)
  package init() { storage = RawSpan() }

  /// The bytes of a name; empty if it was evicted.
  subscript(id: NameID) -> RawSpan {
    @_lifetime(copy self) get {
      let slot = id.rawValue & (1 << NameTable.slotBits - 1)
      let start = Int(slot) * NameTable.stride
      guard id != .none, start + NameTable.stride <= storage.byteCount,
        storage.u32LE(start + 4) == id.rawValue >> NameTable.slotBits
      else { return RawSpan() }
      return storage.slice(start + 8, Int(storage.u8(start)))
    }
  }

  /// The name as text; what is no UTF-8 becomes U+FFFD, and what a terminal would obey is written out.
  package func text(_ id: NameID) -> String? {
    let bytes = self[id]
    guard bytes.byteCount > 0 else { return nil }
    return String(decoding: [UInt8](copying: bytes), as: UTF8.self).withControlsWrittenOut
  }
}

extension String {
  /// The same with every character that a terminal obeys instead of showing it in the form `<U+001B>`: people print
  /// sentences (CWE-150), and a name from the wire may hold anything.
  package var withControlsWrittenOut: String {
    guard unicodeScalars.contains(where: \.isControl) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      if scalar.isControl {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        text += "<U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ">"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

extension Unicode.Scalar {
  /// Controls, ends of lines, and the marks that change the direction of writing (Unicode 16, `Bidi_Control`).
  fileprivate var isControl: Bool {
    switch value {
    case 0x00...0x1F, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}

/// 128 bits of the name's bytes: an attacker does not know the seed, so no two names can be made to collide.
private struct NameKey: TableKey {
  let low: UInt64
  let high: UInt64

  init(_ bytes: RawSpan, seed: UInt64) {
    var first = seed
    var second = ~seed
    var offset = 0
    while offset + 8 <= bytes.byteCount {
      let word = bytes.u64LE(offset)
      first = mix(first, word)
      second = mix(second, word &+ 0x5851_F42D_4C95_7F2D)
      offset += 8
    }
    var rest: UInt64 = 0
    while offset < bytes.byteCount {
      rest = rest << 8 | UInt64(bytes.u8(offset))
      offset += 1
    }
    rest ^= UInt64(bytes.byteCount) << 56
    low = mix(first, rest)
    high = mix(second, rest &+ 0x1405_7B7E_F767_814F)
  }

  func hash(seed: UInt64) -> UInt64 { low ^ high }
}

/// A further target of a message, with the values that go there.
package struct Item: Equatable, Sendable {
  package var target: Target
  package var values: Values
  package init(_ target: Target, _ values: Values = .none) {
    self.target = target
    self.values = values
  }
}

/// Which of a message's items are an operation's.
package struct ItemRange: Equatable, Sendable {
  package var start: UInt16 = 0
  package var count: UInt16 = 0
  package init() {}
  init(_ start: Int, _ count: Int) {
    self.start = UInt16(clamping: start)
    self.count = UInt16(clamping: count)
  }
}

/// What operations of one message refer to: its bytes, the names in it, and further targets.
package struct Message: ~Escapable {
  let bytes: RawSpan
  let names: Names
  let items: Span<Item>

  @_lifetime(copy bytes, copy names, copy items)
  init(_ bytes: RawSpan, _ names: consuming Names, _ items: Span<Item>) {
    self.bytes = bytes
    self.names = names
    self.items = items
  }
  /// Nothing that was said, but bytes for the record.
  @_lifetime(copy bytes)
  package init(_ bytes: RawSpan) {
    self.bytes = bytes
    names = Names()
    items = Span()
  }
  @_lifetime(immortal)
  package init() { self.init(RawSpan()) }

  /// Names alone: for what is reported after the message is gone.
  @_lifetime(copy names)
  init(_ names: consuming Names) {
    bytes = RawSpan()
    self.names = names
    items = Span()
  }

  func item(_ range: ItemRange, _ place: Int) -> Item? {
    let index = Int(range.start) + place
    return place < Int(range.count) && index < items.count ? items[index] : nil
  }
}
