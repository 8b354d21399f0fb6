// SPDX-License-Identifier: Apache-2.0

/// A claim to an IP address, made by ARP or Neighbor Discovery or implied by traffic.
struct AddressClaim {
  enum Kind: Equatable {
    /// A packet that was not forwarded by a router.
    case traffic
    /// An ARP request or neighbour solicitation, which names its sender, or a reply to one.
    case resolution
    /// Sender and target address are the same (RFC 5227, 3), or it is an unsolicited neighbour advertisement to all
    /// nodes (RFC 4861, 7.2.6).
    case gratuitous
    /// A reply to another address, whose request was not seen.
    case unasked
  }
  let kind: Kind
  /// The claimer, with the IP address and the MAC address it claims it for.
  let source: Endpoint
  let destination: Endpoint
  let moment: Moment
}

/// A request for the holder of an address.
struct AddressQuestion {
  let asker: Endpoint
  let wanted: Endpoint
}

/// The reply to such a request: which station had asked.
struct AddressAnswer {
  let asker: IPAddress
  let mac: MACAddress
}

/// Reads ARP (RFC 826) and Neighbor Discovery (RFC 4861) messages as claims to addresses, and as questions for them and
/// answers.
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

  /// Reads an ARP message into `claim`, `question` and `answer`.
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

  /// Reads a Neighbor Discovery message likewise. Messages that a router forwarded are ignored (7.1).
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
      // A solicitation from the unspecified address asks whether the address is already taken (RFC 4862, 5.4).
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
    // Who asks whether an address is taken has none yet (RFC 5227, 2.1.1; RFC 4862, 5.4).
    guard asker.ip.isUnicast || asker.ip.isUnspecified else { return }
    asked.note(asker.ip, wanted.ip, moment.time)
    question = AddressQuestion(asker: asker, wanted: wanted)
  }
  /// Whether the answer was asked for.
  private mutating func settle(
    _ asker: IPAddress, _ mac: MACAddress, answeredBy holder: IPAddress, _ moment: Moment
  ) -> Bool {
    guard asked.was(asker, holder, moment.time) else { return false }
    answer = AddressAnswer(asker: asker, mac: mac)
    return true
  }
}

extension Site {
  /// The endpoint of an address, with what the site file says about it.
  fileprivate func endpoint(_ ip: IPAddress, _ mac: MACAddress, _ moment: Moment) -> Endpoint {
    Endpoint(ip: ip, mac: mac, party: party(ip: ip, mac: mac, vlan: moment.vlan))
  }
}
