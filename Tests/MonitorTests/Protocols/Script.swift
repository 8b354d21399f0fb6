// SPDX-License-Identifier: Apache-2.0
import Capture
import Catalogue
import Support
import Testing

@testable import Monitor

/// A conversation of one protocol as bytes, which every protocol has for the tests common to all (`ScriptTests`). Each
/// message is whole, and alone in its segment, datagram or frame.
struct Script: CustomTestStringConvertible, Sendable {
  enum Transport: Sendable {
    case tcp(Int)
    case udp(Int)
    /// Frames of an EtherType. `toServer` is the group's address where `isMulticast`.
    case link(Int, isMulticast: Bool = false)
  }
  let name: String
  private(set) var transport: Transport
  let messages: [(direction: Direction, bytes: [UInt8])]
  /// The end whose messages cannot be understood if nothing of the other end is seen.
  let mute: Direction?

  /// `messages` are hexadecimal digits after `>` (to the server) or `<` (to the client); a line without either
  /// continues the message before it. White space is ignored.
  init(_ name: String, _ transport: Transport, mute: Direction? = nil, _ messages: String) {
    self.mute = mute
    self.name = name
    self.transport = transport
    self.messages = messages.split(separator: "\n").reduce(into: []) { played, line in
      let line = line.drop { $0 == " " }
      switch line.first {
      case ">": played.append((.toServer, hex(String(line.dropFirst()))))
      case "<": played.append((.toClient, hex(String(line.dropFirst()))))
      default: if !played.isEmpty { played[played.count - 1].bytes += hex(String(line)) }
      }
    }
  }
  /// The same on another port.
  func moved(to port: Int) -> Script {
    var moved = self
    switch transport {
    case .tcp: moved.transport = .tcp(port)
    case .udp: moved.transport = .udp(port)
    case .link: break
    }
    return moved
  }
  var testDescription: String { name }
  var hasPorts: Bool { if case .link = transport { false } else { true } }
  var isTCP: Bool { if case .tcp = transport { true } else { false } }
}

/// Plays a script to a reader, and keeps the operations read.
struct ScriptPlayer: ~Copyable {
  var reader: Reader
  private var observer: Observer
  private var conversation: Conversation
  private var sequences = [UInt32(1000), UInt32(5000)]
  private var moment = Moment()
  private let script: Script
  /// The operations read, as one text each, without times.
  private(set) var operations: [String] = []
  private(set) var found: [Operation] = []

  /// `basis` is `.syn` if the beginning of the connection was seen.
  init(_ script: Script, _ basis: Flow.Basis = .syn) {
    self.script = script
    reader = Reader(seed: 5)
    let records = AlertContext()
    observer = Observer(
      Detection(nil, rules: RuleEngine(.empty, seed: 5), seed: 5),
      Output(records, [], Sink(descriptor: -1, pace: .waiting), seed: 5))
    moment.time = 1_700_000_000_000_000_000
    conversation = ScriptPlayer.conversation(script, basis, moment.time)
    guard script.isTCP, basis == .syn else { return }
    for (direction, flags) in [(Direction.toServer, UInt16(2)), (.toClient, 18)] {
      let side = direction == .toServer ? 0 : 1
      reader.segment(
        RawSpan(), sequence: sequences[side] &- 1, acknowledgement: side == 0 ? 0 : sequences[0],
        flags: TCPFlags(rawValue: flags), missing: 0, in: &conversation, sent: direction, at: moment, &observer)
    }
  }

  /// The conversation of a script, with nothing said in it.
  static func conversation(_ script: Script, _ basis: Flow.Basis = .syn, _ time: Int64) -> Conversation {
    let frame: [UInt8]
    switch script.transport {
    case .tcp(let port):
      frame = ScriptPlayer.ip(6, big(40_000) + big(port) + big(0, 4) + big(0, 4) + [0x50, 2] + big(0, 6))
    case .udp(let port): frame = ScriptPlayer.ip(17, big(40_000) + big(port) + big(8) + big(0))
    case .link(let type, let isMulticast):
      frame = (isMulticast ? hex("01 0C CD 01 00 01") : hex("02 00 00 00 00 02")) + hex("02 00 00 00 00 01") + big(type)
    }
    return Conversation(flow(frame, script.transport, basis, time), number: 1)
  }

