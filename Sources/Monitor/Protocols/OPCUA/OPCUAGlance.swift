// SPDX-License-Identifier: Apache-2.0

/// Publish (OPC 10000-4, 5.14.5), and responses with changes of data alone or none, in one chunk that can be read.
extension OPCUA {
  static func glance(_ bytes: RawSpan, _ exchange: inout Exchange) -> Bool {
    guard let header = UAMessageHeader(bytes), header.messageType == .message, header.chunkType == .final,
      Int(header.messageSize) == bytes.byteCount, bytes.byteCount <= longestMessage,
      let symmetric = UASymmetricHeader(bytes)
    else { return false }
    var reader = UAReader(bytes, at: UASymmetricHeader.size)
    let service = UAService(rawValue: reader.readServiceID())
    guard service == .publishRequest || service == .publishResponse,
      exchange.collected(channel: UInt64(symmetric.secureChannelID) << 32 | UInt64(symmetric.requestID)) == 0
    else { return false }
    exchange.glance = Glance(
      exchange.dissector, UAService.publishRequest.action, service == .publishRequest ? .request : .response,
      code: UAService.publishRequest.rawValue)
    exchange.glance.transaction = Int64(symmetric.requestID)
    guard service == .publishRequest else { return glance(publishResponse: &reader, &exchange) }
    reader.skipRequestHeader()
    guard !reader.isDone, exchange.canAsk(transaction: exchange.glance.transaction, place: -1) else { return false }
    exchange.glance.name = service.name
    exchange.glance.facets[.channel] = symmetric.secureChannelID
    exchange.glance.mayStaySilent = true
    return true
  }

  private static func glance(publishResponse reader: inout UAReader, _ exchange: inout Exchange) -> Bool {
    guard
      let asked = exchange.plainlyWaiting(
        transaction: exchange.glance.transaction, place: -1, code: exchange.glance.code, of: exchange.dissector),
      reader.readResponseHeader() == 0
    else { return false }
    OPCUAResponses.skipToNotifications(&reader)
    var values = Values.none
    var isFirst = true
    for _ in 0..<reader.readCount() {
      let head = reader.readExtensionObject()
      guard !reader.hasFailed, head.type == OPCUAResponses.Notification.dataChange else { return false }
      var body = reader.part(head)
      for _ in 0..<body.readCount() {
        body.skip(4)
        let value = body.readDataValue(&exchange).values
        guard !body.isDone else { return false }
        if isFirst { values = value }
        isFirst = false
      }
      guard !body.isDone else { return false }
    }
    guard !reader.isDone else { return false }
    if exchange.glance.action == .read { exchange.glance.values = values }
    exchange.glance.asked = asked
    return true
  }
}
