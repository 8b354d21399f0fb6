// SPDX-License-Identifier: Apache-2.0

/// The data of a command, in either notation (SH-080956ENG, chapter 5; SH-080008, chapters 8 to 12).
struct SLMPData {
  let form: SLMP.Form
  let sub: UInt16

  var isBits: Bool { sub & 1 != 0 }
  /// Device numbers of four bytes and codes of two (iQ-R).
  var isLong: Bool { sub & 2 != 0 }
  /// Behind a monitor condition (QnACPU).
  private var isConditional: Bool { sub & 0x40 != 0 }
  /// Devices of modules, by further fields before and behind the device.
  var isExtended: Bool { sub & 0x80 != 0 }

  func number(_ message: RawSpan, _ offset: Int, _ size: Int) -> Int? {
    SLMP.number(message, offset, size, form).map { Int(truncatingIfNeeded: $0) }
  }
  func words(_ message: RawSpan, at offset: Int, _ count: Int) -> Values {
    Values(form.isASCII ? .hex4 : .uint16LE, at: offset, count, end: message.byteCount)
  }
  private func doubles(_ message: RawSpan, at offset: Int, _ count: Int) -> Values {
    Values(form.isASCII ? .hex8 : .uint32LE, at: offset, count, end: message.byteCount)
  }
  private func bits(_ message: RawSpan, at offset: Int, _ count: Int) -> Values {
    Values(form.isASCII ? .hex1 : .halfByte, at: offset, count, end: message.byteCount)
  }
  /// A message ends where its counts say.
  func close(_ message: RawSpan, _ end: Int, _ operation: inout Operation) {
    guard message.byteCount != end else { return }
    operation.note(Fault(.length, "Data length", seen: UInt64(message.byteCount), expected: UInt64(end)))
  }

  // MARK: Questions

  func request(
    _ message: RawSpan, at data: Int, _ command: SLMPCommand, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch command {
    case .read, .write: batch(message, at: data, isWrite: command == .write, &operation)
    case .randomRead, .registerMonitor:
      several(message, at: data, isWrite: false, isMonitor: command == .registerMonitor, &operation, &exchange)
    case .randomWrite: several(message, at: data, isWrite: true, isMonitor: false, &operation, &exchange)
    case .readBlocks, .writeBlocks: blocks(message, at: data, isWrite: command == .writeBlocks, &operation, &exchange)
    case .readLabels, .writeLabels, .readRandomLabels, .writeRandomLabels:
      labels(message, at: data, command, &operation, &exchange)
    case .readBuffer, .writeBuffer, .readModule, .writeModule: buffer(message, at: data, command, &operation)
    case .run, .stop, .pause, .latchClear, .reset:
      operation.facets[.mode] = number(message, data, 2).map { UInt32($0) }
      // Which devices a remote RUN clears.
      if command == .run { operation.facets[.qualifier] = number(message, data + form.width(2), 1).map { UInt32($0) } }
    case .selfTest: operation.facets[.length] = number(message, data, 2).map { UInt32($0) }
    case .setAddress: setAddress(message, at: data, &operation)
    case .getParameter, .setParameter:
      parameters(message, at: data, isWrite: command == .setParameter, &operation, &exchange)
    case .onDemand: operation.values = words(message, at: data, .max)
    default: if command.action == .file { file(message, at: data, command, &operation, &exchange) }
    }
  }

  private func fail(_ message: RawSpan, _ data: Int, _ needed: Int, _ operation: inout Operation) {
    let there = max(0, message.byteCount - data)
    if there < needed {
      operation.note(Fault(.length, "Data length", seen: UInt64(there), least: UInt64(needed), most: 16_000))
    } else {
      let code = form.isASCII ? UInt64(message.u16(codePlace(data))) : UInt64(message.u8(codePlace(data)))
      operation.note(Fault(unlisted: "Device code", seen: code))
    }
  }

