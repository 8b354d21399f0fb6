// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `device-silent`: a device that answered, is asked again and again, and no longer answers: for longer than a restart
/// takes.
///
/// * A device is what has answered requests of an industrial protocol, or exchanges such messages without IP. What was
///   never heard is never missed: a mirror port may show one direction only.
/// * A question is one by a station that it has answered before: a connection request or data to a port that it served,
///   a message without IP, an ARP request. So neither a scan nor a flood of questions to absent hosts is kept here, and
///   a device that nobody asks is not missed.
/// * It is heard when a frame of its own comes; one in its name from another station's MAC address shows nothing,
///   unless that station answers requests in its place. An ARP reply answers ARP alone.
/// * Nor is it silent while the other end acknowledges what the mirror port does not show.
///
/// Others wait longer: Microsoft Defender for IoT reports a device that does not respond to eight attempts in five
/// minutes, Tenable OT Security one that is inactive for five minutes or more. Whoever asks a dead controller asks it
/// every few seconds, so there is nothing to wait for once a restart should be over.
struct SilentDevices {
  private static let second: Int64 = 1_000_000_000
  /// How long a restart may take.
  static let patience = 30 * second
  /// How long an answer may take.
  private static let grace = 3 * second
  /// A station asks again for an address within this time only if there was no answer (RFC 4861, 10; RFC 1122,
  /// 2.3.2.1).
  private static let repetition = 5 * second
  /// A device that has been there for this long gives way after those that have not.
  private static let staying = 60 * second

  /// What is asked: answered each by its own.
  private enum Question { case packet, address }

  /// Questions without an answer.
  private struct Waiting {
    /// When the first one was asked, and the first one that comes at the end of the patience.
    var since = Int64.max
    var late = Int64.max
    var count = 0
    /// When the last one was asked.
    var last: Int64 = .min / 2
    /// The asker shows that it gets no answer either.
    var isCertain = false
  }

  private struct Device {
    var end: Endpoint
    /// None behind a router.
    var mac: MACAddress
    /// Where askers of another network send their frames to it.
    var router = MACAddress.none
    /// Those that it answers at; 0 is none.
    var ports = InlineArray<4, UInt16>(repeating: 0)
    /// The stations that it answered last.
    var askers = InlineArray<4, IPAddress>(repeating: .none)
    var nextPort = 0
    var nextAsker = 0
    let first: Int64
    var heard: Int64
    /// When it sent more than an ARP message.
    var spoke: Int64
    /// What was last acknowledged to it without having been seen.
    var acknowledged: UInt32 = 0
    /// When it was heard before it fell silent.
    var lost: Int64 = 0
    var packets = Waiting()
    var addresses = Waiting()
    /// Who asked at the end of the patience, and in which frame.
    var asker = Endpoint()
    var frame: UInt64 = 0
    var vlan = Packet.noVLAN
    var ipProtocol: UInt8?
    var isSilent = false
    /// When that is to be said again.
    var remindAt = Int64.max
  }

  private var devices: BoundedTable<AddressKey, Device>
  /// When some device is to be judged, and when they were last looked through.
  private var due = Int64.max
  private var looked: Int64 = .min / 2
  /// The devices heard last: two different ones, and when.
  private var lastHeard: (slot: Int, time: Int64) = (-1, .min / 2)
  private var otherHeard: (slot: Int, time: Int64) = (-1, .min / 2)
  /// Devices that answer again, which were said to be silent.
  private var returned: [Finding] = []
  var evictions: Evictions { devices.evictions }
  @inline(__always)
  var isEmpty: Bool { devices.count == 0 }

  init(seed: UInt64) { devices = BoundedTable(limit: 16_384, seed: seed) }

  private static func key(_ ip: IPAddress) -> AddressKey { AddressKey(low: ip.low, high: ip.high) }
  /// A station without IP: no host has an address in ffff::/16.
  private static func address(_ mac: MACAddress) -> IPAddress {
    IPAddress(bits: UInt128(0xFFFF) << 112 | UInt128(mac.rawValue))
  }

  // MARK: Packets

