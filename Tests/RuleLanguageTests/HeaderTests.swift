// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import RuleLanguage

@Suite("Headers of rules")
struct HeaderTests {
  private static func header(_ text: String, _ dialect: Dialect? = nil) throws -> RuleHeader {
    let set = Reading.load("alert \(text) (msg:\"m\"; content:\"abc\"; sid:1;)", dialect)
    return try #require(set.rules.first, "\(text): \(set.diagnostics.map(\.message))").header
  }

  private static func address(_ text: String) throws -> UInt128 {
    try #require(IPText.address(Array(text.utf8)[...])).value
  }

  @Test(
    "Lists of addresses hold what they name, and not what they exclude",
    arguments: [
      ("any", ["10.1.1.1", "::1"], []),
      ("10.1.1.1", ["10.1.1.1"], ["10.1.1.2"]),
      ("10.1.1.0/24", ["10.1.1.0", "10.1.1.255"], ["10.1.2.0", "10.1.0.255"]),
      ("10.1.1.7/255.255.255.0", ["10.1.1.0", "10.1.1.255"], ["10.1.2.0"]),
      ("10.1.1.3-10.1.1.9", ["10.1.1.3", "10.1.1.9"], ["10.1.1.2", "10.1.1.10"]),
      ("0.0.0.0/0", ["0.0.0.0", "255.255.255.255"], ["::1"]),
      ("[10.0.0.0/8,!10.1.1.2]", ["10.1.1.1", "10.1.1.3"], ["10.1.1.2", "11.0.0.0"]),
      ("[10.0.0.0/8, ![10.1.0.0/16, !10.1.1.0/24]]", ["10.1.1.1", "10.2.0.0"], ["10.1.2.1"]),
      ("!10.0.0.0/8", ["11.0.0.0", "2001:db8::1"], ["10.5.5.5"]),
      ("!!10.0.0.0/8", ["10.5.5.5"], ["11.0.0.0"]),
      ("![10.1.1.2,10.1.1.3]", ["10.1.1.1"], ["10.1.1.2", "10.1.1.3"]),
      ("$HOME_NET", ["10.1.1.1"], ["11.0.0.0"]),
      ("!$HOME_NET", ["11.0.0.0"], ["10.1.1.1"]),
      ("$EXTERNAL_NET", ["192.168.1.1"], ["10.0.0.1"]),
      ("!$EXTERNAL_NET", ["10.0.0.1"], ["192.168.1.1"]),
      ("$104_SERVER", ["10.0.0.1"], ["192.168.1.1"]),
      ("2001:db8::/32", ["2001:db8::", "2001:db8:ffff::1"], ["2001:db9::"]),
      ("[::1,fe80::1:2,::ffff:192.0.2.1]", ["::1", "fe80::1:2", "192.0.2.1"], ["::2"]),
      ("::", ["::"], ["::1"]),
    ] as [(String, [String], [String])])
  func addresses(_ text: String, _ within: [String], _ outside: [String]) throws {
    let set = try Self.header("tcp \(text) any -> any any").source
    for address in within { #expect(set.contains(try Self.address(address)), "\(address)") }
    for address in outside { #expect(!set.contains(try Self.address(address)), "\(address)") }
  }

  @Test(
    "Lists of ports hold what they name",
    arguments: [
      ("any", [0...65_535]), ("80", [80...80]), ("1:5", [1...5]), (":5", [0...5]), ("65000:", [65_000...65_535]),
      ("!80", [0...79, 81...65_535]), ("[80,81,90:100]", [80...81, 90...100]),
      ("[80, 4990:5010, !5000]", [80...80, 4990...4999, 5001...5010]),
      ("$HTTP_PORTS", [80...80]), ("[$HTTP_PORTS,502]", [80...80, 502...502]), ("$DNP3_PORTS", [20_000...20_000]),
      ("![1:100,200:]", [0...0, 101...199]),
    ] as [(String, [ClosedRange<UInt16>])])
  func ports(_ text: String, _ ranges: [ClosedRange<UInt16>]) throws {
    #expect(try Self.header("tcp any any -> any \(text)").destinationPorts.ranges == ranges)
  }

  @Test(
    "What is no address, no port and no direction is refused where it stands",
    arguments: [
      Refused("tcp 10.1.1.1/33 any -> any any", .address, 11), Refused("tcp 10.1.1 any -> any any", .address, 11),
      Refused("tcp 10.1.1.0/255.0.255.0 any -> any any", .address, 11),
      Refused("tcp 1::2::3 any -> any any", .address, 11),
      Refused("tcp [10.1.1.1 any -> any any", .address, 11), Refused("tcp [] any -> any any", .address, 12),
      Refused("tcp 10.1.1.9-10.1.1.3 any -> any any", .address, 11),
      Refused("tcp !any any -> any any", .nothingLeft, 11),
      Refused("tcp [10.1.1.1,!10.0.0.0/8] any -> any any", .nothingLeft, 11),
      Refused("tcp $NOPE any -> any any", .unknownVariable, 11),
      Refused("tcp any $NOPE -> any any", .unknownVariable, 15),
      Refused("tcp any any -> any 70000", .port, 26), Refused("tcp any any -> any 6:5", .port, 26),
      Refused("tcp any any -> any 1:!5", .port, 26), Refused("tcp any any -> any !any", .nothingLeft, 26),
      Refused("tcp any any <- any any", .direction, 19), Refused("xyz any any -> any any", .protocol, 7),
      Refused("tcp any any -> any", .header, 1), Refused("tcp any any -> any any any", .header, 30),
    ])
  func refusals(_ refused: Refused) {
    let set = Reading.load("alert \(refused.options) (msg:\"m\"; content:\"abc\"; sid:7;)")
    let error = set.diagnostics.first { $0.severity == .error }
    #expect(set.rules.isEmpty)
    #expect(error?.reason == refused.reason)
    #expect(error?.place.column == refused.column)
    #expect(error?.number == 7)
  }

  @Test("A negated variable that stands for everything is refused, and the message says which to set")
  func negatedAny() {
    var variables = Reading.variables
    variables.setAddresses("DNP3_CLIENT", "any")
    let set = Reading.load("alert tcp !$DNP3_CLIENT any -> any 20000 (content:\"a\"; sid:1;)", variables: variables)
    #expect(set.rules.isEmpty)
    #expect(set.diagnostics.first?.reason == .negatedAny)
    #expect(set.diagnostics.first?.message.contains("DNP3_CLIENT") == true)
  }

  @Test("A home network that is any makes the outside any, which is said once")
  func anyHome() {
    let set = Reading.load(
      "alert tcp $EXTERNAL_NET any -> $HOME_NET any (content:\"abc\"; sid:1;)",
      variables: RuleVariables(homeNetwork: "any"))
    #expect(set.rules.count == 1)
    #expect(set.diagnostics.count { $0.reason == .reinterpreted } == 1)
  }

  @Test("Variables that stand for themselves, or for too much, end")
  func cycles() {
    var variables = Reading.variables
    variables.setAddresses("A", "[$B,10.0.0.1]")
    variables.setAddresses("B", "$A")
    variables.setAddresses("L0", "10.0.0.1")
    for level in 1...25 { variables.setAddresses("L\(level)", "[$L\(level - 1),$L\(level - 1),$L\(level - 1)]") }
    for (text, reason) in [("$A", RuleDiagnostic.Reason.variableCycle), ("$L25", .tooManyItems)] {
      let set = Reading.load("alert tcp \(text) any -> any any (content:\"a\"; sid:1;)", variables: variables)
      #expect(set.diagnostics.first?.reason == reason)
    }
    let deep = String(repeating: "[", count: 100) + "any" + String(repeating: "]", count: 100)
    #expect(
      Reading.load("alert tcp \(deep) any -> any any (content:\"a\"; sid:1;)").diagnostics.first?.reason == .address)
  }

  @Test(
    "Protocols say transport, version and application",
    arguments: [
      ("tcp", RuleHeader.Transport.tcp, 0, ""), ("UDP", .udp, 0, ""), ("tcp-pkt", .tcpPacket, 0, ""),
      ("tcp-stream", .tcpStream, 0, ""), ("icmp", .icmp, 0, ""), ("icmpv6", .icmp, 6, ""), ("ipv4", .ip, 4, ""),
      ("pkthdr", .packetHeader, 0, ""), ("http", .ip, 0, "http"), ("modbus", .ip, 0, "modbus"), ("ssl", .ip, 0, "tls"),
      ("dnp3", .ip, 0, "dnp3"), ("enip", .ip, 0, "enip"), ("s7comm", .ip, 0, "s7comm"),
    ] as [(String, RuleHeader.Transport, UInt8, String)])
  func protocols(_ word: String, _ transport: RuleHeader.Transport, _ version: UInt8, _ application: String) throws {
    let header = try Self.header("\(word) any any -> any any")
    #expect(header.transport == transport)
    #expect(header.ipVersion == version)
    #expect(header.application == application)
  }

  @Test("Directions: one way, both, and Suricata 8's transactions as one way")
  func directions() throws {
    #expect(try !Self.header("tcp any any -> any any").isBidirectional)
    #expect(try Self.header("tcp any any <> any any").isBidirectional)
    let set = Reading.load("alert tcp any any => any any (content:\"abc\"; sid:1;)")
    #expect(set.rules.count == 1)
    #expect(set.diagnostics.map(\.reason) == [.reinterpreted])
  }

  @Test("Snort 3's short header is any to any")
  func short() throws {
    let header = try Self.header("http")
    #expect(header.application == "http")
    #expect(header.source.isAny && header.destinationPorts.isAny)
  }

  @Test(
    "Actions of the dialect",
    arguments: [
      ("alert", Dialect.suricata, Rule.Verb.alert), ("ALERT", .suricata, .alert), ("pass", .suricata, .pass),
      ("drop", .suricata, .drop), ("rejectboth", .suricata, .reject), ("log", .snort, .log), ("sdrop", .snort, .drop),
      ("log", .suricata, nil), ("activate", .snort, nil),
    ] as [(String, Dialect, Rule.Verb?)])
  func verbs(_ word: String, _ dialect: Dialect, _ verb: Rule.Verb?) {
    let set = Reading.load("\(word) tcp any any -> any any (content:\"abc\"; sid:1;)", dialect)
    #expect(set.rules.first?.verb == verb)
    if verb == nil { #expect(set.diagnostics.first?.reason == .verb) }
  }
}
