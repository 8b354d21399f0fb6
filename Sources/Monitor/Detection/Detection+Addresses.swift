// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// Who says to have which address, and who asks for it: ARP and Neighbor Discovery.
extension Detection {
  mutating func arp(_ packet: borrowing Packet, _ moment: Moment) {
    guard let arp = packet.arp, arp.isEthernetIPv4 else { return }
    addressResolution.read(arp, moment, declared)
    if let claim = addressResolution.claim,
      ImpossibleSource.isImpossible(packet.source, to: packet.destination)
        || ImpossibleSource.isImpossible(arp.senderMAC, to: packet.destination)
        || ImpossibleSource.isImpossible(arp.senderIP, declared)
    {
      var source = claim.source
      source.mac = packet.source
      findings.add(moment.finding(.impossibleSource, .parties, source: source, destination: claim.destination))
    }
    // Some network cards and bridges send ARP for others: the station that sent the frame is there, too.
    if arp.senderMAC != packet.source, let station = devices.newStation(packet.source, moment) {
      devices.frame(
        of: station, from: endpoint(.none, packet.source, moment), to: endpoint(arp.targetIP, .none, moment), moment,
        declared, &findings)
    }
    resolved(packet.source, moment)
  }

  mutating func neighborDiscovery(_ packet: borrowing Packet, _ moment: Moment) {
    addressResolution.read(neighborDiscovery: packet, moment, declared)
    if let claim = addressResolution.claim, ImpossibleSource.isImpossible(packet, claim, declared) {
      var source = claim.source
      source.mac = packet.source
      findings.add(moment.finding(.impossibleSource, .parties, source: source, destination: claim.destination))
    }
    resolved(packet.source, moment)
  }

  private mutating func resolved(_ sender: MACAddress, _ moment: Moment) {
    if let question = addressResolution.question, !isForwarding(question, moment),
      !declared.declares(question.asker.party, question.wanted.party, nil, at: moment.time)
    {
      findings.add(hostSweep.asked(question.asker, for: question.wanted, moment))
    }
    if let answer = addressResolution.answer, let claim = addressResolution.claim {
      hostSweep.resolved(answer, by: claim.source, from: sender, moment)
    }
    if let claim = addressResolution.claim { devices.claim(claim, declared, &findings) }
    if !silentDevices.isEmpty {
      if let question = addressResolution.question { silentDevices.asked(question, moment) }
      if let claim = addressResolution.claim {
        silentDevices.claimed(claim, from: sender, answered: addressResolution.answer?.asker, moment)
      }
    }
  }

  /// Whether a router asks for an address because it has a packet for it. Where the site lists routers, others forward
  /// nothing.
  private func isForwarding(_ question: AddressQuestion, _ moment: Moment) -> Bool {
    guard forwardedAttempts.contains(question.wanted.ip, at: question.asker.mac, moment.time) else { return false }
    guard hasSite, declared.hasRouter(in: question.asker.party.zone) else { return true }
    return declared.asset(mac: question.asker.mac).map { declared.assets[Int($0.rawValue)].forwards } ?? false
  }
}
