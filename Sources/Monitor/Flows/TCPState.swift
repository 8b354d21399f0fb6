// SPDX-License-Identifier: Apache-2.0

/// State of a TCP connection as seen by a passive observer (RFC 9293, 3.3.2, both ends taken together).
enum TCPState: UInt8, Sendable {
  case none
  case synSent, synReceived, established
  /// One end has sent FIN.
  case closing
  /// Both ends have.
  case closed
  case reset

  /// The state after a segment with `flags` in `direction`; `seen` are all flags of each direction,
  /// this segment's included.
  @inline(__always)
  func next(_ flags: TCPFlags, toServer: TCPFlags, toClient: TCPFlags) -> TCPState {
    if flags.contains(.rst) { return .reset }
    if toServer.contains(.fin), toClient.contains(.fin) { return .closed }
    switch self {
    case .none, .synSent, .synReceived:
      if flags.contains(.fin) { return .closing }
      if flags.contains(.syn) { return flags.contains(.ack) ? .synReceived : (self == .none ? .synSent : self) }
      // Picked up in mid-stream, or the handshake's last segment, or (one direction only) the first one with an ACK.
      return flags.contains(.ack) ? .established : self
    case .established, .closing:
      return flags.contains(.fin) ? .closing : self
    case .closed, .reset:
      return self
    }
  }
}
