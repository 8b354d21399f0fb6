// SPDX-License-Identifier: Apache-2.0

/// Counts of what went through the pipeline. Every frame is in `frames`; a frame that was not judged is also in one of
/// the other counters, so that the totals can be checked.
package struct Statistics: Sendable {
  package var frames: UInt64 = 0
  /// Frames of the capture that a filter or a span of time leaves out; they count nowhere else.
  package var framesLeftOut: UInt64 = 0
  /// Frames that took the quick lane; they are counted elsewhere, too.
  package var quick: UInt64 = 0
  /// Length on the wire, not as captured.
  package var bytes: UInt64 = 0
  package var firstTime: Int64 = 0
  package var lastTime: Int64 = 0
  /// Frames truncated by the capture.
  package var cut: UInt64 = 0
  package var copies: UInt64 = 0
  /// Frames with a broken header, by `Layer`.
  package var faults = [UInt64](repeating: 0, count: Layer.allCases.count)
  package var tooManyLayers: UInt64 = 0
  package var arp: UInt64 = 0
  package var ipv4: UInt64 = 0
  package var ipv6: UInt64 = 0
  /// Neither IP nor ARP.
  package var otherFrames: UInt64 = 0
  package var vlanFrames: UInt64 = 0
  /// Frames with more than one VLAN tag.
  package var stackedTagFrames: UInt64 = 0
  /// Length of the longest frame on the wire.
  package var largest: UInt64 = 0
  /// Frames other than Ethernet: raw IP, null or loop, Linux cooked 1 and 2.
  package var otherLinks: [UInt64] = [0, 0, 0, 0]
  package var tcp: UInt64 = 0
  package var udp: UInt64 = 0
  package var icmp: UInt64 = 0
  package var icmpv6: UInt64 = 0
  package var igmp: UInt64 = 0
  package var sctp: UInt64 = 0
  package var otherIP: UInt64 = 0
  /// Indexed by `Packet.Tunnel`.
  package var tunnels = [UInt64](repeating: 0, count: 10)
  package var syn: UInt64 = 0
  package var synAck: UInt64 = 0
  package var rst: UInt64 = 0
  package var offloadedChecksums: UInt64 = 0
  package var badChecksums: UInt64 = 0
  /// Packets not judged because their receiver would have dropped them.
  package var refusedChecksums: UInt64 = 0
  package var flows: UInt64 = 0
  package var tcpFlows: UInt64 = 0
  package var udpFlows: UInt64 = 0
  package var icmpFlows: UInt64 = 0
  package var icmpv6Flows: UInt64 = 0
  package var reusedFlows: UInt64 = 0

  package init() {}
  package var invalid: UInt64 { faults.reduce(0, +) }
}
