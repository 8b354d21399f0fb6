// SPDX-License-Identifier: Apache-2.0

/// A protocol of offices that rules ask for.
package enum Application: UInt8, CaseIterable, Sendable {
  case http, tls, dns, ssh, smb, dcerpc, ftp, smtp, snmp

  /// As rules name it.
  package var name: StaticString {
    switch self {
    case .http: "http"
    case .tls: "tls"
    case .dns: "dns"
    case .ssh: "ssh"
    case .smb: "smb"
    case .dcerpc: "dcerpc"
    case .ftp: "ftp"
    case .smtp: "smtp"
    case .snmp: "snmp"
    }
  }
}
