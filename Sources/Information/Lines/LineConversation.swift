// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// Protocols of lines: FTP's control connection (RFC 959, 5.3) and SMTP (RFC 5321, 4.1).
final class LineConversation {
  private struct Side {
    var held = HeldBytes()
    /// The rest of a line that is too long, or was not seen from its beginning.
    var isPassing = false
    /// The text of a mail, up to a line with a dot (RFC 5321, 4.1.1.4).
    var isMail = false
  }
  private let application: Application
  private var client = Side()
  private var server = Side()
  private var commands: UInt32 = 0
  private var hasAskedForTLS = false
  /// What follows is TLS.
  private(set) var isSecured = false

  /// Of longer lines this much is read.
  private static let longestLine = 1 << 12

  init(_ application: Application) { self.application = application }

  func lost(_ isFromClient: Bool) {
    var side = Side()
    side.isPassing = true
    if isFromClient { client = side } else { server = side }
  }

  func read<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    var side = isFromClient ? exchange(&client, with: Side()) : exchange(&server, with: Side())
    if side.held.isEmpty {
      let used = lines(bytes, isFromClient, &side, &transaction, &sink)
      side.held.keep(bytes.from(used))
    } else {
      var whole = side.held.take()
      whole.append(copying: bytes)
      let used = lines(whole.bytes, isFromClient, &side, &transaction, &sink)
      side.held.keep(whole, from: used)
    }
    if isFromClient { client = side } else { server = side }
  }

  private func lines<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, _ side: inout Side, _ transaction: inout Transaction, _ sink: inout Sink
  ) -> Int {
    var offset = 0
    while offset < bytes.byteCount {
      guard let feed = bytes.place(of: 0x0A, from: offset) else {
        let isLong = bytes.byteCount - offset >= LineConversation.longestLine
        if side.isPassing { return bytes.byteCount }
        guard isLong else { return offset }
        line(bytes.slice(offset, LineConversation.longestLine), isFromClient, &side, &transaction, &sink)
        side.isPassing = true
        return bytes.byteCount
      }
      if !side.isPassing {
        let text = HTTPHead.withoutReturn(bytes.slice(offset, feed - offset))
        line(text.slice(0, LineConversation.longestLine), isFromClient, &side, &transaction, &sink)
      }
      side.isPassing = false
      offset = feed + 1
    }
    return offset
  }

  private func line<Sink: TransactionSink & ~Copyable>(
    _ line: RawSpan, _ isFromClient: Bool, _ side: inout Side, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    if !isFromClient { return reply(line, &transaction, &sink) }
    if side.isMail {
      if line.byteCount == 1, line.u8(0) == UInt8(ascii: ".") { side.isMail = false }
      return
    }
    guard line.byteCount > 0 else { return }
    let end = line.place(of: 0x20) ?? line.byteCount
    let (command, data) = (line.slice(0, end), line.from(end + 1).trimmed)
    commands &+= 1
    transaction.begin(application, .message, isFromClient: true, number: commands)
    if application == .ftp {
      hasAskedForTLS = command.isCaseless("AUTH") && (data.isCaseless("TLS") || data.isCaseless("SSL"))
      transaction.add(.ftpCommand, command)
      transaction.add(.ftpCommandData, data)
    } else {
      hasAskedForTLS = command.isCaseless("STARTTLS")
      if command.isCaseless("DATA") { side.isMail = true }
      LineConversation.add(mail: line, command, data, &transaction)
    }
    if transaction.valueCount > 0 { sink.transaction(transaction) }
  }

  private static func add(mail line: RawSpan, _ command: RawSpan, _ data: RawSpan, _ transaction: inout Transaction) {
    if command.isCaseless("HELO") || command.isCaseless("EHLO") { transaction.add(.smtpHelo, data) }
    for (text, buffer) in [("MAIL FROM:", .smtpMailFrom), ("RCPT TO:", .smtpRecipient)] as [(StaticString, Buffer)]
    where line.has(text, isCaseless: true) {
      let path = line.from(text.utf8CodeUnitCount).trimmed
      transaction.add(buffer, path.slice(0, path.place(of: 0x20) ?? path.byteCount))
    }
  }

  /// Three digits, then the text (RFC 959, 4.2; RFC 5321, 4.2).
  private func reply<Sink: TransactionSink & ~Copyable>(
    _ line: RawSpan, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    guard line.byteCount >= 3, let code = HTTPHead.decimal(line.slice(0, 3)), code >= 100 else { return }
    // RFC 3207, 4: 220; RFC 4217, 4.1: 234.
    if hasAskedForTLS, code == 220 || code == 234 { isSecured = true }
    // Without leave (354) no mail follows.
    if client.isMail, code >= 400 { client.isMail = false }
    transaction.begin(application, .message, isFromClient: false, number: max(1, commands))
    transaction.numbers.reply = UInt16(clamping: code)
    if application == .ftp { transaction.add(.ftpReply, line.from(4)) }
    sink.transaction(transaction)
  }
}
