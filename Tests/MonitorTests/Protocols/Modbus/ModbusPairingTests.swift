// SPDX-License-Identifier: Apache-2.0

import Support
import Testing

@testable import Monitor

@Suite struct ModbusPairingTests {
  @Test("two requests answered in reverse order keep their own addresses")
  func reverseOrder() throws {
    var exchange = conversation()
    _ = try exchange.operation(mbap(hex("03 0010 0001"), transaction: 1), .toServer)
    _ = try exchange.operation(mbap(hex("03 0020 0001"), transaction: 2), .toServer)
    let second = try exchange.operation(mbap(hex("03 02 0007"), transaction: 2), .toClient)
    let first = try exchange.operation(mbap(hex("03 02 0004"), transaction: 1), .toClient)
    #expect(second.target.address == 0x20)
    #expect(first.target.address == 0x10)
    #expect(first.pairing == .answered && second.pairing == .answered)
  }

  @Test("requests are paired by unit, too")
  func units() throws {
    var exchange = conversation()
    _ = try exchange.operation(mbap(hex("03 0010 0001"), transaction: 1, unit: 1), .toServer)
    _ = try exchange.operation(mbap(hex("03 0020 0001"), transaction: 1, unit: 2), .toServer)
    let other = try exchange.operation(mbap(hex("03 02 0007"), transaction: 1, unit: 3), .toClient)
    let second = try exchange.operation(mbap(hex("03 02 0007"), transaction: 1, unit: 2), .toClient)
    #expect(other.pairing == .unasked)
    #expect(second.target.address == 0x20)
  }

  @Test("an answer never belongs to a request of another conversation")
  func conversations() throws {
    var exchange = conversation()
    _ = try exchange.operation(mbap(hex("03 0010 0001")), .toServer)
    exchange.conversation = 2
    let foreign = try exchange.operation(mbap(hex("03 02 0007")), .toClient)
    exchange.conversation = 1
    let own = try exchange.operation(mbap(hex("03 02 0007")), .toClient)
    #expect(foreign.pairing == .unasked && foreign.target == .none && foreign.latency == -1)
    #expect(own.pairing == .answered)
  }

  @Test("a transaction number may be reused, and the request it replaces counts as unanswered")
  func reuse() throws {
    var exchange = conversation()
    _ = try exchange.operation(mbap(hex("03 0010 0001")), .toServer)
    _ = try exchange.operation(mbap(hex("03 02 0007")), .toClient)
    _ = try exchange.operation(mbap(hex("03 0020 0001")), .toServer)
    _ = try exchange.operation(mbap(hex("03 0030 0001")), .toServer)
    let answer = try exchange.operation(mbap(hex("03 02 0007")), .toClient)
    let again = try exchange.operation(mbap(hex("03 02 0007")), .toClient)
    #expect(answer.target.address == 0x30)
    #expect(again.pairing == .unasked)
    #expect(exchange.requests.unanswered.map(\.operation.target.address) == [0x20])
  }

  @Test("a repeated request may have one response or as many as requests: none is unsolicited, none unanswered")
  func repeats() throws {
    var exchange = conversation()
    for _ in 0..<3 { _ = try exchange.operation(mbap(hex("03 0010 0001")), .toServer) }
    for answer in 0..<3 {
      let answer = try (answer, exchange.operation(mbap(hex("03 02 0007")), .toClient))
      #expect(answer.1.pairing == .answered && answer.1.target.address == 0x10, "answer \(answer.0)")
    }
    #expect(try exchange.operation(mbap(hex("03 02 0007")), .toClient).pairing == .unasked)
    for _ in 0..<2 { _ = try exchange.operation(mbap(hex("03 0010 0001")), .toServer) }
    _ = try exchange.operation(mbap(hex("03 02 0007")), .toClient)
    _ = try exchange.operation(mbap(hex("03 0020 0001")), .toServer)
    _ = try exchange.operation(mbap(hex("03 02 0007")), .toClient)
    exchange.requests.expire(at: 1 + PendingRequests.patience)
    #expect(exchange.requests.unanswered.isEmpty)
  }

