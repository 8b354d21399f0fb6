// SPDX-License-Identifier: Apache-2.0
import RuleLanguage
import Testing

@testable import Information

@Suite struct TLSTests {
  @Test("hellos and certificates of TLS 1.2")
  func version12() throws {
    let parts = TLSFixtures.version12.read()
    #expect(parts.map(\.part) == [.clientHello, .serverHello, .certificate])
    #expect(parts.map(\.isFromClient) == [true, false, false] && parts.map(\.number) == [1, 1, 1])
    try #require(parts.count == 3)
    let expected: [(Int, Buffer, String)] = [
      (0, .tlsServerName, "plc.example"), (0, .tlsVersion, "TLS 1.2"), (1, .tlsVersion, "TLS 1.2"),
      (
        0, .ja3Text,
        "771,49196-49200-49195-49199-52393-52392-49188-49192-49187-49191-159-158-107-103-255,0-11-10-35-16-22-23-13,"
          + "29-23-30-25-24,0-1-2"
      ), (0, .ja3Hash, "104774240db569f8f87b1a28206b25e5"), (1, .ja3sHash, "e195432758194ce2d482396b82e0d48e"),
      (2, .tlsSubject, "C=JP, O=Example Works, OU=Line 1, CN=plc.example"),
      (2, .tlsIssuer, "C=JP, O=Example Works, OU=Line 1, CN=plc.example"), (2, .tlsSerial, "00:A1:B2:C3"),
      (2, .tlsFingerprint, "09:d7:e6:bd:1c:c9:f2:94:79:be:dd:1c:6e:e1:7a:0a:7d:bc:eb:77"),
    ]
    for (place, buffer, value) in expected { #expect(parts[place][buffer] == value, "\(buffer)") }
    #expect(parts[2].values[.tlsCertificates]?.map(\.unicodeScalars.count) == [482])
    // 2026-11-28 19:00:21 and 2036-11-25 19:00:21.
    #expect(parts[2].numbers.contains("notBefore: Optional(1795892421), notAfter: Optional(2111252421)"))
  }

  @Test("the version of TLS 1.3 stands in an extension, and nothing is read of what is encrypted")
  func version13() throws {
    let parts = TLSFixtures.version13.read()
    #expect(parts.map(\.part) == [.clientHello, .serverHello])
    #expect(parts.map { $0[.tlsVersion] } == ["TLS 1.3", "TLS 1.3"])
    #expect(parts.first?[.ja3Hash] == "304734bb1c086c3453b387400cf83f11")
    #expect(parts.last?[.ja3sHash] == "15af977ce25de452b96affa2addb1036")
  }

  /// A ClientHello in a record.
  static func clientHello(_ ciphers: [UInt16], _ extensions: [(UInt16, [UInt8])], version: UInt16 = 0x0303) -> [UInt8] {
    var body = big(UInt64(version), 2) + zeros(32) + [0] + big(UInt64(2 * ciphers.count), 2)
    for cipher in ciphers { body += big(UInt64(cipher), 2) }
    let list = extensions.flatMap { big(UInt64($0.0), 2) + big(UInt64($0.1.count), 2) + $0.1 }
    body += [1, 0] + big(UInt64(list.count), 2) + list
    return [22, 3, 1] + big(UInt64(body.count + 4), 2) + [1] + big(UInt64(body.count), 3) + body
  }

  /// The example of JA4's description.
  @Test("JA4 of the published example, in whatever order its extensions are")
  func ja4() throws {
    let ciphers: [UInt16] = [
      0x8A8A, 0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0xC013, 0xC014, 0x009C, 0x009D,
      0x002F, 0x0035,
    ]
    let algorithms: [UInt16] = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601]
    var extensions: [(UInt16, [UInt8])] = [
      (0x1A1A, []), (0x0000, [0, 4, 0, 0, 1, 0x61]), (0x0010, [0, 3, 2, 0x68, 0x32]),
      (0x000D, [0, 16] + algorithms.flatMap { big(UInt64($0), 2) }),
      (0x002B, [7, 0x2A, 0x2A, 3, 4, 3, 3, 3]), (0x4A4A, [0]),
    ]
    for type in [0x0005, 0x000A, 0x000B, 0x0012, 0x0015, 0x0017, 0x001B, 0x0023, 0x002D, 0x0033, 0x4469, 0xFF01] {
      extensions.append((UInt16(type), []))
    }
    for list in [extensions, extensions.reversed()] {
      let hello = TLSTests.clientHello(ciphers, list)
      let parts = Fixture(name: "", application: .tls, pieces: []).read([.client(hello)])
      #expect(parts.first?[.ja4] == "t13d1516h2_8daaf6152771_e5627efa2ab1")
    }
  }

