// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// The calls of one connection, or of the pipes of one: which interfaces were bound, and stubs whose fragments are put
/// together.
struct DCECalls {
  /// A presentation context (C706, 12.6.3.5).
  private struct Context {
    var pipe: UInt64
    var id: UInt16
    var interface: UInt128
    var version: UInt16
  }
  private struct Call {
    var pipe: UInt64
    var id: UInt32
    var context: UInt16
    var operation: UInt16
    var number: UInt32
  }
  /// One direction.
  private struct Side {
    /// A packet that did not come in one piece, and the pipe that it came through.
    var packet: [UInt8] = []
    var packetPipe: UInt64 = 0
    /// The stub of a call whose last fragment has not come.
    var stub: [UInt8] = []
    var stubPipe: UInt64 = 0
    var stubCall: UInt32 = 0
  }
  private var contexts: [Context] = []
  private var nextContext = 0
  private var calls: [Call] = []
  private var nextCall = 0
  private var client = Side()
  private var server = Side()
  private var requests: UInt32 = 0
  /// The version of SMB that carries the pipes; 0: none.
  var smbVersion: UInt8 = 0

  /// Contexts, and calls without an answer, that are remembered.
  private static let most = 32
  /// Bytes of a stub: of longer ones the beginning is read.
  static let largest = InformationReader.mostHeld

  /// Whether bytes that came through a pipe are calls, or the rest of one.
  func isCall(_ bytes: RawSpan, isFromClient: Bool, pipe: UInt64) -> Bool {
    let side = isFromClient ? client : server
    return (!side.packet.isEmpty && side.packetPipe == pipe) || (bytes.byteCount >= 16 && DCEHeader.isPlausible(bytes))
  }

  mutating func lost(_ isFromClient: Bool) {
    if isFromClient { client = Side() } else { server = Side() }
  }

