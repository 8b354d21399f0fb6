// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// How often commands may come.
@Suite struct CommandFloodTests {
  private static let plc = Plant.Station("192.168.10.11", mac: 0x0200_0000_100B)
  private static let plc2 = Plant.Station("192.168.10.12", mac: 0x0200_0000_100C)
  private static let hmi = Plant.Station("192.168.10.21", mac: 0x0200_0000_1015)

  /// A connection that has been there for a minute.
  private static func known(_ plant: Plant) -> Connection {
    let connection = Connection(plant, from: hmi, to: plc).open()
    for _ in 0..<60 {
      connection.read()
      plant.wait(1)
    }
    return connection
  }

  @Test(
    "twenty commands in ten seconds are a flood",
    arguments: [(19, 0.1, 0), (20, 0.1, 1), (20, 0.5, 1), (20, 0.53, 0), (100, 0.01, 81), (100, 0.6, 0)])
  func threshold(_ count: Int, _ pause: Double, _ expected: UInt64) throws {
    let plant = try Plant()
    let connection = Self.known(plant)
    for number in 0..<count {
      connection.write(number)
      plant.wait(pause)
    }
    #expect(plant.found["command-flood", default: 0] == expected)
    #expect(plant.kinds.subtracting(["command-flood"]) == [])
  }

  @Test("twenty within any ten seconds, not in fixed ones")
  func sliding() throws {
    let plant = try Plant()
    let connection = Self.known(plant)
    connection.write()
    plant.wait(9)
    for _ in 0..<19 { connection.write() }
    #expect(plant.found["command-flood"] == 1)
    plant.wait(0.5)
    connection.write()
    #expect(plant.found["command-flood"] == 2)
  }

  @Test("each function counts for itself, and each pair")
  func functions() throws {
    let plant = try Plant()
    let connection = Self.known(plant)
    let other = Connection(plant, from: Self.hmi, to: Self.plc2, clientPort: 40_001).open()
    let pdus: [[UInt8]] = [[5, 0, 1, 0xFF, 0], [6, 0, 1, 0, 7]]
    for _ in 0..<15 {
      for pdu in pdus { connection.modbus(pdu, pdu) }
      other.write()
    }
    #expect(plant.kinds == [])
    for _ in 0..<5 { for pdu in pdus { connection.modbus(pdu, pdu) } }
    #expect(plant.found["command-flood"] == 2)
  }

  @Test(
    "the alert says who sends what to whom, and how many; two functions are two alerts", arguments: Language.allCases)
  func text(_ language: Language) throws {
    let plant = try Plant(site: Plant.site, language: language)
    let connection = Self.known(plant)
    let pdus: [[UInt8]] = [[5, 0, 1, 0xFF, 0], [6, 0, 20, 0, 7]]
    for pdu in pdus { for _ in 0..<30 { connection.modbus(pdu, pdu) } }
    let alerts = try plant.finish().filter { $0.value("alert.metadata.kind") as? [String] == ["command-flood"] }
    #expect(Set(alerts.compactMap { $0.text("alert.context.alert_id") }).count == 2)
    let alert = try #require(alerts.last)
    #expect(alert.text("src_ip") == Self.hmi.ip && alert.text("dest_ip") == Self.plc.ip)
    #expect(alert.number("alert.context.count") == 11)
    let summary = try #require(alert.text("alert.context.ooda.observe.summary"))
    #expect(summary.contains("Write Single Register") && summary.contains("holding-register 20"), "\(summary)")
    let seen = try #require(alert.text("alert.context.ooda.observe.seen"))
    #expect(seen.hasPrefix(language == .en ? "30 commands" : "同一機能のコマンドが10秒間に30件"), "\(seen)")
    #expect((alert.value("alert.metadata.mitre_technique_id") as? [String])?.contains("T0806") == true)
  }

  @Test("refused commands are a burst of refusals that says so, and no flood of commands", arguments: Language.allCases)
  func refused(_ language: Language) throws {
    let plant = try Plant(language: language)
    let connection = Self.known(plant)
    for _ in 0..<40 { connection.modbus([6, 0, 1, 0, 7], [0x86, 2], wait: 0.05) }
    #expect(plant.found == ["exception-burst": 31])
    let alert = try #require(try plant.finish().first)
    let seen = try #require(alert.text("alert.context.ooda.observe.seen"))
    #expect(seen.contains(language == .en ? "refused commands" : "拒否されたコマンド"))
    let summary = try #require(alert.text("alert.context.ooda.observe.summary"))
    #expect(summary.contains(language == .en ? "refuses one command after another" : "次々に拒否"), "\(summary)")
  }

  @Test("refusals in between do not hide a flood")
  func partlyRefused() throws {
    let plant = try Plant()
    let connection = Self.known(plant)
    for _ in 0..<25 {
      connection.modbus([6, 0, 1, 0, 7], [0x86, 2])
      connection.write()
    }
    #expect(plant.kinds == ["command-flood", "exception-burst"])
  }

  /// A connection whose beginning was not seen.
  private static func older(_ plant: Plant) -> Connection {
    let connection = Connection(plant, from: hmi, to: plc)
    (connection.isClientVisible, connection.isServerVisible) = (false, false)
    connection.open()
    (connection.isClientVisible, connection.isServerVisible) = (true, true)
    return connection
  }

