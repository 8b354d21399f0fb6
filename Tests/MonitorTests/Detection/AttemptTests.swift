// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// Who scans is who sends: whatever the flags, the ports and the answers.
@Suite struct AttemptTests {
  private static let attacker = Plant.Station("192.168.10.77")
  private static let plc = Plant.Station("192.168.10.11", mac: 0x0200_0000_100B)
  private static let hmi = Plant.Station("192.168.10.21", mac: 0x0200_0000_1015)
  private static let gateway = Plant.Station("192.168.10.1", mac: 0x0200_0000_1001)
  private static let (fin, syn, rst, ack): (UInt8, UInt8, UInt8, UInt8) = (1, 2, 4, 16)

  /// The alerts of a kind: who did it to whom.
  private static func named(_ records: [Record], _ kind: String) -> [[String]] {
    var named: [[String]] = []
    for record in records where (record.value("alert.metadata.kind") as? [String]) == [kind] {
      let ends = [record.text("src_ip") ?? "", record.text("dest_ip") ?? ""]
      if !named.contains(ends) { named.append(ends) }
    }
    return named
  }
  private static func host(_ number: Int) -> Plant.Station { Plant.Station("192.168.10.\(100 + number)") }
  /// Polling goes on, so that time goes on.
  private static func work(_ plant: Plant, _ seconds: Int) {
    let connection = Connection(plant, from: hmi, to: plc, clientPort: 50_000).open()
    for _ in 0..<seconds * 4 {
      connection.read()
      plant.wait(0.25)
    }
  }

  // MARK: TCP without SYN

