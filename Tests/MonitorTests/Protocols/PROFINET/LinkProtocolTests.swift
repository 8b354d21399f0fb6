// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

// swift-format-ignore
let linkScripts = [
  Script(
    "profinet-dcp", .link(0x8892),
    """
    > fefd0300010000040000000402020102000000000000000000000000000000000000000000000000000000000000
    < fefd030101000004000000220202000c0000636f6e7665796f722d320102000e0000c0a81116ffffff00c0a81101
    > fefd0400010000050000000805030004000001000000000000000000000000000000000000000000000000000000
    < fefd0401010000050000000805040003050300000000000000000000000000000000000000000000000000000000
    > fefd040001000007000000120102000e0001c0a81116ffffff000000000000000000000000000000000000000000
    < fefd0401010000070000000805040003010200000000000000000000000000000000000000000000000000000000
    > fefd040001000008000000100202000c0001636f6e7665796f722d32000000000000000000000000000000000000
    < fefd0401010000080000000805040003020200000000000000000000000000000000000000000000000000000000
    """),
  Script(
    "profinet-rt", .link(0x8892),
    """
    > 8002007d0002000000000000000000000000000000000000000000000000000000000000000000008080f4003500
    > 8002007d000200000000000000000000000000000000000000000000000000000000000000000000808088f43500
    """),
  Script(
    "goose", .link(0x88B8, isMulticast: true),
    """
    > 00020070000000006166801652454c4159324c44302f4c4c4e3024474f246763623181010a821552454c4159324c44302f4c4c4e3024647354726970830652454c41593284086b04ed4bcf27500a8501018601008701008801018901008a0103ab0e8301018402068087050843678000
    > 00020070000000006166801652454c4159324c44302f4c4c4e3024474f246763623181010a821552454c4159324c44302f4c4c4e3024647354726970830652454c41593284086b04ed4bcf27500a8501018601018701008801018901008a0103ab0e8301018402068087050843678000
    > 00020070000000006166801652454c4159324c44302f4c4c4e3024474f246763623181010a821552454c4159324c44302f4c4c4e3024647354726970830652454c41593284086b04ed4bcf27500a8501018601028701008801018901008a0103ab0e8301018402068087050843678000
    > 00020070000000006166801652454c4159324c44302f4c4c4e3024474f246763623181010a821552454c4159324c44302f4c4c4e3024647354726970830652454c41593284086b04ed4bcf27500a8501028601008701008801018901008a0103ab0e8301018402068087050843678000
    """),
  Script(
    "goose, routable", .udp(102),
    """
    > 0140A11780150000005400000000000000000000000000000000000000005481000001004E614C801152454C4159312F4C4C
      4E3024474F24673181024E20820E52454C4159312F4C4C4E3024647383026731840800000000000000008501028601048701
      008801018901008A0101AB038301018500
    """),
]

/// PROFINET and GOOSE: frames without IP.
@Suite struct LinkProtocolTests {
  private func play(_ script: Script) -> [String] {
    var player = ScriptPlayer(script)
    for message in script.messages { player.play(message.direction, message.bytes) }
    return player.operations
  }

  @Test func `DCP: identification, a new name, and a new address`() {
    let lines = play(linkScripts[0])
    #expect(lines.count == 8)
    #expect(lines[0].contains("\"action\":\"identify\"") && lines[0].contains("\"code\":3"))
    // The request does not contain the name, the answer does.
    #expect(lines[1].contains("\"name\":\"conveyor-2\"") && lines[1].contains("\"pairing\":\"answered\""))
    // A blinking LED changes nothing.
    #expect(lines[2].contains("\"action\":\"diagnose\""))
    #expect(lines[4].contains("\"action\":\"configure\"") && lines[4].contains("\"area\":\"ip-suite\""))
    #expect(lines[6].contains("\"area\":\"station\",\"name\":\"conveyor-2\""))
    #expect(lines[7].contains("\"outcome\":\"ok\"") && lines[7].contains("\"action\":\"configure\""))
  }

