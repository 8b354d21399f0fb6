// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Monitor

/// What may be written to a conduit's targets. An entry of `targets` is a text, or the same text as the key of its
/// limits: `"holding-register 20": {values: [0, 100]}`.
extension SiteReader {
  static let limitKeys = ["values", "min", "max", "only", "type", "order"]
  static let mostRanges = 1_000

  /// The entries of `targets`: a list of texts and maps, or one map.
  mutating func readTargets(
    _ field: SiteField?, in actions: UInt16, _ functions: [FunctionPattern]
  ) -> (targets: [TargetRange], limits: [ValueLimit]) {
    guard let field else { return ([], []) }
    let what = Bilingual("targets", "対象")
    let items =
      field.isMap ? [field] : document.items(field, of: what, ifEmpty: SiteReader.noTargets) ?? []
    var targets: [TargetRange] = []
    var limits: [ValueLimit] = []
    for item in items {
      guard item.isMap else {
        if let text = document.text(item), let target = readTarget(text, item) { targets.append(target) }
        continue
      }
      let entries = document.map(item) ?? []
      if entries.isEmpty { document.error(item, SiteReader.noTargets) }
      for entry in entries {
        if SiteReader.limitKeys.contains(entry.key) {
          document.error(
            entry.keyField,
            Bilingual(
              "'\(entry.key)' needs its target before it: \"holding-register 20\": {\(entry.key): …}",
              "'\(entry.key)' の前に対象が必要です（\"holding-register 20\": {\(entry.key): …} のように指定）"))
          continue
        }
        let key = SiteField(entry.keyField.node, path: entry.value.path)
        guard let target = readTarget(entry.key, key) else { continue }
        targets.append(target)
        if !entry.value.isNull, let limit = readLimit(entry.value, of: target, entry.key) { limits.append(limit) }
      }
    }
    let writes = Action.write.bit | Action.operate.bit
    if !limits.isEmpty, actions & writes == 0, !functions.contains(where: { $0.sample.action.bit & writes != 0 }) {
      document.warning(
        field,
        Bilingual(
          "limits on values have no effect here: the conduit allows neither write nor operate",
          "このコンジットではwriteもoperateも許可されていないため、値の制限は効果がありません"))
    }
    return (targets, limits)
  }

  // MARK: One limit

  /// `text` is the target as the file has it: its width counts.
  private mutating func readLimit(_ field: SiteField, of target: TargetRange, _ text: String) -> ValueLimit? {
    guard target.area.cell != .none else {
      document.error(
        field,
        Bilingual(
          "values of \(target.area.word) cannot be limited: messages do not write it as numbers of a known form",
          "\(target.area.word) の値は制限できません。この領域への書き込みは、形式の決まった数値ではありません"))
      return nil
    }
    // `"holding-register 20": [0, 100]` says the same in short.
    var fields: [String: SiteField] = [:]
    if field.isMap {
      guard let record = document.record(field, keys: SiteReader.limitKeys) else { return nil }
      fields = record
    } else {
      fields["values"] = field
    }
    let before = document.errorCount
    var ranges: [NumberRange] = []
    let ways = ["values", "only", "min"].filter { fields[$0] != nil || $0 == "min" && fields["max"] != nil }
    if ways.count != 1 {
      document.error(
        field,
        Bilingual(
          "say once what is allowed: 'values: [0, 100]', 'min' and 'max', or 'only: [0, 1, 5]'",
          "許可する値は 'values: [0, 100]'、'min' と 'max'、'only: [0, 1, 5]' のいずれか一つで指定してください"))
    } else if let values = fields["values"] {
      ranges = readValues(values).map { [$0] } ?? []
    } else if let only = fields["only"] {
      ranges = readOnly(only)
    } else {
      let least = fields["min"].flatMap { readBound($0) }
      let most = fields["max"].flatMap { readBound($0) }
      if document.errorCount == before, let range = readRange(least, most, field) { ranges = [range] }
    }
    let type = readType(fields["type"], fields["order"], of: target, text, field)
    guard document.errorCount == before, !ranges.isEmpty else { return nil }
    if let type { checkReach(ranges, type, field) }
    return ValueLimit(target, ranges, isList: fields["only"] != nil, type: type)
  }

