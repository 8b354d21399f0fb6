// SPDX-License-Identifier: Apache-2.0

/// Many patterns that are looked for at once. It says which stand somewhere in the bytes, not where.
///
/// Vectorscan does it where the processor is one it knows, `AhoCorasick` elsewhere; both find the same. A set is used
/// by one task at a time: a search writes to the set's scratch.
package final class PatternSet {
  package struct Pattern: Hashable, Sendable {
    /// What a hit is reported as. Several patterns may have the same.
    package var id: Int
    package var bytes: [UInt8]
    /// ASCII letters match in either case.
    package var isCaseless: Bool
    /// Where it begins at the earliest.
    package var minimumOffset: Int
    /// Where it ends at the latest; nil: anywhere.
    package var maximumEnd: Int?

    package init(id: Int, _ bytes: [UInt8], isCaseless: Bool = false, minimumOffset: Int = 0, maximumEnd: Int? = nil) {
      (self.id, self.bytes, self.isCaseless) = (id, bytes, isCaseless)
      (self.minimumOffset, self.maximumEnd) = (minimumOffset, maximumEnd)
    }

    /// Two patterns with the same are looked for once.
    fileprivate var search: Pattern {
      var search = self
      search.id = 0
      if isCaseless { search.bytes = bytes.map(\.folded) }
      search.isCaseless = isCaseless && bytes.contains(where: \.isLetter)
      search.minimumOffset = min(max(0, minimumOffset), CompiledTests.farthest)
      return search
    }

    var isAnywhere: Bool { minimumOffset <= 0 && maximumEnd == nil }
    /// Where it may end. There must be room for it.
    var ends: ClosedRange<UInt64> {
      UInt64(minimumOffset + bytes.count)...UInt64(maximumEnd ?? .max)
    }

    /// Whether there is room for it in its window.
    fileprivate var isPossible: Bool { maximumEnd.map { $0 >= minimumOffset + bytes.count } ?? true }
  }

  package enum Method: String, Sendable { case vectorscan, ahoCorasick }

  private enum Searcher {
    case vectorscan(VectorscanDatabase)
    case ahoCorasick(AhoCorasick)
  }

  /// Bytes of one pattern. Shorter ones belong to the caller, who looks at so many places anyway; of longer ones a part
  /// will do.
  package static let lengths = 1...1_024
  /// Ids are at most this.
  package static let highestID = 1 << 24

  /// Different patterns for which there is room in their windows.
  package let count: Int
  private let searcher: Searcher
  /// The ids of each different pattern lie one after the other: those of pattern n from the n-th start on.
  private let starts: [Int32]
  private let ids: [Int32]
  private let idLimit: Int

  /// Fails for patterns and ids out of bounds, and where Vectorscan refuses what it is given. `method` nil: the best
  /// that works here.
  package init(_ patterns: [Pattern], method: Method? = nil) throws(MatchingError) {
    var numbers: [Pattern: Int] = [:]
    var searches: [Pattern] = []
    var owners: [[Int32]] = []
    for pattern in patterns {
      guard PatternSet.lengths ~= pattern.bytes.count else {
        throw MatchingError("a pattern has \(pattern.bytes.count) bytes")
      }
      guard 0...PatternSet.highestID ~= pattern.id else { throw MatchingError("the id \(pattern.id) is out of bounds") }
      let search = pattern.search
      guard search.isPossible else { continue }
      if let number = numbers[search] {
        owners[number].append(Int32(pattern.id))
      } else {
        numbers[search] = searches.count
        searches.append(search)
        owners.append([Int32(pattern.id)])
      }
    }
    count = searches.count
    var starts: [Int32] = [0]
    for ids in owners { starts.append(starts[starts.count - 1] + Int32(ids.count)) }
    self.starts = starts
    ids = owners.flatMap { $0 }
    idLimit = Int((ids.max() ?? -1) + 1)
    let isUsable = method != .ahoCorasick && !searches.isEmpty && VectorscanDatabase.isUsable
    searcher = isUsable ? .vectorscan(try VectorscanDatabase(searches)) : .ahoCorasick(AhoCorasick(searches))
  }

  package var method: Method {
    switch searcher {
    case .vectorscan: .vectorscan
    case .ahoCorasick: .ahoCorasick
    }
  }

  /// Bytes of what is searched with, without the ids.
  package var byteCount: Int {
    switch searcher {
    case .vectorscan(let database): database.byteCount
    case .ahoCorasick(let machine): machine.byteCount
    }
  }

  /// Replaces what `hits` holds by the ids of the patterns that stand in the bytes.
  package func scan(_ bytes: RawSpan, _ hits: inout PatternHits) {
    hits.begin(patterns: count, ids: idLimit)
    switch searcher {
    case .vectorscan(let database): database.scan(bytes, &hits)
    case .ahoCorasick(let machine): machine.scan(bytes, &hits)
    }
    for pattern in hits.patterns.list {
      for place in starts[Int(pattern)]..<starts[Int(pattern) + 1] { hits.found.insert(Int(ids[Int(place)])) }
    }
  }
}

/// Which patterns have been found. It is used again for each search, and grows to what the largest set needs.
package struct PatternHits: Sendable {
  /// Numbers, each once, in the order in which they came.
  struct Numbers: Sendable {
    private(set) var list: [Int32] = []
    private var marks: [UInt64] = []

    /// Removes what is there, at a cost that depends only on how much that is.
    mutating func begin(_ limit: Int) {
      for number in list { marks[Int(number) &>> 6] = 0 }
      list.removeAll(keepingCapacity: true)
      guard marks.count << 6 < limit else { return }
      marks = [UInt64](repeating: 0, count: (limit + 63) >> 6)
      list.reserveCapacity(limit)
    }

    func contains(_ number: Int) -> Bool { marks[number &>> 6] &>> UInt64(number & 63) & 1 != 0 }

    mutating func insert(_ number: Int) {
      let mark: UInt64 = 1 &<< UInt64(number & 63)
      guard marks[number &>> 6] & mark == 0 else { return }
      marks[number &>> 6] |= mark
      list.append(Int32(truncatingIfNeeded: number))
    }
  }

  var patterns = Numbers()
  fileprivate var found = Numbers()

  package init() {}

  /// The ids, each once, in no order.
  package var ids: [Int32] { found.list }
  package var isEmpty: Bool { found.list.isEmpty }

  fileprivate mutating func begin(patterns count: Int, ids limit: Int) {
    patterns.begin(count)
    found.begin(limit)
  }
}
