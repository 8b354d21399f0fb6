// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Monitor

extension SiteReader {
  static let zoneKeys = ["title", "importance", "values", "networks", "vlans", "responder", "inside"]
  static let assetKeys = [
    "zone", "title", "mac", "ip", "role", "presence", "vendor", "model", "firmware",
  ]
  static let presences = ["permanent", "occasional"]

  /// `assets` serves only to see which zones list addresses.
  mutating func readZones(_ field: SiteField, assets: SiteField?) {
    let lists = zonesWithAddresses(assets)
    var vlanZones: [UInt16: String] = [:]
    let entries = named(field, .zone)
    if entries.isEmpty, !document.hasErrors {
      document.error(field, Bilingual("a site has at least one zone", "ゾーンは一つ以上必要です"))
    }
    for entry in entries {
      let id = ZoneID(rawValue: UInt16(truncatingIfNeeded: site.zones.count))
      zoneNames[entry.key] = id
      let fields = entry.value.isNull ? [:] : document.record(entry.value, keys: SiteReader.zoneKeys) ?? [:]
      let importance = fields["importance"].flatMap {
        word($0, Importance.allCases, Bilingual("importance", "重要度"), \.word)
      }
      var values: [Value] = []
      if let field = fields["values"], let items = document.items(field) {
        values = items.compactMap { word($0, Value.allCases, Bilingual("value", "保護対象（values）の語"), \.word) }
      }
      var zone = Zone(
        name: entry.key, title: fields["title"].flatMap { document.text($0) } ?? entry.key,
        importance: importance ?? .medium, values: values,
        responder: fields["responder"].flatMap { index($0, responderNames, .responder) },
        listsIPs: lists.ips.contains(entry.key), listsMACs: lists.macs.contains(entry.key))
      if let field = fields["inside"] {
        zone.inside = word(field, InsideRule.allCases, Bilingual("rule", "ルール"), \.word) ?? .free
      }
      for (text, field) in document.texts(fields["networks"]) {
        guard let network = network(text, field) else { continue }
        zone.networks.append(network)
        networkFields.append((network, id, field))
      }
      for (text, field) in document.texts(fields["vlans"]) {
        guard let vlan = UInt16(text), (1...4094).contains(vlan) else {
          let shown = SiteDocument.shown(text)
          document.error(
            field,
            Bilingual(
              "'\(shown)' is not a VLAN ID; expected 1 to 4094", "'\(shown)' はVLAN IDではありません。1〜4094で指定してください"))
          continue
        }
        if let other = vlanZones[vlan], other != entry.key {
          document.error(
            field,
            Bilingual("VLAN \(vlan) already belongs to zone '\(other)'", "VLAN \(vlan) はすでにゾーン '\(other)' に属しています"))
        }
        vlanZones[vlan] = entry.key
        zone.vlans.append(vlan)
      }
      site.zones.append(zone)
    }
  }

  private mutating func zonesWithAddresses(_ assets: SiteField?) -> (ips: Set<String>, macs: Set<String>) {
    var ips: Set<String> = []
    var macs: Set<String> = []
    guard let assets, assets.isMap else { return (ips, macs) }
    // Errors are reported when the assets are read; those of this copy are dropped.
    var silent = SiteDocument(file: document.file)
    for entry in silent.map(assets) ?? [] {
      guard entry.value.isMap else { continue }
      let fields = silent.record(entry.value, keys: SiteReader.assetKeys) ?? [:]
      guard let zone = fields["zone"]?.text else { continue }
      if fields["ip"] != nil { ips.insert(zone) }
      if fields["mac"] != nil { macs.insert(zone) }
    }
    return (ips, macs)
  }

