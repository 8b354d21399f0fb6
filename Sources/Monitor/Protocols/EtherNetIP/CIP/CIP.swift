// SPDX-License-Identifier: Apache-2.0

/// CIP messages: ODVA, The CIP Networks Library, volume 1, 2-4 (`CIPRequestHeader`, `CIPResponseHeader`); paths in
/// appendix C. Numbers are little-endian.
enum CIP {
  /// Limit on Multiple Service Packets and Unconnected Sends nested in one another; real messages have two levels.
  static let nestingLimit = 6

  /// The message that begins at `start` and ends where `bytes` do.
  static func readMessage(_ bytes: RawSpan, at start: Int, _ context: CIPContext, _ exchange: inout Exchange) {
    guard start < bytes.byteCount else { return }
    var place = EtherNetIPPlace.outermost
    if bytes.u8(start) & CIPRequestHeader.responseBit == 0 {
      var context = context
      // The slot was given when the connection was opened.
      if context.connection != nil { context.slot = EtherNetIPState(exchange.state).slot ?? -1 }
      readRequest(bytes, at: start, context, &place, &exchange)
    } else {
      // The response to an embedded request arrives without its envelope.
      if let outer = unconnectedSend(context, exchange) {
        let service = UInt32(bytes.u8(start) & ~CIPRequestHeader.responseBit)
        if let inner = exchange.waiting(transaction: context.transaction, unit: EtherNetIPPlace.sentOn),
          exchange[inner].operation.code == service
        {
          exchange.answered(outer)
          place = EtherNetIPPlace.sentOn
        }
      }
      readResponse(bytes, at: start, context, &place, &exchange)
    }
  }

  /// The Unconnected Send that waits for its contents to be answered.
  @inline(__always)
  static func unconnectedSend(_ context: CIPContext, _ exchange: borrowing Exchange) -> WaitingRequest? {
    guard let outer = exchange.waiting(transaction: context.transaction, unit: EtherNetIPPlace.outermost),
      exchange[outer].operation.isCarrier,
      exchange[outer].operation.code == UInt32(CIPService.unconnectedSend)
    else { return nil }
    return outer
  }

  /// A message that ends within its header, or before the end of what the header announces.
  static func addFaulty(
    _ service: UInt8, as role: Role, _ fault: Fault, in context: CIPContext, _ exchange: inout Exchange
  ) {
    var operation = Operation(
      exchange.id(of: EtherNetIP.cip), .unknown, role,
      code: UInt32(service & ~CIPRequestHeader.responseBit), name: "CIP message cut short")
    operation.transaction = context.transaction
    operation.fault = fault
    exchange.operations.append(operation)
  }

  /// Times are eight-byte integers; of all other attributes only the raw bytes are known.
  static func attributeValues(_ bytes: RawSpan, at data: Int, of kind: CIPService) -> Values {
    let isTime = kind.classID.map { CIPObject(rawValue: $0).setAction == .clock } ?? false
    return Values(
      isTime && bytes.byteCount - data == 8 ? .uint64LE : .uint8, at: data, .max, end: bytes.byteCount)
  }

  /// Attributes 1 to 7 of the identity object (volume 1, 5A-2): vendor, device type, product code, revision, status,
  /// serial number, name.
  static func identity(_ bytes: RawSpan, at offset: Int, _ exchange: inout Exchange) -> IdentityReport? {
    guard offset + 15 <= bytes.byteCount else { return nil }
    var report = IdentityReport()
    let vendor = bytes.u16LE(offset)
    report.knownVendor = CIPVendor.name(vendor)
    if report.knownVendor == nil { report.vendor = exchange.name { $0 += Array("CIP vendor \(vendor)".utf8) } }
    report.firmware = exchange.name { $0 += Array("\(bytes.u8(offset + 6)).\(bytes.u8(offset + 7))".utf8) }
    report.serial = exchange.name { $0 += Array(String(bytes.u32LE(offset + 10), radix: 16).utf8) }
    report.model = exchange.name(bytes.slice(offset + 15, Int(bytes.u8(offset + 14))))
    return report
  }
}

/// Where a CIP message was found.
struct CIPContext {
  var transaction: Int64
  var connection: UInt32?
  /// Where a request is forwarded to: a slot, or a host on another network.
  var slot: Int64 = -1
  var host = NameID.none
  /// The number of messages it is nested in.
  var depth = 0

  init(transaction: Int64, connection: UInt32? = nil) {
    self.transaction = transaction
    self.connection = connection
  }

  /// The context of a message embedded in this one.
  var inner: CIPContext {
    var inner = self
    inner.depth += 1
    return inner
  }
}
