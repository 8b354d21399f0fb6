// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// What an alert says in sentences: what was seen, what was expected, and why it matters here.
struct Sentences {
  let signature: Words
  let summary: Words
  let expected: Words
  let seen: Words
  let reason: Words
}

extension Sentences {
  init(_ facts: Facts, _ entry: CatalogueEntry, _ occurrence: Occurrence? = nil) {
    switch facts.context.language {
    case .en:
      let english = English(facts, entry)
      switch occurrence?.ending {
      case nil: self = occurrence?.extent.map(english.rest) ?? english.wording
      case .withdrawn: self = english.withdrawn
      case .closed(let silence): self = english.closed(after: silence, occurrence?.count ?? 1)
      case .over(let seconds): self = english.over(after: seconds)
      }
    case .ja:
      let japanese = Japanese(facts, entry)
      switch occurrence?.ending {
      case nil: self = occurrence?.extent.map(japanese.rest) ?? japanese.wording
      case .withdrawn: self = japanese.withdrawn
      case .closed(let silence): self = japanese.closed(after: silence, occurrence?.count ?? 1)
      case .over(let seconds): self = japanese.over(after: seconds)
      }
    }
  }
}

/// What a kind of finding says where its detail has nothing more exact.
struct KindWording {
  let signature: Words
  let summary: Words
  let expected: Words
  /// nil: what the catalogue says the kind means.
  var reason: Words?
}

/// What the last line of an alert says that is over.
enum Closing {
  static let step = Bilingual(
    "Nothing new: finish what the first line of this alert asks for. Should it happen again, that is a new alert.",
    "新たな対応は不要です。このアラートの最初の行で求められた対応を完了してください。再発した場合は、新しいアラートで通知されます。")
}

/// What the last line of a withdrawn alert says.
enum Withdrawal {
  static let reason = Bilingual("the other end began", "通信を始めたのは相手側でした")
  static let step = Bilingual(
    "Nothing: close this alert. If the traffic is not allowed the other way round either, there is an alert about that.",
    "対応は不要です。このアラートを閉じてください。逆向きの通信も許可されていない場合は、別のアラートで通知されます。")
}
