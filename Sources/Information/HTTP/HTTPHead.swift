// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// A start line with its header fields, RFC 9112, 2.1.
struct HTTPHead {
  /// How the body's bytes were packed (RFC 9110, 8.4).
  enum Coding { case identity, gzip, deflate }

  var isConnect = false
  var isHead = false
  var isUpgrade = false
  var status: UInt16 = 0
  var isChunked = false
  /// Bytes of the body as they are sent; nil if no field says it.
  var contentLength: Int?
  var coding = Coding.identity

  /// Bytes of a head at most: a longer one is read as far as this.
  static let largest = 1 << 15

  /// Whether bytes begin with a start line of a version 1 message; nil if that cannot be told yet.
  static func isStart(_ bytes: RawSpan, isFromClient: Bool) -> Bool? {
    if !isFromClient {
      guard bytes.has("HTTP/1.", isPartEnough: true) else { return false }
      return bytes.byteCount >= 12 ? bytes.u8(8) == 0x20 && bytes.u8(9).isDigit : nil
    }
    // The method is a token (RFC 9110, 9.1); all that are known are letters with a sign or two.
    var offset = 0
    while offset < min(bytes.byteCount, 33), bytes.u8(offset) != 0x20 {
      let byte = bytes.u8(offset)
      guard byte.isLetter || byte == 0x2D || byte == 0x5F else { return false }
      offset += 1
    }
    if offset == bytes.byteCount { return nil }
    guard offset > 0, offset < 33 else { return false }
    guard let end = bytes.place(of: 0x0A, from: offset, to: largest) else {
      return bytes.byteCount < largest ? nil : false
    }
    let line = withoutReturn(bytes.slice(0, end))
    guard let space = lastSpace(line), space > offset else {
      // Without a version (RFC 1945, 5.1): servers read it, too.
      return line.u8(offset + 1) == UInt8(ascii: "/") && (line.has("GET ") || line.has("POST ") || line.has("HEAD "))
    }
    return line.has("HTTP/1.", at: space + 1) || line.has("HTTP/2.0", at: space + 1)
  }

  @_lifetime(copy line)
  static func withoutReturn(_ line: RawSpan) -> RawSpan {
    line.byteCount > 0 && line.u8(line.byteCount - 1) == 0x0D ? line.slice(0, line.byteCount - 1) : line
  }

  private static func lastSpace(_ line: RawSpan) -> Int? {
    var place = line.byteCount - 1
    while place >= 0 {
      if line.u8(place) == 0x20 { return place }
      place -= 1
    }
    return nil
  }

  /// Where a head ends, behind its empty line; nil if it is not there. `searched` bytes are known not to contain the
  /// end.
  static func end(_ bytes: RawSpan, from searched: Int) -> Int? {
    var offset = max(0, searched - 3)
    while let feed = bytes.place(of: 0x0A, from: offset) {
      if bytes.u8(feed + 1) == 0x0A { return feed + 2 }
      if bytes.u8(feed + 1) == 0x0D, bytes.u8(feed + 2) == 0x0A { return feed + 3 }
      offset = feed + 1
    }
    return nil
  }

  private struct Line {
    var name: Range<Int>
    /// With the lines that continue it.
    var value: Range<Int>
    var isFolded: Bool
  }

  /// The header field at an offset, which moves behind it. Nil at the end. A line without a colon is a name.
  private static func nextField(_ head: RawSpan, _ offset: inout Int) -> Line? {
    guard offset < head.byteCount, head.u8(offset) != 0x0A, !head.has("\r\n", at: offset) else { return nil }
    let start = offset
    var isFolded = false
    var end = head.place(of: 0x0A, from: offset) ?? head.byteCount
    // A line that begins with a blank continues the one before it (RFC 9112, 5.2).
    while end + 1 < head.byteCount, head.u8(end + 1).isBlank {
      isFolded = true
      end = head.place(of: 0x0A, from: end + 1) ?? head.byteCount
    }
    offset = end + 1
    let lineEnd = start + withoutReturn(head.slice(start..<end)).byteCount
    let colon = head.place(of: UInt8(ascii: ":"), from: start, to: lineEnd) ?? lineEnd
    var nameEnd = colon
    while nameEnd > start, head.u8(nameEnd - 1).isBlank { nameEnd -= 1 }
    var valueStart = min(colon + 1, lineEnd)
    while valueStart < lineEnd, head.u8(valueStart).isBlank { valueStart += 1 }
    var valueEnd = lineEnd
    while valueEnd > valueStart, head.u8(valueEnd - 1).isBlank { valueEnd -= 1 }
    return Line(name: start..<nameEnd, value: valueStart..<valueEnd, isFolded: isFolded)
  }

