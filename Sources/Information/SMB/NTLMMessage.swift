// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// The last message of an NTLM authentication, [MS-NLMP] 2.2.1.3: names behind their lengths and places.
///
///     0         8      12   20   28       36     44            52    60
///     +---------+------+----+----+--------+------+-------------+-----+-------+
///     | NTLMSSP | type | LM | NT | domain | user | workstation | key | flags |
///     +---------+------+----+----+--------+------+-------------+-----+-------+
enum NTLMMessage {
  /// Looks for one within the negotiation that wraps it (RFC 4178).
  static func find(_ bytes: RawSpan, _ transaction: inout Transaction) {
    var place = 0
    while let start = bytes.place(of: UInt8(ascii: "N"), from: place) {
      if bytes.has("NTLMSSP\0", at: start) { return read(bytes.from(start), &transaction) }
      place = start + 1
    }
  }

  private static func read(_ message: RawSpan, _ transaction: inout Transaction) {
    guard message.byteCount >= 64, message.u32LE(8) == 3 else { return }
    let isUnicode = message.u32LE(60) & 1 != 0
    let fields: [(Int, Buffer)] = [(36, .smbNTLMUser), (28, .smbNTLMDomain), (44, .smbNTLMWorkstation)]
    for (offset, buffer) in fields {
      let text = message.slice(Int(message.u32LE(offset + 4)), Int(message.u16LE(offset)))
      transaction.open()
      if isUnicode { transaction.append(utf16: text) } else { transaction.append(text) }
      transaction.close(buffer)
    }
  }
}

enum SMBNames {
  /// The share that was written last leads to pipes if it is `IPC$` ([MS-SMB2] 2.2.9, [MS-CIFS] 2.2.4.55).
  static func addPipe(share transaction: inout Transaction) {
    if isPipes(transaction[.smbShare]) { transaction.addAgain(as: .smbNamedPipe) }
  }
  private static func isPipes(_ share: RawSpan) -> Bool {
    share.has("IPC$", at: share.byteCount - 4, isCaseless: true)
  }
}
