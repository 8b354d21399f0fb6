// SPDX-License-Identifier: Apache-2.0

/// PROFINET on EtherType 8892, by the frame id that begins it: IEC 61158-6-10, 4.3 (DCP) and 4.7 (RTC, RTA). Cyclic
/// data, DCP and alarms are told apart as protocols of their own.
enum Profinet: Dissector {
  static var name: StaticString { "profinet-rt" }
  static var selectors: [Selector] { [.etherType(0x8892)] }
  static var about: About { About("PROFINET RT, cyclic", .messages, "IEC 61158-6-10") }
  static var dcp: Carried { Carried(0, "profinet-dcp", About("PROFINET DCP", .full, "IEC 61158-6-10, 4.3")) }
  static var alarm: Carried {
    Carried(1, "profinet-alarm", About("PROFINET alarms (RTA)", .messages, "IEC 61158-6-10, 4.7"))
  }
  static var carries: [Carried] { [dcp, alarm] }
  static var longestMessage: Int { 1500 }

  static func recognise(_ bytes: RawSpan, expected: Bool) -> Recognition {
    guard expected, bytes.byteCount >= 2 else { return .no }
    if 0xFEFC...0xFEFF ~= bytes.u16(0), bytes.byteCount >= 4 { return .yes(bytes.u8(3) == 0 ? .toServer : .toClient) }
    return .yes(nil)
  }

  static func read(_ bytes: RawSpan, _ exchange: inout Exchange) -> Step {
    guard bytes.byteCount >= 2 else {
      exchange.fault = Fault(.truncated, "FrameID", seen: UInt64(bytes.byteCount), least: 2, most: 1500)
      return .refused(max(1, bytes.byteCount))
    }
    let frame = bytes.u16(0)
    switch frame {
    case 0xFEFC...0xFEFF: return ProfinetDCP.read(bytes, &exchange)
    case 0xFC01, 0xFE01: ProfinetAlarm.read(bytes, frame, &exchange)
    case 0x0100...0xFBFF: cyclic(bytes, frame, &exchange)
    default:
      var operation = Operation(
        exchange.dissector, .report, .report, code: UInt32(frame), name: "PTCP or other real-time frame")
      operation.cyclic = .yes
      operation.facets[.frameID] = UInt32(frame)
      exchange.operations.append(operation)
    }
    return .message(bytes.byteCount)
  }

  /// Cyclic data: frame id, data, and the APDU status: cycle counter, data status, transfer status (4.7.2). The status
  /// ends the frame; padding stands before it.
  private static func cyclic(_ bytes: RawSpan, _ frame: UInt16, _ exchange: inout Exchange) {
    var operation = Operation(exchange.dissector, .report, .report, code: 0, name: "Cyclic data")
    operation.cyclic = .yes
    operation.unit = Int64(frame)
    operation.facets[.frameID] = UInt32(frame)
    if !exchange.isCut {
      let end = bytes.byteCount - 4
      guard end >= 2 else {
        operation.note(Fault(.truncated, "APDU status", seen: UInt64(bytes.byteCount), least: 6, most: 1500))
        exchange.operations.append(operation)
        return
      }
      let status = bytes.u8(end + 2)
      operation.facets[.cycleCounter] = UInt32(bytes.u16(end))
      operation.facets[.dataStatus] = UInt32(status)
      operation.facets[.transferStatus] = UInt32(bytes.u8(end + 3))
      operation.digest = bytes.digest(from: 2, to: end)
      // What `state` keeps: the data status of each direction, behind a mark that there is one.
      let shift: UInt64 = exchange.direction == .toServer ? 0 : 16
      let now = 0x100 | UInt64(status)
      let before = exchange.state >> shift & 0x1FF
      if before != 0, before != now { operation.cyclic = .news }
      exchange.state = exchange.state & ~(0x1FF << shift) | now << shift
    }
    exchange.operations.append(operation)
  }
}
