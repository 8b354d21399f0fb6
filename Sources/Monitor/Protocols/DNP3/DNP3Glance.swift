// SPDX-License-Identifier: Apache-2.0

/// Polls of classes (IEEE 1815-2012, annex A.38), and responses that have nothing to report: one frame with one block
/// of user data.
extension DNP3 {
  static func glance(_ bytes: RawSpan, _ exchange: inout Exchange) -> Bool {
    guard bytes.byteCount > 0, DNP3LinkHeader.canBegin(bytes), let header = DNP3LinkHeader(bytes), header.hasLength,
      header.frameLength == bytes.byteCount, header.control.isPrimary, header.userDataLength <= DNP3UserData.blockSize,
      let transport = header.transport, transport.isFirst, transport.isFinal
    else { return false }
    let fragment = header.upToFirstBlock.from(DNP3LinkHeader.size + DNP3TransportHeader.size)
    guard let application = DNP3ApplicationHeader(fragment), application.control.isFirst, application.control.isFinal,
      !application.control.isUnsolicited, !application.control.needsConfirmation
    else { return false }
    let isResponse = application.function == .response
    guard isResponse || application.function == .read, checksumFault(header) == nil,
      checksumFault(header.userData) == nil
    else { return false }
    exchange.glance = Glance(
      exchange.dissector, DNP3Function.read.action, isResponse ? .response : .request,
      code: UInt32(DNP3Function.read.rawValue), unit: Int64(header.outstation))
    exchange.glance.transaction = Int64(application.control.sequence)
    if isResponse {
      guard fragment.byteCount == application.size, application.indications?.refused == 0,
        let asked = exchange.plainlyWaiting(
          transaction: exchange.glance.transaction, place: exchange.glance.unit, code: exchange.glance.code,
          of: exchange.dissector, hasItems: true)
      else { return false }
      exchange.glance.asked = asked
    } else {
      guard !header.isBroadcast, readClasses(fragment, from: application.size, header, &exchange) else { return false }
    }
    _ = exchange.note(DNP3Segment(source: header.source, sequence: transport.sequence))
    exchange.drop(channel: UInt64(header.addresses))
    return true
  }

  private static func readClasses(
    _ fragment: RawSpan, from start: Int, _ header: borrowing DNP3LinkHeader, _ exchange: inout Exchange
  ) -> Bool {
    guard exchange.canAsk(transaction: exchange.glance.transaction, place: exchange.glance.unit) else { return false }
    if !exchange.items.isEmpty { exchange.items.removeAll(keepingCapacity: true) }
    exchange.glance.name = DNP3Function.read.name
    fillAddresses(header, &exchange.glance.facets)
    var offset = start
    while let poll = DNP3ObjectHeader(fragment, at: offset) {
      guard poll.group == DNP3Group.classes, poll.qualifier.isAll, let range = poll.range, range.fault == nil else {
        return false
      }
      let target = target(poll.object, range, .read)
      if offset == start {
        exchange.glance.facets[.variation] = UInt32(poll.variation)
        exchange.glance.target = target
      } else {
        exchange.items.append(Item(target))
      }
      offset = range.end
    }
    exchange.glance.items = ItemRange(0, exchange.items.count)
    return offset > start && offset == fragment.byteCount
  }
}
