// SPDX-License-Identifier: Apache-2.0

/// What `asset` lines say of devices beyond the inventory's addresses and times, and which devices have news to be
/// written. Kept only where such lines are asked for.
///
/// A device is a MAC address, or an IP address that was only seen through a router. Its entry has the place of its slot
/// in the inventory, so that both are bounded and evicted together.
///
/// * Nothing is written for a frame: an event marks its device. The line follows after `settling`, so that a device
///   that starts has one line and not five, and not within `interval` of the one before.
/// * At most `burst` lines at once and `rate` a second after that are written. What has been there for more than a
///   moment goes first: a flood of forged addresses neither fills the log nor keeps the plant's own devices out of it.
///   The rest waits, and is written at the end.
struct DeviceLedger: Sendable {
  /// The place of a device: its slot among the stations of the inventory, or among the addresses.
  struct Place: Equatable, Sendable {
    let slot: Int32
    let isAddress: Bool
    static func station(_ slot: Int) -> Place { Place(slot: Int32(truncatingIfNeeded: slot), isAddress: false) }
    static func address(_ slot: Int) -> Place { Place(slot: Int32(truncatingIfNeeded: slot), isAddress: true) }
  }

  struct Entry: Sendable {
    /// The addresses that it was seen to use, in the order in which it began to, and whether there were more.
    fileprivate(set) var ips: [IPAddress] = []
    fileprivate(set) var hasMoreIPs = false
    /// The VLANs that its frames were tagged with, likewise.
    fileprivate(set) var vlans: [UInt16] = []
    fileprivate(set) var hasMoreVLANs = false
    /// Industrial protocols that it speaks, those that it answered requests in, and those that it was described in.
    fileprivate(set) var protocols = DissectorSet()
    fileprivate(set) var offers = DissectorSet()
    fileprivate(set) var sources = DissectorSet()
    /// What it asked for: a bit for each `Action`.
    fileprivate(set) var actions: UInt32 = 0
    /// The device that it turned out to be, for an address that was first seen through a router.
    fileprivate(set) var mergedInto = MACAddress.none

    /// Hashes of the values in its latest line, by `AssetRecord.Key`; empty before the first one.
    fileprivate(set) var written: [UInt64] = []
    /// When that line was written, and the `last_seen` in it (nanoseconds).
    private(set) var writtenAt: Int64 = .min / 2
    private(set) var writtenLast: Int64 = .min / 2
    fileprivate var due: Int64 = 0
    fileprivate(set) var isPresent = false
    fileprivate(set) var hasNews = false
    /// Its place is in a queue.
    fileprivate var isQueued = false

    fileprivate mutating func note(_ hashes: [UInt64], at time: Int64, last: Int64) {
      written = hashes
      writtenAt = time
      writtenLast = last
      hasNews = false
    }
  }

  private static let second: Int64 = 1_000_000_000
  /// From the first event of a device to its line (nanoseconds).
  static let settling = 5 * second
  /// The least time between two lines of a device (nanoseconds).
  static let interval = 60 * second
  /// Lines that may be written at once, and how many more each second.
  static let burst = 1_000
  static let rate = 10
  static let ipLimit = 16
  static let vlanLimit = 32

  /// Whether anything is kept.
  var isKept = false
  /// Devices evicted before a line about them, or about their news, was written.
  private(set) var omissions: UInt64 = 0
  private var stations: [Entry] = []
  private var addresses: [Entry] = []
  /// Devices by the second in which their line is due.
  private var wheel = [[Place]](repeating: [], count: 128)
  /// The second up to which the wheel has been turned.
  private var turned: Int64 = 0
  private var hasTurned = false
  private var steady = Queue()
  private var fleeting = Queue()
  private var budget = DeviceLedger.burst

  /// Lines that wait for the budget.
  var waiting: Int { steady.count + fleeting.count }

  /// First in, first out. A place is in at most one queue, so this is bounded.
  private struct Queue: Sendable {
    private var places: [Place] = []
    private var head = 0
    var count: Int { places.count - head }

