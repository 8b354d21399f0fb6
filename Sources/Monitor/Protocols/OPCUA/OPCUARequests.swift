// SPDX-License-Identifier: Apache-2.0

/// The contents of requests after the request header (OPC 10000-4, 5).
enum OPCUARequests {
  private static let valueAttribute: UInt32 = 13

  static func read(
    _ reader: inout UAReader, _ service: UAService, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch service {
    case .findServersRequest, .getEndpointsRequest, .registerServerRequest, .registerServer2Request:
      // The endpoint that is queried, or the server that is registered.
      operation.detail = reader.readName(&exchange)
    case .openChannelRequest:
      // Version, request type (issue or renew), mode.
      reader.skip(8)
      operation.facets[.securityMode] = reader.readU32()
    case .createSessionRequest: OPCUAIdentity.readApplication(&reader, &exchange)
    case .activateSessionRequest: readActivation(&reader, &operation, &exchange)
    case .readRequest:
      reader.skip(12)
      readEach(&reader, &operation, &exchange) { reader, operation, exchange in
        Item(attribute(reader.readValueID(&exchange), &operation))
      }
    case .writeRequest:
      readEach(&reader, &operation, &exchange) { reader, operation, exchange in
        let node = reader.readNode(&exchange)
        let attribute = reader.readU32()
        // Anything other than the value is a setting of the node. Changing it is the more serious action, for which
        // policy requires a conduit even within a zone: a message cannot hide it among writes of values, which remain
        // among the targets.
        if attribute != valueAttribute { operation.action = .configure }
        reader.skipString()
        return Item(OPCUARequests.attribute((node, attribute), &operation), reader.readDataValue(&exchange).values)
      }
    case .historyReadRequest:
      reader.readExtensionObject()
      reader.skip(5)
      readEach(&reader, &operation, &exchange) { reader, _, exchange in
        let node = reader.readNode(&exchange)
        reader.skipString()
        reader.skipQualifiedName()
        reader.skipString()
        return Item(target(node))
      }
    case .historyUpdateRequest:
      // Whatever is updated or deleted, the details start with the node.
      readEach(&reader, &operation, &exchange) { reader, _, exchange in
        var details = reader.part(reader.readExtensionObject())
        return Item(target(details.readNode(&exchange)))
      }
    case .callRequest: readCall(&reader, &operation, &exchange)
    case .createItemsRequest, .modifyItemsRequest, .setMonitoringModeRequest, .setTriggeringRequest,
      .deleteItemsRequest, .modifySubscriptionRequest, .setPublishingModeRequest, .republishRequest,
      .transferSubscriptionsRequest, .deleteSubscriptionsRequest:
      readSubscription(&reader, service, &operation, &exchange)
    default: readNodes(&reader, service, &operation, &exchange)
    }
  }

  private static func target(_ node: NameID) -> Target { Target(area: .node, count: 1, name: node) }
  /// An attribute of a node; the number is left out for the value, which nearly all messages are about. That of the
  /// first target is a field of the operation.
  private static func attribute(_ id: (node: NameID, attribute: UInt32), _ operation: inout Operation) -> Target {
    if operation.facets[.attribute] == nil { operation.facets[.attribute] = id.attribute }
    var target = target(id.node)
    if id.attribute != valueAttribute { target.number = id.attribute }
    return target
  }

  /// Reads an array: its first item becomes the operation's own, the others further ones.
  private static func readEach(
    _ reader: inout UAReader, _ operation: inout Operation, _ exchange: inout Exchange,
    _ body: (inout UAReader, inout Operation, inout Exchange) -> Item
  ) {
    for place in 0..<reader.readCount() {
      let item = body(&reader, &operation, &exchange)
      guard !reader.hasFailed else { break }
      exchange.add(item.target, item.values, to: &operation, isFirst: place == 0)
      if reader.isDone { break }
    }
  }

  /// NodeManagement, View and Query (5.7 to 5.9).
  private static func readNodes(
    _ reader: inout UAReader, _ service: UAService, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch service {
    case .addNodesRequest:
      readEach(&reader, &operation, &exchange) { reader, operation, exchange in
        let parent = reader.readNode(&exchange)
        reader.skipNode()
        let wanted = reader.readNode(&exchange)
        let (start, count) = reader.readQualifiedName()
        if operation.detail == .none { operation.detail = reader.name(start, count, &exchange) }
        reader.skip(4)
        reader.readExtensionObject()
        reader.skipNode()
        // If no node ID is requested, the server assigns one: the new node is then identified by its parent.
        return Item(target(wanted == .none ? parent : wanted))
      }
    case .addReferencesRequest:
      readEach(&reader, &operation, &exchange) { reader, _, exchange in
        let source = reader.readNode(&exchange)
        reader.skipNode()
        reader.skip(1)
        reader.skipString()
        reader.skipNode()
        reader.skip(4)
        return Item(target(source))
      }
    case .deleteReferencesRequest:
      readEach(&reader, &operation, &exchange) { reader, _, exchange in
        let source = reader.readNode(&exchange)
        reader.skipNode()
        reader.skip(1)
        reader.skipNode()
        reader.skip(1)
        return Item(target(source))
      }
    case .deleteNodesRequest:
      readEach(&reader, &operation, &exchange) { reader, _, exchange in
        let node = reader.readNode(&exchange)
        reader.skip(1)
        return Item(target(node))
      }
    case .registerNodesRequest, .unregisterNodesRequest:
      readEach(&reader, &operation, &exchange) { reader, _, exchange in Item(target(reader.readNode(&exchange))) }
    case .browseRequest:
      skipView(&reader)
      reader.skip(4)
      readEach(&reader, &operation, &exchange) { reader, _, exchange in
        let node = reader.readNode(&exchange)
        reader.skip(4)
        reader.skipNode()
        reader.skip(9)
        return Item(target(node))
      }
    case .translatePathsRequest:
      readEach(&reader, &operation, &exchange) { reader, operation, exchange in
        let node = reader.readNode(&exchange)
        let (start, count) = reader.readRelativePath()
        if operation.detail == .none { operation.detail = reader.name(start, count, &exchange) }
        return Item(target(node))
      }
    case .queryFirstRequest:
      skipView(&reader)
      readEach(&reader, &operation, &exchange) { reader, _, exchange in
        let type = reader.readNode(&exchange)
        reader.skip(1)
        for _ in 0..<reader.readCount() {
          reader.skipRelativePath()
          reader.skip(4)
          reader.skipString()
          if reader.hasFailed { break }
        }
        return Item(target(type))
      }
    default: break
    }
  }

