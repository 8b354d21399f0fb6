// SPDX-License-Identifier: Apache-2.0
import Catalogue
import RuleLanguage

/// What alerts of one rule say that does not depend on the traffic: the rule's own words and numbers, and what to do
/// about rules of its class.
enum RuleEntry {
  private static let classes = Classifications()

  static func entry(_ rule: Rule) -> CatalogueEntry {
    let japanese = rule.notes.first { $0.key == "title_ja" }?.value
    let techniques = rule.notes.filter { $0.key == "mitre_technique_id" }.map { Technique.known($0.value) }
    let sort = Sort(rule.classType)
    return CatalogueEntry(
      .signature, "signature", Bilingual(rule.message, japanese ?? rule.message),
      category: classes[rule.classType]?.english ?? (rule.classType.isEmpty ? "Signature" : rule.classType),
      severity: Int(min(max(rule.priority, 1), 4)),
      confidence: sort == .policy ? 60 : 80, threats: [], checklist: [], techniques: techniques,
      meaning: Bilingual(
        "Traffic matches rule \(rule.group):\(rule.number):\(rule.revision), \(rule.message)",
        "ルール \(rule.group):\(rule.number):\(rule.revision)「\(japanese ?? rule.message)」に一致する通信です"),
      falseAlarm: Bilingual(
        "The rule is wider than what it is named after, or the network is being tested.",
        "ルールの条件が実際の脅威より広い場合や、担当者による試験の場合。"),
      steps: sort.steps, revision: Int(rule.revision), silence: .usual, group: Int(rule.group),
      number: Int(rule.number), playbook: "signature-\(sort.rawValue)")
  }

  /// Rules of one sort are answered in the same way.
  enum Sort: String {
    /// What takes over a computer, or talks to whoever did.
    case intrusion
    case reconnaissance
    /// Commands to controllers, and what stops them.
    case process
    case policy

    init(_ classType: String) {
      switch classType {
      case "attempted-recon", "successful-recon-limited", "successful-recon-largescale", "network-scan",
        "rpc-portmap-decode":
        self = .reconnaissance
      case "protocol-command-decode", "attempted-dos", "successful-dos", "denial-of-service":
        self = .process
      case "policy-violation", "misc-activity", "not-suspicious", "unknown", "icmp-event", "tcp-connection",
        "suspicious-filename-detect", "string-detect", "non-standard-protocol", "":
        self = .policy
      default: self = .intrusion
      }
    }

    var steps: [Bilingual] {
      switch self {
      case .intrusion:
        [
          Bilingual(
            "Find the source and destination (context.ooda.orient), and ask who works at the source now.",
            "送信元と宛先（context.ooda.orient）を特定し、送信元で誰が作業しているかを確認してください。"),
          Bilingual(
            "Unless it is a planned test, cut the office computer off the network; leave controllers connected, and call the line first.",
            "予定された試験でなければ、事務系の端末をネットワークから切り離してください。制御装置は切り離さず、先にラインへ連絡してください。"),
          Bilingual(
            "Keep the capture around this time, and look for the same signature from and to other devices.",
            "この時刻前後のキャプチャを保全し、ほかの機器にも同じシグネチャのアラートがないか確認してください。"),
          Bilingual(
            "Read the references of the rule (alert.references) for what else such an attack does.",
            "ルールの参考情報（alert.references）で、この種の攻撃がほかに何をするかを確認してください。"),
        ]
      case .reconnaissance:
        [
          Bilingual(
            "Ask who runs a scan or an inventory tool at the source; planned ones are announced.",
            "送信元でスキャンや機器調査ツールを使っている人がいないか確認してください。計画された作業なら事前連絡があるはずです。"),
          Bilingual(
            "If it is not known, find the computer and cut it off: a scan comes before an attack.",
            "心当たりがなければ、その端末を特定して切り離してください。スキャンは攻撃の前段階です。"),
          Bilingual(
            "Watch the devices that were asked for commands and new connections.",
            "調べられた機器への命令や新しい接続がないか、しばらく監視してください。"),
        ]
      case .process:
        [
          Bilingual(
            "Call the line: is the equipment in the state that it should be in, and who is working on it?",
            "ラインに電話し、設備が正しい状態にあるか、作業中の人がいるかを確認してください。"),
          Bilingual(
            "If the work was not planned, have the line isolate the source, never the controller.",
            "予定された作業でなければ、送信元側を現場で切り離してください。制御装置は切り離さないこと。"),
          Bilingual(
            "Compare program, settings and mode of the controller with the last known good ones.",
            "制御装置のプログラム、設定、運転モードを、正常時のものと比較してください。"),
        ]
      case .policy:
        [
          Bilingual(
            "Ask the owner of the source whether this use is allowed here.",
            "送信元の管理者に、この通信がここで許可されているかを確認してください。"),
          Bilingual(
            "If it is, name its parties under exceptions in the site file, or switch the rule off; if not, have it stopped.",
            "許可されていれば、サイトファイルのexceptionsに当事者を登録するか、ルールを無効にしてください。許可されていなければ、やめてもらってください。"),
        ]
      }
    }
  }
}

/// References of rules as addresses, where their scheme has one.
enum RuleReferences {
  static func text(_ reference: Rule.Reference) -> String {
    switch reference.scheme {
    case "url": reference.id.contains("://") ? reference.id : "https://" + reference.id
    case "cve":
      "https://www.cve.org/CVERecord?id=" + (reference.id.uppercased().hasPrefix("CVE-") ? "" : "CVE-") + reference.id
    default: "\(reference.scheme):\(reference.id)"
    }
  }
}