  @Test func `cyclic data has its frame id, counter and status`() {
    let lines = play(linkScripts[1])
    #expect(lines.count == 2)
    #expect(lines[0].contains("\"frame_id\":32770,\"cycle_counter\":62464,\"data_status\":53"))
  }

  @Test func `GOOSE has its control block and numbers, and a new state number is a change`() {
    var player = ScriptPlayer(linkScripts[2])
    for message in linkScripts[2].messages { player.play(message.direction, message.bytes) }
    #expect(player.found.map(\.cyclic) == [.yes, .yes, .yes, .news])
    #expect(player.found.map { $0.facets[.stateNumber] } == [1, 1, 1, 2])
    #expect(player.found.map { $0.facets[.sequenceNumber] } == [0, 1, 2, 0])
    #expect(player.operations[0].contains("RELAY2LD0/LLN0$GO$gcb1"))
    #expect(player.operations[0].contains("\"detail\":\"RELAY2LD0/LLN0$dsTrip, RELAY2\""))
  }

  @Test(
    "a mandatory field that is not there is a fault with its name", arguments: [(0x80, "gocbRef"), (0x88, "confRev")])
  func missing(_ tag: Int, _ name: String) {
    var bytes = linkScripts[2].messages[0].bytes
    // Another context tag in its place: an unknown field.
    var offset = 10
    while offset + 1 < bytes.count, bytes[offset] != UInt8(tag) { offset += 2 + Int(bytes[offset + 1]) }
    bytes[offset] = 0x9E
    var player = ScriptPlayer(linkScripts[2])
    player.play(.toServer, bytes)
    #expect(player.found.first?.fault?.field.description == name)
  }

  @Test func `a length beyond the frame is reported, and what is present is read`() {
    var player = ScriptPlayer(linkScripts[2])
    player.play(.toServer, Array(linkScripts[2].messages[0].bytes.prefix(60)))
    #expect(player.found.first?.fault?.kind == .truncated)
    #expect(player.operations.first?.contains("gcb1") == true)
  }

  @Test func `a DCP block beyond the end of its message is a fault`() {
    var bytes = linkScripts[0].messages[6].bytes
    bytes[15] = 0xFF
    var player = ScriptPlayer(linkScripts[0])
    player.play(.toServer, bytes)
    #expect(player.found.first?.fault?.field.description == "DCPBlockLength")
  }

  /// A DCP frame: service, type, blocks.
  private func dcp(_ frame: String, _ service: String, _ type: String, _ blocks: String, delay: String = "0000")
    -> [UInt8]
  {
    let blocks = hex(blocks)
    return hex("\(frame) \(service) \(type) 00000007 \(delay)") + big(blocks.count) + blocks
  }
  private static let suite = "C0A80002 FFFFFF00 C0A80001"
  private static let suiteText = "192.168.0.2/255.255.255.0 gateway 192.168.0.1"

