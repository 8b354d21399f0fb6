// SPDX-License-Identifier: Apache-2.0

/// Connections that CIP opens: ODVA, The CIP Networks Library, volume 1, 3-5.5. O->T is what the originator sends to the target, T->O what comes back.
extension CIP {
  /// What a Forward Open asked for, as its answer has to know.
  struct ConnectionAsked {
    var transportClass: UInt32 = .max
    var isSafety = false
    /// The target sends nothing back.
    var isOneWay = false
    init() {}
    init(_ question: borrowing Operation) {
      transportClass = question.facets[.transportClass] ?? .max
      isSafety = question.facets[.isSafety] == 1
      isOneWay = question.facets[.producedSize] == 0
    }
  }

  /// Volume 1, 3-5.5.2.
  static func forwardOpen(_ bytes: RawSpan, at data: Int, isLarge: Bool, _ at: Int, _ exchange: inout Exchange) {
    // Tick, ticks, two connection ids, connection serial, vendor, serial of the originator, multiplier and three bytes; then interval and parameters of
    // both directions, transport, size of the path, path.
    let width = isLarge ? 4 : 2
    let first = data + 22
    let second = first + 4 + width
    let transport = second + 4 + width
    guard transport + 2 <= bytes.byteCount else {
      return exchange.note(
        Fault(
          .truncated, "Forward Open", seen: UInt64(bytes.byteCount - data), least: UInt64(transport + 2 - data),
          most: 65_511), at)
    }
    let end = min(bytes.byteCount, transport + 2 + 2 * Int(bytes.u8(transport + 1)))
    let path = path(bytes, from: transport + 2, to: end, &exchange)
    setTargets(path, at, &exchange)
    exchange.operations[at].unit = path.link
    exchange.operations[at].detail = path.linkName
    // Direction, trigger (0 cyclic, 1 change of state, 2 application object), class (3-4.4.3).
    exchange.operations[at].subcode = Int32(bytes.u8(transport) >> 4 & 7)
    // In the order of what they say: there is room for six.
    exchange.operations[at].facets[.connection] = bytes.u32LE(data + 6)
    exchange.operations[at].facets[.interval] = bytes.u32LE(first)
    exchange.operations[at].facets[.producedInterval] = bytes.u32LE(second)
    exchange.operations[at].facets[.transportClass] = UInt32(bytes.u8(transport) & 15)
    if path.isSafety { exchange.operations[at].facets[.isSafety] = 1 }
    exchange.operations[at].facets[.connectionSize] = size(bytes, first + 4, isLarge: isLarge)
    exchange.operations[at].facets[.producedSize] = size(bytes, second + 4, isLarge: isLarge)
    // Messages over connections to the router have no path of their own to the slot.
    if bytes.u8(transport) & 15 >= 2 {
      exchange.state = exchange.state & ~0xFFFF | (0..<0xFFFF ~= path.link ? UInt64(path.link + 1) : 0)
    }
  }

  /// Of the network connection parameters: the size, where there is such a connection (3-5.5.1.1; its type is not null).
  private static func size(_ bytes: RawSpan, _ offset: Int, isLarge: Bool) -> UInt32 {
    let parameters = isLarge ? bytes.u32LE(offset) : UInt32(bytes.u16LE(offset))
    guard parameters >> (isLarge ? 29 : 13) & 3 != 0 else { return 0 }
    return parameters & (isLarge ? 0xFFFF : 0x1FF)
  }

  /// All that a connection leads to, in the order of its path.
  static func setTargets(_ path: Path, _ at: Int, _ exchange: inout Exchange) {
    var operation = exchange.operations[at]
    for place in 0..<path.targets { exchange.add(path.target(at: place), to: &operation, isFirst: place == 0) }
    exchange.operations[at] = operation
  }

  /// The answer to a Forward Open (3-5.5.2): both connection ids, connection serial, vendor, serial of the originator, both intervals as they are. Class 0
  /// and 1 are for implicit messages, in datagrams that name nothing but the connection: what it leads to is kept for them. A Forward Close changes nothing
  /// of that: what is sent under the number afterwards is meant for the same place.
  static func opened(
    _ bytes: RawSpan, at data: Int, _ asked: ConnectionAsked, _ at: Int, _ exchange: inout Exchange
  ) {
    guard data + 8 <= bytes.byteCount else { return }
    exchange.operations[at].facets[.connection] = bytes.u32LE(data)
    if data + 24 <= bytes.byteCount {
      exchange.operations[at].facets[.interval] = bytes.u32LE(data + 16)
      exchange.operations[at].facets[.producedInterval] = bytes.u32LE(data + 20)
    }
    guard exchange.operations[at].pairing == .answered, asked.transportClass <= 1 else { return }
    // Of three paths the first is configuration. Of two each direction has one, unless there is but one direction (3-5.5.1.10).
    let last = Int(exchange.operations[at].items.count)
    for isConsumed in [true, false] {
      let place = !isConsumed || last == 1 && asked.isOneWay ? last : last / 2
      let target =
        place == 0
        ? exchange.operations[at].target
        : exchange.items[Int(exchange.operations[at].items.start) + place - 1].target
      let connection = CIPConnection(target, isSafety: asked.isSafety, isConsumed: isConsumed)
      exchange.announce(bytes.u32LE(data + (isConsumed ? 0 : 4)), of: exchange.server, connection.announcement)
    }
  }
}

/// What is known of a connection for implicit messages.
struct CIPConnection {
  var target = Target.none
  var isSafety = false
  /// O->T: what the target consumes.
  var isConsumed = false
  /// Length and run/idle bit of the last message; 0 before the first.
  var shape: UInt32 = 0

  init(_ target: Target, isSafety: Bool, isConsumed: Bool) {
    self.target = target
    self.isSafety = isSafety
    self.isConsumed = isConsumed
  }

  /// As it is remembered: in a target, whose `bit` and `count` stand for what a connection has else. An assembly, an object or a tag has no bits.
  init(_ announcement: Target) {
    target = announcement
    target.bit = -1
    target.count = 1
    isSafety = announcement.bit & 1 != 0
    isConsumed = announcement.bit & 2 != 0
    shape = announcement.count
  }
  var announcement: Target {
    var announcement = target
    announcement.bit = (isSafety ? 1 : 0) | (isConsumed ? 2 : 0)
    announcement.count = shape
    return announcement
  }
}
