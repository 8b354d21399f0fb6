// SPDX-License-Identifier: Apache-2.0

/// What a rule wants of the flow, and what it remembers.
extension RuleReader {
  static func flowKeywords() -> [String: Keyword] {
    [
      "flow": { (reader, option) throws(RuleFault) in try reader.flow(option) },
      "flowbits": { (reader, option) throws(RuleFault) in try reader.flowBits(option) },
      "xbits": { (reader, option) throws(RuleFault) in try reader.hostBits(option) },
      "hostbits": { (reader, option) throws(RuleFault) in try reader.hostBits(option) },
      "flowint": { (reader, option) throws(RuleFault) in try reader.flowInteger(option) },
      "stream_size": { (reader, option) throws(RuleFault) in try reader.streamSize(option) },
      "threshold": { (reader, option) throws(RuleFault) in try reader.threshold(option) },
      "detection_filter": { (reader, option) throws(RuleFault) in try reader.detectionFilter(option) },
      "flow.pkts": { (reader, option) throws(RuleFault) in try reader.flowSize(option) },
      "flow.bytes": { (reader, option) throws(RuleFault) in try reader.flowSize(option) },
      "flow.pkts_toserver": { (reader, option) throws(RuleFault) in try reader.flowSize(option) },
      "flow.pkts_toclient": { (reader, option) throws(RuleFault) in try reader.flowSize(option) },
      "flow.bytes_toserver": { (reader, option) throws(RuleFault) in try reader.flowSize(option) },
      "flow.bytes_toclient": { (reader, option) throws(RuleFault) in try reader.flowSize(option) },
    ]
  }

  private mutating func flow(_ option: RuleOption) throws(RuleFault) {
    try once(option)
    let parts = try option.requiredText().parts(",")
    guard parts.count <= 3 else { throw option.fault("at most three words") }
    var flow = FlowTest()
    for part in parts {
      let clash = RuleFault(.contradiction, part.startIndex, "flow: '\(part.shown)' contradicts a word before it")
      switch part.loweredText {
      case "to_server", "from_client":
        guard flow.sender == nil else { throw clash }
        flow.sender = .client
      case "to_client", "from_server":
        guard flow.sender == nil else { throw clash }
        flow.sender = .server
      case "established", "not_established", "stateless":
        guard flow.state == nil else { throw clash }
        flow.state =
          part.isWord("established") ? .established : part.isWord("stateless") ? .stateless : .notEstablished
      case "only_stream":
        guard !flow.isWithoutStream else { throw clash }
        flow.isStreamOnly = true
      case "no_stream":
        guard !flow.isStreamOnly else { throw clash }
        flow.isWithoutStream = true
      case "only_frag":
        guard !flow.isWithoutFragments else { throw clash }
        flow.isFragmentOnly = true
      case "no_frag":
        guard !flow.isFragmentOnly else { throw clash }
        flow.isWithoutFragments = true
      default: throw RuleFault(.value, part.startIndex, "flow: '\(part.shown)' is not known")
      }
    }
    rule.flow = flow
  }

  private mutating func flowBits(_ option: RuleOption) throws(RuleFault) {
    let parts = try option.requiredText().parts(",", most: 2)
    if parts[0].isWord("noalert") {
      guard parts.count == 1 else { throw option.fault("noalert takes no name") }
      rule.isSilent = true
      return
    }
    let deed = try deed(parts[0], option)
    guard parts.count == 2, !parts[1].isEmpty else { throw option.fault("a name") }
    let isOfAll = parts[1].contains(UInt8(ascii: "&"))
    guard !isOfAll || !parts[1].contains(UInt8(ascii: "|")) else { throw option.fault("either '|' or '&'") }
    // Suricata takes it for one name, which no rule sets: a rule so written never fires there.
    guard !isOfAll || dialect == .snort else {
      throw option.fault(.unsupported, "'&' between names is Snort's; write flowbits twice")
    }
    var text = parts[1]
    if dialect == .snort, let comma = text.firstIndex(of: UInt8(ascii: ",")) {
      remark(.note, .withoutEffect, option, "the group of bits has no effect here")
      text = text[..<comma].trimmed
    }
    let names = text.parts(isOfAll ? "&" : "|")
    guard names.count <= 64 else { throw option.fault(.tooManyItems, "more than 64 names") }
    for name in names where name.isEmpty || !name.allSatisfy({ $0 > 0x20 && $0 != UInt8(ascii: ",") }) {
      throw option.fault("'\(name.shown)' is no name")
    }
    let readsOnly = deed == .isSet || deed == .isNotSet
    guard names.count == 1 || readsOnly || isOfAll else {
      throw option.fault("several names only for isset and isnotset")
    }
    rule.flowBits.append(FlowBit(deed, names.map(\.text), isOfAll: isOfAll))
    guard rule.flowBits.count <= limits.flowBitsPerRule else {
      throw option.fault(.tooManyItems, "more than \(limits.flowBitsPerRule) in a rule")
    }
  }

