// SPDX-License-Identifier: Apache-2.0

/// Memory Area Read (W342, 5-3-2) and its response, in a datagram or in TCP.
extension FINS {
  static func glance(_ bytes: RawSpan, _ exchange: inout Exchange) -> Bool {
    if exchange.isDatagram {
      guard let frame = FINSHeader(bytes) else { return false }
      return glance(frame, &exchange)
    }
    guard FINSTCPHeader.hasMagic(bytes), let header = FINSTCPHeader(bytes), FINSTCPHeader.lengths ~= header.length,
      header.total == bytes.byteCount, header.command == .frame, header.errorCode == 0,
      let frame = FINSHeader(header.message, at: FINSTCPHeader.size)
    else { return false }
    return glance(frame, &exchange)
  }

  private static func glance(_ frame: borrowing FINSHeader, _ exchange: inout Exchange) -> Bool {
    let command = frame.command
    guard frame.isPlausible, command == .memoryAreaRead else { return false }
    exchange.glance = Glance(
      exchange.dissector, .read, frame.isResponse ? .response : .request, code: UInt32(command.rawValue),
      unit: frame.addressed.bits)
    exchange.glance.transaction = Int64(frame.serviceID)
    return frame.isResponse ? glance(response: frame, &exchange) : glance(request: frame, &exchange)
  }

  private static func glance(request frame: borrowing FINSHeader, _ exchange: inout Exchange) -> Bool {
    let node = frame.destination.node
    guard frame.count == FINSText.MemoryArea.values, !frame.needsNoResponse, node != FINSAddress.broadcastNode,
      let place = FINSArea.knownPlace(frame, at: FINSText.MemoryArea.place, countSize: 2), place.target.count > 0
    else { return false }
    if node == FINSAddress.localNode { exchange.glance.place = localNode }
    guard exchange.canAsk(transaction: exchange.glance.transaction, place: exchange.glance.place) else { return false }
    exchange.glance.name = FINSCommand.memoryAreaRead.name
    exchange.glance.target = place.target
    exchange.glance.values = Values(format: place.format, stride: place.stride)
    fillNodes(frame, &exchange.glance.facets)
    return true
  }

  private static func glance(response frame: borrowing FINSHeader, _ exchange: inout Exchange) -> Bool {
    guard frame.endCode?.rawValue == 0 else { return false }
    let transaction = exchange.glance.transaction
    let isLocal = exchange.waiting(transaction: transaction, unit: exchange.glance.unit) == nil
    guard
      let asked = exchange.plainlyWaiting(
        transaction: transaction, place: isLocal ? localNode : exchange.glance.unit, code: exchange.glance.code,
        of: exchange.dissector)
    else { return false }
    let (count, asFormat) = (Int(exchange[asked].operation.target.count), exchange[asked].operation.values)
    let width = asFormat.stride > 0 ? Int(asFormat.stride) : asFormat.format.width
    guard width > 0, frame.count == FINSText.Response.data &+ count &* width else { return false }
    exchange.glance.values = Values(
      asFormat.format, at: frame.start &+ FINSText.Response.data, count, stride: Int(asFormat.stride), end: frame.end)
    exchange.glance.target = exchange[asked].operation.target
    exchange.glance.asked = asked
    return true
  }
}