  private static func append(value field: Line, of head: RawSpan, _ transaction: inout Transaction) {
    guard field.isFolded else { return transaction.append(head.slice(field.value)) }
    var offset = field.value.lowerBound
    while offset < field.value.upperBound {
      let byte = head.u8(offset)
      offset += 1
      guard byte == 0x0D || byte == 0x0A else {
        transaction.append(byte)
        continue
      }
      while offset < field.value.upperBound, head.u8(offset).isBlank || [0x0D, 0x0A].contains(head.u8(offset)) {
        offset += 1
      }
      transaction.append(0x20)
    }
  }

  private static let requestFields: [(name: StaticString, buffer: Buffer)] = [
    ("User-Agent", .httpUserAgent), ("Cookie", .httpCookie), ("Referer", .httpReferer), ("Accept", .httpAccept),
    ("Accept-Language", .httpAcceptLanguage), ("Accept-Encoding", .httpAcceptEncoding),
    ("Connection", .httpConnection), ("Content-Type", .httpContentType), ("Content-Length", .httpContentLength),
    ("Host", .httpRawHost),
  ]
  private static let responseFields: [(name: StaticString, buffer: Buffer)] = [
    ("Server", .httpServer), ("Location", .httpLocation), ("Set-Cookie", .httpCookie),
    ("Content-Type", .httpContentType), ("Content-Length", .httpContentLength), ("Connection", .httpConnection),
  ]

  /// Writes the values of a head, and tells how the body is framed.
  static func read(_ head: RawSpan, isFromClient: Bool, _ transaction: inout Transaction) -> HTTPHead {
    var this = HTTPHead()
    let feed = head.place(of: 0x0A) ?? head.byteCount
    let line = withoutReturn(head.slice(0, feed))
    if isFromClient { this.readRequestLine(line, &transaction) } else { this.readStatusLine(line, &transaction) }
    let fields = head.from(feed + 1)
    transaction.add(.httpStart, head)
    transaction.add(.httpRawHeader, fields)
    this.readFields(fields, isFromClient, &transaction)
    return this
  }

  private mutating func readRequestLine(_ line: RawSpan, _ transaction: inout Transaction) {
    transaction.add(.httpRequestLine, line)
    let methodEnd = line.place(of: 0x20) ?? line.byteCount
    let method = line.slice(0, methodEnd)
    isConnect = method.isCaseless("CONNECT")
    isHead = method.isCaseless("HEAD")
    transaction.add(.httpMethod, method)
    var targetEnd = line.byteCount
    if let last = HTTPHead.lastSpace(line), last > methodEnd {
      transaction.add(.httpProtocol, line.from(last + 1))
      isUpgrade = line.has("HTTP/2", at: last + 1)
      targetEnd = last
    }
    let target = line.slice(methodEnd + 1, targetEnd - methodEnd - 1).trimmed
    transaction.add(.httpRawURI, target)
    transaction.open()
    HTTPTarget.normalise(target, &transaction)
    transaction.close(.httpURI)
    let authority = HTTPTarget.authority(target)
    if authority.byteCount > 0 { HTTPHead.add(host: authority, &transaction) }
  }

  private mutating func readStatusLine(_ line: RawSpan, _ transaction: inout Transaction) {
    transaction.add(.httpResponseLine, line)
    let versionEnd = line.place(of: 0x20) ?? line.byteCount
    transaction.add(.httpProtocol, line.slice(0, versionEnd))
    let rest = line.from(versionEnd + 1)
    let codeEnd = rest.place(of: 0x20) ?? rest.byteCount
    let code = rest.slice(0, codeEnd)
    transaction.add(.httpStatusCode, code)
    transaction.add(.httpStatusMessage, rest.from(codeEnd + 1))
    status = UInt16(clamping: HTTPHead.decimal(code) ?? 0)
    transaction.numbers.status = status
  }

