// SPDX-License-Identifier: Apache-2.0

/// TLS, DNS, SSH, SMB and DCE/RPC.
extension RuleReader {
  static func officeKeywords() -> [String: Keyword] {
    var keywords: [String: Keyword] = [
      "tls.version": { (reader, option) throws(RuleFault) in try reader.tlsVersion(option) },
      "ssl_version": { (reader, option) throws(RuleFault) in try reader.tlsVersion(option) },
      "ssl_state": { (reader, option) throws(RuleFault) in try reader.sslState(option) },
      "tls_cert_expired": { (reader, option) throws(RuleFault) in
        try option.checkBare()
        reader.rule.applicationTests.append(.tlsCertificateExpired)
      },
      "tls_cert_valid": { (reader, option) throws(RuleFault) in
        try option.checkBare()
        reader.rule.applicationTests.append(.tlsCertificateValid)
      },
      "tls.subject": { (reader, option) throws(RuleFault) in try reader.certificateText(option, .tlsSubject) },
      "tls.issuerdn": { (reader, option) throws(RuleFault) in try reader.certificateText(option, .tlsIssuer) },
      "tls.fingerprint": { (reader, option) throws(RuleFault) in
        try reader.certificateText(option, .tlsFingerprint)
      },
      "ssh.protoversion": { (reader, option) throws(RuleFault) in
        let version = try reader.word(option)
        reader.rule.applicationTests.append(.sshVersion(version))
      },
      "ssh.softwareversion": { (reader, option) throws(RuleFault) in
        try reader.certificateText(option, .sshSoftware)
      },
      "dce_iface": { (reader, option) throws(RuleFault) in try reader.dceInterface(option) },
      "dcerpc.iface": { (reader, option) throws(RuleFault) in try reader.dceInterface(option) },
      "dce_opnum": { (reader, option) throws(RuleFault) in try reader.dceOperation(option) },
      "dcerpc.opnum": { (reader, option) throws(RuleFault) in try reader.dceOperation(option) },
      "smb.version": { (reader, option) throws(RuleFault) in
        guard let version = try option.requiredText().decimal(most: 2), version >= 1 else {
          throw option.fault("1 or 2")
        }
        reader.rule.applicationTests.append(.smbVersion(UInt8(version)))
      },
      "service": { (reader, option) throws(RuleFault) in try reader.service(option) },
    ]
    let numbers: [(String, UInt64, [String: UInt64], @Sendable (NumberTest) -> ApplicationTest)] = [
      ("dns.opcode", 15, [:], { .dnsOpcode($0) }), ("dns.rrtype", 65_535, recordTypes, { .dnsType($0) }),
      ("dns.rcode", 65_535, responseCodes, { .dnsResponseCode($0) }),
    ]
    for (name, most, names, test) in numbers {
      let keyword: Keyword = { (reader, option) throws(RuleFault) in
        reader.rule.applicationTests.append(test(try number(option, most: most, names: names)))
      }
      keywords[name] = keyword
    }
    return keywords
  }

  /// IANA, Domain Name System Parameters.
  private static let recordTypes: [String: UInt64] = [
    "a": 1, "ns": 2, "cname": 5, "soa": 6, "null": 10, "ptr": 12, "hinfo": 13, "mx": 15, "txt": 16, "aaaa": 28,
    "srv": 33, "naptr": 35, "ds": 43, "sshfp": 44, "rrsig": 46, "nsec": 47, "dnskey": 48, "nsec3": 50, "tlsa": 52,
    "svcb": 64, "https": 65, "any": 255, "caa": 257,
  ]
  private static let responseCodes: [String: UInt64] = [
    "noerror": 0, "formerr": 1, "servfail": 2, "nxdomain": 3, "notimp": 4, "refused": 5, "yxdomain": 6, "yxrrset": 7,
    "nxrrset": 8, "notauth": 9, "notzone": 10,
  ]

  private mutating func tlsVersion(_ option: RuleOption) throws(RuleFault) {
    let versions = Set(["ssl2", "ssl3", "tls1.0", "tls1.1", "tls1.2", "tls1.3"])
    let parts = try option.requiredText().parts(",")
    var names: [String] = []
    for part in parts {
      let isNegated = part.first == UInt8(ascii: "!")
      var name = (isNegated ? part.dropFirst().trimmed : part).loweredText
      if name.first?.isNumber ?? false { name = "tls" + name }
      if name == "sslv2" || name == "sslv3" { name = "ssl" + name.suffix(1) }
      guard versions.contains(name) else {
        throw RuleFault(.value, part.startIndex, "\(option.name): '\(part.shown)' is no version of TLS")
      }
      names.append((isNegated ? "!" : "") + name)
    }
    rule.applicationTests.append(.tlsVersion(names.joined(separator: ",")))
  }

