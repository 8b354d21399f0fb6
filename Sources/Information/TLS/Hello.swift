// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// Values that clients mix into their lists to keep servers tolerant (RFC 8701, 2).
func isGREASE(_ value: UInt16) -> Bool { value & 0x0F0F == 0x0A0A && value >> 8 == value & 0xFF }

enum TLSVersion {
  /// As people write it; for others the number.
  static func write(_ version: UInt16, _ transaction: inout Transaction) {
    transaction.numbers.tlsVersion = version
    transaction.open()
    switch version {
    case 0x0300: transaction.append("SSLv3")
    case 0x0301: transaction.append("TLSv1")
    case 0x0302: transaction.append("TLS 1.1")
    case 0x0303: transaction.append("TLS 1.2")
    case 0x0304: transaction.append("TLS 1.3")
    default:
      transaction.append("0x")
      transaction.append(hexadecimal: UInt64(version), digits: 4)
    }
    transaction.close(.tlsVersion)
  }
}

/// RFC 8446, 4.1.2, and RFC 5246, 7.4.1.2.
///
///     0         2         34
///     +---------+---------+------------+---------+-------------+------------+
///     | version | random  | session id | ciphers | compression | extensions |  vectors of 1, 2, 1 and 2 bytes' length
///     +---------+---------+------------+---------+-------------+------------+
struct ClientHello: ~Escapable {
  let version: UInt16
  let ciphers: RawSpan
  let extensions: RawSpan

  @_lifetime(copy body)
  init(_ body: RawSpan) {
    var fields = FieldReader(body)
    version = fields.u16()
    _ = fields.take(32)
    _ = fields.vector8()
    ciphers = fields.vector16()
    _ = fields.vector8()
    extensions = fields.vector16()
  }

  /// The body of the first extension of a type (RFC 8446, 4.2); empty if there is none.
  @_lifetime(copy self)
  func body(of type: UInt16) -> RawSpan {
    var fields = FieldReader(extensions)
    while !fields.isAtEnd {
      let found = fields.u16()
      let body = fields.vector16()
      if found == type { return body }
    }
    return extensions.slice(0, 0)
  }
  func has(_ type: UInt16) -> Bool {
    var fields = FieldReader(extensions)
    while !fields.isAtEnd {
      if fields.u16() == type { return true }
      _ = fields.vector16()
    }
    return false
  }

  /// RFC 6066, 3: the first name of type 0.
  var serverName: RawSpan {
    @_lifetime(copy self)
    get {
      let list = body(of: 0)
      return list.u8(2) == 0 ? list.slice(5, Int(list.u16(3))) : list.slice(0, 0)
    }
  }
  /// RFC 7301, 3.1: the first name.
  var firstProtocol: RawSpan {
    @_lifetime(copy self)
    get {
      let list = body(of: 16)
      return list.slice(3, Int(list.u8(2)))
    }
  }
  /// The highest version offered (RFC 8446, 4.2.1).
  var highestVersion: UInt16 {
    let list = body(of: 43)
    var highest: UInt16 = 0
    for offset in stride(from: 1, to: list.byteCount - 1, by: 2) where !isGREASE(list.u16(offset)) {
      highest = max(highest, list.u16(offset))
    }
    return highest == 0 ? version : highest
  }

  static func read(_ body: RawSpan, _ transaction: inout Transaction) {
    let hello = ClientHello(body)
    TLSVersion.write(hello.highestVersion, &transaction)
    let name = hello.serverName
    if name.byteCount > 0 { transaction.add(.tlsServerName, name) }
    JA3.write(hello, &transaction)
    JA4.write(hello, &transaction)
  }
}

/// RFC 8446, 4.1.3.
enum ServerHello {
  static func read(_ body: RawSpan, _ transaction: inout Transaction) {
    var fields = FieldReader(body)
    let version = fields.u16()
    _ = fields.take(32)
    _ = fields.vector8()
    let cipher = fields.u16()
    _ = fields.u8()
    let extensions = fields.vector16()
    var chosen = version
    var list = FieldReader(extensions)
    while !list.isAtEnd {
      let type = list.u16()
      let body = list.vector16()
      if type == 43, body.byteCount == 2 { chosen = body.u16(0) }
    }
    TLSVersion.write(chosen, &transaction)
    JA3.write(version: version, cipher: cipher, extensions: extensions, &transaction)
  }
}
