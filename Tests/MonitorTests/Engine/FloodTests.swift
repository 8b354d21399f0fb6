// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// A flood aimed at each table, with an attack in the middle of it and another one after it: both are reported.
@Suite struct FloodTests {
  private static let plc = Plant.Station("192.168.10.11")
  private static let office = Plant.Station("10.20.3.7")
  private static let stranger = Plant.Station("192.168.10.77")

  struct Flood: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let play: @Sendable (Plant) -> Void
  }

  private static func station(_ number: Int) -> Plant.Station {
    Plant.Station("10.20.\(100 + number / 250).\(1 + number % 250)")
  }

  static let floods = [
    Flood(testDescription: "beginnings of messages, without handshakes") { plant in
      for number in 0..<17_000 {
        let from = station(number / 100)
        Connection(plant, from: from, to: plc, clientPort: 1_024 + number).ask(
          hex("0001 0000 00ff 01 10 0000"), wait: 0)
      }
    },
    Flood(testDescription: "segments after a hole") { plant in
      for number in 0..<17_000 {
        let connection = Connection(plant, from: station(number / 100), to: plc, clientPort: 1_024 + number)
        connection.syn(wait: 0)
        connection.isClientVisible = false
        connection.ask([0], wait: 0)
        connection.isClientVisible = true
        connection.ask(hex("0000 0006 01 03 0000 0001"), wait: 0)
      }
    },
    Flood(testDescription: "fragments of datagrams") { plant in
      for number in 0..<20_000 {
        let frame = plant.udp([UInt8](repeating: 0, count: 600), 9, 9, from: station(number / 500), to: plc)
        plant.send(fragments(of: frame)[0], wait: 0)
      }
    },
    Flood(testDescription: "connection attempts by one station, and by many") { plant in
      for number in 0..<1_000 {
        let port = 40_000 + number
        let other = Plant.Station("192.168.10.\(30 + number % 200)")
        Connection(plant, from: office, to: other, port: 9_999, clientPort: port).syn(wait: 0.01)
        Connection(plant, from: station(number), to: plc, port: 9_999, clientPort: port).syn(wait: 0.01)
      }
    },
    Flood(testDescription: "requests without responses") { plant in
      for number in 0..<700 {
        let connection = Connection(plant, from: station(number), to: plc, clientPort: 1_024 + number)
        for request in 0..<100 {
          connection.ask(Connection.message(request, [3, 0, 0, 0, 1], unit: UInt8(request)), wait: 0)
        }
      }
    },
    Flood(testDescription: "flows, pairs and alerts") { plant in
      for number in 0..<17_000 {
        let to = Plant.Station("192.168.\(10 + number / 250 % 60).\(1 + number % 250)")
        plant.send(plant.udp([0], 1_024 + number, 9, from: station(number % 5_000), to: to), wait: 0)
      }
    },
    Flood(testDescription: "devices, what they say of themselves, and names") { plant in
      for number in 0..<66_000 {
        let name = Array("station-\(number)".utf8)
        // PROFINET DCP, an answer to Identify with the name of the station (IEC 61158-6-10, 4.3).
        let blocks: [UInt8] = [2, 2] + big(2 + name.count) + [0, 0] + name + (name.count % 2 == 1 ? [0] : [])
        let payload = [0xFE, 0xFF, 5, 1] + big(number, 4) + [0, 0] + big(blocks.count) + blocks
        let from = Plant.Station("", mac: 0x0206_0000_0000 + UInt64(number))
        plant.send(plant.ethernet(payload, 0x8892, from: from, to: office), wait: 0)
      }
    },
    Flood(testDescription: "claims of addresses") { plant in
      for number in 0..<17_000 {
        let claimed = Plant.Station("192.168.\(10 + number / 250 % 60).\(100 + number % 150)", mac: 0x0206_0000_0000)
        plant.send(plant.arp(2, claimed, claimed), wait: 0)
      }
    },
    Flood(testDescription: "selections") { plant in
      let connection = Connection(plant, from: station(1), to: plc, port: 2_404).open()
      for number in 0..<4_300 {
        let object: [UInt8] = [UInt8(number & 255), UInt8(number >> 8), 0]
        connection.ask(hex("68 0e") + big(0, 4) + hex("2d 01 06 00 01 00") + object + [0x81], wait: 0)
      }
    },
    Flood(testDescription: "messages in pieces") { plant in
      for number in 0..<1_200 {
        // COTP data without its end (ISO 8073, 13.7), the beginning of an S7 message.
        Connection(plant, from: station(number), to: plc, port: 102, clientPort: 1_024 + number)
          .ask(hex("03 00 00 13 02 f0 00 32 01 00 00 00 01 00 0e 00 00 04 01"), wait: 0)
      }
    },
    Flood(testDescription: "values and writers of many devices") { plant in
      for number in 0..<17_000 {
        let device = Plant.Station("192.168.\(10 + number / 250 % 60).\(1 + number % 250)")
        Connection(plant, from: station(number % 5_000), to: device, clientPort: 1_024 + number)
          .ask(Connection.message(1, [6] + big(number) + [0, 2]), wait: 0)
      }
    },
    Flood(testDescription: "writes by many stations") { plant in
      for number in 0..<3_000 {
        let connection = Connection(plant, from: station(number), to: plc, clientPort: 1_024 + number)
        connection.ask(Connection.message(1, [6, 0, 1, 0, 2]), wait: 0)
      }
    },
  ]

  /// A datagram in two fragments, the first with eight bytes of its payload.
  private static func fragments(of frame: [UInt8]) -> [[UInt8]] {
    let start = 14 + 20
    return [(start..<start + 8, 0x2000), (start + 8..<frame.count, 1)].map { range, fragment in
      var header = Array(frame[..<start])
      header.replaceSubrange(16..<18, with: big(20 + range.count))
      header.replaceSubrange(20..<22, with: big(fragment))
      header.replaceSubrange(24..<26, with: [0, 0])
      var sum = stride(from: 14, to: start, by: 2).reduce(0) { $0 + Int(header[$1]) << 8 + Int(header[$1 + 1]) }
      while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
      header.replaceSubrange(24..<26, with: big(~sum & 0xFFFF))
      return header + frame[range]
    }
  }

  /// A write in two segments, a stop in two fragments (Omron W342, 5-3-20: 04 02), a selection that is not operated
  /// (IEC 60870-5-104, C_SC_NA_1), a write to what was read before, and a claim of the controller's address; each with
  /// the flood between its parts, and then without.
  @Test(arguments: floods)
  func `an attack during and after a flood is reported`(_ flood: Flood) throws {
    let plant = try Plant(site: Plant.site, language: .en, flowLimit: 8_192)
    let stop: [UInt8] = hex("80 00 02 00 0b 00 00 4d 00 01 04 02")
    for round in 0..<2 {
      // Other stations and ports each time, so that the second attack has alerts of its own.
      let writer = Plant.Station("10.20.3.\(7 + round)")
      let stopper = Plant.Station("192.168.10.\(77 + round)")
      let selecter = Plant.Station("192.168.10.\(87 + round)")
      let changer = Plant.Station("192.168.10.\(97 + round)")
      let spoofer = Plant.Station("192.168.10.11", mac: 0x0200_0000_9900 + UInt64(round))
      let connection = Connection(plant, from: writer, to: Self.plc, clientPort: 50_000 + round).open()
      let selection = Connection(plant, from: selecter, to: Self.plc, port: 2_404, clientPort: 50_000 + round).open()
      let change = Connection(plant, from: changer, to: Self.plc, clientPort: 50_000 + round).open()
      let write = Connection.message(1, [6, 0, 1, 0, 7])
      let parts = Self.fragments(of: plant.udp(stop, 9_600, 9_600, from: stopper, to: Self.plc))
      change.modbus([3, 0, 200, 0, 1], [3, 2, 0, 5])
      selection.ask(hex("68 0e 00 00 00 00 2d 01 06 00 01 00 07 00 00 81"))
      connection.ask(Array(write[..<5]))
      plant.send(parts[0])
      if round == 0 { flood.play(plant) }
      connection.ask(Array(write[5...]))
      plant.send(parts[1])
      change.modbus([6, 0, 200, 0, 9], [6, 0, 200, 0, 9])
      plant.send(plant.arp(2, spoofer, Plant.Station("192.168.10.21"), to: Plant.Station("192.168.10.21")))
      plant.wait(12)
      change.read()
    }
    let all = try plant.finish()
    let alerts = all.filter { $0.text("dest_ip") == "192.168.10.11" }
    func has(_ sender: String, _ action: String, _ isMeant: (Record) -> Bool = { _ in true }) -> Bool {
      alerts.contains {
        $0.text("src_ip") == sender && $0.text("alert.context.operation.action") == action && isMeant($0)
      }
    }
    for round in 0..<2 {
      #expect(has("10.20.3.\(7 + round)", "write"), "write \(round)")
      #expect(has("192.168.10.\(77 + round)", "state"), "stop \(round)")
      #expect(
        has("192.168.10.\(87 + round)", "operate") { $0.number("alert.signature_id") == 1_790_031 },
        "selection \(round)")
      #expect(
        has("192.168.10.\(97 + round)", "write") {
          $0.value("alert.context.operation.values_before") as? [Int] == [5]
        }, "value before \(round)")
      #expect(
        all.contains {
          $0.number("alert.signature_id") == 1_790_022 && $0.text("ether.src_mac") == "02:00:00:00:99:0\(round)"
        }, "spoofing \(round)")
    }
  }

  /// 17,000 open connections with a valid question and answer on each: more directions than have a history.
  @Test func `bytes sent again with other contents are noticed however many connections are open`() throws {
    let plant = try Plant()
    for number in 0..<17_000 {
      let connection = Connection(plant, from: Self.station(number / 100), to: Self.plc, clientPort: 1_024 + number)
      connection.open()
      connection.read()
    }
    #expect(plant.found["stream-tampering"] == nil)
    let connection = Connection(plant, from: Self.stranger, to: Self.plc, clientPort: 50_000).open()
    // The same numbers again, as in MessageTests.
    let again = Connection(plant, from: Self.stranger, to: Self.plc, clientPort: 50_000)
    again.isServerVisible = false
    again.isClientVisible = false
    again.open()
    again.isClientVisible = true
    connection.ask(Connection.message(1, [3, 0, 0, 0, 1]))
    again.ask(Connection.message(1, [6, 0, 0, 0, 1]))
    #expect(plant.found["stream-tampering"] == 1)
  }
}
