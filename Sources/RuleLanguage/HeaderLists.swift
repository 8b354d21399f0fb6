// SPDX-License-Identifier: Apache-2.0

/// Lists of addresses and of ports: negation, nesting and variables. Results are kept, as most rules name the same.
struct HeaderLists {
  /// Groups within groups, and variables within variables.
  private static let deepest = 64
  /// Items of one list, with those of its variables.
  private static let mostItems = 100_000

  /// Items of all lists of one load: variables that name variables can make much of a short text.
  private static let mostItemsInAll = 20_000_000

  private(set) var variables: RuleVariables
  private var addressSets: [String: Result<AddressSet, RuleFault>] = [:]
  private var portSets: [String: Result<PortSet, RuleFault>] = [:]
  private var items = 0
  private var itemsInAll = 0

  init(_ variables: RuleVariables) { self.variables = variables }

  /// A definition within a rule file. False if the site's own stands.
  mutating func define(_ name: String, _ value: String, isPort: Bool) -> Bool {
    guard variables.define(name, value, isPort: isPort) else { return false }
    forget()
    return true
  }

  /// Back to the variables that all files begin with.
  mutating func reset(_ variables: RuleVariables) {
    self.variables = variables
    forget()
  }

  private mutating func forget() { (addressSets, portSets) = ([:], [:]) }

  mutating func addresses(_ text: Bytes) throws(RuleFault) -> AddressSet {
    if text.isWord("any") { return .any }
    let key = text.text
    switch addressSets[key] {
    case .success(let set): return set
    case .failure(let fault): throw RuleFault(fault.reason, text.startIndex, fault.message)
    case nil: break
    }
    items = 0
    do {
      let set = AddressSet(ranges: try evaluate(text, AddressItems.self, Trail()))
      addressSets[key] = .success(set)
      return set
    } catch {
      addressSets[key] = .failure(error)
      throw error
    }
  }

  mutating func ports(_ text: Bytes) throws(RuleFault) -> PortSet {
    if text.isWord("any") { return .any }
    let key = text.text
    switch portSets[key] {
    case .success(let set): return set
    case .failure(let fault): throw RuleFault(fault.reason, text.startIndex, fault.message)
    case nil: break
    }
    items = 0
    do {
      let set = PortSet(ranges: try evaluate(text, PortItems.self, Trail()))
      portSets[key] = .success(set)
      return set
    } catch {
      portSets[key] = .failure(error)
      throw error
    }
  }

  /// What an evaluation has come through.
  private struct Trail {
    var depth = 0
    var names: [String] = []
    /// Where in the rule it began: places within a variable's value are none of the rule's.
    var place: Int?
  }

  private struct Gathered<Number: FixedWidthInteger> {
    var included: [ClosedRange<Number>] = []
    var excluded: [ClosedRange<Number>] = []
    /// A variable that stands for everything, and is excluded.
    var everything: String?
  }

  private mutating func evaluate<Items: HeaderItems>(
    _ text: Bytes, _ sort: Items.Type, _ trail: Trail
  ) throws(RuleFault) -> [ClosedRange<Items.Number>] {
    var gathered = Gathered<Items.Number>()
    try gather(text, sort, trail, &gathered)
    let all: [ClosedRange<Items.Number>] = [.min ... .max]
    let base = gathered.included.isEmpty ? all : RangeAlgebra.union(gathered.included)
    guard !gathered.excluded.isEmpty else { return base }
    let rest = RangeAlgebra.difference(base, RangeAlgebra.union(gathered.excluded))
    guard rest.isEmpty else { return rest }
    let place = trail.place ?? text.startIndex
    if let name = gathered.everything {
      throw RuleFault(
        .negatedAny, place, "!$\(name) excludes everything, as \(name) is 'any': set the variable \(name)")
    }
    throw RuleFault(.nothingLeft, place, "'\(text.shown)' leaves no \(Items.noun): all of them are excluded")
  }

