// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

let enipScripts = [
  // Register Session; a Forward Open in SendRRData; then five times Get_Attribute_Single of the identity's status
  // (class 1, instance 1, attribute 5) over the connection, in SendUnitData.
  Script(
    "enip: unconnected and connected messages", .tcp(44_818),
    """
    > 6500040000000000000000005F7079636F6D6D5F0000000001000000
    < 65000400AEAD9F6D000000005F7079636F6D6D5F0000000001000000
    > 6F004200AEAD9F6D000000005F7079636F6D6D5F00000000000000000A00020000000000B20032005B02200624010A05000000007F30
      27102704091000E372680700000001402000A00F004201402000A00F0042A30220022401
    < 6F002E00AEAD9F6D000000005F7079636F6D6D5F00000000000000000A00020000000000B2001E00DB000000AD76343A7F3027102704
      091000E3726801402000014020000000
    > 70001E00AEAD9F6D000000005F7079636F6D6D5F00000000000000000A000200A1000400AD76343AB1000A0001000E03200124013005
    < 70001C00AEAD9F6D000000005F7079636F6D6D5F00000000000000000A000200A1000400AD76343AB100080001008E0000006031
    > 70001E00AEAD9F6D000000005F7079636F6D6D5F00000000000000000A000200A1000400AD76343AB1000A0002000E03200124013005
    < 70001C00AEAD9F6D000000005F7079636F6D6D5F00000000000000000A000200A1000400AD76343AB100080002008E0000006031
    > 70001E00AEAD9F6D000000005F7079636F6D6D5F00000000000000000A000200A1000400AD76343AB1000A0003000E03200124013005
    < 70001C00AEAD9F6D000000005F7079636F6D6D5F00000000000000000A000200A1000400AD76343AB100080003008E0000006031
    > 70001E00AEAD9F6D000000005F7079636F6D6D5F00000000000000000A000200A1000400AD76343AB1000A0004000E03200124013005
    < 70001C00AEAD9F6D000000005F7079636F6D6D5F00000000000000000A000200A1000400AD76343AB100080004008E0000006031
    > 70001E00AEAD9F6D000000005F7079636F6D6D5F00000000000000000A000200A1000400AD76343AB1000A0005000E03200124013005
    < 70001C00AEAD9F6D000000005F7079636F6D6D5F00000000000000000A000200A1000400AD76343AB100080005008E0000006031
    """),
  // Register Session; Read_Tag of `SCADA` and `Line1_Speed`, each in an Unconnected Send to slot 0, asked together and
  // answered together, twice; then three tags in a Multiple Service Packet.
  Script(
    "enip: tags through Unconnected Send", .tcp(44_818),
    """
    > 65000400000000000000000000000000000000000000000001000000
    < 650004003E82A59D0000000000000000000000000000000001000000
    > 6F002C003E82A59D00000000300000000000000000000000000000000800020000000000B2001C00520220062401059D0E004C059105
      53434144410028000A0001000100
    > 6F0030003E82A59D00000000310000000000000000000000000000000800020000000000B2002000520220062401059D12004C07910B
      4C696E65315F537065656400010001000100
    < 6F002A003E82A59D00000000300000000000000000000000000000000800020000000000B2001A00CC000000C3000000000000000000
      000000000000000000000000
    < 6F001A003E82A59D00000000310000000000000000000000000000000800020000000000B2000A00CC000000CA0000000000
    > 6F002C003E82A59D00000000300000000000000000000000000000000800020000000000B2001C00520220062401059D0E004C059105
      53434144410028000A0001000100
    > 6F0030003E82A59D00000000310000000000000000000000000000000800020000000000B2002000520220062401059D12004C07910B
      4C696E65315F537065656400010001000100
    < 6F002A003E82A59D00000000300000000000000000000000000000000800020000000000B2001A00CC000000C3000000000000000000
      000000000000000000000000
    < 6F001A003E82A59D00000000310000000000000000000000000000000800020000000000B2000A00CC000000CA0000000000
    > 6F005A003E82A59D00000000300000000000000000000000000000000800020000000000B2004A00520220062401059D3C000A022002
      240103000800160028004C059105534341444100280A0A004C07910B4C696E65315F436F756E740001004C0591065265636970652800
      040001000100
    < 6F004E003E82A59D00000000300000000000000000000000000000000800020000000000B2003E008A0000000300080022002C00CC00
      0000C3000000000000000000000000000000000000000000CC000000C40000000000CC000000C3000000000000000000
    """),
  // NOP and Register Session in one segment; tags of programs; a request that the encapsulation refuses.
  Script(
    "enip: tags of programs", .tcp(44_818),
    """
    > 000002000000000000000000010000000000000000000000414265000400000000000000000002000000000000000000000001000000
    < 65000400550000000000000002000000000000000000000001000000
    > 6F0028005500000000000000030000000000000000000000000000000000020000000000B20018004C0A910C50726F6772616D3A4D61
      696E206B250034120100
    < 6F001A005500000000000000030000000000000000000000000000000000020000000000B2000A00CC000000C40007000000
    > 6F0034005500000000000000040000000000000000000000000000000000020000000000B20024004D0B910C50726F6772616D3A4D61
      696E206B250034122803C40002000100000002000000
    < 6F0014005500000000000000040000000000000000000000000000000000020000000000B2000400CD000000
    > 000000005500000000000000090000000000000000000000
    > 6F001F005500000000000000050000000000000000000000000000000000020000000000B2000F004D0420682406206B2401C1000100
      01
    < 6F0014005500000000000000050000000000000000000000000000000000020000000000B2000400CD000000
    > 6F0018005500000000000000060000000000000000000000000000000000020000000000B20008000E03200124013007
    < 6F0000005500000064000000060000000000000000000000
    > 6F0036005500000000000000070000000000000000000000000000000000020000000000B20026000A02200224010200060012004C04
      20682405206B240101004E0391044269747302000100FEFF
    < 6F0026005500000000000000070000000000000000000000000000000000020000000000B20016008A000000020006000E00CC000000
      C3000500CE000000
    """),
  // ListIdentity, and a controller's identity.
  Script(
    "enip: who is there", .udp(44_818),
    """
    > 630000000000000000000000000000000000000000000000
    < 63003C0000000000000000000000000000000000000000000100 0C003600 0100 0002AF12000000000000000000000000
      0100 0E00 3600 140B 6031 1A066C00 14 313735362D4C36312F42204C4F47495835353631 FF
    """),
  // Implicit data of six and four bytes, one connection in each direction.
  Script(
    "cip-io", .udp(2222),
    """
    > 0200 0280 0800 03064B00 01000000 B100 0600 0100 00000000
    < 0200 0280 0800 04064B00 01000000 B100 0400 0100 0000
    > 0200 0280 0800 03064B00 02000000 B100 0600 0200 01000000
    """),
]

