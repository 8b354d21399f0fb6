// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

extension Advice {
  static let conduits: [Advice] = [
    Advice(
      .crossZoneFlow, "an office station reads", ["conduit", "site file", "(from, to", "services", "operation"],
      [.add("conduits", "- {from: office, to: plc, services: [modbus], operations: [read]}")],
      attacks: [
        Attack(name: "it writes", kind: .operationNotAllowed, play: write(clerk, plc, 5)),
        Attack(name: "another service", kind: .operationNotAllowed, play: connect(clerk, plc, port: 445)),
        Attack(name: "another device", kind: .crossZoneFlow, play: read(clerk, plc2, clientPort: 40_001)),
      ], read(clerk, plc)),
    Advice(
      .crossZoneFlow, "a port of which the protocol is not known", ["conduit", "services"],
      [.add("conduits", "- {from: line, to: scada, services: [tcp/8080]}")],
      attacks: [
        Attack(name: "another port", kind: .operationNotAllowed, play: connect(hmi, scada, port: 8_081)),
        Attack(name: "the other way", kind: .operationNotAllowed, play: connect(scada, hmi, port: 8_080)),
      ], connect(hmi, scada, port: 8_080, clientPort: 40_001)),
    Advice(
      .crossZoneFlow, "datagrams", ["conduit", "services"],
      [.add("conduits", "- {from: plc, to: office, services: [udp/514]}")],
      attacks: [Attack(name: "another port", kind: .operationNotAllowed, play: datagram(plc, clerk, port: 69))],
      datagram(plc, clerk, port: 514)),
    Advice(
      .crossZoneFlow, "echo requests", ["conduit", "services"],
      [.add("conduits", "- {from: office, to: line, services: [icmp]}")],
      attacks: [Attack(name: "TCP", kind: .operationNotAllowed, play: connect(clerk, hmi, port: 445))]
    ) { plant in
      plant.send(plant.echo(from: clerk, to: hmi))
      plant.send(plant.echo(from: hmi, to: clerk, isReply: true))
    },
    Advice(
      .crossZoneFlow, "a protocol by its name: FINS", ["conduit", "services", "operation"],
      [.add("conduits", "- {from: office, to: plc, services: [fins], operations: [state]}")],
      attacks: [
        Attack(name: "another device", kind: .crossZoneFlow, play: fins(run, clerk, plc2, clientPort: 9_601))
      ], fins(run, clerk, plc)),
    Advice(
      .crossZoneFlow, "a protocol inside another one", ["conduit", "services", "operation"],
      [.add("conduits", "- {from: office, to: plc, services: [umas], operations: [identify, session]}")],
      attacks: [Attack(name: "a write", kind: .operationNotAllowed, play: write(clerk, plc, 5))]
    ) { plant in
      let connection = Connection(plant, from: clerk, to: plc).open()
      connection.modbus([0x5A, 0, 0x02], [0x5A, 0, 0xFE, 1, 2, 3, 4, 5, 6, 7, 8])
    },
    Advice(
      .operationNotAllowed, "further registers", ["conduit", "targets"],
      [.change("holding-register 0-99", "holding-register 0-150")],
      attacks: [Attack(name: "beyond", kind: .operationNotAllowed, play: write(hmi, plc, 151))],
      write(hmi, plc, 150, clientPort: 40_000)),
    Advice(
      .operationNotAllowed, "a further operation", ["conduit", "operation"],
      [.change("services: [modbus], operations: [read]}", "services: [modbus], operations: [read, write]}")],
      attacks: [
        Attack(name: "another operation", kind: .operationNotAllowed) { plant in
          Connection(plant, from: scada, to: plc, clientPort: 40_001).open().modbus([8, 0, 1, 0, 0], [8, 0, 1, 0, 0])
        }
      ], write(scada, plc, 3)),
    Advice(
      .operationNotAllowed, "a single function", ["conduit", "operation"],
      [.change("operations: [read]}", #"operations: [read, "modbus 43/14"]}"#)],
      attacks: [Attack(name: "another operation", kind: .operationNotAllowed, play: write(scada, plc, 3))]
    ) { plant in
      Connection(plant, from: scada, to: plc).open().modbus(
        [0x2B, 0x0E, 1, 0], [0x2B, 0x0E, 1, 1, 0, 0, 1, 0, 2, 0x41, 0x42])
    },
    Advice(
      .operationNotAllowed, "a further service", ["conduit", "services"],
      [.change("from: scada, to: line, services: [modbus]", "from: scada, to: line, services: [modbus, tcp/443]")],
      attacks: [Attack(name: "another service", kind: .operationNotAllowed, play: connect(scada, plc, port: 22))],
      connect(scada, plc, port: 443, clientPort: 40_001)),
    Advice(
      .operationNotAllowed, "an operation without a target", ["conduit", "operation"],
      before: [
        .add(
          "conduits",
          #"- {from: office, to: plc, services: [fins], operations: [read, state], targets: ["DM 0-9"]}"#)
      ], [.add("conduits", "- {from: office, to: plc, services: [fins], operations: [state]}")],
      attacks: [
        Attack(name: "the clock", kind: .operationNotAllowed, play: fins(setClock, clerk, plc, parameters: noon))
      ], fins(run, clerk, plc)),
    Advice(
      .outsideWindow, "a visit at another time", ["window", "site file"],
      [.change(#"{days: [sat], hours: "09:00-17:00"}"#, #"{days: [wed, sat], hours: ["06:00-08:00", "09:00-17:00"]}"#)],
      attacks: [
        Attack(name: "after it", kind: .outsideWindow) { plant in
          plant.wait(3_600)
          read(laptop, plc, clientPort: 40_001)(plant)
        }
      ], read(laptop, plc)),
    Advice(
      .controllerCommand, "an engineering station that is not listed", ["asset", "conduit", "window"],
      [
        .add("assets", #"engineering: {zone: line, mac: "02:00:00:00:10:28", ip: 192.168.10.40}"#),
        .add("conduits", "- {from: engineering, to: plc, services: [fins], operations: [state], during: tonight}"),
        .add("windows", #"tonight: {days: [wed], hours: "06:00-08:00"}"#),
      ], also: [.unknownMAC],
      attacks: [
        Attack(name: "another controller", kind: .controllerCommand, play: fins(stop, recipes, plc2)),
        Attack(name: "after the window", kind: .outsideWindow) { plant in
          plant.wait(3_600)
          fins(stop, recipes, plc)(plant)
        },
      ], fins(stop, recipes, plc)),
    Advice(
      .controllerCommand, "without a site file: one is written", ["site file", "stations"], before: nil,
      [
        .add("assets", #"engineering: {zone: line, mac: "02:00:00:00:10:28", ip: 192.168.10.40}"#),
        .add("conduits", "- {from: engineering, to: plc, services: [fins], operations: [state]}"),
      ],
      attacks: [Attack(name: "another station", kind: .controllerCommand, play: fins(stop, hmi, plc))],
      fins(stop, recipes, plc)),
    Advice(
      .clockSetByStranger, "a time source", ["asset", "conduit", "operation", "clock"],
      [
        .add("assets", #"clock: {zone: line, mac: "02:00:00:00:10:28", ip: 192.168.10.40}"#),
        .add("conduits", "- {from: clock, to: line, services: [fins], operations: [clock]}"),
      ], also: [.unknownMAC],
      attacks: [
        Attack(
          name: "another station", kind: .clockSetByStranger, play: fins(setClock, stranger, plc, parameters: noon)),
        Attack(name: "it stops the controller", kind: .controllerCommand, play: fins(stop, recipes, plc)),
      ], fins(setClock, recipes, plc, parameters: noon)),
    Advice(
      .deviceRenamed, "a device is commissioned", ["conduit", "operation", "configure", "targets"],
      [
        .add(
          "conduits",
          #"- {from: hmi, to: line, services: [profinet-dcp], operations: [configure], targets: [station plc1]}"#)
      ],
      attacks: [
        Attack(name: "another station", kind: .deviceRenamed, play: rename(laptop, plc2)),
        Attack(name: "another name", kind: .operationNotAllowed) { plant in
          let request = hex("FEFD 04 00 00000003 0000 000A 0202 0006 0001 706C6332") + [UInt8](repeating: 0, count: 24)
          plant.send(plant.ethernet(request, 0x8892, from: hmi, to: plc2))
        },
      ], rename(hmi, plc2)),
    Advice(
      .externalCommunication, "a service of the vendor", ["conduit", "external"],
      [.add("conduits", "- {from: plc, to: external, services: [tcp/443]}")],
      attacks: [
        Attack(name: "another device", kind: .externalCommunication, play: connect(hmi, outside, port: 443)),
        Attack(name: "another service", kind: .operationNotAllowed, play: connect(plc, outside, port: 21)),
        Attack(name: "the other way", kind: .externalCommunication, play: connect(outside, plc, port: 443)),
      ], connect(plc, outside, port: 443, clientPort: 40_001)),
    Advice(
      .externalCommunication, "a network of the company", ["zone", "add the network", "site file"],
      [.change("192.168.20.0/24]", "192.168.20.0/24, 172.16.5.0/24]")],
      attacks: [
        Attack(name: "another network", kind: .externalCommunication, play: read(outside, plc, clientPort: 40_001))
      ], read(Plant.Station("172.16.5.9", mac: router), plc)),
    Advice(
      .newWriter, "a recipe server", ["asset", "conduit", "targets"],
      [
        .add("assets", #"recipes: {zone: line, mac: "02:00:00:00:10:28", ip: 192.168.10.40, role: server}"#),
        .add(
          "conduits",
          #"- {from: recipes, to: plc, services: [modbus], operations: [write], targets: ["holding-register 200-299"]}"#
        ),
      ], also: [.unknownMAC],
      attacks: [
        Attack(name: "another register", kind: .operationNotAllowed, play: write(recipes, plc, 5)),
        Attack(name: "another station", kind: .newWriter, play: write(stranger, plc, 200)),
      ], write(recipes, plc, 200, clientPort: 40_000)),
    Advice(
      .newWriter, "without a site file: one is written", ["asset", "conduit"], before: nil,
      [
        .add("assets", #"recipes: {zone: line, mac: "02:00:00:00:10:28", ip: 192.168.10.40, role: server}"#),
        .add("conduits", "- {from: recipes, to: plc, services: [modbus], operations: [write]}"),
      ],
      attacks: [Attack(name: "another station", kind: .newWriter, play: write(stranger, plc, 200))]
    ) { plant in
      write(hmi, plc, 5, clientPort: 40_000)(plant)
      plant.wait(700)
      write(recipes, plc, 200)(plant)
    },
    Advice(
      .unlistedFlow, "in a zone where everything is listed",
      ["conduit", "site file", "(from, to", "services", "operation"],
      before: [.change("vlans: [10]}", "vlans: [10], inside: listed}")],
      [.add("conduits", "- {from: hmi, to: plc-2, services: [modbus], operations: [read]}")],
      attacks: [
        Attack(name: "it writes", kind: .operationNotAllowed, play: write(hmi, plc2, 5)),
        Attack(name: "another device", kind: .unlistedFlow, play: read(plc2, hmi, clientPort: 40_001)),
      ], read(hmi, plc2)),
    Advice(
      .unlistedFlow, "a controller that begins to talk", ["conduit"],
      before: [.change("vlans: [10]}", "vlans: [10], inside: operations}")],
      [.add("conduits", "- {from: plc, to: plc-2, services: [tcp/8080]}")],
      attacks: [
        Attack(name: "another controller", kind: .unlistedFlow, play: connect(plc2, hmi, port: 8_080)),
        Attack(name: "another service", kind: .operationNotAllowed, play: connect(plc, plc2, port: 8_082)),
      ], connect(plc, plc2, port: 8_080, clientPort: 40_001)),
    Advice(
      .unlistedFlow, "a protocol without IP", ["conduit", "services"],
      before: [.change("vlans: [10]}", "vlans: [10], inside: listed}")],
      [.add("conduits", "- {from: hmi, to: plc-2, services: [profinet-dcp], operations: [identify]}")],
      attacks: [
        Attack(name: "another device", kind: .unlistedFlow, play: identify(plc2, hmi)),
        Attack(name: "its name is changed", kind: .deviceRenamed, play: rename(hmi, plc2)),
      ], identify(hmi, plc2)),
  ]
}
