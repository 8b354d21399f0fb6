// SPDX-License-Identifier: Apache-2.0

/// What the rules have to do with a conversation. Plain data; a new rule set makes it anew.
struct RuleMarks {
  /// No packet has asked yet.
  static let unknown = UInt16.max
  /// Places of the groups of rules for packets to the server and to the client.
  private var groups: InlineArray<2, UInt16> = [RuleMarks.unknown, RuleMarks.unknown]
  /// Rules look at bytes across segments, too.
  var followsStream = false
  /// What office protocols say in it is read.
  var followsOffice = false
  /// The office protocol that it was recognised as, counted from 1; 0: none.
  var application: UInt8 = 0
  /// Payloads in which none was recognised.
  var unrecognised: UInt8 = 0
  /// Actions that rules for this conversation want to see even of messages that are like those before them, as bits;
  /// nil before the first one is asked for.
  var usualActions: UInt16?
  /// Bytes in order are looked at.
  var isFollowed: Bool { followsStream || followsOffice }
  /// `flowbits` and `flowint` of this conversation are kept.
  var hasBits = false
  /// A `pass` rule has matched: there are no more alerts of rules.
  var isPassed = false

  @inline(__always)
  mutating func group(_ direction: Direction) -> UInt16 { groups[direction == .toServer ? 0 : 1] }
  mutating func set(_ group: UInt16, _ direction: Direction) { groups[direction == .toServer ? 0 : 1] = group }
  mutating func flip() { groups = [groups[1], groups[0]] }
}
