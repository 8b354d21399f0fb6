// SPDX-License-Identifier: Apache-2.0
import Capture

/// What the fragments of one datagram have in common, as plain values: a packet cannot outlive its frame, these can.
package struct Datagram: Sendable {
  let linkType: LinkType
  let source: MACAddress
  let destination: MACAddress
  let etherType: EtherType
  let vlan: UInt16
  let network: Packet.Network
  let sourceIP: IPAddress
  let destinationIP: IPAddress
  let hopLimit: UInt8
  let identification: UInt32

  init(of packet: borrowing Packet) {
    linkType = packet.linkType
    source = packet.source
    destination = packet.destination
    etherType = packet.etherType
    vlan = packet.vlan
    network = packet.network
    sourceIP = packet.sourceIP
    destinationIP = packet.destinationIP
    hopLimit = packet.hopLimit
    identification = packet.identification
  }
}

extension Packet {
  /// A whole datagram reassembled from fragments: `payload` is what followed their IP headers, `first` the
  /// protocol number that the first fragment announced. From there on it is read as if it had never been in
  /// pieces, tunnel included.
  /// The tags of the frames are not kept, only the outermost VLAN id.
  @_lifetime(copy payload)
  init(reassembled payload: RawSpan, of datagram: Datagram, protocol first: IPProtocol) {
    self.init(payload, linkType: datagram.linkType, isCut: false)
    isReassembled = true
    source = datagram.source
    destination = datagram.destination
    etherType = datagram.etherType
    vlan = datagram.vlan
    network = datagram.network
    sourceIP = datagram.sourceIP
    destinationIP = datagram.destinationIP
    hopLimit = datagram.hopLimit
    identification = datagram.identification
    networkEnd = payload.byteCount
    payloadEnd = payload.byteCount
    ipProtocol = first
    if network == .ipv6 || first == .authenticationHeader {
      readExtensions(first, at: 0)
    } else {
      readTransport(at: 0)
    }
  }
}
