// SPDX-License-Identifier: Apache-2.0

/// A flow, the messages read from it, and how the site file judges it. Plain data: one in each slot of the flow table.
///
/// Fields that every packet reads come first, and lie together; what few conversations have is elsewhere (`rare`). A
/// table of many costs what these fields take: memory, and the time that each packet waits for it. No field counts
/// references, so that a copy is a copy of bytes.
struct Conversation {
  // Content
  var dissector = DissectorID.none
  /// The protocol that `dissector` reads, regardless of its framing: the one site files name.
  var namedProtocol = DissectorID.none
  /// Content has identified the protocol, or has shown that it is none we know.
  var isSettled = false
  /// Payloads that no dissector recognised.
  var unrecognisedPayloads: UInt8 = 0
  /// The sender of the last unrecognised payload, recorded once dissectors are no longer tried on every payload.
  private var speaker = Direction.toClient
  /// Messages the dissector understood; stops counting at its maximum.
  var understood: UInt8 = 0
  var opening = Opening.settled
  /// In which direction the first packet was sent.
  var beginner = Direction.toServer
  var valueSampling = ValueSampling()
  /// The latest segment acknowledges bytes that were never seen from the other end: the mirror port lost them.
  var hasUnseenAcknowledgedBytes = false
  /// An ICMP error about another flow; that flow is judged instead.
  var isConsequence = false

  var flow: Flow
  /// The flow's slot and a running number; unique among all conversations of a run.
  var number: UInt64
  /// 64 bits of state that belong to the dissector.
  var scratch: UInt64 = 0
  var operations: UInt64 = 0
  /// Function codes and unit IDs already passed to the detectors that count distinct ones.
  var codes: UInt128 = 0
  var units = Units()
  var answeredCodes: UInt128 = 0
  var answeredUnits = Units()

  var rules = RuleMarks()

  // Site
  var gate = Gate.open
  var streams = Streams()
  /// When this conversation was last found to lack bytes.
  var lastLoss = Int64.min / 2
  /// When a finding about the flow is to be reported again, in nanoseconds.
  var remindAt = Int64.max
  var rare = RareStates.Place()
  var handshake = Handshake()

  var client = Party(zone: .external, asset: .none)
  var server = Party(zone: .external, asset: .none)
  /// Changes the ends have already been judged for (bits of `Strangers.Change`): the client in the lower four bits.
  var changes: UInt8 = 0
  /// Those of them by an end that is a stranger to the other one.
  var strange: UInt8 = 0
  /// What the ledger has of what the ends asked for: a bit for each `Action`, the highest for answers; the client's in
  /// the lower half.
  var noted: UInt32 = 0
  /// How often client and server were swapped.
  private(set) var flips: UInt8 = 0
  /// ICMP errors about packets of this flow.
  var errors: UInt32 = 0
  /// A finding about the flow, by the verdict in `gate`, has been reported.
  var isReported = false
  /// The value of `flips` then.
  var reportedFlips: UInt8 = 0
  /// Packets were seen in both directions.
  var isAnswered: Bool { flow.toServer.packets > 0 && flow.toClient.packets > 0 }

  /// What shows that it is real. A reset answers any forged segment, so it shows nothing.
  @inline(__always)
  var progress: StreamPool.Progress {
    let isMutual = isAnswered && flow.tcp != .reset
    return isMutual && understood > 0 ? .both : isMutual || understood > 0 ? .some : .none
  }

  init(_ flow: Flow, number: UInt64) {
    self.flow = flow
    self.number = number
  }

  /// Whether the previous payload came from the other end.
  @inline(__always)
  func isChange(_ direction: Direction) -> Bool { speaker != direction }

  /// Records who sent a payload; true if the previous one came from the other end.
  mutating func recordSender(_ direction: Direction) -> Bool {
    defer { speaker = direction }
    return speaker != direction
  }

  @inline(__always)
  func endpoint(_ direction: Direction) -> Endpoint {
    // ICMP has no ports: records carry its type and code in their place.
    direction == .toServer
      ? Endpoint(
        ip: flow.client, port: flow.isICMP ? UInt16(flow.icmpType) : flow.clientPort, mac: flow.toServer.mac,
        party: client)
      : Endpoint(
        ip: flow.server, port: flow.isICMP ? UInt16(flow.icmpCode) : flow.serverPort, mac: flow.toClient.mac,
        party: server)
  }

  var summary: FlowSummary {
    FlowSummary(
      id: flow.id, start: flow.start, packetsToServer: flow.toServer.packets, packetsToClient: flow.toClient.packets,
      bytesToServer: flow.toServer.bytes, bytesToClient: flow.toClient.bytes,
      isMutual: isAnswered && flow.tcp != .reset && opening != .refused)
  }
}

extension Conversation {
  /// Swaps client and server, whose roles were guessed wrongly.
  mutating func flip(_ basis: Flow.Basis) {
    flow.flip(basis)
    flips &+= 1
    streams.flip()
    rare.flip()
    rules.flip()
    handshake.direction = handshake.direction.reversed
    beginner = beginner.reversed
    swap(&client, &server)
  }

  /// The service to look up in the conduits of a site, for what is sent in `direction`.
  @inline(__always)
  func service(_ direction: Direction = .toServer, at site: borrowing Site) -> Service {
    var service = Service(
      ipProtocol: flow.transport, port: direction == .toServer ? flow.serverPort : flow.clientPort,
      dissector: namedProtocol, isSettled: isSettled)
    // That matters inside a zone only.
    if direction == .toServer, client.zone == server.zone {
      service.isToGroup =
        flow.isLink ? flow.toClient.mac.isGroup : !flow.server.isUnicast || site.isDirectedBroadcast(flow.server)
    }
    return service
  }

  func party(_ direction: Direction) -> Party { direction == .toServer ? client : server }
}

extension Gate {
  /// Nothing to enforce: there is no site file, or the flow stays within its zone.
  static let open = Gate(verdict: .inside, free: .max, validUntil: .max, isConditional: false)
}
