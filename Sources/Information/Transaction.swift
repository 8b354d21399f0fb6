// SPDX-License-Identifier: Apache-2.0
package import RuleLanguage

/// Takes what a reader has read, part by part.
package protocol TransactionSink: ~Copyable {
  /// One complete part. Its bytes are there until this returns.
  mutating func transaction(_ part: borrowing Transaction)
}

/// One part of a conversation, as rules look at it: a head, a body or a piece of it, a message, a line. One value
/// serves all parts of all conversations, one after the other, so that a part costs no memory.
package struct Transaction: ~Copyable {
  package enum Part: UInt8, Sendable {
    /// HTTP: start line and header fields.
    case head
    /// HTTP: a body, or a window of it, and the values of its head again, so that a rule that asks for both finds both.
    case body
    /// TLS.
    case clientHello, serverHello, certificate
    /// A message or line that is all there is.
    case message
  }

  package internal(set) var application = Application.http
  package internal(set) var isFromClient = false
  package internal(set) var part = Part.message
  /// Counts requests within the conversation from 1; a response has its request's number. All parts of one message have
  /// one number.
  package internal(set) var number: UInt32 = 0
  /// What is not text.
  package internal(set) var numbers = Numbers()

  struct Value {
    var buffer: Buffer
    var start: Int
    var count: Int
    var number: UInt32
    /// The next value of the same buffer; 0: none.
    var next: Int
  }
  /// The bytes of all values.
  private var store: [UInt8] = []
  private var values: [Value] = []
  /// The first and last value of each buffer, counted from 1; 0: none.
  private var first = InlineArray<256, UInt16>(repeating: 0)
  private var last = InlineArray<256, UInt16>(repeating: 0)
  /// Where the value that is being written begins.
  private var opened = 0

  /// Text in the making that is no value: what is digested.
  var scratch: [UInt8] = []

  /// Bytes that one part holds at most: what does not fit is cut off.
  static let largest = 1 << 19
  /// Values that one part has at most.
  static let mostValues = 1_024

  package init() {
    store.reserveCapacity(1 << 12)
    values.reserveCapacity(64)
  }

  // Reading

  /// Whether there is such a value, be it empty.
  package func has(_ buffer: Buffer) -> Bool { first[Int(buffer.rawValue)] != 0 }
  /// The first value of a buffer; empty if there is none.
  package subscript(_ buffer: Buffer) -> RawSpan {
    @_lifetime(borrow self)
    get {
      guard let place = firstPlace(of: buffer) else { return store.bytes.slice(0, 0) }
      return store.bytes.slice(values[place].start, values[place].count)
    }
  }
  /// Buffers such as DNS queries have several values: their places, from here on with `place(after:)`.
  package func firstPlace(of buffer: Buffer) -> Int? {
    let place = Int(first[Int(buffer.rawValue)])
    return place == 0 ? nil : place - 1
  }
  /// The place of the next value of the same buffer.
  package func place(after place: Int) -> Int? {
    guard values.indices.contains(place), values[place].next != 0 else { return nil }
    return values[place].next - 1
  }
  /// The value at a place; empty if there is none.
  @_lifetime(borrow self)
  package func value(_ place: Int) -> RawSpan {
    guard values.indices.contains(place) else { return store.bytes.slice(0, 0) }
    return store.bytes.slice(values[place].start, values[place].count)
  }
  /// A number that belongs to a value: the type of a DNS question or answer.
  package func number(_ place: Int) -> UInt32 { values.indices.contains(place) ? values[place].number : 0 }
  /// Values of all buffers.
  package var valueCount: Int { values.count }
  package func buffer(_ place: Int) -> Buffer? { values.indices.contains(place) ? values[place].buffer : nil }

  // Writing

  mutating func begin(_ application: Application, _ part: Part, isFromClient: Bool, number: UInt32) {
    (self.application, self.part, self.isFromClient, self.number) = (application, part, isFromClient, number)
    for value in values {
      first[Int(value.buffer.rawValue)] = 0
      last[Int(value.buffer.rawValue)] = 0
    }
    store.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
    numbers = Numbers()
    opened = 0
  }

  mutating func add(_ buffer: Buffer, _ bytes: RawSpan, number: UInt32 = 0) {
    open()
    append(bytes)
    close(buffer, number: number)
  }
  mutating func add(_ buffer: Buffer, _ text: StaticString) {
    open()
    append(text)
    close(buffer)
  }
  /// Another name for the bytes of the value that was written last.
  mutating func addAgain(as buffer: Buffer) {
    guard let value = values.last else { return }
    record(Value(buffer: buffer, start: value.start, count: value.count, number: value.number, next: 0))
  }

  /// Begins a value; it ends with `close`.
  mutating func open() { opened = store.count }
  mutating func append(_ byte: UInt8) { if store.count < Transaction.largest { store.append(byte) } }
  mutating func append(_ bytes: RawSpan) {
    store.append(copying: bytes.slice(0, Transaction.largest - store.count))
  }
  mutating func append(_ text: StaticString) {
    if store.count < Transaction.largest { store.append(text) }
  }
  mutating func append(decimal value: some FixedWidthInteger) {
    if store.count < Transaction.largest { store.append(decimal: value) }
  }
  mutating func append(hexadecimal value: UInt64, digits: Int) {
    if store.count < Transaction.largest { store.append(hexadecimal: value, digits: digits) }
  }
  /// The last `octets` bytes of a number, each in two hexadecimal digits.
  mutating func append(digest: InlineArray<32, UInt8>, _ octets: Int, separator: UInt8? = nil) {
    for place in 0..<min(octets, 32) {
      if place > 0, let separator { append(separator) }
      append(hexadecimal: UInt64(digest[place]), digits: 2)
    }
  }
  /// UTF-16 in little-endian order as UTF-8; what is no character becomes U+FFFD.
  mutating func append(utf16 bytes: RawSpan) {
    var offset = 0
    while offset + 2 <= bytes.byteCount {
      let unit = UInt32(bytes.u16LE(offset))
      offset += 2
      var scalar = unit
      if 0xD800...0xDBFF ~= unit, 0xDC00...0xDFFF ~= UInt32(bytes.u16LE(offset)) {
        scalar = 0x10000 + (unit - 0xD800) << 10 + (UInt32(bytes.u16LE(offset)) - 0xDC00)
        offset += 2
      }
      for byte in (Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8 { append(byte) }
    }
  }
  /// The bytes written since `open`.
  var openCount: Int { store.count - opened }
  @_lifetime(borrow self)
  func openBytes() -> RawSpan { store.bytes.from(opened) }
  /// Takes back what was written since `open` from `count` bytes on.
  mutating func cut(to count: Int) {
    let surplus = openCount - max(0, count)
    if surplus > 0 { store.removeLast(surplus) }
  }
  mutating func close(_ buffer: Buffer, number: UInt32 = 0) {
    record(Value(buffer: buffer, start: opened, count: store.count - opened, number: number, next: 0))
    opened = store.count
  }

  private mutating func record(_ value: Value) {
    guard values.count < Transaction.mostValues else { return }
    values.append(value)
    let place = UInt16(truncatingIfNeeded: values.count)
    let index = Int(value.buffer.rawValue)
    if first[index] == 0 { first[index] = place } else { values[Int(last[index]) - 1].next = values.count }
    last[index] = place
  }
}

extension Transaction {
  /// What a part says in numbers; nil where it does not say it.
  package struct Numbers: Sendable {
    /// HTTP: status code.
    package var status: UInt16?
    /// HTTP: where in the body, decoded, the window begins.
    package var bodyOffset: UInt64 = 0
    /// HTTP: the body ends with this window.
    package var isBodyEnd = false
    /// TLS: the version that a hello names or chooses, 0x0304 for TLS 1.3.
    package var tlsVersion: UInt16?
    /// TLS: the first certificate's validity, seconds since 1970.
    package var notBefore: Int64?
    package var notAfter: Int64?
    /// DNS: whether it is an answer, and the operation and response code.
    package var isAnswer = false
    package var dnsOpcode: UInt8?
    package var dnsResponseCode: UInt16?
    /// SMB: 1, 2 or, of dialect 3, 3; the command's number; the status of an answer.
    package var smbVersion: UInt8?
    package var smbCommand: UInt16?
    package var smbStatus: UInt32?
    /// SMB 2: the dialect that an answer chooses, 0x0311.
    package var smbDialect: UInt16?
    /// DCE/RPC: the type of the packet.
    package var dcePacket: UInt8?
    /// DCE/RPC: the sixteen bytes of the interface in the order in which they are written, and its version.
    package var dceInterface: UInt128?
    package var dceInterfaceVersion: UInt16?
    package var dceOperation: UInt16?
    /// DCE/RPC: the byte order of the header and the stub.
    package var isDCELittleEndian = false
    /// FTP and SMTP: the code of a reply.
    package var reply: UInt16?
    /// SNMP: 0 for version 1, 1 for version 2c, and the tag of the PDU.
    package var snmpVersion: UInt8?
    package var snmpPDU: UInt8?
  }
}
