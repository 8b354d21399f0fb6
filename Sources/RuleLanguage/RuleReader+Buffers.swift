// SPDX-License-Identifier: Apache-2.0

/// What contents are looked for in.
extension RuleReader {
  /// Names that stand before contents.
  private static let sticky: [(String, Buffer)] = [
    ("http.uri", .httpURI), ("http.uri.raw", .httpRawURI), ("http.method", .httpMethod), ("http.header", .httpHeader),
    ("http.header.raw", .httpRawHeader), ("http.cookie", .httpCookie), ("http.user_agent", .httpUserAgent),
    ("http.host", .httpHost), ("http.host.raw", .httpRawHost), ("http.request_body", .httpRequestBody),
    ("http.response_body", .httpResponseBody), ("http.request_line", .httpRequestLine),
    ("http.response_line", .httpResponseLine), ("http.stat_code", .httpStatusCode),
    ("http.stat_msg", .httpStatusMessage), ("http.header_names", .httpHeaderNames), ("http.protocol", .httpProtocol),
    ("http.start", .httpStart), ("http.content_type", .httpContentType), ("http.content_len", .httpContentLength),
    ("http.referer", .httpReferer), ("http.accept", .httpAccept), ("http.accept_lang", .httpAcceptLanguage),
    ("http.accept_enc", .httpAcceptEncoding), ("http.connection", .httpConnection), ("http.server", .httpServer),
    ("http.location", .httpLocation), ("http_request_line", .httpRequestLine),
    ("http_response_line", .httpResponseLine),
    ("http_protocol", .httpProtocol), ("http_start", .httpStart), ("http_header_names", .httpHeaderNames),
    ("http_accept", .httpAccept), ("http_accept_lang", .httpAcceptLanguage), ("http_accept_enc", .httpAcceptEncoding),
    ("http_connection", .httpConnection), ("http_content_type", .httpContentType),
    ("http_content_len", .httpContentLength), ("http_referer", .httpReferer),
    ("file_data", .fileData), ("file.data", .fileData),
    ("tls.sni", .tlsServerName), ("tls_sni", .tlsServerName), ("tls.cert_subject", .tlsSubject),
    ("tls_cert_subject", .tlsSubject), ("tls.cert_issuer", .tlsIssuer), ("tls_cert_issuer", .tlsIssuer),
    ("tls.cert_serial", .tlsSerial), ("tls_cert_serial", .tlsSerial), ("tls.cert_fingerprint", .tlsFingerprint),
    ("tls_cert_fingerprint", .tlsFingerprint), ("tls.certs", .tlsCertificates),
    ("ja3.hash", .ja3Hash), ("ja3_hash", .ja3Hash), ("ja3.string", .ja3Text), ("ja3_string", .ja3Text),
    ("ja3s.hash", .ja3sHash), ("ja3s.string", .ja3sText), ("ja4.hash", .ja4), ("ja4_hash", .ja4),
    ("dns.query", .dnsQuery), ("dns_query", .dnsQuery), ("dns.queries.rrname", .dnsQuery),
    ("dns.query.name", .dnsQuery), ("dns.answer.name", .dnsAnswer), ("dns.answers.rrname", .dnsAnswer),
    ("ssh.proto", .sshProtocol), ("ssh_proto", .sshProtocol), ("ssh.software", .sshSoftware),
    ("ssh_software", .sshSoftware), ("ssh.hassh", .sshHassh), ("hassh", .sshHassh),
    ("smb.share", .smbShare), ("smb_share", .smbShare), ("smb.named_pipe", .smbNamedPipe),
    ("smb_named_pipe", .smbNamedPipe), ("smb.ntlmssp_user", .smbNTLMUser), ("smb.ntlmssp_domain", .smbNTLMDomain),
    ("dce_stub_data", .dceStub), ("dcerpc.stub_data", .dceStub),
    ("modbus_data", .modbusData), ("modbus.data", .modbusData), ("dnp3_data", .dnp3Data), ("dnp3.data", .dnp3Data),
    ("enip.data", .enipData), ("cip.data", .cipData), ("s7comm.data", .s7Data), ("s7comm.pdu", .s7Data),
    ("s7commplus_content", .s7Data), ("iec104.data", .iec104Data), ("iec104.asdu", .iec104Data),
    ("mms_data", .mmsData), ("mms.data", .mmsData), ("opcua.data", .opcuaData), ("snmp.community", .snmpCommunity),
    ("snmp_community", .snmpCommunity), ("ftp.command", .ftpCommand), ("ftp.command_data", .ftpCommandData),
    ("smtp.helo", .smtpHelo), ("smtp.mail_from", .smtpMailFrom), ("smtp.rcpt_to", .smtpRecipient),
    ("ipv4.hdr", .ipv4Header), ("ipv6.hdr", .ipv6Header), ("tcp.hdr", .tcpHeader), ("udp.hdr", .udpHeader),
    ("icmpv4.hdr", .icmpHeader), ("icmpv6.hdr", .icmpHeader),
  ]

  /// Names that stand behind a content; before it in Snort 3.
  private static let legacy: [(String, Buffer)] = [
    ("http_uri", .httpURI), ("http_raw_uri", .httpRawURI), ("http_method", .httpMethod), ("http_header", .httpHeader),
    ("http_raw_header", .httpRawHeader), ("http_cookie", .httpCookie), ("http_user_agent", .httpUserAgent),
    ("http_host", .httpHost), ("http_raw_host", .httpRawHost), ("http_client_body", .httpRequestBody),
    ("http_server_body", .httpResponseBody), ("http_stat_code", .httpStatusCode),
    ("http_stat_msg", .httpStatusMessage),
  ]

