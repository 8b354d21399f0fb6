// SPDX-License-Identifier: Apache-2.0

/// Implicit messages of CIP connections of transport class 0 and 1, in UDP (`CIPIOHeader`).
///
/// In class 1 the data starts with a sequence count of its own; what a target consumes then has a 32-bit header, whose
/// lowest bit is 1 for run and 0 for idle, and whose bits from the fourth upwards are 0 (volume 1, 3-6.1.4). What a
/// connection leads to is known from the Forward Open, if that was seen.
enum CIPIO: Dissector {
  static var name: StaticString { "cip-io" }
  static var selectors: [Selector] { [.udp(2222), .anyUDP] }
  static var about: About {
    About("CIP implicit messages (class 0, 1)", .messages, "ODVA CIP Networks Library, volume 2")
  }
  static var longestMessage: Int { 1500 }
  /// Both classes have one kind of message alone.
  private static let code: UInt32 = 1
  /// Class 1 data starts with a sequence count.
  private static let sequenceCountSize = 2

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard let header = CIPIOHeader(bytes), header.isFramed, expected || header.total == bytes.byteCount else {
      return .no
    }
    return .yes(nil)
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard let header = CIPIOHeader(bytes) else {
      // Not left to the reader, since this fault names the items.
      if exchange.isCut { return .incomplete(CIPIOHeader.size) }
      exchange.fault = Fault(.truncated, "Items", seen: UInt64(bytes.byteCount), least: 18, most: 1500)
      return .refused(max(1, bytes.byteCount))
    }
    guard header.isFramed else {
      exchange.fault = Fault(
        .framing, "Items", seen: UInt64(header.framing), expected: UInt64(CIPIOHeader.framing))
      return .refused(bytes.byteCount)
    }
    var operation = Operation(exchange.dissector, .report, .report, code: code, name: "Connected data")
    operation.cyclic = .yes
    operation.unit = Int64(header.connection)
    operation.facets[.connection] = header.connection
    operation.facets[.sequenceNumber] = header.sequenceNumber
    operation.facets[.length] = UInt32(header.dataLength)
    if let announced = exchange.announced(header.connection) {
      compare(bytes, header, with: CIPConnection(announced), &operation, &exchange)
    } else {
      // Where several connections alternate, nothing is compared.
      var state = CIPIOState(exchange.state)
      let before = state[exchange.direction]
      let now = CIPIOState.Last(connection: header.connection, length: header.dataLength)
      if let before, before.connection == now.connection, before.length != now.length { operation.cyclic = .news }
      state[exchange.direction] = now
      exchange.state = state.bits
    }
    if header.total != bytes.byteCount {
      operation.note(
        Fault(
          .length, "Item length", seen: UInt64(header.dataLength),
          expected: UInt64(bytes.byteCount - CIPIOHeader.size)))
    }
    // Without the sequence count, which increases with every change by itself.
    operation.digest = bytes.digest(from: CIPIOHeader.size + sequenceCountSize, to: bytes.byteCount)
    exchange.operations.append(operation)
    return .message(bytes.byteCount)
  }

  /// A message of the shape that the one before had on its connection.
  static func glance(_ bytes: RawSpan, _ exchange: inout Exchange) -> Bool {
    guard let header = CIPIOHeader(bytes), header.isFramed, header.total == bytes.byteCount, !exchange.isCut else {
      return false
    }
    if let announced = exchange.announced(header.connection) {
      let connection = CIPConnection(announced)
      guard shape(bytes, header.dataLength, connection) == connection.shape else { return false }
    } else {
      let now = CIPIOState.Last(connection: header.connection, length: header.dataLength)
      guard CIPIOState(exchange.state)[exchange.direction] == now else { return false }
    }
    exchange.glance = Glance(exchange.dissector, .report, .report, code: code, unit: Int64(header.connection))
    return true
  }

  /// Handles a message of an announced connection: sets its target, and reports whether its shape has changed.
  private static func compare(
    _ bytes: RawSpan, _ header: borrowing CIPIOHeader, with announced: CIPConnection, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    var connection = announced
    operation.target = connection.target
    if connection.isSafety { operation.facets[.isSafety] = 1 }
    let before = connection.shape
    connection.shape = shape(bytes, header.dataLength, connection)
    if connection.shape.isNews(after: before) { operation.cyclic = .news }
    guard before != connection.shape else { return }
    // The connection's target receives what it consumes, and sends what it produces.
    let isServer = (exchange.direction == .toServer) == connection.isConsumed
    exchange.announce(
      header.connection, of: isServer ? exchange.server : exchange.client, connection.announcement)
  }

  /// The shape of a message, as far as those before it on its connection show what can be in it.
  private static func shape(_ bytes: RawSpan, _ length: UInt16, _ connection: CIPConnection) -> CIPIOShape {
    let before = connection.shape
    // Data in this direction may start with a run/idle header.
    let hasHeader = connection.isConsumed && !connection.isSafety
    var shape = CIPIOShape(length: length)
    let offset = CIPIOHeader.size + sequenceCountSize
    guard hasHeader, !before.hasNoHeader, length >= 6, offset + 4 <= bytes.byteCount else {
      shape.hasNoHeader = before.hasNoHeader
      return shape
    }
    let word = bytes.u32LE(offset)
    if word > 15 {
      shape.hasNoHeader = true
    } else {
      (shape.hasHeader, shape.isRun) = (true, word & 1 != 0)
    }
    return shape
  }
}

