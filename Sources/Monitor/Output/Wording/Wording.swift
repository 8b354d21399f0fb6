// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// What an alert says in sentences: what was seen, what was expected, and why it matters here.
struct Wording {
  let signature: String
  let summary: String
  let expected: String
  let seen: String
  let reason: String

  init(signature: String, summary: String, expected: String, seen: String, reason: String) {
    self.signature = signature
    self.summary = summary
    self.expected = expected
    self.seen = seen
    self.reason = reason
  }

  /// `extent`: the alert sums up further findings of its kind. `isWithdrawn`: the other end began.
  init(_ facts: Facts, _ extent: Extent? = nil, isWithdrawn: Bool = false) {
    let entry = Catalogue.entry(facts.finding.kind)
    switch facts.context.language {
    case .en:
      let english = English(facts, entry)
      self = isWithdrawn ? english.withdrawn : extent.map(english.rest) ?? english.wording
    case .ja:
      let japanese = Japanese(facts, entry)
      self = isWithdrawn ? japanese.withdrawn : extent.map(japanese.rest) ?? japanese.wording
    }
  }
}

/// What a kind of finding says where its detail has nothing more exact.
struct KindWording {
  let signature: String
  let summary: String
  let expected: String
  /// nil: what the catalogue says the kind means.
  let reason: String?

  init(signature: String, summary: String, expected: String, reason: String? = nil) {
    self.signature = signature
    self.summary = summary
    self.expected = expected
    self.reason = reason
  }
}

/// What the last line of a withdrawn alert says.
enum Withdrawal {
  static let reason = Bilingual("the other end began", "通信を始めたのは相手側でした")
  static let step = Bilingual(
    "Nothing: close this alert. If the traffic is not allowed the other way round either, there is an alert about that.",
    "対応は不要です。このアラートを閉じてください。逆向きの通信も許可されていない場合は、別のアラートで通知されます。")
}
