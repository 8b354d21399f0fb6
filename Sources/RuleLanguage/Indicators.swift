// SPDX-License-Identifier: Apache-2.0

/// Something seen at an attack: an address, a name, a digest.
package struct Indicator: Hashable, Sendable {
  package enum Value: Hashable, Sendable {
    /// As in `AddressSet`.
    case addresses(ClosedRange<UInt128>)
    /// In lower case, without a dot at the end. Names below it are meant, too.
    case domain(String)
    /// As it is written, with its scheme.
    case url(String)
    /// Hexadecimal digits in lower case.
    case ja3(String)
    case ja4(String)
    case md5(String)
    case sha1(String)
    case sha256(String)
    /// The digest of a certificate.
    case certificate(String)
  }
  package var value: Value
  package var description: String
  /// Seconds since 1970, from which on it no longer holds.
  package var expiry: Int64?
  package var place: SourcePlace
  package init(_ value: Value, _ description: String = "", expiry: Int64? = nil, place: SourcePlace = SourcePlace()) {
    (self.value, self.description) = (value, description)
    (self.expiry, self.place) = (expiry, place)
  }
}

/// Lists of indicators: CSV, one value a line, or a STIX 2.1 bundle.
package struct Indicators: Sendable {
  package internal(set) var list: [Indicator] = []
  package internal(set) var diagnostics: [RuleDiagnostic] = []

  static let largestFile = 64 << 20
  static let most = 1_000_000
  private static let mostDiagnostics = 10_000

  package init() {}

  /// Reads a file of either form. What is not understood is left out, each with its diagnostic.
  package mutating func read(_ file: RuleFile) {
    guard file.text.count <= Self.largestFile else {
      say(.error, .fileTooLarge, SourcePlace(file: file.name, line: 1, column: 1), "more than 64 MiB: not read")
      return
    }
    let first = file.text.first { !$0.isBlank && $0 != 0x0A && $0 != 0xEF && $0 != 0xBB && $0 != 0xBF }
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") && file.text.contains(UInt8(ascii: "{")) {
      readBundle(file)
    } else {
      readTable(file)
    }
  }

  mutating func say(
    _ severity: RuleDiagnostic.Severity, _ reason: RuleDiagnostic.Reason, _ place: SourcePlace, _ message: String
  ) {
    if diagnostics.count == Self.mostDiagnostics {
      diagnostics.append(RuleDiagnostic(.warning, .tooManyItems, SourcePlace(), "further diagnostics are left out"))
    }
    guard diagnostics.count < Self.mostDiagnostics else { return }
    diagnostics.append(RuleDiagnostic(severity, reason, place, message))
  }

  /// False once there are too many.
  mutating func add(_ indicator: Indicator) -> Bool {
    guard list.count < Self.most else {
      say(.error, .tooManyItems, indicator.place, "more than \(Self.most) indicators: the rest is not read")
      return false
    }
    list.append(indicator)
    return true
  }

  // MARK: Tables

  private struct Columns {
    var sort: Int?
    var value: Int
    var description: Int?
  }

  private mutating func readTable(_ file: RuleFile) {
    var columns: Columns?
    var hasHeader = false
    var (next, number) = (file.text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0, 0)
    while next < file.text.count {
      let end = file.text[next...].firstIndex(of: 0x0A) ?? file.text.count
      let content = file.text[next..<end].trimmed
      (next, number) = (end + 1, number + 1)
      guard let first = content.first, first != UInt8(ascii: "#") else { continue }
      let place = SourcePlace(file: file.name, line: number, column: 1)
      guard content.count <= 1 << 16 else {
        say(.error, .lineTooLong, place, "a line of more than 65536 bytes")
        continue
      }
      let fields = Self.fields(content)
      if !hasHeader, columns == nil, let named = Self.header(fields) {
        (columns, hasHeader) = (named, true)
        continue
      }
      let (sort, value, description) = Self.row(fields, hasHeader ? columns : nil)
      columns = columns ?? Columns(value: 0)
      guard let read = IndicatorText.value(value, sort: sort) else {
        let what = sort.isEmpty ? "" : " of the kind '\(sort)'"
        say(.error, .value, place, "'\(value.prefix(60))' is no indicator\(what) that is known here")
        continue
      }
      guard add(Indicator(read, description, place: place)) else { return }
    }
  }

  private static func row(_ fields: [String], _ columns: Columns?) -> (sort: String, value: String, text: String) {
    func field(_ index: Int?) -> String {
      guard let index, index < fields.count else { return "" }
      return fields[index]
    }
    if let columns { return (field(columns.sort), field(columns.value), field(columns.description)) }
    if fields.count >= 2, IndicatorText.isSort(fields[0]) { return (fields[0], fields[1], field(2)) }
    return ("", field(0), fields.dropFirst().joined(separator: ", "))
  }

  /// The columns that a first line names.
  private static func header(_ fields: [String]) -> Columns? {
    let names = fields.map { $0.lowercased() }
    guard let value = names.firstIndex(where: ["value", "indicator", "ioc", "ioc_value", "observable"].contains) else {
      return nil
    }
    let sort = names.firstIndex(where: ["type", "kind", "ioc_type", "indicator_type"].contains)
    let text = names.firstIndex(where: ["description", "comment", "note", "name", "threat", "malware"].contains)
    return Columns(sort: sort, value: value, description: text)
  }

  /// RFC 4180, with commas, semicolons or tabs, whichever comes first.
  private static func fields(_ line: Bytes) -> [String] {
    let separators: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09]
    let separator = line.first { separators.contains($0) } ?? UInt8(ascii: ",")
    var fields: [String] = []
    var field: [UInt8] = []
    var (isQuoted, index) = (false, line.startIndex)
    while index < line.endIndex {
      let byte = line[index]
      if byte == UInt8(ascii: "\"") {
        if isQuoted, index + 1 < line.endIndex, line[index + 1] == byte {
          field.append(byte)
          index += 1
        } else {
          isQuoted.toggle()
        }
      } else if byte == separator, !isQuoted {
        fields.append(field[...].trimmed.text)
        field = []
        guard fields.count < 64 else { return fields }
      } else {
        field.append(byte)
      }
      index += 1
    }
    fields.append(field[...].trimmed.text)
    return fields
  }
}
