// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

@Suite struct SLMPHeaderTests {
  private static let read3E = hex("5000 02 7D E003 1F 0C00 1000 0104 0200 640000A8 0A00 5000")
  private static let read4E = hex("5400 3412 0000 00 FF FF03 00 0C00 1000 0104 0000 640000A8 0A00")
  private static let answer3E = hex("D000 00 FF FF03 00 0400 0000 3412")
  private static let refusal4E = hex("D400 3412 0000 00 FF FF03 00 0B00 59C0 00 FF FF03 00 0104 0000")
  private static let ascii3E = Array("500000FF03FF000018001004010000D*000100000A".utf8)
  private static let ascii4E = Array("54001234000000FF03FF000018001004010000D*000100000A".utf8)
  private static let samples = [read3E, read4E, answer3E, refusal4E, ascii3E, ascii4E]

  private func form(_ bytes: [UInt8]) throws -> SLMP.Form {
    let form = SLMP.form(span(bytes))
    return try #require(form)
  }

  @Test func `every field of a 3E request is read, and the message ends where its length says`() throws {
    let form = try self.form(Self.read3E)
    #expect(!form.isASCII && !form.is4E && !form.isResponse && form.route == 2 && form.head == 9)
    let header = try found(SLMPHeader(span(Self.read3E), form))
    #expect(header.serialNumber == nil && header.network == 2 && header.station == 0x7D)
    #expect(header.module == 0x03E0 && header.multidropStation == 0x1F && header.dataLength == 12)
    #expect(header.monitoringTimer == 16 && header.command == .read && header.subcommand == 2)
    #expect(header.requestData == 15 && header.total == 21 && header.message.byteCount == 21)
    #expect(header.isRoute && !header.isOwn && header.isTrusted && header.shortestData == 6)
  }

  @Test func `a 4E request has a serial number`() throws {
    let form = try self.form(Self.read4E)
    #expect(form.is4E && !form.isResponse && form.head == 13)
    let header = try found(SLMPHeader(span(Self.read4E), form))
    #expect(header.serialNumber == 0x1234 && header.isOwn && header.command == .read && header.subcommand == 0)
    #expect(header.requestData == 19 && header.total == Self.read4E.count)
  }

  @Test func `a response has an end code, and a refusal also the command`() throws {
    let form = try self.form(Self.answer3E)
    let header = try found(SLMPHeader(span(Self.answer3E), form))
    #expect(form.isResponse && header.endCode == 0 && header.responseData == 11 && header.shortestData == 2)
    #expect(header.isTrusted && header.isOwn && header.refusedCommand == nil)
    let refusalForm = try self.form(Self.refusal4E)
    let refusal = try found(SLMPHeader(span(Self.refusal4E), refusalForm))
    #expect(refusal.serialNumber == 0x1234 && refusal.endCode == 0xC059 && refusal.refusedCommand == .read)
    #expect(refusal.isTrusted == true)
  }

  @Test func `ASCII frames are read like binary ones`() throws {
    for bytes in [Self.ascii3E, Self.ascii4E] {
      let form = try self.form(bytes)
      let header = try found(SLMPHeader(span(bytes), form))
      #expect(form.isASCII && header.network == 0 && header.station == 0xFF && header.module == 0x03FF)
      #expect(header.multidropStation == 0 && header.dataLength == 24 && header.monitoringTimer == 16)
      #expect(header.command == .read && header.subcommand == 0 && header.total == bytes.count && header.isOwn)
      #expect(header.serialNumber == (form.is4E ? 0x1234 : nil) && header.shortestData == 12)
    }
  }

  @Test(
    "impossible lengths, modules and stations are rejected",
    arguments: [
      ("5000 00 FF FF03 00 0500 1000 0104 0000", true, false), ("5000 00 FF FF03 00 813E 1000 0104 0000", true, false),
      ("D000 00 FF FF03 00 0100 0000", true, false), ("5000 00 FF 0002 00 0600 1000 0104 0000", false, true),
      ("5000 00 FF FF03 20 0600 1000 0104 0000", false, true), ("5000 00 FF FF01 1F 803E 1000 0104 0000", true, true),
    ])
  func limits(_ text: String, _ isRoute: Bool, _ hasLength: Bool) throws {
    let bytes = hex(text)
    let form = try self.form(bytes)
    let header = try found(SLMPHeader(span(bytes), form))
    #expect(header.isRoute == isRoute && (header.total != nil) == hasLength)
  }

