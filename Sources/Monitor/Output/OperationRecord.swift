// SPDX-License-Identifier: Apache-2.0

extension JSONLine {
  /// The `operation` object, the same in alerts and in operation records.
  mutating func operation(_ operation: Operation, _ shown: ShownValues) {
    open("operation")
    word("action", operation.action.word)
    word("role", operation.role.word)
    number("code", operation.code)
    string("name", operation.name)
    if operation.subcode >= 0 { number("subcode", operation.subcode) }
    if operation.phase != .none { word("phase", operation.phase.word) }
    if operation.unit >= 0 { number("unit", operation.unit) }
    target("target", operation.target, name: shown.name)
    target("written", operation.written, name: nil)
    if !shown.targets.isEmpty {
      strings("targets", shown.targets)
      if shown.targetsCount > shown.targets.count { number("targets_count", shown.targetsCount) }
    }
    if !shown.values.isEmpty {
      values("values", orTexts: "values_text", shown.values)
      if shown.count > shown.values.count { number("values_count", shown.count) }
    }
    if !shown.before.isEmpty {
      values("values_before", orTexts: "values_before_text", shown.before.map { .number($0) })
    }
    if !shown.quality.isEmpty {
      openArray("quality")
      for quality in shown.quality { element(quality) }
      closeArray()
    }
    if !shown.times.isEmpty { strings("times", shown.times) }
    for place in 0..<operation.facets.count {
      let entry = operation.facets.entry(place)
      number(entry.facet.word, entry.number)
    }
    if operation.facets.omitted > 0 { number("fields_omitted", operation.facets.omitted) }
    if let detail = shown.detail { string("detail", detail) }
    switch operation.outcome {
    case .none: break
    case .ok: word("outcome", "ok")
    case .error(let code, let name):
      word("outcome", "error")
      number("error_code", code)
      string("error_name", name)
    }
    if operation.transaction >= 0 { number("transaction", operation.transaction) }
    if operation.latency >= 0 { number("latency_us", operation.latency / 1000) }
    if operation.pairing != .none { word("pairing", operation.pairing.word) }
    if let fault = operation.fault {
      open("fault")
      word("kind", fault.kind.word)
      string("field", fault.field)
      number("seen", fault.seen)
      if fault.least <= fault.most {
        number("least", fault.least)
        number("most", fault.most)
      }
      close()
    }
    close()
  }

  private mutating func target(_ key: StaticString, _ target: Target, name: String?) {
    guard target != .none else { return }
    open(key)
    word("area", target.area.word)
    if target.number > 0 { number("number", target.number) }
    if target.area.notation == .named {
      string("name", name ?? "")
    } else {
      number("address", target.address)
      if target.bit >= 0 { number("bit", target.bit) }
      if let name { string("name", name) }
    }
    // All there are: no number.
    if target.count < .max { number("count", target.count) }
    close()
  }
}