/// An encapsulated message with a session handle and a context.
func enip(_ command: Int, _ data: [UInt8], status: Int = 0, context: Int = 9, session: Int = 0x55) -> [UInt8] {
  func little(_ value: Int, _ count: Int) -> [UInt8] { big(value, count).reversed() }
  return little(command, 2) + little(data.count, 2) + little(session, 4) + little(status, 4) + little(context, 8)
    + little(0, 4) + data
}
/// A CIP message in an unconnected data item.
func unconnected(_ message: String, _ context: Int = 9) -> [UInt8] {
  let message = hex(message)
  return enip(
    0x6F, hex("00000000 0000 0200 00000000 B200") + big(message.count).reversed() + message, context: context)
}

@Suite struct CIPTests {
  struct Sample: CustomTestStringConvertible, Sendable {
    let message: String
    /// Name, action and target of each operation except the encapsulation's.
    let says: [String]
    var values: [UInt16] = []
    var testDescription: String { says.joined(separator: ", ") }
  }

  static let samples: [Sample] = [
    Sample(message: "01 02 2001 2401", says: ["Get_Attributes_All identify class 1 1"]),
    Sample(message: "0E 03 2004 2464 3003", says: ["Get_Attribute_Single read assembly 100"]),
    Sample(message: "10 03 2004 2467 3003 0102", says: ["Set_Attribute_Single write assembly 103"], values: [1, 2]),
    Sample(message: "10 03 20F5 2401 3005 00", says: ["Set_Attribute_Single configure class 245 1"], values: [0]),
    Sample(message: "05 02 2001 2401 00", says: ["Reset state class 1 1"]),
    Sample(message: "06 02 208E 2401", says: ["Start state class 142 1"]),
    Sample(message: "07 02 208E 2401", says: ["Stop state class 142 1"]),
    Sample(message: "04 02 208B 2401 0100 0600 0000000000000000", says: ["Set_Attribute_List clock class 139 1"]),
    Sample(
      message: "04 02 20F5 2401 0100 0500 C0A80005", says: ["Set_Attribute_List configure class 245 1"],
      values: [192, 168, 0, 5]),
    // An analogue group, and an analogue output group.
    Sample(message: "10 03 2022 2401 3003 05", says: ["Set_Attribute_Single write class 34 1"], values: [5]),
    Sample(message: "0E 03 2021 2401 3003", says: ["Get_Attribute_Single read class 33 1"]),
    Sample(
      message: "4E 03 9104 42697473 0200 0100 FEFF", says: ["Read_Modify_Write_Tag write tag Bits"],
      values: [1, 0xFFFE]),
    // Symbols in one segment, including one with an index.
    Sample(message: "4C 02 63616263 0100", says: ["Read_Tag read tag abc"]),
    Sample(message: "4C 02 626162 00 0100", says: ["Read_Tag read tag ab"]),
    Sample(message: "4C 02 60C73412 0100", says: ["Read_Tag read tag 4660"]),
    Sample(
      message: "52 02 2006 2401 05 9D 0600 0502 2001 2401 08 00 0102 120B 3139322E3136382E312E35 00",
      says: ["Unconnected_Send session class 6 1 to 192.168.1.5", "Reset state class 1 1 to 192.168.1.5"]),
    Sample(
      message: "52 02 2006 2401 05 9D 0600 0502 2001 2401 09 00 0102 120B 3139322E3136382E312E35 00 0104",
      says: ["Unconnected_Send session class 6 1 unit 4 to 192.168.1.5", "Reset state class 1 1 unit 4 to 192.168.1.5"]),
    Sample(message: "4C 06 9107 4C696E65312E41 00 2802 0300", says: ["Read_Tag read tag Line1.A[2] x3"]),
    Sample(
      message: "4D 04 9105 5370656564 00 C300 0200 0102 0304", says: ["Write_Tag write tag Speed x2"],
      values: [0x201, 0x403]),
    Sample(
      message: "53 04 9105 5370656564 00 C300 0200 02000000 0102", says: ["Write_Tag_Fragmented write tag Speed x2"],
      values: [0x201]),
    Sample(
      message: "52 04 9105 5370656564 00 0200 00000000", says: ["Read_Tag_Fragmented read tag Speed x2"]),
    Sample(message: "4C 04 206B 2500 3412 0100", says: ["Read_Tag read class 107 4660"]),
    Sample(message: "4B 02 2037 24C8", says: ["Initiate_Upload file class 55 200"]),
    Sample(message: "4C 02 2037 24C8", says: ["Initiate_Download file class 55 200"]),
    Sample(message: "4B 02 207E 2401", says: ["Service of the vendor's object class unknown class 126 1"]),
    Sample(
      message: "0A 02 2002 2401 0200 0600 1000 4C03 9103 414243 00 0100 4D03 9103 414243 00 C200 0100 05",
      says: ["Multiple_Service_Packet session class 2 1", "Read_Tag read tag ABC", "Write_Tag write tag ABC"]),
    Sample(
      message: "52 02 2006 2401 05 9D 0600 0502 2001 2401 01 00 0103",
      says: ["Unconnected_Send session class 6 1 unit 3", "Reset state class 1 1 unit 3"]),
    Sample(
      message: """
        54 02 2006 2401 0A 0E 00000000 11223344 0100 4D00 01020304 00 000000 10270000 F443 20A10700 F443 A3 03
        0102 2002 2401
        """, says: ["Forward_Open session class 2 1 unit 2"]),
    Sample(
      message: """
        54 02 2006 2401 0A 0E 00000000 11223344 0100 4D00 01020304 00 000000 10270000 2648 20A10700 2648 01 04
        2004 2401 2C64 2C65
        """, says: ["Forward_Open session assembly 1"]),
    Sample(
      message: "4E 02 2006 2401 0A 0E 0100 4D00 01020304 02 00 2002 2401", says: ["Forward_Close session class 2 1"]),
    Sample(
      message: "4B 02 2067 2401 07 4D00 01020304 0F 00 3412 A2 04 07 89 05 00",
      says: [
        "Execute_PCCC session class 103 1",
        "Protected typed logical read with three address fields read data-file 7 5-6",
      ]),
    Sample(
      message: "4B 02 2067 2401 07 4D00 01020304 0F 00 3412 AA 02 07 89 05 00 2A00",
      says: [
        "Execute_PCCC session class 103 1",
        "Protected typed logical write with three address fields write data-file 7 5",
      ]),
    Sample(
      message: "4B 02 2067 2401 07 4D00 01020304 0F 00 3412 80 01",
      says: ["Execute_PCCC session class 103 1", "Change mode state"]),
  ]

