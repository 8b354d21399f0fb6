// SPDX-License-Identifier: Apache-2.0

/// Who tried to reach what: the sender of a flow's first packet, whatever is thought of who began.
struct Attempt {
  let source: IPAddress
  let destination: IPAddress
  let ipProtocol: UInt8
  /// 0 where the transport has none.
  let port: UInt16
  /// In which direction of its flow it was sent.
  let direction: Direction
  /// Of whom it tried to reach.
  let zone: ZoneID

  @inline(__always)
  init(_ conversation: borrowing Conversation) {
    ipProtocol = conversation.flow.ipProtocol
    direction = conversation.beginner
    zone = conversation.party(conversation.beginner.reversed).zone
    if direction == .toServer {
      (source, destination) = (conversation.flow.client, conversation.flow.server)
      port = conversation.flow.serverPort
    } else {
      (source, destination) = (conversation.flow.server, conversation.flow.client)
      port = conversation.flow.clientPort
    }
  }

  /// The number of the transport is itself what is tried out.
  var isOfProtocol: Bool {
    switch ipProtocol {
    case IPProtocol.tcp.rawValue, IPProtocol.udp.rawValue, IPProtocol.udpLite.rawValue, IPProtocol.icmp.rawValue,
      IPProtocol.icmpv6.rawValue:
      false
    default: port == 0
    }
  }
}

/// The attempts of the last seconds, by the station that their frames were sent to. A router asks for the address of
/// each before it forwards them, and that is no sweep of its own: a small hash table in which newer entries overwrite
/// older ones.
struct ForwardedAttempts {
  private var entries = [(wanted: IPAddress, station: MACAddress, time: Int64)](
    repeating: (.none, .none, .min / 2), count: 4096)
  /// Nanoseconds that a router goes on asking: RFC 4861, 10 gives it three tries, a second apart, and others take
  /// longer.
  private static let patience: UInt64 = 10_000_000_000

  private func place(_ wanted: IPAddress, _ station: MACAddress) -> Int {
    Int(truncatingIfNeeded: mix(mix(wanted.low ^ wanted.high, station.rawValue), 0) >> 16) & 4095
  }
  mutating func note(_ wanted: IPAddress, at station: MACAddress, _ time: Int64) {
    entries[place(wanted, station)] = (wanted, station, time)
  }
  /// Whether a station has been sent an attempt to reach `wanted`.
  func contains(_ wanted: IPAddress, at station: MACAddress, _ time: Int64) -> Bool {
    let entry = entries[place(wanted, station)]
    return entry.wanted == wanted && entry.station == station
      && (time &- entry.time).magnitude < ForwardedAttempts.patience
  }
}

/// Hosts whose partners' answers the monitor sees. Silence means something for these only: a mirror port may show one
/// direction.
struct AnsweredHosts {
  private var table: BoundedTable<AddressKey, Bool>
  var evictions: Evictions { table.evictions }

  init(seed: UInt64) { table = BoundedTable(limit: 16_384, seed: seed) }

  private static func key(_ ip: IPAddress) -> AddressKey { AddressKey(low: ip.low, high: ip.high) }

  mutating func note(_ ip: IPAddress, _ time: Int64) { table.set(AnsweredHosts.key(ip), true, at: time) }
  func contains(_ ip: IPAddress) -> Bool { table.find(AnsweredHosts.key(ip)) != nil }
}
