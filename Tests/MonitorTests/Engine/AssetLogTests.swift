// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Support
import Testing

@testable import Monitor

/// Lines about devices: when one appears, when something of it changes, and at the end.
@Suite struct AssetLogTests {
  static let plc = Plant.Station("192.168.10.11", mac: 0x0200_0000_100B)
  static let hmi = Plant.Station("192.168.10.21", mac: 0x0200_0000_1015)
  static let stranger = Plant.Station("192.168.10.66", mac: 0x0200_0000_6666)
  /// Its frames let time pass.
  static let clock = Plant.Station("192.168.10.99", mac: 0x0200_0000_9999)

  /// `asset.id`, `asset.status` and `asset.changed` of a line.
  private static func summary(_ record: Record) -> String {
    ([record.text("asset.id"), record.text("asset.status")].compactMap { $0 }
      + (record.value("asset.changed") as? [String] ?? [])).joined(separator: " ")
  }
  private static func lines(_ records: [Record], of station: Plant.Station) -> [Record] {
    records.filter { $0.text("asset.mac") == mac(station) }
  }
  private static func mac(_ station: Plant.Station) -> String { MACAddress(rawValue: station.mac).description }
  private static func ips(_ record: Record?) -> [String] { record?.value("asset.ips") as? [String] ?? [] }
  private static func words(_ record: Record?, _ key: String) -> [String] {
    record?.value("asset.\(key)") as? [String] ?? []
  }
  private static func time(_ record: Record?, _ key: String = "timestamp") -> Double {
    let parts = (record?.text(key) ?? "").prefix(26).split { "T:".contains($0) }
    guard parts.count == 4 else { return -1 }
    return (Double(parts[1]) ?? 0) * 3600 + (Double(parts[2]) ?? 0) * 60 + (Double(parts[3]) ?? 0)
  }
  private static func pass(_ plant: Plant, _ seconds: Int) {
    for _ in 0..<seconds { plant.send(plant.ethernet([0], 0x88B5, from: clock, to: plc), wait: 1) }
  }

  // MARK: Appearing and changing

