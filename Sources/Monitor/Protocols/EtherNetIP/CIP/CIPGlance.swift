// SPDX-License-Identifier: Apache-2.0

/// Reads of one tag or attribute, by itself or in an Unconnected Send, and their answers. They end the chain of what is
/// seen of their message.
extension CIP {
  /// Requests that one message leaves waiting: the encapsulation's, the Unconnected Send, and what it sends on.
  static let mostAsked = 3

  static func glance(
    request bytes: RawSpan, at start: Int, _ context: CIPContext, place: Int64 = EtherNetIPPlace.outermost,
    _ exchange: inout Exchange
  ) -> Bool {
    guard let header = CIPRequestHeader(bytes, at: start), !header.isResponse, header.hasPath,
      exchange.canAsk(transaction: context.transaction, place: place, of: mostAsked)
    else { return false }
    switch header.service {
    case CIPService.getAttribute, CIPService.readTag, CIPService.unconnectedSend: break
    default: return false
    }
    let path = path(bytes, from: header.path, to: header.data, &exchange)
    let kind = CIPService(header.service, path)
    var context = context
    if context.connection != nil { context.slot = EtherNetIPState(exchange.state).slot ?? -1 }
    var glance = Glance(
      exchange.id(of: EtherNetIP.cip), kind.action, .request, code: UInt32(header.service), unit: context.slot)
    glance.transaction = context.transaction
    glance.place = place
    glance.name = kind.name
    glance.target = path.target
    glance.mayStaySilent = place != EtherNetIPPlace.outermost
    fill(&glance.facets, path, context)
    switch kind.form {
    case .get where header.data == bytes.byteCount: break
    case .readTag(let isFragment) where header.data &+ (isFragment ? 6 : 2) == bytes.byteCount:
      glance.target.count = UInt32(bytes.u16LE(header.data))
      if isFragment { glance.facets[.offset] = bytes.u32LE(header.data &+ 2) }
    case .unconnectedSend where place == EtherNetIPPlace.outermost && context.connection == nil:
      return self.glance(sentOn: bytes, at: header.data, context, in: glance, &exchange)
    default: return false
    }
    exchange.glance = glance
    exchange.glanceChain.append(glance)
    return true
  }

  /// The contents of an Unconnected Send to a slot.
  private static func glance(
    sentOn bytes: RawSpan, at data: Int, _ context: CIPContext, in envelope: Glance, _ exchange: inout Exchange
  ) -> Bool {
    guard let sent = UnconnectedSend(bytes, at: data), sent.hasMessage, let route = sent.route, !route.isEmpty,
      route.upperBound == bytes.byteCount
    else { return false }
    let path = path(bytes, from: route.lowerBound, to: route.upperBound, &exchange)
    guard path.linkName == .none else { return false }
    var inner = context.inner
    inner.slot = path.link
    guard
      glance(
        request: bytes.extracting(first: sent.messageEnd), at: sent.message, inner, place: EtherNetIPPlace.sentOn,
        &exchange)
    else { return false }
    var envelope = envelope
    envelope.unit = inner.slot
    envelope.isCarrier = true
    exchange.glanceChain.append(envelope)
    return true
  }

  static func glance(
    answer bytes: RawSpan, at start: Int, _ context: CIPContext, _ exchange: inout Exchange
  ) -> Bool {
    guard let header = CIPResponseHeader(bytes, at: start), header.isResponse, header.reserved == 0,
      header.generalStatus == .success, header.additionalStatusSize == 0
    else { return false }
    var place = EtherNetIPPlace.outermost
    let around = unconnectedSend(context, exchange)
    if around != nil { place = EtherNetIPPlace.sentOn }
    guard
      let asked = exchange.plainlyWaiting(
        transaction: context.transaction, place: place, code: UInt32(header.service),
        of: exchange.id(of: EtherNetIP.cip))
    else { return false }
    let action = exchange[asked].operation.action
    var glance = Glance(
      exchange.id(of: EtherNetIP.cip), action, .response, code: UInt32(header.service),
      unit: exchange[asked].operation.unit)
    let values: Values
    switch CIP.kind(header.service, answering: exchange[asked].operation.target, action) {
    case let kind where kind.form == .get: values = attributeValues(bytes, at: header.data, of: kind)
    case let kind where kind.form.isReadTag && header.data &+ 2 <= bytes.byteCount:
      values = tagValues(bytes, at: header.data)
    default: return false
    }
    if action == .read { glance.values = values }
    glance.asked = asked
    glance.askedAround = around
    exchange.glance = glance
    exchange.glanceChain.append(glance)
    return true
  }
}
