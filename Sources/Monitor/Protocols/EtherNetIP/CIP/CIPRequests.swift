// SPDX-License-Identifier: Apache-2.0

/// CIP messages: ODVA, The CIP Networks Library, volume 1, 2-4; paths in appendix C. Numbers are little-endian.
///
///     request    +---------+-----------+------ ... -+------ ... -+
///                | service | path size | path       | data       |
///                +---------+-----------+------ ... -+------ ... -+
///     response   +---------+---+--------+---------------+-------------------+------ ... -+
///                | service | 0 | status | size of added | additional status | data       |
///                +---------+---+--------+---------------+-------------------+------ ... -+
///
/// Sizes count 16-bit words. The uppermost bit of the service tells a response.
enum CIP {
  /// One level of embedding, of Multiple Service Packets and Unconnected Sends, in another; real ones have two.
  private static let deepest = 6

  /// The message that begins at `start` and ends where `bytes` do.
  static func message(
    _ bytes: RawSpan, from start: Int, transaction: Int64, connection: UInt32?, _ exchange: inout Exchange
  ) {
    guard start < bytes.byteCount else { return }
    var place: Int64 = 0
    if bytes.u8(start) & 0x80 == 0 {
      // The slot that a connection goes to was named when it was opened.
      let slot = connection == nil ? -1 : Int64(exchange.state & 0xFFFF) - 1
      request(bytes, from: start, transaction, connection, Route(slot: slot), &place, depth: 0, &exchange)
    } else {
      // The answer to an embedded request comes without its envelope.
      if let outer = exchange.waiting(transaction: transaction, unit: 0), exchange[outer].operation.isCarrier,
        exchange[outer].operation.code == UInt32(CIPService.unconnectedSend)
      {
        let service = UInt32(bytes.u8(start) & 0x7F)
        if let inner = exchange.waiting(transaction: transaction, unit: 1), exchange[inner].operation.code == service {
          exchange.answered(outer)
          place = 1
        }
      }
      response(bytes, from: start, transaction, connection, &place, depth: 0, &exchange)
    }
  }

  // MARK: Requests

  /// To whom a request is sent on: a slot, or a host on another network.
  private struct Route {
    var slot: Int64
    var host = NameID.none
  }

