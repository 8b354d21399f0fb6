// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Monitor

/// Findings that are known and give no alert until a day.
extension SiteReader {
  static let exceptionKeys = [
    "kind", "device", "from", "to", "services", "operations", "reason", "owner", "until",
  ]
  /// An exception is an exception: each finding is compared with those of its kind.
  static let mostExceptions = 1_000

  mutating func readExceptions(_ field: SiteField) {
    guard field.isList else {
      document.error(
        field,
        Bilingual(
          "expected a list of exceptions (- {kind: …, from: …, reason: …, owner: …, until: …}), got \(field.kind.en)",
          "例外のリスト（- {kind: …, from: …, reason: …, owner: …, until: …}）が必要ですが、\(field.kind.ja)になっています"))
      return
    }
    let items = document.list(field, of: Bilingual("exceptions", "例外")) ?? []
    if items.count > SiteReader.mostExceptions {
      document.error(
        field,
        Bilingual(
          "more than \(SiteReader.mostExceptions) exceptions", "例外が\(SiteReader.mostExceptions)件を超えています"))
      return
    }
    for item in items {
      guard let fields = document.record(item, keys: SiteReader.exceptionKeys) else { continue }
      readException(item, fields)
    }
  }

  private mutating func readException(_ item: SiteField, _ fields: [String: SiteField]) {
    for (key, what) in SiteReader.required where fields[key] == nil {
      document.error(
        item,
        Bilingual(
          "'\(key)' is missing: an exception says \(what.en)", "'\(key)' がありません。例外には\(what.ja)が必要です"))
    }
    let kinds = fields["kind"].map { readKinds($0) } ?? []
    let until = fields["until"].flatMap { readUntil($0) }
    var exception = FindingException(
      kinds: kinds, until: until?.moment ?? .min, untilWord: until?.word ?? "", line: item.line)
    if let field = fields["until"] { exception.untilPlace = (field.line, field.column, field.path) }
    readParties(item, fields, &exception)
    if let field = fields["services"] {
      check(kinds, field, \.hasService, Bilingual("one service", "単一のサービス"))
      exception.services = readServices(field)
      refuseProtocols(field)
    }
    if let field = fields["operations"] {
      check(kinds, field, \.hasOperation, Bilingual("an operation", "操作"))
      let operations = readOperations(field, "operations")
      (exception.actions, exception.functions) = (operations.actions, operations.functions)
    } else if let kind = kinds.first(where: \.needsOperations) {
      let id = Catalogue.entry(kind).id
      document.error(
        item,
        Bilingual(
          "'operations' is missing: '\(id)' is about operations that change something, and each that is muted is named",
          "'operations' がありません。'\(id)' は変更操作に関する検知であり、対象外とする操作をすべて明記する必要があります"))
    }
    exception.reason = fields["reason"].flatMap { document.text($0) } ?? ""
    if let field = fields["owner"] { readOwner(field, &exception) }
    site.exceptions.append(exception)
  }

  private static let required: [(key: String, what: Bilingual)] = [
    ("kind", Bilingual("which kinds of findings it is about", "検知の種類（kind）")),
    ("reason", Bilingual("why it is needed", "理由（reason）")),
    ("owner", Bilingual("who answers for it", "責任者（owner）")),
    ("until", Bilingual("on which day it ends, such as 2027-03-31", "終了日（until、例: 2027-03-31）")),
  ]

  // MARK: Kinds

  private mutating func readKinds(_ field: SiteField) -> [FindingKind] {
    var kinds: [FindingKind] = []
    for (text, field) in document.texts(field) {
      guard let entry = Catalogue.entries.first(where: { $0.id == text }) else {
        let shown = SiteDocument.shown(text)
        if ["any", "all", "*"].contains(text.lowercased()) {
          document.error(
            field,
            Bilingual(
              "'\(shown)': an exception names its kinds, so that nothing else is muted; 'sekisho catalogue' lists them",
              "'\(shown)': 他の検知を止めないよう、例外には種類を明記します。一覧は 'sekisho catalogue' で確認できます"))
          continue
        }
        document.error(
          field,
          Bilingual(
            "unknown kind of finding '\(shown)'; 'sekisho catalogue' lists them",
            "不明な検知の種類 '\(shown)' です。一覧は 'sekisho catalogue' で確認できます"), near: text, of: Catalogue.entries.map(\.id))
        continue
      }
      guard !entry.kind.isOfMonitor else {
        document.error(
          field,
          Bilingual(
            "'\(text)' cannot be muted: it says what the monitor does not see, or may have read wrongly",
            "'\(text)' は例外にできません。監視側で見えていない、または正しく読めていない恐れを示す検知です"))
        continue
      }
      if !kinds.contains(entry.kind) { kinds.append(entry.kind) }
    }
    return kinds
  }

