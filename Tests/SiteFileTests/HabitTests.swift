// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Support
import Testing

@testable import Monitor
@testable import SiteFile

/// What people write from habit: taken, or answered with what to write instead.
@Suite struct HabitTests {
  private static let site = """
    zones:
      line-1: {networks: [192.168.10.0/24]}
      office: {networks: [10.20.0.0/16]}
    assets:
      plc-1: {zone: line-1, ip: 192.168.10.11}
      plc-2: {zone: line-1, ip: 192.168.10.12}

    """

  /// The problems of the site with more lines, in English.
  private static func problems(_ more: String) -> [String] {
    do throws(SiteErrors) {
      return try Site.parse(site + more, file: "plant.yaml").warnings.map { $0.text(.en) }
    } catch {
      #expect(error.problems.allSatisfy { !$0.text(.ja).isEmpty })
      return error.problems.map { $0.text(.en) }
    }
  }

  @Test(
    "what stands for something else is answered with it",
    arguments: [
      ("{from: office, to: internet}", "'external'"), ("{from: office, to: WAN}", "'external'"),
      ("{from: \"*\", to: line-1}", "'any'"), ("{from: 0.0.0.0/0, to: line-1}", "'any'"),
      ("{from: 10.20.0.5, to: line-1}", "is an address; a conduit names zones and assets"),
      ("{from: 10.20.0.0/24, to: line-1}", "is an address"),
      ("{from: \"00:80:f4:01:02:03\", to: line-1}", "is an address"),
      ("{from: office, to: line-1, services: [443]}", "write tcp/443 or udp/443"),
      ("{from: office, to: line-1, services: 443}", "write tcp/443 or udp/443"),
      ("{from: office, to: line-1, services: [8000-8010]}", "write tcp/8000-8010 or udp/8000-8010"),
      ("{from: office, to: line-1, services: [443/tcp]}", "did you mean 'tcp/443'?"),
      ("{from: office, to: line-1, services: [\"TCP:443\"]}", "did you mean 'tcp/443'?"),
      ("{from: office, to: line-1, targets: [40001]}", "did you mean 'holding-register 0'?"),
      ("{from: office, to: line-1, targets: [40001-40100]}", "did you mean 'holding-register 0-99'?"),
      (
        "{from: office, to: line-1, targets: [4x00101-4x00200 unit 3]}",
        "did you mean 'holding-register 100-199 unit 3'?"
      ),
      ("{from: office, to: line-1, targets: [400001]}", "did you mean 'holding-register 0'?"),
      ("{from: office, to: line-1, targets: [30011]}", "did you mean 'input-register 10'?"),
      ("{from: office, to: line-1, targets: [10001]}", "did you mean 'discrete-input 0'?"),
      ("{from: office, to: line-1, targets: [holding-register 40001-40100]}", "did you mean 'holding-register 0-99'?"),
    ])
  func conduits(_ conduit: String, _ answer: String) {
    let problems = Self.problems("conduits:\n  - \(conduit)\n")
    #expect(problems.count == 1 && problems[0].contains(answer), "\(problems)")
  }

  @Test(
    "assets: an address by DHCP, a network, a role that is none",
    arguments: [
      ("{zone: line-1, ip: dhcp}", "is known by its 'mac'"), ("{zone: line-1, ip: DHCP}", "is known by its 'mac'"),
      ("{zone: line-1, ip: 192.168.10.0/24}", "single addresses"),
      ("{zone: line-1, ip: 192.168.10.20-30}", "single addresses"),
      ("{zone: line-1, ip: 192.168.10.20, role: PLC}", "did you mean 'plc'?"),
      ("{zone: line-1, ip: 192.168.10.20, role: controller}", "did you mean 'plc'?"),
      ("{zone: line-1, ip: 192.168.10.20, role: routr}", "did you mean 'router'?"),
      ("{zone: line-1, ip: 192.168.10.20, role: remote_io}", "did you mean 'remote-io'?"),
      ("{zone: line-1, ip: 192.168.10.20, role: ルーター}", "did you mean 'router'?"),
    ])
  func assets(_ asset: String, _ answer: String) {
    let problems = Self.problems("  new: \(asset)\n")
    #expect(problems.count == 1 && problems[0].contains(answer), "\(problems)")
  }

  @Test(
    "roles that are known, and words of the plant's own, are taken without a word",
    arguments: SiteReader.roles + ["welder", "agv"])
  func roles(_ role: String) {
    #expect(Self.problems("  new: {zone: line-1, ip: 192.168.10.20, role: \(role)}\n") == [])
  }

  @Test("a conduit with lists of ends is one from each to each")
  func lists() throws {
    let text = Self.site + "conduits:\n  - {from: [office, external], to: [plc-1, plc-2], services: [modbus]}\n"
    let site = try Site.parse(text, file: "plant.yaml")
    #expect(site.conduits.count == 4 && site.warnings.isEmpty)
    #expect(
      Set(site.conduits.map { "\(site.word($0.from)) \(site.word($0.to))" }) == [
        "office plc-1", "office plc-2", "external plc-1", "external plc-2",
      ])
    #expect(Self.problems("conduits:\n  - {from: [], to: office}\n").count == 1)
    #expect(Self.problems("conduits:\n  - {from: [office, offise], to: plc-1}\n")[0].contains("did you mean 'office'?"))
  }

  @Test("lists of ends cannot multiply without limit")
  func bounded() {
    let many = "[" + Array(repeating: "plc-1", count: 300).joined(separator: ", ") + "]"
    #expect(Self.problems("conduits:\n  - {from: \(many), to: \(many)}\n")[0].contains("more than 50000 conduits"))
  }

  @Test(
    "a byte order mark is no part of the text", arguments: [String.Encoding.utf8, .utf16LittleEndian, .utf16BigEndian])
  func byteOrderMark(_ encoding: String.Encoding) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "sekisho-\(UUID().uuidString).yaml").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let text = ("\u{FEFF}" + Self.site).replacing("\n", with: "\r\n")
    try #require(text.data(using: encoding)).write(to: URL(filePath: path))
    #expect(try Site.load(file: path).assets.count == 2)
  }

  @Test(
    "a tab is named with its line and what to do",
    arguments: [
      ("conduits:\n\t- {from: office, to: plc-1}\n", 8, 1), ("conduits:\n  - from: office\n  \tto: plc-1\n", 9, 3),
      ("conduits:\n  -\tfrom: office\n\tto: plc-1\n", 8, 4),
    ])
  func tabs(_ more: String, _ line: Int, _ column: Int) {
    let problems = Self.problems(more)
    #expect(problems.count == 1 && problems[0].hasPrefix("plant.yaml:\(line):\(column): a tab; "), "\(problems)")
  }
}
