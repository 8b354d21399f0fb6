// SPDX-License-Identifier: Apache-2.0

/// What a message does, in one vocabulary for all industrial protocols. Policy, learning and detectors know only this.
package enum Action: UInt8, CaseIterable, Sendable {
  /// Ask or tell who a device is.
  case identify
  /// Open, keep, close a conversation.
  case session
  /// Counters, echo, status.
  case diagnose
  /// Fetch process data.
  case read
  /// The device sends by itself.
  case report
  /// Change process data or set-points.
  case write
  /// Command an actuator or a controlled object.
  case operate
  /// Run, stop, pause, restart, reset a controller.
  case state
  /// Load or fetch control logic.
  case program
  case firmware
  /// Change a device's settings, name, address.
  case configure
  case clock
  /// File services.
  case file
  /// Log in, unlock, set a password.
  case authenticate
  /// A code the dissector does not know: kept, with the code.
  case unknown

  /// The word of site files and records.
  package var word: String { "\(self)" }
}

package enum Role: UInt8, Sendable {
  case request, response, report
  package var word: String { "\(self)" }
}

/// The part of a device's memory or object space an address counts in.
package struct Area: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let none = Area(rawValue: 0)
  package static let coil = Area(rawValue: 1)
  package static let discreteInput = Area(rawValue: 2)
  package static let inputRegister = Area(rawValue: 3)
  package static let holdingRegister = Area(rawValue: 4)
  /// Modbus file records: `number` is the file, `address` the record.
  package static let file = Area(rawValue: 5)
  /// Modbus FIFO queue, by its pointer address.
  package static let fifo = Area(rawValue: 6)

  /// The words of site files and records, in order of `rawValue`.
  package static let words = ["", "coil", "discrete-input", "input-register", "holding-register", "file", "fifo"]
  package var word: String { Int(rawValue) < Area.words.count ? Area.words[Int(rawValue)] : "" }
  package init?(word: String) {
    guard !word.isEmpty, let index = Area.words.firstIndex(of: word) else { return nil }
    rawValue = UInt8(index)
  }
}

/// What an operation reads or changes: `count` items from `address` on.
package struct Target: Equatable, Sendable {
  package var area = Area.none
  /// Which of several areas of this kind (a file number, a data block); 0 where there is but one.
  package var number: UInt32 = 0
  package var address: UInt64 = 0
  package var count: UInt32 = 0
  package static let none = Target()
}

/// Where a message holds values: numbers of one width, `count` of them from `offset` of the message on.
/// The bytes stay where they are; a record reads them while the message is still there.
package struct Values: Equatable, Sendable {
  package enum Format: UInt8, Sendable {
    case none
    /// One bit each, lowest bit of the first byte first.
    case bit
    case uint8
    case uint16
  }
  package var format = Format.none
  package var offset: Int32 = 0
  package var count: Int32 = 0
  package static let none = Values()
}

/// How an answer came out.
package enum Outcome: Equatable, Sendable {
  /// Not an answer.
  case none
  case ok
  /// The native error code, with the standard's name for it.
  case error(code: UInt32, name: StaticString)

  package static func == (left: Outcome, right: Outcome) -> Bool {
    switch (left, right) {
    case (.none, .none), (.ok, .ok): true
    case (.error(let left, _), .error(let right, _)): left == right
    default: false
    }
  }
}

/// How a message hangs together with another one.
package enum Pairing: UInt8, Sendable {
  /// A request, or a report.
  case none
  /// An answer to a request that was seen; it carries that request's target.
  case answered
  /// An answer whose request was not seen.
  case unasked
  /// An answer that does not fit the request it names.
  case mismatched
}

/// One industrial message, or one service inside it: plain data, no reference, so that it costs nothing to make.
package struct Operation: Sendable {
  package var dissector: DissectorID
  package var action: Action
  package var role: Role
  /// The native function or service code, exception and response bits cleared.
  package var code: UInt32
  /// The standard's name of `code`.
  package var name: StaticString
  /// The native sub-function (Modbus 8/n, 43/n), -1 without one.
  package var subcode: Int32 = -1
  /// The addressed unit: unit id, station, slot, common address; -1 without one.
  package var unit: Int64 = -1
  package var target = Target.none
  /// A second target in the same message (Modbus 23 writes one range and reads another): the one that is written.
  package var written = Target.none
  package var values = Values.none
  package var outcome = Outcome.none
  /// Ties answer to question; -1 where the protocol has none.
  package var transaction: Int64 = -1
  package var pairing = Pairing.none
  /// Nanoseconds from the request to this answer; -1 when not answered.
  package var latency: Int64 = -1
  /// What violates the specification in it, if anything.
  package var fault: Fault?

  package init(
    _ dissector: DissectorID, _ action: Action, _ role: Role, code: UInt32, name: StaticString
  ) {
    self.dissector = dissector
    self.action = action
    self.role = role
    self.code = code
    self.name = name
  }
}
