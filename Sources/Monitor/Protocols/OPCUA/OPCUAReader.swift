// SPDX-License-Identifier: Apache-2.0

/// Reads the binary encoding (OPC 10000-6, 5.2) from front to back. What is cut off reads as 0, and is remembered in
/// `failed`.
struct UAReader: ~Escapable {
  private let bytes: RawSpan
  private(set) var offset: Int
  var failed = false
  /// What was met that cannot be read: where what is behind it stands, nobody can tell.
  private(set) var unread: Fault?
  /// Nothing more can be read.
  var isDone: Bool { failed || unread != nil }
  /// Variants in variants (5.1.2: decoders take at least 100 levels).
  private static let deepest = 100

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, at offset: Int) {
    self.bytes = bytes
    self.offset = offset
  }

  private mutating func take(_ count: Int) -> Int? {
    guard !failed, count >= 0, count <= bytes.byteCount - offset else {
      failed = true
      return nil
    }
    offset += count
    return offset - count
  }
  mutating func skip(_ count: Int) { _ = take(count) }
  mutating func u8() -> UInt8 { take(1).map { bytes.u8($0) } ?? 0 }
  mutating func u16() -> UInt16 { take(2).map { bytes.u16LE($0) } ?? 0 }
  mutating func u32() -> UInt32 { take(4).map { bytes.u32LE($0) } ?? 0 }

  /// The length of an array; -1, which is null, and what cannot be there count as none.
  mutating func count() -> Int {
    let count = Int(Int32(bitPattern: u32()))
    if count > bytes.byteCount - offset { failed = true }
    return failed ? 0 : max(0, count)
  }
  /// Where a string or byte string stands; null has no bytes.
  mutating func string() -> (start: Int, count: Int) {
    let count = Int(Int32(bitPattern: u32()))
    guard count > 0, let start = take(count) else { return (offset, 0) }
    return (start, count)
  }
  mutating func name(_ exchange: inout Exchange) -> NameID {
    let (start, count) = string()
    return name(start, count, &exchange)
  }
  /// The name of a string that was read.
  func name(_ start: Int, _ count: Int, _ exchange: inout Exchange) -> NameID {
    exchange.name(bytes.slice(start, count))
  }

  /// The numeric id of a node of namespace 0 (a type's encoding); 0 for any other.
  mutating func serviceID() -> UInt32 {
    switch u8() {
    case 0: return UInt32(u8())
    case 1:
      let space = u8()
      let id = u16()
      return space == 0 ? UInt32(id) : 0
    case 2:
      let space = u16()
      let id = u32()
      return space == 0 ? id : 0
    default: return 0
    }
  }

  /// A node id (5.2.2.9), in the notation `ns=2;s=Line1/Speed`.
  mutating func node(_ exchange: inout Exchange) -> NameID {
    let encoding = u8()
    var space: UInt16 = 0
    var number: UInt32 = 0
    var text = (start: offset, count: 0)
    switch encoding & 0x3F {
    case 0: number = UInt32(u8())
    case 1:
      space = UInt16(u8())
      number = UInt32(u16())
    case 2:
      space = u16()
      number = u32()
    case 3, 5:
      space = u16()
      text = string()
    case 4:
      space = u16()
      text = (offset, 16)
      skip(16)
    default: failed = true
    }
    if encoding & 0x80 != 0 { _ = string() }
    if encoding & 0x40 != 0 { skip(4) }
    guard !failed, encoding & 0x3F > 2 || number != 0 else { return .none }
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
  /// A ReadValueId (OPC 10000-4, 7.29): node, attribute, range, encoding; the node.
  mutating func readValueID(_ exchange: inout Exchange) -> NameID {
    let node = node(&exchange)
    skip(4)
    _ = string()
    skip(2)
    _ = string()
    return node
  }
  mutating func skipNode() {
    let encoding = u8()
    switch encoding & 0x3F {
    case 0: skip(1)
    case 1: skip(3)
    case 2: skip(6)
    case 3, 5:
      skip(2)
      _ = string()
    case 4: skip(18)
    default: failed = true
    }
    if encoding & 0x80 != 0 { _ = string() }
    if encoding & 0x40 != 0 { skip(4) }
  }

  /// A qualified name: the namespace, the name; where the name stands.
  mutating func qualifiedName() -> (start: Int, count: Int) {
    skip(2)
    return string()
  }
  private mutating func localizedText() {
    let mask = u8()
    if mask & 1 != 0 { _ = string() }
    if mask & 2 != 0 { _ = string() }
  }
  /// What a reference leads to (OPC 10000-4, 7.30).
  mutating func referenceDescription() {
    skipNode()
    skip(1)
    skipNode()
    _ = qualifiedName()
    localizedText()
    skip(4)
    skipNode()
  }
  /// A relative path (OPC 10000-4, 7.31): reference type, its direction, with subtypes or not, name; the last name.
  mutating func relativePath() -> (start: Int, count: Int) {
    var last = (start: offset, count: 0)
    for _ in 0..<count() {
      skipNode()
      skip(2)
      last = qualifiedName()
      if failed { break }
    }
    return last
  }
  /// An array of numbers of 32 bits (handles, status codes): the first one.
  @discardableResult
  mutating func numbers() -> UInt32? {
    let count = count()
    let start = offset
    skip(4 * count)
    return failed || count == 0 ? nil : bytes.u32LE(start)
  }
  mutating func allDiagnostics() {
    for _ in 0..<count() {
      diagnostics()
      if failed { break }
    }
  }

  /// An extension object (5.2.2.15): the id of its type, and where its body stands.
  @discardableResult
  mutating func extensionObject() -> (type: UInt32, start: Int, end: Int) {
    let start = offset
    let type = serviceID()
    offset = start
    skipNode()
    switch u8() {
    case 0: return (type, offset, offset)
    case 1, 2:
      let (start, count) = string()
      return (type, start, start + count)
    default:
      failed = true
      return (type, offset, offset)
    }
  }
  /// Reads a part that was skipped.
  @_lifetime(copy self)
  func part(_ body: (type: UInt32, start: Int, end: Int)) -> UAReader {
    UAReader(bytes.extracting(first: body.end), at: body.start)
  }

  /// Token, time, handle, diagnostics, audit entry, time-out, additional header (OPC 10000-4, 7.33).
  mutating func requestHeader() {
    skipNode()
    skip(16)
    _ = string()
    skip(4)
    extensionObject()
  }
  /// Time, handle, result, diagnostics, strings, additional header (7.34); the result.
  mutating func responseHeader() -> UInt32 {
    skip(12)
    let status = u32()
    diagnostics()
    for _ in 0..<count() {
      _ = string()
      if failed { break }
    }
    extensionObject()
    return status
  }

  /// A DiagnosticInfo (5.2.2.12): the inner one comes last, so that no depth is needed.
  mutating func diagnostics() {
    var mask = u8()
    while !failed {
      for bit: UInt8 in [1, 2, 4, 8] where mask & bit != 0 { skip(4) }
      if mask & 0x10 != 0 { _ = string() }
      if mask & 0x20 != 0 { skip(4) }
      guard mask & 0x40 != 0 else { return }
      mask = u8()
    }
  }

  /// A DataValue (5.2.2.17): where its numbers stand, and its status.
  mutating func dataValue(depth: Int = 0) -> (values: Values, status: UInt32) {
    let mask = u8()
    let values = mask & 1 != 0 ? variant(depth: depth) : .none
    guard !isDone else { return (values, 0) }
    let status = mask & 2 != 0 ? u32() : 0
    if mask & 4 != 0 { skip(8) }
    if mask & 0x10 != 0 { skip(2) }
    if mask & 8 != 0 { skip(8) }
    if mask & 0x20 != 0 { skip(2) }
    return (values, status)
  }

  /// A Variant (5.2.2.16): where its numbers stand.
  mutating func variant(depth: Int = 0) -> Values {
    guard depth <= UAReader.deepest else {
      unread = Fault(.quantity, "Variant nesting", seen: UInt64(depth), least: 0, most: UInt64(UAReader.deepest))
      return .none
    }
    let encoding = u8()
    let type = encoding & 0x3F
    let count = encoding & 0x80 != 0 ? count() : 1
    let start = offset
    var values = Values.none
    if let (format, width) = UAReader.number(type) {
      let (length, isTooLong) = count.multipliedReportingOverflow(by: width)
      skip(isTooLong ? Int.max : length)
      if !failed { values = Values(format, at: start, count, end: bytes.byteCount) }
    } else if type > 31 {
      unread = Fault(.code, "Variant type", seen: UInt64(type), least: 0, most: 31)
      return .none
    } else if type != 0 {
      // Not for null, which has no bytes: a count would be all it takes to keep the reader busy.
      for _ in 0..<count {
        let one = element(type, depth)
        if isDone { return .none }
        if encoding & 0x80 == 0 { values = one }
      }
    }
    if encoding & 0x40 != 0 { numbers() }
    return values
  }

  /// One value that is no plain number. Types 26 to 31 are reserved, and read as byte strings.
  private mutating func element(_ type: UInt8, _ depth: Int) -> Values {
    switch type {
    case 13: skip(8)
    case 14: skip(16)
    case 17, 18: skipNode()
    case 20: _ = qualifiedName()
    case 21: localizedText()
    case 22: extensionObject()
    case 23: return dataValue(depth: depth + 1).values
    case 24: return variant(depth: depth + 1)
    case 25: diagnostics()
    default: _ = string()
    }
    return .none
  }

  private static func number(_ type: UInt8) -> (Values.Format, Int)? {
    switch type {
    case 1, 3: (.uint8, 1)
    case 2: (.int8, 1)
    case 4: (.int16LE, 2)
    case 5: (.uint16LE, 2)
    case 6: (.int32LE, 4)
    case 7, 19: (.uint32LE, 4)
    case 8: (.int64LE, 8)
    case 9: (.uint64LE, 8)
    case 10: (.float32LE, 4)
    case 11: (.float64LE, 8)
    default: nil
    }
  }
}
