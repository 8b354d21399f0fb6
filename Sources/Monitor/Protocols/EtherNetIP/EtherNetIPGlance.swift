// SPDX-License-Identifier: Apache-2.0

/// SendRRData and SendUnitData with one CIP message, in both directions: an address item, and an item of data that
/// fills the rest.
extension EtherNetIP {
  static func glance(_ bytes: RawSpan, _ exchange: inout Exchange) -> Bool {
    guard !exchange.isDatagram, exchange.isDirectionCertain, let header = EncapsulationHeader(bytes),
      header.total == bytes.byteCount, header.isPlausible, header.status == 0,
      header.command == .sendRequest || header.command == .sendUnit,
      let sending = SendDataHeader(bytes), sending.interfaceHandle == 0,
      var items = CommonPacketItems(bytes, at: SendDataHeader.itemsOffset), items.count == 2,
      let address = items.next(), let data = items.next(), items.offset == bytes.byteCount
    else { return false }
    let isAnswer = exchange.direction == .toClient
    guard header.command == .sendRequest else {
      guard let connection = address.connection, address.length == 4, data.type == .connectedData,
        let connected = ConnectedDataHeader(bytes, at: data.start)
      else { return false }
      // It is not answered itself.
      exchange.glanceChain.append(
        Glance(exchange.dissector, header.command.action, .report, code: UInt32(header.command.rawValue)))
      let context = CIPContext(transaction: Int64(connected.sequenceCount), connection: connection)
      return isAnswer
        ? CIP.glance(answer: bytes, at: connected.service, context, &exchange)
        : CIP.glance(request: bytes, at: connected.service, context, &exchange)
    }
    guard address.type == .nullAddress, address.length == 0, data.type == .unconnectedData else { return false }
    var envelope = Glance(
      exchange.dissector, header.command.action, isAnswer ? .response : .request,
      code: UInt32(header.command.rawValue))
    envelope.transaction = transaction(header)
    envelope.place = EtherNetIPPlace.encapsulation(header.command)
    let context = CIPContext(transaction: envelope.transaction)
    if isAnswer {
      envelope.asked = exchange.plainlyWaiting(
        transaction: envelope.transaction, place: envelope.place, code: envelope.code, of: envelope.dissector)
      guard envelope.asked != nil else { return false }
      exchange.glanceChain.append(envelope)
      return CIP.glance(answer: bytes, at: data.start, context, &exchange)
    }
    guard exchange.canAsk(transaction: envelope.transaction, place: envelope.place, of: CIP.mostAsked) else {
      return false
    }
    envelope.name = header.command.name
    envelope.facets[.session] = header.session
    exchange.glanceChain.append(envelope)
    return CIP.glance(request: bytes, at: data.start, context, &exchange)
  }
}
