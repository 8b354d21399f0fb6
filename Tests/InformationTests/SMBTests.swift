// SPDX-License-Identifier: Apache-2.0
import RuleLanguage
import Testing

@testable import Information

@Suite struct SMBTests {
  private func numbers(_ part: Reading.Part, _ texts: String...) -> Bool { texts.allSatisfy(part.numbers.contains) }

  @Test("fragments of a call over TCP are one stub, with interface and operation, and so has its answer")
  func calls() throws {
    let parts = SMBFixtures.tcp.read()
    try #require(parts.count == 3)
    #expect(parts.map { $0[.dceStub] } == [nil, "one two three", "answer"])
    for part in parts {
      #expect(numbers(part, "dceInterface: Optional(\(SMBFixtures.uuid))", "dceInterfaceVersion: Optional(2)"))
    }
    #expect(numbers(parts[0], "dcePacket: Optional(11)", "dceOperation: nil"))
    #expect(numbers(parts[1], "dcePacket: Optional(0)", "dceOperation: Optional(15)", "isDCELittleEndian: true"))
    #expect(numbers(parts[2], "dcePacket: Optional(2)", "dceOperation: Optional(15)"))
    #expect(parts.map(\.number) == [1, 2, 2])
  }

  @Test("numbers of DCE/RPC are read in the sender's byte order")
  func bigEndian() throws {
    let parts = Fixture(name: "", application: .dcerpc, pieces: []).read([
      .client(SMBFixtures.bind(isLittle: false) + SMBFixtures.request("stub", isLittle: false))
    ])
    try #require(parts.count == 2)
    #expect(numbers(parts[1], "\(SMBFixtures.uuid)", "dceOperation: Optional(15)", "isDCELittleEndian: false"))
    #expect(parts[1][.dceStub] == "stub")
  }

  @Test("names, statuses and calls of SMB 2")
  func version2() throws {
    let parts = SMBFixtures.version2.read()
    let messages = parts.filter { $0.application == .smb }
    try #require(messages.count == 10)
    #expect(numbers(messages[1], "smbDialect: Optional(528)", "smbVersion: Optional(2)"))
    #expect(messages[2][.smbNTLMUser] == "operat\u{C3}\u{B6}r" && messages[2][.smbNTLMDomain] == "PLANT")
    #expect(messages[2][.smbNTLMWorkstation] == "PC1")
    #expect(numbers(messages[3], "smbStatus: Optional(3221225581)", "smbCommand: Optional(1)"))
    #expect(messages[3].number == messages[2].number)
    #expect(messages[4][.smbShare] == "\\\\h\\IPC$" && messages[4][.smbNamedPipe] == "\\\\h\\IPC$")
    #expect(messages[5][.smbNamedPipe] == "svcctl" && messages[5][.smbFile] == "svcctl")
    #expect(messages[9][.fileData] == "file" && messages[6][.fileData] == nil)
    let calls = parts.filter { $0.application == .dcerpc }
    #expect(calls.map { $0[.dceStub] } == [nil, "create service", "done"])
    for call in calls { #expect(numbers(call, "\(SMBFixtures.uuid)", "smbVersion: Optional(2)")) }
    #expect(numbers(calls[1], "dceOperation: Optional(15)") && numbers(calls[2], "dceOperation: Optional(15)"))
  }

  @Test("names and calls of SMB 1, with several commands in a message")
  func version1() throws {
    let parts = SMBFixtures.version1.read()
    let messages = parts.filter { $0.application == .smb }
    #expect(messages.map { $0[.smbNTLMUser] } == ["op", nil, nil, nil, nil, nil])
    try #require(messages.count == 6)
    #expect(messages[0][.smbNTLMDomain] == "PLANT")
    #expect(messages[1][.smbShare] == "\\\\h\\C$" && numbers(messages[1], "smbCommand: Optional(117)"))
    #expect(messages[2][.smbFile] == "\\srvsvc")
    let calls = parts.filter { $0.application == .dcerpc }
    #expect(calls.map { $0[.dceStub] } == [nil, "call", "back"])
    for call in calls { #expect(numbers(call, "\(SMBFixtures.uuid)", "smbVersion: Optional(1)")) }
    #expect(numbers(calls[2], "dceOperation: Optional(15)"))
  }

  @Test("a message that is too long is read at its beginning, and the next one where it begins")
  func long() {
    let write = SMBFixtures.message2(
      9, id: 1, little(49, 2) + little(112, 2) + little(200_000, 4) + zeros(40) + [UInt8](repeating: 65, count: 200_000)
    )
    let parts = Fixture(name: "", application: .smb, pieces: []).read([
      .client(write + SMBFixtures.message2(0, id: 2, zeros(36)))
    ])
    #expect(parts.map { $0[.fileData]?.count } == [65_536 - 112, nil])
  }

  @Test("after a loss the next message is looked for")
  func resynchronised() {
    var reader = InformationReader(.smb)
    var transaction = Transaction()
    var reading = Reading()
    reader.lost(isFromClient: true, &transaction, &reading)
    let bytes = Array("rest of Something".utf8) + SMBFixtures.message2(0, id: 2, zeros(36))
    reader.read(bytes.bytes, isFromClient: true, &transaction, &reading)
    #expect(reading.parts.count == 1)
  }
}
