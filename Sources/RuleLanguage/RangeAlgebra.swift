// SPDX-License-Identifier: Apache-2.0

/// Unions and differences of ranges of whole numbers.
enum RangeAlgebra {
  /// In order, without overlap, neighbours joined.
  static func union<Number: FixedWidthInteger>(_ ranges: [ClosedRange<Number>]) -> [ClosedRange<Number>] {
    var result: [ClosedRange<Number>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = result.last, last.upperBound == .max || range.lowerBound <= last.upperBound + 1 {
        result[result.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        result.append(range)
      }
    }
    return result
  }

  /// What of `ranges` is not in `others`; both as `union` gives them.
  static func difference<Number: FixedWidthInteger>(
    _ ranges: [ClosedRange<Number>], _ others: [ClosedRange<Number>]
  ) -> [ClosedRange<Number>] {
    var result: [ClosedRange<Number>] = []
    var next = 0
    for range in ranges {
      var low = range.lowerBound
      var isUsedUp = false
      while next < others.count, others[next].upperBound < low { next += 1 }
      var index = next
      while index < others.count, others[index].lowerBound <= range.upperBound {
        let other = others[index]
        if other.lowerBound > low { result.append(low...(other.lowerBound - 1)) }
        guard other.upperBound < range.upperBound else {
          isUsedUp = true
          break
        }
        low = max(low, other.upperBound + 1)
        index += 1
      }
      if !isUsedUp { result.append(low...range.upperBound) }
    }
    return result
  }
}

extension AddressSet {
  /// Whether `address` (IPv4 at ::ffff:0:0/96) is in it.
  package func contains(_ address: UInt128) -> Bool { RangeSearch.contains(address, ranges) }
}

extension PortSet {
  package func contains(_ port: UInt16) -> Bool { RangeSearch.contains(port, ranges) }
}

enum RangeSearch {
  static func contains<Number: FixedWidthInteger>(_ number: Number, _ ranges: [ClosedRange<Number>]) -> Bool {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(number)
  }
}
