// SPDX-License-Identifier: Apache-2.0
package import Catalogue

/// One observation worth reporting. Plain data: a finding that only adds to an alert already written costs no text.
package struct Finding: Sendable {
  /// What was expected and what was seen, as numbers; `Output/Wording` turns them into text.
  package enum Detail: Sendable {
    /// The kind and the parties are all there is to say.
    case parties
    /// Nothing says who may do this, since there is no site file.
    case noSite
    /// A conduit (by index) that does not cover the service seen.
    case refusedService(conduit: Int)
    case refusedAction(conduit: Int)
    case refusedTarget(conduit: Int)
    case refusedTime(conduit: Int, window: Int)
    /// A conduit that allows the operation, but not with this value.
    case refusedValue(RefusedValue)
    /// An IP address seen at a MAC address other than the expected one.
    case binding(ip: IPAddress, expected: MACAddress, seen: MACAddress)
    /// A known device in a zone other than its own.
    case zone(expected: ZoneID, seen: ZoneID)
    /// A known device on a VLAN that does not belong to its zone.
    case vlan(zone: ZoneID, seen: UInt16)
    /// At least `limit` of something within `seconds`. What is counted depends on the kind and on `what`.
    case count(what: Counted, seen: Int, limit: Int, seconds: Int)
    case fault(Fault)
    /// Bytes for the same place in a stream or datagram, sent twice with different contents.
    case overlap(bytes: Int, what: Overlap)
    /// What is left of the hop limit (IPv4: time to live) of a sender's packets, as a rule and now.
    case hopLimit(expected: Int, seen: Int)
    /// IPv4 identifications of a sender that counts: about which one was due, and the one that came.
    case identification(expected: Int, seen: Int)
    /// The options of a sender's SYNs, as a rule and now.
    case options(expected: TCPOptionLayout, seen: TCPOptionLayout)
    /// A device that is asked and does not answer, and for how long; `lastHeard` in nanoseconds.
    case silence(lastHeard: Int64, questions: Int, seconds: Int)
    /// A rule, by its place in the rule book.
    case rule(Int32)
    /// At least `limit` entries still in use evicted from a table within `seconds`.
    case evictions(FloodedTable, seen: Int, limit: Int, seconds: Int)
  }
  /// Its numbers are part of `alert_id`s.
  package enum Counted: UInt8, CaseIterable, Sendable {
    case ports, hosts, claimedAddresses, addressFlips, gratuitousClaims
    case synPackets, icmpPackets, udpPackets, broadcasts
    case functionCodes, units, exceptions, answers, requests, oneWayConnections, logins
    case protocols, tcpPackets, commands, refusedCommands
  }

  package var kind: FindingKind
  package var detail: Detail
  /// Capture timestamp in nanoseconds.
  package var time: Int64
  /// Frame number, counted from 1.
  package var frame: UInt64
  /// The acting end, and the one it acts on.
  package var source: Endpoint
  package var destination: Endpoint
  /// Of `arp-spoofing`: the address that the source claims, and that another device has.
  package var claimed = IPAddress.none
  /// Of `flood`: a lower bound on the number of senders, if none of them sent most; else 0.
  package var senders = 0
  /// Of `host-sweep`: the hosts are in more than one zone; `destination` has that of the latest.
  package var isOfSeveralZones = false
  /// IP protocol number; nil without IP.
  package var ipProtocol: UInt8?
  package var vlan = Packet.noVLAN
  /// Which of several interfaces the frame came from.
  package var interface: UInt8 = 0
  package var dissector = DissectorID.none
  package var flow: FlowSummary?
  /// Whether it is certain which of the two began.
  package var isDirectionCertain = true
  /// About a flow of which the content may yet show that the other end began.
  package var isTentative = false
  /// A flow that was reported as an attempt has been answered: adds nothing, unless the alert that it belongs to is
  /// about attempts at other services.
  var isAnswer = false
  /// The other end began: takes one tentative finding with the same kind, ends and detail back instead of adding one.
  package var isWithdrawal = false
  /// What was found before is over: ends its alert instead of adding to it.
  package var isEnd = false
  package var operation: Operation?
  /// The record fields of `operation`, where its message is gone by the time the finding is reported.
  package var contents: ShownValues?
  /// The number of tunnels around it, and the endpoints of the outermost one.
  package var tunnelDepth = 0
  package var tunnelSource = IPAddress.none
  package var tunnelDestination = IPAddress.none
  package var tunnelProtocol: UInt8?

  package init(
    _ kind: FindingKind, _ detail: Detail, time: Int64, frame: UInt64, source: Endpoint, destination: Endpoint
  ) {
    self.kind = kind
    self.detail = detail
    self.time = time
    self.frame = frame
    self.source = source
    self.destination = destination
  }
}

/// A value that a limit of a conduit refuses.
package struct RefusedValue: Sendable {
  package let conduit: Int
  /// Index in its `valueLimits`.
  package let limit: Int
  /// The number's own.
  package let target: Target
  /// nil: it could not be read.
  package let number: Number?
  /// Further numbers of the same message that this limit refuses.
  package let others: Int
  /// What was last seen there, and when, in nanoseconds; nil if nothing was.
  package let last: Number?
  package let lastTime: Int64

  package init(
    conduit: Int, limit: Int, target: Target, number: Number?, others: Int = 0, last: Number? = nil,
    lastTime: Int64 = 0
  ) {
    self.conduit = conduit
    self.limit = limit
    self.target = target
    self.number = number
    self.others = others
    self.last = last
    self.lastTime = lastTime
  }
}

extension Moment {
  func finding(
    _ kind: FindingKind, _ detail: Finding.Detail, source: Endpoint, destination: Endpoint
  ) -> Finding {
    var finding = Finding(kind, detail, time: time, frame: frame, source: source, destination: destination)
    finding.vlan = vlan
    finding.interface = interface
    finding.tunnelDepth = tunnelDepth
    finding.tunnelSource = tunnelSource
    finding.tunnelDestination = tunnelDestination
    finding.tunnelProtocol = tunnelProtocol
    return finding
  }

  /// A finding about a conversation: the source is the end that sends in `direction`.
  func finding(
    _ kind: FindingKind, _ detail: Finding.Detail, _ conversation: borrowing Conversation,
    _ direction: Direction = .toServer
  ) -> Finding {
    var finding = finding(
      kind, detail, source: conversation.endpoint(direction), destination: conversation.endpoint(direction.reversed))
    finding.ipProtocol = conversation.flow.transport
    finding.dissector = conversation.dissector
    finding.flow = conversation.summary
    finding.isDirectionCertain = conversation.flow.isDirectionCertain
    return finding
  }

  /// The same, about one operation of the conversation.
  func finding(
    _ kind: FindingKind, _ detail: Finding.Detail, _ conversation: borrowing Conversation,
    _ direction: Direction = .toServer, about operation: borrowing Operation
  ) -> Finding {
    var finding = finding(kind, detail, conversation, direction)
    finding.operation = copy operation
    // Who sent a request has asked for it.
    if operation.role == .request { finding.isDirectionCertain = true }
    return finding
  }
}

/// The findings of one event, in order: detectors add to the list, the engine passes it on and empties it.
struct Findings {
  private(set) var list: [Finding] = []
  @inline(__always)
  var isEmpty: Bool { list.isEmpty }

  init() { list.reserveCapacity(8) }

  @inline(__always)
  mutating func add(_ finding: Finding?) { if let finding { list.append(finding) } }
  mutating func removeAll() { list.removeAll(keepingCapacity: true) }
}
