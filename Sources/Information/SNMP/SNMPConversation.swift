// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// SNMP versions 1 and 2c (RFC 1157, 4; RFC 1901, 3): version and community, which every datagram shows.
///
///     SEQUENCE { INTEGER version, OCTET STRING community, PDU }
final class SNMPConversation {
  private var requests: UInt32 = 0

  /// Whether bytes are such a message.
  static func isPlausible(_ bytes: RawSpan) -> Bool {
    guard let outer = DERElement.first(bytes, in: 0..<bytes.byteCount), outer.tag == 0x30,
      let version = DERElement.first(bytes, in: outer.content), version.tag == 0x02, version.content.count == 1,
      bytes.u8(version.content.lowerBound) <= 1,
      let community = DERElement.first(bytes, in: version.whole.upperBound..<outer.content.upperBound),
      community.tag == 0x04
    else { return false }
    return 0xA0...0xA8 ~= bytes.u8(community.whole.upperBound)
  }

  func read<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    guard SNMPConversation.isPlausible(bytes), let outer = DERElement.first(bytes, in: 0..<bytes.byteCount) else {
      return
    }
    var offset = outer.content.lowerBound
    guard let version = DERElement.next(bytes, &offset, to: outer.content.upperBound),
      let community = DERElement.next(bytes, &offset, to: outer.content.upperBound)
    else { return }
    if isFromClient { requests &+= 1 }
    transaction.begin(.snmp, .message, isFromClient: isFromClient, number: max(1, requests))
    transaction.numbers.snmpVersion = bytes.u8(version.content.lowerBound)
    transaction.numbers.snmpPDU = bytes.u8(offset)
    transaction.add(.snmpCommunity, bytes.slice(community.content))
    sink.transaction(transaction)
  }
}
