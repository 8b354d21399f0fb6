// SPDX-License-Identifier: Apache-2.0

/// The list of dissectors, expanded into lookup tables when a run starts: a payload costs one load and one call.
struct DissectorTables {
  let dissectors: [any Dissector.Type]
  /// The name of every protocol by ID: first the dissectors, then the protocols that are only carried.
  let names: [StaticString]
  /// For each dissector, the first framing of the same protocol. Policy knows protocols by name, whatever their
  /// framing.
  let named: [DissectorID]
  /// The IDs of all carried protocols, dissector by dissector; and for each dissector, where its own begin.
  let carriedIDs: [DissectorID]
  let firstCarried: [Int]
  /// Index into `lists` by port; 0 is the empty list.
  private var tcp = [UInt16](repeating: 0, count: 65_536)
  private var udp = [UInt16](repeating: 0, count: 65_536)
  private var etherTypes = [UInt16](repeating: 0, count: 65_536)
  private var lists: [[DissectorID]] = [[]]
  /// Server ports, one bit each.
  private var servers = [UInt64](repeating: 0, count: 1024)
  /// Protocols that content identifies on any port.
  private(set) var anyTCP: [DissectorID] = []
  private(set) var unclaimedTCP: [DissectorID] = []
  private(set) var anyUDP: [DissectorID] = []

  /// `serverPorts` are server ports in addition to those of the dissectors and the system ports.
  init(_ dissectors: [any Dissector.Type], serverPorts: [ClosedRange<UInt16>] = []) {
    self.dissectors = dissectors
    var names = dissectors.map { $0.name }
    for carried in dissectors.flatMap({ $0.carries })
    where !names.contains(where: { $0.description == carried.name.description }) {
      names.append(carried.name)
    }
    self.names = names
    let words = names.map(\.description)
    func first(_ name: StaticString) -> DissectorID {
      words.firstIndex(of: name.description).map { DissectorID(rawValue: UInt8($0)) } ?? .none
    }
    named = dissectors.map { first($0.name) }
    carriedIDs = dissectors.flatMap { $0.carries.map { first($0.name) } }
    var places: [Int] = []
    for dissector in dissectors { places.append((places.last ?? 0) + dissector.carries.count) }
    firstCarried = [0] + places.dropLast()

    // The system ports (RFC 6335, 6) without 0, which no service uses.
    for port in 1..<1024 { servers[port >> 6] |= 1 << UInt64(port & 63) }
    for port in serverPorts.joined() { addServer(port) }
    for (index, dissector) in dissectors.enumerated() {
      let id = DissectorID(rawValue: UInt8(index))
      for selector in dissector.selectors {
        switch selector {
        case .tcp(let port):
          DissectorTables.add(id, to: &tcp[Int(port)], &lists)
          addServer(port)
        case .udp(let port):
          DissectorTables.add(id, to: &udp[Int(port)], &lists)
          addServer(port)
        case .anyTCP: anyTCP.append(id)
        case .unclaimedTCP: unclaimedTCP.append(id)
        case .anyUDP: anyUDP.append(id)
        case .etherType(let type): DissectorTables.add(id, to: &etherTypes[Int(type)], &lists)
        }
      }
    }
  }

  private mutating func addServer(_ port: UInt16) { servers[Int(port >> 6)] |= 1 << UInt64(port & 63) }

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
  /// Whether a port belongs to a server: a system port, or one of an industrial protocol. Used only where no handshake
  /// was seen.
  func isServer(_ port: UInt16) -> Bool { servers[Int(port >> 6)] & 1 << UInt64(port & 63) != 0 }

  /// The protocols that carry messages of `id`.
  func carriers(of id: DissectorID) -> [DissectorID] {
    dissectors.indices.filter { place in
      let first = firstCarried[place]
      return carriedIDs[first..<first + dissectors[place].carries.count].contains(id)
    }.map { named[$0] }
  }
}
