// SPDX-License-Identifier: Apache-2.0

/// Requests: ODVA, The CIP Networks Library, volume 1, appendix A; those of Logix controllers: Rockwell 1756-PM020.
extension CIP {
  /// `place` counts the requests within a message.
  static func readRequest(
    _ bytes: RawSpan, at start: Int, _ context: CIPContext, _ place: inout Int64, _ exchange: inout Exchange
  ) {
    let own = place
    place += 1
    guard let header = CIPRequestHeader(bytes, at: start) else {
      let fault = Fault(.truncated, "Path size", seen: 1, least: 2, most: 65_511)
      return addFaulty(bytes.u8(start), as: .request, fault, in: context, &exchange)
    }
    let service = header.service
    let data = header.data
    guard header.hasPath else {
      let fault = Fault(
        .length, "Path size", seen: UInt64(header.pathSize), least: 0,
        most: UInt64(max(0, bytes.byteCount - header.path) / 2))
      return addFaulty(service, as: .request, fault, in: context, &exchange)
    }
    let path = path(bytes, from: header.path, to: data, &exchange)
    let kind = CIPService(service, path)
    var operation = Operation(
      exchange.id(of: EtherNetIP.cip), kind.action, .request, code: UInt32(service), name: kind.name)
    operation.transaction = context.transaction
    operation.unit = context.slot
    operation.detail = context.host
    operation.target = path.target
    fill(&operation.facets, path, context)
    let at = exchange.operations.count
    exchange.operations.append(operation)
    switch kind.form {
    case .multiple where context.depth < nestingLimit:
      guard var packet = MultipleServicePacket(bytes, at: data) else { break }
      while let range = packet.next() {
        readRequest(
          bytes.extracting(first: range.upperBound), at: range.lowerBound, context.inner, &place, &exchange)
      }
      // Only the message router's packets are known to have no other layout.
      if let fault = packet.fault, !CIPObject(rawValue: path.classID ?? 0).isVendors {
        exchange.operations[at].note(fault)
      }
    case .unconnectedSend where context.depth < nestingLimit:
      readUnconnectedSend(bytes, at: data, context, &place, carrier: at, &exchange)
    case .forwardOpen(let isLarge): readForwardOpen(bytes, at: data, isLarge: isLarge, at, &exchange)
    case .forwardClose:
      // Tick, ticks, connection serial number, vendor, originator serial number, path size, 0, path.
      guard data + 12 <= bytes.byteCount else { break }
      let end = min(bytes.byteCount, data + 12 + 2 * Int(bytes.u8(data + 10)))
      setTargets(CIP.path(bytes, from: data + 12, to: end, isConnection: true, &exchange), at, &exchange)
    case .readTag(let isFragment):
      if data + 2 <= bytes.byteCount { exchange.operations[at].target.count = UInt32(bytes.u16LE(data)) }
      if isFragment, data + 6 <= bytes.byteCount { exchange.operations[at].facets[.offset] = bytes.u32LE(data + 2) }
    case .modifyTag: readTagModification(bytes, at: data, at, &exchange)
    case .writeTag(let isFragment): readTagWrite(bytes, at: data, isFragment: isFragment, at, &exchange)
    case .pccc:
      if let command = PCCCHeader(bytes, at: data) { PCCC.readRequest(command, context, &exchange) }
    case .set: exchange.operations[at].values = attributeValues(bytes, at: data, of: kind)
    case .getList, .setList:
      // Number of attributes, then the first one; in a set request, its data and then the other attributes.
      guard data + 4 <= bytes.byteCount else { break }
      exchange.operations[at].facets[.attribute] = UInt32(bytes.u16LE(data + 2))
      if kind.form == .setList { exchange.operations[at].values = attributeValues(bytes, at: data + 4, of: kind) }
    case .reset:
      // The type of reset (volume 1, 5A-2.3.1): 0 is a power cycle, 1 restores factory settings, 2 does so except for
      // the address.
      if data < bytes.byteCount { exchange.operations[at].subcode = Int32(bytes.u8(data)) }
    default: break
    }
    if exchange.operations.count > at + 1 { exchange.operations[at].isCarrier = true }
    // A request sent by a server in place of a response will not be answered.
    if exchange.direction == .toServer || !exchange.isDirectionCertain {
      exchange.ask(exchange.operations[at], place: own, mayStaySilent: own > 0)
    }
  }

