// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Testing

@testable import Monitor

@Suite struct RecordTests {
  private func alert(
    _ finding: Finding, _ context: AlertContext = Samples.context(), count: UInt64 = 1, values: ShownValues = .none,
    _ extent: Extent? = nil
  ) throws -> String {
    var records = Records(context)
    let occurrence = Occurrence(
      id: 0xABC, count: count, first: finding.time, last: finding.time, extent: extent)
    let text = try written { sink in records.alert(finding, occurrence, values: values, Samples.identities, to: &sink) }
    return try #require(text.first)
  }

  @Test func `the contract's example is written key by key`() throws {
    let finding = Samples.finding()
    let message = Samples.message
    let line = try alert(finding, values: ShownValues(finding.operation, Message(RawSpan(_elements: message.span))))
    let golden = """
      {"timestamp":"2026-11-23T10:15:30.123456+0900","flow_id":1758698661740561,"host":"line-1-mirror",\
      "in_iface":"eth1","event_type":"alert","pcap_cnt":4053,"vlan":[10],"src_ip":"10.20.3.7","src_port":51234,\
      "dest_ip":"192.168.10.11","dest_port":502,"proto":"TCP","app_proto":"modbus",\
      "community_id":"1:5aWpUOekHbQjoiCcK7YeWQCWY+4=",\
      "ether":{"src_mac":"02:00:00:00:00:09","dest_mac":"00:80:f4:01:02:03"},\
      "flow":{"start":"2026-11-23T10:15:29.123456+0900","pkts_toserver":3,"pkts_toclient":2,"bytes_toserver":210,\
      "bytes_toclient":140},\
      "alert":{"action":"allowed","gid":1,"signature_id":1790001,"rev":1,"severity":1,"category":"Zone policy",\
      "signature":"Flow from zone office to zone line-1 without a conduit",\
      "metadata":{"kind":["cross-zone-flow"],"mitre_tactic_id":["TA0108","TA0109"],\
      "mitre_tactic_name":["Initial Access","Lateral Movement"],"mitre_technique_id":["T0886"],\
      "mitre_technique_name":["Remote Services"],"threat":["3","4"],"checklist":["3-5","3-7"],\
      "at_stake":["safety","quality","delivery"]},\
      "context":{"alert_id":"00000000000000000000000000000abc","status":"open","count":1,\
      "first_seen":"2026-11-23T10:15:30.123456+0900","last_seen":"2026-11-23T10:15:30.123456+0900",\
      "operation":{"action":"write","role":"request","code":16,"name":"Write Multiple Registers","unit":1,\
      "target":{"area":"holding-register","address":100,"count":2},"values":[4,7],"transaction":81},\
      "ooda":{"observe":{"summary":"10.20.3.7 in zone office wrote 4, 7 to holding-register 100-101 of plc-1 \
      (192.168.10.11) in zone line-1; no conduit allows it.",\
      "expected":"No traffic from zone office to zone line-1: the site file has no conduit for it.",\
      "seen":"Write Multiple Registers (code 16), holding-register 100-101 = 4, 7, from 10.20.3.7 to plc-1 \
      (192.168.10.11)."},\
      "orient":{"source":{"zone":"office","known":false},\
      "destination":{"zone":"line-1","zone_title":"設備系ネットワーク ライン1","asset":"plc-1","role":"plc","known":true},\
      "importance":"high","reason":"no conduit from zone office to zone line-1"},\
      "decide":{"severity":"high","confidence":0.95,"responder":"Line 1 control engineering","contact":"ext. 4410",\
      "respond_within":"PT15M"},"act":{"playbook":"cross-zone-flow","steps":[
      """
    #expect(line.hasPrefix(golden))
    #expect(line.hasSuffix("reload.\"]}}}}}"))
  }

  @Test(arguments: Language.allCases, [nil, Action.write, .firmware] as [Action?])
  func `every kind of finding has its texts with every detail, within the limits`(language: Language, action: Action?)
    throws
  {
    var records = Records(Samples.context(language))
    let text = try written { sink in
      for kind in FindingKind.allCases {
        for detail in Samples.details {
          let finding = Samples.finding(kind, detail, action: action)
          records.alert(finding, Occurrence(id: 1, count: 1, first: 0, last: 0), Samples.identities, to: &sink)
        }
      }
    }
    #expect(text.count == FindingKind.allCases.count * Samples.details.count)
    for line in text {
      let record = try Record(line)
      for place in ["observe.summary", "observe.expected", "observe.seen", "orient.reason"] {
        #expect(record.text("alert.context.ooda." + place)?.isEmpty == false)
      }
      #expect(record.text("alert.signature")?.isEmpty == false)
      #expect(record.isFlat && record.leaves < 256)
    }
  }

