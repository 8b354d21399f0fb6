// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// What a threshold file says of one rule.
struct RuleFilters: Sendable {
  let suppressions: [Suppression]
  /// In place of the rule's own, or the rule's own.
  let threshold: Threshold?
  let rate: RateFilter?

  /// A line for one rule outweighs the rule's own threshold; a line for all rules does not.
  init(of rule: Rule, in file: ThresholdFile) {
    func isMeant(_ group: UInt32, _ number: UInt32) -> Bool {
      (group == 0 || group == rule.group) && (number == 0 || number == rule.number)
    }
    suppressions = file.suppressions.filter { isMeant($0.group, $0.number) }
    let filters = file.eventFilters.filter { isMeant($0.group, $0.number) }
    let own = filters.first { $0.number == rule.number }?.threshold ?? rule.threshold
    // What counts matches is part of the rule.
    threshold = own ?? (rule.detectionFilter == nil ? filters.first?.threshold : nil)
    rate = file.rateFilters.first { isMeant($0.group, $0.number) }
  }

  /// Whether alerts between these ends are not wanted.
  func suppress(from source: IPAddress, to destination: IPAddress) -> Bool {
    suppressions.contains { suppression in
      switch suppression.track {
      case nil: true
      case .source: suppression.addresses.contains(source)
      case .destination: suppression.addresses.contains(destination)
      case .either: suppression.addresses.contains(source) || suppression.addresses.contains(destination)
      }
    }
  }
}