  /// An end has answered a request: it is a device, and its port is one that it serves. `hopLimit` is that of its
  /// packets.
  mutating func served(_ device: Endpoint, _ asker: IPAddress, hopLimit: UInt8, _ moment: Moment) {
    let mac = DeviceWatch.isDirect(hopLimit) ? device.mac : MACAddress.none
    guard let slot = register(device, SilentDevices.key(device.ip), mac, moment) else { return }
    SilentDevices.note(device.port, asker, &devices[slot])
    hear(slot, moment)
  }

  /// A packet of any sender: it may be a device's, or a question to one. `isAnswering`: it goes to whom the sender has
  /// answered requests. `isAnswered`: both ends of its flow have sent. `isUnseen`: its sender acknowledges what the
  /// mirror port does not show.
  mutating func packet(
    _ packet: borrowing Packet, from source: Endpoint, isAnswering: Bool, isAnswered: Bool, isUnseen: Bool,
    _ moment: Moment
  ) {
    if let slot = devices.find(SilentDevices.key(packet.sourceIP)) {
      let isDirect = DeviceWatch.isDirect(packet.hopLimit)
      let isOwn = devices[slot].mac == .none ? !isDirect : devices[slot].mac == packet.source
      if isOwn, isAnswering { SilentDevices.note(packet.sourcePort, packet.destinationIP, &devices[slot]) }
      if isOwn {
        hear(slot, moment)
      } else if isAnswering {
        served(source, packet.destinationIP, hopLimit: packet.hopLimit, moment)
      }
    } else if isAnswering {
      served(source, packet.destinationIP, hopLimit: packet.hopLimit, moment)
    }
    guard packet.destinationPort != 0, let slot = devices.find(SilentDevices.key(packet.destinationIP)),
      SilentDevices.serves(packet.destinationPort, packet.sourceIP, &devices[slot])
    else { return }
    let isWayKnown =
      devices[slot].mac == .none || devices[slot].mac == packet.destination
      || devices[slot].router == packet.destination
    if !isWayKnown {
      // What it answers comes through a router. Other frames to another station do not reach it.
      if isAnswered, moment.time &- devices[slot].spoke < SilentDevices.grace {
        devices[slot].router = packet.destination
      }
      return
    }
    var isCertain = false
    if packet.transport == .tcp {
      guard let header = packet.tcp else { return }
      let flags = header.flags
      // Each number once: what was lost before the device fell silent is acknowledged again and again.
      if isUnseen, devices[slot].acknowledged != header.acknowledgementNumber {
        devices[slot].acknowledged = header.acknowledgementNumber
        return hear(slot, moment)
      }
      if flags.contains(.rst) { return }
      let isSYN = flags.contains(.syn) && !flags.contains(.ack)
      guard isSYN || packet.payload.byteCount > 0 else { return }
      isCertain = true
    }
    ask(slot, .packet, by: source, isCertain: isCertain, packet.ipProtocol.rawValue, moment)
  }

  /// The other end goes on as if this one had answered, which the mirror port does not show.
  mutating func answeredUnseen(_ ip: IPAddress, _ moment: Moment) {
    if let slot = devices.find(SilentDevices.key(ip)) { hear(slot, moment) }
  }

  // MARK: Without IP

  /// A message between two stations without IP, both of which have sent.
  mutating func exchanged(from sender: Endpoint, to receiver: Endpoint, _ moment: Moment) {
    let (from, to) = (SilentDevices.address(sender.mac), SilentDevices.address(receiver.mac))
    guard let slot = register(sender, SilentDevices.key(from), sender.mac, moment) else { return }
    SilentDevices.note(0, to, &devices[slot])
    hear(slot, moment)
    guard let other = devices.find(SilentDevices.key(to)), SilentDevices.serves(nil, from, &devices[other]) else {
      return
    }
    ask(other, .packet, by: sender, isCertain: false, nil, moment)
  }

  // MARK: Addresses

  /// An ARP message or a neighbour advertisement of a device, in a frame from the station `sender`. `answered` is who
  /// asked for it.
  mutating func claimed(_ claim: AddressClaim, from sender: MACAddress, answered: IPAddress?, _ moment: Moment) {
    guard sender == claim.source.mac, let slot = devices.find(SilentDevices.key(claim.source.ip)),
      devices[slot].mac == sender
    else { return }
    if let answered { SilentDevices.note(0, answered, &devices[slot]) }
    devices[slot].heard = moment.time
    devices[slot].addresses = Waiting()
    if devices[slot].isSilent, devices[slot].packets.late == .max { end(slot, moment) }
  }

