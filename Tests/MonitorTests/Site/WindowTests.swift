// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Support
import Testing

@testable import Monitor
@testable import SiteFile

struct WindowTests {
  private func window(_ text: String, zone: String) throws -> Site {
    try Site.parse("timezone: \(zone)\nzones: {a: {}}\nwindows: {w: \(text)}\n", file: "plant.yaml")
  }

  static let moments: [(window: String, zone: String, time: String, isOpen: Bool)] = [
    ("{days: sat, hours: \"09:00-17:00\"}", "Asia/Tokyo", "2026-11-28T00:00:00Z", true),
    ("{days: sat, hours: \"09:00-17:00\"}", "Asia/Tokyo", "2026-11-27T23:59:59Z", false),
    ("{days: sat, hours: \"09:00-17:00\"}", "Asia/Tokyo", "2026-11-28T07:59:59Z", true),
    ("{days: sat, hours: \"09:00-17:00\"}", "Asia/Tokyo", "2026-11-28T08:00:00Z", false),
    // Past midnight: Friday's shift ends on Saturday morning, Thursday night belongs to no shift.
    ("{days: fri, hours: \"22:00-06:00\"}", "UTC", "2026-11-27T22:00:00Z", true),
    ("{days: fri, hours: \"22:00-06:00\"}", "UTC", "2026-11-28T05:59:59Z", true),
    ("{days: fri, hours: \"22:00-06:00\"}", "UTC", "2026-11-28T06:00:00Z", false),
    ("{days: fri, hours: \"22:00-06:00\"}", "UTC", "2026-11-27T05:00:00Z", false),
    ("{days: sun, hours: \"22:00-06:00\"}", "UTC", "2026-11-30T05:00:00Z", true),
    ("{days: weekdays}", "UTC", "2026-11-27T23:59:59Z", true),
    ("{days: weekdays}", "UTC", "2026-11-28T00:00:00Z", false),
    ("{days: sat-mon}", "UTC", "2026-11-30T12:00:00Z", true),
    ("{days: sat-mon}", "UTC", "2026-12-01T12:00:00Z", false),
    ("{hours: [\"08:00-12:00\", \"13:00-24:00\"]}", "UTC", "2026-11-28T12:30:00Z", false),
    ("{hours: [\"08:00-12:00\", \"13:00-24:00\"]}", "UTC", "2026-11-28T23:59:59Z", true),
    ("{dates: 2026-12-29..2027-01-03}", "UTC", "2026-12-28T23:59:59Z", false),
    ("{dates: 2026-12-29..2027-01-03}", "UTC", "2027-01-03T23:59:59Z", true),
    ("{dates: 2026-12-29..2027-01-03}", "UTC", "2027-01-04T00:00:00Z", false),
    // New York: 09:00 is 14:00 UTC in winter, 13:00 in summer; the clock changed on 2026-03-08 and 2026-11-01.
    ("{hours: \"09:00-17:00\"}", "America/New_York", "2026-03-07T13:30:00Z", false),
    ("{hours: \"09:00-17:00\"}", "America/New_York", "2026-03-08T13:30:00Z", true),
    ("{hours: \"09:00-17:00\"}", "America/New_York", "2026-10-31T13:30:00Z", true),
    ("{hours: \"09:00-17:00\"}", "America/New_York", "2026-11-01T13:30:00Z", false),
    // Before 1970.
    ("{days: wed}", "UTC", "1969-12-31T12:00:00Z", true),
  ]

  @Test(arguments: moments)
  func `a window follows the plant's wall clock`(sample: (window: String, zone: String, time: String, isOpen: Bool))
    throws
  {
    let site = try window(sample.window, zone: sample.zone)
    #expect(site.clock.isOpen(site.windows[0], at: try moment(sample.time)) == sample.isOpen)
  }

  @Test(arguments: ["America/New_York", "Asia/Tokyo", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu"])
  func `the clock table agrees with the system's time zones`(zone: String) throws {
    let clock = try #require(LocalClock(zone))
    let system = try #require(TimeZone(identifier: zone))
    for second in stride(from: Int64(0), to: 4_000_000_000, by: 86_400 * 3 + 1801) {
      let date = Date(timeIntervalSince1970: Double(second))
      #expect(clock.offset(at: second).offset == Int64(system.secondsFromGMT(for: date)))
    }
    #expect(LocalClock("Asia/Tokio") == nil)
  }

  @Test(arguments: [
    ("{days: [sat, sun], hours: [\"22:00-06:00\", \"12:00-13:30\"]}", "America/New_York"),
    ("{hours: \"01:30-02:30\"}", "America/New_York"), ("{days: mon}", "Australia/Lord_Howe"),
  ])
  func `a window stays open or closed between two of its boundaries`(text: String, zone: String) throws {
    let site = try window(text, zone: zone)
    let window = site.windows[0]
    let minute: Int64 = 60_000_000_000
    for begin in ["2026-03-06T00:00:00Z", "2026-10-30T00:00:00Z", "2026-04-03T00:00:00Z"] {
      var time = try moment(begin)
      let end = time + 5 * 1440 * minute
      var border = site.clock.nextEdge(window, at: time)
      var before = site.clock.isOpen(window, at: time)
      while time < end {
        time += minute
        let now = site.clock.isOpen(window, at: time)
        if time < border { #expect(now == before, "\(time)") } else { border = site.clock.nextEdge(window, at: time) }
        #expect(border > time)
        before = now
      }
    }
  }

  @Test(arguments: [Int64.min, -1, 0, Int64.max]) func `any number is accepted as a time`(time: Int64) throws {
    let site = try window("{days: sat, hours: \"22:00-06:00\"}", zone: "Asia/Tokyo")
    _ = site.clock.isOpen(site.windows[0], at: time)
    #expect(site.clock.nextEdge(site.windows[0], at: time) > time || time == .max)
  }
}
