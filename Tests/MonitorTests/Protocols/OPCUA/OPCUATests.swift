// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

@Suite struct OPCUATests {
  private static let none = "00000000"
  /// A message in one chunk: service, request or response header, rest.
  private func message(_ service: UInt16, _ rest: String, isResponse: Bool = false, status: String = none) -> [UInt8] {
    let header =
      isResponse
      ? "0000000000000000 01000000 \(status) 00 00000000 000000"
      : "0000 0000000000000000 01000000 00000000 FFFFFFFF 00000000 000000"
    let body = hex("0100") + big(Int(service)).reversed() + hex(header) + hex(rest)
    return hex("4D534746") + big(24 + body.count, 4).reversed() + hex("01000000 01000000 0A000000 07000000") + body
  }

  struct Sample: CustomTestStringConvertible, Sendable {
    let service: UInt16
    let rest: String
    let name: String
    let action: Action
    var targets: [String] = []
    var values: [Number] = []
    var detail: String?
    var facet: (Facet, UInt32)?
    var testDescription: String { "\(name) \(targets.joined(separator: ", "))" }
  }

  static let samples: [Sample] = [
    Sample(
      service: 631,
      rest: """
        0000000000000000 02000000 02000000 030200 05000000 5370656564 0D000000 FFFFFFFF 0000 FFFFFFFF
        0055 0D000000 FFFFFFFF 0000 FFFFFFFF
        """, name: "ReadRequest", action: .read, targets: ["node ns=2;s=Speed", "node i=85"]),
    Sample(
      service: 673, rest: "01000000 030200 05000000 5370656564 0D000000 FFFFFFFF 01 0B 000000000000F83F",
      name: "WriteRequest", action: .write, targets: ["node ns=2;s=Speed"], values: [.real(1.5)],
      facet: (.attribute, 13)),
    Sample(
      service: 673, rest: "01000000 01020700 04000000 FFFFFFFF 01 06 FEFFFFFF", name: "WriteRequest",
      action: .configure, targets: ["node ns=2;i=7, attribute 4"], values: [.signed(-2)], facet: (.attribute, 4)),
    Sample(
      service: 673, rest: "01000000 01020700 0D000000 FFFFFFFF 01 84 02000000 0100 FFFF", name: "WriteRequest",
      action: .write, targets: ["node ns=2;i=7"], values: [.signed(1), .signed(-1)]),
    Sample(
      service: 712, rest: "01000000 01020100 01020900 02000000 07 05000000 0C 02000000 4142", name: "CallRequest",
      action: .operate, targets: ["node ns=2;i=9", "node ns=2;i=9"], values: [.unsigned(5)], detail: "ns=2;i=1"),
    Sample(
      service: 527, rest: "0000 0000000000000000 00000000 00000000 01000000 0055 00000000 0021 01 FF000000 3F000000",
      name: "BrowseRequest", action: .read, targets: ["node i=85"]),
    Sample(
      service: 467,
      rest: """
        FFFFFFFF FFFFFFFF 00000000 00000000 01004401 01 1A000000 01000000 30 05000000 616C696365 04000000 01020304
        FFFFFFFF FFFFFFFF FFFFFFFF
        """, name: "ActivateSessionRequest", action: .authenticate, detail: "alice"),
    Sample(
      service: 500, rest: "01000000 01020900 01", name: "DeleteNodesRequest", action: .configure,
      targets: ["node ns=2;i=9"]),
    Sample(service: 473, rest: "01", name: "CloseSessionRequest", action: .session),
    Sample(service: 826, rest: "00000000", name: "PublishRequest", action: .report),
    Sample(
      service: 488,
      rest: """
        02000000 0055 0023 01010700 0100 03000000 4E6577 02000000 000000 003F
        0055 0023 0000 0100 01000000 4E 02000000 000000 003F
        """, name: "AddNodesRequest", action: .configure, targets: ["node ns=1;i=7", "node i=85"], detail: "New"),
    Sample(
      service: 494, rest: "01000000 01010700 0023 01 FFFFFFFF 0055 02000000", name: "AddReferencesRequest",
      action: .configure, targets: ["node ns=1;i=7"]),
    Sample(
      service: 506, rest: "02000000 01010700 0023 01 0055 01 01010800 0023 01 0055 01", name: "DeleteReferencesRequest",
      action: .configure, targets: ["node ns=1;i=7", "node ns=1;i=8"]),
    Sample(
      service: 566, rest: "02000000 01010700 0055", name: "UnregisterNodesRequest", action: .read,
      targets: ["node ns=1;i=7", "node i=85"]),
    Sample(
      service: 554, rest: "01000000 0054 02000000 0023 00 01 0000 01000000 41 0023 00 01 0000 02000000 4243",
      name: "TranslateBrowsePathsToNodeIdsRequest", action: .read, targets: ["node i=84"], detail: "BC"),
    Sample(
      service: 615,
      rest: """
        0000 0000000000000000 00000000 02000000
        01010700 01 01000000 01000000 0023 00 01 0000 01000000 41 0D000000 FFFFFFFF
        003A 00 00000000
        """, name: "QueryFirstRequest", action: .read, targets: ["node ns=1;i=7", "node i=58"]),
    Sample(
      service: 664,
      rest: """
        01008902 01 02000000 ABCD 02000000 00 02000000
        01020700 FFFFFFFF 0000 FFFFFFFF FFFFFFFF 01020800 FFFFFFFF 0000 FFFFFFFF FFFFFFFF
        """, name: "HistoryReadRequest", action: .read, targets: ["node ns=2;i=7", "node ns=2;i=8"]),
    Sample(
      service: 700,
      rest: "02000000 0100AA02 01 0A000000 01020700 01000000 0000 0100B002 01 06000000 01020800 00FF",
      name: "HistoryUpdateRequest", action: .write, targets: ["node ns=2;i=7", "node ns=2;i=8"]),
    Sample(
      service: 712, rest: "01000000 01020100 01020900 03000000 06 01000000 0C 01000000 41 06 02000000",
      name: "CallRequest", action: .operate, targets: Array(repeating: "node ns=2;i=9", count: 3),
      values: [.signed(1), .signed(2)], detail: "ns=2;i=1"),
    Sample(
      service: 751,
      rest: """
        4D000000 00000000 01000000 01020700 0D000000 FFFFFFFF 0000 FFFFFFFF 02000000 03000000 0000000000005940 000000
        01000000 01
        """, name: "CreateMonitoredItemsRequest", action: .read, targets: ["node ns=2;i=7"],
      facet: (.subscription, 77)),
    Sample(
      service: 763, rest: "4D000000 02000000 00000000", name: "ModifyMonitoredItemsRequest", action: .read,
      facet: (.subscription, 77)),
    Sample(
      service: 769, rest: "4D000000 02000000 01000000 03000000", name: "SetMonitoringModeRequest", action: .read,
      facet: (.mode, 2)),
    Sample(
      service: 775, rest: "4D000000 03000000 00000000 00000000", name: "SetTriggeringRequest", action: .read,
      facet: (.subscription, 77)),
    Sample(
      service: 781, rest: "4D000000 01000000 03000000", name: "DeleteMonitoredItemsRequest", action: .read,
      facet: (.subscription, 77)),
    Sample(
      service: 793, rest: "4D000000 0000000000005940 64000000 0A000000 00000000 01", name: "ModifySubscriptionRequest",
      action: .read, facet: (.subscription, 77)),
    Sample(
      service: 799, rest: "01 02000000 4D000000 4E000000", name: "SetPublishingModeRequest", action: .read,
      facet: (.subscription, 77)),
    Sample(
      service: 832, rest: "4D000000 05000000", name: "RepublishRequest", action: .report, facet: (.subscription, 77)),
    Sample(
      service: 841, rest: "01000000 4D000000 01", name: "TransferSubscriptionsRequest", action: .read,
      facet: (.subscription, 77)),
    Sample(
      service: 847, rest: "01000000 4D000000", name: "DeleteSubscriptionsRequest", action: .read,
      facet: (.subscription, 77)),
    Sample(
      service: 422, rest: "09000000 6F70632E7463703A2F 00000000 00000000", name: "FindServersRequest",
      action: .identify, detail: "opc.tcp:/"),
    Sample(
      service: 437, rest: "05000000 75726E3A73 FFFFFFFF 00000000 00000000 FFFFFFFF 00000000 FFFFFFFF 01",
      name: "RegisterServerRequest", action: .configure, detail: "urn:s"),
    // A missing token is an anonymous one.
    Sample(
      service: 467, rest: "FFFFFFFF FFFFFFFF 00000000 00000000 000000 FFFFFFFF FFFFFFFF",
      name: "ActivateSessionRequest", action: .authenticate, facet: (.tokenKind, 0)),
  ]