  private static func flow(_ frame: [UInt8], _ transport: Script.Transport, _ basis: Flow.Basis, _ time: Int64) -> Flow
  {
    let packet = Packet(frame.bytes, linkType: .ethernet, length: frame.count)
    if case .link = transport { return Flow(link: packet, time: time, frame: 1) }
    return Flow(packet, time: time, frame: 1, sourceIsServer: false, basis: basis)
  }

  private static func ip(_ number: UInt8, _ payload: [UInt8]) -> [UInt8] {
    hex("02 00 00 00 00 02 02 00 00 00 00 01 08 00") + [0x45, 0] + big(20 + payload.count) + big(1) + [
      0, 0, 64, number,
    ]
      + [0, 0, 10, 0, 0, 1, 10, 0, 0, 2] + payload
  }

  /// One segment, datagram or frame; with `isCut` the capture kept only its beginning.
  mutating func play(_ direction: Direction, _ bytes: [UInt8], isCut: Bool = false) {
    moment.frame += 1
    moment.time += 1_000_000
    conversation.flow[direction].packets += 1
    let before = conversation.operations
    if script.isTCP {
      let side = direction == .toServer ? 0 : 1
      reader.segment(
        bytes.bytes, sequence: sequences[side], acknowledgement: sequences[1 - side],
        flags: TCPFlags(rawValue: 0x18), missing: 0, in: &conversation, sent: direction, at: moment, &observer)
      sequences[side] &+= UInt32(bytes.count)
    } else {
      reader.datagram(bytes.bytes, in: &conversation, sent: direction, isCut: isCut, at: moment, &observer)
    }
    guard conversation.operations > before else { return }
    // The operations of the last message; of those before it in the same segment only the number is known.
    found += reader.exchange.operations
    operations += ScriptPlayer.texts(reader.exchange, bytes, reader.tables.names)
  }

  /// The mirror port loses `count` bytes.
  mutating func lose(_ direction: Direction, _ count: Int) {
    sequences[direction == .toServer ? 0 : 1] &+= UInt32(count)
  }
  /// The last `count` bytes are sent again, or sent late.
  mutating func rewind(_ direction: Direction, _ count: Int) {
    sequences[direction == .toServer ? 0 : 1] &-= UInt32(count)
  }
  mutating func wait(milliseconds: Int64) { moment.time += milliseconds * 1_000_000 }

  private static func texts(_ exchange: borrowing Exchange, _ bytes: [UInt8], _ names: [StaticString]) -> [String] {
    let message = Message(
      exchange.isAssembled ? exchange.assembled.bytes : bytes.bytes, exchange.names.names, exchange.items.span)
    var texts: [String] = []
    for place in 0..<exchange.operations.count { texts.append(text(exchange.operations[place], message, names)) }
    return texts
  }

  /// Everything in an operation except its times and its values, which are not read here.
  private static func text(_ operation: Operation, _ message: borrowing Message, _ names: [StaticString]) -> String {
    var shown = ShownValues()
    shown.fill(operation, message, .targets)
    var line = JSONLine()
    line.begin()
    var copy = operation
    copy.latency = -1
    line.operation(copy, shown)
    line.end()
    return "\(names[Int(operation.dissector.rawValue)]) " + String(decoding: line.bytes, as: UTF8.self)
  }

  /// By protocol name: messages understood, refused, and bytes skipped.
  var counts: [String: Reader.Count] {
    var counts: [String: Reader.Count] = [:]
    for (index, count) in reader.protocols.enumerated() where count.messages > 0 {
      counts[reader.tables.names[index].description] = count
    }
    return counts
  }
  var dissector: String {
    conversation.dissector == .none ? "" : reader.tables.names[Int(conversation.dissector.rawValue)].description
  }
  var total: UInt64 { conversation.operations }
  func findings(_ kind: FindingKind) -> UInt64 { observer.output.findings(kind) }
}

/// All targets of a message's first operation, in the notation of site files.
func targetTexts(_ exchange: borrowing Exchange) -> [String] {
  let operation = exchange.operations[0]
  var targets = operation.target == .none ? [] : [operation.target]
  for place in 0..<exchange.items.count { targets.append(exchange.items[place].target) }
  var texts: [String] = []
  for target in targets { texts.append(target.notation(name: exchange.names.names.text(target.name))) }
  return texts
}
