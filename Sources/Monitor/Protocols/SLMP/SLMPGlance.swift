// SPDX-License-Identifier: Apache-2.0

/// Reads of consecutive devices (SH-080956ENG, 5.2) and their answers in 3E and 4E frames, binary or ASCII.
extension SLMP {
  static func glance(_ bytes: RawSpan, _ exchange: inout Exchange) -> Bool {
    // The first such frame has to be read: it says that the conversation is not one of 1E frames.
    guard SLMPState(exchange.state).had3E, let form = form(bytes), let header = SLMPHeader(bytes, form), header.isRoute,
      header.total == bytes.byteCount
    else { return false }
    exchange.glance = Glance(
      exchange.dissector, .read, form.isResponse ? .response : .request, code: UInt32(SLMPCommand.read.rawValue))
    if let unit = fillRoute(header, &exchange.glance.facets) { exchange.glance.unit = unit }
    if let serialNumber = header.serialNumber { exchange.glance.transaction = Int64(serialNumber) }
    exchange.glance.place = 0
    return form.isResponse ? glance(answer: header, &exchange) : glance(request: header, &exchange)
  }

  private static func glance(request header: borrowing SLMPHeader, _ exchange: inout Exchange) -> Bool {
    guard header.command == .read, let sub = header.subcommand, sub <= SLMPData.plainSubcommands else { return false }
    let data = SLMPData(form: header.form, sub: sub)
    guard let batch = data.batch(header.message, at: header.requestData), batch.points > 0,
      batch.end == header.message.byteCount, exchange.canAsk(transaction: exchange.glance.transaction, place: 0)
    else { return false }
    exchange.glance.subcode = Int32(sub)
    exchange.glance.name = SLMPCommand.read.name
    exchange.glance.target = batch.target
    return true
  }

  private static func glance(answer header: borrowing SLMPHeader, _ exchange: inout Exchange) -> Bool {
    guard header.endCode == 0,
      let asked = exchange.plainlyWaiting(
        transaction: exchange.glance.transaction, place: 0, code: exchange.glance.code, of: exchange.dissector)
    else { return false }
    let sub = UInt16(truncatingIfNeeded: exchange[asked].operation.subcode)
    let data = SLMPData(form: header.form, sub: sub)
    let target = exchange[asked].operation.target
    guard sub <= SLMPData.plainSubcommands, target.count > 0,
      header.message.byteCount == header.responseData &+ data.batchSize(of: target)
    else { return false }
    exchange.glance.subcode = Int32(sub)
    exchange.glance.values = data.batchValues(header.message, at: header.responseData, of: target)
    exchange.glance.target = target
    exchange.glance.asked = asked
    return true
  }
}