  /// The lowest and the highest number; `null` or `~` leaves an end open.
  private mutating func readValues(_ field: SiteField) -> NumberRange? {
    let form = Bilingual(
      "expected the lowest and the highest number, such as [0, 100]; for an open end write 'min' or 'max', for single "
        + "numbers 'only: [0, 1, 5]'",
      "[0, 100] のように最小値と最大値を指定してください。片側だけの場合は 'min' または 'max'、個別の値は 'only: [0, 1, 5]' で指定します")
    if let text = field.text, !field.isNull {
      let ends = text.split(separator: "-", maxSplits: 1).map { $0.trimmingBlanks }
      let isRange = ends.count == 2 && ends.allSatisfy { SiteReader.bound($0) != nil }
      document.error(field, form, suggestion: isRange ? "[\(ends[0]), \(ends[1])]" : nil)
      return nil
    }
    guard let items = document.list(field), field.isList else {
      if !field.isMap { document.error(field, form) }
      return nil
    }
    guard items.count == 2 else {
      let single = items.count == 1 ? items[0].text.flatMap { SiteReader.bound($0) == nil ? nil : $0 } : nil
      document.error(field, form, suggestion: single.map { "{min: \($0)}' or '{only: [\($0)]}" })
      return nil
    }
    let before = document.errorCount
    let least = items[0].isNull ? nil : readBound(items[0])
    let most = items[1].isNull ? nil : readBound(items[1])
    guard document.errorCount == before else { return nil }
    return readRange(least, most, field)
  }

  private mutating func readRange(
    _ least: NumberRange.Bound?, _ most: NumberRange.Bound?, _ field: SiteField
  ) -> NumberRange? {
    guard least != nil || most != nil else {
      document.error(
        field,
        Bilingual(
          "no end at all: give the lowest or the highest number, or leave the limit out",
          "最小値と最大値がどちらもありません。少なくとも一方を指定するか、制限を省略してください"))
      return nil
    }
    if let least, let most, NumberRange(least: least, most: nil).isAbove(most) {
      document.error(
        field,
        Bilingual(
          "the lowest number (\(least.text)) is above the highest one (\(most.text))",
          "最小値（\(least.text)）が最大値（\(most.text)）より大きくなっています"),
        suggestion: "[\(most.text), \(least.text)]")
      return nil
    }
    return NumberRange(least: least, most: most)
  }

  private mutating func readOnly(_ field: SiteField) -> [NumberRange] {
    let empty = Bilingual(
      "an empty list allows no value: list the numbers, or leave the target out to allow no write",
      "空のリストではどの値も許可されません。数値を列挙するか、書き込みを許可しない場合は対象を省略してください")
    guard let items = document.items(field, of: Bilingual("numbers", "数値"), ifEmpty: empty) else { return [] }
    guard items.count <= SiteReader.mostRanges else {
      document.error(
        field,
        Bilingual(
          "more than \(SiteReader.mostRanges) numbers; use 'values' with a range",
          "数値が\(SiteReader.mostRanges)個を超えています。'values' で範囲を指定してください"))
      return []
    }
    return items.compactMap { readBound($0).map { NumberRange(only: $0) } }
  }

  private mutating func readBound(_ field: SiteField) -> NumberRange.Bound? {
    guard let text = document.text(field) else { return nil }
    if let bound = SiteReader.bound(text) { return bound }
    let shown = SiteDocument.shown(text)
    let words = ["on": "1", "true": "1", "yes": "1", "off": "0", "false": "0", "no": "0"]
    let meant = words[text.lowercased()] ?? SiteReader.bound(text.filter { !"_ ,".contains($0) }).map(\.text)
    document.error(
      field,
      Bilingual(
        "'\(shown)': expected a number, such as 100, -40, 0.5 or 0x1F", "'\(shown)': 100、-40、0.5、0x1F のような数値を指定してください"),
      suggestion: meant)
    return nil
  }

