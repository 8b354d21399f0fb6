// SPDX-License-Identifier: Apache-2.0

/// Two ends talking: who began, how much, and in which state. Plain data.
struct Flow {
  /// How it is known who began.
  enum Basis: UInt8, Sendable {
    /// The handshake was seen.
    case syn
    /// One port is a protocol's own, the other is not.
    case wellKnownPort
    /// The messages themselves distinguish question from answer.
    case content
    /// The flow was seen before, and had ended for the monitor only: silent for too long, or evicted.
    case earlier
    /// The sender of the first packet seen.
    case firstSeen
    var word: String { "\(self)" }
  }

  /// Why it is reported while it lasts.
  enum Report: UInt8, Sendable { case start, hourly }

  /// Why it ended.
  enum End: UInt8, Sendable { case timeout, finished, reset, evicted, reused, shutdown }

  /// One direction. What each packet reads comes first, so that it lies in 64 bytes.
  struct Half {
    var packets: UInt64 = 0
    /// On the wire, link header included.
    var bytes: UInt64 = 0
    /// Address this end's latest frame came from.
    var mac = MACAddress.none
    /// When the sender was last compared with the inventory.
    var watched: Int64 = .min / 2
    var identifications = Identifications()
    /// Packets with right and with wrong checksums; they stop counting at their maximum.
    var goodChecksums: UInt16 = 0
    var badChecksums: UInt16 = 0
    var flags = TCPFlags(rawValue: 0)
    var hopLimits = HopLimits()

    /// What the sender was when it was last looked at.
    enum Sender: UInt8 {
      case notable
      /// A known device with its own address.
      case own
      /// A known device behind a router.
      case forwarded
    }
    private var lastSender = Sender.notable
    /// Until then it need not be looked at again, as long as its packets come as they did.
    private var restsUntil = Int64.min

    /// Frames come from another address now.
    mutating func changeMAC(_ new: MACAddress) {
      mac = new
      restsUntil = .min
    }
    mutating func rest(_ sender: Sender, until time: Int64) {
      lastSender = sender
      restsUntil = time
    }
    // Mutating, although they change nothing: otherwise both directions are loaded to ask one of them.
    @inline(__always)
    mutating func sender() -> Sender { lastSender }
    @inline(__always)
    mutating func rests(at time: Int64) -> Bool { time < restsUntil }

    @inline(__always)
    fileprivate mutating func count(_ byteCount: Int) {
      packets += 1
      bytes &+= UInt64(byteCount)
    }
    @inline(__always)
    fileprivate mutating func countGoodChecksum() { if goodChecksums < .max { goodChecksums += 1 } }
  }

  // What each packet reads comes first.
  var client: IPAddress
  var server: IPAddress
  var clientPort: UInt16
  var serverPort: UInt16
  /// IP protocol number; 0 without IP.
  let ipProtocol: UInt8
  /// Without IP: the ends are MAC addresses, the ports both the EtherType.
  let isLink: Bool
  var tcp = TCPState.none
  var basis: Basis
  /// Nanoseconds, from the capture.
  var last: Int64
  private var halves: InlineArray<2, Half> = [Half(), Half()]
  var toServer: Half {
    @inline(__always) get { halves[0] }
    @inline(__always) _modify { yield &halves[0] }
  }
  var toClient: Half {
    @inline(__always) get { halves[1] }
    @inline(__always) _modify { yield &halves[1] }
  }

  let id: UInt64
  let start: Int64
  /// The options of the first SYN.
  var options = TCPOptionLayout.unknown
  /// When the next interim record is due.
  var nextReport: Int64
  /// VLAN of the first packet.
  let vlan: UInt16
  /// It can have begun before the monitor listened, so that its first packet seen need not be its first one.
  var mayBeOlder = false
  /// Type and code of the first packet, if it is ICMP or ICMPv6.
  let icmpType: UInt8
  let icmpCode: UInt8

  /// A flow is long once it has been spoken in for so long, from the first packet to the latest (nanoseconds): then it
  /// is reported for the first time. Shorter ones are reported at their end alone, so that they are not doubled.
  static let longAge: Int64 = 60_000_000_000
  /// How often a long flow is reported while it lasts (nanoseconds).
  static let reportInterval: Int64 = 3_600_000_000_000

  /// A flow begun by `packet`, the `frame`th of the capture.
  @inline(__always)
  init(
    _ packet: borrowing Packet, time: Int64, frame: UInt64, sourceIsServer: Bool, basis: Basis, isLink: Bool = false
  ) {
    self.isLink = isLink
    ipProtocol = isLink ? 0 : packet.ipProtocol.rawValue
    vlan = packet.vlan
    let icmp = packet.bytes.slice(packet.transportOffset, 2)
    let isICMP = packet.transport == .icmp || packet.transport == .icmpv6
    icmpType = isICMP && icmp.byteCount == 2 ? icmp.u8(0) : 0
    icmpCode = isICMP && icmp.byteCount == 2 ? icmp.u8(1) : 0
    start = time
    last = time
    nextReport = time &+ Flow.longAge
    self.basis = basis
    if sourceIsServer {
      (client, clientPort, server, serverPort) = (
        packet.destinationIP, packet.destinationPort, packet.sourceIP, packet.sourcePort
      )
    } else {
      (client, clientPort, server, serverPort) = (
        packet.sourceIP, packet.sourcePort, packet.destinationIP, packet.destinationPort
      )
    }
    // Not seeded: the same capture gives the same id. 53 bits, so that every JSON reader keeps it exact.
    var hash = mix(0x5E_B15_40, client.low ^ client.high &* 31)
    hash = mix(hash, server.low ^ server.high &* 31)
    // Without IP, 255: a number that no IP packet on a network has, so that identifiers stay what they were.
    hash = mix(hash, UInt64(clientPort) << 32 | UInt64(serverPort) << 16 | UInt64(isLink ? 255 : ipProtocol))
    hash = mix(hash, UInt64(bitPattern: time))
    id = mix(hash, frame) >> 11
  }

