// SPDX-License-Identifier: Apache-2.0

/// The data of responses.
extension SLMPData {
  /// `operation` has the question's targets already.
  func readResponse(
    _ message: RawSpan, at data: Int, _ command: SLMPCommand, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch command {
    case .read:
      operation.values = batchValues(message, at: data, of: operation.target)
    case .randomRead, .readBlocks:
      let first = Int(operation.target.count) / operation.target.area.pointsOfWord
      guard isFitting(message, at: data, first: first, operation, exchange) else {
        operation.values = words(message, at: data, .max)
        return
      }
      var offset = data
      for place in 0...Int(operation.items.count) {
        let target = exchange.target(place, of: operation)
        let count = Int(target.count) / target.area.pointsOfWord
        let isDouble = command == .randomRead && count == 2
        let values = isDouble ? doubles(message, at: offset, 1) : words(message, at: offset, count)
        exchange.answer(values, at: place, of: &operation)
        offset += form.width(2) * count
      }
      // Values of further targets that are not kept.
      if offset < message.byteCount {
        exchange.answer(
          words(message, at: offset, .max), at: Int(operation.items.count) + 1, of: &operation)
      }
    case .monitor:
      // Words, then double words, as they were registered.
      let state = SLMPState(exchange.state)
      guard state.words > 0 || state.doubleWords > 0 else {
        operation.values = words(message, at: data, .max)
        return
      }
      let count = Int(state.words)
      operation.values = words(message, at: data, count)
      guard state.doubleWords > 0 else { return }
      exchange.add(
        .none, doubles(message, at: data + form.width(2) * count, Int(state.doubleWords)), to: &operation,
        isFirst: false)
    case .readBuffer: operation.values = words(message, at: data, Int(operation.target.count))
    case .readModule: operation.values = words(message, at: data, Int(operation.target.count) / 2)
    case .readLabels, .readRandomLabels:
      readLabelValues(message, at: data, isArray: command == .readLabels, &operation, &exchange)
    case .getParameter:
      var offset = data + form.width(2)
      for place in 0...Int(operation.items.count) {
        guard let size = number(message, offset + form.width(2), 2) else { return }
        exchange.answer(bytes(message, at: offset + form.width(4), size), at: place, of: &operation)
        offset += form.width(4 + size)
      }
    // The file's pointer number, or its number.
    case .openFile, .searchDirectory: operation.values = words(message, at: data, 1)
    case .readFile:
      operation.values = bytes(message, at: data + form.width(2), number(message, data, 2) ?? 0)
    case .readModel:
      guard data + 16 <= message.byteCount else { return }
      operation.values = words(message, at: data + 16, 1)
      var report = IdentityReport()
      report.knownVendor = "Mitsubishi Electric"
      report.model = exchange.name(message.slice(data, 16).trimmed)
      exchange.identities.append(report)
    default: break
    }
  }
}

extension SLMPData {
  /// The values of a device and those after it.
  @inline(__always)
  func batchValues(_ message: RawSpan, at data: Int, of target: Target) -> Values {
    let count = Int(target.count)
    return isBits ? bits(message, at: data, count) : words(message, at: data, count / target.area.pointsOfWord)
  }
  /// What they take, in bytes or characters.
  @inline(__always)
  func batchSize(of target: Target) -> Int {
    let count = Int(target.count)
    return isBits ? (form.isASCII ? count : (count + 1) / 2) : form.width(2) * (count / target.area.pointsOfWord)
  }

  /// Whether the data are as long as the targets that were asked for; of more targets than are kept, longer.
  private func isFitting(
    _ message: RawSpan, at data: Int, first: Int, _ operation: borrowing Operation, _ exchange: borrowing Exchange
  ) -> Bool {
    let there = message.byteCount - data
    var words = first
    for place in 0..<Int(operation.items.count) {
      let target = exchange.items[Int(operation.items.start) + place].target
      words += Int(target.count) / max(1, target.area.pointsOfWord)
    }
    return operation.items.count < PendingRequests.itemLimit
      ? there == form.width(2) * words : there >= form.width(2) * words
  }
}

extension Exchange {
  /// A target of an operation by its place in the message.
  fileprivate func target(_ place: Int, of operation: Operation) -> Target {
    guard place > 0 else { return operation.target }
    let index = Int(operation.items.start) + place - 1
    return index < items.count ? items[index].target : .none
  }
}