  /// Reports the kinds that a key means nothing to.
  private mutating func check(
    _ kinds: [FindingKind], _ field: SiteField, _ suits: (FindingKind) -> Bool, _ what: Bilingual
  ) {
    guard let kind = kinds.first(where: { !suits($0) }) else { return }
    let (id, key) = (Catalogue.entry(kind).id, field.path.split(separator: ".").last ?? "")
    document.error(
      field,
      Bilingual(
        "'\(id)' is not about \(what.en): leave '\(key)' out, or give it an exception of its own",
        "'\(id)' は\(what.ja)に関する検知ではありません。'\(key)' を省略するか、例外を分けてください"))
  }

  // MARK: Parties

  private mutating func readParties(
    _ item: SiteField, _ fields: [String: SiteField], _ exception: inout FindingException
  ) {
    let kinds = exception.kinds
    if let field = fields["device"] {
      if let kind = kinds.first(where: { !$0.isOfDevice }) {
        let id = Catalogue.entry(kind).id
        document.error(
          field,
          Bilingual(
            "'\(id)' is about what one does to another: name them with 'from' and 'to'",
            "'\(id)' は二者間の通信に関する検知です。'from' と 'to' で指定してください"))
      }
      exception.device = ends(field, kinds)
    }
    for key in ["from", "to"] {
      guard let field = fields[key] else { continue }
      if let kind = kinds.first(where: \.isOfDevice) {
        let id = Catalogue.entry(kind).id
        document.error(
          field,
          Bilingual(
            "'\(id)' is about one device: name it with 'device'", "'\(id)' は1台の機器に関する検知です。'device' で指定してください"))
        continue
      }
      let ends = ends(field, kinds, isDestination: key == "to")
      if key == "from" { exception.from = ends } else { exception.to = ends }
    }
    // What could not be read is reported already.
    let all = [exception.device, exception.from, exception.to]
    let given = ["device", "from", "to"].filter { fields[$0] != nil }
    guard !kinds.isEmpty, all.allSatisfy({ $0.isEmpty || $0.contains(.any) }),
      all.filter({ !$0.isEmpty }).count == given.count
    else { return }
    let isOfDevice = kinds.contains(where: \.isOfDevice)
    document.error(
      item,
      Bilingual(
        "an exception is for certain parties, never for all: name them with "
          + (isOfDevice ? "'device'" : "'from' or 'to'"),
        "例外は特定の相手に限ります。" + (isOfDevice ? "'device'" : "'from' または 'to'") + " で指定してください"))
  }

  private mutating func ends(
    _ field: SiteField, _ kinds: [FindingKind], isDestination: Bool = false
  ) -> [FindingException.End] {
    guard let items = document.items(field, of: Bilingual("zones, assets or addresses", "ゾーン、資産またはアドレス")) else {
      return []
    }
    return items.compactMap { item in
      guard let end = end(item), isAccepted(end, item, kinds, isDestination: isDestination) else { return nil }
      return end
    }
  }

  private mutating func end(_ field: SiteField) -> FindingException.End? {
    guard let name = document.text(field) else { return nil }
    if name == "any" { return .any }
    if let zone = zoneNames[name] { return .zone(zone) }
    if let asset = assetNames[name] { return .asset(asset) }
    if let mac = MACAddress(name) {
      guard let owner = macFields.first(where: { $0.mac == mac }) else { return .mac(mac) }
      document.error(field, SiteReader.isListed(name), suggestion: site[owner.asset]?.name)
      return nil
    }
    if name.split(separator: "/", maxSplits: 1).first.flatMap({ IPAddress($0) }) != nil {
      guard let network = network(name, field) else { return nil }
      if network.isHost, let owner = addressFields.first(where: { $0.ip == network.address }) {
        document.error(field, SiteReader.isListed(name), suggestion: site[owner.asset]?.name)
        return nil
      }
      return network.length == 0 || network.isV4 && network.length == 96 ? .any : .network(network)
    }
    let shown = SiteDocument.shown(name)
    if let advice = SiteAdvice.end(name, shown) {
      document.error(field, advice)
      return nil
    }
    document.error(
      field,
      Bilingual("unknown zone, asset or address '\(shown)'", "不明なゾーン、資産またはアドレス '\(shown)' です"), near: name,
      of: SiteReader.reservedNames + zoneNames.keys.sorted() + assetNames.keys.sorted())
    return nil
  }