  @Test("a device has a line five seconds after its first frame, and then at most one a minute, with its newest state")
  func changes() throws {
    let plant = try Plant(site: Plant.site, language: .en, log: .assets)
    plant.send(plant.arp(1, Self.plc, Self.hmi))
    Self.pass(plant, 4)
    #expect(try plant.written().isEmpty)
    Self.pass(plant, 3)
    var lines = Self.lines(try plant.written(), of: Self.plc)
    #expect(lines.map(Self.summary) == ["02:00:00:00:10:0b new"])
    let first = try #require(lines.first)
    #expect(Self.ips(first) == ["192.168.10.11"])
    for (key, value) in [
      "zone": "line", "name": "plc", "role": "plc", "role_reason": "site-file", "mac": "02:00:00:00:10:0b",
    ] { #expect(first.text("asset.\(key)") == value) }
    #expect(first.value("asset.known") as? Bool == true)
    #expect(Self.words(first, "sources") == ["site-file"])
    for key in ["vendor", "model", "vlans", "names", "protocols", "behind", "os"] {
      #expect(first.value("asset.\(key)") == nil)
    }
    #expect(5...7 ~= Self.time(first) - Self.time(first, "asset.first_seen"))

    // Two more addresses within a minute are one line, and it comes when the minute is over.
    plant.send(plant.arp(1, Plant.Station("192.168.10.13", mac: Self.plc.mac), Self.hmi))
    Self.pass(plant, 20)
    plant.send(plant.arp(1, Plant.Station("192.168.10.14", mac: Self.plc.mac), Self.hmi))
    Self.pass(plant, 20)
    #expect(Self.lines(try plant.written(), of: Self.plc).count == 1)
    Self.pass(plant, 30)
    lines = Self.lines(try plant.written(), of: Self.plc)
    #expect(lines.map(Self.summary) == ["02:00:00:00:10:0b new", "02:00:00:00:10:0b changed ips"])
    #expect(Self.ips(lines.last) == ["192.168.10.11", "192.168.10.13", "192.168.10.14"])
    #expect(60...62 ~= Self.time(lines.last) - Self.time(first))

    // Nothing new, nothing written; at the end, who was seen since.
    plant.send(plant.arp(1, Self.plc, Self.hmi))
    Self.pass(plant, 200)
    #expect(Self.lines(try plant.written(), of: Self.plc).count == 2)
    lines = Self.lines(try plant.finish(), of: Self.plc)
    #expect(lines.map(Self.summary).last == "02:00:00:00:10:0b final" && lines.count == 3)
    #expect(Self.ips(lines.last).count == 3)
  }

  @Test("a device that was not seen since its line has no further one at the end")
  func gone() throws {
    let plant = try Plant(language: .en, log: .assets)
    plant.send(plant.arp(1, Self.plc, Self.hmi))
    Self.pass(plant, 100)
    let records = try plant.finish()
    #expect(Self.lines(records, of: Self.plc).map(Self.summary) == ["02:00:00:00:10:0b new"])
    #expect(Self.lines(records, of: Self.clock).map(Self.summary).last == "02:00:00:00:99:99 final")
    // Without a site file neither is known.
    #expect(records.allSatisfy { $0.value("asset.zone") == nil && $0.value("asset.known") == nil })
  }

  @Test("what a device speaks, answers and asks for is in its lines when it does so for the first time")
  func talk() throws {
    let plant = try Plant(site: Plant.site, language: .en, log: .assets)
    let connection = Connection(plant, from: Self.hmi, to: Self.plc).open()
    Self.pass(plant, 7)
    for _ in 0..<3 { connection.read() }
    Self.pass(plant, 70)
    let records = try plant.written()
    let (hmi, plc) = (Self.lines(records, of: Self.hmi), Self.lines(records, of: Self.plc))
    #expect(hmi.map(Self.summary) == ["02:00:00:00:10:15 new", "02:00:00:00:10:15 changed protocols actions"])
    #expect(Self.words(hmi.last, "protocols") == ["modbus"] && Self.words(hmi.last, "actions") == ["read"])
    #expect(plc.map(Self.summary) == ["02:00:00:00:10:0b new", "02:00:00:00:10:0b changed protocols offers"])
    #expect(Self.words(plc.last, "offers") == ["modbus"] && Self.words(plc.last, "actions").isEmpty)
    for _ in 0..<3 { connection.write() }
    Self.pass(plant, 70)
    let last = Self.lines(try plant.written(), of: Self.hmi).last
    #expect(last.map(Self.summary) == "02:00:00:00:10:15 changed actions")
    #expect(Self.words(last, "actions") == ["read", "write"])
    // Another conversation does the same.
    Connection(plant, from: Self.hmi, to: Self.plc, clientPort: 40_001).open().write()
    Self.pass(plant, 70)
    #expect(Self.lines(try plant.written(), of: Self.hmi).count == 3)
  }

  @Test("what a device says of itself, and says anew")
  func identity() throws {
    let plant = try Plant(language: .en, log: .assets)
    // An answer to Identify (IEC 61158-6-10, 4.3: DCP): type and name of the station.
    func identify(_ name: String) {
      func block(_ kind: UInt8, _ text: String) -> [UInt8] {
        [2, kind] + big(2 + text.utf8.count) + [0, 0] + Array(text.utf8) + (text.utf8.count % 2 == 1 ? [0] : [])
      }
      let blocks = block(1, "ET200SP") + block(2, name)
      let message: [UInt8] = [0xFE, 0xFF, 5, 1, 0, 0, 0, 4, 0, 0] + big(blocks.count) + blocks
      plant.send(plant.ethernet(message, 0x8892, from: Self.plc, to: Self.hmi))
    }
    identify("conveyor-1")
    Self.pass(plant, 70)
    let first = Self.lines(try plant.written(), of: Self.plc)
    #expect(first.map(Self.summary) == ["02:00:00:00:10:0b new"])
    #expect(first.last?.text("asset.model") == "ET200SP" && Self.words(first.last, "names") == ["conveyor-1"])
    #expect(Self.words(first.last, "sources") == ["profinet-dcp"])
    identify("conveyor-1")
    Self.pass(plant, 70)
    #expect(Self.lines(try plant.written(), of: Self.plc).count == 1)
    identify("conveyor-2")
    Self.pass(plant, 10)
    let last = Self.lines(try plant.written(), of: Self.plc).last
    #expect(last.map(Self.summary) == "02:00:00:00:10:0b changed names")
    #expect(Self.words(last, "names") == ["conveyor-2"])
  }

  @Test("a device without IP: its VLANs, and its protocol")
  func withoutIP() throws {
    let plant = try Plant(language: .en, log: .assets)
    let station = Plant.Station("0.0.0.0", mac: 0x000E_8CAA_BB02)
    func speak(_ vlan: Int) {
      plant.send(
        plant.ethernet(
          [0x80, 0x01] + [UInt8](repeating: 0, count: 40) + [0, 1, 0x35, 0], 0x8892, from: station,
          to: Self.plc, vlan: vlan))
    }
    speak(10)
    Self.pass(plant, 10)
    speak(20)
    speak(10)
    Self.pass(plant, 70)
    let lines = Self.lines(try plant.written(), of: station)
    #expect(lines.map(Self.summary) == ["00:0e:8c:aa:bb:02 new", "00:0e:8c:aa:bb:02 changed vlans"])
    #expect(lines.map { $0.value("asset.vlans") as? [Int] ?? [] } == [[10], [10, 20]])
    #expect(Self.words(lines.first, "protocols") == ["profinet-rt"])
    #expect(lines.allSatisfy { $0.value("asset.ips") == nil })
  }

  @Test("an address seen through a router is a device of its own, until it turns out whose it is")
  func merged() throws {
    let plant = try Plant(language: .en, log: .assets)
    let far = Plant.Station("10.9.0.5", mac: 0x0200_0000_1001)
    plant.send(plant.udp([1], 9, 9, from: far, to: Self.plc, hopLimit: 100))
    Self.pass(plant, 10)
    let before = try plant.written().filter { $0.text("asset.id") == "10.9.0.5" }
    #expect(before.map(Self.summary) == ["10.9.0.5 new"] && before.first?.text("asset.mac") == nil)
    plant.send(plant.arp(1, Plant.Station("10.9.0.5", mac: Self.stranger.mac), Self.plc))
    Self.pass(plant, 70)
    let records = try plant.finish()
    let old = records.filter { $0.text("asset.id") == "10.9.0.5" }
    #expect(old.map(Self.summary) == ["10.9.0.5 new", "10.9.0.5 merged"])
    #expect(old.last?.text("asset.merged_into") == Self.mac(Self.stranger))
    #expect(Self.ips(Self.lines(records, of: Self.stranger).last) == ["10.9.0.5"])
  }

  @Test("another site file is news of the devices that it says something else of")
  func replaced() throws {
    let plant = try Plant(site: Plant.site, language: .en, log: .assets)
    plant.send(plant.arp(1, Self.plc, Self.hmi))
    plant.send(plant.arp(1, Self.hmi, Self.plc))
    Self.pass(plant, 70)
    let before = try plant.written().count
    try plant.replace(site: Plant.site.replacing("role: plc}\n  plc-2", with: "role: rtu}\n  plc-2"))
    Self.pass(plant, 10)
    let news = Array(try plant.written().dropFirst(before))
    #expect(news.map(Self.summary) == ["02:00:00:00:10:0b changed role"])
    #expect(news.first?.text("asset.role") == "rtu")
  }

  // MARK: Bounds

  @Test("a device with more addresses and VLANs than a line has lists the latest ones, and says so")
  func many() throws {
    let plant = try Plant(language: .en, log: .assets)
    for number in 1...40 {
      plant.send(plant.arp(1, Plant.Station("192.168.10.\(number)", mac: Self.stranger.mac), Self.hmi), wait: 0.1)
      plant.send(plant.ethernet([0], 0x88B5, from: Self.stranger, to: Self.plc, vlan: number))
    }
    let line = Self.lines(try plant.finish(), of: Self.stranger).first
    #expect(Self.ips(line).count == 16 && Self.ips(line).last == "192.168.10.40")
    #expect(line?.value("asset.more_ips") as? Bool == true)
    #expect((line?.value("asset.vlans") as? [Int]) == Array(1...32))
    #expect(line?.value("asset.more_vlans") as? Bool == true)
  }

  @Test("a flood of addresses writes no more lines than the budget has, and keeps no real device out")
  func flood() throws {
    let plant = try Plant(language: .en, log: [.assets, .stats])
    let forged = 70_000
    func flood(_ numbers: Range<Int>) {
      for number in numbers {
        let station = Plant.Station("0.0.0.0", mac: 0x0600_0000_0000 | UInt64(number))
        plant.send(plant.ethernet([0], 0x88B5, from: station, to: Self.plc), wait: 0.00003)
      }
    }
    flood(0..<35_000)
    plant.send(plant.ethernet([0], 0x88B5, from: Self.stranger, to: Self.plc))
    flood(35_000..<forged)
    plant.send(plant.ethernet([0], 0x88B5, from: Self.stranger, to: Self.plc))
    Self.pass(plant, 30)
    let during = try plant.written().filter { $0.text("event_type") == "asset" }
    #expect(during.count >= 1_000 && during.count <= 1_000 + 30 * 10)
    #expect(Self.lines(during, of: Self.stranger).count == 1)
    #expect(Self.lines(during, of: Self.clock).count == 1)
    let records = try plant.finish()
    let stats = records.last { $0.text("event_type") == "monitor" }
    let new = records.count { $0.text("asset.status") == "new" }
    let omitted = stats?.number("monitor.output.assets_omitted") ?? 0
    // Forged devices, the stranger, and the one that lets time pass: each has a line, or is counted.
    #expect(omitted > 4_000 && new + omitted == forged + 2)
    #expect(Set(records.compactMap { $0.text("asset.id") }).count == new)
  }

  @Test("a line that says all there can be stays within what indexes take")
  func longest() throws {
    let names = Set(Registry.dissectors.flatMap { [$0.name] + $0.carries.map(\.name) }.map(\.description))
    var asset = Samples.asset(.changed, isFull: true)
    asset.ips = (0..<DeviceLedger.ipLimit).compactMap { IPAddress("2001:db8:1111:2222:3333:4444:5555:666\($0 % 10)") }
    asset.vlans = (0..<DeviceLedger.vlanLimit).map { 4_000 + UInt16($0) }
    asset.names = (0..<AssetRecord.nameLimit).map { "\($0)" + String(repeating: "\u{1}", count: 300) }
    asset.vendor = asset.names.first
    asset.model = asset.names.first
    asset.firmware = asset.names.first
    asset.serial = asset.names.first
    (asset.protocols, asset.offers, asset.sources) = (names.sorted(), names.sorted(), names.sorted() + ["site-file"])
    asset.actions = Action.allCases.map(\.word)
    asset.mergedInto = asset.id
    var records = Records(Samples.context())
    let line = try #require(try written { records.asset(asset, to: &$0) }.first)
    let record = try Record(line)
    #expect(record.isFlat && record.leaves < 256 && line.utf8.count < 10_000, "\(record.leaves), \(line.utf8.count)")
  }

  @Test("a clock that jumps back delays a line, and loses none")
  func backwards() throws {
    let plant = try Plant(language: .en, log: .assets)
    plant.send(plant.arp(1, Self.plc, Self.hmi))
    Self.pass(plant, 10)
    plant.wait(-7_200)
    plant.send(plant.arp(1, Plant.Station("192.168.10.13", mac: Self.plc.mac), Self.hmi))
    plant.send(plant.arp(1, Self.stranger, Self.hmi))
    Self.pass(plant, 200)
    let records = try plant.finish()
    #expect(Self.ips(Self.lines(records, of: Self.plc).last) == ["192.168.10.11", "192.168.10.13"])
    #expect(Self.lines(records, of: Self.stranger).map(Self.summary) == ["02:00:00:00:66:66 new"])
  }
}
