// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support
import Testing

@testable import Monitor
@testable import SiteFile

/// The notations of `targets`, one for each kind of area.
@Suite struct TargetTests {
  struct Sample: CustomTestStringConvertible, Sendable {
    let text: String
    let range: TargetRange
    var shown: String?
    var testDescription: String { text }
  }

  static let samples: [Sample] = [
    Sample(text: "holding-register 0-99", range: TargetRange(.holdingRegister, 0...99)),
    Sample(text: "coil 5 unit 3", range: TargetRange(.coil, 5...5, unit: 3)),
    Sample(text: "file 4", range: TargetRange(.file, number: 4)),
    Sample(text: "file 4 0-9", range: TargetRange(.file, number: 4, 0...9)),
    Sample(text: "DB10", range: TargetRange(.dataBlock, number: 10)),
    Sample(text: "DB10.DBW4-20", range: TargetRange(.dataBlock, number: 10, 4...21), shown: "DB10.DBB4-21"),
    Sample(text: "DB10.DBD8", range: TargetRange(.dataBlock, number: 10, 8...11), shown: "DB10.DBB8-11"),
    Sample(text: "DB1.DBX4.3", range: TargetRange(.dataBlock, number: 1, 4...4, bit: 3)),
    Sample(text: "DB7.DBB0-99", range: TargetRange(.dataBlock, number: 7, 0...99)),
    Sample(text: "MW10-20", range: TargetRange(.flag, 10...21), shown: "MB10-21"),
    Sample(text: "I0.3", range: TargetRange(.input, 0...0, bit: 3)),
    Sample(text: "CIO 10.15", range: TargetRange(.cio, 10...10, bit: 15)),
    Sample(text: "ns=0;i=85", range: TargetRange(.node, name: Array("i=85".utf8)), shown: "i=85"),
    Sample(text: "ns=*;s=*", range: TargetRange(.node, name: Array("ns=*;s=*".utf8))),
    Sample(text: "QB4", range: TargetRange(.output, 4...4)),
    Sample(text: "D100-199", range: TargetRange(.mcD, 100...199)),
    Sample(text: "D 100-199", range: TargetRange(.mcD, 100...199), shown: "D100-199"),
    Sample(text: "D", range: TargetRange(.mcD)),
    Sample(text: "SD210", range: TargetRange(.mcSD, 210...210)),
    Sample(text: "X10-1F", range: TargetRange(.mcX, 0x10...0x1F)),
    Sample(text: "M100", range: TargetRange(.mcM, 100...100)),
    Sample(text: "ZR0-32767", range: TargetRange(.mcZR, 0...32767)),
    Sample(text: "DM 0-99", range: TargetRange(.dm, 0...99)),
    Sample(text: "EM 0 10-19", range: TargetRange(.em, number: 0, 10...19)),
    Sample(text: "CIO 5", range: TargetRange(.cio, 5...5)),
    Sample(text: "ioa 1000-1999", range: TargetRange(.informationObject, 1000...1999)),
    Sample(text: "ioa 1000-1999 unit 7", range: TargetRange(.informationObject, 1000...1999, unit: 7)),
    Sample(text: "group 12", range: TargetRange(.group, number: 12)),
    Sample(text: "group 12 0-3", range: TargetRange(.group, number: 12, 0...3)),
    Sample(text: "tag Line1.Speed", range: TargetRange(.tag, name: Array("Line1.Speed".utf8))),
    Sample(text: "ns=2;s=Line1/*", range: TargetRange(.node, name: Array("ns=2;s=Line1/*".utf8))),
    Sample(text: "ns=2;s=Line 1/Speed", range: TargetRange(.node, name: Array("ns=2;s=Line 1/Speed".utf8))),
    Sample(text: "station pn-io-7", range: TargetRange(.station, name: Array("pn-io-7".utf8))),
    Sample(text: "block OB*", range: TargetRange(.block, name: Array("OB*".utf8))),
    Sample(text: "class 1 1", range: TargetRange(.object, number: 1, 1...1)),
  ]

  @Test("each notation is read, and written in a form that reads the same", arguments: samples)
  func read(_ sample: Sample) throws {
    let range = try SiteReader.target(sample.text).get()
    #expect(range == sample.range)
    #expect(range.description == sample.shown ?? sample.text)
    #expect(try SiteReader.target(range.description).get() == sample.range)
  }

