// SPDX-License-Identifier: Apache-2.0

/// DNS in datagrams, or in a stream, where each message is behind its length (RFC 1035, 4.2.2).
final class DNSConversation {
  private let isDatagram: Bool
  private var client = HeldBytes()
  private var server = HeldBytes()
  private var isClientLost = false
  private var isServerLost = false
  private var queries: UInt32 = 0

  init(isDatagram: Bool) { self.isDatagram = isDatagram }

  func lost(_ isFromClient: Bool) {
    if isFromClient { client.clear() } else { server.clear() }
    if isFromClient { isClientLost = true } else { isServerLost = true }
  }

  func read<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    if isDatagram { return message(bytes, isFromClient, &transaction, &sink) }
    if isFromClient ? isClientLost : isServerLost {
      // The next segment that begins with a message.
      guard DNSMessage.isPlausible(bytes.from(2)) else { return }
      if isFromClient { isClientLost = false } else { isServerLost = false }
    }
    var held = isFromClient ? exchange(&client, with: HeldBytes()) : exchange(&server, with: HeldBytes())
    // A message in the making, and what is read at once, bound what is held.
    var offset = 0
    while offset < bytes.byteCount {
      let piece = bytes.slice(offset, 1 << 14)
      offset += piece.byteCount
      if held.isEmpty {
        held.keep(piece.from(messages(piece, isFromClient, &transaction, &sink)))
      } else {
        var whole = held.take()
        whole.append(copying: piece)
        let used = messages(whole.bytes, isFromClient, &transaction, &sink)
        held.keep(whole, from: used)
      }
    }
    if isFromClient { client = held } else { server = held }
  }

  private func messages<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, _ transaction: inout Transaction, _ sink: inout Sink
  ) -> Int {
    var offset = 0
    while bytes.byteCount - offset >= 2 {
      let length = Int(bytes.u16(offset))
      guard bytes.byteCount - offset >= 2 + length else { return offset }
      message(bytes.slice(offset + 2, length), isFromClient, &transaction, &sink)
      offset += 2 + length
    }
    return offset
  }

  private func message<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    guard bytes.byteCount >= 12 else { return }
    if bytes.u16(2) & 0x8000 == 0 { queries &+= 1 }
    transaction.begin(.dns, .message, isFromClient: isFromClient, number: max(1, queries))
    DNSMessage.read(bytes, &transaction)
    sink.transaction(transaction)
  }
}
