// SPDX-License-Identifier: Apache-2.0

/// What only shows when the whole rule is known.
extension RuleReader {
  mutating func finish() throws(RuleFault) {
    try checkPacketsAndStreams()
    try checkSizes()
    try checkHosts()
    try checkBits()
    checkProtocols()
    checkSpeed()
  }

  private var start: Int { bytes.firstIndex { !$0.isBlank } ?? 0 }

  private mutating func warn(_ reason: RuleDiagnostic.Reason, _ message: String, at offset: Int? = nil) {
    remarks.append(Remark(.warning, reason, offset ?? start, message))
  }

  private func checkPacketsAndStreams() throws(RuleFault) {
    guard let place = hasPacketKeyword else { return }
    if rule.header.transport == .tcpStream || rule.flow.isStreamOnly {
      throw RuleFault(.contradiction, place, "a test of single packets, in a rule about streams")
    }
    let testsSize = rule.packetTests.contains { if case .payloadSize = $0 { true } else { false } }
    if testsSize, dialect == .suricata, rule.buffers.contains(where: \.buffer.isOfApplication) {
      throw RuleFault(.contradiction, place, "dsize is about packets, and does not go with buffers of protocols")
    }
  }

  /// Contents longer than the place they must be in.
  private func checkSizes() throws(RuleFault) {
    var most: UInt64 = .max
    for case .payloadSize(let test) in rule.packetTests { most = min(most, test.largest ?? .max) }
    for list in rule.buffers {
      var limit: UInt64 = list.buffer == .payload ? most : .max
      for case .size(let test) in list.tests { limit = min(limit, test.largest ?? .max) }
      guard limit != .max, list.transforms.isEmpty else { continue }
      var end = 0
      for test in list.tests {
        // Behind anything else that moves on, the place is not known.
        guard case .content(let content) = test else {
          if test.movesCursor { end = 0 }
          continue
        }
        guard !content.isNegated, !content.hasDotBefore else { continue }
        var low = 0
        if case .number(let offset) = content.offset { low = offset }
        if content.isRelative {
          var distance = 0
          if case .number(let number) = content.distance { distance = number }
          if case .variable = content.distance { distance = -end }
          low = max(0, end + distance)
        }
        end = low + content.bytes.count
        if UInt64(end) > limit {
          throw RuleFault(
            .cannotFire, hasPacketKeyword ?? start,
            "the contents need \(end) bytes, and the size is at most \(limit)")
        }
      }
    }
  }

  /// Names of hosts are in lower case when they are tested; digests of TLS, too.
  private mutating func checkHosts() throws(RuleFault) {
    for list in rule.buffers.indices {
      switch rule.buffers[list].buffer {
      case .httpHost:
        guard dialect == .suricata else { continue }
        for case .content(let content) in rule.buffers[list].tests {
          if content.isCaseless {
            throw RuleFault(.contradiction, start, "nocase: http.host is in lower case already")
          }
          if rule.buffers[list].transforms.isEmpty, content.bytes.contains(where: { $0 >= 0x41 && $0 <= 0x5A }) {
            throw RuleFault(.cannotFire, start, "http.host is in lower case, and the content is not")
          }
        }
      case .ja3Hash, .ja3sHash, .tlsFingerprint, .sshHassh:
        for index in rule.buffers[list].tests.indices {
          guard case .content(var content) = rule.buffers[list].tests[index] else { continue }
          content.isCaseless = true
          rule.buffers[list].tests[index] = .content(content)
        }
      default: continue
      }
    }
  }

  private mutating func checkBits() throws(RuleFault) {
    var deeds: [String: [FlowBit.Deed]] = [:]
    for bit in rule.flowBits where bit.names.count == 1 {
      let before = deeds[bit.names[0], default: []]
      if bit.deed == .isNotSet && before.contains(.isSet) || bit.deed == .isSet && before.contains(.isNotSet) {
        throw RuleFault(.contradiction, start, "flowbits: '\(bit.names[0])' both set and not set")
      }
      if bit.deed == .isSet && before.contains(.set) || bit.deed == .set && before.contains(.isSet) {
        warn(.bits, "flowbits: setting '\(bit.names[0])' changes nothing where it must be set already")
      }
      deeds[bit.names[0], default: []].append(bit.deed)
    }
  }

  // MARK: Rules that never match

  private mutating func checkProtocols() {
    let header = rule.header
    if header.transport == .icmp, !header.sourcePorts.isAny || !header.destinationPorts.isAny {
      warn(.cannotFire, "ICMP has no ports: this rule never matches")
    }
    for test in rule.packetTests {
      let isOfTCP: Bool
      let isOfICMP: Bool
      switch test {
      case .flags, .acknowledgement, .sequence, .window, .streamSize: (isOfTCP, isOfICMP) = (true, false)
      case .icmpType, .icmpCode, .icmpID, .icmpSequence: (isOfTCP, isOfICMP) = (false, true)
      default: (isOfTCP, isOfICMP) = (false, false)
      }
      let isTCP = [.tcp, .tcpPacket, .tcpStream].contains(header.transport)
      let clashes =
        isOfTCP && (header.transport == .udp || header.transport == .icmp || header.transport == .sctp)
        || isOfICMP && (isTCP || header.transport == .udp || header.transport == .sctp)
      if clashes {
        warn(.cannotFire, "a test of \(isOfTCP ? "TCP" : "ICMP") that packets of the header's protocol never pass")
        break
      }
    }
    if rule.packetTests.contains(where: \.neverHolds) || rule.applicationTests.contains(where: \.neverHolds) {
      warn(.cannotFire, "a test of a number that holds for none: this rule never matches")
    }
    guard !header.application.isEmpty else { return }
    var names = rule.applicationTests.compactMap(\.application)
    names += rule.buffers.compactMap(\.buffer.application)
    if let other = names.first(where: { !Self.isOne(header.application, $0) }) {
      warn(.cannotFire, "a test of \(other) in a rule about \(header.application)")
    }
  }