  private func deed(_ text: Bytes, _ option: RuleOption) throws(RuleFault) -> FlowBit.Deed {
    switch text.loweredText {
    case "set": return .set
    case "unset": return .unset
    case "toggle": return .toggle
    case "isset": return .isSet
    case "isnotset": return .isNotSet
    default: throw option.fault("'\(text.shown)' is not known")
    }
  }

  /// `xbits: set, name, track ip_src, expire 60` and `hostbits: set, name, src`.
  private mutating func hostBits(_ option: RuleOption) throws(RuleFault) {
    let parts = try option.requiredText().parts(",")
    if parts[0].isWord("noalert") {
      rule.isSilent = true
      return
    }
    let deed = try deed(parts[0], option)
    guard parts.count >= 2, !parts[1].isEmpty, parts[1].allSatisfy({ $0 > 0x20 }) else { throw option.fault("a name") }
    var track: HostBit.Track? = option.name == "hostbits" ? .source : nil
    var expires: UInt32 = 30
    for part in parts[2...] {
      let (word, value) = part.firstWord
      switch word.loweredText {
      case "track":
        switch value.loweredText {
        case "ip_src": track = .source
        case "ip_dst": track = .destination
        case "ip_pair": track = .pair
        case "tx": throw RuleFault(.unsupported, part.startIndex, "\(option.name): bits of transactions are not kept")
        default: throw RuleFault(.value, part.startIndex, "\(option.name): '\(part.shown)' is not known")
        }
      case "src" where option.name == "hostbits": track = .source
      case "dst" where option.name == "hostbits": track = .destination
      case "both" where option.name == "hostbits": track = .pair
      case "expire":
        guard let seconds = value.decimal(most: UInt64(UInt32.max)), seconds > 0 else {
          throw RuleFault(.value, part.startIndex, "\(option.name): a time of expiry in seconds")
        }
        expires = UInt32(seconds)
      default: throw RuleFault(.value, part.startIndex, "\(option.name): '\(part.shown)' is not known")
      }
    }
    guard let track else { throw option.fault("what to track: ip_src, ip_dst or ip_pair") }
    rule.hostBits.append(HostBit(deed, parts[1].text, track, expires: expires))
  }

  private mutating func flowInteger(_ option: RuleOption) throws(RuleFault) {
    let parts = try option.requiredText().parts(",")
    guard parts.count >= 2, !parts[0].isEmpty, parts[0].allSatisfy(\.isNameByte) else {
      throw option.fault("a name and what to do")
    }
    let deed: FlowInteger.Deed
    switch parts[1].loweredText {
    case "isset": deed = .isSet
    case "isnotset", "notset": deed = .isNotSet
    case "=": deed = .set
    case "+": deed = .add
    case "-": deed = .subtract
    case "<": deed = .less
    case "<=": deed = .lessOrEqual
    case ">": deed = .greater
    case ">=": deed = .greaterOrEqual
    case "==": deed = .equal
    case "!=": deed = .notEqual
    default: throw option.fault("'\(parts[1].shown)' is not known")
    }
    let isBare = deed == .isSet || deed == .isNotSet
    guard parts.count == (isBare ? 2 : 3) else { throw option.fault(isBare ? "takes no value" : "needs one value") }
    var integer = FlowInteger(parts[0].text, deed, 0)
    if !isBare {
      if let number = parts[2].decimal(most: UInt64(UInt32.max)) {
        integer.value = UInt32(number)
      } else if let first = parts[2].first, first.isLetter, parts[2].allSatisfy(\.isNameByte) {
        integer.other = parts[2].text
      } else {
        throw option.fault("'\(parts[2].shown)' is neither a number nor a name")
      }
    }
    rule.flowIntegers.append(integer)
  }