    mutating func append(_ place: Place) { places.append(place) }
    mutating func popFirst() -> Place? {
      guard head < places.count else { return nil }
      defer {
        head += 1
        if head == places.count || head >= 4_096 && head * 2 >= places.count {
          places.removeFirst(head)
          head = 0
        }
      }
      return places[head]
    }
  }

  subscript(place: Place) -> Entry {
    _read {
      if place.isAddress { yield addresses[Int(place.slot)] } else { yield stations[Int(place.slot)] }
    }
    _modify {
      if place.isAddress { yield &addresses[Int(place.slot)] } else { yield &stations[Int(place.slot)] }
    }
  }

  // MARK: Devices

  /// A device has taken a place, perhaps that of an evicted one.
  mutating func appeared(_ place: Place, vlan: UInt16, at time: Int64) {
    clear(place)
    if vlan != Packet.noVLAN { self[place].vlans = [vlan] }
    self[place].isPresent = true
    // Where the place is in a queue already.
    self[place].due = time &+ DeviceLedger.settling
    mark(place, at: time)
  }

  /// No device is at a place any more, or not yet.
  mutating func clear(_ place: Place) {
    let slot = Int(place.slot)
    if place.isAddress {
      while addresses.count <= slot { addresses.append(Entry()) }
    } else {
      while stations.count <= slot { stations.append(Entry()) }
    }
    if self[place].isPresent, self[place].hasNews || self[place].written.isEmpty { omissions += 1 }
    // If the place is in a queue, it stays there, and is passed by when its turn comes.
    let isQueued = self[place].isQueued
    self[place] = Entry()
    self[place].isQueued = isQueued
  }

  func isPresent(_ place: Place) -> Bool {
    let slot = Int(place.slot)
    return place.isAddress
      ? slot < addresses.count && addresses[slot].isPresent : slot < stations.count && stations[slot].isPresent
  }

  mutating func add(vlan: UInt16, to place: Place, at time: Int64) {
    guard vlan != Packet.noVLAN, isPresent(place), !self[place].vlans.contains(vlan), !self[place].hasMoreVLANs
    else { return }
    if self[place].vlans.count < DeviceLedger.vlanLimit {
      self[place].vlans.append(vlan)
    } else {
      self[place].hasMoreVLANs = true
    }
    mark(place, at: time)
  }

  /// `victim` chooses the one that gives way where there are too many.
  mutating func add(ip: IPAddress, to place: Place, at time: Int64, victim: ([IPAddress]) -> Int) {
    guard isPresent(place), !self[place].ips.contains(ip) else { return }
    if self[place].ips.count >= DeviceLedger.ipLimit {
      self[place].ips.remove(at: victim(self[place].ips))
      self[place].hasMoreIPs = true
    }
    self[place].ips.append(ip)
    mark(place, at: time)
  }

  /// A device speaks a protocol; `isAnswer`: it answered a request in it.
  mutating func add(_ dissector: DissectorID, isAnswer: Bool = false, to place: Place, at time: Int64) {
    guard isPresent(place) else { return }
    var isNew = self[place].protocols.insert(dissector)
    if isAnswer, self[place].offers.insert(dissector) { isNew = true }
    if isNew { mark(place, at: time) }
  }

  /// A device has asked for something.
  mutating func add(_ action: Action, to place: Place, at time: Int64) {
    let bit = UInt32(1) << UInt32(action.rawValue)
    guard isPresent(place), self[place].actions & bit == 0 else { return }
    self[place].actions |= bit
    mark(place, at: time)
  }

  /// A device was described, by itself or by others, in a protocol.
  mutating func add(source: DissectorID, to place: Place, at time: Int64) {
    guard isPresent(place) else { return }
    _ = self[place].sources.insert(source)
    mark(place, at: time)
  }

  /// An address that was seen through a router belongs to a device.
  mutating func merge(_ address: Place, into station: Place, _ mac: MACAddress, at time: Int64) {
    guard isPresent(address), isPresent(station), self[address].mergedInto == .none else { return }
    let entry = self[address]
    self[station].protocols.formUnion(entry.protocols)
    self[station].offers.formUnion(entry.offers)
    self[station].sources.formUnion(entry.sources)
    self[station].actions |= entry.actions
    mark(station, at: time)
    if entry.written.isEmpty {
      // Nobody was told of it.
      self[address].hasNews = false
      self[address].isPresent = false
    } else {
      self[address].mergedInto = mac
      mark(address, at: time)
    }
  }