  /// Whether what is asked of `asked` may be found in the protocol of the header.
  private static func isOne(_ header: String, _ asked: String) -> Bool {
    if header.hasPrefix("http"), asked == "http" { return true }
    if asked == "dcerpc", header == "smb" { return true }
    if asked == "dns", header == "doh2" || header == "mdns" { return true }
    if asked == "tls", header == "quic" { return true }
    if asked.hasPrefix("s7comm"), header.hasPrefix("s7comm") { return true }
    return header == asked
  }

  // MARK: Rules that cost much

  private mutating func checkSpeed() {
    let header = rule.header
    guard header.sourcePorts.isAny, header.destinationPorts.isAny, header.application.isEmpty,
      rule.applicationTests.isEmpty, rule.packetTests.isEmpty, !rule.buffers.isEmpty,
      rule.buffers.allSatisfy({ $0.buffer == .payload })
    else { return }
    let longest = rule.buffers.flatMap(\.tests).map(\.searchableBytes).max() ?? 0
    if longest < 3 {
      warn(.slow, "slow: every packet must be tested, as no content of 3 bytes or more and no port narrows it down")
    }
  }
}

extension PayloadTest {
  /// Bytes that must be there.
  fileprivate var searchableBytes: Int {
    guard case .content(let content) = self, !content.isNegated else { return 0 }
    return content.bytes.count
  }
}

extension PacketTest {
  fileprivate var neverHolds: Bool {
    switch self {
    case .timeToLive(.never), .acknowledgement(.never), .sequence(.never), .window(.never), .fragmentOffset(.never),
      .icmpType(.never), .icmpCode(.never), .icmpID(.never), .icmpSequence(.never), .ipID(.never), .ipProtocol(.never),
      .typeOfService(.never), .streamSize(_, .never), .flowPackets(_, .never), .flowBytes(_, .never):
      true
    default: false
    }
  }
}

extension ApplicationTest {
  fileprivate var neverHolds: Bool {
    switch self {
    case .modbus(let test): [test.unit, test.address, test.value].contains(.never)
    case .modbusUnit(.never), .enipCommand(.never), .cipClass(.never), .cipInstance(.never), .cipAttribute(.never),
      .cipStatus(.never), .cipPathClass(.never), .enipStatus(.never), .enipVendor(.never), .opcuaNode(.never),
      .opcuaNamespace(.never), .dnsOpcode(.never), .dnsType(.never), .dnsResponseCode(.never):
      true
    default: false
    }
  }

  /// The protocol whose decoder answers it.
  fileprivate var application: String? {
    switch self {
    case .modbus, .modbusFunction, .modbusUnit: "modbus"
    case .dnp3Function, .dnp3Indications, .dnp3Object, .dnp3Checksum: "dnp3"
    case .enipCommand, .cipService, .cipClass, .cipInstance, .cipAttribute, .cipStatus, .cipPathClass, .cipRequest,
      .cipResponse, .enipRequest, .enipResponse, .enipStatus, .enipVendor:
      "enip"
    case .iec104Type, .iec104Function: "iec104"
    case .s7PlusFunction, .s7PlusOperation: "s7comm-plus"
    case .mmsFunction: "mms"
    case .opcuaMessage, .opcuaService, .opcuaNode, .opcuaNamespace: "opcua"
    case .dceInterface, .dceOperation: "dcerpc"
    case .smbVersion: "smb"
    case .tlsVersion, .sslState, .tlsCertificateExpired, .tlsCertificateValid: "tls"
    case .dnsOpcode, .dnsType, .dnsResponseCode: "dns"
    case .sshVersion: "ssh"
    case .applicationProtocol, .exactApplicationProtocol, .event, .operation: nil
    }
  }
}

extension Buffer {
  /// The protocol whose decoder makes it; nil where several do.
  fileprivate var application: String? {
    if rawValue >= Buffer.httpURI.rawValue, rawValue <= Buffer.httpLocation.rawValue { return "http" }
    if rawValue >= Buffer.tlsServerName.rawValue, rawValue <= Buffer.ja4.rawValue { return "tls" }
    switch self {
    case .dnsQuery, .dnsAnswer: return "dns"
    case .sshProtocol, .sshSoftware, .sshHassh: return "ssh"
    case .smbShare, .smbNamedPipe, .smbNTLMUser, .smbNTLMDomain: return "smb"
    case .dceStub: return "dcerpc"
    case .modbusData: return "modbus"
    case .dnp3Data: return "dnp3"
    case .enipData, .cipData: return "enip"
    case .s7Data: return "s7comm"
    case .iec104Data: return "iec104"
    case .mmsData: return "mms"
    case .opcuaData: return "opcua"
    case .snmpCommunity: return "snmp"
    case .ftpCommand, .ftpCommandData: return "ftp"
    case .smtpHelo, .smtpMailFrom, .smtpRecipient: return "smtp"
    default: return nil
    }
  }
}
