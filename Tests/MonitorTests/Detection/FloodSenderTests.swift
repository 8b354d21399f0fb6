// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// `flood` names who sends, or says that there are many; who answers is no sender of a flood.
@Suite struct FloodSenderTests {
  private static let attacker = Plant.Station("192.168.10.77")
  private static let other = Plant.Station("192.168.10.78")
  private static let plc = Plant.Station("192.168.10.11", mac: 0x0200_0000_100B)
  private static let (fin, syn, rst, ack): (UInt8, UInt8, UInt8, UInt8) = (1, 2, 4, 16)

  private static func forged(_ number: Int, mac: UInt64? = nil) -> Plant.Station {
    Plant.Station("172.\(16 + number % 16).\(number / 250).\(1 + number % 250)", mac: mac)
  }
  private static func floods(_ plant: Plant) throws -> [Record] {
    try plant.finish().filter { ($0.value("alert.metadata.kind") as? [String]) == ["flood"] }
  }
  private static func summary(_ record: Record) -> String { record.text("alert.context.ooda.observe.summary") ?? "" }

  struct Kind: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let count: Int
    /// The frame with this number.
    let frame: @Sendable (Plant, Int, Plant.Station) -> [UInt8]
  }
  static let kinds = [
    Kind(testDescription: "SYN", count: 400) { $0.tcp(syn, 1_024 + $1, 502, from: $2, to: plc) },
    Kind(testDescription: "ACK", count: 700) {
      $0.tcp(ack, 1_024 + $1, 502, from: $2, to: plc, acknowledgement: 77 * $1)
    },
    Kind(testDescription: "ACK, from one port", count: 700) {
      $0.tcp(ack, 1_024, 502, from: $2, to: plc, acknowledgement: 0xFFFF_FFFF & 0x9E37_79B9 * $1)
    },
    Kind(testDescription: "RST", count: 700) { $0.tcp(rst, 1_024 + $1, 502, from: $2, to: plc) },
    Kind(testDescription: "RST, from one port", count: 700) {
      $0.tcp(rst, 1_024, 502, from: $2, to: plc, sequence: 0xFFFF_FFFF & 0x9E37_79B9 * $1)
    },
    Kind(testDescription: "FIN", count: 700) { $0.tcp(fin, 1_024 + $1, 502, from: $2, to: plc) },
    Kind(testDescription: "ICMP", count: 400) { plant, _, from in plant.echo(from: from, to: plc) },
    Kind(testDescription: "UDP", count: 1_400) { $0.udp([1], 1_024 + $1, 502, from: $2, to: plc) },
  ]

  @Test("the sender is named, also where others send a little less than half", arguments: kinds)
  func leader(_ kind: Kind) throws {
    for others in [0, 3] {
      let plant = try Plant(site: Plant.site, language: .en)
      for number in 0..<kind.count {
        let from = number % 10 < others ? Self.forged(number) : Self.attacker
        plant.send(kind.frame(plant, number, from), wait: 0.0005)
      }
      let floods = try Self.floods(plant)
      #expect(floods.allSatisfy { $0.text("src_ip") == Self.attacker.ip && $0.text("dest_ip") == Self.plc.ip })
      #expect(floods.first.map(Self.summary)?.hasPrefix("192.168.10.77 in zone line sends plc") == true)
    }
  }

  @Test("many senders are said to be many, with the station that the frames come from", arguments: Language.allCases)
  func many(_ language: Language) throws {
    for kind in Self.kinds where !kind.testDescription.hasSuffix("port") {
      for mac in [Self.attacker.mac, nil] {
        let plant = try Plant(site: Plant.site, language: language)
        for number in 0..<kind.count {
          let from = Self.forged(number, mac: mac ?? 0x0200_0000_0000 + UInt64(number))
          plant.send(kind.frame(plant, number, from), wait: 0.0005)
        }
        let floods = try Self.floods(plant)
        #expect(!floods.isEmpty, "\(kind)")
        #expect(floods.allSatisfy { $0.text("src_ip") == "0.0.0.0" && $0.text("dest_ip") == Self.plc.ip })
        let summary = floods.first.map(Self.summary) ?? ""
        #expect(summary.hasPrefix(language == .en ? "Many senders (at least " : "多数の送信元（少なくとも"), "\(summary)")
        #expect(summary.contains("02:00:00:00:0a:4d") == (mac != nil), "\(summary)")
      }
    }
  }

  @Test("answers are no flood", arguments: [false, true])
  func answers(_ isRefused: Bool) throws {
    let plant = try Plant(language: .en)
    for number in 0..<1_500 {
      if isRefused {
        let frame = plant.udp([1], 1_024 + number, 9_000, from: Self.attacker, to: Self.plc)
        plant.send(frame, wait: 0.0003)
        plant.send(plant.unreachable(3, frame, from: Self.plc, to: Self.attacker), wait: 0.0003)
      } else {
        plant.send(plant.echo(from: Self.attacker, to: Self.plc), wait: 0.0003)
        plant.send(plant.echo(from: Self.plc, to: Self.attacker, isReply: true), wait: 0.0003)
      }
      let port = 1_024 + number
      plant.send(plant.tcp(Self.ack, port, 80, from: Self.attacker, to: Self.plc, acknowledgement: 9), wait: 0.0001)
      plant.send(plant.tcp(Self.rst, 80, port, from: Self.plc, to: Self.attacker, sequence: 9), wait: 0.0001)
    }
    let floods = try Self.floods(plant)
    #expect(!floods.isEmpty && floods.allSatisfy { $0.text("src_ip") == Self.attacker.ip })
  }

  @Test("answers without a question are a flood")
  func unasked() throws {
    for isError in [false, true] {
      let plant = try Plant(language: .en)
      let frame = plant.udp([1], 1_024, 9_000, from: Self.plc, to: Self.other)
      plant.send(frame)
      plant.send(plant.echo(from: Self.plc, to: Self.attacker))
      for _ in 0..<400 {
        plant.send(
          isError
            ? plant.unreachable(3, frame, from: Self.attacker, to: Self.plc)
            : plant.echo(from: Self.attacker, to: Self.plc, isReply: true))
      }
      #expect(try Self.floods(plant).first?.text("src_ip") == Self.attacker.ip)
    }
  }

  @Test("what looks alike: a fast transfer of which one direction is seen, and resets of many connections")
  func normal() throws {
    let plant = try Plant()
    for number in 0..<3_000 {
      plant.send(
        plant.tcp(Self.ack, 40_000, 9_000, from: Self.other, to: Self.plc, acknowledgement: 2_920 * number),
        wait: 0.0001)
    }
    for number in 0..<2_000 {
      let connection = Connection(plant, from: Self.other, to: Self.plc, port: 9_000, clientPort: 10_000 + number)
      connection.syn(wait: 0.0055)
      connection.refuse()
    }
    #expect(plant.found["flood"] == nil)
  }

  @Test("a storm of broadcasts names its station, or says that there are many")
  func storm() throws {
    for many in [false, true] {
      let plant = try Plant(language: .en)
      for number in 0..<1_500 {
        let from = many ? Plant.Station("192.168.10.\(1 + number % 100)") : Self.attacker
        plant.send(plant.arp(1, from, Self.plc), wait: 0.0005)
      }
      let floods = try Self.floods(plant)
      #expect(!floods.isEmpty)
      if many {
        #expect(floods.allSatisfy { Self.summary($0).hasPrefix("Many senders (at least ") })
      } else {
        #expect(floods.allSatisfy { $0.text("ether.src_mac") == "02:00:00:00:0a:4d" })
      }
    }
  }
}