  @Test("each service is read with its name, targets and values", arguments: samples)
  func services(_ sample: Sample) throws {
    var exchange = conversation()
    let bytes = message(sample.service, sample.rest)
    try #require(exchange.step(bytes, OPCUA.self) == .message(bytes.count))
    let operation = exchange.operations[0]
    let detail = exchange.names.names.text(operation.detail)
    var numbers: [Number] = []
    operation.values.read(bytes.bytes, most: 9, into: &numbers)
    for place in 0..<exchange.items.count { exchange.items[place].values.read(bytes.bytes, most: 9, into: &numbers) }
    #expect(operation.name.description == sample.name)
    #expect(operation.action == sample.action && operation.role == .request && operation.transaction == 7)
    #expect(targetTexts(exchange) == sample.targets)
    #expect(numbers == sample.values)
    #expect(detail == sample.detail)
    if let (facet, number) = sample.facet { #expect(operation.facets[facet] == number) }
    #expect(operation.fault == nil)
  }

  @Test(
    "values of every type are skipped, so that what follows is read",
    arguments: [
      // Null, also several; string, DateTime, GUID, node id, qualified name, localized text, extension object.
      "00", "80 10000000", "0C 01000000 41", "0D 0000000000000000", "0E 00000000000000000000000000000000",
      "11 01020700", "14 0000 01000000 41", "15 03 01000000 41 01000000 42", "16 01000100 01 01000000 FF",
      // DataValue, array of Variants that contains an array, nested DiagnosticInfo, matrix.
      "17 03 06 05000000 00000000", "97 01000000 0F 0C 01000000 41 00000000 0000000000000000 0000000000000000",
      "98 02000000 06 05000000 98 01000000 06 07000000", "19 41 01000000 02 02000000",
      "C6 02000000 01000000 02000000 02000000 01000000 02000000",
      // Reserved types, encoded as byte strings.
      "1A 02000000 4142", "9F 01000000 02000000 4142",
    ])
  func variants(_ value: String) {
    var exchange = conversation()
    let second = "01020800 0D000000 FFFFFFFF 01 06 2A000000"
    let bytes = message(673, "02000000 01020700 0D000000 FFFFFFFF 01 \(value) \(second)")
    _ = exchange.step(bytes, OPCUA.self)
    #expect(targetTexts(exchange) == ["node ns=2;i=7", "node ns=2;i=8"])
    #expect(exchange.items.first?.values.number(0, in: bytes.bytes) == .signed(42))
    #expect(exchange.operations[0].fault == nil)
  }

  @Test func `unreadable values are a fault, and reading them always ends`() {
    var exchange = conversation()
    _ = exchange.step(message(673, "02000000 01020700 0D000000 FFFFFFFF 01 2A 00000000"), OPCUA.self)
    #expect(targetTexts(exchange) == ["node ns=2;i=7"])
    #expect(exchange.operations[0].fault?.field.description == "Variant type")
    let deep = String(repeating: "18", count: 300) + "00"
    exchange.begin()
    _ = exchange.step(message(673, "01000000 01020700 0D000000 FFFFFFFF 01 \(deep)"), OPCUA.self)
    #expect(exchange.operations[0].fault?.field.description == "Variant nesting")
    // Twenty thousand arrays of eight thousand nulls, which take up no bytes.
    let nulls = "98 286E0000" + String(repeating: "80 00200000", count: 20_000) + String(repeating: "00", count: 8_200)
    exchange.begin()
    _ = exchange.step(message(673, "01000000 01020700 0D000000 FFFFFFFF 01 \(nulls)"), OPCUA.self)
    #expect(targetTexts(exchange) == ["node ns=2;i=7"])
  }

  @Test func `a changed setting is not hidden among written values`() {
    for attributes in [["01", "0D"], ["0D", "01"]] {
      var exchange = conversation()
      let items = attributes.map { "01020700 \($0)000000 FFFFFFFF 01 06 01000000" }.joined(separator: " ")
      _ = exchange.step(message(673, "02000000 \(items)"), OPCUA.self)
      #expect(exchange.operations[0].action == .configure)
      #expect(targetTexts(exchange).count == 2)
    }
  }

  struct Answer: CustomTestStringConvertible, Sendable {
    let service: UInt16
    let rest: String
    var bad: UInt32 = 0x8034_0000
    var testDescription: String { UAService(rawValue: UInt32(service)).name.description }
  }
  static let answers: [Answer] = [
    Answer(service: 634, rest: "02000000 01 06 2A000000 02 00003480 00000000"),
    Answer(service: 676, rest: "03000000 00000000 00003480 00001F80 00000000"),
    Answer(service: 503, rest: "02000000 00000000 00003480 00000000"),
    Answer(service: 491, rest: "02000000 00000000 01010700 00003480 0000 00000000"),
    Answer(service: 497, rest: "02000000 00000000 00003480 00000000"),
    Answer(service: 509, rest: "01000000 00003480 00000000"),
    Answer(service: 530, rest: "02000000 00000000 FFFFFFFF 00000000 00003480 FFFFFFFF 00000000 00000000"),
    Answer(
      service: 530,
      rest: """
        02000000 00000000 FFFFFFFF 01000000 0023 01 0055 0000 01000000 41 02 01000000 41 01000000 003D
        00003480 FFFFFFFF 00000000 00000000
        """),
    Answer(service: 557, rest: "02000000 00000000 01000000 0055 FFFFFFFF 00003480 00000000 00000000"),
    Answer(service: 667, rest: "02000000 00000000 FFFFFFFF 000000 00003480 FFFFFFFF 000000 00000000"),
    Answer(service: 703, rest: "02000000 00000000 01000000 00003480 00000000 00000000 00000000 00000000 00000000"),
    Answer(
      service: 715,
      rest: """
        02000000 00000000 01000000 00000000 01000000 00 01000000 06 05000000 00003480 00000000 00000000 00000000
        00000000
        """),
    Answer(
      service: 754,
      rest: """
        02000000 00000000 01000000 0000000000005940 01000000 000000 00003480 02000000 0000000000005940 01000000 000000
        00000000
        """),
    Answer(
      service: 766, rest: "02000000 00000000 0000000000005940 01000000 000000 00003480 0000000000005940 01000000 000000"
    ),
    Answer(service: 772, rest: "01000000 00003480 00000000"),
    Answer(service: 778, rest: "01000000 00000000 00000000 01000000 00003480 00000000"),
    Answer(service: 784, rest: "01000000 00003480 00000000"),
    Answer(service: 802, rest: "01000000 00003480 00000000"),
    Answer(service: 844, rest: "02000000 00000000 01000000 05000000 00003480 00000000 00000000"),
    Answer(service: 850, rest: "01000000 00003480 00000000"),
    // A subscription that has ended.
    Answer(
      service: 829,
      rest: """
        4D000000 00000000 00 01000000 0000000000000000 01000000 01003403 01 05000000 00000A80 00 00000000 00000000
        """, bad: 0x800A_0000),
  ]

  @Test("the first bad result of an answer is its outcome", arguments: answers)
  func results(_ answer: Answer) {
    var exchange = conversation(.toClient)
    _ = exchange.step(message(answer.service, answer.rest, isResponse: true), OPCUA.self)
    #expect(exchange.operations[0].outcome == .error(code: answer.bad, name: ""))
    #expect(exchange.operations[0].fault == nil)
  }

  @Test func `answers have the values of reads, data changes and method outputs, and subscriptions their number`() {
    for (service, rest, numbers) in [
      (
        UInt16(829),
        """
        4D000000 00000000 00 01000000 0000000000000000 01000000 01002B03 01 1A000000
        02000000 03000000 01 06 63000000 04000000 01 03 07 00000000 00000000 00000000
        """, [Number.signed(99), .unsigned(7)]
      ),
      (715, "01000000 00000000 00000000 00000000 02000000 06 05000000 06 06000000 00000000", [.signed(5), .signed(6)]),
      (634, "02000000 01 06 2A000000 01 06 2B000000 00000000", [.signed(42), .signed(43)]),
    ] {
      var exchange = conversation(.toClient)
      let bytes = message(service, rest, isResponse: true)
      _ = exchange.step(bytes, OPCUA.self)
      var found: [Number] = []
      exchange.operations[0].values.read(bytes.bytes, most: 9, into: &found)
      for place in 0..<exchange.items.count { exchange.items[place].values.read(bytes.bytes, most: 9, into: &found) }
      #expect(found == numbers)
      #expect(exchange.operations[0].fault == nil)
    }
    var exchange = conversation(.toClient)
    _ = exchange.step(message(790, "4D000000 0000000000005940 64000000 0A000000", isResponse: true), OPCUA.self)
    #expect(exchange.operations[0].facets[.subscription] == 77)
  }

  @Test func `an answer takes its question's target, a fault its action, and status codes give the outcome`() {
    var exchange = conversation()
    let write = message(673, "01000000 01020700 0D000000 FFFFFFFF 01 06 02000000")
    _ = exchange.step(write, OPCUA.self)
    exchange.direction = .toClient
    _ = exchange.step(message(676, "01000000 00003B80 00000000", isResponse: true), OPCUA.self)
    let answer = exchange.operations[0]
    #expect(answer.pairing == .answered && answer.target.area == .node && answer.action == .write)
    #expect(answer.outcome == .error(code: 0x803B_0000, name: ""))
    exchange.direction = .toServer
    _ = exchange.step(message(467, "FFFFFFFF FFFFFFFF 00000000 00000000 01004101 00"), OPCUA.self)
    exchange.direction = .toClient
    _ = exchange.step(message(397, "", isResponse: true, status: "00001F80"), OPCUA.self)
    #expect(exchange.operations[0].action == .authenticate && exchange.operations[0].pairing == .answered)
    #expect(exchange.operations[0].outcome == .error(code: 0x801F_0000, name: ""))
  }

  @Test(
    "node ids are written in the notation of OPC 10000-6, 5.3.1.10",
    arguments: [
      ("0055", "node i=85"), ("01020700", "node ns=2;i=7"), ("02030040420F00", "node ns=3;i=1000000"),
      ("030200 02000000 4142", "node ns=2;s=AB"),
      ("040200 912B9672 75FA E64A 8D28 B404DC7DAF63", "node ns=2;g=72962B91-FA75-4AE6-8D28-B404DC7DAF63"),
      ("050200 04000000 4D6161FF", "node ns=2;b=TWFh/w=="),
    ])
  func nodes(_ bytes: String, _ text: String) {
    var exchange = conversation()
    _ = exchange.step(message(500, "01000000 \(bytes) 01"), OPCUA.self)
    #expect(targetTexts(exchange) == [text])
  }

  @Test func `messages that cannot be read are reported as encrypted`() {
    var exchange = conversation(carried: DissectorID(rawValue: 200))
    _ = exchange.step(
      hex("4D534746 28000000 05000000 01000000 99887766554433221100FFEE99887766554433221100FFEE"), OPCUA.self)
    #expect(exchange.operations[0].facets[.isEncrypted] == 1 && exchange.operations[0].dissector.rawValue == 200)
    #expect(exchange.operations[0].action == .session && exchange.operations[0].fault == nil)
  }

  /// A chunk of channel 1, request 7.
  private func chunk(_ kind: String, _ sequence: Int, _ body: [UInt8]) -> [UInt8] {
    hex(kind) + big(24 + body.count, 4).reversed() + hex("01000000 01000000") + big(sequence, 4).reversed()
      + hex("07000000") + body
  }
  private func opening(_ policy: String, _ body: String) -> [UInt8] {
    let uri = Array("http://opcfoundation.org/UA/SecurityPolicy#\(policy)".utf8)
    let rest = hex("01000000") + big(uri.count, 4).reversed() + uri + hex("FFFFFFFF FFFFFFFF") + hex(body)
    return hex("4F504E46") + big(8 + rest.count, 4).reversed() + rest
  }

  @Test(
    "on a channel that signs but does not encrypt, each chunk ends in a signature",
    arguments: [("Basic128Rsa15", 20), ("Basic256", 20), ("Basic256Sha256", 32), ("Aes256_Sha256_RsaPss", 32)])
  func signatures(_ policy: String, _ length: Int) throws {
    var exchange = conversation()
    _ = exchange.step(opening(policy, String(repeating: "A7", count: 64)), OPCUA.self)
    let write = message(
      673, "02000000 01020700 0D000000 FFFFFFFF 01 06 FEFFFFFF 01020800 0D000000 FFFFFFFF 01 06 2A000000")
    let body = Array(write.dropFirst(24))
    let signature = [UInt8](repeating: 0xAA, count: length)
    exchange.begin()
    _ = exchange.step(chunk("4D534743", 9, body.prefix(50) + signature), OPCUA.self)
    #expect(exchange.operations.isEmpty)
    _ = exchange.step(chunk("4D534743", 10, body[50..<60] + signature), OPCUA.self)
    _ = exchange.step(chunk("4D534746", 11, body.dropFirst(60) + signature), OPCUA.self)
    let operation = try #require(exchange.operations.first)
    #expect(targetTexts(exchange) == ["node ns=2;i=7", "node ns=2;i=8"])
    #expect(operation.facets[.chunks] == 3 && operation.fault == nil)
    let number = operation.values.number(0, in: exchange.assembled.bytes)
    #expect(number == .signed(-2))
  }

  @Test func `opening and closing a secured channel are recognised by the message type`() {
    var exchange = conversation(carried: DissectorID(rawValue: 200))
    _ = exchange.step(opening("Basic256Sha256", String(repeating: "A7", count: 64)), OPCUA.self)
    #expect(exchange.operations[0].code == 446 && exchange.operations[0].role == .request)
    #expect(exchange.operations[0].facets[.isEncrypted] == 1)
    #expect(exchange.names.names.text(exchange.operations[0].detail)?.hasSuffix("#Basic256Sha256") == true)
    exchange.direction = .toClient
    _ = exchange.step(opening("Basic256Sha256", String(repeating: "A7", count: 64)), OPCUA.self)
    #expect(exchange.operations[0].code == 449 && exchange.operations[0].pairing == .answered)
    exchange.direction = .toServer
    _ = exchange.step(chunk("434C4F46", 12, [UInt8](repeating: 0xA7, count: 64)), OPCUA.self)
    #expect(exchange.operations[0].code == 452 && exchange.operations[0].facets[.isEncrypted] == 1)
    // Signed only, by a sender that should also encrypt: it can be read.
    _ = exchange.step(
      opening(
        "Basic128Rsa15",
        "01000000 01000000 0100BE01 0000 0000000000000000 01000000 00000000 FFFFFFFF 00000000 000000"
          + "00000000 00000000 02000000 FFFFFFFF 00000000"), OPCUA.self)
    #expect(exchange.operations[0].code == 446 && exchange.operations[0].facets[.isEncrypted] == nil)
    #expect(exchange.operations[0].dissector.rawValue == 0 && exchange.operations[0].facets[.securityMode] == 2)
  }

  @Test func `an aborted message is dropped, even if its beginning was not seen`() {
    var exchange = conversation()
    _ = exchange.step(chunk("4D534741", 9, hex("00008080 FFFFFFFF")), OPCUA.self)
    #expect(exchange.operations.first?.outcome == .error(code: 0x8080_0000, name: ""))
  }

  @Test(
    "it is recognised on any port, also in mid-stream",
    arguments: [
      ("48454C46 38000000 00000000 00000100 00000100 00000000 00000000 18000000", Direction?.some(.toServer)),
      ("41434B46 1C000000 00000000 00000100 00000100 00000000 00000000", .toClient),
      ("4D534746 53000000 06000000 0D000000 02000000 02000000 0100AC01 0000", .toServer),
      ("4D534746 500C0000 06000000 0D000000 02000000 02000000 0100AF01 0000", .toClient),
      ("4D534746 28000000 05000000 01000000 99887766554433221100FFEE99887766554433221100FFEE", nil),
      ("4F504E46 3C000000 00000000 10000000 23333253454355", nil),
    ])
  func recognised(_ text: String, _ direction: Direction?) {
    guard case .yes(let hint) = recognition(hex(text), expected: false, by: OPCUA.self) else {
      Issue.record("not recognised")
      return
    }
    #expect(hint == direction)
  }

  @Test(
    "the framing of a message is checked",
    arguments: [
      ("4D534758 28000000 05000000", "MessageType"), ("4D534746 04000000 05000000", "MessageSize"),
      ("48454C46 00000010 00000000", "MessageSize"), ("00000000 28000000 05000000", "MessageType"),
    ])
  func framing(_ text: String, _ field: String) {
    var exchange = conversation()
    guard case .refused = exchange.step(hex(text), OPCUA.self) else {
      Issue.record("not refused")
      return
    }
    #expect(exchange.fault?.field.description == field)
  }

  @Test func `impossible counts cause no long loop, and a truncated service is a fault`() {
    for rest in ["0000000000000000 02000000 FFFFFF7F", "0000000000000000 02000000 01000000 0302"] {
      var exchange = conversation()
      _ = exchange.step(message(631, rest), OPCUA.self)
      #expect(exchange.operations[0].fault?.field.description == "Service")
    }
  }
}
