// SPDX-License-Identifier: Apache-2.0

/// The text of responses (W342, 5-2 and 5-3): the end code, then the requested data (`FINSText`).
enum FINSResponses {
  static func read(
    _ frame: borrowing FINSHeader, _ command: FINSCommand, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    if let end = frame.endCode {
      operation.outcome = end.rawValue == 0 ? .ok : .error(code: UInt32(end.rawValue), name: end.name)
    } else {
      operation.note(Fault(.length, "End code", seen: UInt64(frame.count - FINSText.start), least: 2, most: 2000))
    }
    var isLocal = false
    if exchange.waiting(transaction: operation.transaction, unit: operation.unit) == nil {
      isLocal = exchange.waiting(transaction: operation.transaction, unit: FINS.localNode) != nil
    }
    _ = exchange.tie(&operation, place: isLocal ? FINS.localNode : nil) { asked, answer in
      answer.action = asked.action
      answer.isFetch = asked.isFetch
      answer.values = Values(format: asked.values.format, stride: asked.values.stride)
    }
    let format = operation.values
    operation.values = .none
    guard operation.outcome == .ok else { return }
    switch command {
    case .memoryAreaRead:
      let count = operation.pairing == .answered ? Int(operation.target.count) : .max
      operation.values = Values(
        format.format == .none ? .uint16 : format.format, at: frame.start + FINSText.Response.data, count,
        stride: Int(format.stride),
        end: frame.end)
    case .multipleMemoryAreaRead:
      // The code of each area, then its value.
      var offset = FINSText.Response.data
      var place = 0
      while offset < frame.count, let area = FINSArea(rawValue: frame.u8(offset)).place {
        // What was not asked for has no target.
        guard isFitting(area.target.area, at: place, of: operation, exchange) else { break }
        exchange.answer(FINSArea.values(frame, at: offset + 1, 1, area), at: place, of: &operation)
        offset += 1 + area.width
        place += 1
      }
    case .controllerDataRead:
      guard frame.count >= FINSText.ControllerData.end else { return }
      var report = IdentityReport()
      report.knownVendor = "Omron"
      report.model = exchange.name(frame.bytes(FINSText.ControllerData.model, FINSText.ControllerData.size).trimmed)
      report.firmware = exchange.name(
        frame.bytes(FINSText.ControllerData.version, FINSText.ControllerData.size).trimmed)
      exchange.identities.append(report)
    case .controllerStatusRead:
      // Status, mode, errors.
      operation.values = Values(.uint8, at: frame.start + FINSText.Response.data, 6, end: frame.end)
    case .clockRead: FINSClock.read(frame, at: FINSText.Response.data, &operation)
    default: break
    }
  }

  /// Whether the area of a value can be that of the target at `place`. Timers and counters share codes.
  private static func isFitting(
    _ area: Area, at place: Int, of operation: borrowing Operation, _ exchange: borrowing Exchange
  ) -> Bool {
    guard operation.pairing == .answered, place <= Int(operation.items.count) else { return true }
    let asked =
      place == 0 ? operation.target.area : exchange.items[Int(operation.items.start) + place - 1].target.area
    return asked == area || asked == .none || asked == .cnt && area == .tim
  }
}
