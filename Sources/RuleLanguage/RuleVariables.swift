// SPDX-License-Identifier: Apache-2.0

/// What `$NAME` stands for in headers of rules. Values are texts of the rule language, and may name other variables.
package struct RuleVariables: Sendable {
  /// Private and link-local networks (RFC 1918, RFC 4193, RFC 3927, RFC 4291): a home network where no site is known.
  package static let privateNetworks =
    "[10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,fc00::/7,fe80::/10]"

  package private(set) var addresses: [String: String] = [:]
  package private(set) var ports: [String: String] = [:]
  /// Names whose values are ours, until a rule file says otherwise.
  private(set) var defaults: Set<String> = []
  /// Why `EXTERNAL_NET` is any: there is nothing outside of a home network that is any.
  package private(set) var isExternalWidened = false

  /// Names of address groups in public rules; all begin as `HOME_NET`.
  private static let groups = [
    "HTTP_SERVERS", "SMTP_SERVERS", "SQL_SERVERS", "DNS_SERVERS", "TELNET_SERVERS", "SSH_SERVERS", "FTP_SERVERS",
    "SIP_SERVERS", "DC_SERVERS", "DNP3_SERVER", "DNP3_CLIENT", "MODBUS_SERVER", "MODBUS_CLIENT", "ENIP_SERVER",
    "ENIP_CLIENT", "S7_SERVER", "S7_CLIENT", "FINS_SERVER", "FINS_CLIENT", "BACNET_SERVER", "BACNET_CLIENT",
    "MODICON_SERVER", "MODICON_CLIENT", "104_SERVER", "104_CLIENT", "OT_NET", "ENTERPRISE_NET", "ENG_STATIONS",
  ]
  private static let portGroups = [
    "HTTP_PORTS": "80", "SHELLCODE_PORTS": "!80", "ORACLE_PORTS": "1521", "SSH_PORTS": "22", "DNP3_PORTS": "20000",
    "MODBUS_PORTS": "502", "FILE_DATA_PORTS": "[$HTTP_PORTS,110,143]", "FTP_PORTS": "21", "GENEVE_PORTS": "6081",
    "VXLAN_PORTS": "4789", "TEREDO_PORTS": "3544", "SIP_PORTS": "[5060,5061]", "SMTP_PORTS": "25",
    "ROCKWELL_PORTS": "[2221,2222,44818]", "104_PORT": "2404", "104_PORTS": "2404", "ENIP_PORTS": "[2222,44818]",
    "S7_PORTS": "102", "BACNET_PORTS": "47808", "FINS_PORTS": "9600", "TELNET_PORTS": "23", "DNS_PORTS": "53",
    "TLS_PORTS": "443",
  ]

  /// Well-known names with their usual values. `homeNetwork` is an address list of the rule language.
  package init(homeNetwork: String) {
    addresses = Dictionary(uniqueKeysWithValues: Self.groups.map { ($0, "$HOME_NET") })
    addresses["AIM_SERVERS"] = "any"
    addresses["EXTERNAL_NET"] = "!$HOME_NET"
    ports = Self.portGroups
    defaults = Set(addresses.keys).union(ports.keys)
    addresses["HOME_NET"] = homeNetwork
    let home = homeNetwork.lowercased().filter { !" []".contains($0) }
    if home == "any" || home == "0.0.0.0/0,::/0" {
      addresses["EXTERNAL_NET"] = "any"
      isExternalWidened = true
    }
  }

  /// Sets an address variable for all files. `name` is without `$`.
  package mutating func setAddresses(_ name: String, _ value: String) {
    addresses[name] = value
    defaults.remove(name)
    if name == "EXTERNAL_NET" { isExternalWidened = false }
  }

  /// Sets a port variable for all files.
  package mutating func setPorts(_ name: String, _ value: String) {
    ports[name] = value
    defaults.remove(name)
  }

  /// A definition within a rule file, which does not override what the site says. False if it was not taken.
  mutating func define(_ name: String, _ value: String, isPort: Bool) -> Bool {
    guard defaults.contains(name) || addresses[name] == nil && ports[name] == nil else { return false }
    if isPort { ports[name] = value } else { addresses[name] = value }
    defaults.remove(name)
    return true
  }
}
