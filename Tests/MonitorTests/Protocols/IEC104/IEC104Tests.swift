// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

let iec104Scripts = [
  // STARTDT; a station interrogation with one value; a single command, select and execute; a refused set-point
  // command; a clock synchronization; TESTFR.
  Script(
    "iec104", .tcp(2404),
    """
    > 68 04 07 00 00 00
    < 68 04 0B 00 00 00
    > 68 0E 00 00 00 00 64 01 06 00 FFFF 000000 14
    < 68 0E 00 00 02 00 64 01 07 00 2F00 000000 14
    < 68 12 02 00 02 00 0D 01 14 00 2F00 0B0000 00006743 00
    > 68 0E 02 00 04 00 2D 01 06 00 2F00 1E0000 81
    < 68 0E 04 00 04 00 2D 01 07 00 2F00 1E0000 81
    > 68 0E 04 00 06 00 2D 01 06 00 2F00 1E0000 01
    < 68 0E 06 00 06 00 2D 01 07 00 2F00 1E0000 01
    > 68 12 06 00 08 00 32 01 06 00 2F00 1F0000 0000D242 00
    < 68 12 08 00 08 00 32 01 47 00 2F00 1F0000 0000D242 00
    > 68 14 08 00 0A 00 67 01 06 00 2F00 000000 E86F2E01180B1A
    < 68 14 0A 00 0A 00 67 01 07 00 2F00 000000 E86F2E01180B1A
    > 68 04 43 00 00 00
    < 68 04 83 00 00 00
    """)
]

@Suite struct IEC104Tests {
  struct Sample: CustomTestStringConvertible, Sendable {
    let bytes: String
    let name: String
    let action: Action
    let role: Role
    var target = Target(area: .informationObject, address: 5, count: 1)
    var values: [Number] = []
    var phase = Phase.none
    /// Of each value, and the time that came with the first one.
    var quality: [Int64] = []
    var time: String?
    var testDescription: String { name }
  }

