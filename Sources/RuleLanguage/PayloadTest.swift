// SPDX-License-Identifier: Apache-2.0

/// What bytes tests look at.
package enum Buffer: UInt8, CaseIterable, Sendable {
  /// A segment, a datagram, a message, or the stream.
  case payload
  // HTTP
  case httpURI, httpRawURI, httpMethod, httpHeader, httpRawHeader, httpCookie, httpUserAgent, httpHost, httpRawHost
  case httpRequestBody, httpResponseBody, httpRequestLine, httpResponseLine, httpStatusCode, httpStatusMessage
  case httpHeaderNames, httpProtocol, httpStart, httpContentType, httpContentLength, httpReferer, httpAccept
  case httpAcceptLanguage, httpAcceptEncoding, httpConnection, httpServer, httpLocation
  /// Files and bodies that responses, and transfers of other protocols, carry.
  case fileData
  // TLS
  case tlsServerName, tlsSubject, tlsIssuer, tlsSerial, tlsFingerprint, tlsCertificates, tlsVersion
  case ja3Hash, ja3Text, ja3sHash, ja3sText, ja4
  // Others
  case dnsQuery, dnsAnswer
  case sshProtocol, sshSoftware, sshHassh, sshHasshText, sshHasshServer, sshHasshServerText
  /// `smbFile`: the name in a request to open or create, a pipe's too.
  case smbShare, smbNamedPipe, smbFile, smbNTLMUser, smbNTLMDomain, smbNTLMWorkstation
  case dceStub
  case modbusData, dnp3Data, enipData, cipData, s7Data, iec104Data, mmsData, opcuaData, snmpCommunity
  /// FTP, SMTP and others: lines.
  case ftpCommand, ftpCommandData, ftpReply, smtpHelo, smtpMailFrom, smtpRecipient
  /// Headers of a packet, with their options.
  case ipv4Header, ipv6Header, tcpHeader, udpHeader, icmpHeader

  package var isOfPacketHeader: Bool {
    switch self {
    case .ipv4Header, .ipv6Header, .tcpHeader, .udpHeader, .icmpHeader: true
    default: false
    }
  }
  /// Whether a decoder makes it, not the network.
  package var isOfApplication: Bool { self != .payload && !isOfPacketHeader }
}

/// The tests of one buffer, in the order of the rule: later ones may be relative to earlier ones.
package struct BufferTests: Sendable {
  package var buffer: Buffer
  /// What is done to the bytes before they are tested, in order.
  package var transforms: [Transform] = []
  package var tests: [PayloadTest]
  package init(_ buffer: Buffer, _ tests: [PayloadTest] = []) { (self.buffer, self.tests) = (buffer, tests) }
}

/// What a rule has done to a buffer before it looks at it. `dotprefix` is not here: see `Content.hasDotBefore`.
package enum Transform: Hashable, Sendable {
  case lowercase, uppercase
  /// All blanks are taken out; runs of them become one space.
  case stripBlanks, compressBlanks
  /// Percent-encoding and `+`.
  case urlDecode
  /// Digests, as bytes.
  case md5, sha1, sha256
  /// `xor`, with the key's bytes in turn.
  case xor([UInt8])
  /// `pcrexform`: what the first group of the expression matches.
  case expression(String)
}

package enum PayloadTest: Sendable {
  case content(Content)
  case byteTest(ByteTest)
  case byteJump(ByteJump)
  case byteExtract(ByteExtract)
  case byteMath(ByteMath)
  case isDataAt(IsDataAt)
  case expression(Expression)
  /// `bsize`, `urilen`: bytes of the buffer.
  case size(NumberTest)
}

/// A number of a rule, or one that an earlier test has read.
package enum Amount: Hashable, Sendable {
  case number(Int)
  /// Its place among the rule's variables.
  case variable(Int)
}

/// `content`.
package struct Content: Sendable {
  package var bytes: [UInt8]
  package var isNegated = false
  package var isCaseless = false
  /// From the start of the buffer.
  package var offset: Amount?
  /// From `offset`: the whole pattern lies within.
  package var depth: Amount?
  /// From the end of what matched last.
  package var distance: Amount?
  /// From there plus `distance`: the whole pattern lies within.
  package var within: Amount?
  package var isAtStart = false
  package var isAtEnd = false
  /// `fast_pattern`: the part that is looked for first.
  package var hint: Range<Int>?
  /// `dotprefix`: a dot goes before the buffer.
  package var hasDotBefore = false
  package var isRelative: Bool { distance != nil || within != nil }
  package init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// How a number lies in bytes.
package struct NumberFormat: Hashable, Sendable {
  package enum Base: Sendable { case binary, octal, decimal, hexadecimal }
  package var isLittleEndian = false
  /// The byte order of the DCE/RPC header.
  package var isOfDCE = false
  /// Digits, not binary.
  package var base = Base.binary
  package var mask: UInt64?
  package init() {}
}

package struct ByteTest: Sendable {
  package enum Comparison: Sendable { case less, greater, equal, lessOrEqual, greaterOrEqual, and, xor }
  package var count: Amount
  package var comparison: Comparison
  package var isNegated: Bool
  package var value: Amount
  package var offset: Amount
  package var isRelative = false
  package var format = NumberFormat()
  /// Values above `Int.max`.
  package var wideValue: UInt64?
  package init(
    count: Amount, _ comparison: Comparison, isNegated: Bool, value: Amount, offset: Amount
  ) {
    (self.count, self.comparison, self.isNegated) = (count, comparison, isNegated)
    (self.value, self.offset) = (value, offset)
  }
}

package struct ByteJump: Sendable {
  package enum Origin: Sendable { case here, beginning, end }
  package var count: Amount
  package var offset: Amount
  package var isRelative = false
  package var multiplier = 1
  package var isAligned = false
  package var origin = Origin.here
  package var after: Amount = .number(0)
  package var format = NumberFormat()
  package init(count: Amount, offset: Amount) { (self.count, self.offset) = (count, offset) }
}

package struct ByteExtract: Sendable {
  package var count: Int
  package var offset: Amount
  /// The variable's place.
  package var variable: Int
  package var isRelative = false
  package var multiplier = 1
  /// 0, 2 or 4.
  package var alignment = 0
  package var format = NumberFormat()
  package init(count: Int, offset: Amount, variable: Int) {
    (self.count, self.offset, self.variable) = (count, offset, variable)
  }
}

package struct ByteMath: Sendable {
  package enum Operator: Sendable { case add, subtract, multiply, divide, shiftLeft, shiftRight }
  package var count: Amount
  package var offset: Amount
  package var operation: Operator
  package var operand: Amount
  package var variable: Int
  package var isRelative = false
  package var format = NumberFormat()
  package init(count: Amount, offset: Amount, _ operation: Operator, _ operand: Amount, variable: Int) {
    (self.count, self.offset, self.operation) = (count, offset, operation)
    (self.operand, self.variable) = (operand, variable)
  }
}

package struct IsDataAt: Sendable {
  package var amount: Amount
  package var isNegated = false
  package var isRelative = false
  /// Snort's: a relative place right behind the last byte is not there.
  package var isStrict = false
  package init(_ amount: Amount) { self.amount = amount }
}

/// `pcre`.
package struct Expression: Sendable {
  package var pattern: String
  /// Letters i, s, m, x, A, E, G as PCRE2 has them.
  package var flags: String
  package var isNegated = false
  package var isRelative = false
  package init(_ pattern: String, flags: String) { (self.pattern, self.flags) = (pattern, flags) }
}