  @Test(
    "an invalid target is rejected with what was expected",
    arguments: [
      ("DB10.DBW", "DB10.DBX4.3"), ("DB10.DBX4.9", "DB10.DBX4.3"), ("DBx", "DB10.DBX4.3"), ("D 9-1", "D100-199"),
      ("tag", "tag Line1.*"), ("group x", "a group number"), ("ioa x", "ioa 0-99"), ("DQ5", "unknown area"),
      ("XG", "unknown area"), ("hold 5", "unknown area"), ("", "unknown area"),
      ("D99999999999999999999", "unknown area"), ("ns=2", "a node id"), ("ns=x;s=Foo", "a node id"),
      ("ns=2 s=Line1", "a node id"), ("i=", "a node id"), ("i=abc", "a node id"), ("g=xyz", "a node id"),
      ("ns=2;x=5", "a node id"), ("ns=01;s=a", "a node id"), ("ns=65536;i=1", "a node id"),
      ("coil 70000", "end at 65535"), ("holding-register 0-99999", "end at 65535"), ("group 300", "end at 255"),
      ("ioa 16777216", "end at 16777215"), ("CIO 10.16", "CIO 0-99"), ("DB70000", "DB10.DBX4.3"),
      ("db10.dbw4", "did you mean 'DB10.DBW4'?"), ("d100-199", "did you mean 'D100-199'?"),
      ("D199-100", "did you mean 'D100-199'?"), ("D100 - 199", "did you mean 'D100-199'?"),
      ("DM0-99", "did you mean 'DM 0-99'?"), ("%MW10", "did you mean 'MW10'?"), ("E0.3", "did you mean 'I0.3'?"),
      ("A4.0", "did you mean 'Q4.0'?"), ("DB 10", "did you mean 'DB10'?"),
    ])
  func refuse(_ text: String, _ clue: String) {
    guard case .failure(let fault) = SiteReader.target(text) else {
      Issue.record("\(text) was accepted")
      return
    }
    let message = Language.en.text(fault.message, suggestion: fault.meant)
    #expect(message.contains(clue), "\(message)")
  }

  @Test func `every area has a word of its own, which is read back as the area`() {
    #expect(Area.words.count == Area.allCases.count)
    #expect(Set(Area.words).count == Area.allCases.count)
    for area in Area.allCases where area != .none { #expect(Area(word: area.word) == area) }
  }

  @Test(
    "in names, * matches any characters, and case is ignored",
    arguments: [
      ("Line1.Speed", "Line1.Speed", true), ("line1.speed", "Line1.Speed", true), ("Line1.Speed", "Line1.*", true),
      ("Line1.Speed", "*Speed", true), ("Line1.Speed", "*", true), ("Line1.Speed", "L*1*d", true),
      ("Line1.Speed", "Line2.*", false), ("Line1.Speed", "Line1", false), ("Line1", "Line1.*", false), ("", "*", true),
      ("", "a", false), ("aaaaaaaaab", "*a*a*a*c", false),
    ])
  func name(_ name: String, _ pattern: String, _ isMatch: Bool) {
    let found = matches(Array(name.utf8).bytes, Array(pattern.utf8))
    #expect(found == isMatch)
  }

  @Test func `a conduit's targets match by number, by name and by bytes`() throws {
    let ranges = try ["DB10.DBW4-20", "tag Line1.*", "D100-199"].map { try SiteReader.target($0).get() }
    func covers(_ target: Target, _ name: String = "") -> Bool {
      TargetRange.cover(ranges, target, name: Array(name.utf8).bytes, unit: -1)
    }
    #expect(covers(Target(area: .dataBlock, number: 10, address: 4, count: 18)))
    #expect(!covers(Target(area: .dataBlock, number: 10, address: 4, count: 19)))
    #expect(!covers(Target(area: .dataBlock, number: 11, address: 4, count: 1)))
    #expect(covers(Target(area: .dataBlock, number: 10, address: 5, count: 1, bit: 3)))
    #expect(covers(Target(area: .tag, count: 1), "Line1.Speed"))
    #expect(!covers(Target(area: .tag, count: 1), "Line2.Speed"))
    #expect(covers(Target(area: .mcD, address: 100, count: 100)))
    #expect(!covers(Target(area: .mcW, address: 100, count: 1)))
    #expect(covers(.none))
    // A byte covers its bits, but a bit does not cover its byte.
    let bit = try [SiteReader.target("DB7.DBX4.3").get()]
    for (target, isCovered) in [
      (Target(area: .dataBlock, number: 7, address: 4, count: 1, bit: 3), true),
      (Target(area: .dataBlock, number: 7, address: 4, count: 1, bit: 2), false),
      (Target(area: .dataBlock, number: 7, address: 4, count: 1), false),
    ] {
      #expect(TargetRange.cover(bit, target, name: RawSpan(), unit: -1) == isCovered)
    }
  }
}