  struct Flags: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let flags: UInt8
  }
  static let flags = [
    Flags(testDescription: "ACK and window scan", flags: 16), Flags(testDescription: "Maimon scan", flags: 17),
    Flags(testDescription: "SYN-ACK scan", flags: 18), Flags(testDescription: "NULL scan", flags: 0),
    Flags(testDescription: "FIN scan", flags: 1), Flags(testDescription: "Xmas scan", flags: 41),
    Flags(testDescription: "all flags but RST", flags: 59), Flags(testDescription: "URG", flags: 32),
  ]

  private static func probe(
    _ plant: Plant, _ flags: UInt8, from: Plant.Station, _ source: Int, to: Plant.Station, _ port: Int,
    isRefused: Bool = true, payload: [UInt8] = []
  ) {
    plant.send(
      plant.tcp(flags, source, port, from: from, to: to, acknowledgement: flags & ack != 0 ? 9_000 : 0, payload))
    guard isRefused else { return }
    // RFC 9293, 3.10.7.1.
    let answer =
      flags & ack != 0
      ? plant.tcp(rst, port, source, from: to, to: from, sequence: 9_000)
      : plant.tcp(rst | ack, port, source, from: to, to: from, sequence: 0, acknowledgement: 1_000)
    plant.send(answer)
  }

  @Test("a scan is its sender's, from any port, and with data", arguments: flags, [40_000, 502, 20])
  func scan(_ flags: Flags, _ source: Int) throws {
    for office in [false, true] {
      let scanner = office ? Plant.Station("10.20.3.7") : Self.attacker
      let plant = try Plant(site: office ? Plant.site : nil, language: .en)
      for port in 0..<20 {
        Self.probe(
          plant, flags.flags, from: scanner, source, to: Self.plc, 1_000 + port,
          payload: office || flags.flags & Self.ack == 0 ? [] : [1, 2, 3])
      }
      let records = try plant.finish()
      #expect(Self.named(records, "port-scan") == [[scanner.ip, Self.plc.ip]])
      #expect(Self.named(records, "cross-zone-flow") == (office ? [[scanner.ip, Self.plc.ip]] : []))
      #expect(records.allSatisfy { $0.text("src_ip") != Self.plc.ip })
    }
  }

  @Test("below the threshold nothing is said", arguments: flags)
  func threshold(_ flags: Flags) throws {
    let plant = try Plant()
    for port in 0..<14 { Self.probe(plant, flags.flags, from: Self.attacker, 40_000, to: Self.plc, 1_000 + port) }
    #expect(plant.kinds == [])
    Self.probe(plant, flags.flags, from: Self.attacker, 40_000, to: Self.plc, 2_000)
    #expect(plant.kinds == ["port-scan"])
  }

  @Test("a sweep is its sender's", arguments: flags)
  func sweep(_ flags: Flags) throws {
    let plant = try Plant(language: .en)
    for number in 0..<30 { Self.probe(plant, flags.flags, from: Self.attacker, 502, to: Self.host(number), 80) }
    #expect(try Self.named(plant.finish(), "host-sweep") == [[Self.attacker.ip, "0.0.0.0"]])
  }

  @Test("silence counts where answers to the sender are seen", arguments: flags, [false, true])
  func silence(_ flags: Flags, _ isHeard: Bool) throws {
    let plant = try Plant(language: .en)
    if isHeard {
      plant.send(plant.echo(from: Self.attacker, to: Self.plc))
      plant.send(plant.echo(from: Self.plc, to: Self.attacker, isReply: true))
    }
    for port in 0..<20 {
      Self.probe(plant, flags.flags, from: Self.attacker, 502, to: Self.plc, 1_000 + port, isRefused: false)
    }
    Self.work(plant, 12)
    let isFound = isHeard || flags.flags & Self.ack == 0
    #expect(
      try Self.named(plant.finish(), "port-scan") == (isFound ? [[Self.attacker.ip, Self.plc.ip]] : []))
  }

  @Test("connections older than the monitor are no attempts")
  func living() throws {
    let plant = try Plant()
    for number in 0..<60 {
      let port = 40_000 + number
      let host = Self.host(number)
      // Keep-alive, answered (RFC 9293, 3.8.4).
      plant.send(plant.tcp(Self.ack, port, 502, from: Self.hmi, to: host, acknowledgement: 9_000))
      plant.send(plant.tcp(Self.ack, 502, port, from: host, to: Self.hmi, sequence: 9_000, acknowledgement: 1_001))
      // A server with many clients at one station.
      plant.send(plant.tcp(Self.ack, 443, port, from: Self.plc, to: Self.hmi, acknowledgement: 9_000, [1, 2, 3]))
      plant.send(plant.tcp(Self.ack, port, 443, from: Self.hmi, to: Self.plc, sequence: 9_000, acknowledgement: 1_003))
      // One direction alone: data, and acknowledgements of data.
      for step in 0..<3 {
        plant.send(
          plant.tcp(
            Self.ack, port, 102, from: Self.hmi, to: host, sequence: 1_000 + 3 * step, acknowledgement: 9_000,
            [1, 2, 3]))
        plant.send(
          plant.tcp(Self.ack, 4_840, port, from: host, to: Self.hmi, acknowledgement: 9_000 + 1_460 * step))
      }
      // Closed by a server whose client is gone.
      plant.send(plant.tcp(Self.fin | Self.ack, 8_080, port, from: Self.plc, to: Self.hmi, acknowledgement: 9_000))
      plant.send(plant.tcp(Self.rst, port, 8_080, from: Self.hmi, to: Self.plc, sequence: 9_000))
    }
    Self.work(plant, 12)
    #expect(plant.kinds.subtracting(["one-way-visibility"]) == [])
  }

  @Test("a SYN-ACK whose SYN was not seen is the server's where the connection goes on")
  func handshakeInPart() throws {
    for isClientVisible in [false, true] {
      let plant = try Plant(site: Plant.site, language: .en)
      let connection = Connection(plant, from: Plant.Station("10.20.3.7"), to: Self.plc)
      connection.isClientVisible = false
      connection.syn()
      connection.isClientVisible = isClientVisible
      connection.open()
      connection.read()
      #expect(
        try Self.named(plant.finish(), "cross-zone-flow") == [["10.20.3.7", Self.plc.ip]],
        "the client is \(isClientVisible ? "visible" : "invisible")")
    }
  }

  // MARK: Other transports

  @Test("a scan by UDP is its sender's, from any port, also in the first seconds", arguments: [40_000, 53], [0.0, 60])
  func datagrams(_ source: Int, _ age: Double) throws {
    for office in [false, true] {
      let scanner = office ? Plant.Station("10.20.3.7") : Self.attacker
      let plant = try Plant(site: office ? Plant.site : nil, language: .en)
      if age > 0 { plant.send(plant.echo(from: Self.plc, to: Self.hmi)) }
      plant.wait(age)
      for port in 0..<20 {
        let frame = plant.udp([], source, 3_000 + port, from: scanner, to: Self.plc)
        plant.send(frame)
        plant.send(plant.unreachable(3, frame, from: Self.plc, to: scanner))
      }
      let records = try plant.finish()
      #expect(Self.named(records, "port-scan") == [[scanner.ip, Self.plc.ip]])
      #expect(records.allSatisfy { $0.text("src_ip") != Self.plc.ip })
      #expect(Self.named(records, "cross-zone-flow") == (office ? [[scanner.ip, Self.plc.ip]] : []))
    }
  }

  @Test("a scan of IP protocols is its sender's; those that answer do not count", arguments: Language.allCases)
  func protocols(_ language: Language) throws {
    for answers in [0, 6] {
      let plant = try Plant(language: language)
      for number in 90..<110 {
        let frame = plant.ip([], UInt8(number), from: Self.attacker, to: Self.plc)
        plant.send(frame)
        if number < 90 + answers {
          plant.send(plant.ip([1], UInt8(number), from: Self.plc, to: Self.attacker))
        } else {
          plant.send(plant.unreachable(2, frame, from: Self.plc, to: Self.attacker))
        }
      }
      let records = try plant.finish()
      #expect(Self.named(records, "port-scan") == (answers == 0 ? [[Self.attacker.ip, Self.plc.ip]] : []))
      let word = language == .en ? "IP protocols" : "IPプロトコル"
      #expect(records.allSatisfy { $0.text("alert.context.ooda.observe.summary")?.contains(word) == true })
    }
  }

  // MARK: Successes

  @Test("successes hide no scan: each takes back the attempt that it answers")
  func mixed() throws {
    let plant = try Plant(language: .en)
    for port in 0..<15 {
      Connection(plant, from: Self.attacker, to: Self.plc, port: 1_000 + port, clientPort: 40_000 + port).syn()
      Connection(plant, from: Self.attacker, to: Self.plc, port: 502, clientPort: 41_000 + port).open()
      Connection(plant, from: Self.attacker, to: Self.plc, port: 2_000 + port, clientPort: 42_000 + port).open()
    }
    for number in 0..<25 {
      Connection(plant, from: Self.attacker, to: Self.host(number), port: 80, clientPort: 43_000 + number).syn()
      Connection(plant, from: Self.attacker, to: Self.plc, port: 80, clientPort: 44_000 + number).open()
    }
    let records = try plant.finish()
    #expect(Self.named(records, "port-scan") == [[Self.attacker.ip, Self.plc.ip]])
    #expect(Self.named(records, "host-sweep") == [[Self.attacker.ip, "0.0.0.0"]])
  }

  @Test("functions that a device has hide no trying out of those that it has not")
  func functions() throws {
    let plant = try Plant()
    for code in 0..<10 {
      let connection = Connection(plant, from: Self.attacker, to: Self.plc, clientPort: 40_000 + code).open()
      connection.read()
      connection.modbus([UInt8(70 + code), 0], [UInt8(0x80 + 70 + code), 1])
    }
    #expect(plant.kinds == ["function-scan"])
  }

  @Test("a forged SYN-ACK is no success: the reset of the real server follows")
  func forgedAnswers() throws {
    let plant = try Plant()
    let forged = Plant.Station(Self.plc.ip, mac: Self.attacker.mac)
    for port in 0..<15 {
      plant.send(plant.tcp(Self.syn, 40_000, 1_000 + port, from: Self.attacker, to: Self.plc))
      plant.send(
        plant.tcp(
          Self.syn | Self.ack, 1_000 + port, 40_000, from: forged, to: Self.attacker, sequence: 7,
          acknowledgement: 1_001
        ))
      plant.send(
        plant.tcp(
          Self.rst | Self.ack, 1_000 + port, 40_000, from: Self.plc, to: Self.attacker, sequence: 0,
          acknowledgement: 1_001))
    }
    #expect(plant.kinds == ["port-scan", "address-conflict"])
  }

  @Test("forged replies hide no ARP sweep")
  func forgedReplies() throws {
    for way in 0..<3 {
      let plant = try Plant()
      for number in 0..<35 {
        let host = Self.host(number)
        plant.send(plant.arp(1, Self.attacker, host))
        let forger: Plant.Station
        switch way {
        case 0: forger = Plant.Station(host.ip, mac: Self.attacker.mac)
        case 1: forger = Plant.Station(host.ip, mac: 0x0200_0000_7777)
        default: forger = host
        }
        var reply = plant.arp(2, forger, Self.attacker, to: Self.attacker)
        // The frame's sender is another one than the message says.
        if way == 2 { reply.replaceSubrange(6..<12, with: Self.attacker.macBytes) }
        plant.send(reply)
      }
      #expect(plant.kinds.contains("host-sweep"), "\(way)")
    }
  }

  @Test("questions without an own address are a sweep, too")
  func probes() throws {
    let plant = try Plant()
    let nobody = Plant.Station("0.0.0.0", mac: Self.attacker.mac)
    for number in 0..<25 { plant.send(plant.arp(1, nobody, Self.host(number))) }
    #expect(plant.kinds == ["host-sweep"])
  }

  // MARK: Routers

  private static func throughRouter(_ plant: Plant, asker: Plant.Station, kinds: Int) {
    let office = Plant.Station("10.20.3.7")
    for number in 0..<30 {
      let host = Plant.Station(Self.host(number).ip, mac: asker.mac)
      switch kinds {
      case 0: plant.send(plant.tcp(syn, 40_000, 502, from: office, to: host))
      case 1: plant.send(plant.echo(from: office, to: host))
      case 2: plant.send(plant.udp([1], 40_000, 161, from: office, to: host))
      default: plant.send(plant.tcp(ack, 40_000, 80, from: office, to: host, acknowledgement: 1))
      }
      plant.send(plant.arp(1, asker, Self.host(number)))
    }
    // Again, in the same flows.
    plant.wait(20)
    for number in 0..<30 where kinds < 3 {
      let host = Plant.Station(Self.host(number).ip, mac: asker.mac)
      switch kinds {
      case 0: plant.send(plant.tcp(syn, 40_000, 502, from: office, to: host))
      case 1: plant.send(plant.echo(from: office, to: host))
      default: plant.send(plant.udp([1], 40_000, 161, from: office, to: host))
      }
      plant.send(plant.arp(1, asker, Self.host(number)))
    }
  }

  @Test("a router that asks for whom it has a packet does not sweep", arguments: 0..<4, [nil, Plant.site])
  func router(_ kind: Int, _ site: String?) throws {
    let plant = try Plant(site: site, language: .en)
    Self.throughRouter(plant, asker: Self.gateway, kinds: kind)
    #expect(
      try Self.named(plant.finish(), "host-sweep").allSatisfy { $0 == ["10.20.3.7", "0.0.0.0"] })
  }

  @Test("where the site lists routers, a sweep cannot be passed off as another router's")
  func pretendedRouter() throws {
    let plant = try Plant(site: Plant.site, language: .en)
    Self.throughRouter(plant, asker: Self.attacker, kinds: 0)
    #expect(try Self.named(plant.finish(), "host-sweep").contains([Self.attacker.ip, "0.0.0.0"]))
  }

  // MARK: Again, and in between

  @Test("a second scan, an hour later, is a new alert")
  func anHourLater() throws {
    let plant = try Plant(language: .en)
    for _ in 0..<2 {
      for port in 0..<20 { Self.probe(plant, Self.ack, from: Self.attacker, 40_000, to: Self.plc, 1_000 + port) }
      #expect(plant.found["port-scan"].map { $0 % 6 } == 0)
      plant.wait(3600)
    }
    #expect(plant.found["port-scan"] == 12)
    let records = try plant.finish()
    let scans = records.filter { $0.value("alert.metadata.kind") as? [String] == ["port-scan"] }
    #expect(Set(scans.compactMap { $0.text("alert.context.alert_id") }).count == 2)
    #expect(scans.count { $0.text("alert.context.status") == "closed" } == 1)
    #expect(scans.compactMap { $0.number("alert.context.count") }.max() == 6)
  }

  @Test("a scan is found after ten thousand others, and a slow one in the middle of a flood")
  func inNoise() throws {
    let plant = try Plant(language: .en)
    func noise(_ count: Int, _ round: Int) {
      for number in 0..<count {
        let from = Plant.Station("172.16.\(number / 250).\(1 + number % 250)")
        plant.send(plant.tcp(Self.syn, 1_024 + round, 9_999, from: from, to: Self.hmi), wait: 0.0001)
      }
    }
    noise(10_000, 0)
    for port in 0..<15 { Self.probe(plant, Self.ack, from: Self.attacker, 40_000, to: Self.plc, 1_000 + port) }
    let slow = Plant.Station("192.168.10.78")
    for port in 0..<15 {
      Self.probe(plant, Self.syn, from: slow, 40_000, to: Self.plc, 1_000 + port)
      plant.wait(5)
      noise(9_000, port)
    }
    let named = try Self.named(plant.finish(), "port-scan")
    #expect(named == [[Self.attacker.ip, Self.plc.ip], [slow.ip, Self.plc.ip]])
  }

  @Test("every decoy and the real sender are named")
  func decoys() throws {
    let plant = try Plant(language: .en)
    let senders = (1...20).map { Plant.Station("10.20.3.\($0)") }
    for port in 0..<20 {
      for sender in senders { Self.probe(plant, Self.syn, from: sender, 40_000, to: Self.plc, 1_000 + port) }
    }
    let named = try Self.named(plant.finish(), "port-scan")
    #expect(Set(named) == Set(senders.map { [$0.ip, Self.plc.ip] }))
  }
}
