// SPDX-License-Identifier: Apache-2.0

/// SLMP, which is the MC protocol's 3E, 4E and 1E frames: Mitsubishi Electric, SLMP Reference Manual (SH-080956ENG), chapters 3 to 6, and MELSEC Communication
/// Protocol Reference Manual (SH-080008). A frame is binary, with little-endian numbers, or ASCII, with hexadecimal digits, two for each byte:
///
///     0          2        6         7      8       10        11       13          15        17            19
///     +----------+--------+---------+------+-------+---------+--------+-----------+---------+-------------+-- ... -+
///     | 54 00    | serial | network | PC   | I/O   | station | length | timer     | command | sub-command | data   |
///     +----------+--------+---------+------+-------+---------+--------+-----------+---------+-------------+-- ... -+
///     | D4 00    | serial | network | PC   | I/O   | station | length | end code  | data ...
///
/// This is a 4E frame; in 3E frames (50 00, D0 00) the serial number and the two zeros behind it are missing. `length` counts what follows it, in
/// bytes or characters. 1E frames have a command of one byte, and no length: see `SLMP1E`.
enum SLMP: Dissector {
  static var name: StaticString { "slmp" }
  static var selectors: [Selector] {
    [
      .tcp(5000), .tcp(5001), .tcp(5002), .tcp(5007), .tcp(5010), .tcp(45_237), .udp(5000), .udp(5001), .udp(5006),
      .udp(5010), .udp(45_237), .udp(61_451), .anyTCP, .anyUDP,
    ]
  }
  static var about: About {
    About("SLMP, MC protocol (1E, 3E, 4E; binary, ASCII)", .full, "Mitsubishi Electric SH-080956ENG, SH-080008")
  }
  /// What an access of 7,168 points, or of 1,920 bytes of a file, comes to in ASCII, and more.
  static var longestMessage: Int { 16_384 }
  private static let longestData = 16_000

  /// Which of the frames begins the bytes.
  struct Form {
    var isASCII = false
    var is4E = false
    var isResponse = false
    /// Characters or bytes of a number.
    func width(_ bytes: Int) -> Int { isASCII ? 2 * bytes : bytes }
    /// Bytes before the network number.
    var route: Int { width(is4E ? 6 : 2) }
    /// Bytes before what the length counts.
    var head: Int { route + width(7) }
  }

  /// Nil if none, as far as the bytes go.
  static func form(_ bytes: RawSpan) -> Form? {
    guard bytes.byteCount >= 2 else { return nil }
    var form = Form()
    switch bytes.u16(0) {
    case 0x5000: break
    case 0xD000: form.isResponse = true
    case 0x5400: form.is4E = true
    case 0xD400: (form.is4E, form.isResponse) = (true, true)
    // `50`, `D0`, `54`, `D4`, and `00` behind it.
    case 0x3530: form.isASCII = true
    case 0x4430: (form.isASCII, form.isResponse) = (true, true)
    case 0x3534: (form.isASCII, form.is4E) = (true, true)
    case 0x4434: form = Form(isASCII: true, is4E: true, isResponse: true)
    default: return nil
    }
    if form.isASCII, bytes.byteCount >= 4, bytes.u16(2) != 0x3030 { return nil }
    if form.is4E, bytes.byteCount >= form.route, number(bytes, form.width(4), 2, form) != 0 { return nil }
    return form
  }

