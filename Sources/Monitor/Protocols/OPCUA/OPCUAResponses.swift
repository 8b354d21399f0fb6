// SPDX-License-Identifier: Apache-2.0

/// The contents of responses whose header reports success (OPC 10000-4, 5). If each item has a result, the first bad
/// one is the outcome.
enum OPCUAResponses {
  static func read(
    _ reader: inout UAReader, _ service: UAService, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch service {
    case .findServersResponse:
      // The servers that a server knows, not just itself: the URI of the first.
      if reader.readCount() > 0 { operation.detail = reader.readName(&exchange) }
    case .createSessionResponse:
      // Two NodeIds, timeout, nonce, certificate, then the server's endpoints.
      reader.skipNode()
      reader.skipNode()
      reader.skip(8)
      reader.skipString()
      reader.skipString()
      OPCUAIdentity.readEndpoints(&reader, &exchange)
    case .getEndpointsResponse: OPCUAIdentity.readEndpoints(&reader, &exchange)
    case .readResponse:
      for place in 0..<reader.readCount() {
        let (values, status) = reader.readDataValue(&exchange)
        if reader.hasFailed { break }
        note(status, &operation)
        exchange.answer(values, at: place, of: &operation)
        if reader.isDone { break }
      }
    case .callResponse: readCall(&reader, &operation, &exchange)
    case .createSubscriptionResponse: operation.facets[.subscription] = reader.readU32()
    case .publishResponse:
      operation.facets[.subscription] = skipToNotifications(&reader)
      readNotifications(&reader, &operation, &exchange)
    case .republishResponse:
      skipToNotifications(inMessage: &reader)
      readNotifications(&reader, &operation, &exchange)
    case .writeResponse, .deleteNodesResponse, .addReferencesResponse, .deleteReferencesResponse,
      .setMonitoringModeResponse, .deleteItemsResponse, .setPublishingModeResponse, .deleteSubscriptionsResponse:
      readResults(&reader, &operation) { _, _ in }
    case .addNodesResponse: readResults(&reader, &operation) { reader, _ in reader.skipNode() }
    case .browseResponse, .browseNextResponse:
      readResults(&reader, &operation) { reader, _ in
        reader.skipString()
        for _ in 0..<reader.readCount() {
          reader.skipReferenceDescription()
          if reader.hasFailed { break }
        }
      }
    case .translatePathsResponse:
      readResults(&reader, &operation) { reader, _ in
        for _ in 0..<reader.readCount() {
          reader.skipNode()
          reader.skip(4)
          if reader.hasFailed { break }
        }
      }
    case .historyReadResponse:
      readResults(&reader, &operation) { reader, _ in
        reader.skipString()
        reader.readExtensionObject()
      }
    case .historyUpdateResponse:
      readResults(&reader, &operation) { reader, operation in
        readResults(&reader, &operation) { _, _ in }
        reader.skipAllDiagnostics()
      }
    case .createItemsResponse:
      // ID, interval, queue size, filter result.
      readResults(&reader, &operation) { reader, _ in
        reader.skip(16)
        reader.readExtensionObject()
      }
    case .modifyItemsResponse:
      readResults(&reader, &operation) { reader, _ in
        reader.skip(12)
        reader.readExtensionObject()
      }
    case .setTriggeringResponse:
      readResults(&reader, &operation) { _, _ in }
      reader.skipAllDiagnostics()
      readResults(&reader, &operation) { _, _ in }
    case .transferSubscriptionsResponse: readResults(&reader, &operation) { reader, _ in reader.readNumbers() }
    default: break
    }
  }

  private static func note(_ status: UInt32, _ operation: inout Operation) {
    if operation.outcome == .ok { operation.outcome = UAStatus.outcome(status) }
  }

  /// Reads an array of results, each consisting of a status code and a `rest`.
  private static func readResults(
    _ reader: inout UAReader, _ operation: inout Operation, _ rest: (inout UAReader, inout Operation) -> Void
  ) {
    for _ in 0..<reader.readCount() {
      note(reader.readU32(), &operation)
      rest(&reader, &operation)
      if reader.isDone { return }
    }
  }

  /// Status, status codes and diagnostics of the arguments, outputs (5.12.2). What the request gave to each argument
  /// says nothing of the outputs: they are the values of the first method.
  private static func readCall(_ reader: inout UAReader, _ operation: inout Operation, _ exchange: inout Exchange) {
    operation.items = ItemRange()
    var isFirst = true
    for _ in 0..<reader.readCount() {
      note(reader.readU32(), &operation)
      reader.readNumbers()
      reader.skipAllDiagnostics()
      for _ in 0..<reader.readCount() {
        let values = reader.readVariant(&exchange)
        if reader.isDone { return }
        exchange.add(isFirst ? operation.target : .none, values, to: &operation, isFirst: isFirst)
        isFirst = false
      }
      if reader.isDone { return }
    }
  }

  /// Notifications of data changes, by type (OPC Foundation, NodeIds.csv).
  enum Notification {
    static let dataChange: UInt32 = 811
    static let statusChange: UInt32 = 820
  }

  /// Subscription, available sequence numbers, whether more follow (5.14.5), then a message; returns the first.
  @discardableResult
  static func skipToNotifications(_ reader: inout UAReader) -> UInt32 {
    let subscription = reader.readU32()
    reader.readNumbers()
    reader.skip(1)
    skipToNotifications(inMessage: &reader)
    return subscription
  }
  /// A NotificationMessage (7.26): number, time, notifications.
  private static func skipToNotifications(inMessage reader: inout UAReader) { reader.skip(12) }

  /// Reads notifications. Data changes contain only values: they refer to
  /// nodes by handles that the subscriber has chosen.
  private static func readNotifications(
    _ reader: inout UAReader, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    var place = 0
    for _ in 0..<reader.readCount() {
      let head = reader.readExtensionObject()
      guard !reader.hasFailed else { return }
      var body = reader.part(head)
      switch head.type {
      case Notification.dataChange:
        for _ in 0..<body.readCount() {
          body.skip(4)
          let (values, _) = body.readDataValue(&exchange)
          if body.hasFailed { break }
          exchange.answer(values, at: place, of: &operation)
          place += 1
          if body.isDone { break }
        }
      case Notification.statusChange: note(body.readU32(), &operation)
      default: break
      }
      if body.hasFailed { reader.fail() }
    }
  }
}
