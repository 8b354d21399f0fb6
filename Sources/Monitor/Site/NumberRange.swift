// SPDX-License-Identifier: Apache-2.0

/// Numbers from one to another, both included; either end may be open. NaN and the infinities are in none.
package struct NumberRange: Hashable, Sendable {
  /// An end as the site file has it.
  package enum Bound: Hashable, Sendable {
    /// From -2^63 to 2^64 - 1.
    case whole(Int128)
    case real(Double)

    package var double: Double {
      switch self {
      case .whole(let number): Double(number)
      case .real(let number): number
      }
    }
    package var text: String {
      switch self {
      case .whole(let number): "\(number)"
      case .real(let number): Number.real(number).text
      }
    }
    /// -1, 0 or 1, as a number lies below, at or above it.
    fileprivate func side(_ number: Int128) -> Int {
      switch self {
      case .whole(let bound): number < bound ? -1 : number > bound ? 1 : 0
      case .real(let bound): Double(number) < bound ? -1 : Double(number) > bound ? 1 : 0
      }
    }
    /// A number of single precision is compared with what a device holds for the bound: 0.1 is 0.1 there, too.
    fileprivate func side(_ number: Double) -> Int {
      let isSingle = Double(Float(number)) == number
      let bound = isSingle ? Double(Float(double)) : double
      return number < bound ? -1 : number > bound ? 1 : 0
    }
  }

  package let least: Bound?
  package let most: Bound?

  package init(least: Bound?, most: Bound?) {
    self.least = least
    self.most = most
  }
  /// One number alone.
  package init(only bound: Bound) {
    least = bound
    most = bound
  }

  package func contains(_ number: Number) -> Bool {
    switch number {
    case .unsigned(let value): holds(Int128(value))
    case .signed(let value): holds(Int128(value))
    case .real(let value):
      value.isFinite && (least.map { $0.side(value) >= 0 } ?? true) && (most.map { $0.side(value) <= 0 } ?? true)
    }
  }
  private func holds(_ value: Int128) -> Bool {
    (least.map { $0.side(value) >= 0 } ?? true) && (most.map { $0.side(value) <= 0 } ?? true)
  }
}