  /// A number of `size` bytes in either notation; nil where it is cut off or no number.
  static func number(_ bytes: RawSpan, _ offset: Int, _ size: Int, _ form: Form) -> UInt64? {
    guard offset + form.width(size) <= bytes.byteCount else { return nil }
    if form.isASCII { return bytes.hexadecimal(offset, 2 * size) }
    var value: UInt64 = 0
    for place in 0..<size { value |= UInt64(bytes.u8(offset + place)) << UInt64(8 * place) }
    return value
  }

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard let form = form(bytes) else {
      if bytes.byteCount < 2 {
        let isFirst = bytes.byteCount == 0 || [0x50, 0x54, 0xD0, 0xD4, 0x35, 0x44].contains(bytes.u8(0))
        return isFirst ? .undecided : expected ? SLMP1E.recognise(bytes) : .no
      }
      return expected ? SLMP1E.recognise(bytes) : .no
    }
    guard bytes.byteCount >= form.head + form.width(2) else { return .undecided }
    guard isRoute(bytes, form), let length = length(bytes, form) else { return .no }
    let total = form.head + length
    if !form.isResponse {
      guard bytes.byteCount >= form.head + form.width(6) else { return .undecided }
      guard let code = number(bytes, form.head + form.width(2), 2, form) else { return .no }
      guard expected || SLMPCommand(rawValue: UInt16(code)).isKnown && bytes.byteCount == total else { return .no }
    } else if !expected, bytes.byteCount != total {
      return .no
    }
    return .yes(form.isResponse ? .toClient : .toServer)
  }

  /// The request destination module I/O number (SH-080956, 4.2): the connected station, multiple CPUs, redundant CPUs, or a module of 16 points steps.
  private static func isRoute(_ bytes: RawSpan, _ form: Form) -> Bool {
    guard let module = number(bytes, form.route + form.width(2), 2, form),
      let station = number(bytes, form.route + form.width(4), 1, form)
    else { return false }
    return (module <= 0x01FF || 0x03D0...0x03D3 ~= module || 0x03E0...0x03E3 ~= module || module == 0x03FF)
      && station <= 0x1F
  }

  /// What the length field says, if a message can have it.
  private static func length(_ bytes: RawSpan, _ form: Form) -> Int? {
    guard let length = number(bytes, form.route + form.width(5), 2, form), length <= longestData,
      length >= form.width(form.isResponse ? 2 : 6)
    else { return nil }
    return Int(length)
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    if bytes.byteCount < 2, !exchange.isDatagram, !exchange.isCut { return .incomplete(2) }
    guard let form = form(bytes) else {
      if let step = SLMP1E.read(bytes, &exchange) { return step }
      let seen = bytes.byteCount < 2 ? UInt64(bytes.u8(0)) << 8 : UInt64(bytes.u16(0))
      return refuse(bytes, Fault(.framing, "Subheader", seen: seen, least: 0x5000, most: 0xD400), &exchange)
    }
    guard bytes.byteCount >= form.head else {
      return exchange.isCut ? .message(bytes.byteCount) : .incomplete(form.head)
    }
    guard isRoute(bytes, form) else {
      let module = number(bytes, form.route + form.width(2), 2, form) ?? 0
      return refuse(
        bytes, Fault(.value, "Request destination module", seen: module, least: 0, most: 0x03FF), &exchange)
    }
    guard let length = length(bytes, form) else {
      let seen = number(bytes, form.route + form.width(5), 2, form) ?? 0
      let least = UInt64(form.width(form.isResponse ? 2 : 6))
      return refuse(
        bytes, Fault(.length, "Data length", seen: seen, least: least, most: UInt64(longestData)), &exchange)
    }
    let total = form.head + length
    guard bytes.byteCount >= total || exchange.isCut else { return .incomplete(total) }
    let message = bytes.extracting(first: total)
    if form.isResponse {
      response(message, form, &exchange)
    } else {
      request(message, form, &exchange)
    }
    return .message(message.byteCount)
  }

  /// One pass to the next place where a frame can begin.
  private static func refuse(_ bytes: RawSpan, _ fault: Fault, _ exchange: inout Exchange) -> Step {
    exchange.fault = fault
    guard !exchange.isDatagram else { return .refused(max(1, bytes.byteCount)) }
    var skipped = 1
    while skipped + 1 < bytes.byteCount, form(bytes.from(skipped)) == nil { skipped += 1 }
    return .refused(skipped)
  }

  // MARK: Messages

  /// Where the request goes: the connected station itself is none, else network and PC number.
  private static func route(_ message: RawSpan, _ form: Form, _ operation: inout Operation) {
    let network = number(message, form.route, 1, form) ?? 0
    let station = number(message, form.route + form.width(1), 1, form) ?? 0xFF
    let module = number(message, form.route + form.width(2), 2, form) ?? 0x03FF
    if network != 0 || station != 0xFF {
      operation.unit = Int64(network << 8 | station)
      operation.facets[.network] = UInt32(network)
      operation.facets[.station] = UInt32(station)
    }
    if module != 0x03FF { operation.facets[.module] = UInt32(module) }
    if form.is4E { operation.transaction = number(message, form.width(2), 2, form).map { Int64($0) } ?? -1 }
  }

  private static func request(_ message: RawSpan, _ form: Form, _ exchange: inout Exchange) {
    let code = number(message, form.head + form.width(2), 2, form) ?? 0
    let command = SLMPCommand(rawValue: UInt16(code))
    var operation = Operation(
      exchange.dissector, command.action, .request, code: UInt32(code), name: command.name)
    let sub = number(message, form.head + form.width(4), 2, form).map { UInt16($0) } ?? 0
    operation.subcode = Int32(sub)
    route(message, form, &operation)
    let reader = SLMPData(form: form, sub: sub)
    reader.request(message, at: form.head + form.width(6), command, &operation, &exchange)
    if exchange.isCut { operation.fault = nil }
    exchange.ask(operation, place: 0, mayStaySilent: command.mayStaySilent)
    exchange.operations.append(operation)
  }

  private static func response(_ message: RawSpan, _ form: Form, _ exchange: inout Exchange) {
    let end = number(message, form.head, 2, form).map { UInt16($0) } ?? 0
    var operation = Operation(exchange.dissector, .unknown, .response, code: 0, name: "Response")
    route(message, form, &operation)
    let data = form.head + form.width(2)
    if end != 0, let code = number(message, data + form.width(5), 2, form) {
      // Error information: the station that refused, the command and its sub-command.
      let command = SLMPCommand(rawValue: UInt16(code))
      (operation.code, operation.name, operation.action) = (UInt32(code), command.name, command.action)
    }
    var sub: UInt16 = 0
    if let asked = exchange.waiting(transaction: operation.transaction, unit: 0),
      end == 0 || operation.code == 0 || exchange[asked].operation.code == operation.code
    {
      operation.code = exchange[asked].operation.code
      operation.subcode = exchange[asked].operation.subcode
      operation.name = exchange[asked].operation.name
      operation.action = exchange[asked].operation.action
      operation.target = exchange[asked].operation.target
      sub = UInt16(truncatingIfNeeded: operation.subcode)
      exchange.take(answer: &operation, to: asked)
    } else {
      operation.pairing = .unasked
    }
    operation.outcome = end == 0 ? .ok : .error(code: UInt32(end), name: SLMPEndCode.name(end))
    if end == 0, operation.pairing == .answered {
      SLMPData(form: form, sub: sub).response(
        message, at: data, SLMPCommand(rawValue: UInt16(operation.code)), &operation, &exchange)
    }
    exchange.operations.append(operation)
  }
}

