// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `device-renamed`: a device gets another name, under which its controller will not find it. Allowed
/// where a conduit says so.
struct DeviceRenamed {
  /// A request to change the name of a station.
  func request(
    _ operation: borrowing Operation, _ conversation: borrowing Conversation, _ moment: Moment, _ ruling: Ruling?
  ) -> Finding? {
    if let ruling, ruling.verdict.isAllowed { return nil }
    return moment.finding(.deviceRenamed, .parties, conversation, about: operation)
  }
}
