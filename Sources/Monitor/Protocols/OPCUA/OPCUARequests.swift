// SPDX-License-Identifier: Apache-2.0

/// What requests hold (OPC 10000-4, 5): behind the request header.
enum OPCUARequests {
  private static let valueAttribute: UInt32 = 13

  static func read(
    _ reader: inout UAReader, _ service: UAService, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch service {
    case .findServersRequest, .getEndpointsRequest, .registerServerRequest, .registerServer2Request:
      // The endpoint that is asked, the server that is registered.
      operation.detail = reader.name(&exchange)
    case .openChannelRequest:
      // Version, issue or renew, mode.
      reader.skip(8)
      operation.facets[.securityMode] = reader.u32()
    case .createSessionRequest: OPCUAIdentity.application(&reader, &exchange)
    case .activateSessionRequest: activate(&reader, &operation, &exchange)
    case .readRequest:
      reader.skip(12)
      each(&reader, &operation, &exchange) { reader, _, exchange in Item(target(reader.readValueID(&exchange))) }
    case .writeRequest:
      each(&reader, &operation, &exchange) { reader, operation, exchange in
        let node = reader.node(&exchange)
        // Anything but the value is a setting of the node. It is the graver deed, for which policy wants a conduit
        // even inside a zone: a message that sets one cannot hide it among values; those are among the targets.
        if reader.u32() != valueAttribute { operation.action = .configure }
        _ = reader.string()
        return Item(target(node), reader.dataValue().values)
      }
    case .historyReadRequest:
      reader.extensionObject()
      reader.skip(5)
      each(&reader, &operation, &exchange) { reader, _, exchange in
        let node = reader.node(&exchange)
        _ = reader.string()
        _ = reader.qualifiedName()
        _ = reader.string()
        return Item(target(node))
      }
    case .historyUpdateRequest:
      // Whatever is updated or deleted, the details begin with the node.
      each(&reader, &operation, &exchange) { reader, _, exchange in
        var details = reader.part(reader.extensionObject())
        return Item(target(details.node(&exchange)))
      }
    case .callRequest: call(&reader, &operation, &exchange)
    case .createItemsRequest, .modifyItemsRequest, .setMonitoringModeRequest, .setTriggeringRequest,
      .deleteItemsRequest, .modifySubscriptionRequest, .setPublishingModeRequest, .republishRequest,
      .transferSubscriptionsRequest, .deleteSubscriptionsRequest:
      subscription(&reader, service, &operation, &exchange)
    default: nodes(&reader, service, &operation, &exchange)
    }
  }

  private static func target(_ node: NameID) -> Target { Target(area: .node, count: 1, name: node) }

  /// An array: the first item is the operation's own, the others further ones.
  private static func each(
    _ reader: inout UAReader, _ operation: inout Operation, _ exchange: inout Exchange,
    _ body: (inout UAReader, inout Operation, inout Exchange) -> Item
  ) {
    for place in 0..<reader.count() {
      let item = body(&reader, &operation, &exchange)
      guard !reader.failed else { break }
      exchange.add(item.target, item.values, to: &operation, isFirst: place == 0)
      if reader.isDone { break }
    }
  }

  /// NodeManagement, View and Query (5.7 to 5.9).
  private static func nodes(
    _ reader: inout UAReader, _ service: UAService, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch service {
    case .addNodesRequest:
      each(&reader, &operation, &exchange) { reader, operation, exchange in
        let parent = reader.node(&exchange)
        reader.skipNode()
        let wanted = reader.node(&exchange)
        let (start, count) = reader.qualifiedName()
        if operation.detail == .none { operation.detail = reader.name(start, count, &exchange) }
        reader.skip(4)
        reader.extensionObject()
        reader.skipNode()
        // Without an id of its own the server gives it one: then it is known by what it hangs on.
        return Item(target(wanted == .none ? parent : wanted))
      }
    case .addReferencesRequest:
      each(&reader, &operation, &exchange) { reader, _, exchange in
        let source = reader.node(&exchange)
        reader.skipNode()
        reader.skip(1)
        _ = reader.string()
        reader.skipNode()
        reader.skip(4)
        return Item(target(source))
      }
    case .deleteReferencesRequest:
      each(&reader, &operation, &exchange) { reader, _, exchange in
        let source = reader.node(&exchange)
        reader.skipNode()
        reader.skip(1)
        reader.skipNode()
        reader.skip(1)
        return Item(target(source))
      }
    case .deleteNodesRequest:
      each(&reader, &operation, &exchange) { reader, _, exchange in
        let node = reader.node(&exchange)
        reader.skip(1)
        return Item(target(node))
      }
    case .registerNodesRequest, .unregisterNodesRequest:
      each(&reader, &operation, &exchange) { reader, _, exchange in Item(target(reader.node(&exchange))) }
    case .browseRequest:
      view(&reader)
      reader.skip(4)
      each(&reader, &operation, &exchange) { reader, _, exchange in
        let node = reader.node(&exchange)
        reader.skip(4)
        reader.skipNode()
        reader.skip(9)
        return Item(target(node))
      }
    case .translatePathsRequest:
      each(&reader, &operation, &exchange) { reader, operation, exchange in
        let node = reader.node(&exchange)
        let (start, count) = reader.relativePath()
        if operation.detail == .none { operation.detail = reader.name(start, count, &exchange) }
        return Item(target(node))
      }
    case .queryFirstRequest:
      view(&reader)
      each(&reader, &operation, &exchange) { reader, _, exchange in
        let type = reader.node(&exchange)
        reader.skip(1)
        for _ in 0..<reader.count() {
          _ = reader.relativePath()
          reader.skip(4)
          _ = reader.string()
          if reader.failed { break }
        }
        return Item(target(type))
      }
    default: break
    }
  }