/// The data of a command, in either notation.
struct SLMPData {
  let form: SLMP.Form
  let sub: UInt16

  private var isBits: Bool { sub & 1 != 0 }
  /// Device numbers of four bytes and codes of two (iQ-R).
  private var isLong: Bool { sub & 2 != 0 }
  /// Devices of modules, by further fields before and behind the device.
  private var isExtended: Bool { sub & 0x80 != 0 }
  private var deviceWidth: Int { form.isASCII ? (isLong ? 12 : 8) : isLong ? 6 : 4 }
  private func number(_ message: RawSpan, _ offset: Int, _ size: Int) -> Int? {
    SLMP.number(message, offset, size, form).map { Int(truncatingIfNeeded: $0) }
  }

  private func values(_ message: RawSpan, at offset: Int, bits: Bool, _ count: Int, stride: Int = 0) -> Values {
    let format: Values.Format =
      bits ? (form.isASCII ? .hex1 : .halfByte) : form.isASCII ? .hex4 : .uint16LE
    return Values(format, at: offset, count, stride: stride, end: message.byteCount)
  }

  func request(
    _ message: RawSpan, at data: Int, _ command: SLMPCommand, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch command {
    case .read, .write:
      // Device, number of points, then what is written.
      guard !isExtended else { return }
      guard let device = device(message, data), let points = number(message, data + deviceWidth, 2) else {
        return fail(message, data, deviceWidth + form.width(2), &operation)
      }
      operation.target = device
      operation.target.count = UInt32(points)
      guard command == .write else { return }
      let start = data + deviceWidth + form.width(2)
      operation.values = values(message, at: start, bits: isBits, points)
      let expected = isBits ? (form.isASCII ? points : (points + 1) / 2) : form.width(2) * points
      if message.byteCount - start != expected {
        operation.note(
          Fault(.length, "Write data", seen: UInt64(message.byteCount - start), expected: UInt64(expected)))
      }
    case .randomRead, .registerMonitor: several(message, at: data, isWrite: false, &operation, &exchange)
    case .randomWrite: several(message, at: data, isWrite: true, &operation, &exchange)
    case .readBlocks, .writeBlocks: blocks(message, at: data, isWrite: command == .writeBlocks, &operation, &exchange)
    case .readLabels, .writeLabels, .readRandomLabels, .writeRandomLabels:
      // Number of labels, of abbreviations, then for each its length in characters and these.
      guard let count = number(message, data, 2), let length = number(message, data + form.width(4), 2) else { return }
      let start = data + form.width(6)
      operation.target = Target(area: .label, count: UInt32(count), name: text(message, start, 2 * length, &exchange))
    case .readBuffer, .writeBuffer:
      guard let address = number(message, data, 4), let count = number(message, data + form.width(4), 2) else { return }
      operation.target = Target(area: .bufferMemory, address: UInt64(address), count: UInt32(count))
      if command == .writeBuffer {
        operation.values = values(message, at: data + form.width(6), bits: false, count)
      }
    case .readModule, .writeModule:
      guard let address = number(message, data, 4), let count = number(message, data + form.width(4), 2),
        let module = number(message, data + form.width(6), 2)
      else { return }
      operation.target = Target(
        area: .moduleBuffer, number: UInt32(module), address: UInt64(address), count: UInt32(count))
      if command == .writeModule {
        operation.values = values(message, at: data + form.width(8), bits: false, count / 2)
      }
    case .run, .stop, .pause, .latchClear, .reset: operation.facets[.mode] = number(message, data, 2).map { UInt32($0) }
    case .openFile:
      // Four bytes of a password, the mode, the drive, the length of the name, the name.
      guard let length = number(message, data + form.width(8), 2) else { return }
      operation.facets[.mode] = number(message, data + form.width(4), 2).map { UInt32($0) }
      operation.target = Target(
        area: .fileName, count: 1, name: text(message, data + form.width(10), length, &exchange))
    case .newFile, .deleteFile:
      // The same without a mode; a new file has its size before the name.
      let place = data + form.width(command == .newFile ? 10 : 6)
      guard let length = number(message, place, 2) else { return }
      operation.target = Target(
        area: .fileName, count: 1, name: text(message, place + form.width(2), length, &exchange))
    default: break
    }
  }