  private static func readUnconnectedSend(
    _ bytes: RawSpan, at data: Int, _ context: CIPContext, _ place: inout Int64, carrier at: Int,
    _ exchange: inout Exchange
  ) {
    guard let sent = UnconnectedSend(bytes, at: data) else { return }
    guard sent.hasMessage else {
      exchange.operations[at].note(
        Fault(
          .length, "Message request size", seen: UInt64(sent.length), least: 2,
          most: UInt64(max(0, bytes.byteCount - sent.message))))
      return
    }
    var inner = context.inner
    if let route = sent.route {
      let path = CIP.path(
        bytes, from: route.lowerBound, to: min(bytes.byteCount, route.upperBound), &exchange)
      (inner.slot, inner.host) = (path.link, path.linkName)
    }
    exchange.operations[at].unit = inner.slot
    exchange.operations[at].detail = inner.host
    readRequest(bytes.extracting(first: sent.messageEnd), at: sent.message, inner, &place, &exchange)
  }

  /// What a request's path and surroundings say besides its target.
  @inline(__always)
  static func fill(_ facets: inout Facets, _ path: borrowing Path, _ context: CIPContext) {
    if let attribute = path.attribute { facets[.attribute] = attribute }
    if let member = path.member, path.symbol == .none { facets[.member] = member }
    if let connection = context.connection { facets[.connection] = connection }
  }

  /// Write Tag (Rockwell 1756-PM020): type, for structures a handle, number of elements, in the fragmented service an
  /// offset, then the elements.
  private static func readTagWrite(
    _ bytes: RawSpan, at data: Int, isFragment: Bool, _ at: Int, _ exchange: inout Exchange
  ) {
    let isStructure = data + 2 <= bytes.byteCount && bytes.u16LE(data) == CIPType.structure
    let count = data + (isStructure ? 4 : 2)
    let first = count + (isFragment ? 6 : 2)
    guard first <= bytes.byteCount else {
      return exchange.operations[at].note(
        Fault(
          .truncated, "Write Tag", seen: UInt64(max(0, bytes.byteCount - data)), least: UInt64(first - data),
          most: 65_511))
    }
    let type = bytes.u16LE(data)
    let elements = Int(bytes.u16LE(count))
    let offset = isFragment ? Int(bytes.u32LE(count + 2)) : 0
    exchange.operations[at].target.count = UInt32(elements)
    if isFragment { exchange.operations[at].facets[.offset] = UInt32(offset) }
    var format = CIPType.format(type)
    let there = bytes.byteCount - first
    guard elements > 0 else {
      return exchange.operations[at].note(Fault(.quantity, "Number of elements", seen: 0, least: 1, most: 65_535))
    }
    var wanted = Int.max
    if let size = CIPType.size(type) {
      let whole = elements * size
      let end = offset + there
      // Some send an even number of bytes, and Omron's controllers have two for each BOOL.
      let isPadded = end == whole + 1 && there % 2 == 0
      let isWide = type == CIPType.bool && end == 2 * whole
      if isWide, !isPadded { format = .uint16LE }
      // A fragment has the rest of the elements from its offset on, or a part of it.
      if !isPadded, !isWide, isFragment ? there == 0 || end > whole : end != whole {
        let most = UInt64(max(1, whole - offset))
        exchange.operations[at].note(
          Fault(.length, "Data of the elements", seen: UInt64(there), least: isFragment ? 1 : UInt64(whole), most: most)
        )
      }
      wanted = max(0, elements - offset / size)
      // A fragment may begin or end within an element: what is there is no number.
      if isFragment, !isPadded, !isWide, offset % size != 0 || there % size != 0 { wanted = 0 }
    } else if there < (isFragment ? 1 : isStructure ? elements : 0) {
      // How large a structure is, or how long a string, the tag alone says.
      exchange.operations[at].note(
        Fault(.length, "Data of the elements", seen: UInt64(there), least: UInt64(elements), most: 65_511))
    }
    exchange.operations[at].values = Values(format, at: first, wanted, end: bytes.byteCount)
  }