  /// A view (7.44): node, time, version.
  private static func view(_ reader: inout UAReader) {
    reader.skipNode()
    reader.skip(12)
  }

  /// Object, method, arguments (5.12.2): the first argument's values are those of the target, the others' stand
  /// behind it.
  private static func call(_ reader: inout UAReader, _ operation: inout Operation, _ exchange: inout Exchange) {
    for place in 0..<reader.count() {
      let object = reader.node(&exchange)
      let method = target(reader.node(&exchange))
      let arguments = reader.count()
      guard !reader.failed else { break }
      if place == 0 { operation.detail = object }
      let first = arguments > 0 ? reader.variant() : .none
      exchange.add(method, first, to: &operation, isFirst: place == 0)
      for _ in 1..<max(1, arguments) {
        if reader.isDone { return }
        let values = reader.variant()
        if values.count > 0 { exchange.add(method, values, to: &operation, isFirst: false) }
      }
      if reader.isDone { return }
    }
  }

  /// MonitoredItem and Subscription services (5.13, 5.14).
  private static func subscription(
    _ reader: inout UAReader, _ service: UAService, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch service {
    case .setPublishingModeRequest:
      reader.skip(1)
      operation.facets[.subscription] = reader.numbers()
    case .transferSubscriptionsRequest, .deleteSubscriptionsRequest:
      operation.facets[.subscription] = reader.numbers()
    default: operation.facets[.subscription] = reader.u32()
    }
    switch service {
    case .createItemsRequest:
      reader.skip(4)
      each(&reader, &operation, &exchange) { reader, _, exchange in
        let node = reader.readValueID(&exchange)
        reader.skip(16)
        reader.extensionObject()
        reader.skip(5)
        return Item(target(node))
      }
    case .setMonitoringModeRequest: operation.facets[.mode] = reader.u32()
    default: break
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
    let token = reader.extensionObject()
    guard !reader.failed else { return }
    // 0 anonymous, 1 user name, 2 certificate, 3 issued token (UserTokenType).
    switch token.type {
    // No token at all stands for an anonymous one (5.6.3.2).
    case 0 where token.start == token.end, 321: operation.facets[.tokenKind] = 0
    case 324:
      operation.facets[.tokenKind] = 1
      var body = reader.part(token)
      _ = body.string()
      operation.detail = body.name(&exchange)
    case 327: operation.facets[.tokenKind] = 2
    case 940: operation.facets[.tokenKind] = 3
    default: break
    }
  }
}

/// What the ends say of themselves.
enum OPCUAIdentity {
  /// An ApplicationDescription (OPC 10000-4, 7.2): URI of the application, of the product, name.
  static func application(_ reader: inout UAReader, _ exchange: inout Exchange) {
    _ = reader.string()
    var report = IdentityReport()
    report.model = reader.name(&exchange)
    let mask = reader.u8()
    if mask & 1 != 0 { _ = reader.string() }
    if mask & 2 != 0 { report.name = reader.name(&exchange) }
    if !reader.failed, report.model != .none || report.name != .none { exchange.identities.append(report) }
  }

  /// The application of the first endpoint.
  static func endpoints(_ reader: inout UAReader, _ exchange: inout Exchange) {
    guard reader.count() > 0 else { return }
    _ = reader.string()
    application(&reader, &exchange)
  }
}