  private mutating func gather<Items: HeaderItems>(
    _ whole: Bytes, _ sort: Items.Type, _ trail: Trail, _ gathered: inout Gathered<Items.Number>
  ) throws(RuleFault) {
    var text = whole.trimmed
    var isNegated = false
    while text.first == UInt8(ascii: "!") {
      isNegated.toggle()
      text = text.dropFirst().trimmed
    }
    let place = trail.place ?? whole.startIndex
    guard let first = text.first else { throw RuleFault(Items.reason, place, "an empty \(Items.noun)") }
    guard trail.depth < Self.deepest else {
      throw RuleFault(Items.reason, place, "lists within lists deeper than \(Self.deepest)")
    }
    items += 1
    itemsInAll += 1
    guard items <= Self.mostItems, itemsInAll <= Self.mostItemsInAll else {
      throw RuleFault(.tooManyItems, place, "more than \(Self.mostItems) items in a list")
    }
    var inner = trail
    inner.depth += 1
    var name: String?
    let members: [Bytes]
    if first == UInt8(ascii: "[") {
      members = try parts(text, place, sort)
    } else if first == UInt8(ascii: "$") {
      let variable = text.dropFirst().text
      guard let value = sort.value(variable, variables) else {
        throw RuleFault(.unknownVariable, place, "the variable \(variable) is not defined")
      }
      guard !trail.names.contains(variable) else {
        throw RuleFault(.variableCycle, place, "the variable \(variable) stands for itself")
      }
      inner.names.append(variable)
      inner.place = place
      name = variable
      members = [ArraySlice(Array(value.utf8))]
    } else {
      if text.isWord("any") {
        let all: ClosedRange<Items.Number> = .min ... .max
        if isNegated { gathered.excluded.append(all) } else { gathered.included.append(all) }
        return
      }
      guard let range = Items.range(text) else {
        throw RuleFault(Items.reason, place, "'\(text.shown)' is no \(Items.noun)")
      }
      if isNegated { gathered.excluded.append(range) } else { gathered.included.append(range) }
      return
    }
    guard isNegated else {
      for member in members { try gather(member, sort, inner, &gathered) }
      return
    }
    // A negated group is a set of its own, which is then taken away.
    var group = Gathered<Items.Number>()
    for member in members { try gather(member, sort, inner, &group) }
    let base = group.included.isEmpty ? [.min ... .max] : RangeAlgebra.union(group.included)
    let set = RangeAlgebra.difference(base, RangeAlgebra.union(group.excluded))
    if set == [.min ... .max] { gathered.everything = name ?? gathered.everything }
    gathered.excluded += set
  }

  /// The parts of `[a,[b,c],d]`, at its commas outside of inner brackets.
  private func parts<Items: HeaderItems>(
    _ text: Bytes, _ place: Int, _ sort: Items.Type
  ) throws(RuleFault) -> [Bytes] {
    var result: [Bytes] = []
    var depth = 0
    var start = text.startIndex + 1
    for index in text.indices {
      switch text[index] {
      case UInt8(ascii: "["):
        depth += 1
      case UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 {
          guard index == text.endIndex - 1 else { throw RuleFault(Items.reason, place, "text behind ']'") }
          result.append(text[start..<index].trimmed)
        }
      case UInt8(ascii: ",") where depth == 1:
        result.append(text[start..<index].trimmed)
        start = index + 1
      default: break
      }
      if depth < 0 { break }
    }
    guard depth == 0 else { throw RuleFault(Items.reason, place, "'[' without ']'") }
    return result
  }
}

/// What lists consist of: addresses, or ports.
private protocol HeaderItems {
  associatedtype Number: FixedWidthInteger
  static var noun: String { get }
  static var reason: RuleDiagnostic.Reason { get }
  static func range(_ text: Bytes) -> ClosedRange<Number>?
  static func value(_ name: String, _ variables: RuleVariables) -> String?
}

private enum AddressItems: HeaderItems {
  static var noun: String { "address" }
  static var reason: RuleDiagnostic.Reason { .address }
  static func range(_ text: Bytes) -> ClosedRange<UInt128>? { IPText.range(text) }
  static func value(_ name: String, _ variables: RuleVariables) -> String? { variables.addresses[name] }
}

private enum PortItems: HeaderItems {
  static var noun: String { "port" }
  static var reason: RuleDiagnostic.Reason { .port }
  /// `80`, `1:5`, `:5`, `5:`.
  static func range(_ text: Bytes) -> ClosedRange<UInt16>? {
    guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else {
      return text.decimal(most: 65_535).map { UInt16($0)...UInt16($0) }
    }
    let (low, high) = (text[..<colon].trimmed, text[(colon + 1)...].trimmed)
    guard !low.isEmpty || !high.isEmpty,
      let first = low.isEmpty ? 0 : low.decimal(most: 65_535),
      let last = high.isEmpty ? 65_535 : high.decimal(most: 65_535), first <= last
    else { return nil }
    return UInt16(first)...UInt16(last)
  }
  static func value(_ name: String, _ variables: RuleVariables) -> String? { variables.ports[name] }
}
