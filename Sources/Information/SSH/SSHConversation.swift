// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// SSH as far as it is not encrypted: the identification line (RFC 4253, 4.2) and the algorithms offered (7.1).
final class SSHConversation {
  private enum State { case banner, exchange, over }
  private struct Side {
    var state = State.banner
    var held = HeldBytes()
    /// What stands behind `SSH-`.
    var banner: [UInt8] = []
  }
  private var client = Side()
  private var server = Side()

  /// A server may send other lines before its own (RFC 4253, 4.2).
  private static let longestLine = 1 << 12
  /// Packets that everyone must be able to read have 35,000 bytes (RFC 4253, 6.1).
  private static let largestPacket = 1 << 16

  func lost(_ isFromClient: Bool) {
    // Where it goes on can only be told while nothing is encrypted.
    if isFromClient { client.state = .over } else { server.state = .over }
    if isFromClient { client.held.clear() } else { server.held.clear() }
  }

  func read<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    var side = isFromClient ? exchange(&client, with: Side()) : exchange(&server, with: Side())
    if side.state != .over {
      if side.held.isEmpty {
        let used = advance(bytes, isFromClient, &side, &transaction, &sink)
        side.held.keep(bytes.from(used))
      } else {
        var whole = side.held.take()
        whole.append(copying: bytes)
        let used = advance(whole.bytes, isFromClient, &side, &transaction, &sink)
        side.held.keep(whole, from: used)
      }
    }
    if isFromClient { client = side } else { server = side }
  }

  private func advance<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, _ side: inout Side, _ transaction: inout Transaction, _ sink: inout Sink
  ) -> Int {
    var offset = 0
    while side.state == .banner {
      guard let feed = bytes.place(of: 0x0A, from: offset) else {
        if bytes.byteCount - offset < SSHConversation.longestLine { return offset }
        side.state = .over
        break
      }
      let line = HTTPHead.withoutReturn(bytes.slice(offset, feed - offset))
      offset = feed + 1
      guard line.has("SSH-") else { continue }
      side.banner.append(copying: line.slice(4, 255))
      side.state = .exchange
      transaction.begin(.ssh, .message, isFromClient: isFromClient, number: 1)
      SSHConversation.add(banner: side.banner.bytes, &transaction)
      sink.transaction(transaction)
    }
    guard side.state == .exchange else { return bytes.byteCount }
    guard bytes.byteCount - offset >= 6 else { return offset }
    let length = Int(bytes.u32(offset))
    guard length <= SSHConversation.largestPacket, bytes.u8(offset + 5) == 20 else {
      side.state = .over
      return bytes.byteCount
    }
    guard bytes.byteCount - offset >= 4 + length else { return offset }
    side.state = .over
    transaction.begin(.ssh, .message, isFromClient: isFromClient, number: 1)
    SSHConversation.add(banner: side.banner.bytes, &transaction)
    SSHConversation.add(algorithms: bytes.slice(offset + 22, length - 18), isFromClient, &transaction)
    sink.transaction(transaction)
    side.banner = []
    return bytes.byteCount
  }

  /// `protoversion-softwareversion`, and a comment behind a blank, which is left out.
  private static func add(banner: RawSpan, _ transaction: inout Transaction) {
    let dash = banner.place(of: UInt8(ascii: "-")) ?? banner.byteCount
    transaction.add(.sshProtocol, banner.slice(0, dash))
    let software = banner.from(dash + 1)
    transaction.add(.sshSoftware, software.slice(0, software.place(of: 0x20) ?? software.byteCount))
  }

  /// HASSH as its authors describe it (github.com/salesforce/hassh): the MD5 of the lists of key exchange, encryption,
  /// integrity and compression in the sender's own direction, with `;` between them.
  private static func add(algorithms: RawSpan, _ isFromClient: Bool, _ transaction: inout Transaction) {
    transaction.open()
    for list in isFromClient ? [0, 2, 4, 6] : [0, 3, 5, 7] {
      if list > 0 { transaction.append(";") }
      var fields = FieldReader(algorithms)
      for _ in 0..<list { skip(&fields) }
      let count = Int(fields.u16()) << 16 | Int(fields.u16())
      transaction.append(fields.take(count))
    }
    let digest = Digest.md5(transaction.openBytes())
    transaction.close(isFromClient ? .sshHasshText : .sshHasshServerText)
    guard let digest else { return }
    transaction.open()
    transaction.append(digest: digest, Digest.md5.length)
    transaction.close(isFromClient ? .sshHassh : .sshHasshServer)
  }
  private static func skip(_ fields: inout FieldReader) {
    let count = Int(fields.u16()) << 16 | Int(fields.u16())
    _ = fields.take(count)
  }
}
