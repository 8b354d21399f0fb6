// SPDX-License-Identifier: Apache-2.0

/// A claim on an IP address, as ARP or Neighbor Discovery makes it, or as traffic shows it.
struct AddressClaim {
  enum Kind: Equatable {
    /// A packet that was not forwarded.
    case traffic
    /// The sender of an ARP request or neighbour solicitation, or an answer to one.
    case resolution
    /// Sender and target are the same address (RFC 5227, 3), or an unsolicited neighbour advertisement
    /// to all (RFC 4861, 7.2.6).
    case gratuitous
    /// An answer to a request that was not seen, to another address.
    case unasked
  }
  let kind: Kind
  /// Who claims, with the address and the MAC address it claims for it.
  let source: Endpoint
  let destination: Endpoint
  let moment: Moment
}

/// A question for the holder of an address.
struct AddressQuestion {
  let asker: Endpoint
  let wanted: Endpoint
}

/// The answer to one: which station asked.
struct AddressAnswer {
  let asker: IPAddress
  let mac: MACAddress
}

/// Who claims which address, and who looks for whom: ARP (RFC 826) and Neighbor Discovery (RFC 4861) as
/// claims, questions and answers.
struct AddressResolution {
  private var asked = AskedAddresses()
  var claim: AddressClaim?
  var question: AddressQuestion?
  var answer: AddressAnswer?

  private mutating func begin() {
    claim = nil
    question = nil
    answer = nil
  }

  /// Reads an ARP message; what it says is in `claim`, `question` and `answer`.
  mutating func read(_ arp: borrowing ARPHeader, _ moment: Moment, _ site: borrowing Site) {
    begin()
    let source = site.endpoint(arp.senderIP, arp.senderMAC, moment)
    let target = site.endpoint(arp.targetIP, arp.opcode == ARPHeader.request ? .none : arp.targetMAC, moment)
    let kind: AddressClaim.Kind
    if arp.isGratuitous {
      kind = .gratuitous
    } else if arp.opcode == ARPHeader.request {
      kind = .resolution
      ask(source, for: target, moment)
    } else {
      kind = settle(target.ip, target.mac, answeredBy: source.ip, moment) ? .resolution : .unasked
    }
    claim = AddressClaim(kind: kind, source: source, destination: target, moment: moment)
  }

  /// The same for Neighbor Discovery. A message that a router has forwarded is ignored (7.1).
  mutating func read(
    neighborDiscovery packet: borrowing Packet, _ moment: Moment, _ site: borrowing Site
  ) {
    begin()
    guard packet.hopLimit == 255, let message = packet.icmpv6 else { return }
    let isAdvertisement = message.type == ICMPv6Header.neighborAdvertisement
    let option = isAdvertisement ? message.targetLinkLayerAddress : message.sourceLinkLayerAddress
    let claimed = option ?? packet.source
    guard claimed != .none else { return }
    switch message.type {
    case ICMPv6Header.neighborSolicitation:
      guard let target = message.target else { return }
      let source = site.endpoint(packet.sourceIP, claimed, moment)
      let wanted = site.endpoint(target, .none, moment)
      ask(source, for: wanted, moment)
      // From the unspecified address it asks whether the address is taken already (RFC 4862, 5.4).
      claim = AddressClaim(kind: .resolution, source: source, destination: wanted, moment: moment)
    case ICMPv6Header.neighborAdvertisement:
      guard let target = message.target else { return }
      let source = site.endpoint(target, claimed, moment)
      let asker = site.endpoint(packet.destinationIP, packet.destination, moment)
      let isAsked = settle(asker.ip, packet.destination, answeredBy: target, moment)
      // Unsolicited ones go to all nodes (7.2.6), as do answers to a station that asked from the unspecified address.
      let kind: AddressClaim.Kind = isAsked ? .resolution : asker.ip.isMulticast ? .gratuitous : .unasked
      claim = AddressClaim(kind: kind, source: source, destination: asker, moment: moment)
    case ICMPv6Header.routerSolicitation, ICMPv6Header.routerAdvertisement:
      let source = site.endpoint(packet.sourceIP, claimed, moment)
      let destination = site.endpoint(packet.destinationIP, packet.destination, moment)
      claim = AddressClaim(kind: .resolution, source: source, destination: destination, moment: moment)
    default: break
    }
  }

  private mutating func ask(_ asker: Endpoint, for wanted: Endpoint, _ moment: Moment) {
    guard asker.ip.isUnicast else { return }
    asked.note(asker.ip, wanted.ip, moment.time)
    question = AddressQuestion(asker: asker, wanted: wanted)
  }
  /// Whether the answer had a question.
  private mutating func settle(
    _ asker: IPAddress, _ mac: MACAddress, answeredBy holder: IPAddress, _ moment: Moment
  ) -> Bool {
    guard asked.was(asker, holder, moment.time) else { return false }
    answer = AddressAnswer(asker: asker, mac: mac)
    return true
  }
}

extension Site {
  /// An end of address resolution, as far as the site knows it.
  fileprivate func endpoint(_ ip: IPAddress, _ mac: MACAddress, _ moment: Moment) -> Endpoint {
    Endpoint(ip: ip, mac: mac, party: party(ip: ip, mac: mac, vlan: moment.vlan))
  }
}