  private mutating func sslState(_ option: RuleOption) throws(RuleFault) {
    let states = Set(["client_hello", "server_hello", "client_keyx", "server_keyx", "unknown"])
    var names: [String] = []
    for part in try option.requiredText().split(whereSeparator: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "|") })
    {
      let word = part.trimmed.loweredText
      guard states.contains(word.hasPrefix("!") ? String(word.dropFirst()) : word) else {
        throw RuleFault(.value, part.startIndex, "\(option.name): '\(part.shown)' is no state")
      }
      names.append(word)
    }
    rule.applicationTests.append(.sslState(names.joined(separator: ",")))
  }

  /// Keywords that hold what is looked for in a field: `tls.subject:"CN=..."`.
  private mutating func certificateText(_ option: RuleOption, _ target: Buffer) throws(RuleFault) {
    var text = try option.required()
    let isNegated = text.first == UInt8(ascii: "!")
    if isNegated { text = text.dropFirst().trimmed }
    let bytes = Array(text.unquoted)
    guard !bytes.isEmpty, bytes.count <= 65_535 else { throw option.fault("a text") }
    var content = Content(bytes)
    content.isNegated = isNegated
    let list = list(target)
    rule.buffers[list].tests.append(.content(content))
  }

  /// `uuid[,<n][,any_frag]`.
  private mutating func dceInterface(_ option: RuleOption) throws(RuleFault) {
    let parts = try option.requiredText().parts(",")
    var uuid: UInt128 = 0
    var digits = 0
    for (index, byte) in parts[0].enumerated() {
      if byte == UInt8(ascii: "-"), [8, 13, 18, 23].contains(index) { continue }
      guard let digit = byte.hexadecimalDigit, digits < 32 else { throw option.fault("an interface's UUID") }
      uuid = uuid << 4 | UInt128(digit)
      digits += 1
    }
    guard digits == 32 else { throw option.fault("an interface's UUID") }
    var interface = DCEInterface(uuid: uuid)
    for part in parts[1...] {
      if part.isWord("any_frag") {
        interface.isAnyFragment = true
      } else if let test = NumberTest(part, most: 65_535), interface.version == nil {
        interface.version = test
      } else {
        throw RuleFault(.value, part.startIndex, "\(option.name): '\(part.shown)' is not known")
      }
    }
    rule.applicationTests.append(.dceInterface(interface))
  }

  /// Numbers and ranges, both ends included.
  private mutating func dceOperation(_ option: RuleOption) throws(RuleFault) {
    var ranges: [ClosedRange<UInt16>] = []
    for part in try option.requiredText().parts(",") {
      let ends = part.parts("-", most: 2).map { $0.decimal(most: 65_535) }
      guard let low = ends[0], let high = ends[ends.count - 1], low <= high else {
        throw RuleFault(.value, part.startIndex, "\(option.name): '\(part.shown)' is no operation number")
      }
      ranges.append(UInt16(low)...UInt16(high))
    }
    rule.applicationTests.append(.dceOperation(RangeAlgebra.union(ranges)))
  }

  /// Snort 3's `service`: where ports are named, they say as much; without them, one service is the protocol.
  private mutating func service(_ option: RuleOption) throws(RuleFault) {
    let parts = try option.requiredText().parts(",")
    let names = parts.map { RuleHeaderReader.applications[$0.loweredText] }
    guard rule.header.sourcePorts.isAny, rule.header.destinationPorts.isAny else {
      remark(.note, .snortSyntax, option, "the ports of the header say where to look")
      return
    }
    guard let name = names[0], Set(names).count == 1 else {
      throw option.fault(.unsupported, "one protocol that is known here, or ports in the header")
    }
    guard rule.header.application.isEmpty || rule.header.application == name else {
      throw option.fault(.contradiction, "another protocol than the header's")
    }
    remark(.note, .snortSyntax, option, "read as the protocol of the header")
    rule.header.application = name
  }
}