  // MARK: News

  /// Something that a line says of a device may have changed.
  mutating func mark(_ place: Place, at time: Int64) {
    self[place].hasNews = true
    if self[place].isQueued { return }
    let settled = time &+ DeviceLedger.settling
    // If the clock jumps back, not later than if there had been a line just now.
    self[place].due = min(
      max(settled, self[place].writtenAt &+ DeviceLedger.interval), settled &+ DeviceLedger.interval)
    self[place].isQueued = true
    wheel[bucket(of: self[place].due)].append(place)
  }

  /// What the site file says of them may have changed.
  mutating func markAll(at time: Int64) {
    for slot in stations.indices where stations[slot].isPresent { mark(.station(slot), at: time) }
    for slot in addresses.indices where addresses[slot].isPresent { mark(.address(slot), at: time) }
  }

  /// The bucket that is turned to when a time is over.
  private func bucket(of time: Int64) -> Int {
    Int(truncatingIfNeeded: time / DeviceLedger.second &+ 1) & (wheel.count - 1)
  }

  /// Takes out what has become due by `time`. `isSteady` tells whether a device has been there for more than a moment.
  mutating func turn(to time: Int64, isSteady: (Place) -> Bool) {
    let second = time / DeviceLedger.second
    let passed = second &- turned
    let steps = !hasTurned || passed < 0 || passed > Int64(wheel.count) ? Int64(wheel.count) : passed
    hasTurned = true
    budget = min(DeviceLedger.burst, budget + Int(steps) * DeviceLedger.rate)
    turned = second
    for step in (0..<steps).reversed() {
      let place = Int(truncatingIfNeeded: second &- step) & (wheel.count - 1)
      if wheel[place].isEmpty { continue }
      let due = wheel[place]
      wheel[place].removeAll(keepingCapacity: due.count <= 256)
      for place in due {
        if self[place].due > time {
          wheel[bucket(of: self[place].due)].append(place)
        } else if !self[place].written.isEmpty || isSteady(place) {
          steady.append(place)
        } else {
          fleeting.append(place)
        }
      }
    }
  }

  /// The next device whose line is to be written now, if the budget allows one.
  mutating func next(at time: Int64) -> Place? {
    guard budget > 0 else { return nil }
    while let place = steady.popFirst() ?? fleeting.popFirst() {
      guard self[place].isPresent, self[place].hasNews else {
        self[place].isQueued = false
        continue
      }
      // Another device has taken the place meanwhile.
      if self[place].due > time {
        wheel[bucket(of: self[place].due)].append(place)
        continue
      }
      self[place].isQueued = false
      return place
    }
    return nil
  }

  /// A line about a device has been written, with what `hashes` are of.
  mutating func wrote(_ place: Place, _ hashes: [UInt64], at time: Int64, last: Int64) {
    budget -= 1
    self[place].note(hashes, at: time, last: last)
    if self[place].mergedInto != .none { self[place].isPresent = false }
  }

  /// There was nothing to write after all.
  mutating func passed(_ place: Place) { self[place].hasNews = false }
}

/// Protocols by their place in the registry.
struct DissectorSet: Equatable, Sendable {
  private var low: UInt128 = 0
  private var high: UInt128 = 0

  /// True if it was not there yet.
  mutating func insert(_ id: DissectorID) -> Bool {
    let bit = UInt128(1) << UInt128(id.rawValue & 127)
    let isThere = (id.rawValue < 128 ? low : high) & bit != 0
    if id.rawValue < 128 { low |= bit } else { high |= bit }
    return !isThere
  }
  func contains(_ id: DissectorID) -> Bool {
    (id.rawValue < 128 ? low : high) >> UInt128(id.rawValue & 127) & 1 != 0
  }
  mutating func formUnion(_ other: DissectorSet) {
    low |= other.low
    high |= other.high
  }
}
