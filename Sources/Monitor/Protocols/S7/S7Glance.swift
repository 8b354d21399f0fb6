// SPDX-License-Identifier: Apache-2.0

/// Jobs of Read Var and their acknowledgements, of one variable or several, each alone in its packet.
extension S7Comm {
  static func glance(_ bytes: RawSpan, _ exchange: inout Exchange) -> Bool {
    guard TPKTHeader.canBegin(bytes), let packet = TPKTHeader(bytes), Int(packet.length) == bytes.byteCount,
      let tpdu = COTPHeader(packet.tpdu), isPlainData(tpdu), tpdu.isEndOfTSDU
    else { return false }
    let start = TPKTHeader.size + tpdu.headerLength
    let state = S7State(bits: exchange.state)
    guard state.isSure, let header = S7Header(tpdu.userData), header.protocolID == S7Header.protocolID,
      header.redundancyIdentification == 0, header.messageLength == bytes.byteCount - start,
      exchange.collected() == 0
    else { return false }
    let isJob = header.rosctr == .job
    guard isJob || header.rosctr == .acknowledgementWithData, header.error == 0,
      let headerLength = header.rosctr.headerLength
    else { return false }
    let message = S7Message(bytes, header, at: start, headerLength: headerLength, unit: state.unit)
    guard message.function == .readVariable, let variables = S7VariableParameters(message.parameters) else {
      return false
    }
    exchange.glance = Glance(
      exchange.dissector, .read, isJob ? .request : .response, code: UInt32(S7Function.readVariable.rawValue),
      unit: message.unit)
    exchange.glance.transaction = message.reference
    return isJob ? glance(job: message, variables, &exchange) : glance(acknowledgement: message, variables, &exchange)
  }

  private static func glance(
    job message: borrowing S7Message, _ variables: borrowing S7VariableParameters, _ exchange: inout Exchange
  ) -> Bool {
    let count = Int(variables.itemCount)
    let place = message.place(askedBy: exchange.direction)
    var rest = variables.items
    guard exchange.direction == .toServer, message.dataRange.isEmpty, 1...PendingRequests.itemLimit ~= count,
      rest.byteCount == count &* S7Items.plainSize, exchange.canAsk(transaction: message.reference, place: place)
    else { return false }
    exchange.glance.name = S7Function.readVariable.name
    exchange.glance.place = place
    if !exchange.items.isEmpty { exchange.items.removeAll(keepingCapacity: true) }
    for index in 0..<count {
      guard let specification = S7ItemSpecification(rest), let item = S7Items.plain(specification.address) else {
        return false
      }
      if index == 0 {
        exchange.glance.target = item.target
        exchange.glance.values = item.values
      } else {
        exchange.items.append(item)
      }
      rest = rest.from(specification.paddedSize)
    }
    exchange.glance.items = ItemRange(0, count &- 1)
    return true
  }

  private static func glance(
    acknowledgement message: borrowing S7Message, _ variables: borrowing S7VariableParameters,
    _ exchange: inout Exchange
  ) -> Bool {
    guard message.parameterRange.count == S7VariableParameters.size,
      let asked = exchange.plainlyWaiting(
        transaction: message.reference, place: message.place(askedBy: exchange.direction.reversed),
        code: exchange.glance.code, of: exchange.dissector, hasItems: true)
    else { return false }
    let count = Int(variables.itemCount)
    guard count == exchange[asked].items.count &+ 1, exchange[asked].operation.items.count == count &- 1 else {
      return false
    }
    var items = S7DataItems(message.bytes, message.dataRange)
    for index in 0..<count {
      let target = index == 0 ? exchange[asked].operation.target : exchange[asked].items[index &- 1].target
      let format =
        index == 0 ? exchange[asked].operation.values.format : exchange[asked].items[index &- 1].values.format
      guard let header = items.header, header.returnCode == .success, header.transportSize != .octetString,
        format != .none, let size = S7Items.contentsSize(target), items.fault(expecting: size) == nil
      else { return false }
      let values = items.next(as: format, isLast: index == count &- 1).values
      if index == 0 { exchange.glance.values = values }
    }
    guard items.faultAtEnd == nil else { return false }
    if count == 1 { exchange.glance.target = exchange[asked].operation.target }
    exchange.glance.asked = asked
    return true
  }
}
