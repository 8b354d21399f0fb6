// SPDX-License-Identifier: Apache-2.0

/// 1E frames of the MC protocol (Mitsubishi Electric SH-080008, chapter 18): the frames of the A series and of FX3.
///
///     0         1      2        4
///     +---------+------+--------+------ ... -+        +--------------+----------+------ ... -+
///     | command | PC   | timer  | data       |        | command + 80 | end code | data       |
///     +---------+------+--------+------ ... -+        +--------------+----------+------ ... -+
///
/// No field tells the length: the command does, and for an answer its question. What a monitor answers was registered:
/// `Exchange.state` keeps how many bits (nine binary digits from the lowest), words and extension file registers.
enum SLMP1E {
  /// The notation of a request: PC number FF, or a station from 1 to 64.
  private static func form(_ bytes: RawSpan) -> SLMP.Form? {
    guard bytes.byteCount >= 2 else { return nil }
    var form = SLMP.Form()
    if command(bytes.u8(0) & 0x7F) != nil { return form }
    form.isASCII = true
    guard let code = bytes.hexadecimal(0, 2), command(UInt8(code) & 0x7F) != nil else { return nil }
    return form
  }

  /// SH-080008, 18.3; 13 to 16: FX3U-ENET User's Manual (JY997D18101), 9.2.
  private static func command(_ code: UInt8) -> (name: StaticString, action: Action)? {
    switch code {
    case 0x00: ("Batch read, bits", .read)
    case 0x01: ("Batch read, words", .read)
    case 0x02: ("Batch write, bits", .write)
    case 0x03: ("Batch write, words", .write)
    case 0x04: ("Test, bits", .write)
    case 0x05: ("Test, words", .write)
    case 0x06: ("Register monitor, bits", .read)
    case 0x07: ("Register monitor, words", .read)
    case 0x08: ("Monitor, bits", .read)
    case 0x09: ("Monitor, words", .read)
    case 0x0E: ("Special function module buffer memory batch read", .read)
    case 0x0F: ("Special function module buffer memory batch write", .write)
    case 0x13: ("Remote RUN", .state)
    case 0x14: ("Remote STOP", .state)
    case 0x15: ("PC type read", .identify)
    case 0x16: ("Loopback test", .diagnose)
    case 0x17: ("Extension file register batch read", .read)
    case 0x18: ("Extension file register batch write", .write)
    case 0x19: ("Extension file register test", .write)
    case 0x1A: ("Extension file register monitor registration", .read)
    case 0x1B: ("Extension file register monitor", .read)
    case 0x3B: ("Extension file register direct read", .read)
    case 0x3C: ("Extension file register direct write", .write)
    default: nil
    }
  }

  /// Where the number of points stands behind the head, and how many bytes stand before what is written; nil where the
  /// command has none.
  private static func layout(_ code: UInt64) -> (points: Int, head: Int)? {
    switch code {
    // A device of six bytes, then the points and a zero.
    case 0x00...0x03, 0x3B, 0x3C: (6, 8)
    // The points and a zero, then devices.
    case 0x04...0x07, 0x19, 0x1A: (0, 2)
    // An address of three bytes, the length, the module, a zero.
    case 0x0E, 0x0F: (3, 6)
    case 0x16: (0, 1)
    // A device and its block.
    case 0x17, 0x18: (8, 10)
    default: nil
    }
  }

  /// The bytes of a request as its command and its points give them; nil where they do not.
  private static func size(_ bytes: RawSpan, _ form: SLMP.Form) -> Int? {
    let data = form.width(4)
    guard let code = SLMP.number(bytes, 0, 1, form) else { return nil }
    guard let layout = layout(code) else { return data }
    guard let read = SLMP.number(bytes, data + form.width(layout.points), 1, form) else { return nil }
    let points = read == 0 && code != 0x16 ? 256 : Int(read)
    let behind =
      switch code {
      case 0x02: form.isASCII ? points + points % 2 : (points + 1) / 2
      case 0x03, 0x18, 0x3C: form.width(2) * points
      case 0x04: points * form.width(7)
      case 0x05, 0x1A: points * form.width(8)
      case 0x06, 0x07: points * form.width(6)
      case 0x19: points * form.width(10)
      case 0x0F, 0x16: form.width(points)
      default: 0
      }
    return data + form.width(layout.head) + behind
  }

