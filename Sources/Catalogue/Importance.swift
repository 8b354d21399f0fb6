// SPDX-License-Identifier: Apache-2.0

/// How much a zone matters to the plant.
package enum Importance: UInt8, CaseIterable, Sendable, Comparable {
  case low, medium, high
  /// Spelt out: a case's name costs a look at its type.
  package var word: String {
    switch self {
    case .low: "low"
    case .medium: "medium"
    case .high: "high"
    }
  }
  package static func < (left: Importance, right: Importance) -> Bool { left.rawValue < right.rawValue }
}