  /// IP protocol number, as records have it: nil without IP.
  var transport: UInt8? { isLink ? nil : ipProtocol }

  /// A conversation between two stations without IP, begun by `packet`.
  init(link packet: borrowing Packet, time: Int64, frame: UInt64) {
    self.init(packet, time: time, frame: frame, sourceIsServer: false, basis: .firstSeen, isLink: true)
    clientPort = packet.etherType.rawValue
    serverPort = packet.etherType.rawValue
    toServer.mac = packet.source
    toClient.mac = packet.destination
  }

  /// Which report of a flow that lasts is due, now that `nextReport` is over; nil if none is yet.
  mutating func dueReport(at time: Int64) -> Report? {
    let isFirst = nextReport &- start < Flow.reportInterval
    guard isFirst, time &- start < Flow.reportInterval else {
      nextReport = time &+ Flow.reportInterval
      return .hourly
    }
    guard last &- start >= Flow.longAge else { return nil }
    nextReport = start &+ Flow.reportInterval
    return .start
  }

  /// Whether it is certain who began.
  var isDirectionCertain: Bool {
    switch basis {
    case .syn, .content, .earlier: true
    case .wellKnownPort: !mayBeOlder
    case .firstSeen: !(mayBeOlder && ipProtocol == IPProtocol.tcp.rawValue)
    }
  }

  var isICMP: Bool { ipProtocol == IPProtocol.icmp.rawValue || ipProtocol == IPProtocol.icmpv6.rawValue }
  /// An ICMP message about another packet (RFC 792; RFC 4443, 2.1: types below 128): it does not initiate anything.
  var isICMPError: Bool {
    ipProtocol == IPProtocol.icmpv6.rawValue
      ? icmpType < 128
      : ipProtocol == IPProtocol.icmp.rawValue && [3, 4, 5, 11, 12].contains(icmpType)
  }

  @inline(__always)
  func direction(of packet: borrowing Packet) -> Direction {
    if isLink { return packet.source == toServer.mac ? .toServer : .toClient }
    return packet.sourceIP == client && packet.sourcePort == clientPort ? .toServer : .toClient
  }

  /// Read by name: at a place that is known only then, the whole array is copied first.
  @inline(__always)
  subscript(direction: Direction) -> Half {
    get { direction == .toServer ? halves[0] : halves[1] }
    @inline(__always) _modify { yield &halves[Int(direction.rawValue & 1)] }
  }

  /// Counts a packet. A call each, and not through the subscript: its access is a coroutine, a cost at every packet.
  @inline(__always)
  mutating func count(_ packet: borrowing Packet, at time: Int64) {
    count(direction(of: packet), bytes: packet.bytes.byteCount, at: time)
  }
  @inline(__always)
  mutating func count(_ direction: Direction, bytes: Int, at time: Int64) {
    last = max(last, time)
    if direction == .toServer { toServer.count(bytes) } else { toClient.count(bytes) }
  }
  @inline(__always)
  mutating func add(_ flags: TCPFlags, _ direction: Direction) {
    if direction == .toServer { toServer.flags.formUnion(flags) } else { toClient.flags.formUnion(flags) }
  }

  @inline(__always)
  mutating func countGoodChecksum(_ direction: Direction) {
    if direction == .toServer { toServer.countGoodChecksum() } else { toClient.countGoodChecksum() }
  }

  /// Exchanges the roles: what was taken for the client is the server.
  mutating func flip(_ basis: Basis) {
    self.basis = basis
    swap(&client, &server)
    swap(&clientPort, &serverPort)
    halves.swapAt(0, 1)
  }

  /// Nanoseconds without a packet after which the flow counts as ended. Polling a field device every few hours is one
  /// connection; so an established TCP connection waits a day. The bounded table, not the time-out, guards memory.
  @inline(__always)
  var timeout: Int64 {
    let second: Int64 = 1_000_000_000
    // Cyclic data come many times a second; the longest usual pause of a GOOSE publisher is some ten seconds.
    if isLink { return 60 * second }
    switch ipProtocol {
    case IPProtocol.tcp.rawValue:
      switch tcp {
      case .none, .synSent, .synReceived: return 60 * second
      case .established: return 86_400 * second
      case .closing: return 120 * second
      case .closed, .reset: return 10 * second
      }
    case IPProtocol.udp.rawValue, IPProtocol.udpLite.rawValue:
      return (toServer.packets > 0 && toClient.packets > 0 ? 3_600 : 300) * second
    case IPProtocol.icmp.rawValue, IPProtocol.icmpv6.rawValue:
      return 60 * second
    default:
      return 600 * second
    }
  }
}
