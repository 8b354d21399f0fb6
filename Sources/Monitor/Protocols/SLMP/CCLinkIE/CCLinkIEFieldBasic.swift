// SPDX-License-Identifier: Apache-2.0

/// The cyclic data of CC-Link IE Field Network Basic: SLMP's 3E frames in UDP (`CCLinkIEFieldBasicHeader`). The master
/// broadcasts the data for all slaves of a group, and each slave responds with its own data.
enum CCLinkIEFieldBasic: Dissector {
  static var name: StaticString { "cclink-ief-basic" }
  static var selectors: [Selector] { [.udp(61_450), .anyUDP] }
  static var about: About {
    About("CC-Link IE Field Network Basic, cyclic", .full, "CLPA BAP-C2011ENG; Mitsubishi Electric SH-081684ENG")
  }
  static var longestMessage: Int { 1500 }

  /// Stations in a group.
  private static let stationLimit = 16

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard let header = CCLinkIEFieldBasicHeader(bytes) else { return .no }
    switch header.subheader {
    case CCLinkIEFieldBasicHeader.request:
      return expected && header.command == CCLinkIEFieldBasicHeader.command || header.isCyclic
        ? .yes(.toServer) : .no
    case CCLinkIEFieldBasicHeader.response:
      // An end code, and what comes before the id.
      return expected && header.length >= 2 + CCLinkIEFieldBasicHeader.responseOffset || header.isCyclic
        ? .yes(.toClient) : .no
    default: return .no
    }
  }

  /// Whether a 3E frame is cyclic data, judging by its fixed fields and a length that is the datagram's.
  static func isCyclic(_ bytes: RawSpan) -> Bool { CCLinkIEFieldBasicHeader(bytes)?.isCyclic ?? false }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard let header = CCLinkIEFieldBasicHeader(bytes) else {
      // Handled here and not by the reader, so the fault names the header.
      if exchange.isCut { return .incomplete(CCLinkIEFieldBasicHeader.size) }
      exchange.fault = Fault(.truncated, "Header", seen: UInt64(bytes.byteCount), least: 15, most: 1500)
      return .refused(max(1, bytes.byteCount))
    }
    let isRequest =
      header.subheader == CCLinkIEFieldBasicHeader.request && header.command == CCLinkIEFieldBasicHeader.command
    guard header.isResponse || isRequest else {
      exchange.fault = Fault(.framing, "Subheader", seen: UInt64(header.subheader), least: 0x5000, most: 0xD000)
      return .refused(bytes.byteCount)
    }
    var operation = Operation(
      exchange.dissector, .report, .report, code: UInt32(CCLinkIEFieldBasicHeader.command),
      name: header.isResponse ? "Cyclic data, slave" : "Cyclic data, master")
    operation.cyclic = .yes
    operation.facets[.length] = UInt32(header.length)
    if header.total != bytes.byteCount {
      operation.note(Fault(.length, "Data length", seen: UInt64(header.length), expected: UInt64(bytes.byteCount - 9)))
    }
    if header.isResponse {
      let end = header.frameEndCode == 0 ? header.cyclicEndCode : header.frameEndCode
      operation.outcome = end == 0 ? .ok : .error(code: UInt32(end), name: SLMPEndCode.name(end))
    }
    if !header.isResponse || header.frameEndCode == 0 { readData(bytes, header, &operation, &exchange) }
    exchange.operations.append(operation)
    return .message(bytes.byteCount)
  }

  /// The group is the unit. Values are the words of all stations, then their bits.
  private static func readData(
    _ bytes: RawSpan, _ header: borrowing CCLinkIEFieldBasicHeader, _ operation: inout Operation,
    _ exchange: inout Exchange
  ) {
    guard let offset = header.offset, let id = header.id else { return }
    if let status = header.applicationStatus { operation.facets[.mode] = UInt32(status) }
    guard let group = header.group, let sequenceNumber = header.sequenceNumber else {
      operation.note(
        Fault(
          .range, "Offset address", seen: UInt64(offset), least: 0, most: UInt64(max(0, bytes.byteCount - 19))))
      return
    }
    operation.unit = Int64(group)
    operation.facets[.sequenceNumber] = UInt32(sequenceNumber)
    let stations: Int
    let first: Int
    if header.isResponse {
      first = id + 8
      stations = (bytes.byteCount - first) / CCLinkIEFieldBasicHeader.stationSize
    } else {
      guard let occupied = header.occupiedStations else { return }
      stations = Int(occupied)
      if !(1...stationLimit ~= stations) {
        operation.note(
          Fault(
            .quantity, "Total number of occupied stations", seen: UInt64(stations), least: 1,
            most: UInt64(stationLimit)))
      }
      first = id + 20 + 4 * stations
    }
    operation.facets[.station] = UInt32(stations)
    guard stations <= stationLimit, first <= bytes.byteCount else { return }
    let end = first + stations * CCLinkIEFieldBasicHeader.stationSize
    if end != bytes.byteCount {
      operation.note(
        Fault(.length, "Cyclic data", seen: UInt64(bytes.byteCount - first), expected: UInt64(end - first)))
    }
    let words = stations * CCLinkIEFieldBasicHeader.wordsSize
    let bits = stations * CCLinkIEFieldBasicHeader.bitsSize
    operation.values = Values(.uint16LE, at: first, words / 2, end: bytes.byteCount)
    exchange.add(
      .none, Values(.bit, at: first + words, 8 * bits, end: bytes.byteCount), to: &operation, isFirst: false)
    // A digest of part of the data cannot be compared.
    if !exchange.isCut { operation.digest = bytes.digest(from: first, to: min(end, bytes.byteCount)) }
  }
}
