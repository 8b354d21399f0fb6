// SPDX-License-Identifier: Apache-2.0

/// An object: group and variation (IEEE 1815-2012, annex A).
struct DNP3Object: Sendable {
  let group: UInt8
  let variation: UInt8

  /// Objects that come when something changed: how many of them are asked for says nothing of their points.
  var isEvent: Bool {
    switch group {
    case 2, 4, 11, 13, 22, 23, 32, 33, 42, 43, 88, 111, 113, 115, 122: true
    default: false
    }
  }
  /// The user and the signature of a message that authenticates itself (annex A.45.3 and A.45.9).
  var isSignature: Bool { group == 120 && (variation == 3 || variation == 9) }

  /// What a write to it changes.
  var written: Action {
    switch group {
    case 50, 51: .clock
    // The restart indication, which a master clears when it has seen it.
    case 80: .diagnose
    case 0, 34, 60, 85, 86: .configure
    case 70: .file
    case 120: .authenticate
    default: .write
    }
  }
  /// A message that writes several is judged by the gravest.
  static func graver(_ one: Action?, _ other: Action) -> Action {
    func weight(_ action: Action) -> Int {
      switch action {
      case .authenticate: 5
      case .file: 4
      case .configure: 3
      case .clock: 2
      case .write: 1
      default: 0
      }
    }
    guard let one else { return other }
    return weight(one) >= weight(other) ? one : other
  }

  /// Bits of an object that is packed with others into bytes; 0 for those that are not.
  var bits: Int {
    switch (group, variation) {
    case (1, 1), (10, 1), (12, 3), (80, 1): 1
    case (3, 1): 2
    default: 0
    }
  }
  var isPacked: Bool { bits > 0 }

  /// Bytes of an object; nil for those of varying size, and unknown ones.
  var size: Int? {
    switch group {
    case 1, 3, 10: return variation == 2 ? 1 : nil
    case 2, 4: return bytes(0x3710)
    case 11, 13: return bytes(0x710)
    case 12: return variation == 1 || variation == 2 ? 11 : nil
    case 20: return bytes(0x2_4243_5350)
    case 21: return bytes(0x2_4249_B9B3_5350)
    case 22, 23: return bytes(0x9_B9B3_5350)
    case 30: return bytes(0x9524350)
    case 31: return bytes(0x9_5249_B350)
    case 32, 33, 42, 43: return bytes(0xF_B959_B350)
    case 34: return bytes(0x4420)
    case 40, 41: return bytes(0x95350)
    case 50: return bytes(0xB6A60)
    case 51: return variation == 1 || variation == 2 ? 6 : nil
    case 52: return variation == 1 || variation == 2 ? 2 : nil
    case 60: return 0
    case 81: return variation == 1 ? 3 : nil
    case 101: return bytes(0x8420)
    case 102: return variation == 1 ? 1 : nil
    case 86: return variation == 2 ? 1 : nil
    // The variation is the length of the string.
    case 110...115: return Int(variation)
    // Those that have a size of their own; the others stand behind it.
    case 120: return variation == 3 ? 6 : variation == 4 ? 2 : nil
    case 121: return variation == 1 ? 7 : nil
    case 122: return bytes(0xD70)
    default: return nil
    }
  }

  /// The digit of the variation, that of variation 0 on the right; nil for 0.
  private func bytes(_ digits: UInt64) -> Int? {
    let digit = variation < 16 ? Int(digits >> (4 * UInt64(variation)) & 15) : 0
    return digit == 0 ? nil : digit
  }