  func response(
    _ message: RawSpan, at data: Int, _ command: SLMPCommand, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch command {
    case .read:
      operation.values = values(message, at: data, bits: isBits, isExtended ? .max : Int(operation.target.count))
    case .randomRead, .monitor, .readBlocks, .readBuffer, .readModule:
      operation.values = values(message, at: data, bits: false, .max)
    case .readModel:
      guard data + 16 <= message.byteCount else { return }
      var report = IdentityReport()
      report.knownVendor = "Mitsubishi Electric"
      report.model = exchange.name(message.slice(data, 16).trimmed)
      exchange.identities.append(report)
    default: break
    }
  }

  private func fail(_ message: RawSpan, _ data: Int, _ needed: Int, _ operation: inout Operation) {
    let there = max(0, message.byteCount - data)
    if there < needed {
      operation.note(Fault(.length, "Data length", seen: UInt64(there), least: UInt64(needed), most: 16_000))
    } else {
      operation.note(
        Fault(.code, "Device code", seen: UInt64(message.u8(form.isASCII ? data : data + 3)), least: 0, most: 0xFF))
    }
  }

  /// A device: binary the number first, ASCII the code first, and the number in the notation of the device.
  private func device(_ message: RawSpan, _ offset: Int) -> Target? {
    guard offset + deviceWidth <= message.byteCount else { return nil }
    if form.isASCII {
      guard let area = SLMPDevice.area(text: message.u16(offset)) else { return nil }
      let place = offset + (isLong ? 4 : 2)
      let digits = isLong ? 8 : 6
      var address: UInt64 = 0
      for digit in place..<place + digits {
        guard let value = message.hexadecimal(digit, 1), area.notation == .hexDevice || value < 10 else { return nil }
        address = address * (area.notation == .hexDevice ? 16 : 10) + value
      }
      return Target(area: area, address: address, count: 1)
    }
    let width = isLong ? 4 : 3
    guard let area = SLMPDevice.area(code: message.u8(offset + width)) else { return nil }
    let address = width == 4 ? UInt64(message.u32LE(offset)) : UInt64(message.u32LE(offset) & 0xFF_FFFF)
    return Target(area: area, address: address, count: 1)
  }

