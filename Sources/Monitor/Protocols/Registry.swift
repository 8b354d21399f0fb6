// SPDX-License-Identifier: Apache-2.0

/// Every protocol there is. A new one is its own file and one line here.
enum Registry {
  static let dissectors: [any Dissector.Type] = [
    // Before Modbus/TCP: a CRC that is right says more than header fields that may be so by chance.
    ModbusRTU.self,
    Modbus.self,
    FINS.self,
    EtherNetIP.self,
    EtherNetIPLists.self,
    CIPIO.self,
    S7Comm.self,
    IEC104.self,
    DNP3.self,
    CCLinkIEFieldBasic.self,
    SLMP.self,
    OPCUA.self,
    Profinet.self,
    GOOSE.self,
    RoutableGOOSE.self,
  ]

  /// Every protocol's name by id: the dissectors' own, then those that are only carried.
  static func names(_ dissectors: [any Dissector.Type] = dissectors) -> [StaticString] {
    var names = dissectors.map { $0.name }
    for carried in dissectors.flatMap({ $0.carries })
    where !names.contains(where: { $0.description == carried.name.description }) {
      names.append(carried.name)
    }
    return names
  }
  static func id(_ name: String, among names: [StaticString]) -> DissectorID {
    names.firstIndex { $0.description == name }.map { DissectorID(rawValue: UInt8($0)) } ?? .none
  }
  /// The protocols whose messages hold those of `id`.
  static func carriers(
    of id: DissectorID, among dissectors: [any Dissector.Type] = dissectors
  ) -> [DissectorID] {
    let names = names(dissectors)
    guard Int(id.rawValue) < names.count else { return [] }
    let name = names[Int(id.rawValue)].description
    return dissectors.indices.filter { dissectors[$0].carries.contains { $0.name.description == name } }
      .map { named(DissectorID(rawValue: UInt8($0)), among: dissectors) }
  }

  /// The first framing of the protocol a dissector reads: policy knows protocols by name, whatever they are framed in.
  static func named(
    _ dissector: DissectorID, among dissectors: [any Dissector.Type] = dissectors
  ) -> DissectorID {
    guard Int(dissector.rawValue) < dissectors.count else { return dissector }
    let name = dissectors[Int(dissector.rawValue)].name.description
    let first = dissectors.firstIndex { $0.name.description == name }
    return first.map { DissectorID(rawValue: UInt8($0)) } ?? dissector
  }
}

/// The registry spread into tables when a run starts: a payload costs one load and one call.
struct DissectorTables {
  let dissectors: [any Dissector.Type]
  /// By id, carried protocols too.
  let names: [StaticString]
  /// By dissector: the first framing of the same protocol.
  let named: [DissectorID]
  /// By dissector: the ids of what it carries.
  let carried: [InlineArray<4, DissectorID>]
  /// Place in `lists` by port; 0 is the empty list.
  private var tcp = [UInt16](repeating: 0, count: 65_536)
  private var udp = [UInt16](repeating: 0, count: 65_536)
  private var etherTypes = [UInt16](repeating: 0, count: 65_536)
  private var lists: [[DissectorID]] = [[]]
  /// Protocols that can be told by content on any port.
  private(set) var anyTCP: [DissectorID] = []
  private(set) var unclaimedTCP: [DissectorID] = []
  private(set) var anyUDP: [DissectorID] = []

  init(_ dissectors: [any Dissector.Type] = Registry.dissectors) {
    self.dissectors = dissectors
    named = dissectors.indices.map { Registry.named(DissectorID(rawValue: UInt8($0)), among: dissectors) }
    let names = Registry.names(dissectors)
    self.names = names
    carried = dissectors.map { dissector in
      var ids = InlineArray<4, DissectorID>(repeating: .none)
      for (place, carried) in dissector.carries.enumerated() {
        ids[place] = Registry.id(carried.name.description, among: names)
      }
      return ids
    }
    for (index, dissector) in dissectors.enumerated() {
      let id = DissectorID(rawValue: UInt8(index))
      for selector in dissector.selectors {
        switch selector {
        case .tcp(let port): DissectorTables.add(id, to: &tcp[Int(port)], &lists)
        case .udp(let port): DissectorTables.add(id, to: &udp[Int(port)], &lists)
        case .anyTCP: anyTCP.append(id)
        case .unclaimedTCP: unclaimedTCP.append(id)
        case .anyUDP: anyUDP.append(id)
        case .etherType(let type): DissectorTables.add(id, to: &etherTypes[Int(type)], &lists)
        }
      }
    }
  }

  private static func add(_ id: DissectorID, to place: inout UInt16, _ lists: inout [[DissectorID]]) {
    if place == 0 {
      place = UInt16(lists.count)
      lists.append([id])
    } else {
      lists[Int(place)].append(id)
    }
  }

  /// The protocols expected on a port, most likely first.
  @inline(__always)
  func expected(_ port: UInt16, isTCP: Bool) -> [DissectorID] {
    lists[Int(isTCP ? tcp[Int(port)] : udp[Int(port)])]
  }
  /// The protocols of an EtherType.
  func expected(_ etherType: EtherType) -> [DissectorID] { lists[Int(etherTypes[Int(etherType.rawValue)])] }
  @inline(__always)
  func isExpected(_ etherType: EtherType) -> Bool { etherTypes[Int(etherType.rawValue)] != 0 }
  func isExpected(_ port: UInt16, isTCP: Bool) -> Bool { (isTCP ? tcp[Int(port)] : udp[Int(port)]) != 0 }
}
