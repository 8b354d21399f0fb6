// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// The fingerprints JA3 and JA3S as their authors describe them: the hello's numbers in decimal, `-` within a list, `,`
/// between lists, GREASE left out, and the MD5 of that text (github.com/salesforce/ja3).
enum JA3 {
  /// Version, ciphers, extensions, groups (RFC 8422, 5.1.1), point formats (5.1.2).
  static func write(_ hello: borrowing ClientHello, _ transaction: inout Transaction) {
    transaction.open()
    transaction.append(decimal: hello.version)
    transaction.append(",")
    append(numbers: hello.ciphers, &transaction)
    transaction.append(",")
    append(types: hello.extensions, isWithoutGREASE: true, &transaction)
    transaction.append(",")
    append(numbers: hello.body(of: 10).from(2), &transaction)
    transaction.append(",")
    let formats = hello.body(of: 11)
    for place in 1..<max(1, formats.byteCount) {
      if place > 1 { transaction.append("-") }
      transaction.append(decimal: formats.u8(place))
    }
    close(.ja3Text, .ja3Hash, &transaction)
  }

  /// Version, cipher, extensions.
  static func write(version: UInt16, cipher: UInt16, extensions: RawSpan, _ transaction: inout Transaction) {
    transaction.open()
    transaction.append(decimal: version)
    transaction.append(",")
    transaction.append(decimal: cipher)
    transaction.append(",")
    append(types: extensions, isWithoutGREASE: false, &transaction)
    close(.ja3sText, .ja3sHash, &transaction)
  }

  private static func append(numbers: RawSpan, _ transaction: inout Transaction) {
    var isFirst = true
    for offset in stride(from: 0, to: numbers.byteCount - 1, by: 2) where !isGREASE(numbers.u16(offset)) {
      if !isFirst { transaction.append("-") }
      isFirst = false
      transaction.append(decimal: numbers.u16(offset))
    }
  }
  private static func append(types extensions: RawSpan, isWithoutGREASE: Bool, _ transaction: inout Transaction) {
    var fields = FieldReader(extensions)
    var isFirst = true
    while !fields.isAtEnd {
      let type = fields.u16()
      _ = fields.vector16()
      if isWithoutGREASE, isGREASE(type) { continue }
      if !isFirst { transaction.append("-") }
      isFirst = false
      transaction.append(decimal: type)
    }
  }

  private static func close(_ text: Buffer, _ hash: Buffer, _ transaction: inout Transaction) {
    let digest = Digest.md5(transaction.openBytes())
    transaction.close(text)
    guard let digest else { return }
    transaction.open()
    transaction.append(digest: digest, Digest.md5.length)
    transaction.close(hash)
  }
}
