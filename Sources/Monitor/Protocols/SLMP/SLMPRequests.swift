// SPDX-License-Identifier: Apache-2.0

/// The data of requests.
extension SLMPData {
  func readRequest(
    _ message: RawSpan, at data: Int, _ command: SLMPCommand, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch command {
    case .read, .write: readBatch(message, at: data, isWrite: command == .write, &operation)
    case .randomRead, .registerMonitor:
      readRandom(message, at: data, isWrite: false, isMonitor: command == .registerMonitor, &operation, &exchange)
    case .randomWrite: readRandom(message, at: data, isWrite: true, isMonitor: false, &operation, &exchange)
    case .readBlocks, .writeBlocks:
      readBlocks(message, at: data, isWrite: command == .writeBlocks, &operation, &exchange)
    case .readLabels, .writeLabels, .readRandomLabels, .writeRandomLabels:
      readLabels(message, at: data, command, &operation, &exchange)
    case .readBuffer, .writeBuffer, .readModule, .writeModule: readBuffer(message, at: data, command, &operation)
    case .run, .stop, .pause, .latchClear, .reset:
      operation.facets[.mode] = number(message, data, 2).map { UInt32($0) }
      // Which devices a remote RUN clears.
      if command == .run { operation.facets[.qualifier] = number(message, data + form.width(2), 1).map { UInt32($0) } }
    case .selfTest:
      guard let length = number(message, data, 2) else { return refuse(message, data, form.width(2), &operation) }
      operation.facets[.length] = UInt32(length)
      // The data of this command are characters in either form (SH-080956, 5.9).
      let start = data + form.width(2)
      if message.byteCount - start != length {
        operation.note(
          Fault(.length, "Number of loopback data", seen: UInt64(length), expected: UInt64(message.byteCount - start)))
      }
    case .setAddress: readAddress(message, at: data, &operation)
    case .getParameter, .setParameter:
      readParameters(message, at: data, isWrite: command == .setParameter, &operation, &exchange)
    case .onDemand: operation.values = words(message, at: data, .max)
    default: if command.action == .file { readFile(message, at: data, command, &operation, &exchange) }
    }
  }

  private func refuse(_ message: RawSpan, _ data: Int, _ needed: Int, _ operation: inout Operation) {
    let there = max(0, message.byteCount - data)
    if there < needed {
      operation.note(Fault(.length, "Data length", seen: UInt64(there), least: UInt64(needed), most: 16_000))
    } else {
      let code = form.isASCII ? UInt64(message.u16(codePlace(data))) : UInt64(message.u8(codePlace(data)))
      operation.note(Fault(unlisted: "Device code", seen: code))
    }
  }

  /// Device and number of points (SH-080956, 5.2), and where they end; nil as for `device`.
  @inline(__always)
  func batch(_ message: RawSpan, at data: Int) -> (target: Target, points: Int, end: Int)? {
    guard var target = device(message, data), let points = number(message, data + deviceWidth, 2) else { return nil }
    target.count = UInt32(isBits ? points : points * target.area.pointsOfWord)
    return (target, points, data + deviceWidth + form.width(2))
  }

  /// Device, number of points, then what is written.
  private func readBatch(_ message: RawSpan, at data: Int, isWrite: Bool, _ operation: inout Operation) {
    guard let (target, points, start) = batch(message, at: data) else {
      return refuse(message, data, deviceWidth + form.width(2), &operation)
    }
    operation.target = target
    if points == 0 { operation.note(Fault(.quantity, "Number of device points", seen: 0, least: 1, most: 7168)) }
    guard isWrite else { return checkEnd(message, start, &operation) }
    operation.values = isBits ? bits(message, at: start, points) : words(message, at: start, points)
    let expected = isBits ? (form.isASCII ? points : (points + 1) / 2) : form.width(2) * points
    if message.byteCount - start != expected {
      operation.note(
        Fault(.length, "Write data", seen: UInt64(max(0, message.byteCount - start)), expected: UInt64(expected)))
    }
  }

