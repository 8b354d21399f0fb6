// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Testing

@testable import Monitor

/// Who uses which address: what is a conflict, what is spoofing, and what is neither. Recorded and literal
/// captures have more cases.
@Suite struct AddressClaimTests {
  private static let hmi = Plant.Station("192.168.10.21")
  private static let plc = Plant.Station("192.168.10.11")
  private static let attacker: UInt64 = 0x0200_0000_6666

  private static func claimed(_ count: Int, wait: Double) throws -> [String: UInt64] {
    let plant = try Plant()
    let stations = (0..<count).map { Plant.Station("192.168.10.\(11 + $0)") }
    for station in stations { plant.send(plant.udp([1], 5000, 5001, from: station, to: hmi)) }
    for station in stations {
      plant.send(plant.arp(1, Plant.Station(station.ip, mac: attacker), Plant.Station(station.ip)), wait: wait)
      plant.send(plant.udp([1], 5000, 5001, from: station, to: hmi))
    }
    return plant.found
  }

  @Test("a MAC address that claims three other devices' addresses within a minute is spoofing; two are not enough")
  func many() throws {
    #expect(try Self.claimed(2, wait: 0.5)["arp-spoofing"] == nil)
    #expect(try Self.claimed(3, wait: 0.5)["arp-spoofing"] != nil)
    #expect(try Self.claimed(3, wait: 40)["arp-spoofing"] == nil)
  }

  @Test(
    "unsolicited claims made before the holder is seen do not make their sender the holder", arguments: [1, 3])
  func before(_ claims: Int) throws {
    let plant = try Plant()
    let spoofer = Plant.Station(Self.plc.ip, mac: Self.attacker)
    for _ in 0..<claims { plant.send(plant.arp(2, spoofer, Self.hmi, to: Self.hmi), wait: 1.6) }
    for _ in 0..<5 { plant.send(plant.udp([1], 5000, 5001, from: Self.plc, to: Self.hmi), wait: 0.5) }
    #expect(plant.found == (claims < 3 ? [:] : ["arp-spoofing": 1]))
    // The device that uses the address is its holder.
    plant.send(plant.arp(2, spoofer, Self.hmi, to: Self.hmi))
    #expect(plant.kinds == ["arp-spoofing"])
  }

  @Test("a host that occasionally sends from its second network card is not spoofing, however often it does")
  func twoCards() throws {
    let plant = try Plant()
    for _ in 0..<6 {
      plant.send(plant.udp([1], 5000, 5001, from: Self.plc, to: Self.hmi))
      plant.send(plant.udp([1], 67, 68, from: Plant.Station(Self.plc.ip, mac: Self.attacker), to: Self.hmi), wait: 70)
    }
    #expect(plant.found["arp-spoofing"] == nil)
  }
}
