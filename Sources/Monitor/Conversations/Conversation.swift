// SPDX-License-Identifier: Apache-2.0

/// A flow with what is said in it and what the site thinks of it. Plain data, one for each slot of the flow table.
struct Conversation {
  var flow: Flow
  /// The flow's slot and a running number: a name that no other conversation of this run has.
  var number: UInt64
  var streams = Streams()

  // What is said in it
  var dissector = DissectorID.none
  /// The protocol `dissector` reads, whatever it is framed in: what site files name.
  var spoken = DissectorID.none
  /// Content has told what it is, or that it is nothing known.
  var isSettled = false
  /// Payloads that no dissector recognised.
  var strangePayloads: UInt8 = 0
  /// Who sent the latest of them, once nobody asks each of them any more.
  private var speaker = Direction.toClient
  /// Messages the dissector understood; stops counting at its maximum.
  var understood: UInt8 = 0
  /// 64 bits of the dissector's own.
  var scratch: UInt64 = 0
  var operations: UInt64 = 0
  /// The client has already been judged for writing, for setting the clock (bits of `Strangers.Change`).
  var changes: UInt8 = 0
  /// Function codes and units already handed to the detectors that count distinct ones.
  var codes: UInt128 = 0
  var units: (UInt128, UInt128) = (0, 0)
  var answeredCodes: UInt128 = 0
  var answeredUnits: (UInt128, UInt128) = (0, 0)

  /// An ICMP error about another flow, which is the one to be judged.
  var isConsequence = false

  /// When bytes of it were last seen to be missing.
  var lastLoss = Int64.min / 2
  /// The latest segment acknowledges bytes of the other end that were not seen: the mirror port lost them.
  var isOtherBehind = false

  // What the site thinks of it
  var client = Party(zone: .external, asset: .none)
  var server = Party(zone: .external, asset: .none)
  var gate = Gate.open
  /// The other end has answered.
  var isAnswered: Bool { flow.toServer.packets > 0 && flow.toClient.packets > 0 }

  init(_ flow: Flow, number: UInt64) {
    self.flow = flow
    self.number = number
  }

  /// Whether the other end was the last to speak.
  mutating func takesTurn(_ direction: Direction) -> Bool {
    defer { speaker = direction }
    return speaker != direction
  }

  func endpoint(_ direction: Direction) -> Endpoint {
    // ICMP has no ports: records put type and code in their place.
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
      bytesToServer: flow.toServer.bytes, bytesToClient: flow.toClient.bytes)
  }
}

extension Conversation {
  /// The roles of the two ends were taken the wrong way round.
  mutating func flip(_ basis: Flow.Basis) {
    flow.flip(basis)
    swap(&streams.toServer, &streams.toClient)
    swap(&client, &server)
  }

  /// What the site's conduits ask of it.
  var service: Service {
    Service(
      ipProtocol: flow.transport, port: flow.serverPort, dissector: spoken, isSettled: isSettled)
  }
}

extension Gate {
  /// Nothing is asked of the flow: there is no site, or it crosses no zone.
  static let open = Gate(verdict: .inside, free: .max, validUntil: .max, isConditional: false)
}