  /// How to read its value, and where that stands in the object.
  var value: (format: Values.Format, offset: Int) {
    switch (group, variation) {
    case (1, 1), (10, 1), (12, 3), (80, 1): (.bit, 0)
    case (3, 1): (.doubleBit, 0)
    // The state is the uppermost bit, or the two uppermost ones, of the flags.
    case (1, 2), (2, 1...3), (10, 2), (11, 1...2), (13, 1...2): (.topBit, 0)
    case (3, 2), (4, 1...3): (.topBits, 0)
    case (12, 1...2): (.uint8, 0)
    case (20, 1), (20, 3), (21, 1), (21, 3), (21, 5), (21, 7), (22, 1), (22, 3), (22, 5), (22, 7): (.uint32LE, 1)
    case (23, 1), (23, 3), (23, 5), (23, 7): (.uint32LE, 1)
    case (20, 2), (20, 4), (21, 2), (21, 4), (21, 6), (21, 8), (22, 2), (22, 4), (22, 6), (22, 8): (.uint16LE, 1)
    case (23, 2), (23, 4), (23, 6), (23, 8): (.uint16LE, 1)
    case (20, 5), (20, 7), (21, 9), (21, 11): (.uint32LE, 0)
    case (20, 6), (20, 8), (21, 10), (21, 12): (.uint16LE, 0)
    case (30...33, 1), (32...33, 3), (31, 3), (40, 1), (42...43, 1), (42...43, 3): (.int32LE, 1)
    case (30...33, 2), (31...33, 4), (40, 2), (42...43, 2), (42...43, 4): (.int16LE, 1)
    case (30, 3), (31, 5): (.int32LE, 0)
    case (30, 4), (31, 6): (.int16LE, 0)
    case (30, 5), (31, 7), (32...33, 5), (32...33, 7), (40, 3), (42...43, 5), (42...43, 7): (.float32LE, 1)
    case (30, 6), (31, 8), (32...33, 6), (32...33, 8), (40, 4), (42...43, 6), (42...43, 8): (.float64LE, 1)
    case (34, 1): (.uint16LE, 0)
    case (34, 2): (.uint32LE, 0)
    case (34, 3): (.float32LE, 0)
    case (41, 1): (.int32LE, 0)
    case (41, 2): (.int16LE, 0)
    case (41, 3): (.float32LE, 0)
    case (41, 4): (.float64LE, 0)
    case (50, 1...4), (51, 1...2): (.uint48LE, 0)
    case (52, 1...2): (.uint16LE, 0)
    case (101, 1): (.bcd2, 0)
    case (101, 2): (.bcd4, 0)
    case (101, 3): (.bcd8, 0)
    case (102, 1): (.uint8, 0)
    case (121, 1), (122, 1...2): (.uint32LE, 3)
    default: (.none, 0)
    }
  }

  /// Where the flags stand, for objects that have them.
  var flags: Int? {
    switch (group, variation) {
    case (1, 2), (2, 1...3), (3, 2), (4, 1...3), (10, 2), (11, 1...2), (20, 1...4), (21...23, 1...8), (30, 1...2),
      (30, 5...6), (31, 1...4), (31, 7...8), (32...33, 1...8), (40, 1...4), (42...43, 1...8), (121, 1), (122, 1...2):
      0
    default: nil
    }
  }

  /// Status codes of controls (annex A.8, table A-3).
  static func controlStatus(_ code: UInt8) -> StaticString {
    switch code {
    case 0: "SUCCESS"
    case 1: "TIMEOUT"
    case 2: "NO_SELECT"
    case 3: "FORMAT_ERROR"
    case 4: "NOT_SUPPORTED"
    case 5: "ALREADY_ACTIVE"
    case 6: "HARDWARE_ERROR"
    case 7: "LOCAL"
    case 8: "TOO_MANY_OBJS"
    case 9: "NOT_AUTHORIZED"
    case 10: "AUTOMATION_INHIBIT"
    case 11: "PROCESSING_LIMITED"
    case 12: "OUT_OF_RANGE"
    case 13: "DOWNSTREAM_LOCAL"
    case 14: "ALREADY_COMPLETE"
    case 15: "BLOCKED"
    case 16: "CANCELLED"
    case 17: "BLOCKED_OTHER_MASTER"
    case 18: "DOWNSTREAM_FAIL"
    case 126: "NON_PARTICIPATING"
    case 127: "UNDEFINED"
    default: "Status not in IEEE 1815"
    }
  }

  /// Status codes of file services (annex A.31.4).
  static func fileStatus(_ code: UInt8) -> StaticString {
    switch code {
    case 0: "SUCCESS"
    case 1: "PERMISSION_DENIED"
    case 2: "INVALID_MODE"
    case 3: "FILE_NOT_FOUND"
    case 4: "FILE_LOCKED"
    case 5: "TOO_MANY_OPEN"
    case 6: "INVALID_HANDLE"
    case 7: "WRITE_BLOCK_SIZE"
    case 8: "COMM_LOST"
    case 9: "CANNOT_ABORT"
    case 16: "NOT_OPENED"
    case 17: "HANDLE_EXPIRED"
    case 18: "BUFFER_OVERRUN"
    case 19: "FATAL"
    case 20: "BLOCK_SEQ"
    case 255: "UNDEFINED"
    default: "Status not in IEEE 1815"
    }
  }
}

