// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import RuleLanguage

@Suite("Lists of indicators")
struct IndicatorTests {
  private static func read(_ text: String) -> Indicators {
    var indicators = Indicators()
    indicators.read(RuleFile(name: "i", text: Array(text.utf8)))
    return indicators
  }

  private static let md5 = "d41d8cd98f00b204e9800998ecf8427e"
  private static let sha1 = "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"
  private static let sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  private static func ipv4(_ low: UInt32, _ high: UInt32) -> Indicator.Value {
    .addresses((IPText.mapped | UInt128(low))...(IPText.mapped | UInt128(high)))
  }

  @Test(
    "A value says what it is, unless its line does",
    arguments: [
      ("192.0.2.1", ipv4(0xC000_0201, 0xC000_0201), ""),
      ("192.0.2.0/24,a net", ipv4(0xC000_0200, 0xC000_02FF), "a net"),
      (
        "2001:db8::1",
        .addresses(0x2001_0DB8_0000_0000_0000_0000_0000_0001...0x2001_0DB8_0000_0000_0000_0000_0000_0001), ""
      ),
      ("Bad.Example.org.;text; more", .domain("bad.example.org"), "text, more"),
      ("*.example.org", .domain("example.org"), ""),
      ("bad[.]example[.]org", .domain("bad.example.org"), ""),
      ("hxxps://example[.]org/a?b", .url("https://example.org/a?b"), ""),
      ("\"http://example.org/a,b\",\"x \"\"y\"\"\"", .url("http://example.org/a,b"), "x \"y\""), (md5, .md5(md5), ""),
      (sha1, .sha1(sha1.lowercased()), ""), (sha256, .sha256(sha256), ""), ("ja3,\(md5),client", .ja3(md5), "client"),
      ("domain\texample.org\tx", .domain("example.org"), "x"),
      ("certificate,\(sha1)", .certificate(sha1.lowercased()), ""),
      ("192.0.2.7,1,100", ipv4(0xC000_0207, 0xC000_0207), "1, 100"),
    ] as [(String, Indicator.Value, String)])
  func values(_ line: String, _ value: Indicator.Value, _ description: String) {
    let indicators = Self.read("# comment\n\n\(line)\r\n")
    #expect(indicators.diagnostics == [])
    #expect(indicators.list == [Indicator(value, description, place: SourcePlace(file: "i", line: 3, column: 1))])
  }

  @Test("A first line may name the columns")
  func header() {
    let indicators = Self.read("description,type,value\nbad,md5,\(Self.md5)\nworse,ip-dst,192.0.2.1\n")
    #expect(indicators.list.map(\.value) == [.md5(Self.md5), Self.ipv4(0xC000_0201, 0xC000_0201)])
    #expect(indicators.list.map(\.description) == ["bad", "worse"])
  }

  @Test("What is no indicator is said, and the others are there")
  func refusals() {
    let indicators = Self.read("nonsense\nmd5,192.0.2.1\nlocalhost\n192.0.2.300\n192.0.2.1\n")
    #expect(indicators.list.count == 1)
    #expect(indicators.diagnostics.map(\.place.line) == [1, 2, 3, 4])
  }

  private static func bundle(_ objects: String) -> String {
    "{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[{\"type\":\"malware\",\"name\":7},\(objects)]}"
  }

  @Test("STIX: values joined by OR, in one observation or several")
  func stix() {
    let pattern =
      "[ipv4-addr:value = '192.0.2.1' OR domain-name:value IN ('a.example', 'b.example')]"
      + " OR [file:hashes.'SHA-256' = '\(Self.sha256)']"
      + " or [ipv4-addr:value ISSUBSET '192.0.2.0/30' OR url:value = 'http://a.example/\\\\'x']"
    let indicators = Self.read(
      Self.bundle(
        #"{"type":"indicator","name":"Bad","pattern_type":"stix","pattern":"\#(pattern)","#
          + #""valid_until":"2026-01-31T00:00:01.5Z"}"#
      ))
    #expect(indicators.diagnostics == [])
    #expect(
      indicators.list.map(\.value) == [
        Self.ipv4(0xC000_0201, 0xC000_0201), .domain("a.example"), .domain("b.example"), .sha256(Self.sha256),
        Self.ipv4(0xC000_0200, 0xC000_0203), .url("http://a.example/'x"),
      ])
    #expect(indicators.list.allSatisfy { $0.description == "Bad" && $0.expiry == 1_769_817_601 })
  }

  @Test(
    "STIX: what a list cannot say is left out, with its reason",
    arguments: [
      ("[ipv4-addr:value = '192.0.2.1' AND url:value = 'http://a.b/']", RuleDiagnostic.Reason.unsupported),
      ("[ipv4-addr:value = '192.0.2.1'] FOLLOWEDBY [url:value = 'http://a.b/']", .unsupported),
      ("[ipv4-addr:value = '192.0.2.1'] REPEATS 5 TIMES", .unsupported), ("[process:name = 'x']", .unsupported),
      ("[ipv4-addr:value LIKE '192.%']", .unsupported), ("[ipv4-addr:value = 'x']", .value),
      ("[ipv4-addr:value = '192.0.2.1", .optionSyntax),
      ("", .optionSyntax), ("[", .optionSyntax),
    ])
  func stixRefusals(_ pattern: String, _ reason: RuleDiagnostic.Reason) {
    let indicators = Self.read(
      Self.bundle(
        #"{"type":"indicator","pattern":"\#(pattern)"},"#
          + #"{"type":"indicator","pattern":"[url:value='http://c.d/']"}"#
      ))
    #expect(indicators.diagnostics.map(\.reason) == [reason])
    #expect(indicators.list.map(\.value) == [.url("http://c.d/")])
  }

  @Test("STIX: revoked indicators, other languages and broken files")
  func stixOthers() {
    let revoked = Self.read(
      Self.bundle("{\"type\":\"indicator\",\"revoked\":true,\"pattern\":\"[url:value='http://c.d/']\"}"))
    #expect(revoked.list.isEmpty && revoked.diagnostics.map(\.severity) == [.note])
    let other = Self.read(Self.bundle("{\"type\":\"indicator\",\"pattern_type\":\"yara\",\"pattern\":\"x\"}"))
    #expect(other.list.isEmpty && other.diagnostics.map(\.reason) == [.unsupported])
    let broken = Self.read("{\"objects\":[")
    #expect(broken.list.isEmpty && broken.diagnostics.map(\.reason) == [.optionSyntax])
    let deep = Self.read("{\"objects\":" + String(repeating: "[", count: 100_000))
    #expect(deep.list.isEmpty && deep.diagnostics.count == 1)
  }
}
