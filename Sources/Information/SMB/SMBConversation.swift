// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// SMB 1 ([MS-CIFS], [MS-SMB]) and SMB 2 and 3 ([MS-SMB2]), each message behind its length (RFC 1002, 4.3.1;
/// [MS-SMB2] 2.1).
///
///     0      1        4
///     +------+--------+----------------------------+
///     | type | length | FF, FE, FD or FC, "SMB", … |
///     +------+--------+----------------------------+
final class SMBConversation {
  private struct Side {
    var held = HeldBytes()
    var isLost = false
  }
  /// A request that waits for its answer.
  struct Request {
    var id: UInt64
    var pipe: UInt64
    var number: UInt32
  }
  private var client = Side()
  private var server = Side()
  private var waiting: [Request] = []
  private var nextWaiting = 0
  private var requests: UInt32 = 0
  var calls = DCECalls()
  /// Dialects from 3.0 on are version 3.
  var isVersion3 = false

  private static let mostWaiting = 32
  /// Bytes of a message that are read: a longer one is passed over from there on.
  private static let largest = InformationReader.mostHeld

  func lost(_ isFromClient: Bool) {
    calls.lost(isFromClient)
    var side = Side()
    side.isLost = true
    if isFromClient { client = side } else { server = side }
  }

  func read<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    var side = isFromClient ? exchange(&client, with: Side()) : exchange(&server, with: Side())
    let bytes = side.held.passing(bytes)
    if side.held.isEmpty {
      let used = messages(bytes, isFromClient, &side, &transaction, &sink)
      side.held.keep(bytes.from(used))
    } else {
      var whole = side.held.take()
      whole.append(copying: bytes)
      let used = messages(whole.bytes, isFromClient, &side, &transaction, &sink)
      side.held.keep(whole, from: used)
    }
    if isFromClient { client = side } else { server = side }
  }

  /// Whether a message's header begins here.
  static func isStart(_ bytes: RawSpan) -> Bool {
    bytes.u8(0) == 0 && 0xFC...0xFF ~= bytes.u8(4) && bytes.has("SMB", at: 5) && bytes.u24(1) >= 32
  }

  private static func findStart(_ bytes: RawSpan) -> Int? {
    var place = 0
    while let start = bytes.place(of: UInt8(ascii: "S"), from: place) {
      if start >= 5, isStart(bytes.from(start - 5)) { return start - 5 }
      place = start + 1
    }
    return nil
  }

  private func messages<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, _ side: inout Side, _ transaction: inout Transaction, _ sink: inout Sink
  ) -> Int {
    var offset = 0
    while bytes.byteCount - offset >= 4 {
      if side.isLost {
        guard let start = SMBConversation.findStart(bytes.from(offset)) else { return bytes.byteCount }
        offset += start
        side.isLost = false
      }
      let rest = bytes.from(offset)
      let (type, length) = (rest.u8(0), Int(rest.u24(1)))
      // Session requests and answers, and keep-alives, have other types (RFC 1002, 4.3.1).
      guard type == 0 || (0x81...0x85 ~= type && length < 256) else {
        side.isLost = true
        offset += 1
        continue
      }
      let read = min(length, SMBConversation.largest)
      guard rest.byteCount >= 4 + read else {
        if type == 0, rest.byteCount >= 8, !SMBConversation.isStart(rest) {
          side.isLost = true
          offset += 1
          continue
        }
        return offset
      }
      if type == 0 { message(rest.slice(4, read), isFromClient, &transaction, &sink) }
      offset += 4 + length
      if offset > bytes.byteCount { side.held.skip(offset - bytes.byteCount) }
    }
    return min(offset, bytes.byteCount)
  }

  private func message<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    guard bytes.has("SMB", at: 1) else { return }
    switch bytes.u8(0) {
    case 0xFF: SMB1.read(bytes, isFromClient, self, &transaction, &sink)
    case 0xFE: SMB2.read(bytes, isFromClient, self, &transaction, &sink)
    // Encrypted (FD), or compressed (FC).
    default: break
    }
  }

  /// A request's number; what it is about is remembered for its answer.
  func begin(request id: UInt64, pipe: UInt64) -> UInt32 {
    requests &+= 1
    let request = Request(id: id, pipe: pipe, number: requests)
    if let place = waiting.firstIndex(where: { $0.id == id }) {
      waiting[place] = request
    } else if waiting.count < SMBConversation.mostWaiting {
      waiting.append(request)
    } else {
      waiting[nextWaiting] = request
      nextWaiting = (nextWaiting + 1) % SMBConversation.mostWaiting
    }
    return requests
  }
  func request(_ id: UInt64) -> Request {
    waiting.first { $0.id == id } ?? Request(id: id, pipe: 0, number: max(1, requests))
  }

  /// What was written to or read from a file or pipe.
  func data<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, pipe: UInt64, version: UInt8, _ transaction: inout Transaction,
    _ sink: inout Sink
  ) {
    calls.smbVersion = version
    calls.read(bytes, isFromClient, pipe: pipe, &transaction, &sink)
  }
}
