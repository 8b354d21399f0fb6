// SPDX-License-Identifier: Apache-2.0
/// When and in which frame something was seen, and through which tunnel. Every time-out and window counts in this time:
/// nothing reads the clock.
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
  var tunnelProtocol: UInt8?
}