  @Test func `Japanese changes the texts for people, but nothing that machines match on`() throws {
    for kind in FindingKind.allCases {
      let english = try Record(try alert(Samples.finding(kind)))
      let japanese = try Record(try alert(Samples.finding(kind), Samples.context(.ja)))
      for place in ["alert.category", "alert.context.ooda.act.playbook", "alert.context.ooda.decide.severity"] {
        #expect(english.text(place) == japanese.text(place))
      }
      #expect(english.number("alert.signature_id") == japanese.number("alert.signature_id"))
      for place in ["alert.signature", "alert.context.ooda.observe.summary", "alert.context.ooda.orient.reason"] {
        let text = japanese.text(place) ?? ""
        #expect(text != english.text(place))
        #expect(text.unicodeScalars.contains { (0x3040...0x9FFF).contains($0.value) }, "\(kind) \(place)")
      }
      let steps = japanese.value("alert.context.ooda.act.steps") as? [String] ?? []
      #expect(
        steps.count >= 3 && steps.allSatisfy { $0.unicodeScalars.contains { (0x3040...0x9FFF).contains($0.value) } })
    }
  }

  @Test(arguments: ["\u{01}\"\\\n", "設備", "\u{2028}\u{85}", "\u{FFFD}"])
  func `with hostile names a record stays on one line, below 10,000 bytes and 256 leaves`(unit: String) throws {
    let name = String(repeating: unit, count: 5000)
    for language in Language.allCases {
      var context = Samples.context(language)
      context.zones = (0..<3).map { _ in Samples.zone(name, title: name + "x", .high, Value.allCases, responder: 0) }
      context.assets = [
        AlertContext.Asset(name: name, role: name, ip: nil)
      ]
      context.responders = [AlertContext.Responder(name: name, contact: name)]
      context.conduits = [
        AlertContext.Conduit(
          from: name, to: name, services: Array(repeating: name, count: 99), operations: [name], targets: [name])
      ]
      context.windows = [AlertContext.Window(name: name, text: name)]
      context.host = name
      context.interfaces = [name]
      context.protocols = [String(name.prefix(64))]
      var values = ShownValues()
      values.values = Array(repeating: .number(.unsigned(.max)), count: ShownValues.Limit.alert.values)
      values.count = 2000
      values.targets = Array(repeating: String(repeating: "\"", count: 800), count: 1)
      values.before = Array(repeating: .unsigned(.max), count: ShownValues.Limit.alert.values)
      values.quality = Array(repeating: Int64(UInt32.max), count: ShownValues.Limit.alert.values)
      var records = Records(context)
      let text = try written { sink in
        for kind in FindingKind.allCases {
          for detail in Samples.details {
            var finding = Samples.finding(kind, detail)
            finding.operation?.values.count = 2000
            finding.operation?.fault = Fault(.value, "value", seen: .max, least: .max, most: .max)
            finding.source.party = Samples.controller
            finding.tunnelDepth = 2
            let occurrence = Occurrence(id: .max, count: .max, first: .min, last: .max)
            records.alert(finding, occurrence, values: values, Samples.identities, to: &sink)
            #expect(records.line.leaves < 256)
          }
        }
      }
      #expect(text.count == FindingKind.allCases.count * Samples.details.count)
      for line in text {
        #expect(line.utf8.count < 10_000)
        #expect(!line.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x2028 || $0.value == 0x85 })
      }
      for line in text.prefix(40) {
        let record = try Record(line)
        #expect(record.leaves < 256 && record.isFlat)
      }
    }
  }

  @Test(arguments: [
    ("::", "ff02::1", 58, "::", "ff02::1"), ("fe80::1", "::", 17, "fe80::1", "::"), ("::", "::", 17, "::", "::"),
    ("0.0.0.0", "255.255.255.255", 17, "0.0.0.0", "255.255.255.255"), ("::", "10.0.0.1", 6, "0.0.0.0", "10.0.0.1"),
  ])
  func `the addresses of a record are of one family`(
    source: String, destination: String, ipProtocol: UInt8, from: String, to: String
  ) throws {
    let ends = try [source, destination].map { Endpoint(ip: try #require(IPAddress($0)), party: Samples.controller) }
    let found = Records(Samples.context()).addresses(ends[0], ends[1], ipProtocol)
    #expect(found.0.description == from && found.1.description == to)
  }

  @Test func `without IP the device's listed address is used, else 0.0.0.0`() throws {
    var finding = Samples.finding(.unknownMAC, action: nil)
    finding.source.ip = .none
    finding.destination.ip = .none
    finding.ipProtocol = nil
    finding.dissector = .none
    finding.flow = nil
    finding.vlan = 0xFFFF
    let record = try Record(try alert(finding))
    #expect(record.text("src_ip") == "0.0.0.0")
    #expect(record.text("dest_ip") == "192.168.10.11")
    #expect(record.text("app_proto") == "failed")
    for absent in ["proto", "src_port", "dest_port", "community_id", "flow_id", "flow", "vlan", "tunnel"] {
      #expect(record.value(absent) == nil, "\(absent)")
    }
    #expect(record.text("ether.src_mac") == "02:00:00:00:00:09")
  }

  @Test func `an ICMP finding shows type and code instead of ports`() throws {
    var finding = Samples.finding(.flood, .count(what: .icmpPackets, seen: 9, limit: 1, seconds: 1), action: nil)
    finding.ipProtocol = 1
    finding.source.port = 8
    finding.destination.port = 0
    let record = try Record(try alert(finding))
    #expect(record.number("icmp_type") == 8 && record.number("icmp_code") == 0)
    #expect(record.value("src_port") == nil && record.text("proto") == "ICMP")
  }

  @Test func `a finding in a tunnel names the tunnel`() throws {
    var finding = Samples.finding()
    finding.tunnelDepth = 1
    finding.tunnelSource = IPAddress("172.16.0.1") ?? .none
    finding.tunnelDestination = IPAddress("172.16.0.2") ?? .none
    finding.tunnelProtocol = 47
    let line = try alert(finding)
    #expect(line.contains(#""tunnel":{"src_ip":"172.16.0.1","dest_ip":"172.16.0.2","proto":"GRE","depth":1}"#))
  }

  @Test(arguments: [
    (Importance.low, 2, "medium", "PT4H"), (.medium, 2, "medium", "PT4H"), (.high, 1, "high", "PT15M"),
  ])
  func `high importance raises severity by one step`(
    importance: Importance, severity: Int, word: String, within: String
  )
    throws
  {
    var context = Samples.context()
    context.zones[2] = Samples.zone("line-1", importance)
    let record = try Record(try alert(Samples.finding(action: .read), context))
    #expect(record.number("alert.severity") == severity)
    #expect(record.text("alert.context.ooda.decide.severity") == word)
    #expect(record.text("alert.context.ooda.decide.respond_within") == within)
  }

  @Test(arguments: [(Importance.low, 2), (.medium, 2), (.high, 2)])
  func `presence alone is of medium severity, what a stranger changes of the highest`(
    importance: Importance, severity: Int
  ) throws {
    var context = Samples.context()
    context.zones[2] = Samples.zone("line-1", importance)
    #expect(
      try Record(try alert(Samples.finding(.unknownMAC, action: nil), context)).number("alert.severity") == severity)
    for action in [Action.write, .operate, .state, .program, .clock, .configure] {
      let deed = Samples.finding(.newWriter, action: action)
      #expect(try Record(try alert(deed, context)).number("alert.severity") == 1)
    }
  }

  @Test(arguments: [
    (Action.state, ["T0858", "T0816"]), (.program, ["T0843"]), (.firmware, ["T1693.001"]), (.configure, ["T0836"]),
  ])
  func `a controller command names the ATT&CK techniques of its action`(action: Action, techniques: [String]) throws {
    let record = try Record(try alert(Samples.finding(.controllerCommand, action: action)))
    #expect(record.value("alert.metadata.mitre_technique_id") as? [String] == techniques)
  }

  @Test func `an operation line has the contract's keys in the contract's order`() throws {
    var records = Records(Samples.context())
    var operation = Samples.operation()
    operation.role = .response
    operation.subcode = 14
    operation.outcome = .error(code: 2, name: "Illegal Data Address")
    operation.latency = 1_234_567
    operation.pairing = .answered
    operation.written = Target(area: .file, number: 4, address: 1, count: 1)
    let message = Samples.message
    let line = try written { sink in
      records.operation(
        operation, time: Samples.time, frame: 7, source: Samples.source(), destination: Samples.destination,
        ipProtocol: 6, flowID: .max, message: Message(RawSpan(_elements: message.span)), to: &sink)
    }
    #expect(
      line == [
        """
        {"timestamp":"2026-11-23T10:15:30.123456+0900","event_type":"operation","pcap_cnt":7,\
        "flow_id":9007199254740991,"src_ip":"10.20.3.7","src_port":51234,"dest_ip":"192.168.10.11","dest_port":502,\
        "proto":"TCP","app_proto":"modbus","operation":{"action":"write","role":"response","code":16,\
        "name":"Write Multiple Registers","subcode":14,"unit":1,\
        "target":{"area":"holding-register","address":100,"count":2},\
        "written":{"area":"file","number":4,"address":1,"count":1},"values":[4,7],"outcome":"error","error_code":2,\
        "error_name":"Illegal Data Address","transaction":81,"latency_us":1234,"pairing":"answered"}}
        """
      ])
  }

  @Test func `values are read as far as the message extends, and a cut list keeps its count`() {
    let bytes: [UInt8] = [0b0000_0101, 0x02, 0x03]
    let cases: [(Values, [UInt64])] = [
      (Values(format: .none, offset: 0, count: 3), []),
      (Values(format: .bit, offset: 0, count: 4), [1, 0, 1, 0]),
      (Values(format: .bit, offset: 2, count: 20), [1, 1, 0, 0, 0, 0, 0, 0]),
      (Values(format: .uint8, offset: 1, count: 9), [2, 3]),
      (Values(format: .uint16, offset: 0, count: 2), [0x0502]),
      (Values(format: .uint16, offset: -1, count: 2), []),
      (Values(format: .uint8, offset: .max, count: .max), []),
      (Values(format: .uint8, offset: 0, count: -1), []),
    ]
    var numbers: [Number] = []
    for (values, expected) in cases {
      numbers.removeAll()
      values.read(RawSpan(_elements: bytes.span), most: 8, into: &numbers)
      #expect(numbers == expected.map { Number.unsigned($0) })
    }
  }

  @Test func `an operation record with all values of a read stays below 256 leaves`() throws {
    var records = Records(Samples.context())
    var operation = Samples.operation(.read)
    operation.values = Values(format: .bit, offset: 0, count: 2000)
    let message = [UInt8](repeating: 0xFF, count: 250)
    let line = try written { sink in
      records.operation(
        operation, time: 0, frame: 1, source: Samples.source(), destination: Samples.destination, ipProtocol: 6,
        message: Message(RawSpan(_elements: message.span)), to: &sink)
    }
    let record = try Record(try #require(line.first))
    #expect(record.leaves < 256)
    #expect((record.value("operation.values") as? [Int])?.count == ShownValues.Limit.operation.values)
    #expect(record.number("operation.values_count") == 2000)
  }

  @Test func `the product's own counters are written in a separate stats line`() throws {
    var records = Records(Samples.context())
    var stats = StatsRecord(time: Samples.time, uptime: 60)
    stats[.kernelPackets] = 100
    stats[.kernelDrops] = 0
    stats[.ipv4Fragments] = 2
    stats[.ipv6Reassembled] = 3
    stats.own = [
      ("protocols.modbus.seen", 5), ("protocols.modbus.understood", 4), ("protocols.dnp3.seen", 1), ("duplicates", 9),
    ]
    let text = try written { sink in records.stats(stats, to: &sink) }
    #expect(
      text == [
        """
        {"timestamp":"2026-11-23T10:15:30.123456+0900","host":"line-1-mirror","event_type":"stats","stats":{"uptime":60,\
        "capture":{"kernel_packets":100,"kernel_drops":0},"defrag":{"ipv4":{"fragments":2},"ipv6":{"reassembled":3}}}}
        """,
        """
        {"timestamp":"2026-11-23T10:15:30.123456+0900","host":"line-1-mirror","event_type":"monitor","monitor":\
        {"uptime":60,"protocols":{"modbus":{"seen":5,"understood":4},"dnp3":{"seen":1}},"duplicates":9}}
        """,
      ])
  }
}