  private mutating func readFields(_ head: RawSpan, _ isFromClient: Bool, _ transaction: inout Transaction) {
    // Cookies have a buffer of their own.
    var offset = 0
    transaction.open()
    while let field = HTTPHead.nextField(head, &offset) {
      let name = head.slice(field.name)
      if name.isCaseless(isFromClient ? "Cookie" : "Set-Cookie") { continue }
      transaction.append(name)
      transaction.append(": ")
      HTTPHead.append(value: field, of: head, &transaction)
      transaction.append("\r\n")
    }
    transaction.close(.httpHeader)
    offset = 0
    transaction.open()
    transaction.append("\r\n")
    while let field = HTTPHead.nextField(head, &offset) {
      transaction.append(head.slice(field.name))
      transaction.append("\r\n")
    }
    transaction.append("\r\n")
    transaction.close(.httpHeaderNames)
    offset = 0
    while let field = HTTPHead.nextField(head, &offset) {
      readFraming(head.slice(field.name), head.slice(field.value))
      let name = head.slice(field.name)
      for (wanted, buffer) in isFromClient ? HTTPHead.requestFields : HTTPHead.responseFields
      where name.isCaseless(wanted) {
        if buffer == .httpRawHost, transaction.has(.httpHost) { break }
        if !transaction.has(buffer) { HTTPHead.add(buffer, wanted, field, from: offset, of: head, &transaction) }
      }
    }
  }

  /// Fields of one name are one list (RFC 9110, 5.3).
  private static func add(
    _ buffer: Buffer, _ name: StaticString, _ field: Line, from next: Int, of head: RawSpan,
    _ transaction: inout Transaction
  ) {
    transaction.open()
    append(value: field, of: head, &transaction)
    if buffer != .httpRawHost {
      var offset = next
      while let other = nextField(head, &offset) {
        guard head.slice(other.name).isCaseless(name) else { continue }
        transaction.append(", ")
        append(value: other, of: head, &transaction)
      }
      return transaction.close(buffer)
    }
    transaction.cut(to: 0)
    add(host: head.slice(field.value), &transaction)
  }

  /// The host as it was sent, and in small letters without port and last dot.
  private static func add(host: RawSpan, _ transaction: inout Transaction) {
    transaction.add(.httpRawHost, host)
    let bracket = host.u8(0) == UInt8(ascii: "[") ? host.place(of: UInt8(ascii: "]")) ?? 0 : 0
    var end = host.place(of: UInt8(ascii: ":"), from: bracket) ?? host.byteCount
    while end > 0, host.u8(end - 1) == UInt8(ascii: ".") { end -= 1 }
    transaction.open()
    for place in 0..<end { transaction.append(host.u8(place).lowercased) }
    transaction.close(.httpHost)
  }

  private mutating func readFraming(_ name: RawSpan, _ value: RawSpan) {
    if name.isCaseless("Content-Length") {
      contentLength = HTTPHead.decimal(value) ?? contentLength
    } else if name.isCaseless("Transfer-Encoding") {
      if value.byteCount >= 7, value.has("chunked", at: value.byteCount - 7, isCaseless: true) { isChunked = true }
    } else if name.isCaseless("Content-Encoding") {
      if value.isCaseless("gzip") || value.isCaseless("x-gzip") { coding = .gzip }
      if value.isCaseless("deflate") { coding = .deflate }
    }
  }

  /// The number that digits at the beginning are; nil if there is none, or a hostile one.
  static func decimal(_ text: RawSpan) -> Int? {
    var number = 0
    var count = 0
    while count < text.byteCount, text.u8(count).isDigit {
      guard count < 18 else { return nil }
      number = number * 10 + Int(text.u8(count) - 0x30)
      count += 1
    }
    return count > 0 ? number : nil
  }
}
