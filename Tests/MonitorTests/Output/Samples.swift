// SPDX-License-Identifier: Apache-2.0
import Catalogue

@testable import Monitor

/// The site and the findings shared by the tests of this folder.
enum Samples {
  /// No device has identified itself.
  static let lastValues = LastValues(seed: 1)
  static let identities = Identities(limit: 1, seed: 0)
  static let office = Party(zone: ZoneID(rawValue: 1), asset: .none)
  static let controller = Party(zone: ZoneID(rawValue: 2), asset: AssetID(rawValue: 0))
  static let modbus = DissectorID(rawValue: 0)
  /// 2026-11-23T10:15:30.123456+0900.
  static let time: Int64 = 1_795_396_530_123_456_789

  static func zone(
    _ name: String, title: String? = nil, _ importance: Importance, _ values: [Value] = [], responder: Int? = nil
  ) -> AlertContext.Zone {
    AlertContext.Zone(
      name: name, title: title ?? name, importance: importance, values: values, responder: responder)
  }

  static func context(_ language: Language = .en) -> AlertContext {
    AlertContext(
      zones: [
        zone("external", .low), zone("office", .low, responder: 1),
        zone(
          "line-1", title: "設備系ネットワーク ライン1", .high, [.safety, .quality, .delivery], responder: 0),
      ],
      assets: [
        AlertContext.Asset(name: "plc-1", role: "plc", ip: IPAddress("192.168.10.11"))
      ],
      responders: [
        AlertContext.Responder(name: "Line 1 control engineering", contact: "ext. 4410"),
        AlertContext.Responder(name: "Plant IT", contact: "soc@plant.example"),
      ],
      conduits: [
        AlertContext.Conduit(
          from: "office", to: "line-1", services: ["modbus"], operations: ["read"], targets: ["holding-register 0-99"])
      ],
      windows: [AlertContext.Window(name: "maintenance", text: "sat 09:00-17:00")],
      timeZone: "Asia/Tokyo", language: language, host: "line-1-mirror", interfaces: ["eth1"], protocols: ["modbus"])
  }

  static func source(_ ip: String = "10.20.3.7") -> Endpoint {
    Endpoint(ip: IPAddress(ip) ?? .none, port: 51_234, mac: MACAddress("02:00:00:00:00:09") ?? .none, party: office)
  }

  static let destination = Endpoint(
    ip: IPAddress("192.168.10.11") ?? .none, port: 502, mac: MACAddress("00:80:f4:01:02:03") ?? .none,
    party: controller)

  /// Modbus Application Protocol V1.1b3, 6.12: write multiple registers, two registers from 100 on, values 4 and 7.
  static let message: [UInt8] = [
    0x00, 0x51, 0x00, 0x00, 0x00, 0x0B, 0x01, 0x10, 0x00, 0x64, 0x00, 0x02, 0x04, 0x00, 0x04, 0x00, 0x07,
  ]

  /// A device; `isFull`: with all that may be known of one.
  static func asset(_ status: AssetRecord.Status = .new, isFull: Bool = false) -> AssetRecord {
    var asset = AssetRecord(
      id: destination.mac.description, time: time, firstSeen: time - 60_000_000_000, lastSeen: time)
    asset.status = status
    asset.mac = destination.mac
    asset.ips = [destination.ip]
    if status == .merged { asset.mergedInto = destination.mac.description }
    guard isFull else { return asset }
    asset.changed = AssetRecord.Key.allCases
    asset.hasMoreIPs = true
    asset.vlans = [10, 20]
    asset.hasMoreVLANs = true
    asset.zone = "line-1"
    asset.name = "plc-1"
    asset.role = "plc"
    asset.isKnown = true
    asset.names = ["conveyor-1"]
    asset.vendor = "Schneider Electric"
    asset.model = "BMX P34 2020"
    asset.firmware = "2.60"
    asset.serial = "21"
    asset.protocols = ["modbus", "umas"]
    asset.offers = ["modbus"]
    asset.actions = ["read"]
    asset.sources = ["site-file", "modbus"]
    return asset
  }

  static func operation(_ action: Action = .write) -> Operation {
    var operation = Operation(modbus, action, .request, code: 16, name: "Write Multiple Registers")
    operation.unit = 1
    operation.target = Target(area: .holdingRegister, address: 100, count: 2)
    operation.values = Values(format: .uint16, offset: 13, count: 2)
    operation.transaction = 81
    return operation
  }

  static func finding(
    _ kind: FindingKind = .crossZoneFlow, _ detail: Finding.Detail = .parties, from ip: String = "10.20.3.7",
    at time: Int64 = Samples.time, frame: UInt64 = 4053, action: Action? = .write
  ) -> Finding {
    var finding = Finding(
      kind, detail, time: time, frame: frame, source: source(ip), destination: destination)
    finding.ipProtocol = 6
    finding.vlan = 10
    finding.dissector = modbus
    finding.flow = FlowSummary(
      id: 1_758_698_661_740_561, start: time &- 1_000_000_000, packetsToServer: 3, packetsToClient: 2,
      bytesToServer: 210, bytesToClient: 140)
    finding.operation = action.map { operation($0) }
    return finding
  }

  /// One detail of each case.
  static let details: [Finding.Detail] =
    [
      .parties, .noSite, .refusedService(conduit: 0), .refusedAction(conduit: 0), .refusedTarget(conduit: 0),
      .refusedTime(conduit: 0, window: 0), .refusedTime(conduit: 9, window: -1),
      .binding(ip: destination.ip, expected: destination.mac, seen: source().mac),
      .zone(expected: ZoneID(rawValue: 2), seen: ZoneID(rawValue: 9)), .vlan(zone: ZoneID(rawValue: 2), seen: 20),
      .fault(Fault(.quantity, "quantity of registers", seen: 200, least: 1, most: 125)),
      .fault(Fault(.value, "protocol identifier", seen: 7, expected: 0)),
      .overlap(bytes: 12, what: .tcpStream), .overlap(bytes: 8, what: .ipFragments),
      .hopLimit(expected: 64, seen: 63), .silence(lastHeard: time, questions: 12, seconds: 34),
    ]
    + Finding.Counted.allCases.map { .count(what: $0, seen: 120, limit: 100, seconds: 60) }
    + FloodedTable.allCases.map { .evictions($0, seen: 5_120, limit: 256, seconds: 10) }
    + Fault.Kind.allCases.map { .fault(Fault($0, "length", seen: UInt64.max, least: 3, most: 254)) }
}

/// Lines written by a test, read back from a pipe or file.
func lines(_ bytes: [UInt8]) -> [String] {
  bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
}

/// The sentences of an alert, as texts.
struct Wording {
  let signature: String
  let summary: String
  let expected: String
  let seen: String
  let reason: String

  init(_ facts: Facts, _ occurrence: Occurrence? = nil) {
    let sentences = Sentences(facts, Catalogue.entry(facts.finding.kind), occurrence)
    signature = sentences.signature.description
    summary = sentences.summary.description
    expected = sentences.expected.description
    seen = sentences.seen.description
    reason = sentences.reason.description
  }
}

/// The words of a unit in both languages.
func unitText(_ unit: Int64, protocolName: String) -> Bilingual? {
  guard let en = unitWords(unit, protocolName: protocolName, .en),
    let ja = unitWords(unit, protocolName: protocolName, .ja)
  else { return nil }
  return Bilingual(en.description, ja.description)
}
