// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Testing

@testable import Monitor

@Suite struct JSONTests {
  private func line(_ body: (inout JSONLine) -> Void) -> String {
    var line = JSONLine()
    line.begin()
    body(&line)
    line.end()
    return String(decoding: line.bytes, as: UTF8.self)
  }

  @Test(arguments: [
    ("a\"b\\c", #"a\"b\\c"#), ("\u{00}\u{08}\u{1F}\n\r\t", #"\u0000\u0008\u001f\n\r\t"#), ("/設備😀", "/設備😀"),
    ("\u{7F}\u{85}\u{2028}\u{2029}", #"\u007f\u0085\u2028\u2029"#), ("", ""),
    ("\u{202E}\u{2066}\u{61C}\u{200F}", #"\u202e\u2066\u061c\u200f"#),
  ])
  func `strings are escaped so that a record stays on one line`(text: String, written: String) {
    #expect(line { $0.string("k", text) } == #"{"k":""# + written + "\"}\n")
  }

  @Test func `each character is escaped at each place or nowhere`() {
    for scalar in (0...0x100).compactMap(Unicode.Scalar.init) {
      let alone = line { $0.string("k", String(Character(scalar))) }.dropFirst(6).dropLast(3)
      for place in 0..<20 {
        let (before, after) = (String(repeating: "a", count: place), String(repeating: "~", count: 19 - place))
        let text = line { $0.string("k", before + String(Character(scalar)) + after) }
        #expect(text == "{\"k\":\"\(before)\(alone)\(after)\"}\n")
      }
    }
  }

  @Test func `bytes that are not UTF-8 cannot make a line invalid`() {
    for first in UInt8.min...UInt8.max {
      let text = line { $0.string("k", utf8: [first, 0xC3, 0x28, 0xF0, 0x9F]) }
      #expect(text.hasPrefix(#"{"k":""#) && text.hasSuffix("\"}\n"))
      #expect(text.utf8.filter { $0 == 0x0A }.count == 1)
    }
  }

  @Test func `a long string is cut between characters, and the cut is marked`() {
    #expect(line { $0.string("k", "abcdef", limit: 6) } == "{\"k\":\"abcdef\"}\n")
    #expect(line { $0.string("k", "abcdefg", limit: 6) } == "{\"k\":\"abc…\"}\n")
    #expect(line { $0.string("k", "設設設", limit: 8) } == "{\"k\":\"設…\"}\n")
    #expect(line { $0.string("k", "\u{1}\u{1}\u{1}", limit: 12) } == "{\"k\":\"\\u0001…\"}\n")
    for limit in 3...40 {
      let text = line { $0.string("k", "a\u{1}設\"😀\\\u{2028}b\nあいうえお", limit: limit) }
      #expect(text.utf8.count <= limit + 9)
    }
  }

  @Test func `numbers that not every reader takes are texts in their places, under another key`() {
    func written(_ numbers: [Number]) -> String { line { $0.values("n", orTexts: "t", numbers.map { .number($0) }) } }
    #expect(written([.real(2.5), .signed(.min), .unsigned(9)]) == "{\"n\":[2.5,-9223372036854775808,9]}\n")
    #expect(written([.unsigned(UInt64(Int64.max))]) == "{\"n\":[9223372036854775807]}\n")
    #expect(written([.real(2.5), .real(.nan), .real(3)]) == #"{"t":["2.5","NaN","3"]}"# + "\n")
    #expect(written([.real(.infinity), .real(-.infinity)]) == #"{"t":["Infinity","-Infinity"]}"# + "\n")
    #expect(
      written([.unsigned(1 << 63), .unsigned(.max)]) == #"{"t":["9223372036854775808","18446744073709551615"]}"# + "\n")
  }

  @Test func `numbers fit into signed 64 bits`() {
    let text = line {
      $0.number("a", UInt64.max)
      $0.number("b", Int64.min)
      $0.number("c", 0)
      $0.hundredths("d", 95)
      $0.hundredths("e", 100)
      $0.hundredths("f", 7)
      $0.flag("g", true)
    }
    #expect(
      text == #"{"a":9223372036854775807,"b":-9223372036854775808,"c":0,"d":0.95,"e":1.00,"f":0.07,"g":true}"# + "\n")
  }

  @Test func `members of nested objects and arrays are separated by commas`() {
    let text = line {
      $0.open("a")
      $0.close()
      $0.openArray("b")
      $0.element("x")
      $0.element(1)
      $0.closeArray()
      $0.open("c")
      $0.strings("d", [])
      $0.number("e", 2)
      $0.close()
    }
    #expect(text == #"{"a":{},"b":["x",1],"c":{"d":[],"e":2}}"# + "\n")
  }

  @Test(arguments: [
    ("Asia/Tokyo", Int64(1_795_396_530_123_456_789), "2026-11-23T10:15:30.123456+0900"),
    ("UTC", 0, "1970-01-01T00:00:00.000000+0000"), ("UTC", -1, "1969-12-31T23:59:59.999999+0000"),
    ("UTC", -1000, "1969-12-31T23:59:59.999999+0000"), ("UTC", -1001, "1969-12-31T23:59:59.999998+0000"),
    ("UTC", .max, "2262-04-11T23:47:16.854775+0000"), ("UTC", .min, "1677-09-21T00:12:43.145224+0000"),
    ("UTC", 951_782_400_000_000_000, "2000-02-29T00:00:00.000000+0000"),
    ("UTC", 4_107_542_399_999_999_999, "2100-02-28T23:59:59.999999+0000"),
    ("UTC", 4_107_542_400_000_000_000, "2100-03-01T00:00:00.000000+0000"),
    ("America/St_Johns", 1_767_225_600_000_000_000, "2025-12-31T20:30:00.000000-0330"),
    ("Asia/Kathmandu", 1_767_225_600_000_000_000, "2026-01-01T05:45:00.000000+0545"),
    ("Nowhere/Land", 0, "1970-01-01T00:00:00.000000+0000"),
  ])
  func `a time is written in the site's zone`(zone: String, nanoseconds: Int64, text: String) {
    var clock = LocalTime(zone)
    #expect(clock.text(nanoseconds) == text)
  }

  @Test func `the offset follows summer time, whether time runs forwards or backwards`() {
    var clock = LocalTime("Europe/Berlin")
    // 2026-03-29 01:00 UTC, and 2026-10-25 01:00 UTC.
    let begin: Int64 = 1_774_746_000_000_000_000
    let end: Int64 = 1_792_890_000_000_000_000
    for (time, text) in [
      (begin - 1000, "2026-03-29T01:59:59.999999+0100"), (begin, "2026-03-29T03:00:00.000000+0200"),
      (end - 1000, "2026-10-25T02:59:59.999999+0200"), (end, "2026-10-25T02:00:00.000000+0100"),
      (begin - 1000, "2026-03-29T01:59:59.999999+0100"),
    ] { #expect(clock.text(time) == text) }
  }

  @Test func `each time has its own day and second, whatever was written before`() {
    // Midnight in Berlin, in winter and in summer; the days of both changes, and before 1970.
    let times: [Int64] = [
      1_774_738_800_000_000_000, 1_774_738_799_999_999_000, 1_782_856_800_000_000_000, 1_782_856_799_999_999_999,
      1_774_746_000_000_000_000, 1_774_745_999_000_000_000, 1_792_890_000_000_000_000, 0, -1, -3_600_000_000_001,
      .min, .max,
    ]
    for zone in ["Europe/Berlin", "UTC", "America/St_Johns"] {
      var clock = LocalTime(zone)
      for first in times {
        for second in times {
          var (one, other) = (LocalTime(zone), LocalTime(zone))
          let texts = (one.text(first), other.text(second))
          #expect(clock.text(first) == texts.0 && clock.text(second) == texts.1 && clock.text(first) == texts.0)
        }
      }
    }
  }

  @Test func `a character is escaped or not wherever it stands`() {
    let escaped: [(Unicode.Scalar, String)] = [
      ("\u{0}", #"\u0000"#), ("\u{1F}", #"\u001f"#), ("\n", #"\n"#), ("\"", #"\""#), ("\\", #"\\"#),
      ("\u{7F}", #"\u007f"#), ("\u{80}", #"\u0080"#), ("\u{9F}", #"\u009f"#), ("\u{61C}", #"\u061c"#),
      ("\u{200E}", #"\u200e"#), ("\u{2028}", #"\u2028"#), ("\u{202E}", #"\u202e"#), ("\u{2066}", #"\u2066"#),
      ("\u{2069}", #"\u2069"#),
    ]
    let plain: [Unicode.Scalar] = [
      " ", "!", "#", "[", "]", "~", "\u{A0}", "\u{BF}", "\u{600}", "\u{61B}", "\u{200D}", "\u{2010}", "\u{2026}",
      "\u{202F}", "\u{2065}", "\u{206A}", "\u{2192}", "\u{3042}", "\u{FF5E}", "\u{1F600}",
    ]
    for (scalar, text) in escaped + plain.map({ ($0, String($0)) }) {
      for fill in ["a", "あ"] {
        for before in 0..<18 {
          for after in [0, 1, 7, 8] {
            let (left, right) = (String(repeating: fill, count: before), String(repeating: fill, count: after))
            let found = line { $0.string("k", left + String(scalar) + right) }
            #expect(found == #"{"k":""# + left + text + right + #""}"# + "\n")
          }
        }
      }
    }
  }

  /// Computed with the specification's reference implementation; the first is also its first published example.
  @Test(arguments: [
    (UInt8(6), "128.232.110.120", UInt16(34855), "66.35.250.204", UInt16(80), "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
    (6, "66.35.250.204", 80, "128.232.110.120", 34855, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
    (6, "2001:db8::1", 51000, "fd00:20::5", 502, "1:jfu4WlZJx6WLf/tw34mOXx4zPCw="),
    (17, "192.168.1.52", 54585, "8.8.8.8", 53, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="),
    (132, "192.168.170.8", 7, "192.168.170.56", 80, "1:jQgCxbku+pNGw8WPbEc/TS/uTpQ="),
    (1, "192.168.0.89", 8, "192.168.0.1", 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="),
    (1, "192.168.0.1", 0, "192.168.0.89", 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="),
    (1, "192.168.0.89", 3, "192.168.0.1", 1, "1:LXCfhMUFbYXe+CEMrQuZCbiLY3o="),
    (1, "192.168.0.1", 3, "192.168.0.89", 1, "1:o3zT92uTgnRWv/YrDVeXcWumpC4="),
    (58, "fe80::1", 128, "fe80::2", 0, "1:3H+V/JVcqh/phPel5utt4dOKqOU="),
    (58, "fe80::200:86ff:fe05:80da", 135, "fe80::260:97ff:fe07:69ea", 0, "1:dGHyGvjMfljg6Bppwm3bg0LO8TY="),
    (58, "fe80::260:97ff:fe07:69ea", 136, "fe80::200:86ff:fe05:80da", 0, "1:dGHyGvjMfljg6Bppwm3bg0LO8TY="),
  ])
  func `community IDs match the reference implementation`(
    ipProtocol: UInt8, source: String, sourcePort: UInt16, destination: String, destinationPort: UInt16, id: String
  ) {
    let text = CommunityID.text(
      ipProtocol, source: IPAddress(source) ?? .none, sourcePort: sourcePort,
      destination: IPAddress(destination) ?? .none, destinationPort: destinationPort)
    #expect(text == id)
  }

  @Test func `there is no community ID without IP or for a protocol without endpoints`() {
    let address = IPAddress("10.0.0.1") ?? .none
    for (ipProtocol, source) in [(UInt8(47), address), (255, address), (6, .none)] {
      #expect(
        CommunityID.text(ipProtocol, source: source, sourcePort: 1, destination: address, destinationPort: 2) == nil)
    }
  }
}
