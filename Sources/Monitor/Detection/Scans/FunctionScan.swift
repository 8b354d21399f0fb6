// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// `function-scan`: a client tries out which function codes or unit IDs a device answers. Those answered without error
/// do not count: a gateway with many units, or a client that uses many functions, is not a scan.
struct FunctionScan {
  private var codes: Tally
  private var units: Tally
  var evictions: Evictions { codes.evictions + units.evictions }

  init(seed: UInt64) {
    codes = Tally(seconds: 300, threshold: 10, seed: seed)
    units = Tally(seconds: 300, threshold: 15, seed: seed)
  }

  /// Whether the conversation uses a code or unit for the first time: nothing else needs counting.
  @inline(__always)
  static func isNew(
    _ code: UInt32, _ unit: Int64, isAsked: Bool, in conversation: borrowing Conversation
  ) -> Bool {
    if (isAsked ? conversation.codes : conversation.answeredCodes) & bit(code) == 0 { return true }
    return isAsked ? conversation.units.isNew(unit) : conversation.answeredUnits.isNew(unit)
  }

  /// Called for operations that contain something new; looks into the tables only for a code or unit that the
  /// conversation uses for the first time.
  mutating func operation(
    _ operation: borrowing Operation, _ conversation: inout Conversation, _ moment: Moment,
    _ findings: inout Findings
  ) {
    let code = FunctionScan.bit(operation.askedCode)
    let pair = PairKey(conversation)
    if operation.role == .request {
      if conversation.codes & code == 0 {
        conversation.codes |= code
        if let count = codes.add(pair, thing: UInt64(operation.code), at: moment.time) {
          findings.add(
            moment.finding(.functionScan, codes.detail(.functionCodes, count), conversation, about: operation))
        }
      }
      if conversation.units.add(operation.unit),
        let count = units.add(pair, thing: 1 << 32 | UInt64(operation.unit), at: moment.time)
      {
        findings.add(moment.finding(.functionScan, units.detail(.units, count), conversation, about: operation))
      }
    } else if operation.outcome == .ok, operation.pairing == .answered {
      if conversation.answeredCodes & code == 0 {
        conversation.answeredCodes |= code
        codes.cancel(pair, thing: UInt64(operation.askedCode), at: moment.time)
      }
      if conversation.answeredUnits.add(operation.unit) {
        units.cancel(pair, thing: 1 << 32 | UInt64(operation.unit), at: moment.time)
      }
    }
  }

  /// Whether this client is scanning this server: refusals are then part of the scan.
  func isScanned(_ conversation: borrowing Conversation, _ moment: Moment) -> Bool {
    let pair = PairKey(conversation)
    return codes.isReached(pair, at: moment.time) || units.isReached(pair, at: moment.time)
  }

  /// A code's bit among 128. One-byte codes below 128 have a bit of their own; longer codes are folded so that neither
  /// the functions of one group nor the same function of many groups collide.
  @inline(__always)
  private static func bit(_ code: UInt32) -> UInt128 {
    UInt128(1) << UInt128((code ^ code >> 7 ^ code >> 14 ^ code >> 21) & 127)
  }
}
