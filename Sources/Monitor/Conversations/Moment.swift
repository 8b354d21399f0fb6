// SPDX-License-Identifier: Apache-2.0
/// When something was seen, in which frame and through which tunnel. All timeouts and windows run on this time; nothing
/// reads the system clock.
struct Moment {
  /// Capture timestamp in nanoseconds.
  var time: Int64 = 0
  /// Frame number, counted from 1.
  var frame: UInt64 = 0
  /// The original of this frame, if the mirror port sent it twice; 0 if this is no duplicate.
  var copyOf: UInt64 = 0
  var vlan: UInt16 = Packet.noVLAN
  /// Which of several interfaces it came from.
  var interface: UInt8 = 0
  var tunnelDepth = 0
  /// Endpoints and protocol of the outermost tunnel.
  var tunnelSource = IPAddress.none
  var tunnelDestination = IPAddress.none
  var tunnelProtocol: UInt8?
}
