// SPDX-License-Identifier: Apache-2.0

/// A protocol by its place in the registry.
package struct DissectorID: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  /// None recognised.
  package static let none = DissectorID(rawValue: 255)
}
