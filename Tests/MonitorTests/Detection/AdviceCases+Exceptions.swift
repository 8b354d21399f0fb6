// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// What is known is muted until a day, and what is legitimate is allowed.
extension Advice {
  static let exceptions: [Advice] = [
    Advice(
      .portScan, "an approved scanner", ["asset", "exception"],
      [.add("assets", scanner), exception("kind: port-scan, from: nms")], also: [.unknownMAC],
      attacks: [Attack(name: "another station", kind: .portScan, play: scan(hmi))], scan(recipes)),
    Advice(
      .hostSweep, "an approved scanner", ["asset", "exception"],
      [.add("assets", scanner), exception("kind: [host-sweep, cross-zone-flow], from: nms")],
      also: [.unknownMAC, .crossZoneFlow],
      attacks: [Attack(name: "another station", kind: .hostSweep, play: sweep(hmi))], sweep(recipes)),
    Advice(
      .malformedMessage, "a fault that the vendor has confirmed", ["exception"],
      [exception("kind: malformed-message, from: hmi")],
      attacks: [Attack(name: "another device", kind: .malformedMessage, play: askWrongly(laptop, 45_000))],
      askWrongly(hmi, 44_000)),
    Advice(
      .deviceSilent, "a device out of service", ["exception"], [exception("kind: device-silent, device: plc")],
      attacks: [Attack(name: "another device", kind: .deviceSilent, play: fallSilent(plc2, plc, 44_000))],
      fallSilent(plc, plc2, 41_000)),
    Advice(
      .valueNotAllowed, "a setpoint that is legitimate", ["conduit"],
      before: [.change(#"["holding-register 0-99"]"#, #"[{"holding-register 0-99": [0, 100]}]"#)],
      [.change("[0, 100]", "[0, 300]")],
      attacks: [Attack(name: "a higher one", kind: .valueNotAllowed, play: set(20, 301, clientPort: 40_200))],
      set(20, 300, clientPort: 40_100)),
  ]

  private static let scanner = #"nms: {zone: line, mac: "02:00:00:00:10:28", ip: 192.168.10.40}"#
  private static func exception(_ what: String) -> Edit {
    .change("windows:", "exceptions:\n  - {\(what), reason: known, owner: plant IT, until: 2099-12-31}\nwindows:")
  }

  /// Forty ports of one device.
  static func scan(_ station: Plant.Station) -> @Sendable (Plant) -> Void {
    { plant in
      for port in 2_000..<2_040 {
        plant.send(plant.tcp(2, 50_000, port, from: station, to: plc))
        plant.send(plant.tcp(0x14, port, 50_000, from: plc, to: station, acknowledgement: 1_001))
        plant.wait(0.1)
      }
    }
  }
  /// Asks for no register, which the device refuses.
  static func askWrongly(_ station: Plant.Station, _ port: Int) -> @Sendable (Plant) -> Void {
    { plant in
      Connection(plant, from: station, to: plc, clientPort: port).open().modbus([3, 0, 0, 0, 0], [0x83, 3])
    }
  }
  static func set(_ register: UInt8, _ value: Int, clientPort: Int) -> @Sendable (Plant) -> Void {
    { plant in
      let pdu = [6, 0, register, UInt8(value >> 8), UInt8(value & 255)]
      Connection(plant, from: hmi, to: plc, clientPort: clientPort).open().modbus(pdu, pdu)
    }
  }
}
