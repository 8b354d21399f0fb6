// SPDX-License-Identifier: Apache-2.0
package import Catalogue

/// Something that the monitor does not see, or cannot keep or write: it is said when it begins, and again when it is
/// over.
package struct Loss: Equatable, Sendable {
  package enum What: Equatable, Sendable {
    /// Frames that the kernel's ring had no room for.
    case droppedByKernel
    case droppedByInterface
    /// Lines wait, since the output takes none; with the error number of the system, 0 if it is slow.
    case waiting(error: Int32)
    case linesLost
    /// Fragments that belong to no datagram.
    case fragmentsRefused
    /// Entries still in use, of a full table.
    case evicted(FloodedTable)
  }

  package let what: What
  /// What was lost so far: at the end, since this loss began. Of lines that wait, how many bytes they have.
  package let count: UInt64
  package let isOver: Bool
}

/// Tells the beginning and the end of a loss from a count that only grows.
struct LossWatch {
  /// How long nothing more may be lost until it is over (nanoseconds).
  static let calm: Int64 = 60_000_000_000

  private var before: UInt64 = 0
  private var count: UInt64 = 0
  private var lastGrowth: Int64 = 0
  private(set) var isGoing = false

  /// `count` as of `time`: something to say, or nil.
  mutating func look(_ count: UInt64, at time: Int64, _ what: Loss.What) -> Loss? {
    if count > self.count {
      let begins = !isGoing
      if begins { before = self.count }
      isGoing = true
      self.count = count
      lastGrowth = time
      return begins ? Loss(what: what, count: count - before, isOver: false) : nil
    }
    guard isGoing, (time &- lastGrowth).magnitude >= UInt64(LossWatch.calm) else { return nil }
    isGoing = false
    return Loss(what: what, count: count - before, isOver: true)
  }

  /// No more is lost, since the run ends.
  mutating func end(_ what: Loss.What) -> Loss? {
    guard isGoing else { return nil }
    isGoing = false
    return Loss(what: what, count: count - before, isOver: true)
  }
}

/// All losses of a run. What a table loses is looked at each second of the capture, so that a replay says the same each
/// time; what the kernel and the output lose each second of the clock.
struct Losses {
  private var tables = FloodedTable.allCases.map { _ in LossWatch() }
  private var fragments = LossWatch()
  private var kernel = LossWatch()
  private var interface = LossWatch()
  private var lines = LossWatch()
  private var isWaiting = false
  /// Not told yet.
  fileprivate(set) var news: [Loss] = []
  /// The counters of a live run, as of the last look.
  fileprivate(set) var capture: Pipeline.CaptureCounters?
  /// Bytes that a slow output may leave waiting before it is said: a pipe holds 64 KiB, and one batch as much.
  private static let mostWaiting = 1 << 20
  /// Nobody may ever ask.
  private static let mostNews = 256

  private mutating func add(_ loss: Loss?) -> Bool {
    guard let loss else { return false }
    if news.count < Losses.mostNews { news.append(loss) }
    return true
  }

  mutating func look(_ table: FloodedTable, _ count: UInt64, at time: Int64) -> Bool {
    add(tables[Int(table.rawValue)].look(count, at: time, .evicted(table)))
  }
  mutating func look(fragmentsRefused count: UInt64, at time: Int64) -> Bool {
    add(fragments.look(count, at: time, .fragmentsRefused))
  }
  mutating func look(_ counters: Pipeline.CaptureCounters, at time: Int64) -> Bool {
    capture = counters
    let isKernel = add(kernel.look(counters.droppedByKernel, at: time, .droppedByKernel))
    return add(interface.look(counters.droppedByInterface, at: time, .droppedByInterface)) || isKernel
  }
  /// `error`: of the last attempt to write; `waiting`: bytes.
  mutating func look(linesLost: UInt64, error: Int32, waiting: Int, at time: Int64) -> Bool {
    var isNew = add(lines.look(linesLost, at: time, .linesLost))
    let begins = error != 0 || waiting >= Losses.mostWaiting
    if begins != isWaiting, begins || waiting < Losses.mostWaiting / 2 {
      isWaiting = begins
      isNew = add(Loss(what: .waiting(error: error), count: UInt64(max(0, waiting)), isOver: !begins)) || isNew
    }
    return isNew
  }