  /// Read Modify Write Tag (Rockwell 1756-PM020): mask size, OR mask (bits to set), AND mask (bits to keep).
  private static func readTagModification(_ bytes: RawSpan, at data: Int, _ at: Int, _ exchange: inout Exchange) {
    guard data + 2 <= bytes.byteCount else {
      return exchange.operations[at].note(
        Fault(.truncated, "Size of masks", seen: UInt64(max(0, bytes.byteCount - data)), expected: 2))
    }
    let size = Int(bytes.u16LE(data))
    let format: Values.Format? =
      switch size {
      case 1: .uint8
      case 2: .uint16LE
      case 4: .uint32LE
      case 8: .uint64LE
      default: nil
      }
    let there = bytes.byteCount - data - 2
    if format == nil, size != 12 {
      exchange.operations[at].note(Fault(unlisted: "Size of masks", seen: UInt64(size)))
    } else if there != 2 * size {
      exchange.operations[at].note(
        Fault(.length, "Size of masks", seen: UInt64(size), expected: UInt64(there / 2)))
      return
    }
    exchange.operations[at].values = Values(
      format ?? .uint8, at: data + 2, format == nil ? .max : 2, end: bytes.byteCount)
    exchange.operations[at].effect = .setThenKeep
  }
}

/// The messages of a Multiple Service Packet (volume 1, A-4.10): their number, their offsets counted from the start of
/// that number, then the messages.
///
///     +0      +2       +4
///     +-------+--------+--------+-- ... -+--------- ... -+--------- ... -+
///     | count | offset | offset | ...    | message       | message       |
///     +-------+--------+--------+-- ... -+--------- ... -+--------- ... -+
///
/// The first must begin after the offsets, and each further one after the beginning of its predecessor: the walk ends.
struct MultipleServicePacket: ~Escapable {
  static let size = 2
  private let bytes: RawSpan
  private let start: Int
  let count: UInt16
  private var index = 0
  /// The lowest valid offset of the next message.
  private var lowest: Int
  /// The walk ended at an offset that is too low, or beyond the bytes.
  private(set) var fault: Fault?

  /// The packet extends to the end of the bytes.
  @_lifetime(copy bytes)
  init?(_ bytes: RawSpan, at start: Int) {
    guard start + MultipleServicePacket.size <= bytes.byteCount else { return nil }
    self.bytes = bytes
    self.start = start
    count = bytes.u16LE(start)
    lowest = MultipleServicePacket.size + 2 * Int(count)
  }

  /// Where the next message begins and ends.
  @_lifetime(self: copy self)
  mutating func next() -> Range<Int>? {
    let place = start + MultipleServicePacket.size + 2 * index
    guard fault == nil, index < Int(count), place + 2 <= bytes.byteCount else { return nil }
    let offset = Int(bytes.u16LE(place))
    index += 1
    let isLast = index == Int(count) || place + 4 > bytes.byteCount
    let end = isLast ? bytes.byteCount : start + Int(bytes.u16LE(place + 2))
    guard offset >= lowest, start + offset < end, end <= bytes.byteCount else {
      fault = Fault(
        .range, "Offset", seen: UInt64(offset), least: UInt64(lowest), most: UInt64(bytes.byteCount - start))
      return nil
    }
    lowest = offset + 1
    return start + offset..<end
  }
}