/// The range of an object header (4.2.2.7.3): qualifier, then start and stop, or a count.
struct DNP3Range {
  /// Bytes before each object.
  let prefix: Int
  /// The prefix is the object's size; else its index.
  let isSized: Bool
  let isAll: Bool
  /// A count of objects without addresses.
  let isCount: Bool
  let first: UInt64
  let count: UInt32
  /// Where the header ends.
  let end: Int
  /// It is cut short, or ends before it begins.
  let fault: Fault?
  var isIndexed: Bool { prefix > 0 && !isSized }

  /// Nil where the qualifier is none.
  init?(_ bytes: RawSpan, at offset: Int) {
    let qualifier = bytes.u8(offset)
    guard qualifier & 0x80 == 0 else { return nil }
    let code = Int(qualifier >> 4)
    guard code <= 6 else { return nil }
    prefix = [0, 1, 2, 4, 1, 2, 4][code]
    isSized = code >= 4
    let size: Int
    switch qualifier & 15 {
    case 0, 3: size = 2
    case 1, 4: size = 4
    case 2, 5: size = 8
    case 6: size = 0
    case 7, 11: size = 1
    case 8: size = 2
    case 9: size = 4
    default: return nil
    }
    isAll = qualifier & 15 == 6
    isCount = qualifier & 15 > 6 && code == 0
    let place = offset + 1
    end = min(place + size, bytes.byteCount)
    guard place + size <= bytes.byteCount else {
      fault = Fault(.truncated, "Range", seen: UInt64(bytes.byteCount - place), least: UInt64(size), most: UInt64(size))
      first = 0
      count = .max
      return
    }
    guard qualifier & 15 < 6 else {
      fault = nil
      first = 0
      count =
        switch size {
        case 0: 0
        case 1: UInt32(bytes.u8(place))
        case 2: UInt32(bytes.u16LE(place))
        default: bytes.u32LE(place)
        }
      return
    }
    let stop: UInt64
    let highest: UInt64
    switch size {
    case 2: (first, stop, highest) = (UInt64(bytes.u8(place)), UInt64(bytes.u8(place + 1)), 0xFF)
    case 4: (first, stop, highest) = (UInt64(bytes.u16LE(place)), UInt64(bytes.u16LE(place + 2)), 0xFFFF)
    default: (first, stop, highest) = (UInt64(bytes.u32LE(place)), UInt64(bytes.u32LE(place + 4)), 0xFFFF_FFFF)
    }
    fault = stop < first ? Fault(.range, "Stop index", seen: stop, least: first, most: highest) : nil
    count = stop < first ? 1 : UInt32(clamping: stop - first + 1)
  }

  /// The index or the size before an object, whose bytes the caller has seen to be there.
  func number(_ bytes: RawSpan, at offset: Int) -> Int {
    switch prefix {
    case 1: Int(bytes.u8(offset))
    case 2: Int(bytes.u16LE(offset))
    default: Int(bytes.u32LE(offset))
    }
  }
}

/// The value of a device attribute (annex A.1): type, length, contents.
struct DNP3Attribute {
  private let type: UInt8
  let start: Int
  /// Bytes that are there; `size` is what the length says.
  let count: Int
  let size: Int

  /// Two bytes at `offset`, and what stands behind them up to `end`.
  init(_ bytes: RawSpan, at offset: Int, end: Int) {
    type = bytes.u8(offset)
    start = offset + 2
    size = DNP3Attribute.size(bytes, at: offset)
    count = min(size, end - start)
  }
  /// A list of type 255 is 256 bytes longer than its length says.
  static func size(_ bytes: RawSpan, at offset: Int) -> Int {
    Int(bytes.u8(offset + 1)) + (bytes.u8(offset) == 255 ? 256 : 0)
  }

  var isText: Bool { type == 1 && count == size }
  var format: Values.Format {
    switch (type, size) {
    case (2, 1): .uint8
    case (2, 2): .uint16LE
    case (2, 4): .uint32LE
    case (3, 1): .int8
    case (3, 2): .int16LE
    case (3, 4): .int32LE
    case (4, 4): .float32LE
    case (4, 8): .float64LE
    case (7, 6): .uint48LE
    default: .none
    }
  }
}