  private static func isListed(_ address: String) -> Bilingual {
    let shown = SiteDocument.shown(address)
    return Bilingual(
      "'\(shown)' is listed as an asset's address; name the asset", "'\(shown)' は資産のアドレスです。資産の名前を使ってください")
  }

  /// Whether an end can name a party of every kind.
  private mutating func isAccepted(
    _ end: FindingException.End, _ field: SiteField, _ kinds: [FindingKind], isDestination: Bool
  ) -> Bool {
    if let kind = kinds.first(where: \.isOfMAC) {
      let id = Catalogue.entry(kind).id
      switch end {
      case .mac: return true
      case .zone where kinds.allSatisfy { $0 == .unknownMAC || !$0.isOfMAC }: return true
      case .asset(let asset) where kind != .unknownMAC && !(site[asset]?.macs.isEmpty ?? true): return true
      default: break
      }
      if kind == .unknownMAC {
        document.error(
          field,
          Bilingual(
            "'\(id)' is about devices that are not listed: give the MAC address, or the zone",
            "'\(id)' は登録のない機器に関する検知です。MACアドレスまたはゾーンを指定してください"))
      } else {
        document.error(
          field,
          Bilingual(
            "'\(id)' is about who uses an address, so the device is known by its MAC address: give that, or an asset that "
              + "has a 'mac'",
            "'\(id)' はアドレスの使用者に関する検知であり、機器はMACアドレスで識別します。MACアドレス、または 'mac' のある資産を指定してください"))
      }
      return false
    }
    if isDestination, kinds.contains(.hostSweep) {
      switch end {
      case .any, .zone: return true
      default:
        document.error(
          field,
          Bilingual(
            "'host-sweep' is about many hosts: 'to' is their zone", "'host-sweep' は多数のホストに関する検知です。'to' にはゾーンを指定してください"))
        return false
      }
    }
    return true
  }

  // MARK: Services, time, owner

  /// A protocol shows only in what is said, after its connection was found: an exception goes by ports.
  private mutating func refuseProtocols(_ field: SiteField) {
    for (text, item) in document.texts(field) {
      guard case .application(_, _, let ports, _)? = words[text] else { continue }
      document.error(
        item,
        Bilingual(
          "'\(text)' shows only after a connection was found: the services of an exception are ports",
          "'\(text)' かどうかは接続の検知後に判明します。例外のサービスはポートで指定してください"),
        suggestion: ports.first.map(ServicePattern.text))
    }
  }

  /// `2027-03-31` ends with that day, `2027-03-31 18:00` at that moment, both by the wall clock of the plant.
  private mutating func readUntil(_ field: SiteField) -> (moment: Int64, word: String)? {
    guard let text = document.text(field) else { return nil }
    let parts = text.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == " " || $0 == "T" }
    guard let day = SiteReader.day(parts[0]), parts.count == 1 || SiteReader.minute(parts[1]) != nil else {
      let shown = SiteDocument.shown(text)
      document.error(
        field,
        Bilingual(
          "'\(shown)' is not a date; expected a form such as 2027-03-31, until the end of that day, or 2027-03-31 18:00",
          "'\(shown)' は日付ではありません。2027-03-31（その日の終わりまで）または 2027-03-31 18:00 のように指定してください"))
      return nil
    }
    let minutes = parts.count == 1 ? 1440 : SiteReader.minute(parts[1]) ?? 1440
    let second = site.clock.moment(local: Int64(day) * 86_400 + Int64(minutes) * 60)
    return (second * 1_000_000_000, text)
  }

  private mutating func readOwner(_ field: SiteField, _ exception: inout FindingException) {
    guard let text = document.text(field) else { return }
    exception.owner = text
    if let index = responderNames[text] {
      exception.responder = index
      exception.owner = site.responders[index].name
      return
    }
    guard let near = Spelling.nearest(text, in: responderNames.keys.sorted()) else { return }
    document.warning(
      field,
      Bilingual(
        "the owner '\(SiteDocument.shown(text))' is kept as text for people; it is no responder",
        "責任者 '\(SiteDocument.shown(text))' は表示用の文字列として扱われます。担当者（responders）にありません"),
      suggestion: near)
  }
}
