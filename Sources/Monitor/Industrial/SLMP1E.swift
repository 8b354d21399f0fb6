// SPDX-License-Identifier: Apache-2.0

/// 1E frames of the MC protocol (Mitsubishi Electric SH-080008, chapter 18): the frames of the A series.
///
///     0         1      2        4
///     +---------+------+--------+------ ... -+        +--------------+----------+------ ... -+
///     | command | PC   | timer  | data       |        | command + 80 | end code | data       |
///     +---------+------+--------+------ ... -+        +--------------+----------+------ ... -+
///
/// No field tells the length: the command does, and for an answer its question.
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
    case 0x0E: ("Buffer memory read", .read)
    case 0x0F: ("Buffer memory write", .write)
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

  /// The bytes of a request as its command and its points give them; nil where they do not.
  private static func size(_ bytes: RawSpan, _ form: SLMP.Form) -> Int? {
    let data = form.width(4)
    guard let code = SLMP.number(bytes, 0, 1, form) else { return nil }
    switch code {
    case 0x00...0x03:
      guard let points = SLMP.number(bytes, data + form.width(6), 1, form).map({ Int($0 == 0 ? 256 : $0) }) else {
        return nil
      }
      let written =
        code == 2 ? (form.isASCII ? points + points % 2 : (points + 1) / 2) : code == 3 ? form.width(2) * points : 0
      return data + form.width(8) + written
    case 0x04...0x07:
      guard let points = SLMP.number(bytes, data, 1, form).map({ Int($0 == 0 ? 256 : $0) }) else { return nil }
      let written = code == 4 ? 1 : code == 5 ? 2 : 0
      return data + form.width(2) + points * form.width(6 + written)
    case 0x08, 0x09, 0x13...0x15: return data
    case 0x16: return SLMP.number(bytes, data, 1, form).map { data + form.width(1) + form.width(Int($0)) }
    default: return nil
    }
  }

  /// On a port of the protocol only: a request that is whole, and behind it nothing or another one. An answer alone could be anything.
  static func recognise(_ bytes: RawSpan) -> Recognition {
    guard bytes.byteCount >= 2 else {
      return bytes.byteCount == 0 || command(bytes.u8(0)) != nil || bytes.hexadecimal(0, 1) != nil ? .undecided : .no
    }
    guard let form = form(bytes), let code = SLMP.number(bytes, 0, 1, form), code < 0x80 else { return .no }
    guard bytes.byteCount >= form.width(4) else { return .undecided }
    guard let station = SLMP.number(bytes, form.width(1), 1, form), 1...64 ~= station || station == 0xFF else {
      return .no
    }
    // Longer than it is as long as its points are still to come.
    guard let size = size(bytes, form) else { return bytes.byteCount < form.width(12) ? .undecided : .no }
    if bytes.byteCount < size { return .undecided }
    let rest = bytes.from(size)
    return rest.byteCount < 2 || self.form(rest) != nil ? .yes(.toServer) : .no
  }

  /// Nil if the bytes are none.
  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step? {
    guard let form = form(bytes), let code = SLMP.number(bytes, 0, 1, form), let known = command(UInt8(code & 0x7F))
    else { return nil }
    if code < 0x80 { return request(bytes, form, UInt8(code), known, &exchange) }
    return response(bytes, form, UInt8(code & 0x7F), known, &exchange)
  }

  private static func request(
    _ bytes: RawSpan, _ form: SLMP.Form, _ code: UInt8, _ known: (name: StaticString, action: Action),
    _ exchange: inout Exchange
  ) -> Step? {
    let data = form.width(4)
    guard bytes.byteCount >= data else { return exchange.isCut ? .message(bytes.byteCount) : .incomplete(data) }
    guard let station = SLMP.number(bytes, form.width(1), 1, form), 1...64 ~= station || station == 0xFF else {
      return nil
    }
    // Where only points tell, they may be still to come.
    let least = code <= 3 ? data + form.width(8) : 0x04...0x07 ~= code || code == 0x16 ? data + form.width(1) : data
    guard bytes.byteCount >= least || exchange.isCut else { return .incomplete(least) }
    let total = size(bytes, form) ?? bytes.byteCount
    guard bytes.byteCount >= total || exchange.isCut else { return .incomplete(total) }
    let message = bytes.extracting(first: total)
    var operation = Operation(exchange.dissector, known.action, .request, code: UInt32(code), name: known.name)
    if station != 0xFF { operation.unit = Int64(station) }
    switch code {
    case 0x00...0x03:
      operation.target = device(message, data, form)
      operation.target.count =
        SLMP.number(message, data + form.width(6), 1, form).map { UInt32($0 == 0 ? 256 : $0) } ?? 1
      let start = data + form.width(8)
      if code == 2 {
        operation.values = Values(
          form.isASCII ? .hex1 : .halfByte, at: start, Int(operation.target.count), end: message.byteCount)
      } else if code == 3 {
        operation.values = Values(
          form.isASCII ? .hex4 : .uint16LE, at: start, Int(operation.target.count), end: message.byteCount)
      }
    case 0x04...0x07: several(message, at: data, code, form, &operation, &exchange)
    default: break
    }
    exchange.ask(operation, place: 0)
    exchange.operations.append(operation)
    return .message(message.byteCount)
  }

  private static func several(
    _ message: RawSpan, at data: Int, _ code: UInt8, _ form: SLMP.Form, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    let width = form.width(code == 4 ? 1 : code == 5 ? 2 : 0)
    var offset = data + form.width(2)
    while offset + form.width(6) + width <= message.byteCount {
      let target = device(message, offset, form)
      let place = offset + form.width(6)
      let values =
        code == 4
        ? Values(form.isASCII ? .hex2 : .uint8, at: place, 1, end: message.byteCount)
        : code == 5 ? Values(form.isASCII ? .hex4 : .uint16LE, at: place, 1, end: message.byteCount) : .none
      exchange.add(target, values, to: &operation, isFirst: offset == data + form.width(2))
      offset = place + width
    }
  }

  private static func response(
    _ bytes: RawSpan, _ form: SLMP.Form, _ code: UInt8, _ known: (name: StaticString, action: Action),
    _ exchange: inout Exchange
  ) -> Step? {
    let head = form.width(2)
    guard bytes.byteCount >= head else { return exchange.isCut ? .message(bytes.byteCount) : .incomplete(head) }
    guard let end = SLMP.number(bytes, form.width(1), 1, form) else { return nil }
    var operation = Operation(exchange.dissector, known.action, .response, code: UInt32(code), name: known.name)
    operation.outcome = end == 0 ? .ok : .error(code: UInt32(end), name: SLMPEndCode.name1E(UInt8(end)))
    let asked = exchange.waiting(transaction: -1, unit: 0)
    var total = bytes.byteCount
    if let asked, exchange[asked].operation.code == UInt32(code) {
      let points = Int(exchange[asked].operation.target.count)
      switch (code, end) {
      case (_, 1...): total = head + (end == 0x5B ? form.width(2) : 0)
      case (0x00, _): total = head + (form.isASCII ? points + points % 2 : (points + 1) / 2)
      case (0x01, _): total = head + form.width(2) * points
      case (0x02...0x07, _), (0x13, _), (0x14, _): total = head
      case (0x15, _): total = head + form.width(2)
      default: break
      }
      guard bytes.byteCount >= total || exchange.isCut else { return .incomplete(total) }
      operation.target = exchange[asked].operation.target
      operation.unit = exchange[asked].operation.unit
      exchange.take(answer: &operation, to: asked)
      if end == 0, code <= 1 {
        operation.values = Values(
          code == 0 ? (form.isASCII ? .hex1 : .halfByte) : form.isASCII ? .hex4 : .uint16LE, at: head, points,
          end: min(total, bytes.byteCount))
      }
    } else {
      operation.pairing = asked == nil ? .unasked : .mismatched
    }
    exchange.operations.append(operation)
    return .message(min(total, bytes.byteCount))
  }

  /// A device: binary number and code, ASCII code and number.
  private static func device(_ message: RawSpan, _ offset: Int, _ form: SLMP.Form) -> Target {
    let codePlace = form.isASCII ? offset : offset + 4
    let numberPlace = form.isASCII ? offset + 4 : offset
    guard let code = SLMP.number(message, codePlace, 2, form), let number = SLMP.number(message, numberPlace, 4, form),
      let area = SLMPDevice.area(text: UInt16(code) & 0xFF == 0x20 ? UInt16(code) & 0xFF00 | 0x2A : UInt16(code))
    else { return .none }
    return Target(area: area, address: number, count: 1)
  }
}