  @Test(
    "DCP Set: the most severe block decides, in any order",
    arguments: [
      ("0503 0004 0000 0100", "Set: Signal", Action.diagnose), ("0501 0002 0000 0502 0002 0000", "Set", .diagnose),
      ("0501 0002 0000 0503 0004 0000 0100 0502 0002 0000", "Set: Signal", .diagnose),
      ("0503 0004 0000 0100 0102 000E 0001 C0A80002FFFFFF00C0A80001", "Set", .configure),
      ("0202 0006 0001 706C6331 0503 0004 0000 0100", "Set", .configure),
      ("0503 0004 0000 0100 0102 000E 0001 C0A80002FFFFFF00C0A80001 0202 0006 0001 706C6331", "Set", .configure),
      ("0202 0002 0001", "Set", .configure),
      ("0505 0002 0000", "Set: Reset Factory Settings", .configure),
      ("0506 0002 0004", "Set: Reset to Factory", .configure),
      ("0506 0002 0004 0503 0004 0000 0100", "Set: Reset to Factory", .configure),
      // After a block that extends beyond the end there may be anything.
      ("0503 0004 0000 0100 0102 00FE 0001", "Set", .configure),
    ])
  func settings(_ blocks: String, _ name: String, _ action: Action) {
    var player = ScriptPlayer(linkScripts[0])
    player.play(.toServer, dcp("FEFD", "04", "00", blocks))
    player.play(.toClient, dcp("FEFD", "04", "01", "0504 0003 050300 00"))
    #expect(player.found.map(\.name.description) == [name, name])
    #expect(player.found.map(\.action) == [action, action])
    #expect(player.found.last?.pairing == .answered)
    if blocks.contains("C0A8"), !blocks.contains("706C") {
      #expect(player.found.map(\.target.area) == [.ipSuite, .ipSuite])
    }
    if blocks.contains("706C") { #expect(player.found.map(\.target.area) == [.station, .station]) }
  }

  @Test(
    "DCP Set: a station name that the standard forbids is a fault, a legal one is none",
    arguments: [
      ("", nil), ("plc1", nil), ("a", nil), ("press-1.line-2", nil), ("1.2.3", nil), ("1.2.3.4.5", nil),
      ("1.2.3.a", nil), ("1000.2.3.4", nil), ("a-b-c", nil), ("xn--80a", nil), ("a.xn--a--9fa", nil),
      ("999.2.3.4", "NameOfStationValue"), ("a--b", "NameOfStationValue"), ("a.b--", "NameOfStationValue"),
      ("ab--c.d", "NameOfStationValue"), ("--", "NameOfStationValue"), ("xn--", "NameOfStationValue"),
      ("xn--80a-", "NameOfStationValue"),
      ("port-0010", nil), ("port-abc", nil), ("port-001-0000", nil), ("a.port-001", nil),
      (String(repeating: "a", count: 63) + ".b", nil),
      (Array(repeating: String(repeating: "a", count: 59), count: 4).joined(separator: "."), nil),
      ("PLC1", "NameOfStationValue"), ("plc_1", "NameOfStationValue"), ("plc\u{1B}[2J", "NameOfStationValue"),
      ("plc 1", "NameOfStationValue"), ("plc\0", "NameOfStationValue"), ("-plc", "NameOfStationValue"),
      ("plc-.a", "NameOfStationValue"), ("a.-b", "NameOfStationValue"), ("プレス", "NameOfStationValue"),
      ("port-001", "NameOfStationValue"), ("port-001-00002.a", "NameOfStationValue"),
      ("192.168.0.1", "NameOfStationValue"), ("a..b", "Label of NameOfStationValue"),
      (".", "Label of NameOfStationValue"),
      ("a.", "Label of NameOfStationValue"), (String(repeating: "a", count: 64), "Label of NameOfStationValue"),
      (Array(repeating: String(repeating: "a", count: 60), count: 4).joined(separator: "."), "NameOfStationValue"),
    ] as [(String, String?)])
  func stationNames(_ name: String, _ field: String?) {
    let value = Array(name.utf8)
    let block = hex("0202") + big(2 + value.count) + hex("0001") + value
    var player = ScriptPlayer(linkScripts[0])
    player.play(.toServer, hex("FEFD 04 00 00000007 0000") + big(block.count) + block)
    #expect(player.found.first?.fault?.field.description == field)
    // What a device says of itself is not judged.
    player.play(.toClient, hex("FEFF 05 01 00000008 0000") + big(block.count) + block)
    #expect(player.found.last?.fault == nil)
  }

  @Test func `DCP addresses are written as text, requested blocks are listed, and answers name the station`() {
    var player = ScriptPlayer(linkScripts[0])
    player.play(.toServer, dcp("FEFD", "04", "00", "0202 0006 0001 706C6331 0102 000E 0001 \(Self.suite)"))
    #expect(player.operations[0].contains("\"detail\":\"\(Self.suiteText)\""))
    #expect(player.operations[0].contains("\"targets\":[\"station plc1\",\"ip-suite 0\"]"))
    player.play(.toClient, dcp("FEFD", "04", "01", "0504 0003 020200 00 0504 0003 010206 00"))
    #expect(player.operations[1].contains("\"targets\":[\"station plc1\",\"ip-suite 0\"]"))
    #expect(player.found[1].outcome == .error(code: 6, name: ""))
    player.play(.toServer, dcp("FEFD", "03", "00", "0201 0202 0102"))
    #expect(player.operations[2].contains("\"targets\":[\"dcp-block 2 1\",\"station \",\"ip-suite 0\"]"))
    player.play(
      .toClient,
      dcp("FEFD", "03", "01", "0201 0006 0000 53373030 0202 0006 0000 706C6331 0102 000E 0001 \(Self.suite)"))
    #expect(player.operations[3].contains("\"targets\":[\"dcp-block 2 1\",\"station plc1\",\"ip-suite 0\"]"))
    #expect(player.operations[3].contains(Self.suiteText))
    player.play(
      .toClient,
      dcp(
        "FEFF", "05", "01",
        "0203 0006 0000 011E0101 0202 0006 0000 706C6331 0103 001E 0001 \(Self.suite)"
          + "08080808 00000000 00000000 00000000"))
    #expect(player.operations[4].contains("\"area\":\"station\",\"name\":\"plc1\""))
    #expect(player.operations[4].contains(Self.suiteText))
    #expect(ProfinetVendor.name(0x011E)?.description == "Hilscher" && ProfinetVendor.name(0x001E) == nil)
  }

  @Test(
    "alarms are read with their type, slot and acknowledgement",
    arguments: [
      ("FC01", "0001", "0001", "Alarm: Diagnosis", Role.report), ("FE01", "0002", "0003", "Alarm: Pull", .report),
      ("FE01", "0002", "000A", "Alarm: Plug wrong submodule", .report),
      ("FE01", "8002", "0004", "Alarm: Plug", .response), ("FC01", "8001", "001F", "Alarm: Pull module", .response),
    ])
  func alarms(_ frame: String, _ block: String, _ type: String, _ name: String, _ role: Role) throws {
    var player = ScriptPlayer(linkScripts[1])
    let rest = role == .response ? "0800 DA813C01" : "00000030 00000031 A800"
    player.play(
      .toServer, hex("\(frame) 0001 0002 11 11 0005 0004 001C \(block) 001A 0100 \(type) 00000000 0002 0001 \(rest)"))
    let alarm = try #require(player.found.first)
    #expect(alarm.name.description == name && alarm.role == role && alarm.code == UInt32(frame, radix: 16))
    #expect(alarm.facets[.alarm] == UInt32(type, radix: 16))
    #expect(alarm.facets[.api] == 0 && alarm.facets[.slot] == 2 && alarm.facets[.subslot] == 1)
    #expect(alarm.outcome == (role == .response ? .error(code: 0xDA81_3C01, name: "") : .none))
    #expect(alarm.fault == nil)
  }

  @Test func `an RTA error gives the reason for the connection's end, and a truncated alarm is a fault`() {
    var player = ScriptPlayer(linkScripts[1])
    player.play(.toServer, hex("FE01 0001 0002 14 00 0005 0004 0004 CF81FD05"))
    #expect(player.found[0].outcome == .error(code: 0xCF81_FD05, name: "") && player.found[0].fault == nil)
    player.play(.toServer, hex("FE01 0001 0002 13 00 0005 0004 0000"))
    #expect(player.found[1].name.description == "Alarm transport ACK" && player.found[1].fault == nil)
    player.play(.toServer, hex("FE01 0001 0002 11 11 0005 0004 001C 0002 001A 0100 0001"))
    #expect(player.found[2].fault?.field.description == "RTA-SDU")
  }
}
