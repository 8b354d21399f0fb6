// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// The message Certificate up to TLS 1.2 (RFC 5246, 7.4.2): the sender's certificate first, each behind its length.
enum CertificateMessage {
  static func read(_ body: RawSpan, _ transaction: inout Transaction) {
    let list = body.slice(3, Int(body.u24(0)))
    var fields = FieldReader(list)
    var isFirst = true
    while !fields.isAtEnd {
      let certificate = fields.take(Int(fields.u24()))
      if certificate.byteCount == 0 { continue }
      if isFirst { Certificate.read(certificate, &transaction) }
      isFirst = false
      transaction.add(.tlsCertificates, certificate)
    }
  }
}

/// An X.509 certificate, RFC 5280, 4.1.
///
///     Certificate { tbsCertificate { [0] version, serialNumber, signature, issuer, validity, subject, … }, … }
enum Certificate {
  static func read(_ bytes: RawSpan, _ transaction: inout Transaction) {
    if let digest = Digest.sha1(bytes) {
      transaction.open()
      transaction.append(digest: digest, Digest.sha1.length, separator: UInt8(ascii: ":"))
      transaction.close(.tlsFingerprint)
    }
    guard let outer = DERElement.first(bytes, in: 0..<bytes.byteCount), outer.tag == 0x30,
      let inner = DERElement.first(bytes, in: outer.content), inner.tag == 0x30
    else { return }
    var offset = inner.content.lowerBound
    let end = inner.content.upperBound
    guard var serial = DERElement.next(bytes, &offset, to: end) else { return }
    if serial.tag == 0xA0 {
      guard let next = DERElement.next(bytes, &offset, to: end) else { return }
      serial = next
    }
    guard serial.tag == 0x02, DERElement.next(bytes, &offset, to: end) != nil,
      let issuer = DERElement.next(bytes, &offset, to: end), let validity = DERElement.next(bytes, &offset, to: end),
      let subject = DERElement.next(bytes, &offset, to: end)
    else { return }
    write(serial: bytes.slice(serial.content), &transaction)
    transaction.open()
    DistinguishedName.write(bytes, issuer.content, &transaction)
    transaction.close(.tlsIssuer)
    transaction.open()
    DistinguishedName.write(bytes, subject.content, &transaction)
    transaction.close(.tlsSubject)
    offset = validity.content.lowerBound
    if let start = DERElement.next(bytes, &offset, to: validity.content.upperBound) {
      transaction.numbers.notBefore = time(bytes, start)
    }
    if let stop = DERElement.next(bytes, &offset, to: validity.content.upperBound) {
      transaction.numbers.notAfter = time(bytes, stop)
    }
  }

  /// All bytes of the number, in large digits.
  private static func write(serial: RawSpan, _ transaction: inout Transaction) {
    transaction.open()
    for place in 0..<serial.byteCount {
      if place > 0 { transaction.append(":") }
      for digit in [serial.u8(place) >> 4, serial.u8(place) & 15] {
        transaction.append(digit < 10 ? 0x30 + digit : 0x37 + digit)
      }
    }
    transaction.close(.tlsSerial)
  }

  /// UTCTime and GeneralizedTime (RFC 5280, 4.1.2.5), seconds since 1970; nil if it is neither.
  private static func time(_ bytes: RawSpan, _ element: DERElement) -> Int64? {
    var offset = element.content.lowerBound
    func two() -> Int64? {
      guard offset + 2 <= element.content.upperBound, bytes.u8(offset).isDigit, bytes.u8(offset + 1).isDigit else {
        return nil
      }
      defer { offset += 2 }
      return Int64(bytes.u8(offset) - 0x30) * 10 + Int64(bytes.u8(offset + 1) - 0x30)
    }
    guard var year = two() else { return nil }
    switch element.tag {
    case 0x17: year += year < 50 ? 2_000 : 1_900
    case 0x18:
      guard let low = two() else { return nil }
      year = year * 100 + low
    default: return nil
    }
    guard let month = two(), 1...12 ~= month, let day = two(), let hour = two(), let minute = two(),
      let second = two()
    else { return nil }
    // Days of the proleptic Gregorian calendar, with years that begin in March.
    let shifted = month <= 2 ? year - 1 : year
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let days = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    return ((days * 24 + hour) * 60 + minute) * 60 + second
  }
}