  private static func request(
    _ bytes: RawSpan, from start: Int, _ transaction: Int64, _ connection: UInt32?, _ route: Route,
    _ place: inout Int64,
    depth: Int, _ exchange: inout Exchange
  ) {
    let service = bytes.u8(start)
    let own = place
    place += 1
    guard start + 2 <= bytes.byteCount else {
      return fail(
        service, .request, transaction, Fault(.truncated, "Path size", seen: 1, least: 2, most: 65_511), &exchange)
    }
    let size = 2 * Int(bytes.u8(start + 1))
    let data = start + 2 + size
    guard data <= bytes.byteCount else {
      let fault = Fault(
        .length, "Path size", seen: UInt64(size / 2), least: 0, most: UInt64(max(0, bytes.byteCount - start - 2) / 2))
      return fail(service, .request, transaction, fault, &exchange)
    }
    let path = path(bytes, from: start + 2, to: data, &exchange)
    let kind = CIPService(service, path)
    var operation = Operation(
      exchange.id(of: EtherNetIP.cip), kind.action, .request, code: UInt32(service), name: kind.name)
    operation.transaction = transaction
    operation.unit = route.slot
    operation.detail = route.host
    operation.target = path.target
    if let attribute = path.attribute { operation.facets[.attribute] = attribute }
    if let member = path.member, path.symbol == .none { operation.facets[.member] = member }
    if let connection { operation.facets[.connection] = connection }
    let at = exchange.operations.count
    exchange.operations.append(operation)
    var children = 0
    switch kind.form {
    case .multiple where depth < deepest:
      let before = exchange.operations.count
      embedded(bytes, from: data, at, &exchange) { from, to, exchange in
        request(
          bytes.extracting(first: to), from: from, transaction, connection, route, &place, depth: depth + 1, &exchange)
      }
      children = exchange.operations.count - before
    case .unconnectedSend where depth < deepest:
      // Tick, ticks, size of the message, the message, a byte if it is of odd size, size of the route in words, 0, the route.
      guard data + 4 <= bytes.byteCount else { break }
      let length = Int(bytes.u16LE(data + 2))
      let inner = data + 4
      guard length >= 2, inner + length <= bytes.byteCount else {
        exchange.note(
          Fault(
            .length, "Message request size", seen: UInt64(length), least: 2,
            most: UInt64(max(0, bytes.byteCount - inner))),
          at)
        break
      }
      let ports = inner + length + length % 2
      var next = route
      if ports + 2 <= bytes.byteCount {
        let end = min(bytes.byteCount, ports + 2 + 2 * Int(bytes.u8(ports)))
        let path = CIP.path(bytes, from: ports + 2, to: end, &exchange)
        next = Route(slot: path.link, host: path.linkName)
      }
      exchange.operations[at].unit = next.slot
      exchange.operations[at].detail = next.host
      request(
        bytes.extracting(first: inner + length), from: inner, transaction, connection, next, &place, depth: depth + 1,
        &exchange)
      children = 1
    case .forwardOpen(let isLarge): forwardOpen(bytes, at: data, isLarge: isLarge, at, &exchange)
    case .forwardClose:
      // Tick, ticks, connection serial, vendor, serial of the originator, path size, 0, path.
      guard data + 12 <= bytes.byteCount else { break }
      let end = min(bytes.byteCount, data + 12 + 2 * Int(bytes.u8(data + 10)))
      setTargets(CIP.path(bytes, from: data + 12, to: end, &exchange), at, &exchange)
    case .readTag(let isFragment):
      if data + 2 <= bytes.byteCount { exchange.operations[at].target.count = UInt32(bytes.u16LE(data)) }
      if isFragment, data + 6 <= bytes.byteCount { exchange.operations[at].facets[.offset] = bytes.u32LE(data + 2) }
    case .modifyTag: modifyTag(bytes, at: data, at, &exchange)
    case .writeTag(let isFragment): writeTag(bytes, at: data, isFragment: isFragment, at, &exchange)
    case .pccc:
      if PCCC.message(bytes, from: data, isAnswer: false, transaction, route.slot, own, &exchange) { children = 1 }
    case .set: exchange.operations[at].values = attributeValues(bytes, at: data, of: kind)
    case .getList, .setList:
      // Number of attributes, the first one; when they are set, its data and the others behind it.
      guard data + 4 <= bytes.byteCount else { break }
      exchange.operations[at].facets[.attribute] = UInt32(bytes.u16LE(data + 2))
      if kind.form == .setList { exchange.operations[at].values = attributeValues(bytes, at: data + 4, of: kind) }
    case .reset:
      // Which kind of reset (volume 1, 5A-2.3.1): 0 as by switching off and on, 1 to the factory's settings, 2 to these but for the address.
      if data < bytes.byteCount { exchange.operations[at].subcode = Int32(bytes.u8(data)) }
    default: break
    }
    if children > 0 { exchange.operations[at].isCarrier = true }
    // What a server sends for an answer is answered by nobody.
    if exchange.direction == .toServer || !exchange.isDirectionCertain {
      exchange.ask(exchange.operations[at], place: own, mayStaySilent: own > 0)
    }
  }

  private static func fail(
    _ service: UInt8, _ role: Role, _ transaction: Int64, _ fault: Fault, _ exchange: inout Exchange
  ) {
    var operation = Operation(
      exchange.id(of: EtherNetIP.cip), .unknown, role, code: UInt32(service & 0x7F), name: "CIP message cut short")
    operation.transaction = transaction
    operation.fault = fault
    exchange.operations.append(operation)
  }

