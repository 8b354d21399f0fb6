// SPDX-License-Identifier: Apache-2.0

import Support
import Testing

@testable import Monitor

/// Broken input: no trap, progress in every step, and every message is either understood or refused.
@Suite struct ModbusMutationTests {
  /// Reads a stream to its end as the engine does; returns how many messages and bytes were understood and refused.
  private func drain(
    _ bytes: [UInt8], _ exchange: inout Exchange, _ dissector: any Dissector.Type
  ) -> (understood: Int, refused: Int, read: Int) {
    var understood = 0
    var refused = 0
    var offset = 0
    while offset < bytes.count {
      let rest = Array(bytes[offset...])
      switch exchange.step(rest, dissector) {
      case .message(let length):
        #expect(1...rest.count ~= length)
        #expect(1...2 ~= exchange.operations.count)
        for operation in exchange.operations {
          #expect(operation.values.numbers(in: Array(rest.prefix(length))).count == Int(operation.values.count))
        }
        understood += 1
        offset += length
      case .refused(let length):
        #expect(1...rest.count ~= length)
        #expect(exchange.fault != nil && exchange.operations.isEmpty)
        refused += 1
        offset += length
      case .foreign:
        Issue.record("Modbus is never another protocol")
        return (understood, refused, offset)
      case .incomplete(let length):
        #expect(length > rest.count && length <= dissector.longestMessage)
        return (understood, refused, offset)
      }
    }
    return (understood, refused, offset)
  }

  @Test("no changed byte of a message causes a trap", arguments: modbusSamples)
  func everyByte(_ sample: ModbusSample) {
    for (pdu, direction) in [(hex(sample.request), Direction.toServer), (hex(sample.response), .toClient)] {
      for (message, dissector) in [
        (mbap(pdu), Modbus.self as any Dissector.Type), (rtu(pdu), ModbusRTU.self as any Dissector.Type),
      ] {
        var exchange = conversation(direction)
        for index in message.indices {
          var changed = message
          for value in stride(from: UInt8(0), through: 254, by: 3) {
            changed[index] = value
            exchange.isDirectionCertain = value & 1 == 0
            _ = drain(changed, &exchange, dissector)
          }
        }
      }
    }
  }

  @Test("streams of broken samples are read to their end", arguments: 0..<40)
  func streams(_ seed: Int) {
    var generator = Dice(state: UInt64(seed))
    var stream: [UInt8] = []
    for _ in 0..<50 {
      guard let sample = modbusSamples.randomElement(using: &generator) else { continue }
      var message = mbap(hex(Bool.random(using: &generator) ? sample.request : sample.response))
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: message[Int.random(in: 0..<message.count, using: &generator)] = .random(in: 0...255, using: &generator)
      case 1: message.removeLast(Int.random(in: 0..<message.count, using: &generator))
      case 2:
        message.insert(
          .random(in: 0...255, using: &generator), at: Int.random(in: 0..<message.count, using: &generator))
      default: break
      }
      stream += message
    }
    // Enough trailing bytes that no message is left waiting; two bytes could always be a transaction number.
    stream += Array(repeating: 0xFF, count: 260)
    for isCertain in [true, false] {
      var exchange = conversation(isCertain: isCertain)
      let result = drain(stream, &exchange, Modbus.self)
      #expect(result.read >= stream.count - 2)
      #expect(result.understood > 10)
      #expect(result.refused > 0)
    }
    var exchange = conversation()
    _ = drain(stream, &exchange, ModbusRTU.self)
  }
}
