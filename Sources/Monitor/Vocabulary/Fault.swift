// SPDX-License-Identifier: Apache-2.0

/// A violation of a protocol's specification: which field, the value seen, the values allowed. Plain data.
package struct Fault: Sendable {
  package enum Kind: UInt8, CaseIterable, Sendable {
    /// A length field that contradicts the message.
    case length
    /// A count or quantity outside the allowed range.
    case quantity
    /// A field with a value the specification forbids.
    case value
    /// A code the specification reserves or does not know.
    case code
    /// An address range that runs over the end of its area.
    case range
    /// A checksum that does not match.
    case checksum
    /// Bytes that are no message of this protocol.
    case framing
    /// A message or a part of one that ends before the bytes it needs: `seen` are there.
    case truncated
    /// A field that the specification asks for is not there.
    case missing

    package var word: String {
      switch self {
      case .length: "length"
      case .quantity: "quantity"
      case .value: "value"
      case .code: "code"
      case .range: "range"
      case .checksum: "checksum"
      case .framing: "framing"
      case .truncated: "truncated"
      case .missing: "missing"
      }
    }
  }
  package let kind: Kind
  /// The standard's name of the field.
  package let field: StaticString
  package let seen: UInt64
  /// What the specification allows here, both ends included; `least` above `most` where it has a list, and no range.
  package let least: UInt64
  package let most: UInt64

  package init(_ kind: Kind, _ field: StaticString, seen: UInt64, least: UInt64, most: UInt64) {
    self.kind = kind
    self.field = field
    self.seen = seen
    self.least = least
    self.most = most
  }
  /// A code that is not in the specification's list.
  package init(unlisted field: StaticString, seen: UInt64) { self.init(.code, field, seen: seen, least: 1, most: 0) }
  package init(_ kind: Kind, _ field: StaticString, seen: UInt64, expected: UInt64) {
    self.init(kind, field, seen: seen, least: expected, most: expected)
  }
}

extension Operation {
  /// Keeps the first fault: what follows it in the message is often only its consequence.
  @inline(__always)
  mutating func note(_ new: Fault) {
    if fault == nil { fault = new }
  }
}