  @Test("no frame begins with other bytes", arguments: ["5100", "3531", "35303031", "540012340001", "5", ""])
  func others(_ text: String) {
    let bytes = text.count % 2 == 0 ? hex(text) : [0x50]
    #expect(SLMP.form(span(bytes)) == nil)
  }

  @Test func `every field of a 1E frame is read`() throws {
    let request = hex("01 05 0A00 64000000 2044 03 00")
    let header = try found(SLMP1EHeader(span(request)))
    #expect(header.command == .readWords && !header.isResponse && !header.form.isASCII && header.station == 5)
    #expect(header.monitoringTimer == 10 && header.requestData == 4)
    let response = hex("81 5B 10")
    let answer = try found(SLMP1EHeader(span(response)))
    #expect(answer.command == .readWords && answer.isResponse && answer.endCode == SLMPEndCode.cpuError1E)
    #expect(answer.responseData == 2)
    let digits = Array("3BFF000A".utf8)
    let ascii = try found(SLMP1EHeader(span(digits)))
    #expect(ascii.command == .readFileDirectly && ascii.form.isASCII && ascii.station == 0xFF)
    #expect(ascii.monitoringTimer == 10 && ascii.requestData == 8 && ascii.responseData == 4)
    // Not a station, not a command.
    let station = hex("01 41")
    let elsewhere = try found(SLMP1EHeader(span(station)))
    #expect(elsewhere.station == nil)
    for text in ["0AFF", "7FFF", "FFFF", "01"] {
      let bytes = hex(text)
      let isThere = SLMP1EHeader(span(bytes)) != nil
      #expect(!isThere)
    }
  }

  @Test func `a header cut at any byte is read or refused without a trap`() {
    for whole in Self.samples {
      for count in 0...whole.count {
        let bytes = Array(whole.prefix(count))
        guard let form = SLMP.form(span(bytes)) else {
          #expect(count < 2)
          continue
        }
        let header = SLMPHeader(span(bytes), form)
        let isThere = header != nil
        #expect(isThere == (count >= form.head))
        guard let header else { continue }
        #expect(header.isRoute && header.total != nil)
        #expect((header.endCode == nil) == (count < form.head + form.width(2)))
        #expect((header.command == nil) == (count < form.head + form.width(4)))
        #expect((header.subcommand == nil) == (count < form.head + form.width(6)))
      }
    }
    for whole in [hex("01 FF 0A00"), Array("01FF000A".utf8)] {
      for count in 2...whole.count {
        let bytes = Array(whole.prefix(count))
        let header = SLMP1EHeader(span(bytes))
        #expect(header?.command == .readWords && (header?.monitoringTimer == 10) == (count == whole.count))
      }
    }
  }

  @Test func `the packed state of a conversation keeps its fields apart`() {
    var state = SLMPState(0)
    (state.words, state.doubleWords) = (255, 254)
    state.register(256, by: .registerBits)
    state.register(255, by: .registerWords)
    state.register(1, by: .registerFile)
    (state.had3E, state.had1E) = (true, false)
    state = SLMPState(state.bits)
    #expect(state.words == 255 && state.doubleWords == 254 && state.had3E && !state.had1E)
    #expect(state.points(monitoredBy: .monitorBits) == 256 && state.points(monitoredBy: .monitorWords) == 255)
    #expect(state.points(monitoredBy: .monitorFile) == 1 && state.points(monitoredBy: .readBits) == nil)
    state = SLMPState(0)
    state.had1E = true
    state = SLMPState(state.bits)
    #expect(state.had1E && !state.had3E && state.words == 0 && state.points(monitoredBy: .monitorBits) == 0)
  }
}
