// SPDX-License-Identifier: Apache-2.0

/// Where a protocol is expected. Content decides; a selector only determines which dissectors are tried first.
package enum Selector: Sendable {
  case tcp(UInt16)
  case udp(UInt16)
  /// Any TCP connection, by content alone.
  case anyTCP
  /// Any TCP connection whose port belongs to no other protocol: for content that is easily mistaken, such as a CRC.
  case unclaimedTCP
  /// Any UDP datagram, by content alone.
  case anyUDP
  /// Frames without IP, by EtherType.
  case etherType(UInt16)
}

/// What the first bytes of a direction, or the first bytes after a gap, look like.
package enum Recognition: Sendable {
  case no
  /// Too short to decide.
  case undecided
  /// This protocol, and its direction if the content shows it.
  case yes(Direction?)
  /// On the protocol's own port: a message of this protocol, except that a framing field is wrong. Reading cannot
  /// continue after it.
  case broken(Fault)
}

/// The result of reading at the start of a byte stream.
package enum Step: Equatable, Sendable {
  /// One message of this length was read; its operations are in the exchange.
  case message(Int)
  /// The message needs at least this many bytes, counted from its first.
  case incomplete(Int)
  /// The bytes do not start with a message: this many of them (at least 1) may be skipped before one can begin. The
  /// fault is in the exchange.
  case refused(Int)
  /// The bytes start with a message of another protocol: the guess was wrong, and is reverted.
  case foreign
}

/// The description of a protocol shown to users.
package struct About: Sendable {
  /// How much of the protocol is read.
  package enum Depth: Sendable {
    /// Every message, with action, code, unit, target, values and outcome.
    case full
    /// Every message, with action, code and outcome.
    case messages
    /// Recognised only.
    case recognised
    package var word: String { "\(self)" }
  }
  package let title: StaticString
  package let depth: Depth
  /// The standard or another public source.
  package let source: StaticString
  package init(_ title: StaticString, _ depth: Depth, _ source: StaticString) {
    self.title = title
    self.depth = depth
    self.source = source
  }
}

/// A protocol carried within another one: its operations have an ID of their own, `exchange.id(of:)`.
struct Carried {
  /// Its index in `Dissector.carries`.
  let place: Int
  let name: StaticString
  let about: About
  @inline(__always)
  init(_ place: Int, _ name: StaticString, _ about: About) {
    self.place = place
    self.name = name
    self.about = about
  }
}

/// An industrial protocol: turns bytes into operations. State lives in the `Exchange`, never in the type.
protocol Dissector: SendableMetatype {
  /// The protocol's name in records (`app_proto`) and site files (`services`).
  static var name: StaticString { get }
  static var selectors: [Selector] { get }
  /// How much of the protocol is read, and according to which documents: the output of `sekisho protocols`.
  static var about: About { get }
  /// Protocols whose messages are carried in this one's, in the order of their `place`.
  static var carries: [Carried] { get }
  /// The length of the longest message in bytes; the buffer for a message in several segments never grows beyond it.
  static var longestMessage: Int { get }
  /// Whether the bytes begin a message of this protocol. `expected` is true on a port of a selector, where valid
  /// framing fields are enough; elsewhere the whole message must make sense. Reads no further than the first message.
  /// Also used to find the next message after a gap.
  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition
  /// Reads one message from the start of a TCP stream or of a datagram (`exchange.isDatagram`: what is missing will not
  /// follow, so `incomplete` means that the datagram was truncated).
  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step
  /// Looks at bytes that may be just one message, of the sort that is polled again and again, without reading it: fills
  /// in `exchange.glance`, and `glanceChain` where that is not all. False where the message has to be read, which is
  /// always right. The message may be read after all: nothing is changed that reading it would not change, too.
  static func glance(_ bytes: RawSpan, _ exchange: inout Exchange) -> Bool
}

extension Dissector {
  static var carries: [Carried] { [] }
  static func glance(_ bytes: RawSpan, _ exchange: inout Exchange) -> Bool { false }
}