  /// Device, number of points, then what is written (SH-080956, 5.2).
  private func batch(_ message: RawSpan, at data: Int, isWrite: Bool, _ operation: inout Operation) {
    guard let device = device(message, data), let points = number(message, data + deviceWidth, 2) else {
      return fail(message, data, deviceWidth + form.width(2), &operation)
    }
    operation.target = device
    operation.target.count = UInt32(isBits ? points : points * device.area.pointsOfWord)
    if points == 0 { operation.note(Fault(.quantity, "Number of device points", seen: 0, least: 1, most: 7168)) }
    let start = data + deviceWidth + form.width(2)
    guard isWrite else { return close(message, start, &operation) }
    operation.values = isBits ? bits(message, at: start, points) : words(message, at: start, points)
    let expected = isBits ? (form.isASCII ? points : (points + 1) / 2) : form.width(2) * points
    if message.byteCount - start != expected {
      operation.note(
        Fault(.length, "Write data", seen: UInt64(max(0, message.byteCount - start)), expected: UInt64(expected)))
    }
  }

  /// Random access: numbers of words and double words, or of bits, then devices, with what is written behind each.
  private func several(
    _ message: RawSpan, at data: Int, isWrite: Bool, isMonitor: Bool, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    let isBitWrite = isWrite && isBits
    let data = isConditional ? data + conditionWidth : data
    guard let first = number(message, data, 1),
      let second = isBitWrite ? 0 : number(message, data + form.width(1), 1)
    else { return fail(message, data, form.width(isBitWrite ? 1 : 2), &operation) }
    var offset = data + form.width(isBitWrite ? 1 : 2)
    if isConditional, message.byteCount != offset + (first + second) * deviceWidth { return }
    if isMonitor { exchange.state = exchange.state & ~0xFFFF | UInt64(first) | UInt64(second) << 8 }
    for index in 0..<first + second {
      guard let device = device(message, offset) else { return fail(message, offset, deviceWidth, &operation) }
      offset += deviceWidth
      var target = device
      target.count = UInt32(isBitWrite ? 1 : device.area.pointsOfWord * (index < first ? 1 : 2))
      var values = Values.none
      if isBitWrite {
        let width = isLong ? 2 : 1
        values = Values(
          form.isASCII ? .hex2 : .uint8, at: offset + (form.isASCII ? 2 * width - 2 : 0), 1, end: message.byteCount)
        offset += form.width(width)
      } else if isWrite {
        values = index < first ? words(message, at: offset, 1) : doubles(message, at: offset, 1)
        offset += form.width(index < first ? 2 : 4)
      }
      exchange.add(target, values, to: &operation, isFirst: index == 0)
    }
    close(message, offset, &operation)
  }

  /// The bytes of a monitor condition (SH-080008, 8.3): condition and a fixed 0F, a file by number, name, extension and
  /// attribute, three numbers of an SFC step, a step number, a word device with mask and value, and a bit device with a
  /// value.
  private var conditionWidth: Int { form.width(20) + 11 + 2 * deviceWidth }

  /// Blocks: numbers of word and bit blocks, then device and points of each, with what is written. A point of a bit
  /// block is sixteen bits.
  private func blocks(
    _ message: RawSpan, at data: Int, isWrite: Bool, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    guard let words = number(message, data, 1), let bits = number(message, data + form.width(1), 1) else {
      return fail(message, data, form.width(2), &operation)
    }
    var offset = data + form.width(2)
    for index in 0..<words + bits {
      guard let device = device(message, offset), let points = number(message, offset + deviceWidth, 2) else {
        return fail(message, offset, deviceWidth + form.width(2), &operation)
      }
      offset += deviceWidth + form.width(2)
      var target = device
      target.count = UInt32(points * device.area.pointsOfWord)
      var values = Values.none
      if isWrite {
        values = self.words(message, at: offset, points)
        offset += form.width(2) * points
      }
      exchange.add(target, values, to: &operation, isFirst: index == 0)
    }
    close(message, offset, &operation)
  }

