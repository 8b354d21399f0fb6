// SPDX-License-Identifier: Apache-2.0
package import Catalogue

/// One end of what was found.
package struct Endpoint: Equatable, Sendable {
  package var ip = IPAddress.none
  package var port: UInt16 = 0
  package var mac = MACAddress.none
  package var party = Party(zone: .external, asset: .none)
}

/// The flow a finding belongs to, as it stood then.
package struct FlowSummary: Sendable {
  package var id: UInt64 = 0
  package var start: Int64 = 0
  package var packetsToServer: UInt64 = 0
  package var packetsToClient: UInt64 = 0
  package var bytesToServer: UInt64 = 0
  package var bytesToClient: UInt64 = 0
}

/// One thing seen that should not be. Plain data: a finding that only adds to an alert already written costs no text.
package struct Finding: Sendable {
  /// What was expected and what was seen, as numbers; `Alerts/` puts them into words.
  package enum Detail: Sendable {
    /// The kind and the parties say it all.
    case parties
    /// A conduit of the site (its index) that does not cover what was seen.
    case refusedService(conduit: Int)
    case refusedAction(conduit: Int)
    case refusedTarget(conduit: Int)
    case refusedTime(conduit: Int, window: Int)
    /// An address on another MAC than the expected one.
    case binding(ip: IPAddress, expected: MACAddress, seen: MACAddress)
    /// A known device in another zone than its own.
    case zone(expected: ZoneID, seen: ZoneID)
    /// A known device on a VLAN that is not of its zone.
    case vlan(zone: ZoneID, seen: UInt16)
    /// More than `limit` of something within so many seconds. What is counted follows from the kind and `what`.
    case count(what: Counted, seen: Int, limit: Int, seconds: Int)
    case fault(Fault)
    /// Bytes of the same place in a stream or datagram, sent twice with other contents.
    case overlap(bytes: Int, what: Overlapped)
  }
  package enum Counted: UInt8, CaseIterable, Sendable {
    case ports, hosts, claimedAddresses, addressFlips, gratuitousClaims
    case synPackets, icmpPackets, udpPackets, broadcasts
    case functionCodes, units, exceptions, answers, requests, oneWayConnections, logins
  }
  package enum Overlapped: UInt8, CaseIterable, Sendable {
    case tcpStream, ipFragments
    /// Bytes for a hole that was read over, since nobody filled it in time: the receiver takes them, no monitor does.
    case lateSegment
  }

  package var kind: FindingKind
  package var detail: Detail
  /// Nanoseconds, from the capture.
  package var time: Int64
  /// Number of the frame, from 1.
  package var frame: UInt64
  /// Who did it, and to whom.
  package var source: Endpoint
  package var destination: Endpoint
  /// IP protocol number; 255 without IP.
  package var ipProtocol: UInt8 = 255
  package var vlan: UInt16 = 0xFFFF
  package var dissector = DissectorID.none
  package var flow: FlowSummary?
  package var operation: Operation?
  /// Depth of tunnels it was found in, and the outermost tunnel's ends.
  package var tunnelDepth = 0
  package var tunnelSource = IPAddress.none
  package var tunnelDestination = IPAddress.none
  package var tunnelProtocol: UInt8 = 255

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
