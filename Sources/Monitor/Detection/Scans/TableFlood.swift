// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// A bounded table that a flood can aim at.
package enum FloodedTable: UInt8, CaseIterable, Sendable {
  case flows, streams, fragments, requests, pieces, memories, names
  case devices, addresses, identities, values, writers, selections, counts, alerts

  /// Of what it is a table, for sentences.
  var contents: Bilingual {
    switch self {
    case .flows: Bilingual("flows", "フロー")
    case .streams: Bilingual("TCP bytes that wait", "待機中のTCPデータ")
    case .fragments: Bilingual("IP fragments", "IPフラグメント")
    case .requests: Bilingual("requests that await a response", "応答待ちの要求")
    case .pieces: Bilingual("messages in pieces", "分割されたメッセージ")
    case .memories: Bilingual("what conversations said before", "通信ごとの経過情報")
    case .names: Bilingual("names in messages", "メッセージ中の名前")
    case .devices: Bilingual("devices", "機器")
    case .addresses: Bilingual("IP addresses", "IPアドレス")
    case .identities: Bilingual("what devices say of themselves", "機器の自己申告情報")
    case .values: Bilingual("last values", "直近の値")
    case .writers: Bilingual("stations that change a device", "書き込み元")
    case .selections: Bilingual("selections", "操作待ちの選択")
    case .counts: Bilingual("counts of detectors", "検知用の集計")
    case .alerts: Bilingual("open alerts", "継続中のアラート")
    }
  }
}

/// `table-flood`: a table is filled so fast that entries still in use are evicted, as by someone who wants the monitor
/// to forget. `BoundedTable` counts an eviction as young if its entry was used within a minute (ten seconds for names
/// and values): the entry evicted is the one not used for longest, so the whole table turned over within that time. A
/// plant that grows over months evicts old entries, however many, and a new device now and then is far from the bound:
/// a 64th of the table in ten seconds. Fragments and TCP bytes that wait leave by themselves within 30 seconds: each of
/// their evictions counts.
///
/// Whose frames fill it is sampled: the engine looks at all tables every 64 frames, and while there are evictions after
/// every frame, so that each is charged to the frame's sender. Senders by IP address and, since those are easily
/// forged, by MAC address are counted with 15 counters each: whoever causes a quarter of the evictions or more has one.
struct TableFlood {
  /// Nanoseconds.
  private static let window: Int64 = 10_000_000_000
  /// Frames between two looks at all tables.
  static let stride: UInt64 = 64

  private struct Watch {
    /// When the window began, and the table's count then.
    var start: Int64 = .min / 2
    var before = 0
    var count = 0
    /// Evictions in the finding last made in this window.
    var reported = 0
    var limit = 0
    var byAddress = FrequentSenders()
    var byDevice = FrequentSenders()
    var evicted: Int { count &- before }
    var isFlood: Bool { reported > 0 || limit > 0 && evicted >= limit }
  }
  private var watches = FloodedTable.allCases.map { _ in Watch() }
  /// Findings that are due.
  private var due: [(table: FloodedTable, seen: Int, limit: Int, source: Endpoint)] = []
  /// Entries are being evicted: each frame is to be looked at.
  private(set) var isFilling = false
  /// Of all tables at the last look, and when it was last more than before.
  private var total = 0
  private var lastGrowth: Int64 = .min / 2
  /// The windows with evictions are over.
  private var isSettled = true

  /// Whether a look at each table can show anything; `total`: the evictions of young entries of all together.
  mutating func begin(_ total: Int, _ moment: Moment) -> Bool {
    guard total != self.total || !isSettled else { return false }
    if total != self.total { lastGrowth = moment.time }
    self.total = total
    isSettled = (moment.time &- lastGrowth).magnitude >= UInt64(TableFlood.window)
    isFilling = false
    return true
  }

  /// `count`: evictions of young entries of a table since the beginning. `limit`: in a window, from which on they are a
  /// flood.
  mutating func count(_ table: FloodedTable, _ count: Int, limit: Int, by sender: Endpoint?, _ moment: Moment) {
    let place = Int(table.rawValue)
    if (moment.time &- watches[place].start).magnitude >= UInt64(TableFlood.window) {
      // What the window had more than was said.
      if watches[place].isFlood, watches[place].evicted > watches[place].reported { report(table) }
      watches[place].start = moment.time
      watches[place].before = watches[place].count
      watches[place].reported = 0
      watches[place].byAddress = FrequentSenders()
      watches[place].byDevice = FrequentSenders()
    }
    let growth = count &- watches[place].count
    guard growth > 0 else { return }
    isFilling = true
    watches[place].count = count
    watches[place].limit = limit
    if let sender {
      watches[place].byAddress.add(
        sender.ip == .none ? Endpoint(mac: sender.mac) : Endpoint(ip: sender.ip, mac: sender.mac), growth)
      watches[place].byDevice.add(Endpoint(mac: sender.mac), growth)
    }
    // Said as soon as enough is known of who it is.
    if watches[place].evicted >= limit, watches[place].reported == 0, watches[place].byDevice.total >= limit / 2 {
      report(table)
    }
  }

  /// A finding for each source that fills the table, else one without a source.
  private mutating func report(_ table: FloodedTable) {
    let watch = watches[Int(table.rawValue)]
    watches[Int(table.rawValue)].reported = watch.evicted
    var sources = watch.byAddress.frequent
    if sources.isEmpty { sources = watch.byDevice.frequent }
    if sources.isEmpty { sources = [Endpoint()] }
    for source in sources { due.append((table, watch.evicted, watch.limit, source)) }
  }

  /// Takes out the next finding; nil when there is none left.
  mutating func next(_ moment: Moment) -> Finding? {
    guard let next = due.popLast() else { return nil }
    var finding = Finding(
      .tableFlood,
      .evictions(next.table, seen: next.seen, limit: next.limit, seconds: Int(TableFlood.window / 1_000_000_000)),
      time: moment.time, frame: moment.frame, source: next.source, destination: Endpoint())
    finding.vlan = moment.vlan
    return finding
  }
}

/// Who caused most of something, in bounded memory: a sender with more than a sixteenth of the total always has a
/// counter, which is at most a sixteenth of the total too low (J. Misra, D. Gries, "Finding repeated elements", Science
/// of Computer Programming 2, 1982).
private struct FrequentSenders {
  private var counters: [(sender: Endpoint, count: Int)] = []
  private(set) var total = 0
  private static let size = 15

  mutating func add(_ sender: Endpoint, _ amount: Int) {
    total &+= amount
    for place in counters.indices
    where counters[place].sender.ip == sender.ip
      && (sender.ip != .none || counters[place].sender.mac == sender.mac)
    {
      counters[place].count &+= amount
      return
    }
    guard counters.count == FrequentSenders.size else { return counters.append((sender, amount)) }
    let common = min(amount, counters.map(\.count).min() ?? 0)
    for place in counters.indices { counters[place].count -= common }
    counters.removeAll { $0.count == 0 }
    if amount > common { counters.append((sender, amount - common)) }
  }

  /// Those with a quarter of the total or more.
  var frequent: [Endpoint] { counters.filter { $0.count >= total / 4 }.map(\.sender) }
}
