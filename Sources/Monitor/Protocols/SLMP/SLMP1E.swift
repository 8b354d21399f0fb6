// SPDX-License-Identifier: Apache-2.0

/// 1E frames of the MC protocol (`SLMP1EHeader`). A request's command gives its length; the length of an answer is
/// known from its question, and for a monitor's from what was registered (`SLMPState`).
enum SLMP1E {
  /// The size of a request, from its command and its number of points; nil if they do not determine it.
  private static func size(_ bytes: RawSpan, _ header: borrowing SLMP1EHeader) -> Int? {
    let form = header.form
    let command = header.command
    guard let layout = command.layout else { return header.requestData }
    guard let read = SLMP.number(bytes, header.requestData + form.width(layout.points), 1, form) else { return nil }
    let points = read == 0 && command != .loopback ? 256 : Int(read)
    let data =
      switch command {
      case .writeBits: form.isASCII ? points + points % 2 : (points + 1) / 2
      case .writeWords, .writeFile, .writeFileDirectly: form.width(2) * points
      case .testBits: points * form.width(7)
      case .testWords, .registerFile: points * form.width(8)
      case .registerBits, .registerWords: points * form.width(6)
      case .testFile: points * form.width(10)
      case .writeBuffer, .loopback: form.width(points)
      default: 0
      }
    return header.requestData + form.width(layout.head) + data
  }

