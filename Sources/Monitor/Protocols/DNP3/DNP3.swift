// SPDX-License-Identifier: Apache-2.0

/// DNP3 over TCP and UDP: IEEE 1815-2012. A data link frame (`DNP3LinkHeader`) has up to 250 bytes of user data, which
/// begin with the transport header (`DNP3TransportHeader`). The segments of a message make up an application fragment
/// (`DNP3ApplicationHeader`), which holds objects (`DNP3ObjectHeader`).
enum DNP3: Dissector {
  static var name: StaticString { "dnp3" }
  static var selectors: [Selector] { [.tcp(20_000), .udp(20_000), .anyTCP, .anyUDP] }
  static var about: About { About("DNP3 (TCP, UDP)", .full, "IEEE 1815-2012") }
  static var link: Carried { Carried(0, "dnp3-link", About("DNP3 data link layer", .full, "IEEE 1815-2012, 9")) }
  static var carries: [Carried] { [link] }
  /// Up to 250 bytes of user data, sixteen checksums, and the header.
  static var longestMessage: Int { 292 }

  /// Fragments have up to 2,048 bytes unless both ends agreed on more (4.4).
  static let longestFragment = 32_768

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard bytes.byteCount > 0, DNP3LinkHeader.canBegin(bytes) else { return .no }
    guard let header = DNP3LinkHeader(bytes) else { return .undecided }
    guard header.hasLength else { return .no }
    if let fault = checksumFault(header) { return .broken(fault) }
    return .yes(header.isAsking ? .toServer : .toClient)
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard DNP3LinkHeader.canBegin(bytes) else {
      let seen = bytes.byteCount < 2 ? UInt64(bytes.u8(0)) << 8 : UInt64(bytes.u16(0))
      return refuse(
        bytes, Fault(.framing, "Start", seen: seen, expected: UInt64(DNP3LinkHeader.start)), &exchange)
    }
    guard let header = DNP3LinkHeader(bytes) else { return .incomplete(DNP3LinkHeader.size) }
    if let fault = checksumFault(header) { return refuse(bytes, fault, &exchange) }
    guard header.hasLength else {
      return refuse(bytes, Fault(.length, "Length", seen: UInt64(header.length), least: 5, most: 255), &exchange)
    }
    guard exchange.canRead(header.frameLength, of: bytes) else { return .incomplete(header.frameLength) }
    guard header.userDataLength > 0 else {
      addLinkFunction(header, &exchange)
      return .message(header.capturedLength)
    }
    // A frame truncated by the capture is read as far as it goes, regardless of its checksums.
    if let fault = checksumFault(header.userData), !exchange.isCut {
      exchange.fault = fault
      return .refused(header.frameLength)
    }
    readSegment(header, &exchange)
    return .message(header.capturedLength)
  }

  /// Skips, in one pass, to the next place where a frame can begin.
  private static func refuse(_ bytes: RawSpan, _ fault: Fault, _ exchange: inout Exchange) -> Step {
    exchange.fault = fault
    var skipped = 1
    while skipped < bytes.byteCount, !DNP3LinkHeader.canBegin(bytes.from(skipped)) { skipped += 1 }
    return .refused(skipped)
  }

  // MARK: Data link

  @inline(__always)
  static func checksumFault(_ header: borrowing DNP3LinkHeader) -> Fault? {
    let (seen, expected) = (header.checksum, header.computedChecksum)
    return seen == expected
      ? nil : Fault(.checksum, "Header CRC", seen: UInt64(seen), expected: UInt64(expected))
  }

  /// The fault of the first block whose checksum does not match.
  @inline(__always)
  static func checksumFault(_ data: consuming DNP3UserData) -> Fault? {
    while let block = data.next() {
      guard let seen = block.checksum else { return nil }
      let expected = block.computedChecksum
      if seen != expected {
        return Fault(.checksum, "Data CRC", seen: UInt64(seen), expected: UInt64(expected))
      }
    }
    return nil
  }

  /// Frames without user data (9.2.4.1.3).
  private static func addLinkFunction(_ header: borrowing DNP3LinkHeader, _ exchange: inout Exchange) {
    let function = header.control.function
    let code = UInt32(function.code)
    var operation = Operation(
      exchange.id(of: DNP3.link), function.isKnown ? .session : .unknown, function.isPrimary ? .request : .response,
      code: code, name: function.name)
    if !function.isPrimary { operation.outcome = function.isRefusal ? .error(code: code, name: function.name) : .ok }
    fillAddresses(header, &operation)
    exchange.operations.append(operation)
  }

  static func fillAddresses(_ header: borrowing DNP3LinkHeader, _ operation: inout Operation) {
    operation.unit = Int64(header.outstation)
    fillAddresses(header, &operation.facets)
  }
  @inline(__always)
  static func fillAddresses(_ header: borrowing DNP3LinkHeader, _ facets: inout Facets) {
    facets[.source] = UInt32(header.source)
    facets[.destination] = UInt32(header.destination)
  }

  // MARK: Transport

  private static func readSegment(_ header: borrowing DNP3LinkHeader, _ exchange: inout Exchange) {
    let transport = header.transport ?? .single
    let segment = DNP3Segment(source: header.source, sequence: transport.sequence)
    let last = exchange.note(segment)
    let channel = UInt64(header.addresses)

    if transport.isFirst, transport.isFinal {
      exchange.drop(channel: channel)
      if header.userDataLength <= DNP3UserData.blockSize {
        // A single block can be read in place.
        let start = DNP3LinkHeader.size + DNP3TransportHeader.size
        return readFragment(header.upToFirstBlock, from: start, header, &exchange)
      }
      var bytes = exchange.spare()
      strip(header.userData, into: &bytes)
      readFragment(bytes.bytes, from: 0, header, &exchange)
      return exchange.keep(bytes)
    }
    var piece = exchange.spare()
    strip(header.userData, into: &piece)
    defer { exchange.returnBuffer(piece) }
    if transport.isFirst {
      exchange.drop(channel: channel)
    } else {
      // A segment without its predecessors cannot be read; a repeated one is not added twice.
      guard exchange.collected(channel: channel) > 0 else { return }
      if segment == last { return }
      guard last.source != segment.source || last.isFollowed(by: segment) else {
        return exchange.drop(channel: channel)
      }
    }
    guard exchange.collect(piece.bytes, channel: channel, limit: longestFragment), transport.isFinal else { return }
    let whole = exchange.take(channel: channel)
    readFragment(whole.bytes, from: 0, header, &exchange)
    exchange.keep(whole)
  }

  /// Appends the user data without transport header and checksums.
  private static func strip(_ data: consuming DNP3UserData, into bytes: inout [UInt8]) {
    var isFirst = true
    while let block = data.next() {
      bytes.append(copying: isFirst ? block.data.from(DNP3TransportHeader.size) : block.data)
      isFirst = false
    }
  }
}
