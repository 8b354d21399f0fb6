// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// What rules note of conversations and of hosts for other rules: `flowbits`, `flowint`, `xbits`, `hostbits`. Bounded:
/// at the limit the oldest note is forgotten.
struct RuleBits {
  /// A note's owner and name.
  private struct Key: TableKey {
    let owner: UInt128
    let other: UInt128
    let name: UInt32
    func hash(seed: UInt64) -> UInt64 {
      var hash = mix(seed, UInt64(truncatingIfNeeded: owner))
      hash = mix(hash, UInt64(truncatingIfNeeded: owner >> 64))
      hash = mix(hash, UInt64(truncatingIfNeeded: other))
      hash = mix(hash, UInt64(truncatingIfNeeded: other >> 64))
      return mix(hash, UInt64(name))
    }
  }
  private struct Note {
    var number: UInt32 = 0
    /// Nanoseconds.
    var expires = Int64.max
  }
  private static let limit = 65_536

  private var notes: BoundedTable<Key, Note>
  private let names: [String: UInt32]
  var evictions: Int { notes.evictions.all }

  init(_ book: RuleBook, seed: UInt64) {
    notes = BoundedTable(limit: RuleBits.limit, seed: seed)
    var names: [String: UInt32] = [:]
    func add(_ name: String) { if names[name] == nil { names[name] = UInt32(names.count) } }
    for signature in book.signatures {
      for bit in signature.rule.flowBits { for name in bit.names { add("b" + name) } }
      for bit in signature.rule.hostBits { add("h" + bit.name) }
      for integer in signature.rule.flowIntegers {
        add("i" + integer.name)
        if !integer.other.isEmpty { add("i" + integer.other) }
      }
    }
    self.names = names
  }

  private func key(_ sort: String, _ name: String, of conversation: borrowing Conversation) -> Key {
    Key(owner: UInt128(conversation.number), other: 0, name: names[sort + name] ?? .max)
  }

  private func key(_ bit: HostBit, of conversation: borrowing Conversation, _ direction: Direction) -> Key {
    let sender = conversation.endpoint(direction).ip.bits
    let receiver = conversation.endpoint(direction.reversed).ip.bits
    let name = names["h" + bit.name] ?? .max
    return switch bit.track {
    case .source: Key(owner: sender, other: 1, name: name)
    case .destination: Key(owner: receiver, other: 1, name: name)
    // In either direction.
    case .pair: Key(owner: min(sender, receiver), other: max(sender, receiver), name: name)
    }
  }

  private func note(_ key: Key, at time: Int64) -> Note? {
    guard let slot = notes.find(key), notes[slot].expires > time else { return nil }
    return notes[slot]
  }

  /// Whether everything is noted as a rule wants it.
  func hold(
    for signature: Signature, in conversation: borrowing Conversation, sent direction: Direction, at moment: Moment
  ) -> Bool {
    let rule = signature.rule
    for bit in rule.flowBits where bit.deed == .isSet || bit.deed == .isNotSet {
      var asWanted = 0
      for name in bit.names {
        // Without any note none is set.
        var isSet = conversation.rules.hasBits
        if isSet { isSet = note(key("b", name, of: conversation), at: moment.time) != nil }
        if isSet == (bit.deed == .isSet) { asWanted += 1 }
      }
      guard bit.isOfAll ? asWanted == bit.names.count : asWanted > 0 else { return false }
    }
    for bit in rule.hostBits where bit.deed == .isSet || bit.deed == .isNotSet {
      let isSet = note(key(bit, of: conversation, direction), at: moment.time) != nil
      guard isSet == (bit.deed == .isSet) else { return false }
    }
    for integer in rule.flowIntegers where integer.isQuestion {
      let known = conversation.rules.hasBits ? note(key("i", integer.name, of: conversation), at: moment.time) : nil
      let other =
        integer.other.isEmpty
        ? integer.value : note(key("i", integer.other, of: conversation), at: moment.time)?.number ?? 0
      guard integer.holds(known?.number, other) else { return false }
    }
    return true
  }

  /// Notes what a rule that has matched wants to be noted.
  mutating func apply(
    _ signature: Signature, in conversation: inout Conversation, sent direction: Direction, at moment: Moment
  ) {
    let rule = signature.rule
    for bit in rule.flowBits {
      for name in bit.names {
        let key = key("b", name, of: conversation)
        let isSet = note(key, at: moment.time) != nil
        switch bit.deed {
        case .set: set(key, Note(), at: moment.time)
        case .unset: remove(key)
        case .toggle: if isSet { remove(key) } else { set(key, Note(), at: moment.time) }
        case .isSet, .isNotSet: continue
        }
        conversation.rules.hasBits = true
      }
    }
    for bit in rule.hostBits {
      let key = key(bit, of: conversation, direction)
      let expires = moment.time &+ Int64(bit.expires) * 1_000_000_000
      switch bit.deed {
      case .set: set(key, Note(expires: expires), at: moment.time)
      case .unset: remove(key)
      case .toggle:
        if note(key, at: moment.time) != nil { remove(key) } else { set(key, Note(expires: expires), at: moment.time) }
      case .isSet, .isNotSet: continue
      }
    }
    for integer in rule.flowIntegers where !integer.isQuestion {
      let key = key("i", integer.name, of: conversation)
      let known = note(key, at: moment.time)?.number ?? 0
      let number =
        switch integer.deed {
        case .add: known &+ integer.value
        case .subtract: known >= integer.value ? known - integer.value : 0
        default: integer.value
        }
      set(key, Note(number: number), at: moment.time)
      conversation.rules.hasBits = true
    }
  }

  private mutating func set(_ key: Key, _ note: Note, at time: Int64) {
    if let slot = notes.find(key) {
      notes[slot] = note
      notes.touch(slot, at: time)
    } else {
      _ = notes.insert(key, note, at: time)
    }
  }
  private mutating func remove(_ key: Key) {
    if let slot = notes.find(key) { notes.remove(slot) }
  }
}

extension FlowInteger {
  /// It asks, and changes nothing.
  fileprivate var isQuestion: Bool {
    switch deed {
    case .set, .add, .subtract: false
    default: true
    }
  }

  fileprivate func holds(_ known: UInt32?, _ other: UInt32) -> Bool {
    switch deed {
    case .isSet: return known != nil
    case .isNotSet: return known == nil
    default: break
    }
    guard let known else { return false }
    return switch deed {
    case .less: known < other
    case .lessOrEqual: known <= other
    case .greater: known > other
    case .greaterOrEqual: known >= other
    case .equal: known == other
    case .notEqual: known != other
    default: true
    }
  }
}
