// SPDX-License-Identifier: Apache-2.0

/// NameOfStationValue (IEC 61158-6-10, 4.3.1.4.15): one or more labels with a dot between them, 1 to 240 bytes in all.
///
///     +-------+-----+-------+- ... -+
///     | label | "." | label |       |
///     +-------+-----+-------+- ... -+
///
/// A label has 1 to 63 lower-case letters, digits and hyphens, the latter neither first nor last, nor next to each
/// other; only labels in other scripts, which begin with `xn--`, may have that (RFC 5890, 2.3.2.1). The first label has
/// not the form of a port's name (`port-001`, `port-001-00002`), and a name has not that of an IPv4 address, four
/// numbers of up to three digits. A Set with an empty name takes the name away.
struct ProfinetStationName: ~Escapable {
  static let longest = 240
  static let longestLabel = 63
  private static let field: StaticString = "NameOfStationValue"
  private static let hyphen: UInt8 = 0x2D
  private static let dot: UInt8 = 0x2E
  private let bytes: RawSpan

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) { self.bytes = bytes }

  /// The first violation; nil for a legal name, and for none.
  var fault: Fault? {
    let count = bytes.byteCount
    guard count > 0 else { return nil }
    guard count <= ProfinetStationName.longest else {
      return Fault(
        .length, ProfinetStationName.field, seen: UInt64(count), least: 1, most: UInt64(ProfinetStationName.longest))
    }
    var start = 0
    var labels = 0
    var areNumbers = true
    for place in 0...count {
      if place < count, bytes.u8(place) != ProfinetStationName.dot {
        guard ProfinetStationName.isAllowed(bytes.u8(place)) else { return forbidden(bytes.u8(place)) }
        if !ProfinetStationName.isDigit(bytes.u8(place)) { areNumbers = false }
        continue
      }
      let length = place - start
      guard 1...ProfinetStationName.longestLabel ~= length else {
        return Fault(
          .length, "Label of NameOfStationValue", seen: UInt64(length), least: 1,
          most: UInt64(ProfinetStationName.longestLabel))
      }
      if length > 3 { areNumbers = false }
      if hasTwoHyphens(start, place) || bytes.u8(start) == ProfinetStationName.hyphen
        || bytes.u8(place - 1) == ProfinetStationName.hyphen
      {
        return forbidden(ProfinetStationName.hyphen)
      }
      if labels == 0, isPort(length) { return forbidden(bytes.u8(0)) }
      labels += 1
      start = place + 1
    }
    return areNumbers && labels == 4 ? forbidden(bytes.u8(0)) : nil
  }

  /// A byte that may not be there.
  private func forbidden(_ byte: UInt8) -> Fault {
    Fault(.value, ProfinetStationName.field, seen: UInt64(byte), least: 1, most: 0)
  }

  /// Whether the label from `start` to `end` has two hyphens side by side, and is none of another script.
  private func hasTwoHyphens(_ start: Int, _ end: Int) -> Bool {
    if end - start > 4, bytes.u32(start) == 0x786E_2D2D { return false }
    for place in start..<end - 1 {
      if bytes.u8(place) == ProfinetStationName.hyphen, bytes.u8(place + 1) == ProfinetStationName.hyphen {
        return true
      }
    }
    return false
  }

  /// Whether the first `length` bytes are `port-` and three digits, or those, a hyphen and five digits.
  private func isPort(_ length: Int) -> Bool {
    guard length == 8 || length == 14, bytes.u32(0) == 0x706F_7274, bytes.u8(4) == ProfinetStationName.hyphen else {
      return false
    }
    return (5..<length).allSatisfy {
      $0 == 8 ? bytes.u8($0) == ProfinetStationName.hyphen : ProfinetStationName.isDigit(bytes.u8($0))
    }
  }

  private static func isAllowed(_ byte: UInt8) -> Bool { byte == hyphen || isDigit(byte) || 0x61...0x7A ~= byte }
  private static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }
}