/// A name as text, in its own order: `C=US, O=Example, CN=host`. RFC 5280, 4.1.2.4; short names of RFC 4519.
enum DistinguishedName {
  static func write(_ bytes: RawSpan, _ range: Range<Int>, _ transaction: inout Transaction) {
    var offset = range.lowerBound
    var isFirst = true
    while let set = DERElement.next(bytes, &offset, to: range.upperBound) {
      var inner = set.content.lowerBound
      var isFirstOfSet = true
      while let pair = DERElement.next(bytes, &inner, to: set.content.upperBound) {
        if !isFirst { transaction.append(isFirstOfSet ? ", " : " + ") }
        (isFirst, isFirstOfSet) = (false, false)
        var place = pair.content.lowerBound
        guard let type = DERElement.next(bytes, &place, to: pair.content.upperBound), type.tag == 0x06 else { continue }
        append(type: bytes.slice(type.content), &transaction)
        transaction.append("=")
        guard let value = DERElement.next(bytes, &place, to: pair.content.upperBound) else { continue }
        append(value: bytes.slice(value.content), tag: value.tag, &transaction)
      }
    }
  }

  private static func append(type: RawSpan, _ transaction: inout Transaction) {
    if type.byteCount == 3, type.u16(0) == 0x5504, let name = name(type.u8(2)) { return transaction.append(name) }
    // 1.2.840.113549.1.9.1, and 0.9.2342.19200300.100.1.1 and .25
    if type.byteCount == 9, type.u64(0) == 0x2A86_4886_F70D_0109, type.u8(8) == 1 {
      return transaction.append("emailAddress")
    }
    if type.byteCount == 10, type.u64(0) == 0x0992_2689_93F2_2C64 {
      if type.u16(8) == 0x0101 { return transaction.append("UID") }
      if type.u16(8) == 0x0119 { return transaction.append("DC") }
    }
    transaction.append(decimal: min(2, type.u8(0) / 40))
    transaction.append(".")
    transaction.append(decimal: type.u8(0) < 80 ? type.u8(0) % 40 : type.u8(0) - 80)
    var number: UInt64 = 0
    for place in 1..<max(1, type.byteCount) {
      number = number << 7 | UInt64(type.u8(place) & 0x7F)
      guard type.u8(place) < 0x80 else { continue }
      transaction.append(".")
      transaction.append(decimal: number)
      number = 0
    }
  }

  /// Attribute types below 2.5.4.
  private static func name(_ number: UInt8) -> StaticString? {
    switch number {
    case 3: "CN"
    case 4: "SN"
    case 5: "serialNumber"
    case 6: "C"
    case 7: "L"
    case 8: "ST"
    case 9: "STREET"
    case 10: "O"
    case 11: "OU"
    case 12: "title"
    case 17: "postalCode"
    case 42: "GN"
    default: nil
    }
  }

  /// BMPString and UniversalString become UTF-8; other strings are written as they are.
  private static func append(value: RawSpan, tag: UInt8, _ transaction: inout Transaction) {
    let size = tag == 0x1E ? 2 : tag == 0x1C ? 4 : 0
    guard size > 0 else { return transaction.append(value) }
    for offset in stride(from: 0, to: value.byteCount - size + 1, by: size) {
      let scalar = Unicode.Scalar(size == 2 ? UInt32(value.u16(offset)) : value.u32(offset)) ?? "\u{FFFD}"
      for byte in scalar.utf8 { transaction.append(byte) }
    }
  }
}