  static func bufferKeywords() -> [String: Keyword] {
    var keywords: [String: Keyword] = [
      "pkt_data": { (reader, option) throws(RuleFault) in
        try option.checkBare()
        reader.stick(.payload)
      },
      "raw_data": { (reader, option) throws(RuleFault) in
        try option.checkBare()
        reader.stick(.payload)
      },
      "dotprefix": { (reader, option) throws(RuleFault) in
        try reader.checkTransform(option)
        reader.hasDotBefore = true
      },
      "xor": { (reader, option) throws(RuleFault) in
        let digits = try option.requiredText()
        guard digits.count >= 2, digits.count <= 512, digits.count % 2 == 0 else {
          throw option.fault("a key in hexadecimal digits")
        }
        var key: [UInt8] = []
        for index in stride(from: digits.startIndex, to: digits.endIndex, by: 2) {
          guard let high = digits[index].hexadecimalDigit, let low = digits[index + 1].hexadecimalDigit else {
            throw option.fault("a key in hexadecimal digits")
          }
          key.append(high << 4 | low)
        }
        try reader.transform(.xor(key), option)
      },
      "pcrexform": { (reader, option) throws(RuleFault) in
        let value = try option.required()
        guard value.unquoted.count < value.count else {
          throw option.fault(.quotes, "the expression must stand in double quotes")
        }
        try reader.transform(.expression(Self.asciiPattern(value.unquoted)), option)
      },
      "bsize": { (reader, option) throws(RuleFault) in try reader.size(option) },
      "bufferlen": { (reader, option) throws(RuleFault) in try reader.size(option) },
      "urilen": { (reader, option) throws(RuleFault) in try reader.uriLength(option) },
    ]
    let transforms: [(String, Transform)] = [
      ("to_lowercase", .lowercase), ("to_uppercase", .uppercase), ("strip_whitespace", .stripBlanks),
      ("compress_whitespace", .compressBlanks), ("url_decode", .urlDecode), ("to_md5", .md5), ("to_sha1", .sha1),
      ("to_sha256", .sha256),
    ]
    for (name, transform) in transforms {
      let keyword: Keyword = { (reader, option) throws(RuleFault) in
        try option.checkBare()
        try reader.transform(transform, option)
      }
      keywords[name] = keyword
    }
    for (name, buffer) in sticky {
      let keyword: Keyword = { (reader, option) throws(RuleFault) in
        try option.checkBare()
        reader.stick(buffer)
      }
      keywords[name] = keyword
    }
    for (name, buffer) in legacy {
      let keyword: Keyword = { (reader, option) throws(RuleFault) in try reader.legacyBuffer(buffer, option) }
      keywords[name] = keyword
    }
    return keywords
  }

  private mutating func stick(_ buffer: Buffer) {
    self.buffer = buffer
    transforms = []
    hasDotBefore = false
    mayTransform = buffer != .payload
  }

  private func checkTransform(_ option: RuleOption) throws(RuleFault) {
    guard mayTransform else { throw option.fault(.mixedModifiers, "stands right behind the name of a buffer") }
  }

  private mutating func transform(_ transform: Transform, _ option: RuleOption) throws(RuleFault) {
    try checkTransform(option)
    transforms.append(transform)
  }

  /// `http_uri` behind a content moves that content. In rules of Snort 3 it is about those that follow.
  private mutating func legacyBuffer(_ target: Buffer, _ option: RuleOption) throws(RuleFault) {
    if isModular || lastContent == nil && dialect == .snort {
      // `http_header: field host` narrows to what has no buffer here.
      try option.checkBare()
      if !isModular { remark(.note, .snortSyntax, option, "read as Snort 3's, about what follows") }
      isModular = true
      stick(target)
      return
    }
    try option.checkBare()
    guard let (list, index) = lastContent, case .content(let content) = rule.buffers[list].tests[index] else {
      throw option.fault(.withoutContent, "no content before it")
    }
    guard rule.buffers[list].buffer == .payload else {
      throw option.fault(.mixedModifiers, "the content before it is already one of another buffer")
    }
    rule.buffers[list].tests.remove(at: index)
    let moved = self.list(target)
    rule.buffers[moved].tests.append(.content(content))
    lastContent = (moved, rule.buffers[moved].tests.count - 1)
  }

  private mutating func size(_ option: RuleOption) throws(RuleFault) {
    guard buffer != .payload else { throw option.fault(.mixedModifiers, "needs a buffer before it, as http.uri") }
    guard !hasDotBefore else { throw option.fault(.unsupported, "not behind dotprefix") }
    guard let test = NumberTest(try option.requiredText(), most: 1 << 32) else {
      throw option.fault("a number, <n, >n or a<>b")
    }
    if test == .never { throw option.fault(.cannotFire, "no length is so") }
    place(.size(test))
  }

  private mutating func uriLength(_ option: RuleOption) throws(RuleFault) {
    let parts = try option.requiredText().parts(",", most: 2)
    var target = Buffer.httpURI
    if parts.count == 2 {
      guard parts[1].isWord("raw") || parts[1].isWord("norm") else { throw option.fault("raw or norm") }
      if parts[1].isWord("raw") { target = .httpRawURI }
    }
    guard let test = NumberTest(parts[0], most: 1 << 32) else { throw option.fault("a number, <n, >n or a<>b") }
    if test == .never { throw option.fault(.cannotFire, "no length is so") }
    let list = list(target)
    rule.buffers[list].tests.append(.size(test))
  }
}
