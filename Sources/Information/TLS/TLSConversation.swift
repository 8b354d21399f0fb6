// SPDX-License-Identifier: Apache-2.0

/// SSL 3.0 to TLS 1.3: handshake messages of both directions, as far as they are not encrypted. RFC 6101, RFC 5246,
/// RFC 8446.
///
///     record   0      1         3        5                message  0      1        4
///              +------+---------+--------+----------+              +------+--------+--------+
///              | type | version | length | fragment |              | type | length | body   |
///              +------+---------+--------+----------+              +------+--------+--------+
final class TLSConversation {
  private struct Side {
    /// The header of a record in the making, and its bytes.
    var header: UInt64 = 0
    var headerCount = 0
    var type: UInt8 = 0
    var length = 0
    /// Bytes of the record that are still to come.
    var remaining = 0
    /// Of the record nothing more is looked at.
    var isPassed = false
    /// ChangeCipherSpec was sent: handshake messages are encrypted, unless they are hellos (TLS 1.3 sends the former
    /// for show, RFC 8446, appendix D.4).
    var isEncrypted = false
    /// A handshake message that lies in several records or segments.
    var message: [UInt8] = []
    /// Bytes of one that is too long to be read.
    var surplus = 0
    var isLost = false
  }
  private var client = Side()
  private var server = Side()
  private var hellos: UInt32 = 0

  /// 2^14 bytes, and what encryption adds (RFC 5246, 6.2.3).
  static func isLength(_ length: UInt16) -> Bool { length > 0 && length <= 1 << 14 + 2_048 }
  /// A message may have 2^24 bytes; longer ones than this are passed over.
  static let largest = InformationReader.mostHeld

  func read<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    var side = isFromClient ? exchange(&client, with: Side()) : exchange(&server, with: Side())
    advance(bytes, isFromClient, &side, &transaction, &sink)
    if isFromClient { client = side } else { server = side }
  }

  func lost(_ isFromClient: Bool) {
    var side = Side()
    side.isLost = true
    side.isEncrypted = isFromClient ? client.isEncrypted : server.isEncrypted
    if isFromClient { client = side } else { server = side }
  }

  private func advance<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, _ side: inout Side, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    var offset = 0
    if side.isLost {
      guard let start = TLSConversation.findRecord(bytes) else { return }
      offset = start
      side.isLost = false
    }
    while offset < bytes.byteCount {
      if side.remaining == 0 {
        side.header = side.header << 8 | UInt64(bytes.u8(offset))
        side.headerCount += 1
        offset += 1
        if side.headerCount == 5, !begin(&side) {
          // Not TLS, or not any more: perhaps a later segment is.
          let isEncrypted = side.isEncrypted
          side = Side()
          (side.isLost, side.isEncrypted) = (true, isEncrypted)
          return
        }
        continue
      }
      let part = bytes.slice(offset, side.remaining)
      offset += part.byteCount
      side.remaining -= part.byteCount
      if side.type == 22, !side.isPassed { handshake(part, isFromClient, &side, &transaction, &sink) }
    }
  }

  /// A record's header is complete; false if it is none.
  private func begin(_ side: inout Side) -> Bool {
    let (header, type) = (side.header, UInt8(truncatingIfNeeded: side.header >> 32))
    (side.header, side.headerCount) = (0, 0)
    let length = UInt16(truncatingIfNeeded: header)
    guard 20...24 ~= type, header >> 24 & 0xFF == 3, TLSConversation.isLength(length) else { return false }
    (side.type, side.length, side.remaining) = (type, Int(length), Int(length))
    side.isPassed = false
    if type == 20 { side.isEncrypted = true }
    if side.isEncrypted || type != 22 { side.message.removeAll(keepingCapacity: false) }
    return true
  }

  /// A record at the beginning, or a hello or certificate anywhere.
  private static func findRecord(_ bytes: RawSpan) -> Int? {
    if 20...23 ~= bytes.u8(0), bytes.u8(1) == 3, bytes.u8(2) <= 4, isLength(bytes.u16(3)) { return 0 }
    var place = 0
    while let start = bytes.place(of: 22, from: place) {
      let type = bytes.u8(start + 5)
      if bytes.u8(start + 1) == 3, bytes.u8(start + 2) <= 4, isLength(bytes.u16(start + 3)),
        type == 1 || type == 2 || type == 11, bytes.u8(start + 6) == 0
      {
        return start
      }
      place = start + 1
    }
    return nil
  }

  private func handshake<Sink: TransactionSink & ~Copyable>(
    _ part: RawSpan, _ isFromClient: Bool, _ side: inout Side, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    let passed = min(side.surplus, part.byteCount)
    side.surplus -= passed
    let part = part.from(passed)
    if side.message.isEmpty {
      let used = messages(part, isFromClient, &side, &transaction, &sink)
      side.message.append(copying: part.from(used))
    } else {
      var whole = exchange(&side.message, with: [])
      whole.append(copying: part)
      let used = messages(whole.bytes, isFromClient, &side, &transaction, &sink)
      if used > 0 { whole.removeFirst(min(used, whole.count)) }
      side.message = whole
    }
  }

  /// Reads complete messages; the number of bytes that need not be kept.
  private func messages<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, _ side: inout Side, _ transaction: inout Transaction, _ sink: inout Sink
  ) -> Int {
    var offset = 0
    while bytes.byteCount - offset >= (side.isEncrypted ? 6 : 4) {
      let type = bytes.u8(offset)
      let length = 4 + Int(bytes.u24(offset + 1))
      if side.isEncrypted, (type != 1 && type != 2) || length != side.length || bytes.u8(offset + 4) != 3 {
        side.isPassed = true
        return bytes.byteCount
      }
      if length > TLSConversation.largest {
        side.surplus = length - (bytes.byteCount - offset)
        return bytes.byteCount
      }
      guard bytes.byteCount - offset >= length else { return offset }
      read(type, bytes.slice(offset + 4, length - 4), isFromClient, &transaction, &sink)
      offset += length
    }
    return offset
  }

  private func read<Sink: TransactionSink & ~Copyable>(
    _ type: UInt8, _ body: RawSpan, _ isFromClient: Bool, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    switch type {
    case 1:
      hellos &+= 1
      transaction.begin(.tls, .clientHello, isFromClient: isFromClient, number: hellos)
      ClientHello.read(body, &transaction)
    case 2:
      transaction.begin(.tls, .serverHello, isFromClient: isFromClient, number: max(1, hellos))
      ServerHello.read(body, &transaction)
    case 11:
      transaction.begin(.tls, .certificate, isFromClient: isFromClient, number: max(1, hellos))
      CertificateMessage.read(body, &transaction)
    default: return
    }
    sink.transaction(transaction)
  }
}