  mutating func asked(_ question: AddressQuestion, _ moment: Moment) {
    guard let slot = devices.find(SilentDevices.key(question.wanted.ip)), devices[slot].mac != .none,
      SilentDevices.serves(nil, question.asker.ip, &devices[slot])
    else { return }
    let isRepeated = moment.time &- devices[slot].addresses.last < SilentDevices.repetition
    ask(slot, .address, by: question.asker, isCertain: isRepeated, nil, moment)
  }

  // MARK: Devices

  /// The slot of a device, which is added if it is new; nil for a station that answers in the name of another one that
  /// was just heard. Later, it has taken its place.
  private mutating func register(_ end: Endpoint, _ key: AddressKey, _ mac: MACAddress, _ moment: Moment) -> Int? {
    if let slot = devices.find(key) {
      if devices[slot].mac == mac { return slot }
      guard (moment.time &- devices[slot].spoke).magnitude >= UInt64(SilentDevices.grace) else { return nil }
      devices[slot].mac = mac
      return slot
    }
    var end = end
    end.port = 0
    return devices.insert(
      key, Device(end: end, mac: mac, first: moment.time, heard: moment.time, spoke: moment.time), at: moment.time)
  }

  /// Notes a port that a device answers at, and whom.
  private static func note(_ port: UInt16, _ asker: IPAddress, _ device: inout Device) {
    if port != 0, !serves(port, nil, &device) {
      device.ports[device.nextPort] = port
      device.nextPort = (device.nextPort + 1) & 3
    }
    guard !serves(nil, asker, &device) else { return }
    device.askers[device.nextAsker] = asker
    device.nextAsker = (device.nextAsker + 1) & 3
  }
  /// Whether a device has answered at a port, and whether this asker; nil is not looked at.
  private static func serves(_ port: UInt16?, _ asker: IPAddress?, _ device: inout Device) -> Bool {
    if let port, device.ports[0] != port, device.ports[1] != port, device.ports[2] != port, device.ports[3] != port {
      return false
    }
    guard let asker else { return true }
    return device.askers[0] == asker || device.askers[1] == asker || device.askers[2] == asker
      || device.askers[3] == asker
  }

  private mutating func hear(_ slot: Int, _ moment: Moment) {
    devices.touch(slot, at: moment.time)
    if moment.time &- devices[slot].first >= SilentDevices.staying { devices.prove(slot) }
    devices[slot].heard = moment.time
    devices[slot].spoke = moment.time
    if lastHeard.slot != slot { otherHeard = lastHeard }
    lastHeard = (slot, moment.time)
    guard devices[slot].packets.count > 0 || devices[slot].addresses.count > 0 || devices[slot].isSilent else { return }
    devices[slot].packets = Waiting()
    devices[slot].addresses = Waiting()
    if devices[slot].isSilent { end(slot, moment) }
  }

  private mutating func ask(
    _ slot: Int, _ question: Question, by asker: Endpoint, isCertain: Bool, _ ipProtocol: UInt8?, _ moment: Moment
  ) {
    devices.touch(slot, at: moment.time)
    // It is looked at once a second: what it sent since then may be the answer.
    if question == .packet, (moment.time &- devices[slot].spoke).magnitude < UInt64(SilentDevices.second) { return }
    var waiting = question == .packet ? devices[slot].packets : devices[slot].addresses
    // A capture's clock may jump back.
    if waiting.since == .max || moment.time < waiting.since { waiting = Waiting(since: moment.time) }
    waiting.count &+= 1
    waiting.last = moment.time
    if isCertain { waiting.isCertain = true }
    if waiting.late == .max, moment.time &- waiting.since >= SilentDevices.patience &- SilentDevices.grace {
      waiting.late = moment.time
      devices[slot].asker = asker
      devices[slot].frame = moment.frame
      devices[slot].vlan = moment.vlan
      devices[slot].ipProtocol = ipProtocol
    }
    if question == .packet { devices[slot].packets = waiting } else { devices[slot].addresses = waiting }
    if !devices[slot].isSilent {
      if waiting.late != .max { due = min(due, moment.time &+ SilentDevices.grace) }
    } else if moment.time >= devices[slot].remindAt {
      // However many are asked for: at most once a second.
      due = min(due, max(moment.time, looked &+ SilentDevices.second))
    }
  }