  /// Buffer memory of the addressed module, in words; of an intelligent function module, in bytes (SH-080956, 5.4,
  /// 5.5).
  private func buffer(
    _ message: RawSpan, at data: Int, _ command: SLMPCommand, _ operation: inout Operation
  ) {
    let isModule = command == .readModule || command == .writeModule
    guard let address = number(message, data, 4), let count = number(message, data + form.width(4), 2),
      let module = isModule ? number(message, data + form.width(6), 2) : 0
    else { return fail(message, data, form.width(isModule ? 8 : 6), &operation) }
    operation.target = Target(
      area: isModule ? .moduleBuffer : .bufferMemory, number: UInt32(module), address: UInt64(address),
      count: UInt32(count))
    let start = data + form.width(isModule ? 8 : 6)
    guard command == .writeBuffer || command == .writeModule else { return close(message, start, &operation) }
    operation.values = words(message, at: start, isModule ? count / 2 : count)
    close(message, start + form.width(isModule ? count : 2 * count), &operation)
  }

  /// CLPA BAP-C2006ENG: the client's MAC and IP address, the server's MAC address, and the IP address it shall have.
  private func setAddress(_ message: RawSpan, at data: Int, _ operation: inout Operation) {
    guard let own = number(message, data + form.width(6), 1) else { return }
    let server = data + form.width(7 + own + 6)
    guard number(message, server, 1) == 4, let address = number(message, server + form.width(1), 4) else { return }
    operation.target = Target(area: .ipSuite, address: UInt64(address), count: 1)
  }

  /// CLPA BAP-C2006ENG: how many, then the number of each, when they are set with their size and value.
  private func parameters(
    _ message: RawSpan, at data: Int, isWrite: Bool, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    guard let count = number(message, data, 2) else { return }
    var offset = data + form.width(2)
    for index in 0..<count {
      guard let id = number(message, offset, 2) else { return }
      offset += form.width(2)
      var values = Values.none
      if isWrite {
        guard let size = number(message, offset, 2) else { return }
        values = bytes(message, at: offset + form.width(2), size)
        offset += form.width(2 + size)
      }
      exchange.add(
        Target(area: .record, address: UInt64(id), count: 1), values, to: &operation, isFirst: index == 0)
    }
  }
  func bytes(_ message: RawSpan, at offset: Int, _ count: Int) -> Values {
    Values(form.isASCII ? .hex2 : .uint8, at: offset, count, end: message.byteCount)
  }

  // MARK: Answers

  /// `operation` has the question's targets already.
  func response(
    _ message: RawSpan, at data: Int, _ command: SLMPCommand, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch command {
    case .read:
      let count = Int(operation.target.count)
      operation.values =
        isBits
        ? bits(message, at: data, count) : words(message, at: data, count / operation.target.area.pointsOfWord)
    case .randomRead, .readBlocks:
      let first = Int(operation.target.count) / operation.target.area.pointsOfWord
      guard operation.items.count > 0 || message.byteCount == data + form.width(2) * first else {
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
      // Of more targets than are kept.
      if offset < message.byteCount {
        exchange.answer(
          words(message, at: offset, .max), at: Int(operation.items.count) + 1, of: &operation)
      }
    case .monitor:
      // What is monitored was registered: so many words, then double words.
      let count = exchange.state & 0xFFFF == 0 ? Int.max : Int(exchange.state & 0xFF)
      operation.values = words(message, at: data, count)
      let behind = Int(exchange.state >> 8 & 0xFF)
      guard count < .max, behind > 0 else { return }
      exchange.add(
        .none, doubles(message, at: data + form.width(2) * count, behind), to: &operation,
        isFirst: false)
    case .readBuffer: operation.values = words(message, at: data, Int(operation.target.count))
    case .readModule: operation.values = words(message, at: data, Int(operation.target.count) / 2)
    case .readLabels, .readRandomLabels:
      labelValues(message, at: data, isArray: command == .readLabels, &operation, &exchange)
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

extension Exchange {
  /// A target of an operation by its place in the message.
  fileprivate func target(_ place: Int, of operation: Operation) -> Target {
    guard place > 0 else { return operation.target }
    let index = Int(operation.items.start) + place - 1
    return index < items.count ? items[index].target : .none
  }
}
