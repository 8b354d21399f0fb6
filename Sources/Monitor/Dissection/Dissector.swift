// SPDX-License-Identifier: Apache-2.0

/// Where a protocol is expected. Content decides; a selector only says where to ask first.
package enum Selector: Sendable {
  case tcp(UInt16)
  case udp(UInt16)
  /// Any TCP connection, by content alone.
  case anyTCP
  /// Any TCP connection whose port is no other protocol's: for content that others share, such as a CRC.
  case unclaimedTCP
  /// Any UDP datagram, by content alone.
  case anyUDP
  /// Frames without IP, by EtherType.
  case etherType(UInt16)
}

/// What the first bytes of a direction, or the bytes behind a gap, look like.
package enum Recognition: Sendable {
  case no
  /// Too short to tell.
  case undecided
  /// This protocol; which way it goes, where the content tells.
  case yes(Direction?)
  /// On the protocol's own port: one of its messages but for a field that frames it. Nothing can be read on from there.
  case broken(Fault)
}

/// What reading the front of a byte stream came to.
package enum Step: Equatable, Sendable {
  /// One message of so many bytes was read; its operations are in the exchange.
  case message(Int)
  /// The message needs at least so many bytes, counted from its first.
  case incomplete(Int)
  /// The front is no message: so many bytes (at least 1) may be skipped before a message can begin. The
  /// fault is in the exchange.
  case refused(Int)
  /// The front is a message of another protocol: the guess was wrong, and is undone.
  case foreign
}

/// What is said of a protocol to people.
package struct About: Sendable {
  /// What is read of it.
  package enum Depth: Sendable {
    /// Every message to action, code, unit, target, values, outcome.
    case full
    /// Messages to action, code and outcome.
    case messages
    /// Recognised, no more.
    case recognised
    package var word: String { "\(self)" }
  }
  package let title: StaticString
  package let depth: Depth
  /// Standard or other public source.
  package let source: StaticString
  package init(_ title: StaticString, _ depth: Depth, _ source: StaticString) {
    self.title = title
    self.depth = depth
    self.source = source
  }
}

/// A protocol that another one carries: its operations have an id of their own, `exchange.id(of:)`.
struct Carried {
  /// Its place in `Dissector.carries`.
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

/// An industrial protocol: bytes to operations. State lives in the `Exchange`, never in the type.
protocol Dissector: SendableMetatype {
  /// The name in records (`app_proto`) and site files (`services`).
  static var name: StaticString { get }
  static var selectors: [Selector] { get }
  /// How much of the protocol is read, and by which documents: what `sekisho protocols` says.
  static var about: About { get }
  /// Protocols whose messages this one's hold, in order of their `place`.
  static var carries: [Carried] { get }
  /// The longest message in bytes; what is buffered for a message over several segments never grows over it.
  static var longestMessage: Int { get }
  /// Whether the bytes begin a message of this protocol. `expected` is true on a port of a selector, where the framing
  /// fields alone must hold; elsewhere the whole message must make sense. Reads at most the first message. Also the
  /// test for a place to go on behind a gap.
  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition
  /// Reads one message from the front of a TCP stream, or of a datagram (`exchange.isDatagram`: what is not there will
  /// not come, so `incomplete` counts as cut off).
  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step
}

extension Dissector {
  static var carries: [Carried] { [] }
}