  /// `100`, `-40`, `0.5`, `1e6`, `0x1F`
  static func bound(_ text: String) -> NumberRange.Bound? {
    let digits = text.drop { $0 == "-" || $0 == "+" }
    guard text.count - digits.count <= 1, let first = digits.utf8.first, 0x30...0x39 ~= first else { return nil }
    let isNegative = text.first == "-"
    let whole = digits.hasPrefix("0x") ? Int128(digits.dropFirst(2), radix: 16) : Int128(digits)
    if let whole, !digits.hasPrefix("0x") || digits.utf8.count > 2 && digits.dropFirst(2).allSatisfy(\.isHexDigit) {
      let value = isNegative ? -whole : whole
      return (Int128(Int64.min)...Int128(UInt64.max)).contains(value) ? .whole(value) : .real(Double(value))
    }
    guard digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 || $0 == 0x2E || $0 | 0x20 == 0x65 || $0 == 0x2B || $0 == 0x2D }),
      let real = Double(text), real.isFinite
    else { return nil }
    return .real(real)
  }

  // MARK: How memory is read

  private mutating func readType(
    _ typeField: SiteField?, _ orderField: SiteField?, of target: TargetRange, _ text: String, _ field: SiteField
  ) -> NumberType? {
    let area = target.area
    let cell = area.cell
    var kind = NumberType.Kind.unsigned
    var bits = cell.bits
    if let typeField {
      guard let word = document.text(typeField) else { return nil }
      guard let known = NumberType.words.first(where: { $0.word == word }) else {
        let others = [
          "int": "int16", "uint": "uint16", "word": "uint16", "dint": "int32", "udint": "uint32", "dword": "uint32",
          "real": "float32", "float": "float32", "lreal": "float64", "double": "float64", "byte": "uint8",
          "sint": "int8", "usint": "uint8", "lint": "int64", "ulint": "uint64", "lword": "uint64",
        ]
        document.error(
          typeField,
          Bilingual(
            "unknown type '\(SiteDocument.shown(word))'", "不明な型 '\(SiteDocument.shown(word))' です"),
          suggestion: others[word.lowercased()] ?? Spelling.nearest(word, in: NumberType.words.map(\.word)))
        return nil
      }
      (kind, bits) = (known.kind, known.bits)
      if target.bit >= 0 || cell == .bit {
        document.error(
          typeField, Bilingual("a single bit has no type: it is 0 or 1", "1ビットに型はありません。値は0か1です"))
        return nil
      }
      if cell == .value, area != .label, area != .dataFile {
        document.error(
          typeField,
          Bilingual(
            "messages say themselves of which type values of \(area.word) are: leave 'type' out",
            "\(area.word) の値の型は電文自体に含まれています。'type' を省略してください"))
        return nil
      }
    } else if target.bit >= 0 {
      return NumberType(.unsigned, bits: 1)
    } else if cell == .byte {
      // The width of Siemens' notation.
      guard let width = SiteReader.width(text) else {
        document.error(
          field,
          Bilingual(
            "how long are the numbers? Give a width, such as DB10.DBW4, or a 'type'",
            "数値の長さが分かりません。DB10.DBW4 のように幅を指定するか、'type' を指定してください"))
        return nil
      }
      bits = 8 * width
    } else if cell == .value {
      if let orderField { refuseOrder(orderField) }
      return nil
    }
    var order = area.order
    if let orderField {
      guard cell == .word || cell == .byte, bits > 8 else {
        refuseOrder(orderField)
        return nil
      }
      guard let word = document.text(orderField) else { return nil }
      let words = [
        "big": "ABCD", "big-endian": "ABCD", "little": "DCBA", "little-endian": "DCBA", "ab": "ABCD", "ba": "BADC",
        "high-first": "ABCD", "low-first": "CDAB", "abcdefgh": "ABCD", "ghefcdab": "CDAB", "badcfehg": "BADC",
        "hgfedcba": "DCBA", "abcd": "ABCD", "cdab": "CDAB", "badc": "BADC", "dcba": "DCBA",
      ]
      guard let known = NumberType.Order(rawValue: word) else {
        document.error(
          orderField,
          Bilingual(
            "unknown order '\(SiteDocument.shown(word))': A is the highest byte; ABCD, CDAB, BADC or DCBA",
            "不明な順序 '\(SiteDocument.shown(word))' です。最上位バイトをAとして、ABCD、CDAB、BADC、DCBAのいずれかを指定してください"),
          suggestion: words[word.lowercased()])
        return nil
      }
      order = known
    }
    checkSpan(of: target, bits, text, field)
    return NumberType(kind, bits: bits, order)
  }

  private mutating func refuseOrder(_ field: SiteField) {
    document.error(
      field,
      Bilingual(
        "'order' is for numbers of two bytes or more in memory", "'order' は、メモリ上の2バイト以上の数値にのみ指定できます"))
  }

  /// The addresses of a target must be those of whole numbers.
  private mutating func checkSpan(of target: TargetRange, _ bits: Int, _ text: String, _ field: SiteField) {
    let cell = target.area.cell.bits
    guard cell > 0 else { return }
    guard bits >= cell else {
      document.error(
        field,
        Bilingual(
          "an address of \(target.area.word) has \(cell) bits, more than this type",
          "\(target.area.word) の1アドレスは\(cell)ビットで、この型より長くなっています"))
      return
    }
    let step = UInt64(bits / cell)
    guard step > 1, target.addresses != 0...UInt64.max else { return }
    let (low, high) = (target.addresses.lowerBound, target.addresses.upperBound)
    let count = high - low + 1
    guard count % step != 0 else { return }
    let whole = TargetRange(
      target.area, number: target.number, low...(low + (count + step - 1) / step * step - 1), unit: target.unit)
    document.error(
      field,
      Bilingual(
        "a number of \(bits) bits takes \(step) addresses, and '\(SiteDocument.shown(text))' has \(count)",
        "\(bits)ビットの数値には\(step)アドレスが必要ですが、'\(SiteDocument.shown(text))' は\(count)アドレスです"),
      suggestion: whole.description)
  }

  /// Bytes of the numbers in `DB10.DBW4`, `MD8`; nil without a width.
  private static func width(_ text: String) -> Int? {
    let place = text.split(separator: " ").first?.split(separator: ".").last ?? ""
    let letters = place.prefix { !$0.isNumber }
    // A data block alone has no addresses.
    guard letters.count >= 2, place.count > letters.count, text.contains(".") || letters != "DB" && letters != "DI"
    else { return nil }
    return switch letters.last {
    case "B": 1
    case "W": 2
    case "D": 4
    default: nil
    }
  }

  /// A range that every number of its type keeps to, or none, is probably not what was meant.
  private mutating func checkReach(_ ranges: [NumberRange], _ type: NumberType, _ field: SiteField) {
    guard type.kind != .real, type.bits <= 64 else { return }
    let top = Int128(1) << Int128(type.kind == .signed ? type.bits - 1 : type.bits)
    let bottom: Int128 = type.kind == .signed ? -top : 0
    for range in ranges {
      let least = range.least?.double ?? -.infinity
      let most = range.most?.double ?? .infinity
      guard least < Double(bottom) || most >= Double(top),
        range.least != nil && least < Double(bottom)
          || range.most != nil && most >= Double(top)
      else { continue }
      document.warning(
        field,
        Bilingual(
          "\(type.bits == 1 ? "a bit" : type.word) goes from \(bottom) to \(top - 1): this limit goes beyond; is it of "
            + "another 'type', such as int16?",
          "\(type.bits == 1 ? "1ビット" : type.word)の範囲は\(bottom)〜\(top - 1)で、この制限はそれを超えています。"
            + "int16など別の 'type' ではありませんか"))
      return
    }
  }
}

extension NumberRange {
  /// Whether its lower end lies above a number.
  fileprivate func isAbove(_ bound: NumberRange.Bound) -> Bool {
    switch (least, bound) {
    case (.whole(let least)?, .whole(let bound)): least > bound
    case (let least?, _): least.double > bound.double
    case (nil, _): false
    }
  }
}

extension Substring {
  fileprivate var trimmingBlanks: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
