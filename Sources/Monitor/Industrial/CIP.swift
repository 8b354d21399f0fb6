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
  /// Where a path leads.
  struct Path {
    var classID: UInt32?
    var instance: UInt32?
    var member: UInt32?
    var attribute: UInt32?
    var connectionPoint: UInt32?
    /// Of tags: `Line1.Speed[2]`.
    var symbol = NameID.none
    /// The link address behind the last port: a slot.
    var link: Int64 = -1
    /// A safety segment in a connection path (volume 5).
    var isSafety = false

    var target: Target {
      if symbol != .none { return Target(area: .tag, count: 1, name: symbol) }
      if let connectionPoint { return Target(area: .assembly, address: UInt64(connectionPoint), count: 1) }
      guard let classID else { return .none }
      if classID == 4 { return Target(area: .assembly, address: UInt64(instance ?? 0), count: 1) }
      return Target(area: .object, number: classID, address: UInt64(instance ?? 0), count: 1)
    }
  }

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
      request(bytes, from: start, transaction, connection, slot: slot, &place, depth: 0, &exchange)
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

  private static func request(
    _ bytes: RawSpan, from start: Int, _ transaction: Int64, _ connection: UInt32?, slot: Int64, _ place: inout Int64,
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
    var operation = Operation(exchange.carried[0], kind.action, .request, code: UInt32(service), name: kind.name)
    operation.transaction = transaction
    operation.unit = slot
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
          bytes.extracting(first: to), from: from, transaction, connection, slot: slot, &place, depth: depth + 1,
          &exchange)
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
      let route = inner + length + length % 2
      var link = slot
      if route + 2 <= bytes.byteCount {
        let end = min(bytes.byteCount, route + 2 + 2 * Int(bytes.u8(route)))
        link = CIP.path(bytes, from: route + 2, to: end, &exchange).link
      }
      exchange.operations[at].unit = link
      request(
        bytes.extracting(first: inner + length), from: inner, transaction, connection, slot: link, &place,
        depth: depth + 1, &exchange)
      children = 1
    case .forwardOpen(let isLarge): forwardOpen(bytes, at: data, isLarge: isLarge, at, &exchange)
    case .forwardClose:
      // Tick, ticks, connection serial, vendor, serial of the originator, path size, 0, path.
      guard data + 12 <= bytes.byteCount else { break }
      let end = min(bytes.byteCount, data + 12 + 2 * Int(bytes.u8(data + 10)))
      exchange.operations[at].target = CIP.path(bytes, from: data + 12, to: end, &exchange).target
    case .readTag:
      if data + 2 <= bytes.byteCount { exchange.operations[at].target.count = UInt32(bytes.u16LE(data)) }
    case .writeTag(let isFragment): writeTag(bytes, at: data, isFragment: isFragment, at, &exchange)
    case .pccc:
      if PCCC.message(bytes, from: data, isAnswer: false, transaction, slot, own, &exchange) { children = 1 }
    case .set: exchange.operations[at].values = Values(.uint8, at: data, .max, end: bytes.byteCount)
    case .attributeList:
      // Number of attributes, the first one.
      if data + 4 <= bytes.byteCount { exchange.operations[at].facets[.attribute] = UInt32(bytes.u16LE(data + 2)) }
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
      exchange.carried[0], .unknown, role, code: UInt32(service & 0x7F), name: "CIP message cut short")
    operation.transaction = transaction
    if !exchange.isCut { operation.fault = fault }
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

  /// Volume 1, 3-5.5.2.
  private static func forwardOpen(
    _ bytes: RawSpan, at data: Int, isLarge: Bool, _ at: Int, _ exchange: inout Exchange
  ) {
    // Tick, ticks, two connection ids, connection serial, vendor, serial of the originator, multiplier and three bytes; then interval and parameters of
    // both directions, transport, size of the path, path.
    let width = isLarge ? 4 : 2
    let first = data + 22
    let transport = first + 2 * (4 + width)
    guard transport + 2 <= bytes.byteCount else {
      return exchange.note(
        Fault(
          .truncated, "Forward Open", seen: UInt64(bytes.byteCount - data), least: UInt64(transport + 2 - data),
          most: 65_511), at)
    }
    let end = min(bytes.byteCount, transport + 2 + 2 * Int(bytes.u8(transport + 1)))
    let path = path(bytes, from: transport + 2, to: end, &exchange)
    exchange.operations[at].target = path.target
    exchange.operations[at].unit = path.link
    exchange.operations[at].facets[.connection] = bytes.u32LE(data + 6)
    exchange.operations[at].facets[.interval] = bytes.u32LE(first)
    exchange.operations[at].facets[.connectionSize] =
      isLarge ? bytes.u32LE(first + 4) & 0xFFFF : UInt32(bytes.u16LE(first + 4)) & 0x1FF
    exchange.operations[at].facets[.transportClass] = UInt32(bytes.u8(transport) & 15)
    if path.isSafety { exchange.operations[at].facets[.isSafety] = 1 }
    // Messages over connections to the router have no path of their own to the slot.
    if bytes.u8(transport) & 15 >= 2, 0..<0xFFFF ~= path.link {
      exchange.state = exchange.state & ~0xFFFF | UInt64(path.link + 1)
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
    exchange.operations[at].values = Values(
      CIPType.format(bytes.u16LE(data)), at: count + (isFragment ? 6 : 2), .max, end: bytes.byteCount)
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
    var operation = Operation(exchange.carried[0], kind.action, .response, code: UInt32(service), name: kind.name)
    operation.transaction = transaction
    let isTied = exchange.tie(&operation, place: own) { question, answer in
      answer.action = question.action
      answer.name = question.name
      answer.unit = question.unit
      if let attribute = question.facets[.attribute] { answer.facets[.attribute] = attribute }
    }
    if isTied {
      // What the answer holds depends on the class asked.
      var path = Path()
      let target = operation.target
      path.classID = target.area == .object ? target.number : target.area == .assembly ? 4 : nil
      path.symbol = target.area == .tag ? target.name : .none
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
      if exchange.isCut { operation.fault = nil }
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
    case .forwardOpen where data + 8 <= bytes.byteCount: exchange.operations[at].facets[.connection] = bytes.u32LE(data)
    case .readTag where data + 2 <= bytes.byteCount:
      let type = bytes.u16LE(data)
      exchange.operations[at].values = Values(
        CIPType.format(type), at: data + (type == CIPType.structure ? 4 : 2), .max, end: bytes.byteCount)
    case .get: exchange.operations[at].values = Values(.uint8, at: data, .max, end: bytes.byteCount)
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

  // MARK: Paths

  /// Segments up to `end` (appendix C-1.4); what is no segment ends the path.
  static func path(_ bytes: RawSpan, from start: Int, to end: Int, _ exchange: inout Exchange) -> Path {
    var path = Path()
    var hasSymbol = false
    var offset = start
    while offset < end {
      let type = bytes.u8(offset)
      switch type >> 5 {
      case 0:
        // A port; 15: its number follows; with bit 4 the size of its link address.
        let isExtended = type & 0x10 != 0
        var place = offset + 1
        let size = isExtended && place < end ? Int(bytes.u8(place)) : 1
        if isExtended { place += 1 }
        if type & 15 == 15 { place += 2 }
        if !isExtended, place < end { path.link = Int64(bytes.u8(place)) }
        let next = place + size
        offset = next + (next - offset) % 2
      case 1:
        if type == 0x34 {
          // An electronic key.
          offset += offset + 1 < end && bytes.u8(offset + 1) == 4 ? 10 : 2
          continue
        }
        let width = [1, 2, 4, 0][Int(type & 3)]
        let place = offset + (width == 1 ? 1 : 2)
        guard width > 0, place + width <= end else { return finished(path, hasSymbol, &exchange) }
        let value = width == 1 ? UInt32(bytes.u8(place)) : width == 2 ? UInt32(bytes.u16LE(place)) : bytes.u32LE(place)
        switch type >> 2 & 7 {
        case 0: if path.classID == nil || !hasSymbol { path.classID = value }
        case 1: path.instance = value
        case 2:
          path.member = value
          if hasSymbol {
            exchange.spell { text in
              text.append(0x5B)
              text.append(decimal: value)
              text.append(0x5D)
            }
          }
        case 3: path.connectionPoint = value
        case 4: path.attribute = value
        default: break
        }
        offset = place + width
      case 2:
        // A network segment: with a length from 0x50 on.
        if type & 0x10 != 0 {
          if type == 0x50 { path.isSafety = true }
          offset += offset + 1 < end ? 2 + 2 * Int(bytes.u8(offset + 1)) : 2
        } else {
          offset += 2
        }
      case 4:
        guard offset + 2 <= end else { return finished(path, hasSymbol, &exchange) }
        let size = Int(bytes.u8(offset + 1))
        if type == 0x91 {
          exchange.spell(isNew: !hasSymbol) { text in
            if hasSymbol { text.append(0x2E) }
            for place in offset + 2..<min(end, offset + 2 + size) { text.append(bytes.u8(place)) }
          }
          hasSymbol = true
          offset += 2 + size + size % 2
        } else {
          offset += 2 + 2 * size
        }
      default: return finished(path, hasSymbol, &exchange)
      }
    }
    return finished(path, hasSymbol, &exchange)
  }

  private static func finished(_ path: Path, _ hasSymbol: Bool, _ exchange: inout Exchange) -> Path {
    guard hasSymbol else { return path }
    var path = path
    path.symbol = exchange.spelled()
    return path
  }
}

extension Exchange {
  /// Adds to a name that is put together of several parts; `isNew` begins it.
  mutating func spell(isNew: Bool = false, _ write: (inout [UInt8]) -> Void) {
    if isNew { spelling.removeAll(keepingCapacity: true) }
    // Whatever is cut off, names stay apart by what is kept.
    guard spelling.count < NameTable.longest else { return }
    write(&spelling)
  }
  /// The number of the name that was put together.
  mutating func spelled() -> NameID {
    var text: [UInt8] = []
    swap(&text, &spelling)
    let id = names.intern(text.bytes, at: time)
    swap(&text, &spelling)
    return id
  }
}
