// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Support
import Testing

@testable import Monitor

/// Suricata's own schema of EVE: from `SEKISHO_EVE_SCHEMA`, else from its location next to the checkout.
private let schema: String? = {
  let beside = repository.deletingLastPathComponent().appending(path: "shared/tools/eve-schema.json").path
  let path = ProcessInfo.processInfo.environment["SEKISHO_EVE_SCHEMA"] ?? beside
  return FileManager.default.fileExists(atPath: path) && python(["-c", "import jsonschema"])?.status == 0 ? path : nil
}()

private func python(_ arguments: [String]) -> (status: Int32, output: String)? {
  let process = Process()
  let pipe = Pipe()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = ["python3"] + arguments
  process.standardOutput = pipe
  process.standardError = pipe
  guard (try? process.run()) != nil else { return nil }
  let output = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}

@Suite struct SchemaTests {
  @Test(.enabled(if: schema != nil, "needs python3 with jsonschema, and SEKISHO_EVE_SCHEMA"))
  func `alerts, flows and stats validate against EVE's schema`() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("sekisho-\(UUID().uuidString).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var sink = try Sink(path: path, pace: .waiting)
    for language in Language.allCases {
      var records = Records(Samples.context(language))
      for kind in FindingKind.allCases {
        for detail in Samples.details {
          var finding = Samples.finding(kind, detail)
          finding.tunnelDepth = 1
          finding.tunnelProtocol = 17
          records.alert(finding, Occurrence(id: 1, count: 1, first: 0, last: .max), Samples.identities, to: &sink)
        }
        var bare = Finding(kind, .parties, time: .min, frame: 1, source: Endpoint(), destination: Endpoint())
        bare.ipProtocol = 58
        records.alert(
          bare, Occurrence(id: 1, count: 1, first: .min, last: .min, extent: .kind), Samples.identities, to: &sink)
      }
      var stats = StatsRecord(time: 0, uptime: 1)
      for counter in StatsCounter.allCases { stats[counter] = 1 }
      records.stats(stats, to: &sink)
      for state in [FlowRecord.State.new, .established, .closed] {
        var flow = FlowRecord(
          id: .max, time: 0, source: Samples.source(), destination: Samples.destination, ipProtocol: 6, start: .min,
          end: .max)
        flow.state = state
        flow.reason = .reuse
        var tcp = FlowRecord.TCP()
        tcp.flagsToServer = 0xFF
        tcp.gapToClient = true
        tcp.gapToServer = true
        flow.tcp = tcp
        flow.vlan = 10
        records.flow(flow, to: &sink)
        flow.reason = .none
        flow.report = .start
        records.flow(flow, to: &sink)
      }
    }
    sink.finish()
    let check = """
      import json, jsonschema, sys
      validator = jsonschema.Draft202012Validator(json.load(open(sys.argv[1])))
      lines = [json.loads(line) for line in open(sys.argv[2], encoding='utf-8')]
      bad = [(e.json_path, e.message[:300]) for line in lines for e in validator.iter_errors(line)]
      print(len(lines), bad[:5])
      sys.exit(1 if bad or not lines else 0)
      """
    let known = try #require(schema)
    let result = try #require(python(["-c", check, known, path]))
    #expect(result.status == 0, "\(result.output)")
  }
}
