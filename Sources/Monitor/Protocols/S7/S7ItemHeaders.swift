// SPDX-License-Identifier: Apache-2.0

/// Beginning of a variable specification, as published in the sources of `S7Comm`; one of odd length is followed by a
/// byte of padding.
///
///     0               1        2
///     +---------------+--------+----------------- ... -+
///     | specification | length | syntax id, address    |
///     +---------------+--------+----------------- ... -+
struct S7ItemSpecification: ~Escapable {
  static let headerSize = 2
  /// The only specification that is known.
  static let variable: UInt8 = 0x12
  private let bytes: RawSpan

  /// Nil for another kind of specification, or if there are fewer bytes than its length says.
  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= S7ItemSpecification.headerSize, bytes.u8(0) == S7ItemSpecification.variable else {
      return nil
    }
    let end = S7ItemSpecification.headerSize + Int(bytes.u8(1))
    guard end <= bytes.byteCount else { return nil }
    self.bytes = bytes.extracting(first: end)
  }

  var length: Int { bytes.byteCount - S7ItemSpecification.headerSize }
  /// Syntax id and what it needs.
  var address: RawSpan {
    @_lifetime(copy self) get { bytes.from(S7ItemSpecification.headerSize) }
  }
  /// From here to the next specification.
  var paddedSize: Int { bytes.byteCount + (length & 1) }
}

/// An address of the syntax S7ANY:
///
///     0        1                2       4            6      7
///     +--------+----------------+-------+------------+------+-----------------+
///     | syntax | transport size | count | data block | area | address in bits |
///     +--------+----------------+-------+------------+------+-----------------+
struct S7AnyAddress: ~Escapable {
  static let size = 10
  static let syntax: UInt8 = 0x10
  private let bytes: RawSpan

  /// Nil for another syntax.
  @inline(__always) @_lifetime(copy address)
  init?(_ address: RawSpan) {
    guard address.byteCount >= S7AnyAddress.size, address.u8(0) == S7AnyAddress.syntax else { return nil }
    bytes = address
  }

  var transportSize: S7TransportSize { S7TransportSize(rawValue: bytes.u8(1)) }
  /// Elements of the transport size.
  var count: UInt16 { bytes.u16(2) }
  var dataBlock: UInt16 { bytes.u16(4) }
  var area: S7Area { S7Area(rawValue: bytes.u8(6)) }
  /// In bits; of timers and counters their number.
  var address: UInt32 { bytes.u24(7) }
  var isBit: Bool { transportSize == .bit }
  /// Bytes of the contents in an item of data; nil where that is not published: for timers and counters, which families
  /// of controllers store differently, for several bits, and for other types.
  var contentsSize: Int? {
    switch area.area {
    case .input, .output, .flag, .dataBlock, .instanceBlock, .peripheral: break
    default: return nil
    }
    switch transportSize.rawValue {
    case S7TransportSize.bit.rawValue: return count == 1 ? 1 : nil
    case 0x02...0x0C, 0x0F: return Int(count) * transportSize.element.width
    default: return nil
    }
  }
}

/// Several parts of data blocks in one specification:
///
///     0        1       2
///     +--------+-------+--------------------------------------------------- ... -+
///     | syntax | count | length (1), data block (2), address (2) for each part   |
///     +--------+-------+--------------------------------------------------- ... -+
struct S7DataBlockParts: ~Escapable {
  static let syntax: UInt8 = 0xB0
  private static let headerSize = 2
  private static let partSize = 5
  private let bytes: RawSpan

  /// Nil for another syntax, and where there is no room for one part.
  @inline(__always) @_lifetime(copy address)
  init?(_ address: RawSpan) {
    guard address.byteCount >= S7DataBlockParts.headerSize + S7DataBlockParts.partSize,
      address.u8(0) == S7DataBlockParts.syntax
    else { return nil }
    bytes = address
  }

  /// As stated.
  var count: UInt8 { bytes.u8(1) }
  /// As many as there is room for.
  var capacity: Int { (bytes.byteCount - S7DataBlockParts.headerSize) / S7DataBlockParts.partSize }
  /// `index` is below `capacity`.
  func length(at index: Int) -> UInt8 { bytes.u8(place(index)) }
  func dataBlock(at index: Int) -> UInt16 { bytes.u16(place(index) + 1) }
  /// In bytes.
  func address(at index: Int) -> UInt16 { bytes.u16(place(index) + 3) }
  private func place(_ index: Int) -> Int { S7DataBlockParts.headerSize + S7DataBlockParts.partSize * index }
}

/// A symbolic address of the S7-1200 and S7-1500, as published in the sources of `S7Comm`:
///
///     0        1          2         4         6     10                14
///     +--------+----------+---------+---------+-----+-----------------+------ ... -+
///     | syntax | reserved | areas   | detail  | CRC | flag, number    | ...        |
///     +--------+----------+---------+---------+-----+-----------------+------ ... -+
///
/// The CRC is that of the symbol's name and type: a controller refuses an address whose symbol was changed. Flag (four
/// bits) and number (28 bits) lead from the block to the variable and on into its structures and arrays.
struct S7SymbolicAddress: ~Escapable {
  static let syntax: UInt8 = 0xB2
  private static let headerSize = 10
  private static let stepSize = 4
  private let bytes: RawSpan

  /// Nil for another syntax, and where there is no room for one step.
  @inline(__always) @_lifetime(copy address)
  init?(_ address: RawSpan) {
    guard address.byteCount >= S7SymbolicAddress.headerSize + S7SymbolicAddress.stepSize,
      address.u8(0) == S7SymbolicAddress.syntax
    else { return nil }
    bytes = address
  }

