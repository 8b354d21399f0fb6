// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// When and in which frame something was seen, and through which tunnel. Every time-out and window counts in this time: nothing reads the clock.
struct Moment {
  /// Nanoseconds, from the capture.
  var time: Int64 = 0
  /// From 1.
  var frame: UInt64 = 0
  /// The frame that this one is a copy of, of a mirror port that sends both ways; 0 for none.
  var copyOf: UInt64 = 0
  var vlan: UInt16 = Packet.noVLAN
  var tunnelDepth = 0
  /// Ends and protocol of the outermost tunnel.
  var tunnelSource = IPAddress.none
  var tunnelDestination = IPAddress.none
  var tunnelProtocol: UInt8 = 255

  func finding(
    _ kind: FindingKind, _ detail: Finding.Detail, source: Endpoint, destination: Endpoint
  ) -> Finding {
    var finding = Finding(kind, detail, time: time, frame: frame, source: source, destination: destination)
    finding.vlan = vlan
    finding.tunnelDepth = tunnelDepth
    finding.tunnelSource = tunnelSource
    finding.tunnelDestination = tunnelDestination
    finding.tunnelProtocol = tunnelProtocol
    return finding
  }

  /// A finding about a conversation, from the end that sends in `direction` to the other one.
  func finding(
    _ kind: FindingKind, _ detail: Finding.Detail, _ conversation: borrowing Conversation,
    _ direction: Direction = .toServer
  ) -> Finding {
    var finding = finding(
      kind, detail, source: conversation.endpoint(direction), destination: conversation.endpoint(direction.reversed))
    finding.ipProtocol = conversation.flow.ipProtocol
    finding.dissector = conversation.dissector
    finding.flow = conversation.summary
    return finding
  }
}