  /// A request that is whole, followed by nothing or another one; on a port that is not the protocol's, of a device
  /// that exists, to the connected station. An answer alone could be anything: the conversation is known from its next
  /// request on.
  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard bytes.byteCount >= 2 else {
      guard expected else { return .no }
      let canBegin =
        bytes.byteCount == 0 || SLMP1ECommand(rawValue: bytes.u8(0)).isKnown || bytes.hexadecimal(0, 1) != nil
      return canBegin ? .undecided : .no
    }
    guard !isTLS(bytes), let header = SLMP1EHeader(bytes), !header.isResponse else { return .no }
    let form = header.form
    let command = header.command
    let data = header.requestData
    guard bytes.byteCount >= data else { return expected ? .undecided : .no }
    guard let station = header.station else { return .no }
    // Requests to another station are read only if their device exists.
    if command.isBatch, station != SLMP.ownStation, bytes.byteCount >= data + form.width(6),
      device(bytes, data, form) == nil
    {
      return .no
    }
    guard let size = size(bytes, header) else {
      // The number of points has not arrived, unless it does not consist of digits.
      return expected && bytes.byteCount < data + form.width(10) ? .undecided : .no
    }
    if !expected {
      guard command.isBatch, station == SLMP.ownStation, bytes.byteCount >= size,
        SLMP.number(bytes, data + form.width(7), 1, form) == 0, device(bytes, data, form) != nil
      else { return .no }
    }
    if bytes.byteCount < size { return .undecided }
    let rest = bytes.from(size)
    guard rest.byteCount >= 2 else { return .yes(.toServer) }
    return SLMP1EHeader(rest) != nil ? .yes(.toServer) : .no
  }

  /// TLS records, which are common on some of the protocol's ports, look like remote STOP, PC type read, loopback
  /// test to station 3: content types 20 to 23, then a version from 3.0 to 3.4 (RFC 8446, 5.1).
  private static func isTLS(_ bytes: RawSpan) -> Bool {
    bytes.byteCount >= 3 && 0x14...0x17 ~= bytes.u8(0) && bytes.u8(1) == 3 && bytes.u8(2) <= 4
  }

  /// Nil if the bytes are not a 1E frame: in a conversation of 3E or 4E frames they are garbage.
  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step? {
    let state = SLMPState(exchange.state)
    guard state.had1E || !state.had3E, let header = SLMP1EHeader(bytes) else { return nil }
    return header.isResponse ? readResponse(bytes, header, &exchange) : readRequest(bytes, header, &exchange)
  }

  // MARK: Questions

  private static func readRequest(
    _ bytes: RawSpan, _ header: borrowing SLMP1EHeader, _ exchange: inout Exchange
  ) -> Step? {
    let form = header.form
    let command = header.command
    let data = header.requestData
    guard bytes.byteCount >= data else { return .incomplete(data) }
    guard let station = header.station else { return nil }
    // If the number of points determines the length, it may not have arrived yet.
    let least = data + form.width(command.layout.map { $0.points + 1 } ?? 0)
    guard exchange.canRead(least, of: bytes) else { return .incomplete(least) }
    // The points are not a number, unless the capture truncated them.
    guard let total = size(bytes, header) ?? (exchange.isCut ? bytes.byteCount : nil) else { return nil }
    guard exchange.canRead(total, of: bytes) else { return .incomplete(total) }
    let message = bytes.extracting(first: total)
    var state = SLMPState(exchange.state)
    state.had1E = true
    exchange.state = state.bits
    var operation = Operation(
      exchange.dissector, command.action, .request, code: UInt32(command.rawValue), name: command.name)
    if station != SLMP.ownStation { operation.unit = Int64(station) }
    readData(message, header, &operation, &exchange)
    exchange.ask(operation, place: 0)
    exchange.operations.append(operation)
    return .message(message.byteCount)
  }

  private static func points(_ message: RawSpan, _ offset: Int, _ form: SLMP.Form) -> Int {
    SLMP.number(message, offset, 1, form).map { $0 == 0 ? 256 : Int($0) } ?? 1
  }

  private static func readData(
    _ message: RawSpan, _ header: borrowing SLMP1EHeader, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    let (form, command, data) = (header.form, header.command, header.requestData)
    switch command {
    case .readBits, .readWords, .writeBits, .writeWords, .readFile, .writeFile, .readFileDirectly, .writeFileDirectly:
      guard let layout = command.layout else { return }
      operation.target = device(message, data, form) ?? noteDevice(message, data, form, &operation)
      let count = points(message, data + form.width(layout.points), form)
      operation.target.count = UInt32(command.isBits ? count : count * operation.target.area.pointsOfWord)
      if command == .readFile || command == .writeFile {
        operation.target.number = SLMP.number(message, data + form.width(6), 2, form).map { UInt32($0) } ?? 0
      }
      guard operation.action == .write else { return }
      operation.values = values(message, at: data + form.width(layout.head), count, isBits: command.isBits, form)
    case .readBuffer, .writeBuffer:
      let count = points(message, data + form.width(3), form)
      operation.target = Target(
        area: .moduleBuffer, number: SLMP.number(message, data + form.width(4), 1, form).map { UInt32($0) } ?? 0,
        address: SLMP.number(message, data, 3, form) ?? 0, count: UInt32(count))
      if command == .writeBuffer { operation.values = bytes(message, at: data + form.width(6), count, form) }
    case .testBits, .testWords, .registerBits, .registerWords, .testFile, .registerFile:
      readRandom(message, header, &operation, &exchange)
    case .loopback: operation.facets[.length] = SLMP.number(message, data, 1, form).map { UInt32($0) }
    default: break
    }
  }

  private static func readRandom(
    _ message: RawSpan, _ header: borrowing SLMP1EHeader, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    let (form, command, data) = (header.form, header.command, header.requestData)
    let isWord = command != .testBits && command != .registerBits
    let isFile = command == .testFile || command == .registerFile
    let valueWidth = command == .testBits ? 1 : operation.action == .write ? 2 : 0
    let width = form.width((isFile ? 2 : 0) + valueWidth)
    let count = points(message, data, form)
    var offset = data + form.width(2)
    for index in 0..<count where offset + form.width(6) + width <= message.byteCount {
      var target = device(message, offset, form) ?? noteDevice(message, offset, form, &operation)
      if isWord { target.count = UInt32(target.area.pointsOfWord) }
      var place = offset + form.width(6)
      if isFile {
        target.number = SLMP.number(message, place, 2, form).map { UInt32($0) } ?? 0
        place += form.width(2)
      }
      let values =
        command == .testBits
        ? bytes(message, at: place, 1, form)
        : operation.action == .write ? values(message, at: place, 1, isBits: false, form) : .none
      exchange.add(target, values, to: &operation, isFirst: index == 0)
      offset += form.width(6) + width
    }
    var state = SLMPState(exchange.state)
    state.register(UInt16(count), by: command)
    exchange.state = state.bits
  }

  // MARK: Answers

  private static func readResponse(
    _ bytes: RawSpan, _ header: borrowing SLMP1EHeader, _ exchange: inout Exchange
  ) -> Step? {
    let form = header.form
    let command = header.command
    let head = header.responseData
    guard bytes.byteCount >= head else { return .incomplete(head) }
    guard let end = header.endCode else { return nil }
    var operation = Operation(
      exchange.dissector, command.action, .response, code: UInt32(command.rawValue), name: command.name)
    operation.outcome = end == 0 ? .ok : .error(code: UInt32(end), name: SLMPEndCode.name1E(end))
    let asked = exchange.waiting(transaction: -1, unit: 0)
    var total = bytes.byteCount
    if let asked, exchange[asked].operation.code == operation.code {
      let target = exchange[asked].operation.target
      var points = Int(target.count)
      if !command.isBits { points /= target.area.pointsOfWord }
      let monitored = SLMPState(exchange.state).points(monitoredBy: command)
      if let monitored { points = Int(monitored) }
      // The registration was not seen.
      let isAll = monitored == 0
      switch command {
      case _ where end != 0: total = head + (end == SLMPEndCode.cpuError1E ? form.width(1) : 0)
      case .monitorBits where isAll, .monitorWords where isAll, .monitorFile where isAll: break
      case .readBits, .monitorBits: total = head + (form.isASCII ? points + points % 2 : (points + 1) / 2)
      case .readWords, .monitorWords, .readFile, .monitorFile, .readFileDirectly: total = head + form.width(2) * points
      case .readBuffer: total = head + form.width(points)
      case .readType: total = head + form.width(2)
      case .loopback: total = head + form.width(1 + Int(exchange[asked].operation.facets[.length] ?? 0))
      default: total = head
      }
      if end == SLMPEndCode.cpuError1E, !form.isASCII, bytes.byteCount >= head + 2, bytes.byteCount < head + 4 {
        // An abnormal code of one byte, and a zero that some add.
        total = head + (bytes.u8(head + 1) == 0 ? 2 : 1)
      }
      guard exchange.canRead(total, of: bytes) else { return .incomplete(total) }
      operation.target = target
      operation.unit = exchange[asked].operation.unit
      exchange.take(answer: &operation, to: asked)
      let message = bytes.extracting(first: total)
      if end == 0 { readValues(message, header, points: isAll ? .max : points, &operation, &exchange) }
    } else {
      operation.pairing = asked == nil ? .unasked : .mismatched
    }
    exchange.operations.append(operation)
    return .message(min(total, bytes.byteCount))
  }

  private static func readValues(
    _ message: RawSpan, _ header: borrowing SLMP1EHeader, points: Int, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    let (form, command, head) = (header.form, header.command, header.responseData)
    switch command {
    case .readBits, .monitorBits: operation.values = values(message, at: head, points, isBits: true, form)
    case .readWords, .monitorWords, .readFile, .monitorFile, .readFileDirectly:
      operation.values = values(message, at: head, points, isBits: false, form)
    case .readBuffer: operation.values = bytes(message, at: head, points, form)
    // The model's code, which only the manufacturer's list explains.
    case .readType:
      operation.values = bytes(message, at: head, 1, form)
      var report = IdentityReport()
      report.knownVendor = "Mitsubishi Electric"
      exchange.identities.append(report)
    default: break
    }
  }

  private static func values(
    _ message: RawSpan, at offset: Int, _ count: Int, isBits: Bool, _ form: SLMP.Form
  ) -> Values {
    let format: Values.Format =
      isBits ? (form.isASCII ? .hex1 : .halfByte) : form.isASCII ? .hex4 : .uint16LE
    return Values(format, at: offset, count, end: message.byteCount)
  }
  private static func bytes(_ message: RawSpan, at offset: Int, _ count: Int, _ form: SLMP.Form) -> Values {
    Values(form.isASCII ? .hex2 : .uint8, at: offset, count, end: message.byteCount)
  }

  // MARK: Devices

  /// A device: binary number and code, ASCII code and number; two characters in either, of which the
  /// second may be a blank.
  private static func device(_ message: RawSpan, _ offset: Int, _ form: SLMP.Form) -> Target? {
    let codePlace = form.isASCII ? offset : offset + 4
    let numberPlace = form.isASCII ? offset + 4 : offset
    guard let code = SLMP.number(message, codePlace, 2, form), let number = SLMP.number(message, numberPlace, 4, form)
    else { return nil }
    let text = UInt32(code & 0xFF == 0x20 ? code & 0xFF00 | 0x2A : code) << 16 | 0x2A2A
    return SLMPDevice.area(text: text).map { Target(area: $0, address: number, count: 1) }
  }

  private static func noteDevice(
    _ message: RawSpan, _ offset: Int, _ form: SLMP.Form, _ operation: inout Operation
  ) -> Target {
    let code = SLMP.number(message, form.isASCII ? offset : offset + 4, 2, form) ?? 0
    operation.note(Fault(unlisted: "Device code", seen: code))
    return .none
  }
}
