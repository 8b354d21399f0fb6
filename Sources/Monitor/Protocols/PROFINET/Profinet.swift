// SPDX-License-Identifier: Apache-2.0

/// PROFINET on EtherType 8892, identified by the leading frame ID: IEC 61158-6-10, 4.3 (DCP) and 4.7 (RTC, RTA). Cyclic
/// data, DCP and alarms are three protocols in records and site files.
enum Profinet: Dissector {
  static var name: StaticString { "profinet-rt" }
  static var selectors: [Selector] { [.etherType(0x8892)] }
  static var about: About { About("PROFINET RT, cyclic", .messages, "IEC 61158-6-10") }
  static var dcp: Carried { Carried(0, "profinet-dcp", About("PROFINET DCP", .full, "IEC 61158-6-10, 4.3")) }
  static var alarm: Carried {
    Carried(1, "profinet-alarm", About("PROFINET alarms (RTA)", .messages, "IEC 61158-6-10, 4.7"))
  }
  static var carries: [Carried] { [dcp, alarm] }
  /// The longest payload of an Ethernet frame.
  static var longestMessage: Int { 1500 }

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard expected, let header = ProfinetFrameHeader(bytes) else { return .no }
    guard header.frameID.isDCP, let type = ProfinetDCPHeader.serviceType(bytes) else { return .yes(nil) }
    return .yes(type == .request ? .toServer : .toClient)
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard let header = ProfinetFrameHeader(bytes) else {
      exchange.fault = truncated("FrameID", bytes, least: ProfinetFrameHeader.size)
      return .refused(max(1, bytes.byteCount))
    }
    let frameID = header.frameID
    if frameID.isCyclic {
      readCyclic(bytes, frameID, &exchange)
    } else if frameID.isDCP {
      return ProfinetDCP.read(bytes, &exchange)
    } else if frameID.isAlarm {
      ProfinetAlarm.read(bytes, frameID, &exchange)
    } else {
      var operation = Operation(
        exchange.dissector, .report, .report, code: UInt32(frameID.rawValue), name: "PTCP or other real-time frame")
      operation.cyclic = .yes
      operation.facets[.frameID] = UInt32(frameID.rawValue)
      exchange.operations.append(operation)
    }
    return .message(bytes.byteCount)
  }

  /// Cyclic data whose status is that of the frame before.
  static func glance(_ bytes: RawSpan, _ exchange: inout Exchange) -> Bool {
    guard let header = ProfinetFrameHeader(bytes), header.frameID.isCyclic, !exchange.isCut,
      let status = ProfinetAPDUStatus(endOf: bytes),
      ProfinetState(bits: exchange.state)[dataStatus: exchange.direction] == status.dataStatus
    else { return false }
    exchange.glance = Glance(exchange.dissector, .report, .report, code: 0, unit: Int64(header.frameID.rawValue))
    return true
  }

  private static func readCyclic(_ bytes: RawSpan, _ frameID: ProfinetFrameID, _ exchange: inout Exchange) {
    var operation = Operation(exchange.dissector, .report, .report, code: 0, name: "Cyclic data")
    operation.cyclic = .yes
    operation.unit = Int64(frameID.rawValue)
    operation.facets[.frameID] = UInt32(frameID.rawValue)
    // The status is at the end of the frame: if the capture truncated the frame, those bytes are data.
    if !exchange.isCut {
      if let status = ProfinetAPDUStatus(endOf: bytes) {
        operation.facets[.cycleCounter] = UInt32(status.cycleCounter)
        operation.facets[.dataStatus] = UInt32(status.dataStatus)
        operation.facets[.transferStatus] = UInt32(status.transferStatus)
        operation.digest = bytes.digest(
          from: ProfinetFrameHeader.size, to: bytes.byteCount - ProfinetAPDUStatus.size)
        var state = ProfinetState(bits: exchange.state)
        let before = state[dataStatus: exchange.direction]
        if let before, before != status.dataStatus { operation.cyclic = .news }
        state[dataStatus: exchange.direction] = status.dataStatus
        exchange.state = state.bits
      } else {
        let least = ProfinetFrameHeader.size + ProfinetAPDUStatus.size
        operation.note(truncated("APDU status", bytes, least: least))
      }
    }
    exchange.operations.append(operation)
  }

  /// The fault of a frame that is shorter than the `least` bytes required by its `field`.
  static func truncated(_ field: StaticString, _ frame: RawSpan, least: Int) -> Fault {
    Fault(.truncated, field, seen: UInt64(frame.byteCount), least: UInt64(least), most: UInt64(longestMessage))
  }
}

/// What the dissector remembers about a conversation: the last data status in each direction.
struct ProfinetState {
  private(set) var bits: UInt64
  /// A bit above the eight of a status.
  private static let isPresent: UInt64 = 0x100

  /// Nil before the first frame.
  subscript(dataStatus direction: Direction) -> UInt8? {
    get {
      let field = bits >> Self.shift(direction)
      return field & Self.isPresent != 0 ? UInt8(truncatingIfNeeded: field) : nil
    }
    set {
      let field = newValue.map { Self.isPresent | UInt64($0) } ?? 0
      bits = bits & ~(0x1FF << Self.shift(direction)) | field << Self.shift(direction)
    }
  }
  private static func shift(_ direction: Direction) -> UInt64 { direction == .toServer ? 0 : 16 }
}
