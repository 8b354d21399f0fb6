// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// Numbers in classes: two of one class are in the same ones of a number of sets. What holds for one of them holds for
/// all, so that the rules for a flow are looked up once for each class, not for each flow.
struct HeaderClasses<Number: FixedWidthInteger & Sendable>: Sendable {
  /// Where runs of numbers of one class begin; the first is the smallest number.
  private let starts: [Number]
  private let classes: [UInt16]

  /// More classes than fit in 16 bits share the last one, which says nothing of its members.
  static var limit: Int { 65_535 }

  init(_ sets: [[ClosedRange<Number>]], seed: UInt64) {
    var starts: Set<Number> = [.min]
    for range in sets.joined() {
      starts.insert(range.lowerBound)
      if range.upperBound < .max { starts.insert(range.upperBound + 1) }
    }
    let sorted = starts.sorted()
    // What a run is in, as a sum of two hashes for each set: equal sums are equal memberships.
    var sums = Array(repeating: UInt128(0), count: sorted.count)
    for (index, set) in sets.enumerated() {
      let mark = UInt128(mix(seed, UInt64(index) << 1)) << 64 | UInt128(mix(seed, UInt64(index) << 1 | 1))
      for range in set {
        var place = HeaderClasses.place(of: range.lowerBound, in: sorted)
        while place < sorted.count, sorted[place] <= range.upperBound {
          sums[place] &+= mark
          place += 1
        }
      }
    }
    var numbers: [UInt128: UInt16] = [:]
    classes = sums.map { sum in
      if let known = numbers[sum] { return known }
      let number = UInt16(min(numbers.count, HeaderClasses.limit))
      numbers[sum] = number
      return number
    }
    self.starts = sorted
  }

  /// How many classes there are.
  var count: Int { Int(classes.max() ?? 0) + 1 }

  /// The classes of the numbers in some of the sets.
  func numbers(in ranges: [ClosedRange<Number>]) -> Set<UInt16> {
    var numbers: Set<UInt16> = []
    for range in ranges {
      var place = HeaderClasses.place(of: range.lowerBound, in: starts)
      while place < starts.count, starts[place] <= range.upperBound {
        numbers.insert(classes[place])
        place += 1
      }
    }
    return numbers
  }

  func number(_ value: Number) -> UInt16 { classes[HeaderClasses.place(of: value, in: starts)] }

  /// The last place whose start is not above `value`; the first start is the smallest number there is.
  private static func place(of value: Number, in starts: [Number]) -> Int {
    var (low, high) = (0, starts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= value { low = middle } else { high = middle }
    }
    return low
  }
}

extension AddressSet {
  func contains(_ ip: IPAddress) -> Bool { RuleRanges.contains(ranges, ip.bits) }
}

extension PortSet {
  func contains(_ port: UInt16) -> Bool { RuleRanges.contains(ranges, port) }
}

enum RuleRanges {
  /// Whether one of the ranges, which are in order, holds a number.
  static func contains<Number: FixedWidthInteger>(_ ranges: [ClosedRange<Number>], _ number: Number) -> Bool {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].lowerBound <= number
  }
}