  var area: UInt16 { bytes.u16(2) }
  /// Of a data block its number, else the area within `commonAreas`.
  var detail: UInt16 { bytes.u16(4) }
  var crc: UInt32 { bytes.u32(6) }
  /// Where nothing but whole steps follows.
  var isWhole: Bool { (bytes.byteCount - S7SymbolicAddress.headerSize) % S7SymbolicAddress.stepSize == 0 }
  private var count: Int { (bytes.byteCount - S7SymbolicAddress.headerSize) / S7SymbolicAddress.stepSize }

  private static let dataBlocks: UInt16 = 0x8A0E
  private static let commonAreas: UInt16 = 0
  /// I, Q, M, C and T, from 50 on.
  private static let letters: [UInt8] = [0x49, 0x51, 0x4D, 0x43, 0x54]

  /// `DB5.9[3]#1A2B3C4D`: the block, or the letter of an area; a dot before the number of a variable, brackets around
  /// an index, colon and plus before the beginning and the length of a part; at the end the CRC.
  func write(to text: inout [UInt8]) {
    switch area {
    case S7SymbolicAddress.dataBlocks:
      text += [0x44, 0x42]
      text.append(decimal: UInt32(detail))
    case S7SymbolicAddress.commonAreas where 0x50...0x54 ~= detail:
      text.append(S7SymbolicAddress.letters[Int(detail) - 0x50])
    default: text.append(hexadecimal: bytes.slice(2, 4))
    }
    for index in 0..<count {
      let step = bytes.u32(S7SymbolicAddress.headerSize + S7SymbolicAddress.stepSize * index)
      switch step >> 28 {
      // A variable's number within the one before it; the last one is what is obtained.
      case 2, 4: text.append(0x2E)
      case 3, 5: text.append(0x5B)
      case 6: text.append(0x3A)
      case 7: text.append(0x2B)
      case let flag:
        text.append(0x3F)
        text.append(decimal: flag)
        text.append(0x3A)
      }
      text.append(decimal: step & 0x0FFF_FFFF)
      if step >> 28 == 3 || step >> 28 == 5 { text.append(0x5D) }
    }
    text.append(0x23)
    text.append(hexadecimal: bytes.slice(6, 4))
  }
}

/// A variable of the test functions:
///
///     0             1                  2            4         6
///     +-------------+------------------+------------+---------+
///     | area, width | repetitions, bit | data block | address |
///     +-------------+------------------+------------+---------+
struct S7TestVariable: ~Escapable {
  static let size = 6
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= S7TestVariable.size else { return nil }
    self.bytes = bytes
  }

  /// Nil for an area that is not known.
  var area: Area? {
    switch bytes.u8(0) >> 4 {
    case 0: .flag
    case 1: .input
    case 2: .output
    case 3: .peripheral
    case 5: .timer
    case 6: .counter
    case 7: .dataBlock
    default: nil
    }
  }
  /// Bytes of one element: bit (0), byte, word, double word, and what timers and counters hold; nil for others.
  var width: Int? {
    switch bytes.u8(0) & 0x0F {
    case 0: 0
    case 1: 1
    case 2, 4: 2
    case 3: 4
    default: nil
    }
  }
  /// How many elements; of a single bit its number.
  var repetitions: UInt8 { bytes.u8(1) }
  var dataBlock: UInt16 { bytes.u16(2) }
  var address: UInt16 { bytes.u16(4) }
}

/// Beginning of an item of data: in answers to Read Var, in jobs of Write Var, in user data. An item of odd length,
/// except the last one, is followed by a byte of padding.
///
///     0             1                2        4
///     +-------------+----------------+--------+------ ... -+
///     | return code | transport size | length | data       |
///     +-------------+----------------+--------+------ ... -+
struct S7DataHeader: ~Escapable {
  static let size = 4
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= S7DataHeader.size else { return nil }
    self.bytes = bytes
  }

  var returnCode: S7ReturnCode { S7ReturnCode(rawValue: bytes.u8(0)) }
  var transportSize: S7DataTransportSize { S7DataTransportSize(rawValue: bytes.u8(1)) }
  /// In bits or bytes, by the transport size.
  var length: UInt16 { bytes.u16(2) }
  /// In bytes, padding not counted.
  var byteLength: Int { transportSize.isCountedInBits ? (Int(length) + 7) / 8 : Int(length) }
}

/// A message of a process, in alarm indications and in requests that acknowledge or lock it:
///
///     0               1        2        3                 4          8
///     +---------------+--------+--------+-----------------+----------+-------- ... -+
///     | specification | length | syntax | associated      | event id | states       |
///     +---------------+--------+--------+-----------------+----------+-------- ... -+
struct S7AlarmMessage: ~Escapable {
  static let headerSize = 8
  private let bytes: RawSpan

  /// Nil for another kind of specification, and where its length is less than a header, or more than is there.
  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= S7AlarmMessage.headerSize, bytes.u8(0) == S7ItemSpecification.variable else { return nil }
    let end = S7ItemSpecification.headerSize + Int(bytes.u8(1))
    guard S7AlarmMessage.headerSize...bytes.byteCount ~= end else { return nil }
    self.bytes = bytes.extracting(first: end)
  }

  var syntax: UInt8 { bytes.u8(2) }
  /// Values that follow the message.
  var associatedValueCount: UInt8 { bytes.u8(3) }
  var eventID: UInt32 { bytes.u32(4) }
  /// From the header's first byte to the next item.
  var size: Int { bytes.byteCount }
}
