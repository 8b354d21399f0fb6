// SPDX-License-Identifier: Apache-2.0
import RuleLanguage
import Testing

@testable import Information

@Suite struct HTTPTests {
  private func read(_ pieces: Piece..., end: Bool = true) -> [Reading.Part] {
    Fixture(name: "", application: .http, pieces: []).read(pieces, end: end)
  }

  @Test("a request's head is given in the buffers that rules name")
  func request() throws {
    let head = """
      GET /a%20b//c/./d/../e?x=%41+1#y HTTP/1.1\r\nHost: WWW.Example.COM:8080\r\nUser-Agent:  agent/1.0 \r\n\
      Cookie: a=1\r\nAccept: */*\r\nX-Folded: one\r\n\t two\r\nReferer: http://r/\r\nAccept: text/html\r\n\r\n
      """
    let part = try #require(read(.client(head)).first)
    #expect(part.part == .head && part.isFromClient && part.number == 1)
    let expected: [(Buffer, String)] = [
      (.httpMethod, "GET"), (.httpRawURI, "/a%20b//c/./d/../e?x=%41+1#y"), (.httpURI, "/a b/c/e?x=A+1#y"),
      (.httpProtocol, "HTTP/1.1"), (.httpRequestLine, "GET /a%20b//c/./d/../e?x=%41+1#y HTTP/1.1"),
      (.httpHost, "www.example.com"), (.httpRawHost, "WWW.Example.COM:8080"), (.httpUserAgent, "agent/1.0"),
      (.httpCookie, "a=1"), (.httpAccept, "*/*, text/html"), (.httpReferer, "http://r/"),
      (.httpHeaderNames, "\r\nHost\r\nUser-Agent\r\nCookie\r\nAccept\r\nX-Folded\r\nReferer\r\nAccept\r\n\r\n"),
      (
        .httpHeader,
        "Host: WWW.Example.COM:8080\r\nUser-Agent: agent/1.0\r\nAccept: */*\r\nX-Folded: one two\r\n"
          + "Referer: http://r/\r\nAccept: text/html\r\n"
      ),
      (.httpStart, head),
    ]
    for (buffer, value) in expected { #expect(part[buffer] == value, "\(buffer)") }
    #expect(part.values[.httpRawHeader]?.first?.hasPrefix("Host: WWW") == true)
    #expect(part[.httpServer] == nil && part[.httpRequestBody] == nil)
  }

  @Test(
    "a target is decoded and its path normalised",
    arguments: [
      ("/", "/"), ("/a/b", "/a/b"), ("//a///b", "/a/b"), ("/./a/.", "/a/"), ("/../../etc/passwd", "/etc/passwd"),
      ("/a/..", "/"), ("/a/%2e%2e/b", "/b"), ("/a%2fb", "/a/b"), ("/%zz%4", "/%zz%4"), ("/a\\..\\b", "/a\\..\\b"),
      ("/%2541", "/%41"), ("/a?b=../c//%2e", "/a?b=../c//."), ("http://h:1/p", "/p"), ("http://h", "/"),
      ("http://h?q", "/?q"), ("*", "*"), ("/...", "/..."), ("/a/...//b", "/a/.../b"), ("h:443", "h:443"),
      ("/%07", "/\u{7}"),
    ])
  func target(raw: String, normal: String) throws {
    let part = try #require(read(.client("GET \(raw) HTTP/1.1\r\n\r\n")).first)
    #expect(part[.httpURI] == normal && part[.httpRawURI] == raw)
  }

  @Test("the host of an absolute target is the host, without user and port")
  func authority() throws {
    let part = try #require(read(.client("GET http://u@One.example:80/ HTTP/1.1\r\nHost: two\r\n\r\n")).first)
    #expect(part[.httpHost] == "one.example" && part[.httpRawHost] == "One.example:80")
    let version6 = try #require(read(.client("GET / HTTP/1.1\r\nHost: [FE80::1]:80\r\n\r\n")).first)
    #expect(version6[.httpHost] == "[fe80::1]")
  }

  @Test("requests in a row, bodies with a length, and the values of their heads with them")
  func pipelined() {
    let parts = read(
      .client("POST /1 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\n\r\nPUT /3 HTTP/1.1\r\n\r\n"))
    #expect(parts.map(\.part) == [.head, .body, .head, .head])
    #expect(parts.map { $0[.httpURI] } == ["/1", "/1", "/2", "/3"])
    #expect(parts.map(\.number) == [1, 1, 2, 3])
    #expect(parts[1][.httpRequestBody] == "abc" && parts[1][.httpContentLength] == "3")
  }

  @Test("answers belong to their requests, and to HEAD, 204, 304 and 1xx belongs no body")
  func answers() {
    let parts = read(
      .client("HEAD /h HTTP/1.1\r\n\r\nGET /g HTTP/1.1\r\n\r\nGET /n HTTP/1.1\r\n\r\nGET /e HTTP/1.0\r\n\r\n"),
      .server("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"),
      .server("HTTP/1.1 404 Not Found\r\nServer: s\r\nContent-Length: 4\r\n\r\nbodyHTTP/1.1 304 Not Modified\r\n\r\n"),
      .server("HTTP/1.0 200 \r\nSet-Cookie: c\r\nLocation: /l\r\n\r\nuntil the "), .server("end"))
    let answers = parts.filter { !$0.isFromClient }
    #expect(answers.map { $0[.httpStatusCode] } == ["200", "100", "404", "404", "304", "200", "200"])
    #expect(answers.map(\.number) == [1, 2, 2, 2, 3, 4, 4])
    #expect(answers[3][.httpResponseBody] == "body" && answers[3][.fileData] == "body")
    #expect(answers[3][.httpServer] == "s" && answers[3][.httpStatusMessage] == "Not Found")
    #expect(answers[2][.httpResponseLine] == "HTTP/1.1 404 Not Found")
    #expect(answers[6][.fileData] == "until the end" && answers[5][.httpCookie] == "c")
    #expect(answers[5][.httpLocation] == "/l" && answers[5][.httpHeader] == "Location: /l\r\n")
  }

  @Test("chunks are put together, without extensions and trailer")
  func chunked() {
    let parts = read(
      .server("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\nContent-Length: 1\r\n\r\n"),
      .server("3;x=y\r\nabc\r\n00B\r\ndefghijklmn\r\n0\r\nT: 1\r\n\r\nHTTP/1.1 200 Next\r\nContent-Length: 0\r\n\r\n"))
    #expect(parts.map(\.part) == [.head, .body, .head])
    #expect(parts[1][.fileData] == "abcdefghijklmn" && parts[2][.httpStatusMessage] == "Next")
    #expect(parts[1].numbers.contains("isBodyEnd: true"))
  }

  /// "packed body packed body packed body" by gzip, by zlib, and as bare deflate.
  static let packed: [(coding: String, bytes: [UInt8])] = [
    ("gzip", hex("1f8b08000000000002032b484cce4e4d5148ca4fa95428c0ce06002dbbb83323000000")),
    ("deflate", hex("789c2b484cce4e4d5148ca4fa95428c0ce0600e7f50ce3")),
    ("deflate", hex("2b484cce4e4d5148ca4fa95428c0ce0600")),
  ]

  @Test("bodies are unpacked as their heads say", arguments: 0..<3)
  func unpacked(_ place: Int) {
    let (coding, bytes) = HTTPTests.packed[place]
    let head = "HTTP/1.1 200 OK\r\nContent-Encoding: \(coding)\r\nContent-Length: \(bytes.count)\r\n\r\n"
    let parts = read(.server(Array(head.utf8) + bytes))
    #expect(parts.last?[.fileData] == "packed body packed body packed body")
  }

  @Test("a body that is not packed, although its head says so, is given as it is")
  func refused() {
    let parts = read(.server("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain"))
    #expect(parts.last?[.fileData] == "plain")
  }

  @Test("a long body is given in windows that overlap")
  func windows() {
    var bytes = Array("HTTP/1.1 200 OK\r\nContent-Length: 150000\r\n\r\n".utf8)
    for number in 0..<150_000 { bytes.append(UInt8(truncatingIfNeeded: number / 251 &+ number)) }
    let parts = read(.server(bytes)).filter { $0.part == .body }
    #expect(parts.count == 3)
    let windows = parts.compactMap { $0[.fileData] }
    #expect(windows.map(\.unicodeScalars.count) == [65_536, 65_536, 150_000 - 2 * (65_536 - 4_096)])
    #expect(String(windows[0].unicodeScalars.suffix(4_096)) == String(windows[1].unicodeScalars.prefix(4_096)))
    #expect(parts[2].numbers.contains("bodyOffset: \(2 * (65_536 - 4_096))"))
  }

  @Test("what is unpacked is bounded")
  func bomb() throws {
    // Stored blocks of deflate, each of which repeats: a dynamic bomb needs zlib's compressor.
    var bytes = Array("HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n".utf8)
    for _ in 0..<40 { bytes += [0, 0xFF, 0xFF, 0, 0] + [UInt8](repeating: 0x41, count: 65_535) }
    let parts = read(.server(bytes)).filter { $0.part == .body }
    let total = parts.reduce(0) { $0 + ($1[.fileData]?.unicodeScalars.count ?? 0) }
    #expect(total >= Inflater.largest && total < Inflater.largest * 11 / 10)
  }

  @Test("reading begins in the middle, and goes on after a loss, at the next start line")
  func resynchronised() {
    var reader = InformationReader(.http)
    var transaction = Transaction()
    var reading = Reading()
    func lines() -> [String?] { reading.parts.map { $0[.httpRequestLine] ?? $0[.httpResponseLine] } }
    let first = Array("rest of a body\r\nGET /a HTTP/1.1\r\n\r\n".utf8)
    reader.read(first.bytes, isFromClient: true, &transaction, &reading)
    #expect(lines() == ["GET /a HTTP/1.1"])
    let second = Array("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".utf8)
    reader.read(second.bytes, isFromClient: false, &transaction, &reading)
    reader.lost(isFromClient: false, &transaction, &reading)
    #expect(reading.parts.last?[.fileData] == "half", "what there is of a body is looked at")
    let third = Array("more of it\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nx".utf8)
    reader.read(third.bytes, isFromClient: false, &transaction, &reading)
    #expect(reading.parts.last?[.fileData] == "x" && reading.parts.last?[.httpStatusCode] == "201")
  }

  @Test("nothing is read of a tunnel or of another protocol after an upgrade")
  func passed() {
    let tunnel = read(
      .client("CONNECT h:443 HTTP/1.1\r\n\r\n"), .server("HTTP/1.1 200 OK\r\n\r\n"),
      .client("GET / HTTP/1.1\r\n\r\n"), .server("HTTP/1.1 200 OK\r\n\r\n"))
    #expect(tunnel.count == 2)
    let upgraded = read(
      .client("GET / HTTP/1.1\r\nUpgrade: x\r\n\r\n"), .server("HTTP/1.1 101 Switching\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"))
    #expect(upgraded.count == 2)
  }

  @Test("a request without a version is one")
  func withoutVersion() {
    let parts = read(.client("GET /a HTTP/1.1\r\n\r\nGET /b\r\nHost: h\r\n\r\nverb /c\r\n\r\n"))
    #expect(parts.map { $0[.httpURI] } == ["/a", "/b"])
    #expect(parts.last?[.httpHost] == "h" && parts.last?[.httpProtocol] == nil)
  }

  @Test("a head without end is read as far as the limit, and what follows is passed over")
  func endlessHead() {
    let long = "GET / HTTP/1.1\r\n" + String(repeating: "A: b\r\n", count: 20_000)
    let parts = read(.client(long), .client("GET /next HTTP/1.1\r\n\r\n"))
    #expect(parts.map { $0[.httpURI] } == ["/", "/next"])
    #expect(read(.client("GET /" + String(repeating: "a", count: 100_000))).isEmpty)
  }
}
