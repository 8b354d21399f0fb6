// SPDX-License-Identifier: Apache-2.0

/// DCE/RPC over TCP ([MS-RPCE] 2.1.1.1): packets one after the other.
final class DCEConversation {
  private var calls = DCECalls()
  private var isClientLost = false
  private var isServerLost = false

  func lost(_ isFromClient: Bool) {
    calls.lost(isFromClient)
    if isFromClient { isClientLost = true } else { isServerLost = true }
  }

  func read<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    if isFromClient ? isClientLost : isServerLost {
      // The next segment that begins with a packet.
      guard DCEHeader(bytes) != nil else { return }
      if isFromClient { isClientLost = false } else { isServerLost = false }
    }
    calls.read(bytes, isFromClient, pipe: 0, &transaction, &sink)
  }
}
