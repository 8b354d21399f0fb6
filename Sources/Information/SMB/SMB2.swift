// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// A message of SMB 2 or 3, [MS-SMB2] 2.2.1.2.
///
///     0     4      6   8        12        14       16      20     24           32  36     40        48          64
///     +-----+------+---+--------+---------+--------+-------+------+------------+---+------+---------+-----------+
///     | SMB | size | … | status | command | credit | flags | next | message id | … | tree | session | signature |
///     +-----+------+---+--------+---------+--------+-------+------+------------+---+------+---------+-----------+
enum SMB2 {
  private static let header = 64
  private enum Command {
    static let negotiate: UInt16 = 0
    static let sessionSetup: UInt16 = 1
    static let treeConnect: UInt16 = 3
    static let create: UInt16 = 5
    static let read: UInt16 = 8
    static let write: UInt16 = 9
    static let control: UInt16 = 11
  }
  /// FSCTL_PIPE_TRANSCEIVE, [MS-FSCC] 2.3.50.
  private static let pipeTransceive: UInt32 = 0x0011_C017

  static func read<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, _ conversation: SMBConversation, _ transaction: inout Transaction,
    _ sink: inout Sink
  ) {
    var offset = 0
    // Compounded messages ([MS-SMB2] 3.2.4.1.4), each with a header of its own.
    while true {
      let rest = bytes.from(offset)
      guard rest.byteCount >= header, rest.u16LE(4) == 64, rest.u8(0) == 0xFE, rest.has("SMB", at: 1) else { return }
      let next = Int(rest.u32LE(20))
      message(next == 0 ? rest : rest.slice(0, next), isFromClient, conversation, &transaction, &sink)
      guard next >= header else { return }
      offset += next
    }
  }

  private static func message<Sink: TransactionSink & ~Copyable>(
    _ message: RawSpan, _ isFromClient: Bool, _ conversation: SMBConversation, _ transaction: inout Transaction,
    _ sink: inout Sink
  ) {
    let (command, isAnswer, id) = (message.u16LE(12), message.u32LE(16) & 1 != 0, message.u64LE(24))
    let number: UInt32
    let pipe: UInt64
    if isAnswer {
      let request = conversation.request(id)
      (number, pipe) = (request.number, request.pipe)
    } else {
      pipe = file(message, command)
      number = conversation.begin(request: id, pipe: pipe)
    }
    transaction.begin(.smb, .message, isFromClient: isFromClient, number: number)
    transaction.numbers.smbCommand = command
    if isAnswer { transaction.numbers.smbStatus = message.u32LE(8) }
    if isAnswer, command == Command.negotiate {
      let dialect = message.u16LE(header + 4)
      transaction.numbers.smbDialect = dialect
      conversation.isVersion3 = 0x0300...0x03FF ~= dialect
    }
    let version: UInt8 = conversation.isVersion3 ? 3 : 2
    transaction.numbers.smbVersion = version
    if !isAnswer { addNames(message, command, &transaction) }
    let data = data(message, command, isAnswer)
    let isCall = data.byteCount > 0 && conversation.calls.isCall(data, isFromClient: isFromClient, pipe: pipe)
    if data.byteCount > 0, !isCall { transaction.add(.fileData, data) }
    sink.transaction(transaction)
    if isCall { conversation.data(data, isFromClient, pipe: pipe, version: version, &transaction, &sink) }
  }

  /// A file's two numbers ([MS-SMB2] 2.2.14.1) as one.
  private static func file(_ message: RawSpan, _ command: UInt16) -> UInt64 {
    let offset: Int
    switch command {
    case Command.read, Command.write: offset = header + 16
    case Command.control: offset = header + 8
    default: return 0
    }
    return message.u64LE(offset) ^ message.u64LE(offset + 8).byteSwapped
  }

  /// [MS-SMB2] 2.2.20, 2.2.21, 2.2.31 and 2.2.32.
  @_lifetime(copy message)
  private static func data(_ message: RawSpan, _ command: UInt16, _ isAnswer: Bool) -> RawSpan {
    switch (command, isAnswer) {
    case (Command.read, true): message.slice(Int(message.u8(header + 2)), Int(message.u32LE(header + 4)))
    case (Command.write, false): message.slice(Int(message.u16LE(header + 2)), Int(message.u32LE(header + 4)))
    case (Command.control, false) where message.u32LE(header + 4) == pipeTransceive:
      message.slice(Int(message.u32LE(header + 24)), Int(message.u32LE(header + 28)))
    case (Command.control, true) where message.u32LE(header + 4) == pipeTransceive:
      message.slice(Int(message.u32LE(header + 32)), Int(message.u32LE(header + 36)))
    default: message.slice(0, 0)
    }
  }

  /// [MS-SMB2] 2.2.5, 2.2.9 and 2.2.13.
  private static func addNames(_ message: RawSpan, _ command: UInt16, _ transaction: inout Transaction) {
    switch command {
    case Command.sessionSetup:
      NTLMMessage.find(message.slice(Int(message.u16LE(header + 12)), Int(message.u16LE(header + 14))), &transaction)
    case Command.treeConnect:
      transaction.open()
      transaction.append(utf16: message.slice(Int(message.u16LE(header + 4)), Int(message.u16LE(header + 6))))
      transaction.close(.smbShare)
      SMBNames.addPipe(share: &transaction)
    case Command.create:
      transaction.open()
      transaction.append(utf16: message.slice(Int(message.u16LE(header + 44)), Int(message.u16LE(header + 46))))
      transaction.close(.smbFile)
      transaction.addAgain(as: .smbNamedPipe)
    default: break
    }
  }
}
