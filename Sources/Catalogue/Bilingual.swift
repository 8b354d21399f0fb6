// SPDX-License-Identifier: Apache-2.0

/// A text in every language of the product.
package struct Bilingual: Equatable, Sendable {
  package let en: String
  package let ja: String
  package init(_ en: String, _ ja: String) {
    self.en = en
    self.ja = ja
  }
  package subscript(language: Language) -> String {
    switch language {
    case .en: en
    case .ja: ja
    }
  }
}