  // MARK: Findings

  /// Whether a device is said to be silent: what it does not answer is then known.
  func isSilent(_ ip: IPAddress) -> Bool {
    guard !isEmpty, let slot = devices.find(SilentDevices.key(ip)) else { return false }
    return devices[slot].isSilent
  }

  /// It answers again.
  private mutating func end(_ slot: Int, _ moment: Moment) {
    devices[slot].isSilent = false
    devices[slot].remindAt = .max
    var finding = SilentDevices.finding(devices[slot], at: moment.time)
    let seconds = Int(max(0, moment.time &- devices[slot].lost) / SilentDevices.second)
    finding.detail = .silence(lastHeard: devices[slot].lost, questions: 0, seconds: seconds)
    finding.frame = moment.frame
    finding.isEnd = true
    returned.append(finding)
  }

  /// Under a new site file, what is silent is said anew.
  mutating func forget() {
    for slot in 0..<devices.slots where devices.isUsed(slot) && devices[slot].isSilent {
      devices[slot].isSilent = false
      due = .min
    }
  }

  /// Whether there may be findings.
  @inline(__always)
  func hasNews(at time: Int64) -> Bool { time >= due || !returned.isEmpty }

  /// The findings that are due.
  mutating func findings(at time: Int64) -> [Finding] {
    var found = returned
    returned.removeAll()
    guard time >= due else { return found }
    due = .max
    looked = time
    for slot in 0..<devices.slots where devices.isUsed(slot) {
      guard let late = SilentDevices.late(devices[slot]) else { continue }
      let isDue = devices[slot].isSilent ? time >= devices[slot].remindAt : true
      guard isDue else { continue }
      guard time < late || time &- late >= SilentDevices.grace else {
        due = min(due, late &+ SilentDevices.grace)
        continue
      }
      guard time >= late, isCredible(slot) else { continue }
      if !devices[slot].isSilent { devices[slot].lost = devices[slot].heard }
      devices[slot].isSilent = true
      devices[slot].remindAt = time &+ Catalogue.entry(.deviceSilent).reminder
      found.append(SilentDevices.finding(devices[slot], at: time))
    }
    return found
  }

  /// When a question came at the end of the patience; nil if there was none.
  private static func late(_ device: Device) -> Int64? {
    let late = min(device.packets.late, device.addresses.late)
    return late == .max ? nil : late
  }

  /// Whether it is the device that is silent, not the mirror port: who asks repeats what was not answered, or another
  /// device is heard.
  private func isCredible(_ slot: Int) -> Bool {
    let device = devices[slot]
    if device.packets.late != .max && device.packets.isCertain { return true }
    if device.addresses.late != .max && device.addresses.isCertain { return true }
    let since = min(device.packets.since, device.addresses.since)
    return isOther(lastHeard, than: slot, since) || isOther(otherHeard, than: slot, since)
  }
  /// Whether a device, neither the silent one nor the one that asks it, was heard.
  private func isOther(_ heard: (slot: Int, time: Int64), than slot: Int, _ since: Int64) -> Bool {
    guard heard.slot >= 0, heard.slot != slot, heard.time > since, devices.isUsed(heard.slot) else { return false }
    let (end, asker) = (devices[heard.slot].end, devices[slot].asker)
    return end.mac != asker.mac && (end.ip == .none || end.ip != asker.ip)
  }

  private static func finding(_ device: Device, at time: Int64) -> Finding {
    let count = device.packets.count &+ device.addresses.count
    let since = min(device.packets.since, device.addresses.since)
    let seconds = since == .max ? 0 : Int(max(0, time &- since) / second)
    var finding = Finding(
      .deviceSilent,
      .silence(lastHeard: device.isSilent ? device.lost : device.heard, questions: count, seconds: seconds), time: time,
      frame: device.frame, source: device.asker, destination: device.end)
    if device.mac != .none { finding.destination.mac = device.mac }
    finding.vlan = device.vlan
    finding.ipProtocol = device.ipProtocol
    return finding
  }
}
