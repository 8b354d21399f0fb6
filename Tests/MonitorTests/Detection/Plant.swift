// SPDX-License-Identifier: Apache-2.0
import Capture
import Catalogue
import Foundation
import Support
import Testing

@testable import Monitor
@testable import SiteFile

/// What happens in a plant, and the kinds of findings it must produce.
struct Scenario: CustomTestStringConvertible, Sendable {
  let name: String
  let expected: Set<String>
  let play: @Sendable (Plant) -> Void
  init(_ name: String, _ expected: Set<String> = [], _ play: @escaping @Sendable (Plant) -> Void) {
    self.name = name
    self.expected = expected
    self.play = play
  }
  var testDescription: String { name }
}

/// A plant in memory: stations send frames to each other, and the monitor listens.
final class Plant {
  private var pipeline: Pipeline
  /// Nanoseconds.
  private(set) var time: Int64 = 1_700_000_000_000_000_000
  /// Of the latest IP packet: all stations count together.
  var identification = 0

  static let site = """
    site: Test plant
    timezone: Asia/Tokyo
    zones:
      line: {importance: high, networks: [192.168.10.0/24, "fd00:10::/64"], vlans: [10]}
      scada: {importance: high, networks: [192.168.20.0/24], vlans: [20]}
      office: {importance: low, networks: [10.20.0.0/16]}
    assets:
      plc: {zone: line, mac: "02:00:00:00:10:0b", ip: 192.168.10.11, role: plc}
      plc-2: {zone: line, mac: "02:00:00:00:10:0c", ip: 192.168.10.12, role: plc}
      hmi: {zone: line, mac: "02:00:00:00:10:15", ip: 192.168.10.21, role: hmi}
      laptop: {zone: line, mac: "02:00:00:00:10:5a", ip: 192.168.10.90, role: engineering-station, presence: occasional}
      gateway: {zone: line, mac: "02:00:00:00:10:01", ip: 192.168.10.1, role: router}
    conduits:
      - {from: scada, to: line, services: [modbus], operations: [read]}
      - {from: hmi, to: plc, services: [modbus], operations: [read, write], targets: ["holding-register 0-99"]}
      - {from: laptop, to: line, services: [any], operations: [any], during: maintenance}
      - {from: office, to: scada, services: [tcp/443]}
    windows:
      maintenance: {days: [sat], hours: "09:00-17:00"}
    """

  /// Where alerts are written; nil where they are only counted.
  private var output: URL?

  /// `language`: that of the records to be written; without one they are only counted.
  init(site text: String? = nil, language: Language? = nil, log: LogKinds = .alerts, flowLimit: Int = 262_144) throws {
    let site = try text.map(Plant.load)
    var options = Pipeline.Options()
    options.seed = 3
    options.flowLimit = flowLimit
    options.log = language == nil ? [] : log
    options.language = language ?? .en
    if language != nil {
      output = FileManager.default.temporaryDirectory.appending(path: "sekisho-\(UUID().uuidString).json")
    }
    let sink = try output.map { try Sink(path: $0.path, pace: .waiting) }
    pipeline = Pipeline(options, site: site, sink: sink ?? Sink(descriptor: -1, pace: .waiting))
  }
  deinit { if let output { try? FileManager.default.removeItem(at: output) } }

  private static func load(_ text: String) throws -> Site {
    let file = FileManager.default.temporaryDirectory.appending(path: "sekisho-\(UUID().uuidString).yaml")
    try text.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    return try Site.load(file: file.path)
  }
  /// Judges by another site file from now on.
  func replace(site text: String) throws { pipeline.replace(site: try Plant.load(text)) }

  /// Ends the run; the records that were written.
  func finish() throws -> [Record] {
    pipeline.finish()
    return try read()
  }
  /// The records written so far.
  func written() throws -> [Record] {
    pipeline.flush()
    return try read()
  }
  private func read() throws -> [Record] {
    guard let output else { return [] }
    return try String(contentsOf: output, encoding: .utf8).split(separator: "\n").map { try Record(String($0)) }
  }

  /// The kinds found so far, and how often.
  var found: [String: UInt64] {
    var found: [String: UInt64] = [:]
    for alert in pipeline.alertsByKind { found[Catalogue.entry(alert.kind).id] = alert.findings }
    return found
  }
  var kinds: Set<String> { Set(found.keys) }

  /// What the summary lists of what was done to controllers.
  func notable(_ most: Int = 20) -> (list: [NotableDeed], further: Int, forgotten: Int) {
    pipeline.notableDeeds(most: most)
  }

  /// How many findings each exception of the site file has muted, and those of earlier files.
  var muted: (list: [ExceptionCount], former: UInt64) { pipeline.exceptionCounts }
  var mutedFindings: UInt64 { pipeline.mutedFindings }

