// SPDX-License-Identifier: Apache-2.0

/// Where a message holds values: `count` values of one format, `stride` bytes apart, the first at `offset` of the
/// message. The bytes stay where they are; a record reads them while the message is still there.
package struct Values: Equatable, Sendable {
  package enum Format: UInt8, Sendable {
    case none
    /// One bit each, lowest bit of the first byte first.
    case bit
    /// One bit each, four bits apart, as the MC protocol sends bit devices: high half of the byte first.
    case halfByte
    case uint8, int8
    case uint16, int16, uint32, int32, uint64, int64, float32, float64
    case uint16LE, int16LE, uint32LE, int32LE, uint64LE, int64LE, float32LE, float64LE
    /// Hexadecimal digits in ASCII: one, two, four, eight of them a number.
    case hex1, hex2, hex4, hex8
    /// One sixteen-bit number from -1 to 1 - 2^-15, little-endian (IEC 60870-5-4, type F).
    case normalizedLE
    /// Two bits each, lowest first.
    case doubleBit
    /// The uppermost bit of a byte each; the two uppermost ones.
    case topBit, topBits
    /// A byte each: 0, or anything else for 1 (ASN.1's boolean).
    case boolean
    /// The lower seven bits of a byte each, with a sign (IEC 60870-5-101, 7.2.6.5).
    case int7
    /// Two decimal digits a byte, lowest first: two, four, eight, sixteen of them a number.
    case bcd1, bcd2, bcd4, bcd8
    /// Two's complement and unsigned, highest byte first, in as many bytes as `stride` says: up to eight.
    case signed, unsigned

    // What is no number.

    /// `stride` bytes each.
    case octets
    /// The same, of which the first ones, as many as `marks` says, are an index.
    case indexedOctets
    /// `stride` bytes each, in UTF-8.
    case text
    /// Each has its length before it in four bytes, lowest first, -1 for a null one (OPC 10000-6, 5.2.2.4).
    case lengthAndText, lengthAndOctets
    /// The name with the number `offset` in the table of names.
    case name
    /// There is a place for a value, and none in it.
    case null
    /// Sixteen bytes (OPC 10000-6, 5.2.2.6).
    case guid
    /// Hundreds of nanoseconds since 1601 in eight bytes, lowest first (OPC 10000-6, 5.2.2.5).
    case time1601LE
    /// Milliseconds since 1970 in six bytes, lowest first (IEEE 1815-2012, 11.3.2.3).
    case time1970LE
    /// CP56Time2a (IEC 60870-5-4, 6.8; IEC 60870-5-101, 7.2.6.18).
    case binaryTime
    /// Seconds since 1970, a fraction of three bytes, and quality, highest byte first (IEC 61850-8-1, 8.1.3.6).
    case utcTime
    /// Milliseconds of the day, and the day since 1984 in those that have six bytes (ISO 9506-2, TimeOfDay).
    case timeOfDay

    /// Bytes of one value; 0 for those that are smaller than a byte, and where `stride` or the message says it.
    package var width: Int {
      switch self {
      case .none, .bit, .halfByte, .doubleBit, .signed, .unsigned, .octets, .indexedOctets, .text, .lengthAndText,
        .lengthAndOctets, .name, .null, .timeOfDay:
        0
      case .uint8, .int8, .hex1, .topBit, .topBits, .boolean, .int7, .bcd1: 1
      case .uint16, .int16, .uint16LE, .int16LE, .hex2, .normalizedLE, .bcd2: 2
      case .uint32, .int32, .float32, .uint32LE, .int32LE, .float32LE, .hex4, .bcd4: 4
      case .time1970LE: 6
      case .binaryTime: 7
      case .uint64, .int64, .float64, .uint64LE, .int64LE, .float64LE, .hex8, .bcd8,
        .time1601LE, .utcTime:
        8
      case .guid: 16
      }
    }
    /// `stride` is the size of one value.
    var isSizedByStride: Bool {
      switch self {
      case .signed, .unsigned, .octets, .indexedOctets, .text, .timeOfDay: true
      default: false
      }
    }
  }
  package var format = Format.none
  /// What stands beside each value; of indexed octets the size of the index.
  package var marks = Marks.none
  /// Bytes from one value to the next; 0: they are contiguous.
  package var stride: UInt16 = 0
  package var offset: Int32 = 0
  package var count: Int32 = 0
  package static let none = Values()

  package init(
    format: Format = .none, offset: Int32 = 0, count: Int32 = 0, stride: UInt16 = 0, marks: Marks = .none
  ) {
    self.format = format
    self.marks = marks
    self.stride = stride
    self.offset = offset
    self.count = count
  }

  /// `wanted` values from `offset` on, or as many as `end` leaves room for; none if there is no room for one.
  @inline(__always)
  init(_ format: Format, at offset: Int, _ wanted: Int, stride: Int = 0, marks: Marks = .none, end: Int) {
    let room = max(0, end - offset)
    let width = format.width
    let step = stride > 0 ? stride : max(1, width)
    let most =
      switch format {
      case .none: 0
      case .bit: stride > 0 ? (room + stride - 1) / stride : room * 8
      case .doubleBit: stride > 0 ? (room + stride - 1) / stride : room * 4
      case .halfByte: room * 2
      default: room < width ? 0 : (room - width) / step + 1
      }
    let there = min(wanted, most)
    self.init(
      format: there > 0 ? format : .none, offset: there > 0 ? Int32(offset) : 0, count: Int32(max(0, there)),
      stride: there > 0 ? UInt16(clamping: stride) : 0, marks: there > 0 ? marks : .none)
  }

  /// One value of `length` bytes, which the caller has seen to be there: an empty one has its place, too.
  init(_ format: Format, at offset: Int, length: Int) {
    self.init(format: format, offset: Int32(clamping: offset), count: 1, stride: UInt16(clamping: length))
  }
  /// The value that is a name.
  init(_ name: NameID) {
    self.init(format: name == .none ? .null : .name, offset: Int32(bitPattern: name.rawValue), count: 1)
  }
  /// A place without a value.
  static let null = null(at: 0)
  /// A place without a value, which would lie at `offset`.
  static func null(at offset: Int) -> Values { Values(format: .null, offset: Int32(clamping: offset), count: 1) }
}