  /// Skips a view (7.44): node, time, version.
  private static func skipView(_ reader: inout UAReader) {
    reader.skipNode()
    reader.skip(12)
  }

  /// Object, method, arguments (5.12.2): the values of the first argument belong to the operation's own target, those
  /// of the other arguments become items.
  private static func readCall(_ reader: inout UAReader, _ operation: inout Operation, _ exchange: inout Exchange) {
    for place in 0..<reader.readCount() {
      let object = reader.readNode(&exchange)
      let method = target(reader.readNode(&exchange))
      let arguments = reader.readCount()
      guard !reader.hasFailed else { break }
      if place == 0 { operation.detail = object }
      let first = arguments > 0 ? reader.readVariant(&exchange) : .none
      exchange.add(method, first, to: &operation, isFirst: place == 0)
      for _ in 1..<max(1, arguments) {
        if reader.isDone { return }
        let values = reader.readVariant(&exchange)
        exchange.add(method, values, to: &operation, isFirst: false)
      }
      if reader.isDone { return }
    }
  }

  /// MonitoredItem and Subscription services (5.13, 5.14).
  private static func readSubscription(
    _ reader: inout UAReader, _ service: UAService, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch service {
    case .setPublishingModeRequest:
      reader.skip(1)
      operation.facets[.subscription] = reader.readNumbers()
    case .transferSubscriptionsRequest, .deleteSubscriptionsRequest:
      operation.facets[.subscription] = reader.readNumbers()
    default: operation.facets[.subscription] = reader.readU32()
    }
    switch service {
    case .createItemsRequest:
      reader.skip(4)
      readEach(&reader, &operation, &exchange) { reader, operation, exchange in
        let target = attribute(reader.readValueID(&exchange), &operation)
        reader.skip(16)
        reader.readExtensionObject()
        reader.skip(5)
        return Item(target)
      }
    case .setMonitoringModeRequest: operation.facets[.mode] = reader.readU32()
    default: break
    }
  }

  /// Signature, certificates, locales, then the user's token: 5.6.3 and 7.41.
  private static func readActivation(_ reader: inout UAReader, _ operation: inout Operation, _ exchange: inout Exchange)
  {
    reader.skipString()
    reader.skipString()
    for _ in 0..<reader.readCount() {
      reader.skipString()
      reader.skipString()
      if reader.hasFailed { return }
    }
    for _ in 0..<reader.readCount() {
      reader.skipString()
      if reader.hasFailed { return }
    }
    let token = reader.readExtensionObject()
    guard !reader.hasFailed else { return }
    // 0 anonymous, 1 user name, 2 certificate, 3 issued token (UserTokenType).
    switch token.type {
    // No token at all means an anonymous one (5.6.3.2).
    case 0 where token.start == token.end, 321: operation.facets[.tokenKind] = 0
    case 324:
      operation.facets[.tokenKind] = 1
      var body = reader.part(token)
      body.skipString()
      operation.detail = body.readName(&exchange)
    case 327: operation.facets[.tokenKind] = 2
    case 940: operation.facets[.tokenKind] = 3
    default: break
    }
  }
}

/// How the two ends describe themselves.
enum OPCUAIdentity {
  /// Reads an ApplicationDescription (OPC 10000-4, 7.2): application URI, product URI, name.
  static func readApplication(_ reader: inout UAReader, _ exchange: inout Exchange) {
    reader.skipString()
    var report = IdentityReport()
    report.model = reader.readName(&exchange)
    let mask = reader.readU8()
    if mask & 1 != 0 { reader.skipString() }
    if mask & 2 != 0 { report.name = reader.readName(&exchange) }
    if !reader.hasFailed, report.model != .none || report.name != .none { exchange.identities.append(report) }
  }

  /// Reads the application of the first endpoint.
  static func readEndpoints(_ reader: inout UAReader, _ exchange: inout Exchange) {
    guard reader.readCount() > 0 else { return }
    reader.skipString()
    readApplication(&reader, &exchange)
  }
}