  /// Each is the ASDU of a frame, with common address 7.
  static let samples: [Sample] = [
    Sample(
      bytes: "01 01 03 00 0700 050000 91", name: "M_SP_NA_1", action: .report, role: .report, values: [.unsigned(1)],
      quality: [0x90]),
    Sample(
      bytes: "01 83 14 00 0700 050000 01 00 01", name: "M_SP_NA_1", action: .report, role: .report,
      target: Target(area: .informationObject, address: 5, count: 3),
      values: [.unsigned(1), .unsigned(0), .unsigned(1)], quality: [0, 0, 0]),
    Sample(
      bytes: "03 01 03 00 0700 050000 02", name: "M_DP_NA_1", action: .report, role: .report, values: [.unsigned(2)],
      quality: [0]),
    Sample(
      bytes: "09 02 03 00 0700 050000 0040 00 060000 00C0 80", name: "M_ME_NA_1", action: .report, role: .report,
      target: Target(area: .informationObject, address: 5, count: 2), values: [.real(0.5), .real(-0.5)],
      quality: [0, 0x80]),
    Sample(
      bytes: "0B 01 03 00 0700 050000 FEFF 00", name: "M_ME_NB_1", action: .report, role: .report,
      values: [.signed(-2)], quality: [0]),
    Sample(
      bytes: "0D 01 01 00 0700 050000 0000C03F 00", name: "M_ME_NC_1", action: .report, role: .report,
      values: [.real(1.5)], quality: [0]),
    Sample(
      bytes: "0F 01 03 00 0700 050000 E8030000 01", name: "M_IT_NA_1", action: .report, role: .report,
      values: [.signed(1000)], quality: [0]),
    Sample(
      bytes: "0F 01 03 00 0700 050000 E8030000 A5", name: "M_IT_NA_1", action: .report, role: .report,
      values: [.signed(1000)], quality: [0xA0]),
    Sample(
      bytes: "05 02 03 00 0700 050000 7F 00 060000 BF 80", name: "M_ST_NA_1", action: .report, role: .report,
      target: Target(area: .informationObject, address: 5, count: 2), values: [.signed(-1), .signed(63)],
      quality: [0, 0x80]),
    Sample(
      bytes: "11 01 03 00 0700 050000 82 0A00 000000", name: "M_EP_TA_1", action: .report, role: .report,
      values: [.unsigned(2)], quality: [0x80], time: "-00:00.000"),
    Sample(
      bytes: "12 01 03 00 0700 050000 05 40 0A00 000000", name: "M_EP_TB_1", action: .report, role: .report,
      values: [.unsigned(5)], quality: [0x40], time: "-00:00.000"),
    Sample(
      bytes: "14 01 03 00 0700 050000 0180 0100 10", name: "M_PS_NA_1", action: .report, role: .report,
      values: [.unsigned(0x8001)], quality: [0x10]),
    Sample(
      bytes: "28 01 03 00 0700 050000 06 00 0A00 E86F2E01180B1A", name: "M_EP_TF_1", action: .report, role: .report,
      values: [.unsigned(6)], quality: [0], time: "2026-11-24T01:46:28.648"),
    Sample(
      bytes: "29 01 03 00 0700 050000 0100 E8030000 00 E86F2E01180B1A", name: "S_IT_TC_1", action: .report,
      role: .report),
    Sample(
      bytes: "65 01 06 00 0700 050000 05", name: "C_CI_NA_1", action: .read, role: .request, values: [.unsigned(5)]),
    Sample(
      bytes: "65 01 06 00 0700 050000 45", name: "C_CI_NA_1", action: .write, role: .request, values: [.unsigned(0x45)]),
    Sample(
      bytes: "65 01 07 00 0700 050000 C5", name: "C_CI_NA_1", action: .write, role: .response, values: [.unsigned(0xC5)]
    ),
    Sample(
      bytes: "68 01 06 00 0700 050000 AA55", name: "C_TS_NA_1", action: .diagnose, role: .request,
      values: [.unsigned(0x55AA)]),
    Sample(
      bytes: "6B 01 06 00 0700 050000 0300 E86F2E01180B1A", name: "C_TS_TA_1", action: .diagnose, role: .request,
      values: [.unsigned(3)], time: "2026-11-24T01:46:28.648"),
    Sample(
      bytes: "7A 01 0D 00 0700 050000 0300 01 02", name: "F_SC_NA_1", action: .file, role: .request,
      values: [.unsigned(3)]),
    Sample(
      bytes: "7D 01 0D 00 0700 050000 0300 01 02 AABB", name: "F_SG_NA_1", action: .file, role: .request,
      values: [.unsigned(3)]),
    Sample(
      bytes: "51 01 0E 00 0700 050000 0300 01 02 AABB", name: "S_CH_NA_1", action: .authenticate, role: .request,
      target: .none),
    Sample(
      bytes: "5F 01 10 00 0700 050000 0300", name: "S_UC_NA_1", action: .authenticate, role: .request, target: .none),
    Sample(
      bytes: "24 01 03 00 0700 050000 0000C03F 00 E86F2E01180B1A", name: "M_ME_TF_1", action: .report, role: .report,
      values: [.real(1.5)], quality: [0], time: "2026-11-24T01:46:28.648"),
    Sample(
      bytes: "2D 01 06 00 0700 050000 81", name: "C_SC_NA_1", action: .operate, role: .request,
      values: [.unsigned(1)], phase: .select),
    Sample(
      bytes: "2E 01 06 00 0700 050000 02", name: "C_DC_NA_1", action: .operate, role: .request,
      values: [.unsigned(2)], phase: .execute),
    Sample(
      bytes: "2D 01 08 00 0700 050000 01", name: "C_SC_NA_1", action: .operate, role: .request,
      values: [.unsigned(1)], phase: .cancel),
    Sample(
      bytes: "30 01 06 00 0700 050000 0040 80", name: "C_SE_NA_1", action: .operate, role: .request,
      values: [.real(0.5)], phase: .select),
    Sample(
      bytes: "31 01 06 00 0700 050000 0A00 00", name: "C_SE_NB_1", action: .operate, role: .request,
      values: [.signed(10)], phase: .execute),
    Sample(
      bytes: "32 01 06 00 0700 050000 0000C03F 00", name: "C_SE_NC_1", action: .operate, role: .request,
      values: [.real(1.5)], phase: .execute),
    Sample(
      bytes: "64 01 06 00 0700 050000 14", name: "C_IC_NA_1", action: .read, role: .request, values: [.unsigned(20)]),
    Sample(bytes: "66 01 05 00 0700 050000", name: "C_RD_NA_1", action: .read, role: .request),
    Sample(
      bytes: "69 01 06 00 0700 050000 01", name: "C_RP_NA_1", action: .state, role: .request, values: [.unsigned(1)]),
    Sample(
      bytes: "6E 01 06 00 0700 050000 0040 01", name: "P_ME_NA_1", action: .configure, role: .request,
      values: [.real(0.5)]),
    Sample(
      bytes: "78 01 0D 00 0700 050000 0100 100000 00", name: "F_FR_NA_1", action: .file, role: .request,
      values: [.unsigned(1)]),
  ]

