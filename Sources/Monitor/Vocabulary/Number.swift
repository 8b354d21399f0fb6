// SPDX-License-Identifier: Apache-2.0

/// A number out of a message.
package enum Number: Equatable, Sendable {
  case unsigned(UInt64)
  case signed(Int64)
  case real(Double)

  /// Whether JSON has a spelling for it that every reader takes: no infinity, no NaN, and no more than 64 bits with
  /// sign (RFC 8259, 6).
  var isPlain: Bool {
    switch self {
    case .unsigned(let value): value <= UInt64(Int64.max)
    case .signed: true
    case .real(let value): value.isFinite
    }
  }
  /// As people write it: whole numbers without a fraction; what a device holds in single precision with no more digits
  /// than that has.
  var text: String {
    switch self {
    case .unsigned(let value): return "\(value)"
    case .signed(let value): return "\(value)"
    case .real(let value):
      guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity" }
      if value == value.rounded(), value.magnitude < 9_007_199_254_740_992 { return "\(Int64(value))" }
      return Double(Float(value)) == value ? "\(Float(value))" : "\(value)"
    }
  }
}