  /// What the monitor has begun or ceased to lose.
  func newLosses() -> [Loss] { pipeline.newLosses() }

  func wait(_ seconds: Double) { time += Int64(seconds * 1e9) }

  func send(_ frame: [UInt8], wait: Double = 0.001) {
    pipeline.process(Frame(bytes: frame.bytes, length: frame.count, time: time, linkType: .ethernet))
    self.wait(wait)
  }

  // MARK: Frames

  struct Station {
    var ip: String
    var mac: UInt64
    init(_ ip: String, mac: UInt64? = nil) {
      self.ip = ip
      // The MAC address is derived from the last two numbers of the IP address.
      let parts = ip.split(separator: ".").compactMap { UInt64($0) }
      self.mac = mac ?? (0x0200_0000_0000 | (parts.count == 4 ? parts[2] << 8 | parts[3] : 0))
    }
    var address: [UInt8] { ip.split(separator: ".").compactMap { UInt8($0) } }
    var macBytes: [UInt8] { big(Int(mac), 6) }
  }

  static let broadcast = [UInt8](repeating: 0xFF, count: 6)

  /// A frame of any type; broadcast if `to` is nil.
  func ethernet(_ payload: [UInt8], _ type: Int, from: Station, to: Station?, vlan: Int? = nil) -> [UInt8] {
    (to?.macBytes ?? Plant.broadcast) + from.macBytes + (vlan.map { big(0x8100) + big($0) } ?? [])
      + big(type) + payload
  }

  func ip(
    _ payload: [UInt8], _ number: UInt8, from: Station, to: Station, hopLimit: UInt8 = 64, vlan: Int? = nil,
    toEverybody: Bool = false
  ) -> [UInt8] {
    identification = (identification + 1) & 0xFFFF
    let start: [UInt8] =
      [0x45, 0] + big(20 + payload.count) + big(identification) + [0, 0, hopLimit, number]
    let ends = from.address + to.address
    var sum = stride(from: 0, to: start.count, by: 2).reduce(0) { $0 + Int(start[$1]) << 8 + Int(start[$1 + 1]) }
    sum += stride(from: 0, to: ends.count, by: 2).reduce(0) { $0 + Int(ends[$1]) << 8 + Int(ends[$1 + 1]) }
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    let datagram = start + big(~sum & 0xFFFF) + ends + payload
    return ethernet(datagram, 0x0800, from: from, to: toEverybody ? nil : to, vlan: vlan)
  }

  func udp(_ payload: [UInt8], _ source: Int, _ destination: Int, from: Station, to: Station, hopLimit: UInt8 = 64)
    -> [UInt8]
  {
    // Checksum 0 means that there is none (RFC 768).
    let header = big(source) + big(destination) + big(8 + payload.count) + [0, 0]
    return ip(header + payload, 17, from: from, to: to, hopLimit: hopLimit)
  }

  /// A TCP segment with these flags (RFC 9293, 3.1: FIN 1, SYN 2, RST 4, PSH 8, ACK 16).
  func tcp(
    _ flags: UInt8, _ source: Int, _ destination: Int, from: Station, to: Station, sequence: Int = 1_000,
    acknowledgement: Int = 0, _ payload: [UInt8] = [], hopLimit: UInt8 = 64, vlan: Int? = nil, options: [UInt8] = []
  ) -> [UInt8] {
    var bytes =
      big(source) + big(destination) + big(sequence, 4) + big(acknowledgement, 4)
      + [UInt8(5 + options.count / 4) << 4, flags] + big(8192) + [0, 0, 0, 0]
    bytes += options + payload
    var words = from.address + to.address + [0, 6] + big(bytes.count) + bytes
    if words.count % 2 == 1 { words.append(0) }
    var sum = stride(from: 0, to: words.count, by: 2).reduce(0) { $0 + Int(words[$1]) << 8 + Int(words[$1 + 1]) }
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    bytes.replaceSubrange(16..<18, with: big(~sum & 0xFFFF))
    return ip(bytes, 6, from: from, to: to, hopLimit: hopLimit, vlan: vlan)
  }

  /// An ICMP destination unreachable about a frame without tags (RFC 792): its IP header and eight bytes more.
  func unreachable(_ code: UInt8, _ frame: [UInt8], from: Station, to: Station) -> [UInt8] {
    icmp([3, code, 0, 0, 0, 0, 0, 0] + frame[14..<min(42, frame.count)], from: from, to: to)
  }
  private func icmp(_ message: [UInt8], from: Station, to: Station) -> [UInt8] {
    var message = message
    let padded = message + (message.count % 2 == 1 ? [0] : [])
    var sum = stride(from: 0, to: padded.count, by: 2).reduce(0) { $0 + Int(padded[$1]) << 8 + Int(padded[$1 + 1]) }
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    message.replaceSubrange(2..<4, with: big(~sum & 0xFFFF))
    return ip(message, 1, from: from, to: to)
  }