  private mutating func streamSize(_ option: RuleOption) throws(RuleFault) {
    let parts = try option.requiredText().parts(",")
    guard parts.count == 3 else { throw option.fault("a side, an operator and a number") }
    let side: PacketTest.StreamSide
    switch parts[0].loweredText {
    case "server": side = .server
    case "client": side = .client
    case "both": side = .both
    case "either": side = .either
    default: throw option.fault("'\(parts[0].shown)' is no side")
    }
    guard let number = parts[2].decimal(most: UInt64(UInt32.max)) else { throw option.fault("a number") }
    let text = parts[1].text == "!=" ? "!" : parts[1].text
    guard ["<", ">", "<=", ">=", "=", "!"].contains(text),
      let test = NumberTest(ArraySlice("\(text)\(number)".utf8), most: UInt64(UInt32.max))
    else { throw option.fault("'\(parts[1].shown)' is no operator") }
    rule.packetTests.append(.streamSize(side, test))
  }

  /// `flow.pkts: toclient, =10`, and `flow.pkts_toclient: 10` as it was before.
  private mutating func flowSize(_ option: RuleOption) throws(RuleFault) {
    let value = try option.requiredText()
    let side: PacketTest.StreamSide
    let text: Bytes
    if option.name.hasSuffix("_toserver") || option.name.hasSuffix("_toclient") {
      side = option.name.hasSuffix("_toserver") ? .client : .server
      text = value
    } else {
      let parts = value.parts(",", most: 2)
      guard parts.count == 2 else { throw option.fault("a direction and a number") }
      switch parts[0].loweredText {
      case "toserver": side = .client
      case "toclient": side = .server
      case "either": side = .either
      default: throw option.fault("'\(parts[0].shown)' is no direction")
      }
      text = parts[1]
    }
    guard let test = NumberTest(text, most: 1 << 53) else {
      throw option.fault("'\(text.shown)' is no test of a number")
    }
    rule.packetTests.append(option.name.hasPrefix("flow.pkts") ? .flowPackets(side, test) : .flowBytes(side, test))
  }

  // MARK: Thresholds

  private mutating func threshold(_ option: RuleOption) throws(RuleFault) {
    try once(option)
    guard rule.detectionFilter == nil else {
      throw option.fault(.contradiction, "not together with detection_filter")
    }
    rule.threshold = try ThresholdReading(option, isFilter: false).threshold
  }

  private mutating func detectionFilter(_ option: RuleOption) throws(RuleFault) {
    try once(option)
    guard rule.threshold == nil else { throw option.fault(.contradiction, "not together with threshold") }
    rule.detectionFilter = try ThresholdReading(option, isFilter: true).threshold
  }
}

/// The arguments of thresholds, in any order.
struct ThresholdReading {
  private(set) var threshold: Threshold

  init(_ option: RuleOption, isFilter: Bool) throws(RuleFault) {
    var sort: Threshold.Sort? = isFilter ? .detectionFilter : nil
    var track: Threshold.Track?
    var distinct: Threshold.Distinct?
    var (count, seconds, multiplier): (UInt32?, UInt32?, UInt32?)
    for part in try option.requiredText().parts(",") {
      let (word, value) = part.firstWord
      let unknown = RuleFault(.value, part.startIndex, "\(option.name): '\(part.shown)' is not known")
      let number = value.decimal(most: UInt64(UInt32.max)).map { UInt32($0) }
      switch word.loweredText {
      case "type" where !isFilter: sort = Self.sorts[value.loweredText]
      case "track":
        guard let named = Self.tracks[value.loweredText] else { throw unknown }
        track = named
      case "unique_on" where isFilter:
        guard value.isWord("src_port") || value.isWord("dst_port") else { throw unknown }
        distinct = value.isWord("src_port") ? .sourcePort : .destinationPort
      case "count":
        guard let number, number > 0 else { throw unknown }
        count = number
      case "seconds":
        guard let number, number > 0 else { throw unknown }
        seconds = number
      case "multiplier" where !isFilter:
        guard let number, number > 1 else { throw unknown }
        multiplier = number
      default: throw unknown
      }
    }
    guard let sort else { throw option.fault("a type: limit, threshold, both or backoff") }
    guard let track else { throw option.fault("what to track") }
    guard let count else { throw option.fault("a count") }
    guard sort == .backoff ? seconds == nil : seconds != nil else {
      throw option.fault(sort == .backoff ? "backoff has no seconds" : "a time in seconds")
    }
    guard multiplier == nil || sort == .backoff else { throw option.fault("only backoff has a multiplier") }
    threshold = Threshold(sort, track, count: count, seconds: seconds ?? 0, multiplier: multiplier ?? 10)
    threshold.distinct = distinct
  }

  private static let sorts: [String: Threshold.Sort] = [
    "limit": .limit, "threshold": .threshold, "both": .both, "backoff": .backoff,
  ]
  static let tracks: [String: Threshold.Track] = [
    "by_src": .source, "by_dst": .destination, "by_both": .both, "by_rule": .rule, "by_flow": .flow,
  ]
}