  /// A block of addresses, or a single one.
  mutating func network(_ text: String, _ field: SiteField) -> Network? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let address = IPAddress(parts[0]), parts.count <= 2 else {
      let shown = SiteDocument.shown(text)
      document.error(
        field,
        Bilingual(
          "'\(shown)' is not a network; expected a form such as 192.168.10.0/24 or fd00:10::/48",
          "'\(shown)' はネットワークではありません。192.168.10.0/24 または fd00:10::/48 のように指定してください"))
      return nil
    }
    // Text with a colon is IPv6, whatever its bits: the prefix of `::ffff:10.0.0.0/104` counts IPv6 bits.
    let isV6 = parts[0].utf8.contains(UInt8(ascii: ":"))
    var length = isV6 ? 128 : 32
    if parts.count == 2 {
      guard let number = Int(parts[1]), parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), number <= length
      else {
        let shown = SiteDocument.shown(text)
        document.error(
          field,
          Bilingual(
            "'\(shown)' has no valid prefix length; expected 0 to \(length) after the '/'",
            "'\(shown)' のプレフィックス長が正しくありません。'/' の後に0〜\(length)を指定してください"))
        return nil
      }
      length = number
    }
    let network = Network(address, length: isV6 ? length : length + 96)
    if network.address != address {
      document.error(
        field,
        Bilingual(
          "'\(text)' has bits set beyond its prefix; write \(network) for the network or \(address) for a single host",
          "'\(text)' はプレフィックスより後のビットが0ではありません。ネットワークなら \(network)、単一のホストなら \(address) "
            + "と指定してください"))
      return nil
    }
    return network
  }

  mutating func readAssets(_ field: SiteField) {
    for entry in named(field, .asset) {
      let id = AssetID(rawValue: UInt16(truncatingIfNeeded: site.assets.count))
      assetNames[entry.key] = id
      if zoneNames[entry.key] != nil {
        document.error(
          SiteField(entry.keyField.node, path: field.path),
          Bilingual("there is already a zone named '\(entry.key)'", "同じ名前のゾーン '\(entry.key)' があります"))
      }
      let fields = document.record(entry.value, keys: SiteReader.assetKeys) ?? [:]
      if fields["zone"] == nil, entry.value.isMap {
        document.error(
          SiteField(entry.keyField.node, path: entry.value.path),
          Bilingual("'zone' is missing: an asset belongs to a zone", "'zone' がありません。資産はゾーンに属します"))
      }
      let zone = fields["zone"].flatMap { field in
        index(field, zoneNames, .zone)
      }
      var asset = Asset(
        name: entry.key, zone: zone ?? .external, role: fields["role"].flatMap { role($0) } ?? "",
        isOccasional: fields["presence"].flatMap {
          word($0, SiteReader.presences, Bilingual("presence", "presenceの語"), \.self)
        }
          == "occasional")
      asset.title = fields["title"].flatMap { document.text($0) } ?? ""
      asset.vendor = fields["vendor"].flatMap { document.text($0) } ?? ""
      asset.model = fields["model"].flatMap { document.text($0) } ?? ""
      asset.firmware = fields["firmware"].flatMap { document.text($0) } ?? ""
      for (text, field) in document.texts(fields["ip"]) {
        guard let ip = IPAddress(text) else {
          let shown = SiteDocument.shown(text)
          if ["dhcp", "auto", "dynamic"].contains(text.lowercased()) {
            document.error(
              field,
              Bilingual(
                "'\(shown)' is no address: a device that gets its address by DHCP is known by its 'mac'; give that, "
                  + "and leave 'ip' out",
                "'\(shown)' はアドレスではありません。DHCPの機器はMACアドレスで識別します。'mac' を指定し、'ip' を省略してください"))
            continue
          }
          if text.contains("/") || text.contains("-") {
            document.error(
              field,
              Bilingual(
                "'\(shown)': an asset has single addresses, such as [192.168.10.11, 192.168.10.12]; a network belongs to "
                  + "a zone ('networks')",
                "'\(shown)': 資産には [192.168.10.11, 192.168.10.12] のように個々のアドレスを指定してください。ネットワークはゾーンの "
                  + "'networks' に書きます"))
            continue
          }
          document.error(
            field,
            Bilingual(
              "'\(shown)' is not an IP address; expected a form such as 192.168.10.11 or fd00::11",
              "'\(shown)' はIPアドレスではありません。192.168.10.11 または fd00::11 のように指定してください"))
          continue
        }
        guard ip.isUnicast else {
          document.error(field, SiteReader.notOneDevice(ip.description))
          continue
        }
        asset.ips.append(ip)
        addressFields.append((ip, id, field))
      }
      for (text, field) in document.texts(fields["mac"]) {
        guard let mac = MACAddress(text) else {
          let shown = SiteDocument.shown(text)
          document.error(
            field,
            Bilingual(
              "'\(shown)' is not a MAC address; expected a form such as 00:80:f4:01:02:03",
              "'\(shown)' はMACアドレスではありません。00:80:f4:01:02:03 のように指定してください"))
          continue
        }
        guard mac != .none, !mac.isGroup else {
          document.error(field, SiteReader.notOneDevice(mac.description))
          continue
        }
        macFields.append((mac, id, field))
        asset.macs.append(mac)
      }
      site.assets.append(asset)
    }
  }

  private static func notOneDevice(_ address: String) -> Bilingual {
    Bilingual("\(address) is not the address of a single device", "\(address) は1台の機器のアドレスではありません")
  }

  // MARK: Words

  /// One word of a fixed list.
  mutating func word<Word>(
    _ field: SiteField, _ words: [Word], _ what: Bilingual, _ text: (Word) -> String
  ) -> Word? {
    guard let wanted = document.text(field) else { return nil }
    if let found = words.first(where: { text($0) == wanted }) { return found }
    let all = words.map(text)
    let shown = SiteDocument.shown(wanted)
    document.error(
      field,
      Bilingual(
        "unknown \(what.en) '\(shown)'; expected \(SiteReader.listed(all))",
        "不明な\(what.ja) '\(shown)' です。\(all.joined(separator: "、"))のいずれかを指定してください"),
      near: wanted, of: all)
    return nil
  }

  /// The place of something the file names.
  mutating func index<Index>(_ field: SiteField, _ names: [String: Index], _ what: Bilingual) -> Index? {
    guard let wanted = document.text(field) else { return nil }
    if let found = names[wanted] { return found }
    let shown = SiteDocument.shown(wanted)
    document.error(
      field, Bilingual("unknown \(what.en) '\(shown)'", "不明な\(what.ja) '\(shown)' です"), near: wanted,
      of: names.keys.sorted())
    return nil
  }

  /// `a, b or c`
  static func listed(_ words: [String]) -> String {
    words.count < 2 ? words.joined() : words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
  }
}
