// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// STIX 2.1, as far as it names indicators: chapter 4.7, and patterns of chapter 9.
extension Indicators {
  private struct Bundle: Decodable {
    var objects: Objects
  }

  /// The indicators of a list, each with its place there, from 1. Other objects are not kept.
  private struct Objects: Decodable {
    var indicators: [(place: Int, object: Object)] = []

    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      while !list.isAtEnd, indicators.count <= Indicators.most {
        let object = try list.decode(Object.self)
        if object.type == "indicator" { indicators.append((list.currentIndex, object)) }
      }
    }
  }

  /// Anything else in a bundle has other fields, or other values in these: it is no indicator.
  private struct Object: Decodable {
    var type: String?
    var name: String?
    var description: String?
    var pattern: String?
    var patternType: String?
    var validUntil: String?
    var revoked: Bool?

    enum CodingKeys: String, CodingKey {
      case type, name, description, pattern, revoked
      case patternType = "pattern_type"
      case validUntil = "valid_until"
    }

    init(from decoder: any Decoder) throws {
      let fields = try? decoder.container(keyedBy: CodingKeys.self)
      func text(_ key: CodingKeys) -> String? { try? fields?.decode(String.self, forKey: key) }
      type = text(.type)
      name = text(.name)
      description = text(.description)
      pattern = text(.pattern)
      patternType = text(.patternType)
      validUntil = text(.validUntil)
      revoked = try? fields?.decode(Bool.self, forKey: .revoked)
    }
  }

  /// What is read of it takes several times its size.
  private static let largestBundle = 32 << 20

  mutating func readBundle(_ file: RuleFile) {
    let top = SourcePlace(file: file.name, line: 1, column: 1)
    guard file.text.count <= Self.largestBundle else {
      say(.error, .fileTooLarge, top, "a STIX bundle of more than 32 MiB: not read")
      return
    }
    let objects: Objects
    let decoder = JSONDecoder()
    let data = Data(file.text)
    if let bundle = try? decoder.decode(Bundle.self, from: data) {
      objects = bundle.objects
    } else if let found = try? decoder.decode(Objects.self, from: data) {
      objects = found
    } else {
      say(.error, .optionSyntax, top, "neither a STIX bundle nor a table: JSON that cannot be read")
      return
    }
    for (index, object) in objects.indicators {
      let title = object.name ?? object.description ?? ""
      let shown = title.isEmpty ? "object \(index)" : "'\(title.prefix(60))'"
      if object.revoked == true {
        say(.note, .withoutEffect, top, "\(shown) has been revoked")
        continue
      }
      guard object.patternType ?? "stix" == "stix", let pattern = object.pattern else {
        say(.error, .unsupported, top, "\(shown): a pattern of another language than STIX's")
        continue
      }
      do {
        let values = try STIXPattern.values(pattern)
        let expiry = object.validUntil.flatMap(STIXPattern.seconds)
        for value in values {
          guard add(Indicator(value, title, expiry: expiry, place: top)) else { return }
        }
      } catch {
        say(.error, error.reason, top, "\(shown): \(error.message)")
      }
    }
  }
}

/// Patterns that name values, any of which will do: `[ipv4-addr:value = '192.0.2.1' OR url:value IN ('…', '…')]`.
enum STIXPattern {
  private static let longest = 1 << 16

  /// Comparisons joined by OR, in one observation or in several joined by OR. Others need more than one value to be
  /// seen together, which a list cannot say.
  static func values(_ text: String) throws(RuleFault) -> [Indicator.Value] {
    var tokens = try tokens(Array(text.utf8)[...])[...]
    var values: [Indicator.Value] = []
    while true {
      guard tokens.popFirst() == .mark(UInt8(ascii: "[")) else { throw fault("'[' is expected") }
      try observation(&tokens, &values)
      guard let next = tokens.popFirst() else { return values }
      guard next == .word("or") else { throw unsupported(next) }
    }
  }

  private enum Token: Equatable {
    case mark(UInt8)
    /// In lower case.
    case word(String)
    case text(String)
  }

  private static func fault(_ message: String) -> RuleFault {
    RuleFault(.optionSyntax, 0, "in the pattern, \(message)")
  }

  private static func unsupported(_ token: Token?) -> RuleFault {
    if case .word(let word) = token {
      return RuleFault(.unsupported, 0, "'\(word.prefix(40))' in a pattern is not possible in a list")
    }
    return fault("something else is expected")
  }

