// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// A message of DNS (RFC 1035, 4.1), multicast DNS (RFC 6762, 18) or LLMNR (RFC 4795, 2.1).
///
///     0    2       4           6         8           10           12
///     +----+-------+-----------+---------+-----------+------------+----------
///     | id | flags | questions | answers | authority | additional | records …
///     +----+-------+-----------+---------+-----------+------------+----------
enum DNSMessage {
  /// Questions, and other records, that are read at most.
  private static let mostRecords = 128
  /// RFC 1035, 2.3.4.
  private static let longestName = 255

  /// Whether counts, flags and the first name make sense together.
  static func isPlausible(_ bytes: RawSpan) -> Bool {
    guard bytes.byteCount >= 12 else { return false }
    let (questions, answers) = (bytes.u16(4), bytes.u16(6))
    let others = UInt32(bytes.u16(8)) + UInt32(bytes.u16(10))
    let isAnswer = bytes.u16(2) & 0x8000 != 0
    guard bytes.u16(2) >> 11 & 15 <= 6, questions <= 64, answers <= 512, others <= 512,
      questions > 0 || answers > 0 || isAnswer, Int(questions) * 5 + Int(answers) * 11 + 12 <= bytes.byteCount
    else { return false }
    if questions == 0 && answers == 0 { return others > 0 || bytes.byteCount == 12 }
    var offset = 12
    guard skipName(bytes, &offset), offset + 4 <= bytes.byteCount else { return false }
    let recordClass = bytes.u16(offset + 2) & 0x7FFF
    return (1...4 ~= recordClass || 254...255 ~= recordClass) && bytes.u16(offset) != 0
  }

  static func read(_ bytes: RawSpan, _ transaction: inout Transaction) {
    let flags = bytes.u16(2)
    let isAnswer = flags & 0x8000 != 0
    transaction.numbers.isAnswer = isAnswer
    transaction.numbers.dnsOpcode = UInt8(truncatingIfNeeded: flags >> 11 & 15)
    if isAnswer { transaction.numbers.dnsResponseCode = flags & 15 }
    var offset = 12
    for _ in 0..<min(Int(bytes.u16(4)), mostRecords) {
      let start = offset
      guard skipName(bytes, &offset), offset + 4 <= bytes.byteCount else { return }
      if !isAnswer { add(.dnsQuery, name: start, type: bytes.u16(offset), bytes, &transaction) }
      offset += 4
    }
    guard isAnswer else { return }
    let records = Int(bytes.u16(6)) + Int(bytes.u16(8)) + Int(bytes.u16(10))
    for _ in 0..<min(records, mostRecords) {
      let start = offset
      guard skipName(bytes, &offset), offset + 10 <= bytes.byteCount else { return }
      let (type, data, count) = (bytes.u16(offset), offset + 10, Int(bytes.u16(offset + 8)))
      offset = data + count
      // An option record's name (RFC 6891, 6.1.2) says nothing.
      guard type != 41, offset <= bytes.byteCount else { continue }
      add(.dnsAnswer, name: start, type: type, bytes, &transaction)
      addData(type, bytes, data, count, &transaction)
    }
  }

  /// The name or text in a record's data (RFC 1035, 3.3; RFC 2782; RFC 6672).
  private static func addData(
    _ type: UInt16, _ bytes: RawSpan, _ data: Int, _ count: Int, _ transaction: inout Transaction
  ) {
    switch type {
    case 2, 5, 12, 39: add(.dnsAnswer, name: data, type: type, bytes, &transaction)
    case 15: add(.dnsAnswer, name: data + 2, type: type, bytes, &transaction)
    case 33: add(.dnsAnswer, name: data + 6, type: type, bytes, &transaction)
    case 16:
      var texts = FieldReader(bytes.slice(data, count))
      transaction.open()
      while !texts.isAtEnd { transaction.append(texts.vector8()) }
      transaction.close(.dnsAnswer, number: UInt32(type))
    default: break
    }
  }

  /// Moves behind a name, which ends with its first pointer; false if it does not end.
  private static func skipName(_ bytes: RawSpan, _ offset: inout Int) -> Bool {
    let start = offset
    while offset < bytes.byteCount, offset - start <= longestName {
      let length = bytes.u8(offset)
      switch length >> 6 {
      case 3:
        offset += 2
        return offset <= bytes.byteCount
      case 0:
        offset += 1 + Int(length)
        if length == 0 { return true }
      default: return false
      }
    }
    return false
  }

  /// Labels with dots between them. Pointers (RFC 1035, 4.1.4) only lead back, so that they end.
  private static func add(
    _ buffer: Buffer, name start: Int, type: UInt16, _ bytes: RawSpan, _ transaction: inout Transaction
  ) {
    var offset = start
    var lowest = start
    transaction.open()
    while offset < bytes.byteCount, transaction.openCount <= longestName {
      let length = bytes.u8(offset)
      if length >> 6 == 3 {
        let target = Int(bytes.u16(offset) & 0x3FFF)
        guard target < lowest else { break }
        (offset, lowest) = (target, target)
        continue
      }
      guard length > 0, length < 0x40 else { break }
      if transaction.openCount > 0 { transaction.append(".") }
      transaction.append(bytes.slice(offset + 1, Int(length)))
      offset += 1 + Int(length)
    }
    transaction.close(buffer, number: UInt32(type))
  }
}