extension Values {
  /// The number at `index`; nil past the end of the values or of the message, and for what is no number.
  func number(_ index: Int, in message: RawSpan) -> Number? {
    guard index >= 0, index < Int(count), offset >= 0 else { return nil }
    let step = stride > 0 ? Int(stride) : format.width
    let place: Int
    switch format {
    case .none, .octets, .indexedOctets, .text, .lengthAndText, .lengthAndOctets, .name, .null, .guid, .time1601LE,
      .time1970LE, .binaryTime, .utcTime, .timeOfDay:
      return nil
    case .bit:
      place = stride > 0 ? Int(offset) + index * step : Int(offset) + index / 8
      guard place < message.byteCount else { return nil }
      return .unsigned(UInt64(message.u8(place) >> UInt8(stride > 0 ? 0 : index % 8) & 1))
    case .doubleBit:
      place = stride > 0 ? Int(offset) + index * step : Int(offset) + index / 4
      guard place < message.byteCount else { return nil }
      return .unsigned(UInt64(message.u8(place) >> UInt8(stride > 0 ? 0 : index % 4 * 2) & 3))
    case .halfByte:
      place = Int(offset) + index / 2
      guard place < message.byteCount else { return nil }
      return .unsigned(UInt64(message.u8(place) >> (index % 2 == 0 ? 4 : 0) & 15))
    default: place = Int(offset) + index * step
    }
    guard place + format.width <= message.byteCount else { return nil }
    switch format {
    case .signed, .unsigned:
      guard 1...8 ~= step, place + step <= message.byteCount else { return nil }
      return message.integer(place, step, isSigned: format == .signed)
    case .uint8: return .unsigned(UInt64(message.u8(place)))
    case .topBit: return .unsigned(UInt64(message.u8(place) >> 7))
    case .topBits: return .unsigned(UInt64(message.u8(place) >> 6))
    case .int8: return .signed(Int64(Int8(bitPattern: message.u8(place))))
    case .uint16: return .unsigned(UInt64(message.u16(place)))
    case .int16: return .signed(Int64(Int16(bitPattern: message.u16(place))))
    case .uint32: return .unsigned(UInt64(message.u32(place)))
    case .int32: return .signed(Int64(Int32(bitPattern: message.u32(place))))
    case .uint64: return .unsigned(message.u64(place))
    case .int64: return .signed(Int64(bitPattern: message.u64(place)))
    case .float32: return .real(Double(Float(bitPattern: message.u32(place))))
    case .float64: return .real(Double(bitPattern: message.u64(place)))
    case .uint16LE: return .unsigned(UInt64(message.u16LE(place)))
    case .int16LE: return .signed(Int64(Int16(bitPattern: message.u16LE(place))))
    case .uint32LE: return .unsigned(UInt64(message.u32LE(place)))
    case .int32LE: return .signed(Int64(Int32(bitPattern: message.u32LE(place))))
    case .uint64LE: return .unsigned(message.u64LE(place))
    case .int64LE: return .signed(Int64(bitPattern: message.u64LE(place)))
    case .float32LE: return .real(Double(Float(bitPattern: message.u32LE(place))))
    case .float64LE: return .real(Double(bitPattern: message.u64LE(place)))
    case .normalizedLE: return .real(Double(Int16(bitPattern: message.u16LE(place))) / 32_768)
    case .boolean: return .unsigned(message.u8(place) == 0 ? 0 : 1)
    case .int7: return .signed(Int64(Int8(bitPattern: message.u8(place) << 1) >> 1))
    case .bcd1, .bcd2, .bcd4, .bcd8: return message.decimal(place, format.width).map { .unsigned($0) }
    case .hex1, .hex2, .hex4, .hex8: return message.hexadecimal(place, format.width).map { .unsigned($0) }
    default: return nil
    }
  }
}