  /// Random access (SH-080956, 6.2): numbers of words and double words, or of bits, then devices, with what is written behind each.
  private func several(
    _ message: RawSpan, at data: Int, isWrite: Bool, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    let isBitWrite = isWrite && isBits
    guard !isExtended, let first = number(message, data, 1),
      let second = isBitWrite ? 0 : number(message, data + form.width(1), 1)
    else { return }
    var offset = data + form.width(isBitWrite ? 1 : 2)
    for index in 0..<first + second {
      guard let device = device(message, offset) else {
        fail(message, offset, deviceWidth, &operation)
        break
      }
      offset += deviceWidth
      var target = device
      target.count = index < first ? 1 : 2
      var values = Values.none
      if isBitWrite {
        let width = isLong ? 2 : 1
        values = Values(
          form.isASCII ? .hex2 : .uint8, at: offset + (form.isASCII ? 2 * width - 2 : 0), 1, end: message.byteCount)
        offset += form.width(width)
      } else if isWrite {
        let width = index < first ? 2 : 4
        values =
          width == 2
          ? self.values(message, at: offset, bits: false, 1)
          : Values(form.isASCII ? .hex8 : .uint32LE, at: offset, 1, end: message.byteCount)
        offset += form.width(width)
      }
      exchange.add(target, values, to: &operation, isFirst: index == 0)
    }
  }

  /// Blocks: numbers of word and bit blocks, then device and points of each, with what is written.
  private func blocks(
    _ message: RawSpan, at data: Int, isWrite: Bool, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    guard !isExtended, let words = number(message, data, 1), let bits = number(message, data + form.width(1), 1) else {
      return
    }
    var offset = data + form.width(2)
    for index in 0..<words + bits {
      guard let device = device(message, offset), let points = number(message, offset + deviceWidth, 2) else {
        fail(message, offset, deviceWidth + form.width(2), &operation)
        break
      }
      offset += deviceWidth + form.width(2)
      var target = device
      // A point of a bit block is sixteen bits.
      target.count = UInt32(index < words ? points : 16 * points)
      var values = Values.none
      if isWrite {
        values = self.values(message, at: offset, bits: false, points)
        offset += form.width(2) * points
      }
      exchange.add(target, values, to: &operation, isFirst: index == 0)
    }
  }

  /// Text of `count` bytes; every other one is left out where they are zeros (UTF-16 of ASCII).
  private func text(_ message: RawSpan, _ offset: Int, _ count: Int, _ exchange: inout Exchange) -> NameID {
    let bytes = message.slice(offset, min(count, 2 * NameTable.longest))
    return exchange.name { name in
      for place in 0..<bytes.byteCount where bytes.u8(place) != 0 { name.append(bytes.u8(place)) }
    }
  }
}
