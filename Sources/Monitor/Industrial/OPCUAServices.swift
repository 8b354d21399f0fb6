// SPDX-License-Identifier: Apache-2.0

/// What services hold (OPC 10000-4, 5).
enum OPCUAServices {
  private static let valueAttribute: UInt32 = 13

  static func request(
    _ reader: inout UAReader, _ service: UAService, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch service {
    case .openChannelRequest:
      // Version, issue or renew, mode.
      reader.skip(8)
      operation.facets[.securityMode] = reader.u32()
    case .createSessionRequest: application(&reader, .sender, &exchange)
    case .activateSessionRequest: activate(&reader, &operation, &exchange)
    case .readRequest:
      reader.skip(12)
      each(&reader, &operation, &exchange) { reader, _, exchange in
        Item(Target(area: .node, count: 1, name: reader.readValueID(&exchange)))
      }
    case .writeRequest:
      each(&reader, &operation, &exchange) { reader, operation, exchange in
        let node = reader.node(&exchange)
        // Anything but the value is a setting of the node.
        if reader.u32() != valueAttribute { operation.action = .configure }
        _ = reader.string()
        return Item(Target(area: .node, count: 1, name: node), reader.dataValue())
      }
    case .callRequest:
      each(&reader, &operation, &exchange) { reader, _, exchange in
        _ = reader.node(&exchange)
        let method = reader.node(&exchange)
        var values = Values.none
        for place in 0..<reader.count() {
          let argument = reader.variant()
          if place == 0 { values = argument }
          if reader.failed { break }
        }
        return Item(Target(area: .node, count: 1, name: method), values)
      }
    case .browseRequest:
      _ = reader.node(&exchange)
      reader.skip(16)
      each(&reader, &operation, &exchange) { reader, _, exchange in
        let node = reader.node(&exchange)
        reader.skip(4)
        _ = reader.node(&exchange)
        reader.skip(9)
        return Item(Target(area: .node, count: 1, name: node))
      }
    case .createItemsRequest:
      operation.facets[.subscription] = reader.u32()
      reader.skip(4)
      each(&reader, &operation, &exchange) { reader, _, exchange in
        let node = reader.readValueID(&exchange)
        reader.skip(16)
        reader.extensionObject()
        reader.skip(5)
        return Item(Target(area: .node, count: 1, name: node))
      }
    case .deleteNodesRequest, .registerNodesRequest:
      each(&reader, &operation, &exchange) { reader, _, exchange in
        let node = reader.node(&exchange)
        if service == .deleteNodesRequest { reader.skip(1) }
        return Item(Target(area: .node, count: 1, name: node))
      }
    default: break
    }
  }

  static func response(
    _ reader: inout UAReader, _ service: UAService, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch service {
    case .createSessionResponse:
      // Two node ids, time-out, nonce, certificate, then the server's endpoints.
      _ = reader.node(&exchange)
      _ = reader.node(&exchange)
      reader.skip(8)
      _ = reader.string()
      _ = reader.string()
      endpoints(&reader, &exchange)
    case .getEndpointsResponse: endpoints(&reader, &exchange)
    case .readResponse:
      for place in 0..<reader.count() {
        let values = reader.dataValue()
        if reader.failed { break }
        exchange.answer(values, at: place, of: &operation)
      }
      // Types that are not read end the list, and are no fault.
      reader.failed = false
    case .writeResponse, .callResponse:
      // A status for each item; of calls the outputs stand between them.
      for _ in 0..<(service == .writeResponse ? reader.count() : min(1, reader.count())) {
        let outcome = UAStatus.outcome(reader.u32())
        if operation.outcome == .ok { operation.outcome = outcome }
      }
    case .publishResponse: operation.facets[.subscription] = reader.u32()
    default: break
    }
  }

  /// An array: the first item is the operation's own, the others further ones.
  private static func each(
    _ reader: inout UAReader, _ operation: inout Operation, _ exchange: inout Exchange,
    _ body: (inout UAReader, inout Operation, inout Exchange) -> Item
  ) {
    for place in 0..<reader.count() {
      let item = body(&reader, &operation, &exchange)
      guard !reader.failed else { break }
      exchange.add(item.target, item.values, to: &operation, isFirst: place == 0)
      // Behind a value of a type that is not read nothing can be found.
      if reader.isUnread { break }
    }
  }

  /// Signature, certificates, locales, then the user's token: 5.6.3 and 7.41.
  private static func activate(_ reader: inout UAReader, _ operation: inout Operation, _ exchange: inout Exchange) {
    _ = reader.string()
    _ = reader.string()
    for _ in 0..<reader.count() {
      _ = reader.string()
      _ = reader.string()
      if reader.failed { return }
    }
    for _ in 0..<reader.count() {
      _ = reader.string()
      if reader.failed { return }
    }
    let type = reader.serviceID()
    guard !reader.failed, reader.u8() == 1 else { return }
    reader.skip(4)
    // 0 anonymous, 1 user name, 2 certificate, 3 issued token (UserTokenType).
    switch type {
    case 321: operation.facets[.tokenKind] = 0
    case 324:
      operation.facets[.tokenKind] = 1
      _ = reader.string()
      operation.detail = reader.name(&exchange)
    case 327: operation.facets[.tokenKind] = 2
    case 940: operation.facets[.tokenKind] = 3
    default: break
    }
  }

  /// The application of the first endpoint.
  private static func endpoints(_ reader: inout UAReader, _ exchange: inout Exchange) {
    guard reader.count() > 0 else { return }
    _ = reader.string()
    application(&reader, .sender, &exchange)
  }

  /// An ApplicationDescription (7.2): URI of the application, of the product, name.
  private static func application(
    _ reader: inout UAReader, _ subject: IdentityReport.Subject, _ exchange: inout Exchange
  ) {
    _ = reader.string()
    var report = IdentityReport()
    report.subject = subject
    report.model = reader.name(&exchange)
    let mask = reader.u8()
    if mask & 1 != 0 { _ = reader.string() }
    if mask & 2 != 0 { report.name = reader.name(&exchange) }
    if !reader.failed, report.model != .none || report.name != .none { exchange.identities.append(report) }
  }
}