  private func operationTexts(_ exchange: borrowing Exchange) -> [String] {
    var texts: [String] = []
    for place in 0..<exchange.operations.count where place > 0 {
      let operation = exchange.operations[place]
      let target = operation.target
      let name = exchange.names.names.text(target.name)
      texts.append(
        "\(operation.name) \(operation.action)" + (target == .none ? "" : " " + target.notation(name: name))
          + (target.area == .tag && target.count > 1 ? " x\(target.count)" : "")
          + (operation.unit >= 0 ? " unit \(operation.unit)" : "")
          + (operation.detail != .none ? " to \(exchange.names.names.text(operation.detail) ?? "")" : ""))
    }
    return texts
  }

  @Test("each service is read with its name, action and target", arguments: samples)
  func services(_ sample: Sample) throws {
    var exchange = conversation()
    let bytes = unconnected(sample.message)
    try #require(exchange.step(bytes, EtherNetIP.self) == .message(bytes.count))
    #expect(operationTexts(exchange) == sample.says)
    #expect(exchange.operations[0].name.description == "SendRRData" && exchange.operations[0].isCarrier)
    for operation in exchange.operations { #expect(operation.fault == nil) }
    if !sample.values.isEmpty { #expect(exchange.operations[1].values.numbers(in: bytes) == sample.values) }
  }

  @Test(
    "a PCCC write has the data that it counts",
    arguments: [
      ("AA 02 07 89 05 00 2A00", [0x2A], nil), ("AA 04 07 89 05 00 2A00", [0x2A], "Byte size"),
      ("AA 02 07 89 05 00 2A00 2B00", [0x2A], "Byte size"), ("AA 00 07 89 05 00", [], "Byte size"),
      ("AB 02 07 89 05 00 FFFF 2A00", [0x2A], nil), ("AB 02 07 89 05 00 2A00", [], "Byte size"),
      ("00 0000 0200 06 07 05 0100 0200", [1, 2], nil), ("00 0100 0200 06 07 05 0100", [1], nil),
      ("00 0100 0200 06 07 05 0100 0200", [1], "Data of the packet"),
      ("00 0000 0200 06 07 05 01", [], "Data of the packet"),
      ("00 0300 0200 06 07 05 0100", [], "Data of the packet"),
    ] as [(String, [UInt16], String?)])
  func typedWrites(_ text: String, _ values: [UInt16], _ field: String?) {
    var exchange = conversation()
    let message = unconnected("4B 02 2067 2401 07 4D00 01020304 0F 00 3412 " + text)
    _ = exchange.step(message, EtherNetIP.self)
    #expect(exchange.operations[2].values.numbers(in: message) == values)
    #expect(exchange.operations[2].fault?.field.description == field)
    #expect(exchange.operations[2].action == .write && exchange.operations[2].target.area == .dataFile)
  }

  @Test func `answers take their targets from their questions, each message of a packet its own`() {
    var exchange = conversation()
    _ = exchange.step(
      unconnected("0A 02 2002 2401 0200 0600 1000 4C03 9103 414243 00 0100 4C03 9103 444546 00 0100"), EtherNetIP.self)
    exchange.direction = .toClient
    let answer = unconnected("8A 00 1E 00 0200 0600 0E00 CC000000 C300 3412 CC000400")
    _ = exchange.step(answer, EtherNetIP.self)
    #expect(
      operationTexts(exchange) == [
        "Multiple_Service_Packet session class 2 1", "Read_Tag read tag ABC", "Read_Tag read tag DEF",
      ])
    #expect(exchange.operations.allSatisfy { $0.pairing == .answered || $0.role == .report })
    #expect(exchange.operations[2].values.numbers(in: answer) == [0x1234])
    #expect(exchange.operations[1].outcome == .error(code: 0x1E, name: ""))
    #expect(exchange.operations[3].outcome == .error(code: 4, name: ""))
  }

  @Test func `the answer to a forwarded request comes without the Unconnected Send envelope`() {
    var exchange = conversation()
    _ = exchange.step(unconnected("52 02 2006 2401 05 9D 0600 0102 2001 2401 01 00 0103"), EtherNetIP.self)
    exchange.direction = .toClient
    _ = exchange.step(
      unconnected("81 00 00 00 0100 0E00 3600 140B 6031 1A066C00 05 4C4F474958"), EtherNetIP.self)
    #expect(operationTexts(exchange) == ["Get_Attributes_All identify class 1 1 unit 3"])
    #expect(exchange.operations[1].pairing == .answered)
    let report = exchange.identities[0]
    #expect(report.knownVendor?.description == "Rockwell Automation")
    let names = exchange.names.names
    let texts = [names.text(report.model), names.text(report.firmware), names.text(report.serial)]
    #expect(texts == ["LOGIX", "20.11", "6c061a"])
  }

  @Test func `safety connections are recognised`() {
    var exchange = conversation()
    _ = exchange.step(
      unconnected(
        """
        54 02 2006 2401 0A 0E 00000000 11223344 0100 4D00 01020304 00 000000 10270000 F443 20A10700 F443 20 05
        2004 2464 500200000000
        """), EtherNetIP.self)
    #expect(exchange.operations[1].facets[.isSafety] == 1)
    #expect(exchange.operations[1].facets[.interval] == 10_000)
  }

  @Test func `nested messages, and messages at the same offset, are read once`() {
    // Sixty nested packets; then a thousand offsets to the same place.
    var message = "05 02 2001 2401"
    for _ in 0..<60 { message = "0A 02 2002 2401 0100 0400" + message }
    var exchange = conversation()
    _ = exchange.step(unconnected(message), EtherNetIP.self)
    #expect(exchange.operations.count < 10)
    let same = "0A 02 2002 2401 E803" + String(repeating: "D207", count: 1000) + "0502 2001 2401"
    _ = exchange.step(unconnected(same), EtherNetIP.self)
    #expect(exchange.operations.count < 5)
    #expect(exchange.operations[1].fault?.field.description == "Offset")
  }

  @Test(
    "the framing of a message is checked",
    arguments: [
      ("6500 0400 00000000 00000000 0000000000000000 01000000 01000000", "Options"),
      ("6500 0400 00000000 00010000 0000000000000000 00000000 01000000", "Status"),
      ("6500 F0FF 00000000 00000000 0000000000000000 00000000 01000000", "Length"),
    ])
  func framing(_ text: String, _ field: String) {
    var exchange = conversation()
    guard case .refused = exchange.step(hex(text), EtherNetIP.self) else {
      Issue.record("not refused")
      return
    }
    #expect(exchange.fault?.field.description == field)
  }

  @Test(
    "invalid contents are reported as a fault",
    arguments: [
      ("6500 0200 00000000 00000000 0000000000000000 00000000 0100", "Length"),
      ("6F00 1000 00000000 00000000 0000000000000000 00000000 00000000 0000 0300 00000000 B200 0000", "Item count"),
      ("6F00 1000 00000000 00000000 0000000000000000 00000000 00000000 0000 0200 00000000 B200 0400", "Item length"),
      (
        "6F00 1400 00000000 00000000 0000000000000000 00000000 00000000 0000 0200 00000000 B200 0400 0109 2001",
        "Path size"
      ),
    ])
  func faults(_ text: String, _ field: String) {
    var exchange = conversation()
    _ = exchange.step(hex(text), EtherNetIP.self)
    #expect(exchange.operations.compactMap { $0.fault?.field.description } == [field])
  }

  @Test(
    "nothing else is taken for EtherNet/IP",
    arguments: [
      "16030100A5010000A10303", "474554202F20485454502F312E310D0A0D0A0D0A0D0A0D0A",
    ])
  func foreign(_ text: String) {
    for expected in [false, true] {
      guard case .no = recognition(hex(text), expected: expected, by: EtherNetIP.self) else {
        Issue.record("taken for EtherNet/IP")
        return
      }
    }
  }
}
