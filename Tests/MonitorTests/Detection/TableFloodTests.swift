// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// `table-flood`: a table filled so fast that entries in use are evicted, and by whom.
@Suite struct TableFloodTests {
  private static let office = Plant.Station("10.20.3.7")
  private static let plc = Plant.Station("192.168.10.11")

  /// Datagrams that each begin a flow, the senders by their number.
  private func datagrams(
    _ count: Int, in seconds: Double, _ plant: Plant, from: (Int) -> Plant.Station = { _ in office }
  ) {
    for number in 0..<count {
      plant.send(
        plant.udp([0], 1_024 + number % 60_000, 9, from: from(number), to: Self.plc), wait: seconds / Double(count))
    }
  }

  private func floods(_ plant: Plant) throws -> [Record] {
    try plant.finish().filter { $0.number("alert.signature_id") == 1_790_034 }
  }

  @Test func `whoever fills the flow table is named, once`() throws {
    let plant = try Plant(language: .en, flowLimit: 1_024)
    datagrams(3_000, in: 1, plant)
    let alerts = try floods(plant)
    #expect(Set(alerts.map { $0.text("src_ip") }) == ["10.20.3.7"])
    #expect(Set(alerts.map { $0.text("alert.context.alert_id") }).count == 1)
    #expect(
      alerts.first?.text("alert.context.ooda.observe.summary")
        == "10.20.3.7 fills the monitor's table of flows; entries still in use are evicted.")
  }

  @Test func `an hour later, in the middle of another's flood, a second one is named, too`() throws {
    let plant = try Plant(language: .en, flowLimit: 1_024)
    let second = Plant.Station("10.20.3.8")
    datagrams(3_000, in: 1, plant)
    plant.wait(3_600)
    datagrams(3_000, in: 1, plant)
    datagrams(6_000, in: 2, plant) { $0 % 3 == 0 ? second : Self.office }
    datagrams(6_000, in: 20, plant) { $0 % 3 == 0 ? second : Self.office }
    #expect(Set(try floods(plant).map { $0.text("src_ip") }) == ["10.20.3.7", "10.20.3.8"])
  }

  @Test func `forged addresses from one device are that device, from many are many`() throws {
    func forged(_ number: Int, mac: UInt64? = nil) -> Plant.Station {
      Plant.Station("10.21.\(number / 250).\(1 + number % 250)", mac: mac)
    }
    let one = try Plant(language: .en, flowLimit: 1_024)
    datagrams(3_000, in: 1, one) { forged($0, mac: 0x0200_0000_0307) }
    let ofDevice = try floods(one)
    #expect(ofDevice.count >= 1 && ofDevice.allSatisfy { $0.text("ether.src_mac") == "02:00:00:00:03:07" })
    let many = try Plant(language: .en, flowLimit: 1_024)
    datagrams(3_000, in: 1, many) { forged($0) }
    let ofMany = try floods(many)
    #expect(ofMany.count >= 1)
    #expect(
      ofMany.allSatisfy {
        $0.text("alert.context.ooda.observe.summary")?.hasPrefix("Many senders together fill") == true
      })
  }

  @Test func `slow turnover of old entries is none, nor is a table that is merely full`() throws {
    let plant = try Plant(language: .en, flowLimit: 1_024)
    datagrams(3_000, in: 3_600, plant)
    #expect(try floods(plant).isEmpty)
    let full = try Plant(language: .en, flowLimit: 1_024)
    datagrams(1_030, in: 1, full)
    #expect(try floods(full).isEmpty)
  }

  @Test func `an answered flow outlives a flood of others`() throws {
    let plant = try Plant(site: Plant.site, language: .en, log: .flows, flowLimit: 1_024)
    let hmi = Plant.Station("192.168.10.21")
    let connection = Connection(plant, from: hmi, to: Self.plc).open()
    connection.read()
    datagrams(5_000, in: 1, plant)
    connection.read()
    connection.close()
    let flows = try plant.finish().filter { $0.number("dest_port") == 502 }
    #expect(flows.count == 1, "one flow, not two halves")
  }

  @Test func `devices that stay are known after a flood of forged ones`() {
    var inventory = Inventory(limit: 64, seed: 1)
    func moment(_ seconds: Double) -> Moment {
      var moment = Moment()
      moment.time = Int64(seconds * 1e9)
      return moment
    }
    let real = (1...20).map { MACAddress(rawValue: 0x0200_0000_1000 | $0) }
    for second in [0.0, 5] {
      for (number, mac) in real.enumerated() {
        _ = inventory.station(mac, moment(second))
        let ip = IPAddress(v4: 0x0A00_0001 + UInt32(number))
        if second == 0 {
          let slot = inventory.bind(ip, mac, moment(second))
          inventory.bindings[slot].isReported = true
        } else {
          let isKnown = inventory.confirm(ip, at: mac, moment(second).time) != nil
          #expect(isKnown)
        }
      }
    }
    for number in 0..<10_000 {
      let time = moment(6 + Double(number) / 1_000)
      let forged = MACAddress(rawValue: 0x0600_0000_0000 | UInt64(number))
      _ = inventory.station(forged, time)
      _ = inventory.bind(IPAddress(v4: 0x0B00_0000 + UInt32(number)), forged, time)
    }
    for (number, mac) in real.enumerated() {
      #expect(inventory.knows(mac))
      #expect(inventory.provenMAC(of: IPAddress(v4: 0x0A00_0001 + UInt32(number))) == mac)
    }
  }
}