  private func frame(_ unit: String) -> [UInt8] {
    let unit = hex(unit)
    return [0x68, UInt8(4 + unit.count), 0, 0, 0, 0] + unit
  }

  @Test("each type is read with its name, address, value, quality and phase", arguments: samples)
  func types(_ sample: Sample) throws {
    var exchange = conversation()
    let bytes = frame(sample.bytes)
    try #require(exchange.step(bytes, IEC104.self) == .message(bytes.count))
    let operation = exchange.operations[0]
    var numbers: [Number] = []
    operation.values.read(bytes.bytes, most: 8, into: &numbers)
    #expect(operation.name.description.hasPrefix(sample.name))
    #expect(operation.code == UInt32(bytes[6]) && operation.unit == 7)
    #expect(operation.action == sample.action && operation.role == sample.role)
    #expect(operation.target == sample.target)
    #expect(operation.phase == sample.phase)
    #expect(
      sample.quality
        == (operation.values.hasQuality
          ? (0..<numbers.count).map { operation.values.quality($0, in: bytes.bytes) } : []))
    #expect(operation.values.time(0, in: bytes.bytes) == sample.time)
    #expect(operation.fault == nil)
    #expect(numbers == sample.values)
  }

  @Test func `a refusal is an error with its name, and non-consecutive objects are separate targets`() throws {
    var exchange = conversation(.toClient)
    _ = exchange.step(frame("2D 01 6F 00 0700 050000 01"), IEC104.self)
    #expect(exchange.operations[0].outcome == .error(code: 47, name: ""))
    _ = exchange.step(frame("2D 01 47 00 0700 050000 01"), IEC104.self)
    #expect(exchange.operations[0].outcome == .error(code: 7, name: ""))
    exchange.begin()
    _ = exchange.step(frame("0B 03 03 00 0700 050000 0100 00 090000 0200 00 0A0000 0300 00"), IEC104.self)
    #expect(exchange.operations[0].target == Target(area: .informationObject, address: 5, count: 1))
    let items = exchange.items
    #expect(items.map(\.target) == [Target(area: .informationObject, address: 9, count: 2)])
    #expect(
      items[0].values.numbers(in: frame("0B 03 03 00 0700 050000 0100 00 090000 0200 00 0A0000 0300 00")) == [2, 3])
  }

  @Test func `a station that refuses a command and then gives the reason answers it twice`() {
    var exchange = conversation(.toServer)
    _ = exchange.step(frame("2D 01 06 00 0700 050000 01"), IEC104.self)
    exchange.direction = .toClient
    for answer in ["2D 01 47 00 0700 050000 01", "2D 01 6F 00 0700 050000 01"] {
      exchange.begin()
      _ = exchange.step(frame(answer), IEC104.self)
      #expect(exchange.operations.first?.pairing == .answered)
    }
    exchange.begin()
    _ = exchange.step(frame("2D 01 6F 00 0700 050000 01"), IEC104.self)
    #expect(exchange.operations.first?.pairing == .unasked)
    exchange.time = 60_000_000_000
    exchange.requests.expire(at: exchange.time)
    #expect(exchange.requests.unanswered.isEmpty)
  }

  @Test(
    "violations of the standard are faults",
    arguments: [
      ("2D 01 06 00 0700 050000", "Length of APDU"), ("80 01 06 00 0700 050000 01", "Type identification"),
      ("2D 01 3F 00 0700 050000 01", "Cause of transmission"), ("09 7F 03 00 0700 050000 0040 00", "Length of APDU"),
      ("2D 02 06 00 0700 050000 01 060000 01", "Number of information objects"),
      ("2D 00 06 00 0700", "Number of information objects"), ("2D 81 06 00 0700 050000 01", "SQ"),
      ("32 82 06 00 0700 050000 0000C03F 00 0000C03F 00", "Number of information objects"),
      ("3A 02 06 00 0700 050000 01 E86F2E01180B1A 060000 01 E86F2E01180B1A", "Number of information objects"),
      ("64 02 06 00 FFFF 000000 14 010000 14", "Number of information objects"),
      ("66 81 05 00 0700 050000", "SQ"), ("67 81 06 00 0700 000000 E86F2E01180B1A", "SQ"),
      ("6E 02 06 00 0700 050000 0040 01 060000 0040 01", "Number of information objects"),
    ])
  func faults(_ unit: String, _ field: String) {
    var exchange = conversation()
    _ = exchange.step(frame(unit), IEC104.self)
    #expect(exchange.operations.first?.fault?.field.description == field)
  }

  @Test(
    "what is legal for process information and mirrored refusals is no fault",
    arguments: [
      "01 83 14 00 0700 050000 01 00 01", "2D 02 47 00 0700 050000 01 060000 01", "2D 81 6F 00 0700 050000 01",
    ])
  func legal(_ unit: String) {
    var exchange = conversation(.toClient)
    _ = exchange.step(frame(unit), IEC104.self)
    #expect(exchange.operations.first?.fault == nil && exchange.operations.count == 1)
  }

  @Test func `the qualifier of a file and the P/N bit of messages that are not responses are read`() {
    var exchange = conversation()
    _ = exchange.step(frame("7A 01 0D 00 0700 050000 0300 01 06"), IEC104.self)
    #expect(exchange.operations[0].facets[.qualifier] == 6)
    exchange.direction = .toClient
    _ = exchange.step(frame("78 01 0D 00 0700 050000 0300 100000 80"), IEC104.self)
    #expect(exchange.operations[0].facets[.qualifier] == 0x80 && exchange.operations[0].role == .report)
    // A termination; then a report with all facets, which leaves room for both sequence numbers.
    _ = exchange.step(frame("2D 01 4A 00 0700 050000 01"), IEC104.self)
    #expect(exchange.operations[0].facets[.isNegative] == 1 && exchange.operations[0].facets[.receiveSequence] != nil)
    _ = exchange.step(frame("01 01 C3 09 0700 050000 90"), IEC104.self)
    #expect(exchange.operations[0].facets[.originator] == 9 && exchange.operations[0].facets[.isNegative] == 1)
    _ = exchange.step(frame("2D 01 07 00 0700 050000 01"), IEC104.self)
    #expect(exchange.operations[0].facets[.isNegative] == nil)
  }
}
