// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Expressions that texts for people avoid, as far as they can be detected mechanically.
package enum Phrases {
  /// Not what an engineer would write.
  private static let english =
    #"(?i)\b(so many|gave way|gives way|is none|are none|is no capture|check sum|log-in|log-ins|[a-z]*body|whoever|"#
    + #"outside of|told|stands?|did to|deed|parted|ledger|judged)\b"#
  /// Words of site files and records, and the word for conduit in its everyday sense.
  private static let japanese =
    #"(?<![-.\w])(identify|session|diagnose|read|report|write|operate|state|program|firmware|configure|clock"#
    + #"|authenticate|mon|tue|wed|thu|fri|sat|sun|low|medium|high|PT?[0-9]+[DHMS])(?![-.\w])|(?<!通信)経路"#

  /// The first of them in an English text.
  package static func avoided(inEnglish text: String) -> String? { first(english, text) }
  /// The first of them in a Japanese text.
  package static func avoided(inJapanese text: String) -> String? { first(japanese, text) }

  private static func first(_ pattern: String, _ text: String) -> String? {
    text.range(of: pattern, options: .regularExpression).map { String(text[$0]) }
  }
}
