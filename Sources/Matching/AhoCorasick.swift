// SPDX-License-Identifier: Apache-2.0

/// The search of Aho and Corasick ("Efficient string matching: an aid to bibliographic search", CACM 18, 1975) over
/// bytes without case: one walk through a tree of the patterns' prefixes finds them all. The bytes that a prefix
/// goes on with are listed, since most go on with one; the root has a table.
///
/// Case and place of what is found are looked at afterwards.
struct AhoCorasick {
  private struct Node {
    /// Where the prefixes that are one byte longer begin among `edges`.
    var firstEdge: Int32 = 0
    var edgeCount: Int32 = 0
    /// The longest other prefix that this one ends with.
    var fallback: Int32 = 0
    /// The nearest such prefix, or this one, that is a pattern; 0: none is.
    var nearestPattern: Int32 = 0
    /// The first of the patterns that end here, a place of `ends`; -1: none does.
    var firstEnd: Int32 = -1
  }
  private struct Edge {
    var byte: UInt8
    var node: Int32
  }
  private struct End {
    var needle: Needle
    var minimumOffset: Int
    var maximumEnd: Int
    /// The next of those that end at the same node; -1: there is none.
    var next: Int32
  }

  private var nodes: [Node] = []
  private var edges: [Edge] = []
  private var root = [Int32](repeating: 0, count: 256)
  /// One for each pattern.
  private var ends: [End] = []
  private var bytes: [UInt8] = []

  var byteCount: Int {
    nodes.count * MemoryLayout<Node>.stride + edges.count * MemoryLayout<Edge>.stride
      + ends.count * MemoryLayout<End>.stride + bytes.count + root.count * MemoryLayout<Int32>.stride
  }

  /// The n-th pattern is reported as n. None is empty.
  init(_ patterns: [PatternSet.Pattern]) {
    // The patterns in order: those that begin with the same bytes stand together, and make one prefix.
    let keys = patterns.map { $0.bytes.map(\.folded) }
    let order = keys.indices.sorted { keys[$0].lexicographicallyPrecedes(keys[$1]) }
    for pattern in patterns {
      let needle = Needle(pattern.bytes, isCaseless: pattern.isCaseless, addingTo: &bytes)
      ends.append(
        End(
          needle: needle, minimumOffset: pattern.minimumOffset, maximumEnd: pattern.maximumEnd ?? .max, next: -1))
    }
    build(keys, order)
    findFallbacks()
  }

  /// Layer by layer: `ranges` are the patterns, in their order, that begin with a node's prefix.
  private mutating func build(_ keys: [[UInt8]], _ order: [Int]) {
    nodes = [Node()]
    var ranges = [order.indices]
    var depths = [0]
    var number = 0
    while number < nodes.count {
      var range = ranges[number]
      let depth = depths[number]
      while let first = range.first, keys[order[first]].count == depth {
        ends[order[first]].next = nodes[number].firstEnd
        nodes[number].firstEnd = Int32(order[first])
        range.removeFirst()
      }
      nodes[number].firstEdge = Int32(edges.count)
      while let first = range.first {
        let byte = keys[order[first]][depth]
        let same = range.prefix { keys[order[$0]][depth] == byte }
        edges.append(Edge(byte: byte, node: Int32(nodes.count)))
        nodes.append(Node())
        ranges.append(same)
        depths.append(depth + 1)
        range.removeFirst(same.count)
      }
      nodes[number].edgeCount = Int32(edges.count) - nodes[number].firstEdge
      number += 1
    }
    for edge in edges.prefix(Int(nodes[0].edgeCount)) { root[Int(edge.byte)] = edge.node }
  }

  /// Nodes are in the order of their depth: what a fallback needs is there before.
  private mutating func findFallbacks() {
    for number in nodes.indices {
      let node = nodes[number]
      for place in Int(node.firstEdge)..<Int(node.firstEdge + node.edgeCount) {
        let edge = edges[place]
        let fallback = number == 0 ? 0 : next(node.fallback, edge.byte)
        nodes[Int(edge.node)].fallback = fallback
        nodes[Int(edge.node)].nearestPattern =
          nodes[Int(edge.node)].firstEnd >= 0 ? edge.node : nodes[Int(fallback)].nearestPattern
      }
    }
  }

  /// The longest prefix that `number` with one more byte ends with.
  @inline(__always)
  private func next(_ number: Int32, _ byte: UInt8) -> Int32 {
    var number = number
    while number != 0 {
      let node = nodes[Int(number)]
      var lower = Int(node.firstEdge)
      var upper = lower &+ Int(node.edgeCount)
      while lower < upper {
        let middle = (lower &+ upper) / 2
        if edges[middle].byte < byte { lower = middle &+ 1 } else { upper = middle }
      }
      if lower < Int(node.firstEdge &+ node.edgeCount), edges[lower].byte == byte { return edges[lower].node }
      number = node.fallback
    }
    return root[Int(byte)]
  }

  /// Adds the numbers of the patterns that stand in the bytes.
  func scan(_ text: RawSpan, _ hits: inout PatternHits) {
    var number: Int32 = 0
    for place in 0..<text.byteCount {
      number = next(number, text.byte(place).folded)
      var pattern = nodes[Int(number)].nearestPattern
      while pattern != 0 {
        report(nodes[Int(pattern)].firstEnd, endingAt: place + 1, text, &hits)
        pattern = nodes[Int(nodes[Int(pattern)].fallback)].nearestPattern
      }
    }
  }

  private func report(_ first: Int32, endingAt end: Int, _ text: RawSpan, _ hits: inout PatternHits) {
    // `unsafe` is sound: each byte of the array is initialised.
    let patterns = unsafe bytes.span.bytes
    var place = first
    while place >= 0 {
      let candidate = ends[Int(place)]
      let start = end - candidate.needle.count
      if !hits.patterns.contains(Int(place)), start >= candidate.minimumOffset, end <= candidate.maximumEnd,
        candidate.needle.isCaseless || candidate.needle.stands(at: start, in: text, of: patterns)
      {
        hits.patterns.insert(Int(place))
      }
      place = candidate.next
    }
  }
}