  private static func observation(
    _ tokens: inout ArraySlice<Token>, _ values: inout [Indicator.Value]
  ) throws(RuleFault) {
    while true {
      guard case .word(let path) = tokens.popFirst() else { throw fault("a name of an object's property is expected") }
      let texts: [String]
      switch tokens.popFirst() {
      case .mark(UInt8(ascii: "=")), .word("issubset"):
        guard case .text(let text) = tokens.popFirst() else { throw fault("a text in single quotes is expected") }
        texts = [text]
      case .word("in"): texts = try list(&tokens)
      case let other: throw unsupported(other)
      }
      for text in texts {
        guard let sort = sort(path) else {
          throw RuleFault(.unsupported, 0, "'\(path.prefix(60))' is not looked at here")
        }
        guard let value = IndicatorText.value(text, sort: sort) else {
          throw RuleFault(.value, 0, "'\(text.prefix(60))' is no value of '\(path)'")
        }
        values.append(value)
      }
      let next = tokens.popFirst()
      if next == .mark(UInt8(ascii: "]")) { return }
      guard next == .word("or") else { throw unsupported(next) }
    }
  }

  /// `('a', 'b')`.
  private static func list(_ tokens: inout ArraySlice<Token>) throws(RuleFault) -> [String] {
    guard tokens.popFirst() == .mark(UInt8(ascii: "(")) else { throw fault("'(' is expected") }
    var texts: [String] = []
    while true {
      guard case .text(let text) = tokens.popFirst() else { throw fault("a text in single quotes is expected") }
      texts.append(text)
      let next = tokens.popFirst()
      if next == .mark(UInt8(ascii: ")")) { return texts }
      guard next == .mark(UInt8(ascii: ",")) else { throw fault("',' or ')' is expected") }
    }
  }

  private static func sort(_ path: String) -> String? {
    let plain = path.filter { $0 != "'" && $0 != "\"" }
    switch plain {
    case "ipv4-addr:value", "ipv6-addr:value", "network-traffic:dst_ref.value", "network-traffic:src_ref.value":
      return "ip"
    case "domain-name:value": return "domain"
    case "url:value": return "url"
    case "file:hashes.md5": return "md5"
    case "file:hashes.sha-1", "file:hashes.sha1": return "sha1"
    case "file:hashes.sha-256", "file:hashes.sha256": return "sha256"
    case "x509-certificate:hashes.sha-1", "x509-certificate:hashes.sha-256", "x509-certificate:hashes.sha1",
      "x509-certificate:hashes.sha256":
      return "certificate"
    default: return nil
    }
  }

  private static func tokens(_ bytes: Bytes) throws(RuleFault) -> [Token] {
    guard bytes.count <= longest else { throw RuleFault(.tooManyItems, 0, "a pattern of more than \(longest) bytes") }
    var tokens: [Token] = []
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let byte = bytes[index]
      if byte.isBlank || byte == 0x0A {
        index += 1
      } else if [UInt8]("[](),=<>!".utf8).contains(byte) {
        tokens.append(.mark(byte))
        index += 1
      } else if byte == UInt8(ascii: "'") {
        var text: [UInt8] = []
        index += 1
        while index < bytes.endIndex, bytes[index] != UInt8(ascii: "'") {
          if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.endIndex { index += 1 }
          text.append(bytes[index])
          index += 1
        }
        guard index < bytes.endIndex else { throw fault("a text has no end") }
        tokens.append(.text(text[...].text))
        index += 1
      } else {
        // Names of digests stand in quotes within a path.
        var word: [UInt8] = []
        while index < bytes.endIndex, !bytes[index].isBlank, ![UInt8]("[](),=<>!\n".utf8).contains(bytes[index]) {
          word.append(bytes[index])
          index += 1
        }
        tokens.append(.word(word[...].loweredText))
      }
    }
    return tokens
  }

  /// RFC 3339 in UTC, as STIX has it: `2026-01-31T00:00:00Z`.
  static func seconds(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[10] | 0x20 == UInt8(ascii: "t"),
      bytes.last.map({ $0 | 0x20 }) == UInt8(ascii: "z")
    else { return nil }
    func number(_ range: Range<Int>) -> Int64? { bytes[range].decimal().map { Int64($0) } }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
      let minute = number(14..<16), let second = number(17..<19), (1...12).contains(month), (1...31).contains(day),
      hour < 24, minute < 60, second <= 60
    else { return nil }
    // Days of the civil calendar, years beginning in March.
    let from = month <= 2 ? year - 1 : year
    let era = from / 400
    let ofEra = from - era * 400
    let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let days = era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    return days * 86_400 + hour * 3600 + minute * 60 + second
  }
}
