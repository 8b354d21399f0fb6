// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// The fingerprint JA4 of a TLS client as FoxIO describes it (github.com/FoxIO-LLC/ja4, technical details; JA4 alone is
/// under the BSD licence).
///
///     t13d1516h2_8daaf6152771_02713d6af862
///     | | |  | |  |            SHA-256 of the sorted extensions and of the signature algorithms as sent, 12 digits
///     | | |  | |  SHA-256 of the sorted ciphers, 12 digits
///     | | |  | first and last sign of the first ALPN
///     | | |  extensions, at most 99
///     | | ciphers, at most 99, with d for a server's name before them, and i for none
///     | version
///     t for TCP
enum JA4 {
  /// Ciphers, extensions or algorithms that are looked at: no client has as many.
  private static let most = 512

  static func write(_ hello: borrowing ClientHello, _ transaction: inout Transaction) {
    var ciphers: [UInt16] = []
    for offset in stride(from: 0, to: min(hello.ciphers.byteCount - 1, 2 * most), by: 2) {
      let cipher = hello.ciphers.u16(offset)
      if !isGREASE(cipher) { ciphers.append(cipher) }
    }
    var extensions: [UInt16] = []
    var fields = FieldReader(hello.extensions)
    while !fields.isAtEnd, extensions.count < most {
      let type = fields.u16()
      _ = fields.vector16()
      if !isGREASE(type) { extensions.append(type) }
    }
    let extensionCount = extensions.count
    let hasName = extensions.contains(0)
    extensions.removeAll { $0 == 0 || $0 == 16 }
    ciphers.sort()
    extensions.sort()

    transaction.scratch.removeAll(keepingCapacity: true)
    append(ciphers, &transaction.scratch)
    let cipherDigest = Digest.sha256(transaction.scratch.bytes)
    transaction.scratch.removeAll(keepingCapacity: true)
    append(extensions, &transaction.scratch)
    let algorithms = hello.body(of: 13)
    if algorithms.byteCount > 3 {
      transaction.scratch.append(UInt8(ascii: "_"))
      var isFirst = true
      for offset in stride(from: 2, to: min(algorithms.byteCount - 1, 2 * most), by: 2) {
        let algorithm = algorithms.u16(offset)
        if isGREASE(algorithm) { continue }
        if !isFirst { transaction.scratch.append(UInt8(ascii: ",")) }
        isFirst = false
        transaction.scratch.append(hexadecimal: UInt64(algorithm), digits: 4)
      }
    }
    let extensionDigest = Digest.sha256(transaction.scratch.bytes)
    guard let cipherDigest, let extensionDigest else { return }

    transaction.open()
    transaction.append("t")
    transaction.append(version(hello.highestVersion))
    transaction.append(hasName ? "d" : "i")
    append(count: ciphers.count, &transaction)
    append(count: extensionCount, &transaction)
    append(protocol: hello.firstProtocol, &transaction)
    transaction.append("_")
    if ciphers.isEmpty { transaction.append("000000000000") } else { transaction.append(digest: cipherDigest, 6) }
    transaction.append("_")
    if extensions.isEmpty { transaction.append("000000000000") } else { transaction.append(digest: extensionDigest, 6) }
    transaction.close(.ja4)
  }

  private static func append(_ numbers: [UInt16], _ text: inout [UInt8]) {
    for place in numbers.indices {
      if place > 0 { text.append(UInt8(ascii: ",")) }
      text.append(hexadecimal: UInt64(numbers[place]), digits: 4)
    }
  }
  private static func append(count: Int, _ transaction: inout Transaction) {
    let count = min(count, 99)
    transaction.append(decimal: count / 10)
    transaction.append(decimal: count % 10)
  }
  private static func version(_ version: UInt16) -> StaticString {
    switch version {
    case 0x0304: "13"
    case 0x0303: "12"
    case 0x0302: "11"
    case 0x0301: "10"
    case 0x0300: "s3"
    case 0x0002: "s2"
    default: "00"
    }
  }
  /// Signs that are no letters or digits make it the first and last hexadecimal digit.
  private static func append(protocol name: RawSpan, _ transaction: inout Transaction) {
    guard name.byteCount > 0 else { return transaction.append("00") }
    let (first, last) = (name.u8(0), name.u8(name.byteCount - 1))
    if (first.isLetter || first.isDigit) && (last.isLetter || last.isDigit) {
      transaction.append(first)
      transaction.append(last)
    } else {
      transaction.append(hexadecimal: UInt64(first >> 4), digits: 1)
      transaction.append(hexadecimal: UInt64(last & 15), digits: 1)
    }
  }
}
