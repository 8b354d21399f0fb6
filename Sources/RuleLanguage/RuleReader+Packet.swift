// SPDX-License-Identifier: Apache-2.0

/// Tests of packets' headers.
extension RuleReader {
  static func packetKeywords() -> [String: Keyword] {
    var keywords: [String: Keyword] = [
      "flags": { (reader, option) throws(RuleFault) in try reader.flags(option) },
      "tcp.flags": { (reader, option) throws(RuleFault) in try reader.flags(option) },
      "fragbits": { (reader, option) throws(RuleFault) in try reader.fragmentBits(option) },
      "fragoffset": { (reader, option) throws(RuleFault) in
        // `!` and the operators stand before the number, as elsewhere.
        reader.add(.fragmentOffset(try Self.number(option, most: 65_535)), option)
      },
      "sameip": { (reader, option) throws(RuleFault) in
        try option.checkBare()
        reader.add(.sameIP, option)
      },
      "dsize": { (reader, option) throws(RuleFault) in
        try reader.once(option)
        let test = try Self.number(option, most: 65_535)
        if test == .never { throw option.fault(.cannotFire, "no payload has such a size") }
        reader.add(.payloadSize(test), option)
      },
      "ip_proto": { (reader, option) throws(RuleFault) in
        reader.add(.ipProtocol(try Self.number(option, most: 255, names: protocols)), option)
      },
      "tos": { (reader, option) throws(RuleFault) in
        var text = try option.requiredText()
        let isNegated = text.first == UInt8(ascii: "!")
        if isNegated { text = text.dropFirst().trimmed }
        // Suricata's hexadecimal form is `x12`.
        let isHexadecimal = text.first.map { $0 | 0x20 } == UInt8(ascii: "x")
        let digits = isHexadecimal ? ArraySlice(Array("0".utf8) + text) : text
        guard let number = digits.number(most: 255) else { throw option.fault("a number from 0 to 255") }
        reader.add(.typeOfService(isNegated ? .outside(number...number) : .within(number...number)), option)
      },
    ]
    let numbers: [(String, UInt64, @Sendable (NumberTest) -> PacketTest)] = [
      ("ttl", 255, { .timeToLive($0) }), ("ack", 0xFFFF_FFFF, { .acknowledgement($0) }),
      ("tcp.ack", 0xFFFF_FFFF, { .acknowledgement($0) }), ("seq", 0xFFFF_FFFF, { .sequence($0) }),
      ("tcp.seq", 0xFFFF_FFFF, { .sequence($0) }), ("window", 65_535, { .window($0) }),
      ("tcp.window", 65_535, { .window($0) }), ("itype", 255, { .icmpType($0) }), ("icode", 255, { .icmpCode($0) }),
      ("icmp_id", 65_535, { .icmpID($0) }), ("icmp_seq", 65_535, { .icmpSequence($0) }), ("id", 65_535, { .ipID($0) }),
    ]
    for (name, most, test) in numbers {
      let keyword: Keyword = { (reader, option) throws(RuleFault) in
        reader.add(test(try number(option, most: most)), option)
      }
      keywords[name] = keyword
    }
    return keywords
  }

  /// IANA Protocol Numbers, as far as rules name them.
  private static let protocols: [String: UInt64] = [
    "icmp": 1, "igmp": 2, "ipip": 4, "tcp": 6, "egp": 8, "igp": 9, "pup": 12, "udp": 17, "idp": 22, "ipv6": 41,
    "gre": 47, "esp": 50, "ah": 51, "ipv6-icmp": 58, "icmp6": 58, "ospf": 89, "pim": 103, "vrrp": 112, "sctp": 132,
  ]

  mutating func add(_ test: PacketTest, _ option: RuleOption) {
    rule.packetTests.append(test)
    hasPacketKeyword = hasPacketKeyword ?? option.place
  }

  static func number(
    _ option: RuleOption, most: UInt64, names: [String: UInt64] = [:]
  ) throws(RuleFault) -> NumberTest {
    let text = try option.requiredText()
    guard let test = NumberTest(text, most: most, names: names) else {
      throw option.fault("'\(text.shown)' is no test of a number from 0 to \(most)")
    }
    return test
  }

  private static let flagBits: [UInt8: UInt8] = [
    UInt8(ascii: "F"): 1, UInt8(ascii: "S"): 2, UInt8(ascii: "R"): 4, UInt8(ascii: "P"): 8, UInt8(ascii: "A"): 16,
    UInt8(ascii: "U"): 32,
    UInt8(ascii: "E"): 64, UInt8(ascii: "2"): 64, UInt8(ascii: "C"): 128, UInt8(ascii: "1"): 128,
  ]

  /// `flags: [*+!=]FSRPAUCE0[,mask]`, with the sign before or behind the letters.
  private mutating func flags(_ option: RuleOption) throws(RuleFault) {
    let parts = try option.requiredText().parts(",")
    guard parts.count <= 2 else { throw option.fault("flags, and those to leave out of account") }
    var bits: [UInt8] = []
    var rule = PacketTest.FlagsRule.exactly
    for part in parts {
      var sum: UInt8 = 0
      for byte in part {
        switch byte {
        case UInt8(ascii: "0"), UInt8(ascii: "="), UInt8(ascii: " "): continue
        case UInt8(ascii: "+") where bits.isEmpty: rule = .all
        case UInt8(ascii: "*") where bits.isEmpty: rule = .any
        case UInt8(ascii: "!") where bits.isEmpty: rule = .none
        default:
          guard let bit = Self.flagBits[byte & 0xDF] ?? Self.flagBits[byte] else {
            throw option.fault("'\(part.shown)' are no flags of TCP")
          }
          sum |= bit
        }
      }
      bits.append(sum)
    }
    guard rule == .exactly || bits[0] != 0 else { throw option.fault("no flags behind the sign") }
    add(.flags(rule, bits: bits[0], ignored: bits.count > 1 ? bits[1] : 0), option)
  }

  /// `fragbits: [*+!]MDR`.
  private mutating func fragmentBits(_ option: RuleOption) throws(RuleFault) {
    var rule = PacketTest.FlagsRule.exactly
    var bits: UInt8 = 0
    for byte in try option.requiredText() {
      switch byte {
      case UInt8(ascii: "+"): rule = .all
      case UInt8(ascii: "*"): rule = .any
      case UInt8(ascii: "!"): rule = .none
      case UInt8(ascii: "M"), UInt8(ascii: "m"): bits |= 1
      case UInt8(ascii: "D"), UInt8(ascii: "d"): bits |= 2
      case UInt8(ascii: "R"), UInt8(ascii: "r"): bits |= 4
      case UInt8(ascii: " "): continue
      default: throw option.fault("the letters M, D and R")
      }
    }
    guard bits != 0 else { throw option.fault("the letters M, D and R") }
    add(.fragmentBits(rule, bits: bits), option)
  }
}