extension RawSpan {
  /// An integer of `count` bytes, one to eight, highest first, at `offset`; the caller has seen them to be there.
  func integer(_ offset: Int, _ count: Int, isSigned: Bool) -> Number {
    var value: UInt64 = isSigned && u8(offset) & 0x80 != 0 ? .max : 0
    for place in offset..<offset + count { value = value << 8 | UInt64(u8(place)) }
    return isSigned ? .signed(Int64(bitPattern: value)) : .unsigned(value)
  }

  /// A number of two decimal digits a byte, the lowest ones first, in `count` bytes at `offset`, which the caller has
  /// seen to be there; nil for other digits.
  func decimal(_ offset: Int, _ count: Int) -> UInt64? {
    var value: UInt64 = 0
    for place in stride(from: offset + count - 1, through: offset, by: -1) {
      let (high, low) = (u8(place) >> 4, u8(place) & 15)
      guard high < 10, low < 10 else { return nil }
      value = value * 100 + UInt64(high * 10 + low)
    }
    return value
  }

  /// A number written with `count` hexadecimal digits in ASCII at `offset`, which the caller has seen to be there;
  /// nil for other characters.
  @inline(__always)
  func hexadecimal(_ offset: Int, _ count: Int) -> UInt64? {
    var value: UInt64 = 0
    for place in offset..<offset + count {
      let character = u8(place)
      switch character {
      case 0x30...0x39: value = value << 4 | UInt64(character &- 0x30)
      case 0x41...0x46: value = value << 4 | UInt64(character &- 0x37)
      case 0x61...0x66: value = value << 4 | UInt64(character &- 0x57)
      default: return nil
      }
    }
    return value
  }
}
