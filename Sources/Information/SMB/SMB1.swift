// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// A message of SMB 1, [MS-CIFS] 2.2.3.
///
///     0     4     5       9       10       12     24    26    28    30    32
///     +-----+-----+-------+-------+--------+------+-----+-----+-----+-----+-------+-------+-------+-------+
///     | SMB | cmd | status| flags | flags2 | …    | TID | PID | UID | MID | count | words | count | bytes |
///     +-----+-----+-------+-------+--------+------+-----+-----+-----+-----+-------+-------+-------+-------+
enum SMB1 {
  private enum Command {
    static let transaction: UInt8 = 0x25
    static let readAndX: UInt8 = 0x2E
    static let writeAndX: UInt8 = 0x2F
    static let sessionSetup: UInt8 = 0x73
    static let treeConnect: UInt8 = 0x75
    static let create: UInt8 = 0xA2
    /// Those that another may follow in the same message ([MS-CIFS] 2.2.3.4).
    static let chained: [UInt8] = [0x24, 0x2D, readAndX, writeAndX, sessionSetup, 0x74, treeConnect, create]
  }

  /// A command within a message: its words, and the bytes behind them.
  private struct Block: ~Escapable {
    let message: RawSpan
    let words: RawSpan
    let bytesOffset: Int
    let command: UInt8
    let isAnswer: Bool
    let isUnicode: Bool

    @_lifetime(copy message)
    init(_ message: RawSpan, at offset: Int, command: UInt8) {
      self.message = message
      self.command = command
      let count = 2 * Int(message.u8(offset))
      words = message.slice(offset + 1, count)
      bytesOffset = offset + 1 + count + 2
      isAnswer = message.u8(9) & 0x80 != 0
      isUnicode = message.u16LE(10) & 0x8000 != 0
    }
    var wordCount: Int { words.byteCount / 2 }
    /// The bytes behind the words, as many as are said to be there.
    var bytes: RawSpan { @_lifetime(copy self) get { message.slice(bytesOffset, Int(message.u16LE(bytesOffset - 2))) } }
  }

  static func read<Sink: TransactionSink & ~Copyable>(
    _ message: RawSpan, _ isFromClient: Bool, _ conversation: SMBConversation, _ transaction: inout Transaction,
    _ sink: inout Sink
  ) {
    guard message.byteCount >= 35 else { return }
    let id = UInt64(message.u16LE(30)) << 16 | UInt64(message.u16LE(26))
    var (command, offset) = (message.u8(4), 32)
    // Each block lies behind the one before it.
    for _ in 0..<8 {
      let block = Block(message, at: offset, command: command)
      let pipe = pipe(block)
      let number: UInt32
      var asked = pipe
      if block.isAnswer {
        let request = conversation.request(id)
        (number, asked) = (request.number, request.pipe)
      } else {
        number = conversation.begin(request: id, pipe: pipe)
      }
      transaction.begin(.smb, .message, isFromClient: isFromClient, number: number)
      transaction.numbers.smbVersion = 1
      transaction.numbers.smbCommand = UInt16(command)
      if block.isAnswer { transaction.numbers.smbStatus = message.u32LE(5) }
      if !block.isAnswer { addNames(block, &transaction) }
      let data = data(block)
      let isCall = data.byteCount > 0 && conversation.calls.isCall(data, isFromClient: isFromClient, pipe: asked)
      if data.byteCount > 0, !isCall { transaction.add(.fileData, data) }
      sink.transaction(transaction)
      if isCall { conversation.data(data, isFromClient, pipe: asked, version: 1, &transaction, &sink) }

      guard Command.chained.contains(command), block.wordCount >= 2, block.words.u8(0) != 0xFF else { return }
      command = block.words.u8(0)
      let next = Int(block.words.u16LE(2))
      guard next > offset, next + 3 <= message.byteCount else { return }
      offset = next
    }
  }

  private static func pipe(_ block: borrowing Block) -> UInt64 {
    switch block.command {
    // TRANS_TRANSACT_NMPIPE ([MS-CIFS] 2.2.5.6): the file is the second word of the setup.
    case Command.transaction where !block.isAnswer && block.wordCount >= 16 && block.words.u16LE(28) == 0x26:
      UInt64(block.words.u16LE(30))
    case Command.readAndX, Command.writeAndX: block.isAnswer ? 0 : UInt64(block.words.u16LE(4))
    default: 0
    }
  }

  /// [MS-CIFS] 2.2.4.33, 2.2.4.42 and 2.2.4.43.
  @_lifetime(copy block)
  private static func data(_ block: borrowing Block) -> RawSpan {
    switch (block.command, block.isAnswer) {
    case (Command.transaction, false) where block.wordCount >= 14:
      block.message.slice(Int(block.words.u16LE(24)), Int(block.words.u16LE(22)))
    case (Command.transaction, true) where block.wordCount >= 10:
      block.message.slice(Int(block.words.u16LE(14)), Int(block.words.u16LE(12)))
    case (Command.writeAndX, false) where block.wordCount >= 12:
      block.message.slice(
        Int(block.words.u16LE(22)), Int(block.words.u16LE(18) & 1) << 16 | Int(block.words.u16LE(20)))
    case (Command.readAndX, true) where block.wordCount >= 12:
      block.message.slice(Int(block.words.u16LE(12)), Int(block.words.u16LE(10)))
    default: block.message.slice(0, 0)
    }
  }

  private static func addNames(_ block: borrowing Block, _ transaction: inout Transaction) {
    switch block.command {
    case Command.sessionSetup where block.wordCount == 12:
      NTLMMessage.find(block.bytes.slice(0, Int(block.words.u16LE(14))), &transaction)
    case Command.sessionSetup where block.wordCount == 13:
      var offset = block.bytesOffset + Int(block.words.u16LE(14)) + Int(block.words.u16LE(16))
      add(.smbNTLMUser, block, &offset, &transaction)
      add(.smbNTLMDomain, block, &offset, &transaction)
    case Command.treeConnect where block.wordCount >= 4:
      var offset = block.bytesOffset + Int(block.words.u16LE(6))
      add(.smbShare, block, &offset, &transaction)
      SMBNames.addPipe(share: &transaction)
    case Command.create where block.wordCount >= 24:
      var offset = block.bytesOffset
      add(.smbFile, block, &offset, &transaction)
      transaction.addAgain(as: .smbNamedPipe)
    default: break
    }
  }

  /// A string up to its zero; UTF-16 begins at an even place of the message ([MS-CIFS] 2.2.1.1.1).
  private static func add(
    _ buffer: Buffer, _ block: borrowing Block, _ offset: inout Int, _ transaction: inout Transaction
  ) {
    let message = block.message
    if block.isUnicode { offset += offset & 1 }
    let start = min(offset, message.byteCount)
    var end = start
    let step = block.isUnicode ? 2 : 1
    while end + step <= message.byteCount, block.isUnicode ? message.u16(end) != 0 : message.u8(end) != 0 {
      end += step
    }
    offset = end + step
    transaction.open()
    if block.isUnicode {
      transaction.append(utf16: message.slice(start, end - start))
    } else {
      transaction.append(message.slice(start, end - start))
    }
    transaction.close(buffer)
  }
}