  mutating func end() {
    for table in FloodedTable.allCases { _ = add(tables[Int(table.rawValue)].end(.evicted(table))) }
    _ = add(fragments.end(.fragmentsRefused))
    _ = add(kernel.end(.droppedByKernel))
    _ = add(interface.end(.droppedByInterface))
  }

  mutating func takeNews() -> [Loss] {
    defer { news = [] }
    return news
  }
}

extension Pipeline {
  /// Looks at what is lost outside of the tables, with a clock that only goes forward (nanoseconds): once a second. In
  /// a replay there is no `capture`.
  package mutating func lookForLosses(_ capture: CaptureCounters? = nil, at now: Int64) {
    observer.output.sink.flush()
    var isNew = false
    if let capture { isNew = losses.look(capture, at: now) }
    isNew =
      losses.look(
        linesLost: observer.output.sink.linesLost, error: observer.output.sink.lastError,
        waiting: observer.output.sink.backlog, at: now) || isNew
    if isNew { writeLosses() }
  }

  /// Each second of the capture.
  mutating func lookForEvictions(at time: Int64) {
    var isNew = losses.look(fragmentsRefused: defragmenter.refusals, at: time)
    for table in FloodedTable.allCases {
      isNew = losses.look(table, UInt64(max(0, youngEvictions(table))), at: time) || isNew
    }
    if isNew { writeLosses() }
  }

  /// A `stats` line out of turn, where there are such lines.
  private mutating func writeLosses() {
    if observer.output.log.contains(.stats) { writeStatistics() }
  }

  /// What began or ended to be lost since the last call.
  package mutating func newLosses() -> [Loss] { losses.takeNews() }
}

extension Loss {
  /// A sentence for people.
  package var text: Bilingual {
    switch what {
    case .droppedByKernel:
      isOver
        ? Bilingual(
          "the kernel drops no more frames; \(count) were dropped", "カーネルによるフレームの破棄が収まりました。破棄されたフレーム: \(count)個")
        : Bilingual(
          "the kernel drops frames, \(count) so far: more arrive than it can inspect (see --buffer and --filter)",
          "処理が追いつかず、カーネルがフレームを破棄しています（これまでに\(count)個）。--bufferと--filterを見直してください")
    case .droppedByInterface:
      isOver
        ? Bilingual(
          "the interface drops no more frames; \(count) were dropped",
          "インターフェースによるフレームの破棄が収まりました。破棄されたフレーム: \(count)個")
        : Bilingual(
          "the interface drops frames, \(count) so far", "インターフェースがフレームを破棄しています（これまでに\(count)個）")
    case .waiting(let error):
      isOver
        ? Bilingual("the output takes lines again", "出力先への書き込みが再開しました")
        : Bilingual(
          "the output takes no lines (\(Loss.reason(error).en)): \(count) bytes wait, and beyond 16 MiB lines are lost",
          "出力先に書き込めません（\(Loss.reason(error).ja)）。\(count)バイトが待機中です。16 MiBを超えると行が失われます")
    case .linesLost:
      isOver
        ? Bilingual("no more lines are lost; \(count) were lost", "行の損失が収まりました。失われた行: \(count)行")
        : Bilingual(
          "the output is too slow or full: \(count) lines lost so far", "出力先が遅いか、空きがありません。これまでに\(count)行が失われました")
    case .fragmentsRefused:
      isOver
        ? Bilingual(
          "no more IP fragments are refused; \(count) were refused", "IPフラグメントの拒否が収まりました。拒否された数: \(count)個")
        : Bilingual(
          "IP fragments are refused, \(count) so far: cut, too many for one datagram, or beyond its end",
          "IPフラグメントを拒否しています（これまでに\(count)個）。途中で切れているか、数が多すぎるか、範囲を超えています")
    case .evicted(let table):
      isOver
        ? Bilingual(
          "the table of \(table.contents.en) has room again; \(count) entries in use were evicted",
          "\(table.contents.ja)テーブルに空きができました。追い出された使用中の項目: \(count)件")
        : Bilingual(
          "the table of \(table.contents.en) is full: \(count) entries in use evicted so far",
          "\(table.contents.ja)テーブルがいっぱいです。使用中の項目がこれまでに\(count)件追い出されました")
    }
  }

  private static func reason(_ error: Int32) -> Bilingual {
    guard error != 0 else { return Bilingual("it is slow", "応答が遅い") }
    let text = SinkFailure(code: error).systemText
    return Bilingual(text, text)
  }
}
