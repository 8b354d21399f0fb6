// SPDX-License-Identifier: Apache-2.0

/// What a rule's class says: how severe it is, and a short text.
package struct Classification: Hashable, Sendable {
  package var name: String
  /// 1 is the most severe.
  package var priority: UInt8
  /// The category of alerts.
  package var english: String
  package var japanese: String
  package init(_ name: String, _ priority: UInt8, _ english: String, _ japanese: String = "") {
    (self.name, self.priority) = (name, priority)
    (self.english, self.japanese) = (english, japanese.isEmpty ? english : japanese)
  }
}

/// Classes by name: ours, and those of a `classification.config`.
package struct Classifications: Sendable {
  package private(set) var diagnostics: [RuleDiagnostic] = []
  private var classes: [String: Classification]

  package init() { classes = Self.known }

  package subscript(name: String) -> Classification? { classes[name] }

  /// `config classification: name,text,priority` in each line. What it says goes before ours.
  package mutating func read(_ file: RuleFile) {
    guard file.text.count <= 1 << 20 else {
      diagnostics.append(
        RuleDiagnostic(
          .error, .fileTooLarge, SourcePlace(file: file.name, line: 1, column: 1), "more than 1 MiB: not read"))
      return
    }
    for (index, line) in file.text.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      let content = line.trimmed
      guard let first = content.first, first != UInt8(ascii: "#") else { continue }
      let place = SourcePlace(file: file.name, line: index + 1, column: content.startIndex - line.startIndex + 1)
      let (word, rest) = content.firstWord
      let (second, value) = rest.firstWord
      let parts = value.parts(",")
      guard word.isWord("config"), second.isWord("classification:"), parts.count == 3, !parts[0].isEmpty,
        let priority = parts[2].decimal(most: 255), priority > 0
      else {
        diagnostics.append(
          RuleDiagnostic(.error, .value, place, "'config classification: name,text,priority' is expected"))
        continue
      }
      let name = parts[0].loweredText
      var read = Classification(name, UInt8(priority), parts[1].text)
      if let ours = Self.known[name] { read.japanese = ours.japanese }
      classes[name] = read
    }
  }

  private static let known: [String: Classification] = Dictionary(
    uniqueKeysWithValues: [
      Classification("attempted-admin", 1, "Attempt to gain administrator rights", "管理者権限取得の試み"),
      Classification("attempted-user", 1, "Attempt to gain user rights", "利用者権限取得の試み"),
      Classification("successful-admin", 1, "Administrator rights gained", "管理者権限の取得に成功"),
      Classification("successful-user", 1, "User rights gained", "利用者権限の取得に成功"),
      Classification("unsuccessful-user", 1, "Attempt to gain user rights that failed", "利用者権限取得の失敗"),
      Classification("shellcode-detect", 1, "Executable code in data", "データ中の実行コード"),
      Classification("trojan-activity", 1, "Traffic of malware", "マルウェアの通信"),
      Classification("web-application-attack", 1, "Attack on a web application", "Webアプリケーションへの攻撃"),
      Classification("policy-violation", 1, "Breach of policy", "ポリシー違反"),
      Classification("inappropriate-content", 1, "Content that does not belong here", "不適切な内容"),
      Classification("command-and-control", 1, "Command and control traffic of malware", "マルウェアの遠隔操作通信"),
      Classification("exploit-kit", 1, "Exploit kit", "エクスプロイトキット"),
      Classification("credential-theft", 1, "Theft of credentials", "認証情報の窃取"),
      Classification("domain-c2", 1, "Domain used for command and control", "遠隔操作に使われるドメイン"),
      Classification("targeted-activity", 1, "Activity of a targeted attack", "標的型攻撃の活動"),
      Classification("file-format", 1, "Known malicious file", "既知の不正ファイル"),
      Classification("attempted-dos", 2, "Attempted denial of service", "サービス妨害の試み"),
      Classification("successful-dos", 2, "Denial of service", "サービス妨害"),
      Classification("denial-of-service", 2, "Denial of service", "サービス妨害"),
      Classification("attempted-recon", 2, "Attempt to gather information", "情報収集の試み"),
      Classification("successful-recon-limited", 2, "Information leak", "情報漏えい"),
      Classification("successful-recon-largescale", 2, "Large information leak", "大規模な情報漏えい"),
      Classification("bad-unknown", 2, "Possibly bad traffic", "不審な可能性のある通信"),
      Classification("default-login-attempt", 2, "Login with a default name and password", "初期パスワードによるログイン"),
      Classification("misc-attack", 2, "Attack of another kind", "その他の攻撃"),
      Classification("non-standard-protocol", 2, "Unusual protocol or event", "標準外のプロトコルまたは事象"),
      Classification("rpc-portmap-decode", 2, "Query of RPC services", "RPCサービスの照会"),
      Classification("suspicious-filename-detect", 2, "Suspicious file name", "不審なファイル名"),
      Classification("suspicious-login", 2, "Login with a suspicious name", "不審な名前によるログイン"),
      Classification("system-call-detect", 2, "System call in data", "データ中のシステムコール"),
      Classification("unusual-client-port-connection", 2, "Unusual port of a client", "クライアントの異常なポート"),
      Classification("web-application-activity", 2, "Access to a vulnerable web application", "脆弱なWebアプリケーションへのアクセス"),
      Classification("sdf", 2, "Sensitive data", "機密データ"),
      Classification("social-engineering", 2, "Deception of users", "利用者を欺く行為"),
      Classification("coin-mining", 2, "Mining of cryptocurrency", "暗号資産の採掘"),
      Classification("pup-activity", 2, "Possibly unwanted program", "望ましくない可能性のあるプログラム"),
      Classification("external-ip-check", 2, "Query of the own external address", "自身の外部アドレスの照会"),
      Classification("icmp-event", 3, "ICMP event", "ICMPの事象"),
      Classification("kickass-porn", 1, "Pornography", "ポルノ"),
      Classification("misc-activity", 3, "Activity of another kind", "その他の活動"),
      Classification("network-scan", 3, "Scan of the network", "ネットワークの走査"),
      Classification("not-suspicious", 3, "Not suspicious", "不審でない通信"),
      Classification("protocol-command-decode", 3, "Command of a protocol", "プロトコルのコマンド"),
      Classification("string-detect", 3, "Suspicious text", "不審な文字列"),
      Classification("unknown", 3, "Unknown traffic", "不明な通信"),
      Classification("tcp-connection", 4, "TCP connection", "TCP接続"),
    ].map { ($0.name, $0) })
}
