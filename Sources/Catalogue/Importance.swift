// SPDX-License-Identifier: Apache-2.0

/// How much a zone matters to the plant.
package enum Importance: UInt8, CaseIterable, Sendable, Comparable {
  case low, medium, high
  package var word: String { "\(self)" }
  package static func < (left: Importance, right: Importance) -> Bool { left.rawValue < right.rawValue }
}