  /// Reads what was written to or read from a pipe: packets, of which the last may go on in the next bytes.
  mutating func read<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, pipe: UInt64, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    var side = isFromClient ? exchange(&client, with: Side()) : exchange(&server, with: Side())
    if side.packet.isEmpty || side.packetPipe != pipe {
      let used = packets(bytes, isFromClient, pipe, &side, &transaction, &sink)
      side.packet.removeAll(keepingCapacity: true)
      side.packet.append(copying: bytes.from(used))
    } else {
      var whole = exchange(&side.packet, with: [])
      whole.append(copying: bytes)
      let used = packets(whole.bytes, isFromClient, pipe, &side, &transaction, &sink)
      if used > 0 { whole.removeFirst(min(used, whole.count)) }
      side.packet = whole
    }
    side.packetPipe = pipe
    if isFromClient { client = side } else { server = side }
  }

  /// The number of bytes that need not be kept; what is no packet is passed over.
  private mutating func packets<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, _ pipe: UInt64, _ side: inout Side, _ transaction: inout Transaction,
    _ sink: inout Sink
  ) -> Int {
    var offset = 0
    while offset < bytes.byteCount {
      let rest = bytes.from(offset)
      guard DCEHeader.isPlausible(rest) else { return bytes.byteCount }
      guard rest.byteCount >= DCEHeader.size else { return offset }
      guard let header = DCEHeader(rest) else { return bytes.byteCount }
      guard rest.byteCount >= header.length else { return offset }
      let length = header.length
      if let packet = DCEHeader(rest.slice(0, length)) {
        self.packet(packet, isFromClient, pipe, &side, &transaction, &sink)
      }
      offset += length
    }
    return offset
  }

  private mutating func packet<Sink: TransactionSink & ~Copyable>(
    _ header: borrowing DCEHeader, _ isFromClient: Bool, _ pipe: UInt64, _ side: inout Side,
    _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    switch header.type {
    case DCEHeader.Sort.bind, DCEHeader.Sort.alterContext: bind(header, isFromClient, pipe, &transaction, &sink)
    case DCEHeader.Sort.request, DCEHeader.Sort.response:
      let isRequest = header.type == DCEHeader.Sort.request
      let call = isRequest ? remember(header, pipe) : answered(header, pipe)
      if header.isFirst && header.isLast {
        return emit(header.stub, header, call, isFromClient, &transaction, &sink)
      }
      if header.isFirst || side.stubPipe != pipe || side.stubCall != header.callID {
        side.stub.removeAll(keepingCapacity: true)
        (side.stubPipe, side.stubCall) = (pipe, header.callID)
      }
      side.stub.append(copying: header.stub.slice(0, DCECalls.largest - side.stub.count))
      if header.isLast {
        emit(side.stub.bytes, header, call, isFromClient, &transaction, &sink)
        side.stub = []
      }
    case DCEHeader.Sort.fault: emit(header.stub, header, answered(header, pipe), isFromClient, &transaction, &sink)
    default: break
    }
  }

  /// Remembers the interfaces that are asked for (C706, 12.6.4.3), and gives each to the sink.
  private mutating func bind<Sink: TransactionSink & ~Copyable>(
    _ header: borrowing DCEHeader, _ isFromClient: Bool, _ pipe: UInt64, _ transaction: inout Transaction,
    _ sink: inout Sink
  ) {
    requests &+= 1
    var offset = 28
    for _ in 0..<header.bytes.u8(24) {
      guard offset + 24 <= header.bytes.byteCount else { return }
      let context = Context(
        pipe: pipe, id: header.u16(offset), interface: header.interface(offset + 4), version: header.u16(offset + 20))
      begin(header, isFromClient, requests, &transaction)
      transaction.numbers.dceInterface = context.interface
      transaction.numbers.dceInterfaceVersion = context.version
      sink.transaction(transaction)
      offset += 24 + 20 * Int(header.bytes.u8(offset + 2))
      if let place = contexts.firstIndex(where: { $0.pipe == pipe && $0.id == context.id }) {
        contexts[place] = context
      } else if contexts.count < DCECalls.most {
        contexts.append(context)
      } else {
        contexts[nextContext] = context
        nextContext = (nextContext + 1) % DCECalls.most
      }
    }
  }

  private mutating func remember(_ header: borrowing DCEHeader, _ pipe: UInt64) -> Call {
    let known = calls.firstIndex { $0.pipe == pipe && $0.id == header.callID }
    var call = Call(
      pipe: pipe, id: header.callID, context: header.u16(20), operation: header.u16(22), number: 0)
    if header.isFirst || known == nil { requests &+= 1 }
    call.number = requests
    if let known {
      if !header.isFirst { call.number = calls[known].number }
      calls[known] = call
    } else if calls.count < DCECalls.most {
      calls.append(call)
    } else {
      calls[nextCall] = call
      nextCall = (nextCall + 1) % DCECalls.most
    }
    return call
  }
  private func answered(_ header: borrowing DCEHeader, _ pipe: UInt64) -> Call? {
    calls.first { $0.pipe == pipe && $0.id == header.callID }
  }

  private func begin(
    _ header: borrowing DCEHeader, _ isFromClient: Bool, _ number: UInt32, _ transaction: inout Transaction
  ) {
    transaction.begin(.dcerpc, .message, isFromClient: isFromClient, number: number)
    transaction.numbers.smbVersion = smbVersion == 0 ? nil : smbVersion
    transaction.numbers.dcePacket = header.type
    transaction.numbers.isDCELittleEndian = header.isLittleEndian
  }

  private func emit<Sink: TransactionSink & ~Copyable>(
    _ stub: RawSpan, _ header: borrowing DCEHeader, _ call: Call?, _ isFromClient: Bool,
    _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    begin(header, isFromClient, call?.number ?? max(1, requests), &transaction)
    if let call {
      transaction.numbers.dceOperation = call.operation
      if let context = contexts.first(where: { $0.pipe == call.pipe && $0.id == call.context }) {
        transaction.numbers.dceInterface = context.interface
        transaction.numbers.dceInterfaceVersion = context.version
      }
    }
    transaction.add(.dceStub, stub)
    sink.transaction(transaction)
  }
}
