// SPDX-License-Identifier: Apache-2.0

/// The rules whose headers fit the packets of one direction of a flow, by what they look for first.
struct RuleGroup: Sendable {
  /// Tried on every packet with payload: nothing in them can be looked for first.
  private(set) var always: [Int32] = []
  /// Tried on packets without payload.
  private(set) var ofEmpty: [Int32] = []
  /// Those of both that a segment in the middle of a connection can match.
  private(set) var ofPlain: [Int32] = []
  private(set) var ofPlainEmpty: [Int32] = []
  /// Rules that begin with bytes at a fixed place, by place.
  private(set) var anchors: [Anchors] = []
  /// Whether the search for many patterns at once is worth it: rules of this group take part in it.
  private(set) var usesPatterns = false
  /// Some are tried across segments, and on messages within them.
  private(set) var looksAtStreams = false
  /// Those of them that have no pattern to search for; those that count from the beginning of a message.
  private(set) var ofStream: [Int32] = []
  private(set) var ofMessages: [Int32] = []
  var isEmpty: Bool { always.isEmpty && ofEmpty.isEmpty && anchors.isEmpty && !usesPatterns }

  /// Rules with a byte at one place, by its value.
  struct Anchors: Sendable {
    let place: Int
    /// Where the rules of each value of the byte begin in `rules`; one more at the end.
    private let starts: [UInt32]
    private let rules: [Int32]

    init(_ place: Int, _ members: [(byte: UInt8, rule: Int32)]) {
      self.place = place
      var lists = Array(repeating: [Int32](), count: 256)
      for member in members { lists[Int(member.byte)].append(member.rule) }
      var starts: [UInt32] = []
      var rules: [Int32] = []
      for list in lists {
        starts.append(UInt32(rules.count))
        rules += list
      }
      starts.append(UInt32(rules.count))
      (self.starts, self.rules) = (starts, rules)
    }

    /// Adds the rules that a payload, which reaches beyond the place, may match.
    @inline(__always)
    func add(_ payload: RawSpan, to candidates: inout [Int32]) {
      let byte = Int(payload.u8(place))
      let (start, end) = (Int(starts.span[byte]), Int(starts.span[byte + 1]))
      if start == end { return }
      for place in start..<end { candidates.append(rules.span[place]) }
    }
  }

  init(_ members: [Signature]) {
    var anchored: [Int: [(byte: UInt8, rule: Int32)]] = [:]
    for signature in members {
      let index = signature.index
      if signature.takesEmpty {
        ofEmpty.append(index)
        if signature.takesPlain { ofPlainEmpty.append(index) }
      }
      switch signature.search {
      case .none:
        always.append(index)
        if signature.takesPlain { ofPlain.append(index) }
      case .at(let place, let byte, let isCaseless):
        anchored[place, default: []].append((byte, index))
        if isCaseless, byte.otherCase != byte { anchored[place, default: []].append((byte.otherCase, index)) }
      case .pattern: usesPatterns = true
      }
      if signature.isOfStream {
        looksAtStreams = true
        if signature.isPlaced {
          ofMessages.append(index)
        } else if case .none = signature.search {
          ofStream.append(index)
        }
      }
    }
    anchors = anchored.sorted { $0.key < $1.key }.map { Anchors($0.key, $0.value) }
  }
}

extension UInt8 {
  /// An ASCII letter in the other case; else itself.
  var otherCase: UInt8 {
    switch self {
    case 0x41...0x5A, 0x61...0x7A: self ^ 0x20
    default: self
    }
  }
}
