// SPDX-License-Identifier: Apache-2.0

/// What the text of an indicator means.
enum IndicatorText {
  private enum Sort { case address, domain, url, ja3, ja4, md5, sha1, sha256, certificate }

  private static let sorts: [String: Sort] = [
    "ip": .address, "ipv4": .address, "ipv6": .address, "ipv4-addr": .address, "ipv6-addr": .address,
    "address": .address, "ip-dst": .address, "ip-src": .address, "cidr": .address, "domain": .domain,
    "domain-name": .domain, "hostname": .domain, "fqdn": .domain, "url": .url, "uri": .url, "ja3": .ja3,
    "ja3-fingerprint-md5": .ja3, "ja4": .ja4, "md5": .md5, "filehash-md5": .md5, "sha1": .sha1, "sha-1": .sha1,
    "filehash-sha1": .sha1, "sha256": .sha256, "sha-256": .sha256, "filehash-sha256": .sha256,
    "certificate": .certificate, "x509-fingerprint-sha1": .certificate, "x509-fingerprint-sha256": .certificate,
  ]

  static func isSort(_ text: String) -> Bool { sorts[text.lowercased()] != nil }

  /// `sort` is empty where only the value says what it is. Nil if it says nothing that is known here.
  static func value(_ written: String, sort: String) -> Indicator.Value? {
    let text = refanged(written)
    let bytes = Array(text.utf8)[...]
    guard !bytes.isEmpty, bytes.count <= 8192 else { return nil }
    guard !sort.isEmpty else { return guess(text, bytes) }
    switch sorts[sort.lowercased()] {
    case .address: return addresses(bytes)
    case .domain: return domain(text)
    case .url: return url(text)
    case .ja3: return digits(bytes, 32).map { .ja3($0) }
    case .ja4: return bytes.count == 36 && bytes.contains(UInt8(ascii: "_")) ? .ja4(text.lowercased()) : nil
    case .md5: return digits(bytes, 32).map { .md5($0) }
    case .sha1: return digits(bytes, 40).map { .sha1($0) }
    case .sha256: return digits(bytes, 64).map { .sha256($0) }
    case .certificate: return (digits(bytes, 40) ?? digits(bytes, 64)).map { .certificate($0) }
    case nil: return nil
    }
  }

  private static func guess(_ text: String, _ bytes: Bytes) -> Indicator.Value? {
    if let md5 = digits(bytes, 32) { return .md5(md5) }
    if let sha1 = digits(bytes, 40) { return .sha1(sha1) }
    if let sha256 = digits(bytes, 64) { return .sha256(sha256) }
    return url(text) ?? addresses(bytes) ?? domain(text)
  }

  private static func addresses(_ bytes: Bytes) -> Indicator.Value? { IPText.range(bytes).map { .addresses($0) } }

  /// Lists are written so that nobody follows a link by mistake: `hxxp://`, `[.]`, `[:]`.
  private static func refanged(_ text: String) -> String {
    var text = text
    if text.lowercased().hasPrefix("hxxp") { text = "http" + text.dropFirst(4) }
    guard text.contains("[") || text.contains("(") else { return text }
    return text.replacing("[.]", with: ".").replacing("(.)", with: ".").replacing("[:]", with: ":")
      .replacing("[://]", with: "://")
  }

  private static func digits(_ bytes: Bytes, _ count: Int) -> String? {
    // Fingerprints of certificates are often written with colons.
    let plain = bytes.count == count / 2 * 3 - 1 ? bytes.filter { $0 != UInt8(ascii: ":") } : Array(bytes)
    guard plain.count == count, plain.allSatisfy({ $0.hexadecimalDigit != nil }) else { return nil }
    return plain[...].loweredText
  }

  private static func url(_ text: String) -> Indicator.Value? {
    guard let mark = text.firstRange(of: "://") else { return nil }
    let scheme = text[..<mark.lowerBound]
    guard !scheme.isEmpty, scheme.utf8.allSatisfy({ $0.isLetter || $0.isDigit }), mark.upperBound < text.endIndex,
      text.utf8.allSatisfy({ $0 > 0x20 })
    else { return nil }
    return .url(text)
  }

  /// RFC 1035, 2.3.1, with underscores, which malware's names have; a leading `*.` is what is meant anyway.
  private static func domain(_ text: String) -> Indicator.Value? {
    var name = text.lowercased()[...]
    if name.hasPrefix("*.") { name = name.dropFirst(2) }
    if name.hasPrefix(".") { name = name.dropFirst() }
    if name.hasSuffix(".") { name = name.dropLast() }
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    guard name.utf8.count <= 253, labels.count >= 2,
      labels.allSatisfy({
        !$0.isEmpty && $0.utf8.count <= 63
          && $0.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
      }), let last = labels.last, last.utf8.contains(where: \.isLetter)
    else { return nil }
    return .domain(String(name))
  }
}
