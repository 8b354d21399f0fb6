// SPDX-License-Identifier: Apache-2.0

/// Reads what stands before the bracket: verb, protocol, ends and direction.
struct RuleHeaderReader {
  var header = RuleHeader()
  var verb = Rule.Verb.alert
  /// Snort 3's `alert http (`, without ends.
  var isShort = false
  var remarks: [Remark] = []

  /// Protocols by the names that rules use, and ours for them.
  static let applications: [String: String] = {
    var names = Dictionary(
      uniqueKeysWithValues: [
        "http", "http1", "http2", "tls", "ftp", "ftp-data", "smtp", "ssh", "smb", "dcerpc", "dns", "modbus", "dnp3",
        "enip", "nfs", "ntp", "ike", "krb5", "snmp", "tftp", "sip", "rfb", "mqtt", "rdp", "dhcp", "imap", "pop3",
        "telnet", "pgsql", "quic", "bittorrent-dht", "websocket", "ldap", "doh2", "mdns", "s7comm", "s7comm-plus",
        "iec104", "mms", "goose", "sv", "opcua", "fins", "slmp", "cclink-ief-basic", "cip-io", "profinet-rt",
        "profinet-cm", "bacnet", "melsoft", "cc-link-ie", "ethercat", "ads", "hart-ip", "synchrophasor", "umas",
        "fox",
      ].map { ($0, $0) })
    for (name, meant) in [
      ("ssl", "tls"), ("https", "tls"), ("dce", "dcerpc"), ("dce_tcp", "dcerpc"), ("dce_smb", "smb"),
      ("netbios-ssn", "smb"), ("ikev2", "ike"), ("s7commplus", "s7comm-plus"), ("s7", "s7comm"), ("cip", "enip"),
      ("ethernetip", "enip"), ("opc-ua", "opcua"), ("iec60870", "iec104"), ("iec-104", "iec104"),
      ("ftpdata", "ftp-data"),
    ] { names[name] = meant }
    return names
  }()

  /// `bytes` ends before the bracket.
  mutating func read(_ bytes: Bytes, _ dialect: Dialect, _ lists: inout HeaderLists) throws(RuleFault) {
    var tokens = try tokens(bytes)
    if let first = tokens.first, first.suffix(6).isWord(".rules") || first.suffix(7).isWord(".rules:") {
      remarks.append(Remark(.note, .reinterpreted, first.startIndex, "a file's name before the rule is left out"))
      tokens.removeFirst()
    }
    guard tokens.count >= 2 else {
      throw RuleFault(.header, bytes.startIndex, "a rule begins with action and protocol")
    }
    try readVerb(tokens[0], dialect)
    try readProtocol(tokens[1])
    if tokens.count == 2 {
      isShort = true
      remarks.append(
        Remark(.note, .snortSyntax, tokens[1].startIndex, "no addresses: Snort 3's short form, any to any"))
      return
    }
    guard tokens.count == 7 else {
      let place = tokens.count > 7 ? tokens[7].startIndex : bytes.startIndex
      throw RuleFault(
        .header, place,
        "a header has 7 parts (action, protocol, address, port, ->, address, port); here are \(tokens.count)")
    }
    try readDirection(tokens[4])
    header.source = try lists.addresses(tokens[2])
    header.sourcePorts = try lists.ports(tokens[3])
    header.destination = try lists.addresses(tokens[5])
    header.destinationPorts = try lists.ports(tokens[6])
  }

  /// At blanks outside of brackets.
  private func tokens(_ bytes: Bytes) throws(RuleFault) -> [Bytes] {
    var result: [Bytes] = []
    var (start, depth): (Int?, Int) = (nil, 0)
    for index in bytes.indices {
      let byte = bytes[index]
      if byte == UInt8(ascii: "[") { depth += 1 }
      if byte == UInt8(ascii: "]") { depth -= 1 }
      if byte.isBlank, depth <= 0 {
        if let from = start { result.append(bytes[from..<index]) }
        start = nil
      } else if start == nil {
        start = index
      }
      guard result.count < 16 else { throw RuleFault(.header, index, "a header has 7 parts") }
    }
    if let start {
      guard depth <= 0 else { throw RuleFault(.address, start, "'[' without ']'") }
      result.append(bytes[start...])
    }
    return result
  }

  private mutating func readVerb(_ token: Bytes, _ dialect: Dialect) throws(RuleFault) {
    let word = token.loweredText
    switch word {
    case "alert": verb = .alert
    case "pass": verb = .pass
    case "drop": verb = .drop
    case "reject", "rejectsrc", "rejectdst", "rejectboth": verb = .reject
    case "log" where dialect == .snort: verb = .log
    case "sdrop" where dialect == .snort, "block" where dialect == .snort: verb = .drop
    case "log", "sdrop", "block", "activate", "dynamic":
      throw RuleFault(.verb, token.startIndex, "'\(word)' is an action of Snort, not of Suricata")
    default: throw RuleFault(.verb, token.startIndex, "'\(token.shown)' is no action that is known here")
    }
  }

  private mutating func readProtocol(_ token: Bytes) throws(RuleFault) {
    let word = token.loweredText
    switch word {
    case "tcp", "udp", "icmp", "ip", "sctp", "tcp-pkt", "tcp-stream", "pkthdr":
      header.transport = RuleHeader.Transport(rawValue: word) ?? .ip
    case "ipv4", "ip4": header.ipVersion = 4
    case "ipv6", "ip6": header.ipVersion = 6
    case "icmpv4": (header.transport, header.ipVersion) = (.icmp, 4)
    case "icmpv6": (header.transport, header.ipVersion) = (.icmp, 6)
    case "file":
      remarks.append(Remark(.note, .snortSyntax, token.startIndex, "Snort 3's 'file' is read as 'ip'"))
    default:
      guard let name = Self.applications[word] else {
        throw RuleFault(.protocol, token.startIndex, "'\(token.shown)' is no protocol that is known here")
      }
      header.application = name
    }
  }

  private mutating func readDirection(_ token: Bytes) throws(RuleFault) {
    if token.isEqual("<>") {
      header.isBidirectional = true
    } else if token.isEqual("=>") {
      remarks.append(
        Remark(
          .note, .reinterpreted, token.startIndex,
          "'=>' is read as '->': both directions of a transaction are not joined"))
    } else if !token.isEqual("->") {
      throw RuleFault(.direction, token.startIndex, "'\(token.shown)' is no direction: '->' or '<>'")
    }
  }
}

/// Something to say about a rule that is used.
struct Remark {
  let severity: RuleDiagnostic.Severity
  let reason: RuleDiagnostic.Reason
  let offset: Int
  let message: String
  init(_ severity: RuleDiagnostic.Severity, _ reason: RuleDiagnostic.Reason, _ offset: Int, _ message: String) {
    (self.severity, self.reason, self.offset, self.message) = (severity, reason, offset, message)
  }
}
