// SPDX-License-Identifier: Apache-2.0

/// Reads the binary encoding (OPC 10000-6, 5.2) from start to end. Missing bytes read as 0, and set `hasFailed`.
struct UAReader: ~Escapable {
  private let bytes: RawSpan
  private var cursor: ByteCursor
  /// Why reading stopped at something unreadable: where the next field begins is unknown.
  private(set) var unread: Fault?
  var offset: Int { cursor.offset }
  var hasFailed: Bool { cursor.hasFailed }
  /// Nothing further can be read.
  var isDone: Bool { hasFailed || unread != nil }
  /// Limit on variants nested in variants (5.1.2: decoders must support at least 100 levels).
  private static let nestingLimit = 100

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, at offset: Int) {
    self.bytes = bytes
    cursor = ByteCursor(bytes, at: offset)
  }

  mutating func fail() { cursor.fail() }
  mutating func skip(_ count: Int) { cursor.skip(count) }
  mutating func readU8() -> UInt8 { cursor.readU8() }
  mutating func readU16() -> UInt16 { cursor.readU16LE() }
  mutating func readU32() -> UInt32 { cursor.readU32LE() }

  /// The length of an array; 0 for -1 (a null array), and, as a failure, for more elements than bytes are left.
  mutating func readCount() -> Int {
    let count = Int(Int32(bitPattern: readU32()))
    if count > cursor.remaining { fail() }
    return hasFailed ? 0 : max(0, count)
  }
  /// Where a string or byte string lies; a null string has no bytes.
  mutating func readString() -> (start: Int, count: Int) {
    let count = Int(Int32(bitPattern: readU32()))
    let start = offset
    guard count > 0 else { return (start, 0) }
    skip(count)
    return (start, hasFailed ? 0 : count)
  }
  mutating func skipString() { _ = readString() }
  mutating func readName(_ exchange: inout Exchange) -> NameID {
    let (start, count) = readString()
    return name(start, count, &exchange)
  }
  /// The ID of the name at the place of a string already read.
  func name(_ start: Int, _ count: Int, _ exchange: inout Exchange) -> NameID {
    exchange.name(bytes.slice(start, count))
  }

  /// The numeric ID of a node in namespace 0 (an encoding of a type); 0 for any other.
  mutating func readServiceID() -> UInt32 {
    switch readU8() {
    case 0: return UInt32(readU8())
    case 1:
      let space = readU8()
      let id = readU16()
      return space == 0 ? UInt32(id) : 0
    case 2:
      let space = readU16()
      let id = readU32()
      return space == 0 ? id : 0
    default: return 0
    }
  }

  /// Reads a NodeId (5.2.2.9) in the notation `ns=2;s=Line1/Speed`.
  mutating func readNode(_ exchange: inout Exchange) -> NameID {
    let encoding = readU8()
    var space: UInt16 = 0
    var number: UInt32 = 0
    var text = (start: offset, count: 0)
    switch encoding & 0x3F {
    case 0: number = UInt32(readU8())
    case 1:
      space = UInt16(readU8())
      number = UInt32(readU16())
    case 2:
      space = readU16()
      number = readU32()
    case 3, 5:
      space = readU16()
      text = readString()
    case 4:
      space = readU16()
      text = (offset, 16)
      skip(16)
    default: fail()
    }
    if encoding & 0x80 != 0 { skipString() }
    if encoding & 0x40 != 0 { skip(4) }
    guard !hasFailed, encoding & 0x3F > 2 || number != 0 else { return .none }
    let value = bytes.slice(text.start, text.count)
    return exchange.name { name in
      if space != 0 {
        name += [0x6E, 0x73, 0x3D]
        name.append(decimal: UInt32(space))
        name.append(0x3B)
      }
      switch encoding & 0x3F {
      case 0, 1, 2:
        name += [0x69, 0x3D]
        name.append(decimal: number)
      case 3:
        name += [0x73, 0x3D]
        for place in 0..<min(value.byteCount, NameTable.longest) { name.append(value.u8(place)) }
      case 4:
        name += [0x67, 0x3D]
        name.append(guid: value)
      default:
        name += [0x62, 0x3D]
        name.append(base64: value.extracting(first: NameTable.longest / 4 * 3))
      }
    }
  }
  /// Reads a ReadValueId (OPC 10000-4, 7.29): node, attribute, range, encoding; returns the first two.
  mutating func readValueID(_ exchange: inout Exchange) -> (node: NameID, attribute: UInt32) {
    let node = readNode(&exchange)
    let attribute = readU32()
    skipString()
    skip(2)
    skipString()
    return (node, attribute)
  }
  mutating func skipNode() {
    let encoding = readU8()
    switch encoding & 0x3F {
    case 0: skip(1)
    case 1: skip(3)
    case 2: skip(6)
    case 3, 5:
      skip(2)
      skipString()
    case 4: skip(18)
    default: fail()
    }
    if encoding & 0x80 != 0 { skipString() }
    if encoding & 0x40 != 0 { skip(4) }
  }

  /// Reads a qualified name: namespace, then name; returns where the name lies.
  mutating func readQualifiedName() -> (start: Int, count: Int) {
    skip(2)
    return readString()
  }
  mutating func skipQualifiedName() { _ = readQualifiedName() }
  /// Reads a localized text: locale, then text; returns where the text lies, nil if there is none.
  private mutating func readLocalizedText() -> (start: Int, count: Int)? {
    let mask = readU8()
    if mask & 1 != 0 { skipString() }
    return mask & 2 != 0 ? readString() : nil
  }
  private mutating func skipLocalizedText() { _ = readLocalizedText() }
  /// Skips the description of a reference's target (OPC 10000-4, 7.30).
  mutating func skipReferenceDescription() {
    skipNode()
    skip(1)
    skipNode()
    skipQualifiedName()
    skipLocalizedText()
    skip(4)
    skipNode()
  }
  /// Reads a relative path (OPC 10000-4, 7.31): reference type, direction, whether subtypes are included, name; returns
  /// where the last name lies.
  mutating func readRelativePath() -> (start: Int, count: Int) {
    var last = (start: offset, count: 0)
    for _ in 0..<readCount() {
      skipNode()
      skip(2)
      last = readQualifiedName()
      if hasFailed { break }
    }
    return last
  }
  mutating func skipRelativePath() { _ = readRelativePath() }
  /// Reads an array of 32-bit numbers (handles, status codes); returns the first.
  @discardableResult
  mutating func readNumbers() -> UInt32? {
    let count = readCount()
    let start = offset
    skip(4 * count)
    return hasFailed || count == 0 ? nil : bytes.u32LE(start)
  }
  mutating func skipAllDiagnostics() {
    for _ in 0..<readCount() {
      skipDiagnostics()
      if hasFailed { break }
    }
  }

  /// Reads an extension object (5.2.2.15): the ID of its type, and where its body lies.
  @discardableResult
  mutating func readExtensionObject() -> (type: UInt32, start: Int, end: Int) {
    var id = self
    let type = id.readServiceID()
    skipNode()
    switch readU8() {
    case 0: return (type, offset, offset)
    case 1, 2:
      let (start, count) = readString()
      return (type, start, start + count)
    default:
      fail()
      return (type, offset, offset)
    }
  }
  /// A reader for a part that was skipped.
  @_lifetime(copy self)
  func part(_ body: (type: UInt32, start: Int, end: Int)) -> UAReader {
    UAReader(bytes.extracting(first: body.end), at: body.start)
  }

  /// Token, time, handle, diagnostics, audit entry, timeout, additional header (OPC 10000-4, 7.33).
  mutating func skipRequestHeader() {
    skipNode()
    skip(16)
    skipString()
    skip(4)
    readExtensionObject()
  }
  /// Time, handle, result, diagnostics, strings, additional header (7.34); returns the result.
  mutating func readResponseHeader() -> UInt32 {
    skip(12)
    let status = readU32()
    skipDiagnostics()
    for _ in 0..<readCount() {
      skipString()
      if hasFailed { break }
    }
    readExtensionObject()
    return status
  }

  /// Skips a DiagnosticInfo (5.2.2.12): the inner one comes last, so no recursion is needed.
  mutating func skipDiagnostics() {
    var mask = readU8()
    while !hasFailed {
      for bit: UInt8 in [1, 2, 4, 8] where mask & bit != 0 { skip(4) }
      if mask & 0x10 != 0 { skipString() }
      if mask & 0x20 != 0 { skip(4) }
      guard mask & 0x40 != 0 else { return }
      mask = readU8()
    }
  }

  /// Reads a DataValue (5.2.2.17): where its value lies, with its status.
  mutating func readDataValue(
    _ exchange: inout Exchange, depth: Int = 0, isShown: Bool = true
  ) -> (values: Values, status: UInt32) {
    let mask = readU8()
    var values = mask & 1 != 0 ? readVariant(&exchange, depth: depth, isShown: isShown) : .null(at: offset)
    guard !isDone else { return (values, 0) }
    values.marks = marks(of: values, hasStatus: mask & 2 != 0)
    let status = mask & 2 != 0 ? readU32() : 0
    if mask & 4 != 0 { skip(8) }
    if mask & 0x10 != 0 { skip(2) }
    if mask & 8 != 0 { skip(8) }
    if mask & 0x20 != 0 { skip(2) }
    return (values, status)
  }

  /// How the status that begins here is found again from the value; not from one inside another value.
  private func marks(of values: Values, hasStatus: Bool) -> Values.Marks {
    guard hasStatus, offset + 4 <= bytes.byteCount, bytes.u32LE(offset) != 0 else { return Values.Marks(.good) }
    let end = values.end(in: bytes)
    if end == offset { return Values.Marks(.status) }
    guard end >= 0, end + 4 <= offset, end + 4 + 4 * Int(bytes.u32LE(end)) == offset else { return .none }
    return Values.Marks(.statusAfterDimensions)
  }

  /// Reads a Variant (5.2.2.16): where its value lies, or its values if it is an array. An array of what is neither
  /// number, text, time nor octets is given as the octets it consists of.
  mutating func readVariant(_ exchange: inout Exchange, depth: Int = 0, isShown: Bool = true) -> Values {
    guard depth <= UAReader.nestingLimit else {
      unread = Fault(.quantity, "Variant nesting", seen: UInt64(depth), least: 0, most: UInt64(UAReader.nestingLimit))
      return .none
    }
    let encoding = readU8()
    let type = encoding & 0x3F
    let isArray = encoding & 0x80 != 0
    let count = isArray ? readCount() : 1
    let start = offset
    var values = Values.null(at: start)
    if let (format, width) = UAReader.fixedSize(type) {
      let (length, isTooLong) = count.multipliedReportingOverflow(by: width)
      skip(isTooLong ? Int.max : length)
      if hasFailed { return .none }
      if count > 0 { values = Values(format, at: start, count, end: bytes.byteCount) }
    } else if type > 31 {
      unread = Fault(.code, "Variant type", seen: UInt64(type), least: 0, most: 31)
      return .none
    } else if type != 0 {
      // Not for null values, which take no bytes: a large count alone would keep the reader busy.
      for _ in 0..<count {
        let one = readElement(type, depth, isShown: isShown && !isArray, &exchange)
        if isDone { return .none }
        if !isArray { values = one }
      }
      if isArray, count > 0 { values = array(type, start, count) }
    }
    if encoding & 0x40 != 0 { readNumbers() }
    return values
  }

  /// An array of values of different length that lies between `start` and here.
  private func array(_ type: UInt8, _ start: Int, _ count: Int) -> Values {
    switch type {
    case 12, 16: Values(format: .lengthAndText, offset: Int32(clamping: start), count: Int32(clamping: count))
    case 15, 26...31: Values(format: .lengthAndOctets, offset: Int32(clamping: start), count: Int32(clamping: count))
    default: Values(.octets, at: start, length: offset - start)
    }
  }

  /// Reads one value that has no fixed size. Types 26 to 31 are reserved, and read as byte strings. One in an array is
  /// not shown: no name is kept for it.
  private mutating func readElement(
    _ type: UInt8, _ depth: Int, isShown: Bool, _ exchange: inout Exchange
  ) -> Values {
    let start = offset
    switch type {
    case 12, 15, 16, 26...31:
      let isNull = offset + 4 <= bytes.byteCount && Int32(bitPattern: bytes.u32LE(offset)) < 0
      let text = readString()
      if isNull { return .null(at: offset) }
      return Values(type == 12 || type == 16 ? .text : .octets, at: text.start, length: text.count)
    case 17, 18:
      if isShown { return Values(readNode(&exchange)) }
      skipNode()
      return .none
    case 20:
      let name = readQualifiedName()
      return Values(.text, at: name.start, length: name.count)
    case 21: return readLocalizedText().map { Values(.text, at: $0.start, length: $0.count) } ?? .null(at: offset)
    case 22:
      let body = readExtensionObject()
      return Values(.octets, at: body.start, length: max(0, body.end - body.start))
    case 23: return readDataValue(&exchange, depth: depth + 1, isShown: isShown).values
    case 24: return readVariant(&exchange, depth: depth + 1, isShown: isShown)
    default:
      skipDiagnostics()
      return Values(.octets, at: start, length: offset - start)
    }
  }

  private static func fixedSize(_ type: UInt8) -> (Values.Format, Int)? {
    switch type {
    case 1: (.boolean, 1)
    case 3: (.uint8, 1)
    case 2: (.int8, 1)
    case 4: (.int16LE, 2)
    case 5: (.uint16LE, 2)
    case 6: (.int32LE, 4)
    case 7, 19: (.uint32LE, 4)
    case 8: (.int64LE, 8)
    case 9: (.uint64LE, 8)
    case 10: (.float32LE, 4)
    case 11: (.float64LE, 8)
    case 13: (.time1601LE, 8)
    case 14: (.guid, 16)
    default: nil
    }
  }
}
