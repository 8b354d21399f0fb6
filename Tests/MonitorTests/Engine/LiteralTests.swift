// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Testing

@testable import Monitor

/// Traffic that real protocol stacks do not send, from literal bytes: how many messages are read from each capture,
/// and which findings it produces.
@Suite struct LiteralTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let messages: UInt64
    let refused: UInt64
    let findings: Set<String>
    init(_ name: String, _ messages: UInt64, refused: UInt64 = 0, _ findings: Set<String> = []) {
      self.name = name
      self.messages = messages
      self.refused = refused
      self.findings = findings
    }
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    // The mirror port
    Case("duplicates-exact", 8), Case("duplicates-other-ttl", 8), Case("duplicates-other-vlan", 8),
    Case("duplicates-other-vlan-and-ttl", 8), Case("repeats-are-no-duplicates", 20),
    Case("checksum-offload-one-direction", 20),
    // Fragments
    Case("ipv4-fragments-in-order", 1), Case("ipv4-fragments-reversed", 1), Case("ipv4-fragments-missing-last", 0),
    Case("ipv4-fragments-overlap-same-bytes", 1), Case("ipv4-fragments-beyond-65535", 0),
    Case("ipv4-fragments-overlap-other-bytes", 1, ["stream-tampering"]), Case("ipv4-fragments-teardrop", 0),
    Case("ipv4-fragments-twice", 1), Case("ipv6-fragments-overlap-same-bytes", 1), Case("ipv6-fragments-teardrop", 0),
    Case("ipv6-fragments-twice", 1), Case("checksum-single-wrong", 23), Case("layer-2-frames", 0),
    Case("snaplen-cut", 8), Case("snaplen-cut-in-headers", 0), Case("tunnel-vlan", 4),
    Case("ipv6-fragments-in-order", 1), Case("ipv6-fragments-reversed", 1),
    Case("ipv6-fragments-overlap-other-bytes", 1, ["stream-tampering"]), Case("ipv6-fragments-missing-last", 0),
    // Streams
    Case("tcp-answers-only", 10, ["one-way-visibility"]), Case("tcp-questions-only", 10, ["one-way-visibility"]),
    Case("tcp-byte-by-byte", 2), Case("tcp-gap", 12),
    Case("tcp-many-in-a-segment", 40), Case("tcp-midstream-from-answer", 9), Case("tcp-midstream-inside-message", 8),
    Case("tcp-out-of-order", 8), Case("tcp-overlap-same-bytes", 3), Case("tcp-retransmission", 4),
    Case("tcp-overlap-other-bytes", 3, ["stream-tampering"]),
    Case("tcp-retransmission-other-bytes", 2, ["stream-tampering"]),
    Case("tcp-split-at-every-byte", 54, ["command-flood"]),
    Case("tcp-syn-lost", 2),
    // Link types and tunnels
    Case("link-cooked-1", 2), Case("link-cooked-2", 2), Case("link-null", 2), Case("link-loop", 2), Case("link-raw", 2),
    Case("tunnel-6in4", 2), Case("tunnel-erspan-1", 4), Case("tunnel-erspan-2", 4), Case("tunnel-erspan-3", 4),
    Case("tunnel-erspan-3-subheader", 4), Case("tunnel-geneve", 4), Case("tunnel-gre", 4),
    Case("tunnel-gre-ethernet", 4),
    Case("tunnel-gre-key-sequence-checksum", 4), Case("tunnel-gtp-u", 4), Case("tunnel-gtp-u-extension", 4),
    Case("tunnel-ip-in-ip", 4), Case("tunnel-mpls", 4), Case("tunnel-nesting-8", 1), Case("tunnel-nesting-9", 0),
    Case("tunnel-pppoe", 4), Case("tunnel-qinq", 4), Case("tunnel-three-vlan-tags", 4), Case("tunnel-tzsp", 4),
    Case("tunnel-vxlan", 4), Case("tunnel-vxlan-in-gre", 4),
    // Modbus
    Case("modbus-udp", 6), Case("modbus-port-10502", 16), Case("other-protocols-on-502", 0),
    Case("modbus-rtu-over-tcp", 10),
    Case("modbus-broken-header", 21, refused: 7, ["malformed-message"]),
    Case("modbus-exception-burst", 200, ["exception-burst"]),
    Case("modbus-unit-scan", 512, ["function-scan", "exception-burst"]),
    Case("modbus-broken-first-message", 5, refused: 3, ["malformed-message"]),
    Case("modbus-listen-only", 15, ["controller-command"]),
    Case("modbus-every-function", 132, ["controller-command", "exception-burst"]),
    // In each, one of the messages carries UMAS, which is counted separately.
    Case("modbus-function-scan", 255, refused: 13, ["function-scan", "malformed-message"]),
    Case("modbus-unknown-functions", 59, refused: 4, ["function-scan", "malformed-message"]),
    Case("modbus-broken-answers", 38, refused: 5, ["malformed-message", "mismatched-answer"]),
    Case("modbus-broken-fields", 74, refused: 37, ["function-scan", "exception-burst", "malformed-message"]),
    Case("modbus-rtu-over-tcp-wrong-crc", 6, refused: 2, ["malformed-message"]),
    Case("modbus-unpaired", 13),
    // Floods, sweeps, claims
    Case("flood-broadcast", 0, ["flood"]), Case("flood-icmp", 0, ["flood"]), Case("flood-syn", 0, ["flood"]),
    Case("flood-syn-many-sources", 0, ["flood"]), Case("flood-udp", 0, ["flood"]),
    Case("host-sweep-arp", 0, ["host-sweep"]), Case("host-sweep-tcp", 0, ["host-sweep"]),
    Case("ethercat-broadcast", 0), Case("tcp-fins-of-many-connections", 0), Case("modbus-lost-questions", 70),
    Case("tcp-one-way-to-many", 210, ["one-way-visibility"]),
    Case("arp-conflict", 0, ["arp-spoofing"]), Case("arp-unasked-answers", 0, ["arp-spoofing"]),
    Case("arp-flip-flop", 0, ["arp-spoofing"]), Case("arp-one-for-many", 0, ["arp-spoofing"]),
    Case("address-two-holders", 0, ["address-conflict"]), Case("address-replaced", 0), Case("address-router", 0),
    Case("nd-normal", 0), Case("nd-spoofing", 0, ["arp-spoofing"]), Case("nd-unsolicited-claims", 0, ["arp-spoofing"]),
    Case("nd-two-holders", 0, ["address-conflict"]), Case("nd-forwarded", 0), Case("nd-sweep", 0, ["host-sweep"]),
  ]

  @Test("every capture has a case")
  func complete() {
    let folder = Fixtures.root.appending(path: "literal")
    // Refused as a whole: see CommandTests.
    #expect(Set(Fixtures.names(in: folder, ending: ".pcap")) == Set(Self.cases.map(\.name) + ["link-unsupported"]))
  }

  @Test("a scan of all function codes is logged code by code, whatever the codes")
  func functionScan() throws {
    let path = Fixtures.root.appending(path: "literal/modbus-function-scan.pcap").path
    let lines = try Run.replay(path, log: [.operationsAll]).split(separator: "\n")
    for code in 1...127 {
      #expect(lines.filter { $0.contains("\"code\":\(code),") }.count == 2, "question and answer of \(code)")
    }
  }

  @Test(
    "a connection whose SYN was lost is one flow, not one for each packet",
    arguments: ["tcp-syn-lost", "tcp-midstream-from-answer"])
  func oneFlow(_ name: String) throws {
    _ = try Run.replay(Fixtures.root.appending(path: "literal/\(name).pcap").path) { pipeline in
      #expect(pipeline.statistics.flows == 1)
    }
  }

  @Test("each capture produces its messages and findings", arguments: cases)
  func capture(_ expected: Case) throws {
    let path = Fixtures.root.appending(path: "literal/\(expected.name).pcap").path
    var messages: UInt64 = 0
    var refused: UInt64 = 0
    var findings: Set<String> = []
    _ = try Run.replay(path) { pipeline in
      for count in pipeline.protocolCounts {
        messages += count.messages
        refused += count.refused
      }
      findings = Set(pipeline.alertsByKind.map { Catalogue.entry($0.kind).id })
    }
    #expect(messages == expected.messages)
    #expect(refused == expected.refused)
    #expect(findings == expected.findings)
  }

  static let singleCauses = [
    "host-sweep-arp", "host-sweep-tcp", "nd-sweep", "arp-unasked-answers", "arp-flip-flop", "arp-one-for-many",
    "tcp-one-way-to-many", "address-two-holders", "nd-spoofing", "nd-unsolicited-claims", "nd-two-holders",
  ]

  @Test("one cause is one alert, however many hosts it touches", arguments: singleCauses)
  func oneCause(_ name: String) throws {
    let path = Fixtures.root.appending(path: "literal/\(name).pcap").path
    _ = try Run.replay(path) { pipeline in
      #expect(pipeline.alertsByKind.map(\.alerts) == [1])
    }
  }
}