  @Test("a program that wrote in cycles before the monitor goes on doing so; three times as often is a flood")
  func cycles() throws {
    let plant = try Plant()
    let connection = Self.older(plant)
    func write(_ seconds: Int, _ perSecond: Int) {
      for _ in 0..<seconds * perSecond {
        connection.write()
        plant.wait(1 / Double(perSecond) - 0.002)
      }
    }
    write(3_600, 5)
    #expect(plant.kinds == [])
    write(60, 10)
    #expect(plant.kinds == [])
    write(20, 20)
    #expect(plant.kinds == ["command-flood"])
  }

  @Test("a burst on an older connection that had not commanded yet is a flood")
  func olderAndQuiet() throws {
    let plant = try Plant()
    let connection = Self.older(plant)
    for _ in 0..<30 {
      connection.read()
      plant.wait(1)
    }
    for _ in 0..<25 { connection.write() }
    #expect(plant.kinds == ["command-flood"])
  }

  @Test("a rate rises in steps: none of them is learned after the first minute")
  func steps() throws {
    let plant = try Plant()
    let connection = Self.known(plant)
    for count in [10, 15, 19, 25] {
      #expect(plant.kinds == [], "\(count)")
      for _ in 0..<count { connection.write() }
      plant.wait(12)
    }
    #expect(plant.kinds == ["command-flood"])
  }

  @Test("after an hour, a second flood is a new alert; one that lasts is one alert, and known in the end")
  func episodes() throws {
    let plant = try Plant(language: .en)
    let connection = Self.known(plant)
    for _ in 0..<2 {
      for _ in 0..<25 { connection.write() }
      plant.wait(3_600)
    }
    for _ in 0..<5_000 * 4 {
      connection.write()
      plant.wait(0.248)
    }
    let before = plant.found["command-flood"]
    for _ in 0..<3_000 * 4 {
      connection.write()
      plant.wait(0.248)
    }
    #expect(plant.found["command-flood"] == before)
    let alerts = try plant.finish().filter { $0.value("alert.metadata.kind") as? [String] == ["command-flood"] }
    #expect(Set(alerts.compactMap { $0.text("alert.context.alert_id") }).count == 3)
    #expect(alerts.count { $0.text("alert.context.status") == "closed" } == 3)
  }

  @Test("ten thousand other pairs do not hide a flood, and commands of each of them are none")
  func inNoise() throws {
    let plant = try Plant()
    let connection = Self.known(plant)
    for _ in 0..<10 { connection.write() }
    for number in 0..<2_000 {
      let other = Plant.Station("10.\(number / 60_000).\(number / 250 % 250).\(1 + number % 250)")
      let busy = Connection(plant, from: other, to: Self.plc, clientPort: 41_000)
      busy.open()
      busy.write()
      plant.wait(-0.004)
    }
    #expect(plant.found["command-flood"] == nil)
    for _ in 0..<10 { connection.write() }
    #expect(plant.found["command-flood"] == 1)
  }

  @Test("in the first seconds, a burst after a quiet start is a flood; an even rate is not", arguments: [true, false])
  func atOnce(_ isEven: Bool) throws {
    let plant = try Plant()
    let connection = Self.older(plant)
    if isEven {
      for _ in 0..<80 {
        connection.write()
        plant.wait(0.1)
      }
    } else {
      connection.write()
      plant.wait(4)
      connection.write()
      plant.wait(3)
      for _ in 0..<25 { connection.write() }
    }
    #expect(plant.kinds == (isEven ? [] : ["command-flood"]))
  }

  @Test("a program that begins with the monitor and reads more than it writes is none; one that only writes is")
  func fromTheBeginning() throws {
    for reads in [0, 4] {
      let plant = try Plant()
      let connection = Connection(plant, from: Self.hmi, to: Self.plc).open()
      for _ in 0..<30 {
        for _ in 0..<reads { connection.read() }
        connection.write()
        plant.wait(0.1)
      }
      #expect(plant.kinds == (reads > 0 ? [] : ["command-flood"]))
    }
  }

  @Test("a connection whose beginning was not seen, and that begins long after the monitor, was quiet before")
  func olderAndLate() throws {
    let plant = try Plant()
    for _ in 0..<90 { plant.send(plant.echo(from: Self.plc2, to: Self.hmi), wait: 1) }
    let connection = Self.older(plant)
    for _ in 0..<25 { connection.write() }
    #expect(plant.kinds == ["command-flood"])
  }

  @Test("the clock of a capture may jump back, again and again")
  func jumps() throws {
    let plant = try Plant()
    let connection = Self.known(plant)
    for _ in 0..<6 {
      for _ in 0..<15 {
        connection.write()
        plant.wait(1)
      }
      plant.wait(-15)
    }
    #expect(plant.found["command-flood"] == nil)
  }

  @Test("the clock of a capture may jump back")
  func jump() throws {
    let plant = try Plant()
    let connection = Self.known(plant)
    for _ in 0..<15 { connection.write() }
    plant.wait(-3_600)
    for _ in 0..<15 { connection.write() }
    #expect(plant.found["command-flood"] == nil)
    for _ in 0..<5 { connection.write() }
    #expect(plant.found["command-flood"] == 1)
  }
}
