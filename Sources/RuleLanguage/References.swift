// SPDX-License-Identifier: Apache-2.0

extension Rule.Reference {
  /// Where a person can read on; nil for schemes that have no address, or none any more.
  package var url: String? {
    guard !id.isEmpty else { return nil }
    if scheme == "url" { return id.contains("://") ? id : "http://\(id)" }
    if scheme == "cve" {
      let number = id.lowercased().hasPrefix("cve-") ? String(id.dropFirst(4)) : id
      return "https://www.cve.org/CVERecord?id=CVE-\(number)"
    }
    if scheme == "mitre" {
      // Subtechniques stand behind their technique.
      return "https://attack.mitre.org/techniques/\(id.replacing(".", with: "/"))"
    }
    return Self.addresses[scheme].map { $0 + id }
  }

  private static let addresses: [String: String] = [
    "bugtraq": "https://www.securityfocus.com/bid/",
    "nessus": "https://www.tenable.com/plugins/nessus/",
    "exploitdb": "https://www.exploit-db.com/exploits/",
    "edb": "https://www.exploit-db.com/exploits/",
    "icsa": "https://www.cisa.gov/news-events/ics-advisories/",
    "msb": "https://learn.microsoft.com/security-updates/securitybulletins/",
    "md5": "https://www.virustotal.com/gui/file/",
    "sha1": "https://www.virustotal.com/gui/file/",
    "sha256": "https://www.virustotal.com/gui/file/",
    "jvn": "https://jvn.jp/jp/",
    "jvndb": "https://jvndb.jvn.jp/ja/contents/",
    "cwe": "https://cwe.mitre.org/data/definitions/",
  ]
}
