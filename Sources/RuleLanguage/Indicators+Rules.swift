// SPDX-License-Identifier: Apache-2.0

extension Indicators {
  /// The group of rules that are made of indicators.
  package static let group: UInt32 = 1_790

  /// Indicators as rules: one for all addresses of a file, one for each name, address of a page and fingerprint.
  /// Digests of files are not among them. `time` is now, in seconds since 1970: what is over is left out.
  package func rules(at time: Int64) -> [Rule] {
    var rules: [Rule] = []
    var addresses: [String: [ClosedRange<UInt128>]] = [:]
    for indicator in list where indicator.expiry.map({ $0 > time }) ?? true {
      let words = indicator.description.isEmpty ? "" : " (\(indicator.description))"
      switch indicator.value {
      case .addresses(let range): addresses[indicator.place.file, default: []].append(range)
      case .domain(let name):
        for (application, buffer) in [("dns", Buffer.dnsQuery), ("tls", .tlsServerName), ("http", .httpHost)] {
          var content = Content(Array(("." + name).utf8))
          content.isCaseless = true
          content.isAtEnd = true
          content.hasDotBefore = true
          rules.append(
            rule(
              indicator, application, "Listed name \(name) in \(application.uppercased())\(words)",
              [BufferTests(buffer, [.content(content)])]))
        }
      case .url(let url):
        guard let parts = Indicators.parts(of: url) else { continue }
        var host = Content(Array(parts.host.utf8))
        host.isCaseless = true
        host.isAtStart = true
        host.isAtEnd = true
        var path = Content(Array(parts.path.utf8))
        path.isAtStart = true
        rules.append(
          rule(
            indicator, "http", "Listed page \(url)\(words)",
            [BufferTests(.httpHost, [.content(host)]), BufferTests(.httpURI, [.content(path)])]))
      case .ja3(let digest): rules.append(fingerprint(indicator, .ja3Hash, digest, "JA3", words))
      case .ja4(let text): rules.append(fingerprint(indicator, .ja4, text, "JA4", words))
      case .certificate(let digest):
        rules.append(fingerprint(indicator, .tlsFingerprint, digest, "certificate", words))
      case .md5, .sha1, .sha256: continue
      }
    }
    for (file, ranges) in addresses.sorted(by: { $0.key < $1.key }) {
      var rule = Rule()
      rule.header.destination = AddressSet(ranges: RangeAlgebra.union(ranges))
      rule.header.isBidirectional = true
      rule.message = "Traffic with a listed address (\(file))"
      rule.threshold = Threshold(.limit, .both, count: 1, seconds: 3_600)
      rule.place = SourcePlace(file: file, line: 1, column: 1)
      rules.append(rule)
    }
    for place in rules.indices {
      rules[place].group = Indicators.group
      rules[place].number = UInt32(place + 1)
      rules[place].revision = 1
      rules[place].classType = "bad-unknown"
      rules[place].priority = 2
    }
    return rules
  }

  private func rule(
    _ indicator: Indicator, _ application: String, _ message: String, _ buffers: [BufferTests]
  ) -> Rule {
    var rule = Rule()
    rule.header.application = application
    rule.buffers = buffers
    rule.message = message
    rule.place = indicator.place
    return rule
  }

  private func fingerprint(
    _ indicator: Indicator, _ buffer: Buffer, _ text: String, _ name: String, _ words: String
  ) -> Rule {
    var content = Content(Array(text.utf8))
    content.isCaseless = true
    content.isAtStart = true
    content.isAtEnd = true
    return rule(
      indicator, "tls", "Listed \(name) \(text)\(words)", [BufferTests(buffer, [.content(content)])])
  }

  /// Host and path of an address that HTTP shows: of `https` there is nothing to see but the name.
  private static func parts(of url: String) -> (host: String, path: String)? {
    guard let start = url.range(of: "://")?.upperBound else { return nil }
    let rest = url[start...]
    let end = rest.firstIndex(of: "/") ?? rest.endIndex
    let host = rest[..<end].split(separator: "@").last.map { $0.split(separator: ":").first ?? "" } ?? ""
    guard !host.isEmpty else { return nil }
    let path = rest[end...].split(separator: "#", omittingEmptySubsequences: false).first ?? ""
    return (host.lowercased(), path.isEmpty ? "/" : String(path))
  }
}

extension String {
  /// Where a text stands, without Foundation.
  fileprivate func range(of text: String) -> Range<String.Index>? {
    var place = startIndex
    while place < endIndex {
      if self[place...].hasPrefix(text) { return place..<index(place, offsetBy: text.count) }
      place = index(after: place)
    }
    return nil
  }
}
