// SPDX-License-Identifier: Apache-2.0

/// What responses hold (OPC 10000-4, 5): behind a response header that says good. Where there is a result for each
/// item, the first bad one is the outcome.
enum OPCUAResponses {
  static func read(
    _ reader: inout UAReader, _ service: UAService, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    switch service {
    case .findServersResponse:
      // The servers a server knows, not only itself: the first one's URI.
      if reader.count() > 0 { operation.detail = reader.name(&exchange) }
    case .createSessionResponse:
      // Two node ids, time-out, nonce, certificate, then the server's endpoints.
      reader.skipNode()
      reader.skipNode()
      reader.skip(8)
      _ = reader.string()
      _ = reader.string()
      OPCUAIdentity.endpoints(&reader, &exchange)
    case .getEndpointsResponse: OPCUAIdentity.endpoints(&reader, &exchange)
    case .readResponse:
      for place in 0..<reader.count() {
        let (values, status) = reader.dataValue()
        if reader.failed { break }
        note(status, &operation)
        exchange.answer(values, at: place, of: &operation)
        if reader.isDone { break }
      }
    case .callResponse: call(&reader, &operation, &exchange)
    case .createSubscriptionResponse: operation.facets[.subscription] = reader.u32()
    case .publishResponse:
      operation.facets[.subscription] = reader.u32()
      reader.numbers()
      reader.skip(1)
      notifications(&reader, &operation, &exchange)
    case .republishResponse: notifications(&reader, &operation, &exchange)
    case .writeResponse, .deleteNodesResponse, .addReferencesResponse, .deleteReferencesResponse,
      .setMonitoringModeResponse, .deleteItemsResponse, .setPublishingModeResponse, .deleteSubscriptionsResponse:
      results(&reader, &operation) { _, _ in }
    case .addNodesResponse: results(&reader, &operation) { reader, _ in reader.skipNode() }
    case .browseResponse, .browseNextResponse:
      results(&reader, &operation) { reader, _ in
        _ = reader.string()
        for _ in 0..<reader.count() {
          reader.referenceDescription()
          if reader.failed { break }
        }
      }
    case .translatePathsResponse:
      results(&reader, &operation) { reader, _ in
        for _ in 0..<reader.count() {
          reader.skipNode()
          reader.skip(4)
          if reader.failed { break }
        }
      }
    case .historyReadResponse:
      results(&reader, &operation) { reader, _ in
        _ = reader.string()
        reader.extensionObject()
      }
    case .historyUpdateResponse:
      results(&reader, &operation) { reader, operation in
        results(&reader, &operation) { _, _ in }
        reader.allDiagnostics()
      }
    case .createItemsResponse:
      // Id, interval, queue size, result of the filter.
      results(&reader, &operation) { reader, _ in
        reader.skip(16)
        reader.extensionObject()
      }
    case .modifyItemsResponse:
      results(&reader, &operation) { reader, _ in
        reader.skip(12)
        reader.extensionObject()
      }
    case .setTriggeringResponse:
      results(&reader, &operation) { _, _ in }
      reader.allDiagnostics()
      results(&reader, &operation) { _, _ in }
    case .transferSubscriptionsResponse: results(&reader, &operation) { reader, _ in reader.numbers() }
    default: break
    }
  }

  private static func note(_ status: UInt32, _ operation: inout Operation) {
    if operation.outcome == .ok { operation.outcome = UAStatus.outcome(status) }
  }

  /// An array of results, each of a status code and a `rest`.
  private static func results(
    _ reader: inout UAReader, _ operation: inout Operation, _ rest: (inout UAReader, inout Operation) -> Void
  ) {
    for _ in 0..<reader.count() {
      note(reader.u32(), &operation)
      rest(&reader, &operation)
      if reader.isDone { return }
    }
  }

  /// Status, status codes and diagnostics of the arguments, outputs (5.12.2). The first method's first output is the
  /// answer's value.
  private static func call(_ reader: inout UAReader, _ operation: inout Operation, _ exchange: inout Exchange) {
    for place in 0..<reader.count() {
      note(reader.u32(), &operation)
      reader.numbers()
      reader.allDiagnostics()
      for output in 0..<reader.count() {
        let values = reader.variant()
        if place == 0, output == 0 { exchange.answer(values, at: 0, of: &operation) }
        if reader.isDone { return }
      }
      if reader.isDone { return }
    }
  }

  /// Data changes by type of notification (OPC Foundation, NodeIds.csv).
  private enum Notification {
    static let dataChange: UInt32 = 811
    static let statusChange: UInt32 = 820
  }

  /// A NotificationMessage (7.26): number, time, notifications. Of changed data the values are told; which nodes they
  /// are of said who subscribed, by numbers of its own.
  private static func notifications(
    _ reader: inout UAReader, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    reader.skip(12)
    var place = 0
    for _ in 0..<reader.count() {
      let head = reader.extensionObject()
      guard !reader.failed else { return }
      var body = reader.part(head)
      switch head.type {
      case Notification.dataChange:
        for _ in 0..<body.count() {
          body.skip(4)
          let (values, _) = body.dataValue()
          if body.failed { break }
          exchange.answer(values, at: place, of: &operation)
          place += 1
          if body.isDone { break }
        }
      case Notification.statusChange: note(body.u32(), &operation)
      default: break
      }
      if body.failed { reader.failed = true }
    }
  }
}