  /// Random access: numbers of words and double words, or of bits, then devices, each with what is written to it.
  private func readRandom(
    _ message: RawSpan, at data: Int, isWrite: Bool, isMonitor: Bool, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    let isBitWrite = isWrite && isBits
    let data = isConditional ? data + conditionWidth : data
    guard let first = number(message, data, 1),
      let second = isBitWrite ? 0 : number(message, data + form.width(1), 1)
    else { return refuse(message, data, form.width(isBitWrite ? 1 : 2), &operation) }
    var offset = data + form.width(isBitWrite ? 1 : 2)
    if isConditional, message.byteCount != offset + (first + second) * deviceWidth { return }
    if isMonitor {
      var state = SLMPState(exchange.state)
      (state.words, state.doubleWords) = (UInt8(first), UInt8(second))
      exchange.state = state.bits
    }
    for index in 0..<first + second {
      guard let device = device(message, offset) else {
        refuse(message, offset, deviceWidth, &operation)
        return checkEnd(message, offset, &operation, &exchange)
      }
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
    checkEnd(message, offset, &operation, &exchange)
  }

  /// The bytes of a monitor condition (SH-080008, 8.3): condition and a fixed 0F, a file by number, name, extension and
  /// attribute, three numbers of an SFC step, a step number, a word device with mask and value, and a bit device with a
  /// value.
  private var conditionWidth: Int { form.width(20) + 11 + 2 * deviceWidth }

  /// Blocks: numbers of word and bit blocks, then device and points of each, with what is written. A point of a bit
  /// block is sixteen bits.
  private func readBlocks(
    _ message: RawSpan, at data: Int, isWrite: Bool, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    guard let words = number(message, data, 1), let bits = number(message, data + form.width(1), 1) else {
      return refuse(message, data, form.width(2), &operation)
    }
    var offset = data + form.width(2)
    for index in 0..<words + bits {
      guard let device = device(message, offset), let points = number(message, offset + deviceWidth, 2) else {
        refuse(message, offset, deviceWidth + form.width(2), &operation)
        return checkEnd(message, offset, &operation, &exchange)
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
    checkEnd(message, offset, &operation, &exchange)
  }

  /// Buffer memory of the addressed module, in words; of an intelligent function module, in bytes (SH-080956, 5.4,
  /// 5.5).
  private func readBuffer(
    _ message: RawSpan, at data: Int, _ command: SLMPCommand, _ operation: inout Operation
  ) {
    let isModule = command == .readModule || command == .writeModule
    guard let address = number(message, data, 4), let count = number(message, data + form.width(4), 2),
      let module = isModule ? number(message, data + form.width(6), 2) : 0
    else { return refuse(message, data, form.width(isModule ? 8 : 6), &operation) }
    operation.target = Target(
      area: isModule ? .moduleBuffer : .bufferMemory, number: UInt32(module), address: UInt64(address),
      count: UInt32(count))
    let start = data + form.width(isModule ? 8 : 6)
    guard command == .writeBuffer || command == .writeModule else { return checkEnd(message, start, &operation) }
    operation.values = words(message, at: start, isModule ? count / 2 : count)
    checkEnd(message, start + form.width(isModule ? count : 2 * count), &operation)
  }

  /// CLPA BAP-C2006ENG: the client's MAC and IP address, the server's MAC address, and its new IP address.
  private func readAddress(_ message: RawSpan, at data: Int, _ operation: inout Operation) {
    guard let own = number(message, data + form.width(6), 1) else { return }
    let server = data + form.width(7 + own + 6)
    guard number(message, server, 1) == 4, let address = number(message, server + form.width(1), 4) else { return }
    operation.target = Target(area: .ipSuite, address: UInt64(address), count: 1)
  }

  /// CLPA BAP-C2006ENG: how many, then the number of each, when they are set with their size and value.
  private func readParameters(
    _ message: RawSpan, at data: Int, isWrite: Bool, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    guard let count = number(message, data, 2) else { return }
    var offset = data + form.width(2)
    for index in 0..<count {
      guard let id = number(message, offset, 2) else {
        return checkEnd(message, offset + form.width(2), &operation, &exchange)
      }
      offset += form.width(2)
      var values = Values.none
      if isWrite {
        guard let size = number(message, offset, 2) else {
          return checkEnd(message, offset + form.width(2), &operation, &exchange)
        }
        values = bytes(message, at: offset + form.width(2), size)
        offset += form.width(2 + size)
      }
      exchange.add(
        Target(area: .record, address: UInt64(id), count: 1), values, to: &operation, isFirst: index == 0)
    }
    if isWrite { checkEnd(message, offset, &operation, &exchange) }
  }
}
