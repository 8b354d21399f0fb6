// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor
@testable import SiteFile

/// What may be written to a target, as the site file says it.
@Suite struct LimitTests {
  private static func site(_ targets: String, operations: String = "[write]") throws -> Site {
    try Site.parse(
      "zones: {a: {networks: [10.0.0.0/8]}}\nconduits: [{from: any, to: a, operations: \(operations), targets: \(targets)}]",
      file: "plant.yaml")
  }

  @Test(
    "each form is read, and said in both languages",
    arguments: [
      (#"{"holding-register 20": {values: [0, 100]}}"#, ["holding-register 20 (0 to 100)"], "（0〜100）"),
      (#"["holding-register 20": {values: [0, 100]}]"#, ["holding-register 20 (0 to 100)"], "（0〜100）"),
      (#"[{"holding-register 20": {values: [0, 100]}}]"#, ["holding-register 20 (0 to 100)"], "（0〜100）"),
      (#"["holding-register 20": [0, 100]]"#, ["holding-register 20 (0 to 100)"], "（0〜100）"),
      (#"["coil 1", "holding-register 20": [0, 9]]"#, ["coil 1", "holding-register 20 (0 to 9)"], "（0〜9）"),
      (#"{"coil 1": , "holding-register 20": {min: 5}}"#, ["coil 1", "holding-register 20 (at least 5)"], "（5以上）"),
      (#"{"holding-register 20": {max: 0.5}}"#, ["holding-register 20 (at most 0.5)"], "（0.5以下）"),
      (#"{"holding-register 20": {min: 1, max: 2}}"#, ["holding-register 20 (1 to 2)"], "（1〜2）"),
      (#"{"holding-register 20": {values: [~, 100]}}"#, ["holding-register 20 (at most 100)"], "（100以下）"),
      (#"{"holding-register 20": {values: [0x10, null]}}"#, ["holding-register 20 (at least 16)"], "（16以上）"),
      (#"{"holding-register 20": {only: [0, 1, 5]}}"#, ["holding-register 20 (one of 0, 1, 5)"], "（0、1、5のいずれか）"),
      (#"{"coil 3": {only: 0}}"#, ["coil 3 (0 only)"], "（0のみ）"),
      (#"{"tag Line1.*": [-1e3, 1e3]}"#, ["tag Line1.* (-1000 to 1000)"], "（-1000〜1000）"),
    ])
  func forms(_ targets: String, _ words: [String], _ japanese: String) throws {
    let site = try Self.site(targets)
    #expect(site.conduits[0].targetWords(.en) == words)
    #expect(site.conduits[0].targetWords(.ja).last?.hasSuffix(japanese) == true)
    #expect(site.warnings == [])
    #expect(site.limitsValues)
  }

  @Test(
    "memory is read as the type says, and in the order that is usual there",
    arguments: [
      (#"{"holding-register 20": [0, 1]}"#, "uint16", "ABCD", 1), (#"{"coil 1": [0, 1]}"#, "bit", "ABCD", 1),
      (#"{"holding-register 20": {values: [0, 1], type: int16}}"#, "int16", "ABCD", 1),
      (#"{"holding-register 20-21": {values: [0, 1], type: float32}}"#, "float32", "ABCD", 2),
      (#"{"holding-register 20-21": {values: [0, 1], type: int32, order: CDAB}}"#, "int32", "CDAB", 2),
      (#"{"D100-103": {values: [0, 1], type: float64}}"#, "float64", "CDAB", 4),
      (#"{"DM 0-99": {values: [0, 1], type: uint32, order: ABCD}}"#, "uint32", "ABCD", 2),
      (#"{"DB10.DBW4": [0, 1]}"#, "uint16", "ABCD", 2), (#"{"DB10.DBB4-9": [0, 1]}"#, "uint8", "ABCD", 1),
      (#"{"MD8": {values: [0, 1], type: float32}}"#, "float32", "ABCD", 4),
      (#"{"DB10.DBX4.3": [0, 1]}"#, "bit", "ABCD", 1),
      (#"{"DB10": {values: [0, 1], type: int16}}"#, "int16", "ABCD", 2),
      (#"{"memory-block 2 0-3": {values: [0, 1], type: int32}}"#, "int32", "DCBA", 4),
    ])
  func types(_ targets: String, _ word: String, _ order: String, _ step: UInt64) throws {
    let limit = try #require(try Self.site(targets).conduits[0].valueLimits.first)
    #expect(limit.type?.word == word && limit.type?.order.rawValue == order && limit.step == step)
  }

  @Test(
    "a mistake is answered with its place, and with what was probably meant",
    arguments: [
      (
        #"{"holding-register 20": {values: [100, 0]}}"#,
        "2:94: conduits[0].targets.holding-register 20.values: the lowest number (100) is above the highest one (0); did you mean '[0, 100]'?"
      ),
      (#"{"holding-register 20": {values: 0-100}}"#, "did you mean '[0, 100]'?"),
      (#"{"holding-register 20": {values: [0, ]}}"#, "did you mean '{min: 0}' or '{only: [0]}'?"),
      (#"{"holding-register 20": {values: [0, 1, 5]}}"#, "for single numbers 'only: [0, 1, 5]'"),
      (#"{"holding-register 20": {values: [a, 5]}}"#, "'a': expected a number"),
      (#"{"holding-register 20": {values: [0, .inf]}}"#, "'.inf': expected a number"),
      (#"{"holding-register 20": {values: ["1,000", 5]}}"#, "did you mean '1000'?"),
      (#"{"holding-register 20": {values: [~, ~]}}"#, "no end at all"),
      (#"{"holding-register 20": {}}"#, "say once what is allowed"),
      (#"{"holding-register 20": {values: [0, 1], max: 3}}"#, "say once what is allowed"),
      (#"{"holding-register 20": {only: []}}"#, "an empty list allows no value"),
      (#"{"coil 20": {only: [on]}}"#, "did you mean '1'?"),
      (#"{"holding-register 20": {value: [0, 100]}}"#, "unknown key 'value'; did you mean 'values'?"),
      (#"{"holding-registr 20": {values: [0, 100]}}"#, "did you mean 'holding-register'?"),
      (#"{"40021": {values: [0, 100]}}"#, "did you mean 'holding-register 20'?"),
      (#"{values: [0, 100]}"#, "'values' needs its target before it"),
      (#"{"holding-register 20": {values: [0, 1], type: real}}"#, "did you mean 'float32'?"),
      (
        #"{"holding-register 20": {values: [0, 1], type: float32}}"#,
        "a number of 32 bits takes 2 addresses, and 'holding-register 20' has 1; did you mean 'holding-register 20-21'?"
      ),
      (#"{"DM 10-12": {values: [0, 1], type: int32}}"#, "did you mean 'DM 10-13'?"),
      (#"{"holding-register 20": {values: [0, 1], type: int8}}"#, "has 16 bits, more than this type"),
      (#"{"holding-register 20-21": {values: [0, 1], type: int32, order: big}}"#, "did you mean 'ABCD'?"),
      (#"{"coil 1": {values: [0, 1], type: int16}}"#, "a single bit has no type"),
      (#"{"tag Speed": {values: [0, 1], type: int16}}"#, "leave 'type' out"),
      (#"{"ioa 5": {values: [0, 1], order: ABCD}}"#, "'order' is for numbers of two bytes or more"),
      (#"{"DB10": {values: [0, 1]}}"#, "Give a width, such as DB10.DBW4, or a 'type'"),
      (#"{"input-register 5": {values: [0, 1]}}"#, "values of input-register cannot be limited"),
      (#"{"station x": {values: [0, 1]}}"#, "values of station cannot be limited"),
      (#"{}"#, "an empty list allows nothing"), (#"[[a]]"#, "expected text, got a list"),
      (#"{"holding-register 20": {values: {a: b}}}"#, "expected a list"),
    ])
  func mistakes(_ targets: String, _ clue: String) {
    do throws(SiteErrors) {
      _ = try Self.parse(targets)
      Issue.record("no error: \(targets)")
    } catch {
      #expect("\(error)".contains(clue), "\(error)")
      for problem in error.problems { #expect(problem.line == 2 && problem.column > 60, "\(problem)") }
    }
  }
  private static func parse(_ targets: String) throws(SiteErrors) -> Site {
    try Site.parse(
      "zones: {a: {networks: [10.0.0.0/8]}}\nconduits: [{from: any, to: a, operations: [write], targets: \(targets)}]",
      file: "plant.yaml")
  }

  @Test("a limit that no number of its type can break, and one of a conduit that allows no write, are warned of")
  func warnings() throws {
    for (targets, clue) in [
      (#"{"holding-register 20": [-10, 10]}"#, "uint16 goes from 0 to 65535"),
      (#"{"holding-register 20": {only: [70000]}}"#, "uint16 goes from 0 to 65535"),
      (#"{"holding-register 20": {max: 40000, type: int16}}"#, "int16 goes from -32768 to 32767"),
    ] {
      #expect(try Self.site(targets).warnings.map { "\($0)" }.joined().contains(clue), "\(targets)")
    }
    let reading = try Self.site(#"{"holding-register 20": [0, 10]}"#, operations: "[read]")
    #expect(reading.warnings.map { "\($0)" }.joined().contains("neither write nor operate"))
    #expect(try Self.site(#"{"holding-register 20": [0, 10]}"#, operations: "[\"modbus 6\"]").warnings == [])
  }

  @Test(
    "explain takes a value",
    arguments: [
      ("write holding-register 20 = 100", "none", "which allows 0 to 100 at holding-register 20"),
      ("write holding-register 20 = 101", "value-not-allowed", "value not allowed by conduit 1"),
      ("write holding-register 20 = -1", "value-not-allowed", "value not allowed"),
      ("write holding-register 10-30 = 101", "value-not-allowed", "value not allowed"),
      ("write holding-register 21 = 101", "none", "allowed by conduit 1"),
      ("modbus 6 holding-register 20 = 0.5", "none", "which allows 0 to 100"),
      ("write holding-register 20", "none", "which allows 0 to 100 at holding-register 20"),
      ("read holding-register 20", "operation-not-allowed", "not allowed"),
      ("write holding-register 200 = 5", "operation-not-allowed", "is for other targets"),
    ])
  func explain(_ operation: String, _ alert: String, _ said: String) throws {
    let site = try Self.site(#"["holding-register 0-99", "holding-register 20": [0, 100]]"#)
    let explanation = try site.explain(
      from: "192.0.2.1", to: "10.0.0.1", service: "modbus", operation: operation, at: 0)
    #expect((explanation.alert ?? "none") == alert)
    #expect(explanation.lines.joined(separator: "\n").contains(said), "\(explanation.lines)")
    let japanese = try site.explain(
      from: "192.0.2.1", to: "10.0.0.1", service: "modbus", operation: operation, at: 0, language: .ja)
    #expect(japanese.alert == explanation.alert)
    #expect(throws: SiteQuestionError.self) {
      try site.explain(from: "192.0.2.1", to: "10.0.0.1", service: "modbus", operation: "write coil 1 = x", at: 0)
    }
  }
}