  @Test("a hello with nothing has fingerprints, too")
  func empty() throws {
    let parts = Fixture(name: "", application: .tls, pieces: []).read([.client(TLSTests.clientHello([], []))])
    #expect(parts.first?[.ja3Text] == "771,,,,")
    #expect(parts.first?[.ja4] == "t12i000000_000000000000_000000000000")
    #expect(parts.first?[.tlsServerName] == nil)
  }

  @Test("a message may lie in several records")
  func fragmented() {
    let hello = Array(TLSFixtures.version12.pieces[0].bytes[5...])
    for size in [1, 3, 4, 50, 200] {
      var records: [UInt8] = []
      for start in stride(from: 0, to: hello.count, by: size) {
        let part = hello[start..<min(start + size, hello.count)]
        records += [22, 3, 1] + big(UInt64(part.count), 2) + part
      }
      let parts = Fixture(name: "", application: .tls, pieces: []).read([.client(records)])
      #expect(parts == Array(TLSFixtures.version12.read().prefix(1)), "\(size)")
    }
  }

  @Test("a second hello after a retry request is read, although ChangeCipherSpec went before it")
  func retried() {
    let hello = TLSTests.clientHello([0x1301], [])
    let parts = Fixture(name: "", application: .tls, pieces: []).read([.client(hello + [20, 3, 3, 0, 1, 1] + hello)])
    #expect(parts.map(\.number) == [1, 2])
  }

  @Test("after a loss the next record is looked for")
  func resynchronised() {
    var reader = InformationReader(.tls)
    var transaction = Transaction()
    var reading = Reading()
    let flight = TLSFixtures.version12.pieces[1].bytes
    let (first, second) = (Array(flight[...20]), Array(flight[50...]))
    reader.read(first.bytes, isFromClient: false, &transaction, &reading)
    reader.lost(isFromClient: false, &transaction, &reading)
    reader.read(second.bytes, isFromClient: false, &transaction, &reading)
    #expect(reading.parts.map(\.part) == [.certificate])
  }

  @Test(
    "names are written in their own order, with what has no short name as numbers",
    arguments: [
      ("300d310b3009060355040613024a50", "C=JP"),
      ("301a3118300906035504061302555330 0b06035504030c0454657374", "C=US + CN=Test"),
      ("3010310e300c06032a0304 1e0500410042ff", "1.2.3.4=AB"),
      ("301e311c301a06092a864886f70d010901160d61406578616d706c652e636f6d", "emailAddress=a@example.com"),
      ("30173115301306 0a0992268993f22c640119 1605706c616e74", "DC=plant"),
      ("3003310130", ""), ("30820000", ""), ("", ""),
    ])
  func name(bytes: String, text: String) {
    var transaction = Transaction()
    transaction.open()
    let bytes = hex(bytes)
    if let name = DERElement.first(bytes.bytes, in: 0..<bytes.count) {
      DistinguishedName.write(bytes.bytes, name.content, &transaction)
    }
    transaction.close(.tlsSubject)
    let written = latin1(transaction[.tlsSubject]).unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    #expect(String(decoding: written, as: UTF8.self) == text)
  }
}