  /// A request that is whole, and behind it nothing or another one; where no port of the protocol tells, of a device
  /// that there is, to the connected station. An answer alone could be anything: the conversation is known from its
  /// next request on.
  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard bytes.byteCount >= 2 else {
      guard expected else { return .no }
      return bytes.byteCount == 0 || command(bytes.u8(0)) != nil || bytes.hexadecimal(0, 1) != nil ? .undecided : .no
    }
    guard !isTLS(bytes), let form = form(bytes), let code = SLMP.number(bytes, 0, 1, form), code < 0x80 else {
      return .no
    }
    guard bytes.byteCount >= form.width(4) else { return expected ? .undecided : .no }
    guard let station = SLMP.number(bytes, form.width(1), 1, form), 1...64 ~= station || station == 0xFF else {
      return .no
    }
    // To another station goes nothing that is no device.
    if case 0x00...0x03 = code, station != 0xFF, bytes.byteCount >= form.width(4 + 6),
      device(bytes, form.width(4), form) == nil
    {
      return .no
    }
    guard let size = size(bytes, form) else {
      // Its points are still to come, unless they are no digits.
      return expected && bytes.byteCount < form.width(4 + 10) ? .undecided : .no
    }
    if !expected {
      guard case 0x00...0x03 = code, station == 0xFF, bytes.byteCount >= size,
        SLMP.number(bytes, form.width(4 + 7), 1, form) == 0, device(bytes, form.width(4), form) != nil
      else { return .no }
    }
    if bytes.byteCount < size { return .undecided }
    let rest = bytes.from(size)
    return rest.byteCount < 2 || self.form(rest) != nil ? .yes(.toServer) : .no
  }

  /// Records of TLS, which is at home on some of the protocol's ports, look like remote STOP, PC type read, loopback test to station 3: content types 20
  /// to 23, then a version from 3.0 to 3.4 (RFC 8446, 5.1).
  private static func isTLS(_ bytes: RawSpan) -> Bool {
    bytes.byteCount >= 3 && 0x14...0x17 ~= bytes.u8(0) && bytes.u8(1) == 3 && bytes.u8(2) <= 4
  }

  /// Nil if the bytes are none. In a conversation of the other frames they are garbage.
  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step? {
    guard exchange.state & (SLMP.had3E | SLMP.had1E) != SLMP.had3E, let form = form(bytes),
      let code = SLMP.number(bytes, 0, 1, form), let known = command(UInt8(code & 0x7F))
    else { return nil }
    if code < 0x80 { return request(bytes, form, UInt8(code), known, &exchange) }
    return response(bytes, form, UInt8(code & 0x7F), known, &exchange)
  }

  // MARK: Questions

  private static func request(
    _ bytes: RawSpan, _ form: SLMP.Form, _ code: UInt8, _ known: (name: StaticString, action: Action),
    _ exchange: inout Exchange
  ) -> Step? {
    let data = form.width(4)
    guard bytes.byteCount >= data else { return .incomplete(data) }
    guard let station = SLMP.number(bytes, form.width(1), 1, form), 1...64 ~= station || station == 0xFF else {
      return nil
    }
    // Where only points tell, they may be still to come.
    let least = data + form.width(layout(UInt64(code)).map { $0.points + 1 } ?? 0)
    guard exchange.canRead(least, of: bytes) else { return .incomplete(least) }
    // A number that is none.
    guard let total = size(bytes, form) ?? (exchange.isCut ? bytes.byteCount : nil) else { return nil }
    guard exchange.canRead(total, of: bytes) else { return .incomplete(total) }
    let message = bytes.extracting(first: total)
    exchange.state |= SLMP.had1E
    var operation = Operation(exchange.dissector, known.action, .request, code: UInt32(code), name: known.name)
    if station != 0xFF { operation.unit = Int64(station) }
    data1E(message, at: data, code, form, &operation, &exchange)
    exchange.ask(operation, place: 0)
    exchange.operations.append(operation)
    return .message(message.byteCount)
  }

  private static func points(_ message: RawSpan, _ offset: Int, _ form: SLMP.Form) -> Int {
    SLMP.number(message, offset, 1, form).map { $0 == 0 ? 256 : Int($0) } ?? 1
  }

  private static func data1E(
    _ message: RawSpan, at data: Int, _ code: UInt8, _ form: SLMP.Form, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    switch code {
    case 0x00...0x03, 0x17, 0x18, 0x3B, 0x3C:
      guard let layout = layout(UInt64(code)) else { return }
      operation.target = device(message, data, form) ?? fail(message, data, form, &operation)
      let count = points(message, data + form.width(layout.points), form)
      operation.target.count = UInt32(isBits(code) ? count : count * operation.target.area.pointsOfWord)
      if code == 0x17 || code == 0x18 {
        operation.target.number = SLMP.number(message, data + form.width(6), 2, form).map { UInt32($0) } ?? 0
      }
      guard operation.action == .write else { return }
      operation.values = values(message, at: data + form.width(layout.head), count, isBits: isBits(code), form)
    case 0x0E, 0x0F:
      let count = points(message, data + form.width(3), form)
      operation.target = Target(
        area: .moduleBuffer, number: SLMP.number(message, data + form.width(4), 1, form).map { UInt32($0) } ?? 0,
        address: SLMP.number(message, data, 3, form) ?? 0, count: UInt32(count))
      if code == 0x0F { operation.values = bytes(message, at: data + form.width(6), count, form) }
    case 0x04...0x07, 0x19, 0x1A: several(message, at: data, code, form, &operation, &exchange)
    case 0x16: operation.facets[.length] = SLMP.number(message, data, 1, form).map { UInt32($0) }
    default: break
    }
  }

  private static func isBits(_ code: UInt8) -> Bool { code == 0x00 || code == 0x02 }

  private static func several(
    _ message: RawSpan, at data: Int, _ code: UInt8, _ form: SLMP.Form, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    let isWord = code != 0x04 && code != 0x06
    let isFile = code == 0x19 || code == 0x1A
    let width = form.width((isFile ? 2 : 0) + (code == 0x04 ? 1 : code == 0x05 || code == 0x19 ? 2 : 0))
    let count = points(message, data, form)
    var offset = data + form.width(2)
    for index in 0..<count where offset + form.width(6) + width <= message.byteCount {
      var target = device(message, offset, form) ?? fail(message, offset, form, &operation)
      if isWord { target.count = UInt32(target.area.pointsOfWord) }
      var place = offset + form.width(6)
      if isFile {
        target.number = SLMP.number(message, place, 2, form).map { UInt32($0) } ?? 0
        place += form.width(2)
      }
      let values =
        code == 0x04
        ? bytes(message, at: place, 1, form)
        : operation.action == .write ? values(message, at: place, 1, isBits: false, form) : .none
      exchange.add(target, values, to: &operation, isFirst: index == 0)
      offset += form.width(6) + width
    }
    if let shift = register(code) {
      exchange.state = exchange.state & ~(0x1FF << shift) | UInt64(count) << shift
    }
  }

  /// Where the state keeps how many points are monitored, by the command that registers or monitors them.
  private static func register(_ code: UInt8) -> UInt64? {
    switch code {
    case 0x06, 0x08: 0
    case 0x07, 0x09: 9
    case 0x1A, 0x1B: 18
    default: nil
    }
  }

  // MARK: Answers

  private static func response(
    _ bytes: RawSpan, _ form: SLMP.Form, _ code: UInt8, _ known: (name: StaticString, action: Action),
    _ exchange: inout Exchange
  ) -> Step? {
    let head = form.width(2)
    guard bytes.byteCount >= head else { return .incomplete(head) }
    guard let end = SLMP.number(bytes, form.width(1), 1, form) else { return nil }
    var operation = Operation(exchange.dissector, known.action, .response, code: UInt32(code), name: known.name)
    operation.outcome = end == 0 ? .ok : .error(code: UInt32(end), name: SLMPEndCode.name1E(UInt8(end)))
    let asked = exchange.waiting(transaction: -1, unit: 0)
    var total = bytes.byteCount
    if let asked, exchange[asked].operation.code == UInt32(code) {
      let target = exchange[asked].operation.target
      var points = Int(target.count)
      if !isBits(code) { points /= target.area.pointsOfWord }
      if let shift = register(code) { points = Int(exchange.state >> shift & 0x1FF) }
      let isAll = register(code) != nil && points == 0
      switch code {
      case _ where end != 0: total = head + (end == 0x5B ? form.width(1) : 0)
      // What was registered was not seen.
      case 0x08 where isAll, 0x09 where isAll, 0x1B where isAll: break
      case 0x00, 0x08: total = head + (form.isASCII ? points + points % 2 : (points + 1) / 2)
      case 0x01, 0x09, 0x17, 0x1B, 0x3B: total = head + form.width(2) * points
      case 0x0E: total = head + form.width(points)
      case 0x15: total = head + form.width(2)
      case 0x16: total = head + form.width(1 + Int(exchange[asked].operation.facets[.length] ?? 0))
      default: total = head
      }
      if end == 0x5B, !form.isASCII, bytes.byteCount >= head + 2, bytes.byteCount < head + 4 {
        // An abnormal code of one byte, and a zero that some add.
        total = head + (bytes.u8(head + 1) == 0 ? 2 : 1)
      }
      guard exchange.canRead(total, of: bytes) else { return .incomplete(total) }
      operation.target = target
      operation.unit = exchange[asked].operation.unit
      exchange.take(answer: &operation, to: asked)
      let message = bytes.extracting(first: total)
      if end == 0 { answer(message, at: head, code, isAll ? .max : points, form, &operation, &exchange) }
    } else {
      operation.pairing = asked == nil ? .unasked : .mismatched
    }
    exchange.operations.append(operation)
    return .message(min(total, bytes.byteCount))
  }

  private static func answer(
    _ message: RawSpan, at head: Int, _ code: UInt8, _ points: Int, _ form: SLMP.Form, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    switch code {
    case 0x00, 0x08: operation.values = values(message, at: head, points, isBits: true, form)
    case 0x01, 0x09, 0x17, 0x1B, 0x3B: operation.values = values(message, at: head, points, isBits: false, form)
    case 0x0E: operation.values = bytes(message, at: head, points, form)
    // A code of the model, which only its maker's list names.
    case 0x15:
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

  /// A device: binary number and code, ASCII code and number; two characters in either, a blank behind a single one.
  private static func device(_ message: RawSpan, _ offset: Int, _ form: SLMP.Form) -> Target? {
    let codePlace = form.isASCII ? offset : offset + 4
    let numberPlace = form.isASCII ? offset + 4 : offset
    guard let code = SLMP.number(message, codePlace, 2, form), let number = SLMP.number(message, numberPlace, 4, form)
    else { return nil }
    let text = UInt32(code & 0xFF == 0x20 ? code & 0xFF00 | 0x2A : code) << 16 | 0x2A2A
    return SLMPDevice.area(text: text).map { Target(area: $0, address: number, count: 1) }
  }

  private static func fail(
    _ message: RawSpan, _ offset: Int, _ form: SLMP.Form, _ operation: inout Operation
  ) -> Target {
    let code = SLMP.number(message, form.isASCII ? offset : offset + 4, 2, form) ?? 0
    operation.note(Fault(unlisted: "Device code", seen: code))
    return .none
  }
}