  /// The messages of a Multiple Service Packet (volume 1, A-4.10): their number, their offsets from that number on, then they. Each must begin where
  /// the one before can end, so that no byte is read twice.
  private static func embedded(
    _ bytes: RawSpan, from start: Int, _ at: Int, _ exchange: inout Exchange,
    _ body: (Int, Int, inout Exchange) -> Void
  ) {
    guard start + 2 <= bytes.byteCount else { return }
    let count = Int(bytes.u16LE(start))
    var last = 2 + 2 * count
    for index in 0..<count {
      guard start + 4 + 2 * index <= bytes.byteCount else { break }
      let offset = Int(bytes.u16LE(start + 2 + 2 * index))
      let isLast = index == count - 1
      let end =
        isLast || start + 6 + 2 * index > bytes.byteCount
        ? bytes.byteCount : start + Int(bytes.u16LE(start + 4 + 2 * index))
      guard offset >= last, start + offset < end, end <= bytes.byteCount else {
        exchange.note(
          Fault(.range, "Offset", seen: UInt64(offset), least: UInt64(last), most: UInt64(bytes.byteCount - start)), at)
        return
      }
      last = offset + 1
      body(start + offset, end, &exchange)
    }
  }

  /// Write Tag (Rockwell 1756-PM020): type, for structures a handle, number of elements, in fragments an offset, then the elements.
  private static func writeTag(
    _ bytes: RawSpan, at data: Int, isFragment: Bool, _ at: Int, _ exchange: inout Exchange
  ) {
    guard data + 4 <= bytes.byteCount else { return }
    let isStructure = bytes.u16LE(data) == CIPType.structure
    let count = data + (isStructure ? 4 : 2)
    guard count + 2 <= bytes.byteCount else { return }
    exchange.operations[at].target.count = UInt32(bytes.u16LE(count))
    if isFragment, count + 6 <= bytes.byteCount { exchange.operations[at].facets[.offset] = bytes.u32LE(count + 2) }
    exchange.operations[at].values = Values(
      CIPType.format(bytes.u16LE(data)), at: count + (isFragment ? 6 : 2), .max, end: bytes.byteCount)
  }

  /// Read Modify Write Tag (Rockwell 1756-PM020): the size of a mask, bits to set, bits to keep.
  private static func modifyTag(_ bytes: RawSpan, at data: Int, _ at: Int, _ exchange: inout Exchange) {
    guard data + 2 <= bytes.byteCount else { return }
    let format: Values.Format? =
      switch bytes.u16LE(data) {
      case 1: .uint8
      case 2: .uint16LE
      case 4: .uint32LE
      case 8: .uint64LE
      default: nil
      }
    exchange.operations[at].values = Values(
      format ?? .uint8, at: data + 2, format == nil ? .max : 2, end: bytes.byteCount)
  }

  /// Times are numbers of eight bytes; of all else only the bytes are known.
  private static func attributeValues(_ bytes: RawSpan, at data: Int, of kind: CIPService) -> Values {
    let isTime = kind.classID.map { CIPObject(rawValue: $0).setAction == .clock } ?? false
    return Values(
      isTime && bytes.byteCount - data == 8 ? .uint64LE : .uint8, at: data, .max, end: bytes.byteCount)
  }

  // MARK: Responses

