// SPDX-License-Identifier: Apache-2.0

/// Responses: ODVA, The CIP Networks Library, volume 1, appendix A; those of Logix controllers: Rockwell 1756-PM020.
extension CIP {
  /// The contents of a response depend on the class that was addressed.
  static func kind(_ service: UInt8, answering target: Target, _ action: Action) -> CIPService {
    var path = Path()
    path.classID = target.area == .assembly ? 4 : target.number > 0 ? target.number : nil
    path.endsInSymbol = target.area == .tag && target.number == 0
    // The target is what is opened or closed, not the connection manager that was addressed.
    if action == .session, CIPService.isConnection(service) {
      path.classID = CIPService.connectionManager
      path.endsInSymbol = false
    }
    return CIPService(service, path)
  }

  /// The elements of a tag behind their type, which takes two bytes.
  static func tagValues(_ bytes: RawSpan, at data: Int) -> Values {
    let type = bytes.u16LE(data)
    return Values(
      CIPType.format(type), at: data + (type == CIPType.structure ? 4 : 2), .max, end: bytes.byteCount)
  }

  /// `place` counts the responses within a message.
  static func readResponse(
    _ bytes: RawSpan, at start: Int, _ context: CIPContext, _ place: inout Int64, _ exchange: inout Exchange
  ) {
    let own = place
    place += 1
    guard let header = CIPResponseHeader(bytes, at: start) else {
      let fault = Fault(.truncated, "Response", seen: UInt64(bytes.byteCount - start), least: 4, most: 65_511)
      return addFaulty(bytes.u8(start), as: .response, fault, in: context, &exchange)
    }
    let service = header.service
    let status = header.generalStatus
    let data = header.data
    var kind = CIPService(service, Path())
    var operation = Operation(
      exchange.id(of: EtherNetIP.cip), kind.action, .response, code: UInt32(service), name: kind.name)
    operation.transaction = context.transaction
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
      kind = CIP.kind(service, answering: operation.target, operation.action)
    }
    if let connection = context.connection { operation.facets[.connection] = connection }
    operation.outcome = status.isSuccess ? .ok : .error(code: UInt32(status.rawValue), name: status.name)
    if status != .success { operation.facets[.generalStatus] = UInt32(status.rawValue) }
    if let extended = header.extendedStatus { operation.facets[.extendedStatus] = UInt32(extended) }
    guard header.hasAdditionalStatus else {
      operation.note(
        Fault(
          .length, "Size of additional status", seen: UInt64(header.additionalStatusSize), least: 0,
          most: UInt64((bytes.byteCount - start - CIPResponseHeader.size) / 2)))
      return exchange.operations.append(operation)
    }
    let at = exchange.operations.count
    exchange.operations.append(operation)
    guard status.isSuccess || status == .embeddedServiceError else { return }
    switch kind.form {
    case .multiple where context.depth < nestingLimit:
      guard var packet = MultipleServicePacket(bytes, at: data) else { break }
      while let range = packet.next() {
        readResponse(
          bytes.extracting(first: range.upperBound), at: range.lowerBound, context.inner, &place, &exchange)
      }
      if let fault = packet.fault, !CIPObject(rawValue: kind.classID ?? 0).isVendors {
        exchange.operations[at].note(fault)
      }
      if exchange.operations.count > at + 1 { exchange.operations[at].isCarrier = true }
    case .forwardOpen: readOpened(bytes, at: data, connectionAsked, at, &exchange)
    case .readTag where data + 2 <= bytes.byteCount: exchange.operations[at].values = tagValues(bytes, at: data)
    case .get: exchange.operations[at].values = attributeValues(bytes, at: data, of: kind)
    case .getList where data + 2 <= bytes.byteCount:
      // Count, then identifier, status and data of each. Where an attribute's data ends is known only if it is the only
      // one.
      exchange.operations[at].values = attributeValues(bytes, at: data + (bytes.u16LE(data) == 1 ? 6 : 2), of: kind)
    case .getAll where kind.classID == 1:
      if let report = identity(bytes, at: data, &exchange) { exchange.identities.append(report) }
    case .pccc:
      if let answer = PCCCHeader(bytes, at: data) {
        var context = context
        context.slot = operation.unit
        PCCC.readResponse(answer, context, &exchange)
      }
    default: break
    }
  }
}
