// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `device-renamed`: a device is given another name, and its controller will no longer find it by the old one. Allowed
/// where a conduit permits it.
struct DeviceRenamed {
  /// A request to change a station's name.
  func request(
    _ operation: borrowing Operation, _ conversation: borrowing Conversation, sent direction: Direction,
    at moment: Moment, _ ruling: Ruling?
  ) -> Finding? {
    if let ruling, ruling.verdict.isAllowed { return nil }
    return moment.finding(.deviceRenamed, .parties, conversation, direction, about: operation)
  }
}
