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

  /// A write in two segments and a stop in two fragments (Omron W342, 5-3-20: 04 02), each with the flood between its
  /// parts, and then without.
  @Test(arguments: floods)
  func `an attack during and after a flood is reported`(_ flood: Flood) throws {
    let plant = try Plant(site: Plant.site, language: .en)
    let stop: [UInt8] = hex("80 00 02 00 0b 00 00 4d 00 01 04 02")
    for round in 0..<2 {
      // Another station and another port each time, so that the second attack has alerts of its own.
      let writer = Plant.Station("10.20.3.\(7 + round)")
      let stopper = Plant.Station("192.168.10.\(77 + round)")
      let connection = Connection(plant, from: writer, to: Self.plc, clientPort: 50_000 + round).open()
      let write = Connection.message(1, [6, 0, 1, 0, 7])
      let parts = Self.fragments(of: plant.udp(stop, 9_600, 9_600, from: stopper, to: Self.plc))
      connection.ask(Array(write[..<5]))
      plant.send(parts[0])
      if round == 0 { flood.play(plant) }
      connection.ask(Array(write[5...]))
      plant.send(parts[1])
      plant.wait(1)
    }
    let alerts = try plant.finish().filter { $0.text("dest_ip") == "192.168.10.11" }
    for round in 0..<2 {
      #expect(
        alerts.contains {
          $0.text("src_ip") == "10.20.3.\(7 + round)" && $0.text("alert.context.operation.action") == "write"
        }, "write \(round)")
      #expect(
        alerts.contains {
          $0.text("src_ip") == "192.168.10.\(77 + round)" && $0.text("alert.context.operation.action") == "state"
        }, "stop \(round)")
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
