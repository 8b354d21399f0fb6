// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import RuleLanguage

@Suite("threshold.config")
struct ThresholdFileTests {
  private static func read(_ text: String) -> ThresholdFile {
    ThresholdFile(RuleFile(name: "t", text: Array(text.utf8)), variables: Reading.variables)
  }

  @Test("suppress, for all addresses or for some")
  func suppress() {
    let file = Self.read(
      """
      # a comment
      suppress gen_id 1, sig_id 7
      suppress gen_id 1, sig_id 8, track by_src, ip $HOME_NET
      suppress gen_id 0, sig_id 0, track by_either, \\
        ip [10.1.1.1,10.1.1.2]
      """)
    #expect(file.diagnostics == [])
    #expect(file.suppressions.map(\.number) == [7, 8, 0])
    #expect(file.suppressions.map(\.track) == [nil, .source, .either])
    #expect(file.suppressions[0].addresses.isAny)
    #expect(file.suppressions[1].addresses.contains(IPText.mapped | 0x0A05_0505))
    #expect(!file.suppressions[1].addresses.contains(IPText.mapped | 0x0B05_0505))
    #expect(file.suppressions[2].addresses.contains(IPText.mapped | 0x0A01_0102))
  }

  @Test("event_filter, and threshold as its old name")
  func eventFilters() {
    let file = Self.read(
      """
      event_filter gen_id 1, sig_id 7, type limit, track by_src, count 1, seconds 60
      threshold gen_id 1, sig_id 8, type both, track by_rule, count 3, seconds 5
      event_filter gen_id 1, sig_id 9, type backoff, track by_flow, count 1, multiplier 4
      """)
    #expect(file.diagnostics == [])
    #expect(
      file.eventFilters.map(\.threshold) == [
        Threshold(.limit, .source, count: 1, seconds: 60), Threshold(.both, .rule, count: 3, seconds: 5),
        Threshold(.backoff, .flow, count: 1, seconds: 0, multiplier: 4),
      ])
  }

  @Test("rate_filter")
  func rateFilters() {
    let file = Self.read(
      "rate_filter gen_id 1, sig_id 7, track by_both, count 2, seconds 60, new_action drop, timeout 1000")
    let threshold = Threshold(.rate, .both, count: 2, seconds: 60)
    #expect(file.rateFilters == [RateFilter(group: 1, number: 7, threshold: threshold, verb: .drop, timeout: 1000)])
  }

  @Test(
    "What is wrong is left out where it stands",
    arguments: [
      ("suppress gen_id 1", 1), ("suppress gen_id 1, sig_id x", 27), ("suppress gen_id 1, sig_id 1, track by_src", 1),
      ("suppress gen_id 1, sig_id 1, track by_me, ip 10.1.1.1", 36),
      ("suppress gen_id 1, sig_id 1, track by_src, ip 10.1.1", 47),
      ("event_filter gen_id 1, sig_id 1, type often, track by_src, count 1, seconds 1", 1),
      ("event_filter gen_id 1, sig_id 1, type limit, track by_src, count 0, seconds 1", 66),
      ("rate_filter gen_id 1, sig_id 1, track by_src, count 1, seconds 1, new_action nothing, timeout 1", 1),
      ("suppress gen_id 1, gen_id 2, sig_id 1", 20), ("nonsense gen_id 1, sig_id 1", 1), ("suppress nonsense", 10),
    ])
  func refusals(_ line: String, _ column: Int) {
    let file = Self.read("\(line)\nsuppress gen_id 1, sig_id 7\n")
    #expect(file.suppressions.map(\.number) == [7])
    #expect(file.eventFilters.isEmpty && file.rateFilters.isEmpty)
    #expect(file.diagnostics.map(\.place) == [SourcePlace(file: "t", line: 1, column: column)])
  }
}
