// SPDX-License-Identifier: Apache-2.0

import Support
import Testing

@testable import Monitor

@Suite struct ModbusMessageTests {
  @Test("a request is read with its function, target and values", arguments: modbusSamples)
  func request(_ sample: ModbusSample) throws {
    let message = mbap(hex(sample.request))
    var exchange = conversation()
    let operation = try exchange.operation(message, .toServer)
    expect(operation, sample, .request)
    #expect(operation.outcome == .none)
    #expect(operation.pairing == .none)
    #expect(operation.target == sample.target)
    #expect(operation.values.numbers(in: message) == sample.asked)
  }

  @Test("a response has its request's target, and a latency", arguments: modbusSamples)
  func response(_ sample: ModbusSample) throws {
    let message = mbap(hex(sample.response))
    var exchange = conversation()
    exchange.time = 1_000
    _ = try exchange.operation(mbap(hex(sample.request)), .toServer)
    exchange.time = 5_500
    let operation = try exchange.operation(message, .toClient)
    expect(operation, sample, .response)
    #expect(operation.outcome == .ok)
    #expect(operation.pairing == .answered)
    #expect(operation.latency == 4_500)
    #expect(operation.target == sample.target)
    #expect(operation.written == sample.written)
    #expect(operation.values.numbers(in: message) == sample.answered)
    #expect(exchange.requests.unanswered.isEmpty)
  }

  @Test("an exception has its code, its name and the request's target", arguments: modbusSamples)
  func exception(_ sample: ModbusSample) throws {
    var exchange = conversation()
    _ = try exchange.operation(mbap(hex(sample.request)), .toServer)
    let operation = try exchange.operation(mbap([UInt8(sample.code) | 0x80, 2]), .toClient)
    expect(operation, sample, .response)
    #expect(operation.outcome == .error(code: 2, name: ""))
    #expect(operation.pairing == .answered)
    #expect(operation.target == sample.target)
  }

  private func expect(_ operation: Operation, _ sample: ModbusSample, _ role: Role) {
    #expect(operation.fault == nil)
    #expect(operation.role == role)
    #expect(operation.code == sample.code)
    #expect("\(operation.name)" == sample.name)
    #expect(operation.action == sample.action)
    #expect(operation.subcode == sample.subcode)
    #expect(operation.unit == 0x11)
    #expect(operation.transaction == 0x1501)
  }

  @Test(
    "exception codes have the standard's names, and unknown ones are kept",
    arguments: [
      (1, "Illegal Function"), (2, "Illegal Data Address"), (3, "Illegal Data Value"), (4, "Server Device Failure"),
      (5, "Acknowledge"), (6, "Server Device Busy"), (7, "Negative Acknowledge"), (8, "Memory Parity Error"),
      (10, "Gateway Path Unavailable"), (11, "Gateway Target Device Failed to Respond"), (9, "Unknown exception"),
      (200, "Unknown exception"),
    ] as [(UInt8, String)])
  func exceptionNames(_ code: UInt8, _ expected: String) throws {
    var exchange = conversation()
    let operation = try exchange.operation(mbap([0x83, code]), .toClient)
    guard case .error(UInt32(code), let name) = operation.outcome else {
      Issue.record("outcome is \(operation.outcome)")
      return
    }
    #expect("\(name)" == expected)
    #expect(operation.code == 3)
    #expect(operation.fault == nil)
  }

  @Test("a scan of all function codes gives one operation for each, and reading never stops")
  func functionScan() throws {
    var exchange = conversation()
    for code in UInt8(1)...127 {
      let request = try exchange.operation(mbap([code], transaction: UInt16(code)), .toServer)
      #expect(request.code == UInt32(code))
      let answer = try exchange.operation(mbap([code | 0x80, 1], transaction: UInt16(code)), .toClient)
      #expect(answer.code == UInt32(code))
      #expect(answer.pairing == .answered)
      #expect(answer.outcome == .error(code: 1, name: ""))
    }
  }

  @Test("every public function has an action")
  func actions() {
    let known = (UInt8(1)...127).map(ModbusFunction.init(rawValue:)).filter(\.isPublic)
    #expect(known.map(\.rawValue) == [1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 15, 16, 17, 20, 21, 22, 23, 24, 43])
    #expect(known.filter { $0.action == .write }.map(\.rawValue) == [5, 6, 15, 16, 22, 23])
    #expect(known.filter { $0.action == .read }.map(\.rawValue) == [1, 2, 3, 4, 24])
  }
}
