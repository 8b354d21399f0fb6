// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Monitor

/// The table at the end of a run, for people.
enum Summary {
  static func write(_ pipeline: borrowing Pipeline) {
    let counts = pipeline.statistics
    let seconds = Double(max(0, counts.lastTime &- counts.firstTime)) / 1e9
    say("")
    row("packets", "\(counts.frames) (\(counts.bytes) bytes) in \(duration(seconds))")
    var notes: [String] = []
    if counts.copies > 0 { notes.append("\(counts.copies) copies by the mirror port") }
    if counts.invalid > 0 { notes.append("\(counts.invalid) with a broken header") }
    if counts.cut > 0 { notes.append("\(counts.cut) cut by the capture") }
    if counts.refusedChecksums > 0 { notes.append("\(counts.refusedChecksums) with a wrong check sum, not read") }
    if !notes.isEmpty { row("of these", notes.joined(separator: ", ")) }
    row(
      "flows",
      "\(counts.flows): \(counts.tcpFlows) TCP, \(counts.udpFlows) UDP, \(counts.icmpFlows + counts.icmpv6Flows) ICMP")
    for zone in pipeline.hostsByZone { row("hosts in \(zone.zone)", "\(zone.hosts)") }
    for count in pipeline.protocolCounts {
      row(
        count.name,
        "\(count.messages) messages in \(count.conversations) conversations: \(count.understood) understood, \(count.refused) refused"
      )
    }
    let actions = pipeline.operationsByAction.map { "\($0.action) \($0.count)" }
    if !actions.isEmpty { row("operations", actions.joined(separator: ", ")) }
    let alerts = pipeline.alertsByKind
    if alerts.isEmpty { row("alerts", "none") }
    for alert in alerts {
      row(
        "alert",
        "\(Catalogue.entry(alert.kind).id): \(alert.alerts) (\(alert.findings == 1 ? "once" : "\(alert.findings) times"))"
      )
    }
    if pipeline.linesWritten > 0 { row("lines written", "\(pipeline.linesWritten)") }
  }

  private static func row(_ name: String, _ text: String) {
    say(name + String(repeating: " ", count: max(1, 28 - name.count)) + text)
  }

  private static func duration(_ seconds: Double) -> String {
    let whole = Int(seconds)
    if whole >= 3600 { return "\(whole / 3600) h \(whole % 3600 / 60) min" }
    if whole >= 60 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(Double(Int(seconds * 1000)) / 1000) s"
  }
}