  func arp(_ operation: Int, _ sender: Station, _ target: Station, to: Station? = nil) -> [UInt8] {
    let body =
      big(1) + big(0x0800) + [6, 4] + big(operation) + sender.macBytes + sender.address
      + (operation == 1 ? [UInt8](repeating: 0, count: 6) : target.macBytes) + target.address
    return ethernet(body, 0x0806, from: sender, to: to)
  }

  func echo(from: Station, to: Station, isReply: Bool = false) -> [UInt8] {
    let body: [UInt8] = [isReply ? 0 : 8, 0, 0, 0, 0x12, 0x34, 0, 1]
    let sum = ~(Int(body[0]) << 8 + 0x1234 + 1) & 0xFFFF
    return ip([body[0], 0] + big(sum) + body[4...], 1, from: from, to: to)
  }
}

/// One TCP connection between two stations, segment by segment.
final class Connection {
  private let plant: Plant
  private let client: Plant.Station
  private let server: Plant.Station
  private let ports: (Int, Int)
  private var sequences = [1000, 5000]
  var vlan: Int?
  var hopLimit: UInt8 = 64
  /// Those of the client's SYN, in whole words.
  var options: [UInt8] = []
  /// The server's, where it is another one.
  var serverHopLimit: UInt8?
  /// Whether the mirror port shows the segments of this end.
  var isClientVisible = true
  var isServerVisible = true
  private static let (fin, syn, rst, psh, ack): (UInt8, UInt8, UInt8, UInt8, UInt8) = (1, 2, 4, 8, 16)

  init(_ plant: Plant, from client: Plant.Station, to server: Plant.Station, port: Int = 502, clientPort: Int = 40_000)
  {
    self.plant = plant
    self.client = client
    self.server = server
    ports = (clientPort, port)
  }

  private func segment(_ side: Int, _ flags: UInt8, _ payload: [UInt8] = [], wait: Double = 0.001) {
    let (from, to) = side == 0 ? (client, server) : (server, client)
    let (source, destination) = side == 0 ? ports : (ports.1, ports.0)
    if side == 0 ? isClientVisible : isServerVisible {
      let hopLimit = side == 0 ? hopLimit : serverHopLimit ?? hopLimit
      plant.send(
        plant.tcp(
          flags, source, destination, from: from, to: to, sequence: sequences[side],
          acknowledgement: flags & Self.ack != 0 ? sequences[1 - side] : 0, payload, hopLimit: hopLimit, vlan: vlan,
          options: flags == Self.syn ? options : []),
        wait: wait)
    }
    sequences[side] += payload.count + (flags & (Self.syn | Self.fin) != 0 ? 1 : 0)
  }

  func syn(wait: Double = 0.001) { segment(0, Self.syn, wait: wait) }
  func refuse() { segment(1, Self.rst | Self.ack) }
  @discardableResult func open() -> Connection {
    syn()
    segment(1, Self.syn | Self.ack)
    segment(0, Self.ack)
    return self
  }
  func close() {
    segment(0, Self.fin | Self.ack)
    segment(1, Self.fin | Self.ack)
    segment(0, Self.ack)
  }
  func ask(_ payload: [UInt8], wait: Double = 0.001) { segment(0, Self.psh | Self.ack, payload, wait: wait) }
  func answer(_ payload: [UInt8], wait: Double = 0.001) { segment(1, Self.psh | Self.ack, payload, wait: wait) }

  // MARK: Modbus

  private var transaction = 0
  static func message(_ transaction: Int, _ pdu: [UInt8], unit: UInt8 = 1) -> [UInt8] {
    big(transaction) + [0, 0] + big(1 + pdu.count) + [unit] + pdu
  }
  /// A question, and its answer if there is one.
  func modbus(_ question: [UInt8], _ answer: [UInt8]?, unit: UInt8 = 1, wait: Double = 0.001) {
    transaction += 1
    ask(Self.message(transaction, question, unit: unit))
    if let answer { self.answer(Self.message(transaction, answer, unit: unit), wait: wait) } else { plant.wait(wait) }
  }
  func read(_ address: Int = 0, _ count: Int = 1) {
    modbus(
      [3] + big(address) + big(count), [3, UInt8(2 * count)] + [UInt8](repeating: 0, count: 2 * count))
  }
  func write(_ address: Int = 0) {
    let pdu = [6] + big(address) + [0, 7]
    modbus(pdu, pdu)
  }
}
