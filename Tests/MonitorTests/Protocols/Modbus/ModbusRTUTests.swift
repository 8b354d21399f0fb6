// SPDX-License-Identifier: Apache-2.0

import Support
import Testing

@testable import Monitor

@Suite struct ModbusRTUTests {
  @Test("a frame means the same as its PDU over TCP", arguments: modbusSamples)
  func frames(_ sample: ModbusSample) throws {
    var exchange = conversation()
    let message = rtu(hex(sample.response))
    let request = try exchange.operation(rtu(hex(sample.request)), .toServer, ModbusRTU.self)
    let answer = try exchange.operation(message, .toClient, ModbusRTU.self)
    #expect(request.code == sample.code && answer.code == sample.code)
    #expect(request.fault == nil && answer.fault == nil)
    #expect(request.unit == 0x11 && request.transaction == -1)
    #expect(request.target == sample.target && answer.target == sample.target)
    #expect(answer.pairing == .answered)
    #expect(answer.values.numbers(in: message) == sample.answered)
    let exception = rtu([UInt8(sample.code) | 0x80, 4])
    let refusal = try exchange.operation(exception, .toClient, ModbusRTU.self)
    #expect(refusal.outcome == .error(code: 4, name: ""))
  }

  @Test("a frame is recognised by its CRC, and an incomplete one waits", arguments: modbusSamples)
  func recognised(_ sample: ModbusSample) throws {
    let isPublic = ModbusFunction(rawValue: UInt8(sample.code)).isPublic
    for bytes in [rtu(hex(sample.request)), rtu(hex(sample.response))] {
      for expected in [true, false] {
        if case .yes = recognition(bytes, expected: expected, by: ModbusRTU.self) {
          #expect(expected || isPublic)
        } else {
          #expect(!expected && !isPublic)
        }
        var broken = bytes
        broken[broken.count - 1] ^= 1
        if case .yes = recognition(broken, expected: expected, by: ModbusRTU.self) {
          Issue.record("recognised with a wrong CRC")
        }
      }
    }
  }

  @Test("an incomplete frame waits or is refused, without a trap", arguments: modbusSamples)
  func truncation(_ sample: ModbusSample) throws {
    for (direction, frame) in [(Direction.toServer, rtu(hex(sample.request))), (.toClient, rtu(hex(sample.response)))] {
      for length in 1..<frame.count {
        for isDatagram in [true, false] {
          var exchange = conversation(direction)
          exchange.isDatagram = isDatagram
          switch exchange.step(Array(frame.prefix(length)), ModbusRTU.self) {
          case .message, .foreign: Issue.record("\(length) of \(frame.count) bytes")
          case .incomplete(let needed):
            #expect(!isDatagram && needed > length && needed <= frame.count)
          case .refused(let skipped):
            // Only a function whose length is not known cannot be waited for.
            #expect(isDatagram || ![1, 2, 3, 4, 5, 6, 7, 11, 12, 15, 16, 17, 20, 21, 22, 23, 24].contains(sample.code))
            #expect(1...length ~= skipped)
            #expect(exchange.fault != nil)
          }
        }
      }
    }
  }

  @Test("several frames in one segment are read one by one")
  func manyInSegment() {
    var exchange = conversation()
    var rest = modbusSamples.flatMap { rtu(hex($0.request)) }
    for sample in modbusSamples {
      guard case .message(let length) = exchange.step(rest, ModbusRTU.self) else {
        Issue.record("stopped before \(sample.name)")
        return
      }
      #expect(exchange.operations.first?.code == sample.code)
      rest.removeFirst(length)
    }
    #expect(rest.isEmpty)
  }

  @Test("a frame with a wrong CRC is refused, and the next one is read")
  func wrongChecksum() {
    var exchange = conversation()
    var broken = rtu(hex("03 006B 0003"))
    broken[7] ^= 0x40
    #expect(exchange.step(broken, ModbusRTU.self) == .refused(8))
    #expect(exchange.fault?.kind == .checksum)
    #expect(exchange.operations.isEmpty)
    #expect(exchange.step(broken + rtu(hex("06 0001 0003")), ModbusRTU.self) == .refused(8))
    #expect(exchange.step(broken + broken, ModbusRTU.self) == .refused(16))
  }

  @Test("a broadcast expects no response")
  func broadcast() throws {
    var exchange = conversation()
    exchange.time = 1
    _ = try exchange.operation(rtu(hex("06 0001 0003"), unit: 0), .toServer, ModbusRTU.self)
    exchange.requests.expire(at: 2 + PendingRequests.patience)
    #expect(exchange.requests.unanswered.isEmpty)
  }

  @Test("one request can be pending for each unit")
  func units() throws {
    var exchange = conversation()
    _ = try exchange.operation(rtu(hex("03 0010 0001"), unit: 1), .toServer, ModbusRTU.self)
    _ = try exchange.operation(rtu(hex("03 0020 0001"), unit: 2), .toServer, ModbusRTU.self)
    let first = try exchange.operation(rtu(hex("03 02 0001"), unit: 1), .toClient, ModbusRTU.self)
    #expect(first.target.address == 0x10)
  }

  @Test("without a handshake the CRC shows the frame, and its content the direction")
  func uncertainDirection() throws {
    var exchange = conversation(isCertain: false)
    let answer = try exchange.operation(rtu(hex("03 06 022B 0000 0064")), .toServer, ModbusRTU.self)
    let request = try exchange.operation(rtu(hex("03 006B 0003")), .toClient, ModbusRTU.self)
    #expect(answer.role == .response)
    #expect(request.role == .request)
  }
}