  private static func response(
    _ bytes: RawSpan, from start: Int, _ transaction: Int64, _ connection: UInt32?, _ place: inout Int64, depth: Int,
    _ exchange: inout Exchange
  ) {
    let service = bytes.u8(start) & 0x7F
    let own = place
    place += 1
    guard start + 4 <= bytes.byteCount else {
      let fault = Fault(.truncated, "Response", seen: UInt64(bytes.byteCount - start), least: 4, most: 65_511)
      return fail(service, .response, transaction, fault, &exchange)
    }
    let status = bytes.u8(start + 2)
    let data = start + 4 + 2 * Int(bytes.u8(start + 3))
    var kind = CIPService(service, Path())
    var operation = Operation(
      exchange.id(of: EtherNetIP.cip), kind.action, .response, code: UInt32(service), name: kind.name)
    operation.transaction = transaction
    var connectionAsked = ConnectionAsked()
    let isTied = exchange.tie(&operation, place: own) { question, answer in
      answer.action = question.action
      answer.name = question.name
      answer.unit = question.unit
      answer.detail = question.detail
      answer.subcode = question.subcode
      if let offset = question.facets[.offset] { answer.facets[.offset] = offset }
      connectionAsked = ConnectionAsked(question)
      if let attribute = question.facets[.attribute] { answer.facets[.attribute] = attribute }
    }
    if isTied {
      // What the answer holds depends on the class asked.
      var path = Path()
      let target = operation.target
      path.classID = target.area == .object ? target.number : target.area == .assembly ? 4 : nil
      path.symbol = target.area == .tag ? target.name : .none
      // What is opened or closed is the target here, not the connection manager that was asked.
      if operation.action == .session, CIPService.isConnection(service) {
        path.classID = CIPService.connectionManager
        path.symbol = .none
      }
      kind = CIPService(service, path)
    }
    if let connection { operation.facets[.connection] = connection }
    // A partial transfer is a part of what was asked for.
    operation.outcome =
      status == 0 || status == 6 ? .ok : .error(code: UInt32(status), name: CIPService.status(status))
    if status != 0 { operation.facets[.generalStatus] = UInt32(status) }
    if data > start + 4, start + 6 <= bytes.byteCount {
      operation.facets[.extendedStatus] = UInt32(bytes.u16LE(start + 4))
    }
    guard data <= bytes.byteCount else {
      operation.note(
        Fault(
          .length, "Size of additional status", seen: UInt64(bytes.u8(start + 3)), least: 0,
          most: UInt64((bytes.byteCount - start - 4) / 2)))
      return exchange.operations.append(operation)
    }
    let at = exchange.operations.count
    exchange.operations.append(operation)
    guard status == 0 || status == 6 || status == 0x1E else { return }
    switch kind.form {
    case .multiple where depth < deepest:
      embedded(bytes, from: data, at, &exchange) { from, to, exchange in
        response(
          bytes.extracting(first: to), from: from, transaction, connection, &place, depth: depth + 1, &exchange)
      }
      if exchange.operations.count > at + 1 { exchange.operations[at].isCarrier = true }
    case .forwardOpen: opened(bytes, at: data, connectionAsked, at, &exchange)
    case .readTag where data + 2 <= bytes.byteCount:
      let type = bytes.u16LE(data)
      exchange.operations[at].values = Values(
        CIPType.format(type), at: data + (type == CIPType.structure ? 4 : 2), .max, end: bytes.byteCount)
    case .get: exchange.operations[at].values = attributeValues(bytes, at: data, of: kind)
    case .getList where data + 2 <= bytes.byteCount:
      // Number, then identifier, status and data of each. Only of one alone it is known where its data end.
      exchange.operations[at].values = attributeValues(bytes, at: data + (bytes.u16LE(data) == 1 ? 6 : 2), of: kind)
    case .getAll where kind.classID == 1:
      if let report = identity(bytes, at: data, &exchange) { exchange.identities.append(report) }
    case .pccc: _ = PCCC.message(bytes, from: data, isAnswer: true, transaction, operation.unit, own, &exchange)
    default: break
    }
  }

  /// The attributes 1 to 7 of the identity object (volume 1, 5A-2): vendor, device type, product code, revision, status, serial number, name.
  static func identity(_ bytes: RawSpan, at offset: Int, _ exchange: inout Exchange) -> IdentityReport? {
    guard offset + 15 <= bytes.byteCount else { return nil }
    var report = IdentityReport()
    let vendor = bytes.u16LE(offset)
    report.knownVendor = CIPVendor.name(vendor)
    if report.knownVendor == nil { report.vendor = exchange.name { $0 += Array("CIP vendor \(vendor)".utf8) } }
    report.firmware = exchange.name { $0 += Array("\(bytes.u8(offset + 6)).\(bytes.u8(offset + 7))".utf8) }
    report.serial = exchange.name { $0 += Array(String(bytes.u32LE(offset + 10), radix: 16).utf8) }
    report.model = exchange.name(bytes.slice(offset + 15, Int(bytes.u8(offset + 14))))
    return report
  }
}
