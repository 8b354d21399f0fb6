// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import RuleLanguage

@Suite("Hostile rule files")
struct MutationTests {
  /// One line of every kind of keyword.
  private static let seeds = [
    #"""
    alert tcp [$HOME_NET,!10.1.1.1/24] [1:5,!3] <> !$HOME_NET any (msg:"a\;b"; content:"|00 01|a\"b"; \#
    offset:1; depth:9; nocase; fast_pattern:0,2; content:!"c"; distance:-3; within:20; pcre:"/a\/(b|c)/Ris"; \#
    flow:established,to_server; threshold:type limit, track by_src, count 1, seconds 60; sid:1; rev:2;)
    """#,
    #"""
    alert udp any any -> any 502 (byte_test:2,!&,0xFFFF,-4,relative,little,bitmask 0xF0; \#
    byte_extract:4,0,v,relative,multiplier 65535; byte_jump:2,v,relative,post_offset -9,from_end; \#
    byte_math:bytes 2, offset 0, oper <<, rvalue v, result w; isdataat:!w,relative; dsize:5<>1400; sid:2;)
    """#,
    #"alert modbus any any -> any any (modbus: unit 0<>255, access write holding, address 0<>65535; sid:3;)"#,
    #"alert dnp3 2001:db8::/32 any -> ::1 any (dnp3_ind:+need_time,!0x1; dnp3_obj:1,2; dnp3_func:write; sid:4;)"#,
    #"""
    alert http any any -> any any (http.uri; to_lowercase; xor:"0d0a"; content:"a"; bsize:3<>99; \#
    http.header; pcre:"/^a/m"; urilen:>5,raw; sid:5;)
    """#,
    #"""
    alert ip any any -> any any (operation: action write|operate, target "a, b", unit 1-10, code >2; zone: \#
    from a|b, to !c; flowint:n,+,1; xbits:set,a,track ip_pair,expire 9; sid:6;)
    """#,
    #"""
    alert tcp any any -> any any (flags:*SF,12; ttl:!64; window:>0; ack:0; fragbits:+MD; ip_proto:!6; \#
    tos:x1; stream_size:both,>=,9; dce_iface:367abb81-9844-35f1-ad32-98f038001003,<5,any_frag; \#
    dce_opnum:1-5,9; sid:7;)
    """#,
    "# dialect: snort",
    #"alert http ( content:"a;b",depth 4,offset 0,fast_pattern; http_uri; content:"c"; service:http; gid:1; sid:8; )"#,
    "ipvar A [10.0.0.1,![10.0.0.0/8]]",
  ]

  /// SplitMix64: the same edits in every run.
  private struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var value = state
      value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
      return value ^ value >> 31
    }
  }

  private static let pieces = [
    ";", ":", "\"", "\\", "|", ",", "!", "[", "]", "(", ")", "-", "<>", "99999999999999999999", "-1", "0x", "0",
    "\u{0}",
    "é", "$A", "any", "\n", "#", "'", "/", "&", "=", " ", "relative", "sid:1", "18446744073709551615",
  ]

  private static func mutate(_ bytes: inout [UInt8], _ random: inout Random) {
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      guard !bytes.isEmpty else { return }
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(contentsOf: pieces[Int.random(in: 0..<pieces.count, using: &random)].utf8, at: place)
      case 3: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...20, using: &random)))
      default:
        let end = min(bytes.count, place + Int.random(in: 1...20, using: &random))
        bytes.insert(contentsOf: bytes[place..<end], at: place)
      }
    }
  }

  @Test("Edits of rules are rules or faults: every rule is counted, every error has a place", arguments: 0..<8)
  func edits(_ round: UInt64) {
    var random = Random(state: round)
    for _ in 0..<500 {
      var text: [UInt8] = []
      for _ in 0..<3 {
        var line = Array(Self.seeds[Int.random(in: 0..<Self.seeds.count, using: &random)].utf8)
        Self.mutate(&line, &random)
        text += line + [0x0A]
      }
      let set = RuleSet.load([RuleFile(name: "x", text: text)], variables: Reading.variables)
      #expect(set.files[0].loaded == set.rules.count)
      let errors = set.diagnostics.filter { $0.severity == .error && $0.reason != .notARule }
      #expect(errors.count == set.files[0].skipped)
      #expect(errors.allSatisfy { $0.place.line >= 1 && $0.place.line <= 200 && $0.place.column >= 1 })
      #expect(set.rules.allSatisfy { $0.number != 0 })
    }
  }

  @Test("Edits of lists of indicators and of thresholds end")
  func otherEdits() {
    var random = Random(state: 99)
    let seeds = [
      "suppress gen_id 1, sig_id 8, track by_src, ip [10.0.0.1,!$HOME_NET]\n",
      "rate_filter gen_id 1, sig_id 7, track by_both, count 2, seconds 60, new_action drop, timeout 1000\n",
      #"{"objects":[{"type":"indicator","pattern":"[file:hashes.'SHA-256' = 'a' OR url:value IN ('a','b')]"}]}"#,
      "type,value,description\ndomain,a.example,\"x, y\"\nhttp://a.example/,z\n",
    ]
    for index in 0..<2000 {
      var text = Array(seeds[index % seeds.count].utf8)
      Self.mutate(&text, &random)
      let file = ThresholdFile(RuleFile(name: "t", text: text), variables: Reading.variables)
      #expect(file.suppressions.count + file.rateFilters.count <= 8)
      var indicators = Indicators()
      indicators.read(RuleFile(name: "i", text: text))
      #expect(indicators.list.count <= 20)
    }
  }

  @Test(
    "Texts made to take long end",
    arguments: [
      String(repeating: "alert (\n", count: 20_000),
      String(repeating: "alert tcp any any -> any any (\\\n", count: 20_000),
      "alert tcp any any -> any any (" + String(repeating: "content:\"a\";", count: 900) + ")",
      "alert tcp " + String(repeating: "[", count: 200_000) + " any -> any any (sid:1;)",
      "alert tcp " + String(repeating: "!", count: 200_000) + "10.0.0.1 any -> any any (sid:1;)",
      "alert tcp any any -> any any (msg:\"" + String(repeating: "\\", count: 300_000) + "\"; sid:1;)",
      "alert tcp any any -> any any (metadata:" + String(repeating: "a b,", count: 100_000) + "; sid:1;)",
      String(repeating: "#", count: 500_000), String(repeating: "# alert (\\\n", count: 20_000),
    ])
  func long(_ text: String) {
    let set = Reading.load(text)
    #expect(set.rules.count <= 1)
    #expect(set.files.count == 1)
  }
}
