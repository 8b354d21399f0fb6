// SPDX-License-Identifier: Apache-2.0

/// What a message does, in one vocabulary for all industrial protocols. Policy, learning and detectors know only this.
package enum Action: UInt8, CaseIterable, Sendable {
  /// Request or report a device's identity.
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
  package var word: String {
    // Spelt out: a case's name costs a look at its type.
    switch self {
    case .identify: "identify"
    case .session: "session"
    case .diagnose: "diagnose"
    case .read: "read"
    case .report: "report"
    case .write: "write"
    case .operate: "operate"
    case .state: "state"
    case .program: "program"
    case .firmware: "firmware"
    case .configure: "configure"
    case .clock: "clock"
    case .file: "file"
    case .authenticate: "authenticate"
    case .unknown: "unknown"
    }
  }
  /// Changes process data.
  @inline(__always)
  var isValueChange: Bool { self == .write || self == .operate }
  /// Changes values, settings, the clock: who asks for it is looked at.
  @inline(__always)
  var isChange: Bool { self == .write || self == .operate || self == .clock || self == .configure }
}

package enum Role: UInt8, Sendable {
  case request, response, report
  package var word: String {
    switch self {
    case .request: "request"
    case .response: "response"
    case .report: "report"
    }
  }
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
  package var word: String {
    switch self {
    case .none: "none"
    case .answered: "answered"
    case .unasked: "unasked"
    case .mismatched: "mismatched"
    }
  }
}

/// How a command on a controlled object proceeds, where the protocol has steps.
package enum Phase: UInt8, Sendable {
  case none, select, execute, cancel
  package var word: String {
    switch self {
    case .none: "none"
    case .select: "select"
    case .execute: "execute"
    case .cancel: "cancel"
    }
  }
}

/// How the values of a write become what its target holds.
package enum WriteEffect: UInt8, Sendable {
  /// Each one in its place.
  case replace
  /// The first one in every place of the target.
  case fill
  /// Two masks: bits of the first are kept, others are those of the second.
  case keepThenSet
  /// Two masks: bits of the first are set, then those that the second does not have are cleared.
  case setThenKeep
  /// The bits of a mask alone, which is sixteen bits right before the values, lowest byte first.
  case masked
}

/// What comes again and again without being asked for.
package enum Cyclic: UInt8, Sendable {
  case no
  /// One of a stream: counted, not reported individually.
  case yes
  /// One of a stream that carries something new (a state number changed): reported.
  case news
}

/// One industrial message, or one service inside it: plain data, no reference, so that it costs nothing to make.
package struct Operation: Sendable {
  /// The protocol whose message it is; a carried one's own, not its carrier's.
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
  /// Further targets and values of the same message.
  package var items = ItemRange()
  package var outcome = Outcome.none
  // Small ones side by side, so that the whole stays below 256 bytes: up to there a copy is eight loads and stores.
  package var pairing = Pairing.none
  package var phase = Phase.none
  package var cyclic = Cyclic.no
  /// An envelope of another protocol's message, which is an operation of its own: policy judges that one.
  package var isCarrier = false
  /// Asked in the course of the other end's command, as an S7 controller asks for the blocks it is loaded with.
  package var isPartOfCommand = false
  /// Two bits and a number of three in one byte, for the same reason.
  private var marks: UInt8 = 0
  /// For a program transfer: read from the controller, not loaded into it.
  package var isFetch: Bool {
    @inline(__always) get { marks & 1 != 0 }
    set { marks = newValue ? marks | 1 : marks & ~1 }
  }
  /// The everyday duty of the station that asks for it: the clocks of outstations are set by their controlling station
  /// (IEC 60870-5-5:1995, 6.7; IEEE 1815-2012, 10.3).
  package var isRoutine: Bool {
    @inline(__always) get { marks & 2 != 0 }
    set { marks = newValue ? marks | 2 : marks & ~2 }
  }
  /// What becomes of the values of a write.
  package var effect: WriteEffect {
    get { WriteEffect(rawValue: marks >> 2 & 7) ?? .replace }
    set { marks = marks & ~0x1C | newValue.rawValue << 2 }
  }
  /// Ties answer to question; -1 where the protocol has none.
  package var transaction: Int64 = -1
  /// Nanoseconds from the request to this answer; -1 when not answered.
  package var latency: Int64 = -1
  /// The `code` of the request that this answers, where answers have codes of their own; else `code`.
  package var askedCode: UInt32
  /// Checksum of a cyclic message's contents, to detect changes.
  package var digest: UInt32 = 0
  /// One native field that is text: a security policy, a user, a program's name.
  package var detail = NameID.none
  /// Further native fields, by name.
  package var facets = Facets()
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
    askedCode = code
  }
}