/// What is remembered about a connection's last message.
struct CIPIOShape: Equatable {
  var wasSeen = false
  /// It may have a run/idle header.
  var hasHeader = false
  var isRun = false
  /// No message of the connection has one: a message was seen in which that word cannot be one.
  var hasNoHeader = false
  var length: UInt16 = 0

  /// The state before the first message.
  init() {}
  init(length: UInt16) {
    wasSeen = true
    self.length = length
  }
  init(_ bits: UInt32) {
    wasSeen = bits & 1 != 0
    hasHeader = bits & 2 != 0
    isRun = bits & 4 != 0
    hasNoHeader = bits & 8 != 0
    length = UInt16(truncatingIfNeeded: bits >> 4)
  }
  var bits: UInt32 {
    (wasSeen ? 1 : 0) | (hasHeader ? 2 : 0) | (isRun ? 4 : 0) | (hasNoHeader ? 8 : 0) | UInt32(length) << 4
  }

  /// Whether the length has changed, or the run/idle bit.
  func isNews(after before: CIPIOShape) -> Bool {
    before.wasSeen && (before.length != length || before.hasHeader && hasHeader && before.isRun != isRun)
  }
}

/// What is remembered for each direction if no Forward Open was seen.
struct CIPIOState {
  struct Last: Equatable {
    /// A hash of the connection number: the full number would leave no room for the other direction.
    var connection: UInt16
    var length: UInt16

    init(connection number: UInt32, length: UInt16) {
      connection = UInt16(truncatingIfNeeded: (number &* 0x9E37_79B1) >> 16)
      self.length = length
    }
    /// Nil before the first message.
    fileprivate init?(_ bits: UInt32) {
      guard bits != 0 else { return nil }
      connection = UInt16(truncatingIfNeeded: bits >> 16)
      length = UInt16(truncatingIfNeeded: bits)
    }
    fileprivate var bits: UInt32 { UInt32(connection) << 16 | UInt32(length) }
  }
  private(set) var bits: UInt64

  init(_ bits: UInt64) { self.bits = bits }

  subscript(direction: Direction) -> Last? {
    get { Last(UInt32(truncatingIfNeeded: bits >> shift(direction))) }
    set { bits = bits & ~(0xFFFF_FFFF << shift(direction)) | UInt64(newValue?.bits ?? 0) << shift(direction) }
  }
  private func shift(_ direction: Direction) -> UInt64 { direction == .toServer ? 0 : 32 }
}
