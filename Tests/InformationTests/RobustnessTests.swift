// SPDX-License-Identifier: Apache-2.0
import RuleLanguage
import Testing

@testable import Information

extension Fixture {
  static let http = Fixture(
    name: "HTTP", application: .http,
    pieces: [
      .client(
        "POST /a/../b?c=%20 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nX: 1\r\n 2\r\n\r\nhelloGET / HTTP/1.1\r\n\r\n"),
      .server(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n"),
      .server(
        Array("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n".utf8) + HTTPTests.packed[0].bytes),
    ])
  static let all: [Fixture] = [
    .http, TLSFixtures.version12, TLSFixtures.version13, DNSTests.streamed, DNSTests.datagrams, SSHTests.handshake,
    SMBFixtures.tcp, SMBFixtures.version1, SMBFixtures.version2, LineTests.ftp, LineTests.smtp, LineTests.snmp,
  ]
}

@Suite struct RobustnessTests {
  @Test("wherever a stream is cut in two, or into single bytes, it says the same", arguments: Fixture.all)
  func splits(_ fixture: Fixture) {
    guard !fixture.isDatagram else { return }
    let whole = fixture.read()
    #expect(!whole.isEmpty)
    for (place, piece) in fixture.pieces.enumerated() {
      for cut in 0...piece.bytes.count {
        var pieces = fixture.pieces
        pieces[place].bytes = Array(piece.bytes[..<cut])
        pieces.insert(Piece(isFromClient: piece.isFromClient, bytes: Array(piece.bytes[cut...])), at: place + 1)
        let parts = fixture.read(pieces)
        if parts != whole {
          Issue.record("piece \(place), cut at \(cut)")
          return
        }
      }
    }
    let single = fixture.pieces.flatMap { piece in
      piece.bytes.map { Piece(isFromClient: piece.isFromClient, bytes: [$0]) }
    }
    #expect(fixture.read(single) == whole)
  }

  /// SplitMix64.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var value = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
      return value ^ value >> 31
    }
  }

  @Test("bytes that are changed, cut, repeated or lost are read to their end by every reader", arguments: Fixture.all)
  func mutations(_ fixture: Fixture) {
    var random = Generator(state: 7)
    var transaction = Transaction()
    var reading = Reading()
    for round in 0..<400 {
      let application = round % 4 == 0 ? Application.allCases[Int(random.next() % 9)] : fixture.application
      var reader = InformationReader(application, isDatagram: fixture.isDatagram)
      for piece in fixture.pieces {
        var bytes = piece.bytes
        for _ in 0..<(random.next() % 6) where !bytes.isEmpty {
          let place = Int(random.next() % UInt64(bytes.count))
          switch random.next() % 5 {
          case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
          case 1: bytes[place] ^= 1 << UInt8(random.next() % 8)
          case 2: bytes[place] = random.next() % 2 == 0 ? 0xFF : 0
          case 3: bytes.removeSubrange(place..<min(bytes.count, place + Int(random.next() % 9)))
          default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 9)], at: place)
          }
        }
        let cut = Int(random.next() % UInt64(bytes.count + 1))
        let (first, second) = (Array(bytes[..<cut]), Array(bytes[cut...]))
        let isFromClient = piece.isFromClient != (random.next() % 16 == 0)
        reader.read(first.bytes, isFromClient: isFromClient, &transaction, &reading)
        if random.next() % 8 == 0 { reader.lost(isFromClient: isFromClient, &transaction, &reading) }
        reader.read(second.bytes, isFromClient: isFromClient, &transaction, &reading)
        _ = Application.recognise(first.bytes, isFromClient: isFromClient, serverPort: 53)
        _ = Application.recognise(datagram: second.bytes, 161, 53)
      }
    }
    #expect(!reading.parts.isEmpty)
  }

  @Test("the beginning of a stream tells its protocol, whatever the port", arguments: Fixture.all)
  func recognised(_ fixture: Fixture) throws {
    let ports: [Application: UInt16] = [.ftp: 21, .dns: 53, .smb: 139, .snmp: 161]
    let port = ports[fixture.application] ?? 4_711
    if fixture.isDatagram {
      for piece in fixture.pieces {
        #expect(Application.recognise(datagram: piece.bytes.bytes, 50_000, port) == fixture.application)
      }
      return
    }
    var told: Set<Application> = []
    for isFromClient in [true, false] {
      let bytes = fixture.pieces.filter { $0.isFromClient == isFromClient }.flatMap(\.bytes)
      if let this = Application.recognise(bytes.bytes, isFromClient: isFromClient, serverPort: port) {
        told.insert(this)
      }
    }
    #expect(told == [fixture.application])
  }

  @Test(
    "what is none of these protocols is not taken for one",
    arguments: [
      "0001000000060103000a0001", "0300001611e00000000100c1020600c2020600c0010a", "680443000000", "05640bc40a00000402",
      "6f00040000000000000000000000000000000000", "00000000", "474554", "ffffffffffffffff",
    ])
  func strangers(bytes: String) {
    let bytes = hex(bytes)
    for isFromClient in [true, false] {
      #expect(Application.recognise(bytes.bytes, isFromClient: isFromClient, serverPort: 502) == nil)
    }
  }

  @Test("a part's bytes and values are bounded")
  func bounds() {
    var transaction = Transaction()
    transaction.begin(.http, .head, isFromClient: true, number: 1)
    let bytes = [UInt8](repeating: 1, count: 1 << 18)
    for _ in 0..<5 { transaction.add(.httpHeader, bytes.bytes) }
    for _ in 0..<2_000 { transaction.add(.dnsQuery, "a") }
    #expect(transaction.valueCount == Transaction.mostValues)
    #expect(transaction.value(1).byteCount == 1 << 18 && transaction.value(2).byteCount == 0)
    transaction.begin(.http, .head, isFromClient: true, number: 2)
    #expect(transaction.valueCount == 0 && !transaction.has(.httpHeader) && transaction[.httpHeader].byteCount == 0)
  }
}
