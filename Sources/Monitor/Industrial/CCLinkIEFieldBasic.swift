// SPDX-License-Identifier: Apache-2.0

/// The cyclic data of CC-Link IE Field Network Basic: SLMP's 3E frames in UDP (CLPA, CC-Link IE Field Network Basic specification BAP-C2011ENG; Mitsubishi
/// Electric SH-081684ENG). The master broadcasts what it has for its slaves, command 0E70, and each slave answers with what it has. Behind the
/// frame's head:
///
///     15        17   19       21             35            51           60         61   62
///     +---------+----+--------+--------------+-------------+------------+----------+----+----------+-- ... -+
///     | version | 0  | offset | 0            | master      | master id  | group    | 0  | sequence | ...    |
///     +---------+----+--------+--------------+-------------+------------+----------+----+----------+-- ... -+
///
/// At the end stand for each station 64 bytes of words and 8 of bits.
enum CCLinkIEFieldBasic: Dissector {
  static var name: StaticString { "cclink-ief-basic" }
  static var selectors: [Selector] { [.udp(61_450)] }
  static var about: About {
    About("CC-Link IE Field Network Basic, cyclic", .messages, "CLPA BAP-C2011ENG; Mitsubishi Electric SH-081684ENG")
  }
  static var longestMessage: Int { 1500 }

  private static let command: UInt16 = 0x0E70
  private static let stationSize = 72

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard expected, bytes.byteCount >= 15 else { return .no }
    switch bytes.u16(0) {
    case 0x5000: return bytes.u16LE(11) == command ? .yes(.toServer) : .no
    case 0xD000: return bytes.u16LE(7) >= 2 + 40 ? .yes(.toClient) : .no
    default: return .no
    }
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard bytes.byteCount >= 15 else {
      if exchange.isCut { return .message(bytes.byteCount) }
      exchange.fault = Fault(.truncated, "Header", seen: UInt64(bytes.byteCount), least: 15, most: 1500)
      return .refused(max(1, bytes.byteCount))
    }
    let isAnswer = bytes.u16(0) == 0xD000
    guard isAnswer || bytes.u16(0) == 0x5000 && bytes.u16LE(11) == command else {
      exchange.fault = Fault(.framing, "Subheader", seen: UInt64(bytes.u16(0)), least: 0x5000, most: 0xD000)
      return .refused(bytes.byteCount)
    }
    var operation = Operation(
      exchange.dissector, .report, .report, code: UInt32(command),
      name: isAnswer ? "Cyclic data, slave" : "Cyclic data, master")
    operation.cyclic = .yes
    let length = Int(bytes.u16LE(7))
    operation.facets[.length] = UInt32(length)
    if 9 + length != bytes.byteCount, !exchange.isCut {
      operation.note(Fault(.length, "Data length", seen: UInt64(length), expected: UInt64(bytes.byteCount - 9)))
    }
    if isAnswer {
      let end = bytes.u16LE(9)
      operation.outcome = end == 0 ? .ok : .error(code: UInt32(end), name: SLMPEndCode.name(end))
    } else if bytes.byteCount >= 73 {
      operation.facets[.sequenceNumber] = UInt32(bytes.u16LE(57))
    }
    if !exchange.isCut {
      // The number of stations of a master's frame stands behind sequence, time-outs and parameter number.
      let stations = isAnswer ? 1 : bytes.byteCount >= 67 ? Int(bytes.u16LE(65)) : 0
      let first = max(15, bytes.byteCount - stationSize * min(64, stations))
      operation.digest = bytes.digest(from: first, to: bytes.byteCount)
    }
    exchange.operations.append(operation)
    return .message(bytes.byteCount)
  }
}
