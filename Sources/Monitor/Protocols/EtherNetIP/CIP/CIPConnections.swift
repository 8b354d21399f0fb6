// SPDX-License-Identifier: Apache-2.0

/// Connections that CIP opens: ODVA, The CIP Networks Library, volume 1, 3-5.5. O->T is what the originator sends to
/// the target, T->O the opposite direction.
extension CIP {
  /// What the response to a Forward Open needs to know about its request.
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

  /// `at` is the index of the operation.
  static func readForwardOpen(_ bytes: RawSpan, at data: Int, isLarge: Bool, _ at: Int, _ exchange: inout Exchange) {
    guard let request = ForwardOpenRequest(bytes, at: data, isLarge: isLarge) else {
      let needed = UInt64(ForwardOpenRequest.size(isLarge: isLarge))
      return exchange.operations[at].note(
        Fault(.truncated, "Forward Open", seen: UInt64(bytes.byteCount - data), least: needed, most: 65_511))
    }
    let path = path(bytes, from: request.path, to: request.pathEnd, isConnection: true, &exchange)
    setTargets(path, at, &exchange)
    exchange.operations[at].unit = path.link
    exchange.operations[at].detail = path.linkName
    exchange.operations[at].subcode = Int32(request.trigger)
    // Most important first: the number of facets is limited.
    exchange.operations[at].facets[.connection] = request.producedConnection
    exchange.operations[at].facets[.interval] = request.consumedInterval
    exchange.operations[at].facets[.producedInterval] = request.producedInterval
    exchange.operations[at].facets[.transportClass] = UInt32(request.transportClass)
    if path.isSafety { exchange.operations[at].facets[.isSafety] = 1 }
    exchange.operations[at].facets[.connectionSize] = request.consumedSize
    exchange.operations[at].facets[.producedSize] = request.producedSize
    // Messages over connections to the router carry no path to the slot.
    if request.transportClass >= 2 { exchange.state = EtherNetIPState(link: path.link).bits }
  }

  /// Adds everything that a connection leads to, in the order of its path.
  static func setTargets(_ path: Path, _ at: Int, _ exchange: inout Exchange) {
    var operation = exchange.operations[at]
    for place in 0..<path.targets { exchange.add(path.target(at: place), to: &operation, isFirst: place == 0) }
    exchange.operations[at] = operation
  }

  /// The response to a Forward Open (3-5.5.2): both connection IDs, connection serial number, vendor, originator serial
  /// number, both actual intervals. Connections of class 0 and 1 carry implicit messages, in datagrams that name
  /// nothing but the connection: its targets are kept for them. A Forward Close does not change this: whatever is sent
  /// under that number afterwards is still meant for the same targets.
  static func readOpened(
    _ bytes: RawSpan, at data: Int, _ asked: ConnectionAsked, _ at: Int, _ exchange: inout Exchange
  ) {
    guard let response = ForwardOpenResponse(bytes, at: data) else { return }
    exchange.operations[at].facets[.connection] = response.consumedConnection
    if let intervals = response.intervals {
      exchange.operations[at].facets[.interval] = intervals.consumed
      exchange.operations[at].facets[.producedInterval] = intervals.produced
    }
    guard exchange.operations[at].pairing == .answered, asked.transportClass <= 1 else { return }
    // The first of three paths is configuration. With two, each direction has one, unless there is only one direction
    // (3-5.5.1.10).
    let last = Int(exchange.operations[at].items.count)
    for isConsumed in [true, false] {
      let place = !isConsumed || last == 1 && asked.isOneWay ? last : last / 2
      let target =
        place == 0
        ? exchange.operations[at].target
        : exchange.items[Int(exchange.operations[at].items.start) + place - 1].target
      let connection = CIPConnection(target, isSafety: asked.isSafety, isConsumed: isConsumed)
      exchange.announce(
        isConsumed ? response.consumedConnection : response.producedConnection, of: exchange.server,
        connection.announcement)
    }
  }
}

/// What is known about a connection for implicit messages.
struct CIPConnection {
  var target = Target.none
  var isSafety = false
  /// The direction O->T, which the target consumes.
  var isConsumed = false
  var shape = CIPIOShape()

  init(_ target: Target, isSafety: Bool, isConsumed: Bool) {
    self.target = target
    self.isSafety = isSafety
    self.isConsumed = isConsumed
  }

  /// The form in which it is remembered: a target whose `bit` and `count` hold the other fields of the connection. This
  /// works because assemblies, objects and tags have no bits.
  init(_ announcement: Target) {
    target = announcement
    target.bit = -1
    target.count = 1
    isSafety = announcement.bit & 1 != 0
    isConsumed = announcement.bit & 2 != 0
    shape = CIPIOShape(announcement.count)
  }
  var announcement: Target {
    var announcement = target
    announcement.bit = (isSafety ? 1 : 0) | (isConsumed ? 2 : 0)
    announcement.count = shape.bits
    return announcement
  }
}