  @Test("an unanswered request has no values, as its bytes are no longer available")
  func unanswered() throws {
    var exchange = conversation()
    exchange.time = 1
    _ = try exchange.operation(mbap(hex("06 0001 0003")), .toServer)
    exchange.requests.expire(at: 2 + PendingRequests.patience)
    #expect(exchange.requests.unanswered.count == 1)
    #expect(exchange.requests.unanswered.first?.operation.values.format == Values.Format.none)
  }

  @Test(
    "a response that does not fit its request is a mismatch, not a fault",
    arguments: [
      ("01 0000 0009", "01 01 00"), ("02 0000 0008", "02 02 0000"), ("03 0000 0002", "03 02 0000"),
      ("04 0000 0001", "04 04 0000 0000"), ("03 0000 0001", "04 02 0000"), ("05 0000 FF00", "05 0000 0000"),
      ("05 0000 FF00", "05 0001 FF00"), ("06 0001 0003", "06 0001 0004"), ("06 0001 0003", "06 0002 0003"),
      ("08 0000 A537", "08 0000 A538"), ("08 0000 A537", "08 0000 A537 0000"), ("08 000B 0000", "08 000C 0000"),
      ("0F 0013 000A 02 CD01", "0F 0013 0009"), ("10 0001 0001 02 0000", "10 0002 0001"),
      ("14 07 06 0004 0001 0002", "14 04 03 06 0000"),
      ("15 09 06 0004 0007 0001 0000", "15 09 06 0004 0008 0001 0000"), ("16 0004 00F2 0025", "16 0004 00F2 0026"),
      ("17 0003 0002 000E 0001 02 00FF", "17 02 00FE"), ("2B 0E 01 00", "2B 0E 02 01 00 00 00"),
      ("2B 0E 01 00", "2B 0D 00"), ("03 0000 0001", "84 02"),
    ])
  func mismatch(_ request: String, _ response: String) throws {
    var exchange = conversation()
    _ = try exchange.operation(mbap(hex(request)), .toServer)
    let answer = try exchange.operation(mbap(hex(response)), .toClient)
    #expect(answer.fault == nil)
    #expect(answer.pairing == .mismatched)
  }

  @Test("a broken response is paired or mismatched without a trap", arguments: modbusSamples)
  func brokenAnswers(_ sample: ModbusSample) throws {
    for keep in 1...hex(sample.response).count {
      for other in modbusSamples {
        var exchange = conversation()
        _ = try exchange.operation(mbap([hex(sample.request)[0]]), .toServer)
        _ = try exchange.operation(mbap(Array(hex(other.request))), .toServer)
        let answer = try exchange.operation(mbap(Array(hex(sample.response).prefix(keep))), .toClient)
        #expect(answer.pairing != .unasked)
      }
    }
  }

  @Test("without a handshake the content shows which end is the client", arguments: modbusSamples)
  func uncertainDirection(_ sample: ModbusSample) throws {
    // The guess is wrong: what comes "from the server" is the request. Register reads show it, other messages follow.
    var exchange = conversation(.toClient, isCertain: false)
    _ = try exchange.operation(mbap(hex("03 0000 0001")), .toClient)
    let request = try exchange.operation(mbap(hex(sample.request)), .toClient)
    let answer = try exchange.operation(mbap(hex(sample.response)), .toServer)
    #expect(request.role == .request)
    #expect(answer.role == .response)
    #expect(answer.pairing == .answered)
  }

  @Test("if nothing else decides, identical bytes are a response when a request is pending")
  func waitingQuestion() throws {
    var exchange = conversation(isCertain: false)
    let first = try exchange.operation(mbap(hex("06 0001 0003")), .toServer)
    let second = try exchange.operation(mbap(hex("06 0001 0003")), .toServer)
    #expect(first.role == .request)
    #expect(second.role == .response && second.pairing == .answered)
  }
}
