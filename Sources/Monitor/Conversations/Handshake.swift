// SPDX-License-Identifier: Apache-2.0

/// What was seen of a new handshake between the ports of a connection that lives. Until it is complete it changes
/// nothing: the receiver of such a SYN answers with a challenge ACK and goes on (RFC 9293, 3.10.7.4; RFC 5961, 4).
struct Handshake {
  /// The numbers after the SYN and after the SYN-ACK.
  private(set) var sequence: UInt32 = 0
  private(set) var answer: UInt32 = 0
  /// In which direction the SYN was sent.
  var direction = Direction.toServer
  private(set) var isOpen = false
  private(set) var isAnswered = false
  /// A SYN may carry data, and the SYN-ACK then acknowledges up to all of them (RFC 7413).
  private static let longestData: UInt32 = 1 << 16

  /// A SYN or SYN-ACK of another connection than the one that lives.
  mutating func add(
    _ flags: TCPFlags, sequence: UInt32, acknowledgement: UInt32, sent direction: Direction, in streams: Streams
  ) {
    guard flags.contains(.ack) else {
      self = Handshake()
      (self.sequence, self.direction, isOpen) = (sequence &+ 1, direction, true)
      return
    }
    if isOpen, direction == self.direction.reversed, acknowledgement &- self.sequence < Handshake.longestData {
      // Answers the SYN.
    } else if streams[direction].isBegun(at: sequence &+ 1), streams[direction.reversed].isBegun(at: acknowledgement) {
      // Repeats the SYN-ACK of the connection that lives.
      return
    }
    (self.sequence, answer) = (acknowledgement, sequence &+ 1)
    self.direction = direction.reversed
    isOpen = true
    isAnswered = true
  }

  /// Whether a segment with ACK completes the handshake, so that another connection has begun.
  func isComplete(
    _ sequence: UInt32, _ acknowledgement: UInt32, sent direction: Direction, in conversation: borrowing Conversation
  ) -> Bool {
    guard isOpen else { return false }
    let streams = conversation.streams
    let isOtherVisible = conversation.flow[direction.reversed].packets > 0
    guard direction == self.direction else {
      // The client is invisible: the server goes on from the number of its SYN-ACK.
      return isAnswered && sequence == answer && acknowledgement &- self.sequence < Handshake.longestData
        && !isOtherVisible && streams[direction].next != answer
    }
    guard sequence == self.sequence else { return false }
    if isAnswered {
      // A repeated handshake of the connection that lives does not begin another one.
      return acknowledgement == answer
        && (streams[direction].next != sequence || streams[direction.reversed].next != answer)
    }
    // The server is invisible: going on from the number of the SYN is all the proof there is.
    return !isOtherVisible && streams[direction].next != sequence
  }
}
