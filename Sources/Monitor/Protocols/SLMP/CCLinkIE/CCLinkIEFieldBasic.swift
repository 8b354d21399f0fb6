// SPDX-License-Identifier: Apache-2.0

/// The cyclic data of CC-Link IE Field Network Basic: SLMP's 3E frames in UDP (CLPA, CC-Link IE Field Network Basic
/// specification BAP-C2011ENG, and its sample of a slave station; Mitsubishi Electric SH-081684ENG). The master
/// broadcasts what it has for the slaves of a group, command 0E70, and each slave answers with what it has:
///
///     15        17   19       21          35       39     47          51      52  53
///     +---------+----+--------+--- ... ---+--------+------+-----------+-------+---+----------+---------+-- ... -+
///     | version | 0  | offset | 0         | status | time | master id | group | 0 | sequence | ...     | data   |
///     +---------+----+--------+--- ... ---+--------+------+-----------+-------+---+----------+---------+-- ... -+
///     11        13         15       17       31                    51         55      56  57         59
///     +---------+----------+--------+- ... --+---------------------+----------+-------+---+----------+-- ... -+
///     | version | end code | offset | 0      | vendor, model, unit | slave id | group | 0 | sequence | data   |
///     +---------+----------+--------+- ... --+---------------------+----------+-------+---+----------+-- ... -+
///
/// `offset` counts from byte 11 to the id. Behind the master's sequence number stand time-out and its count, the number
/// of the parameters, how many stations are occupied, which of them are cyclic, and the id of each. The data are for
/// each station 64 bytes of words, then for each 8 of bits.
enum CCLinkIEFieldBasic: Dissector {
  static var name: StaticString { "cclink-ief-basic" }
  static var selectors: [Selector] { [.udp(61_450), .anyUDP] }
  static var about: About {
    About("CC-Link IE Field Network Basic, cyclic", .full, "CLPA BAP-C2011ENG; Mitsubishi Electric SH-081684ENG")
  }
  static var longestMessage: Int { 1500 }

  private static let command: UInt16 = 0x0E70
  private static let wordsSize = 64
  private static let bitsSize = 8
  /// Of a group.
  private static let mostStations = 16

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard bytes.byteCount >= 15 else { return .no }
    switch bytes.u16(0) {
    case 0x5000: return expected && bytes.u16LE(11) == command || isCyclic(bytes) ? .yes(.toServer) : .no
    case 0xD000: return expected && bytes.u16LE(7) >= 2 + 40 || isCyclic(bytes) ? .yes(.toClient) : .no
    default: return .no
    }
  }

  /// Whether a 3E frame is cyclic data, by all that is fixed in it: the length is the datagram's.
  static func isCyclic(_ bytes: RawSpan) -> Bool {
    guard bytes.byteCount >= 59, 9 + Int(bytes.u16LE(7)) == bytes.byteCount else { return false }
    if bytes.u16(0) == 0x5000 {
      return bytes.u16LE(11) == command && bytes.u16LE(13) == 0 && bytes.u16LE(15) == 1
    }
    return bytes.u16(0) == 0xD000 && bytes.u16LE(11) == 1 && bytes.u16LE(15) == 0x28
      && (bytes.byteCount - 59) % (wordsSize + bitsSize) == 0 && bytes.u32LE(17) == 0 && bytes.u32LE(21) == 0
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
    if 9 + length != bytes.byteCount {
      operation.note(Fault(.length, "Data length", seen: UInt64(length), expected: UInt64(bytes.byteCount - 9)))
    }
    if isAnswer {
      // The frame's own end code, or that of the cyclic data.
      let end = bytes.u16LE(9) == 0 ? bytes.u16LE(13) : bytes.u16LE(9)
      operation.outcome = end == 0 ? .ok : .error(code: UInt32(end), name: SLMPEndCode.name(end))
    }
    if !isAnswer || bytes.u16LE(9) == 0 { data(bytes, isAnswer, &operation, &exchange) }
    exchange.operations.append(operation)
    return .message(bytes.byteCount)
  }

  /// The group is the unit. Values are the words of all stations, then their bits.
  private static func data(
    _ bytes: RawSpan, _ isAnswer: Bool, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    let offsetPlace = isAnswer ? 15 : 19
    guard bytes.byteCount >= offsetPlace + 2 else { return }
    let id = 11 + Int(bytes.u16LE(offsetPlace))
    // Whether the sender's application runs.
    let status = isAnswer ? 43 : 35
    if bytes.byteCount >= status + 2 { operation.facets[.mode] = UInt32(bytes.u16LE(status)) }
    guard bytes.byteCount >= id + 8 else {
      operation.note(
        Fault(.range, "Offset address", seen: UInt64(id - 11), least: 0, most: UInt64(max(0, bytes.byteCount - 19))))
      return
    }
    operation.unit = Int64(bytes.u8(id + 4))
    operation.facets[.sequenceNumber] = UInt32(bytes.u16LE(id + 6))
    let stations: Int
    let first: Int
    if isAnswer {
      first = id + 8
      stations = (bytes.byteCount - first) / (wordsSize + bitsSize)
    } else {
      guard bytes.byteCount >= id + 20 else { return }
      stations = Int(bytes.u16LE(id + 14))
      if !(1...mostStations ~= stations) {
        operation.note(
          Fault(
            .quantity, "Total number of occupied stations", seen: UInt64(stations), least: 1,
            most: UInt64(mostStations)))
      }
      first = id + 20 + 4 * stations
    }
    operation.facets[.station] = UInt32(stations)
    guard stations <= mostStations, first <= bytes.byteCount else { return }
    let end = first + stations * (wordsSize + bitsSize)
    if end != bytes.byteCount {
      operation.note(
        Fault(.length, "Cyclic data", seen: UInt64(bytes.byteCount - first), expected: UInt64(end - first)))
    }
    operation.values = Values(.uint16LE, at: first, stations * wordsSize / 2, end: bytes.byteCount)
    exchange.add(
      .none, Values(.bit, at: first + stations * wordsSize, 8 * bitsSize * stations, end: bytes.byteCount),
      to: &operation, isFirst: false)
    if !exchange.isCut { operation.digest = bytes.digest(from: first, to: min(end, bytes.byteCount)) }
  }
}
