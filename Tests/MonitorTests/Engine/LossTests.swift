// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor

/// What is lost is said when it begins, and again when it is over.
@Suite struct LossTests {
  private static let second: Int64 = 1_000_000_000

  @Test func `a loss is told at its first one, and once more a minute after its last one, with its number`() {
    var watch = LossWatch()
    func look(_ count: UInt64, _ seconds: Int64) -> Loss? { watch.look(count, at: seconds * Self.second, .linesLost) }
    #expect(look(0, 0) == nil)
    #expect(look(3, 1) == Loss(what: .linesLost, count: 3, isOver: false))
    #expect(look(9, 50) == nil && look(9, 109) == nil)
    #expect(look(9, 110) == Loss(what: .linesLost, count: 9, isOver: true))
    #expect(look(9, 111) == nil && look(9, 900) == nil)
    // Another one an hour later has its own number.
    #expect(look(11, 3_700) == Loss(what: .linesLost, count: 2, isOver: false))
    #expect(watch.end(.linesLost) == Loss(what: .linesLost, count: 2, isOver: true))
    #expect(watch.end(.linesLost) == nil)
  }

  @Test func `what kernel, interface and output lose is told, each by itself`() {
    var losses = Losses()
    func counters(_ kernel: UInt64, _ interface: UInt64) -> Pipeline.CaptureCounters {
      Pipeline.CaptureCounters(received: 100, droppedByKernel: kernel, droppedByInterface: interface)
    }
    func look(_ kernel: UInt64, _ interface: UInt64, at time: Int64) -> [Loss.What] {
      _ = losses.look(counters(kernel, interface), at: time)
      return losses.takeNews().map(\.what)
    }
    func look(lost: UInt64, error: Int32, waiting: Int, at time: Int64) -> [Loss] {
      let isNew = losses.look(linesLost: lost, error: error, waiting: waiting, at: time)
      let news = losses.takeNews()
      #expect(isNew == !news.isEmpty)
      return news
    }
    #expect(look(0, 0, at: 0).isEmpty)
    #expect(look(5, 7, at: 1) == [.droppedByKernel, .droppedByInterface])
    #expect(losses.capture?.droppedByKernel == 5)
    // ENOSPC at the first line, though none is lost yet.
    #expect(
      look(lost: 0, error: 28, waiting: 700, at: 2)
        == [Loss(what: .waiting(error: 28), count: 700, isOver: false)])
    #expect(look(lost: 0, error: 28, waiting: 900, at: 3).isEmpty)
    #expect(look(lost: 4, error: 28, waiting: 900, at: 4) == [Loss(what: .linesLost, count: 4, isOver: false)])
    #expect(look(lost: 4, error: 0, waiting: 0, at: 5) == [Loss(what: .waiting(error: 0), count: 0, isOver: true)])
    // A slow reader, before anything is lost.
    #expect(look(lost: 4, error: 0, waiting: 2 << 20, at: 6).map(\.isOver) == [false])
    #expect(look(lost: 4, error: 0, waiting: 900_000, at: 7).isEmpty)
  }

  @Test func `everything is said in plain words, in both languages`() {
    let all: [Loss.What] =
      [.droppedByKernel, .droppedByInterface, .waiting(error: 28), .waiting(error: 0), .linesLost, .fragmentsRefused]
      + FloodedTable.allCases.map { .evicted($0) }
    for what in all {
      for isOver in [false, true] {
        let text = Loss(what: what, count: 12, isOver: isOver).text
        #expect(Phrases.avoided(inEnglish: text.en) == nil && Phrases.avoided(inJapanese: text.ja) == nil, "\(text)")
        #expect(text.en.contains("12") || what == .waiting(error: 28) || what == .waiting(error: 0))
      }
    }
  }

  @Test func `a stats line out of turn says when a table overflows, and when that is over`() throws {
    let plant = try Plant(language: .en, log: .stats, flowLimit: 1_024)
    let plc = Plant.Station("192.168.10.11")
    func flood() {
      for number in 0..<3_000 {
        plant.send(plant.udp([0], 1_024 + number, 9, from: Plant.Station("10.20.3.7"), to: plc), wait: 0.001)
      }
    }
    flood()
    plant.wait(61)
    plant.send(plant.udp([0], 1, 9, from: Plant.Station("10.20.3.7"), to: plc))
    plant.wait(3_600)
    flood()
    let losses = plant.newLosses()
    #expect(losses.map(\.what) == [.evicted(.flows), .evicted(.flows), .evicted(.flows)])
    #expect(losses.map(\.isOver) == [false, true, false] && losses[1].count > 1_900)
    let lines = try plant.finish()
    let evicted = lines.filter { $0.text("event_type") == "monitor" }.map {
      $0.number("monitor.tables.flows_evicted") ?? 0
    }
    #expect(evicted.count == 4 && evicted[0] > 0 && evicted[0] < 1_000 && evicted[1] > 1_900)
  }
}
