// SPDX-License-Identifier: Apache-2.0

/// Alarms, and what acknowledges them: IEC 61158-6-10, 4.7.3 (RTA-PDU) and 5.2 (AlarmNotification-PDU, AlarmAck-PDU).
///
///     0         2          4        6      7       8       10      12       14         16       18        20
///     +---------+----------+--------+------+-------+-------+-------+--------+----------+--------+---------+-- ... -+
///     | FrameID | to       | from   | type | flags | sent  | acked | length | block    | length | version | block  |
///     +---------+----------+--------+------+-------+-------+-------+--------+----------+--------+---------+-- ... -+
///
/// The block of both is alarm type, API, slot, subslot; an acknowledgement has the alarm specifier and a PNIOStatus
/// behind them. An error has a PNIOStatus in place of the block.
enum ProfinetAlarm {
  private static let headerSize = 12
  private static let statusAt = 14
  private static let blockEnd = 30

  static func read(_ bytes: RawSpan, _ frame: UInt16, _ exchange: inout Exchange) {
    var operation = Operation(
      exchange.id(of: Profinet.alarm), .report, .report, code: UInt32(frame),
      name: frame == 0xFC01 ? "Alarm High" : "Alarm Low")
    operation.facets[.frameID] = UInt32(frame)
    if bytes.byteCount >= headerSize {
      let type = bytes.u8(6) & 15
      operation.subcode = Int32(type)
      switch type {
      case 1: data(bytes, &operation)
      case 2: transport(&operation, "Alarm transport NACK")
      case 3: transport(&operation, "Alarm transport ACK")
      case 4:
        transport(&operation, "Alarm error")
        if let status = status(bytes, at: statusAt, &operation) {
          operation.outcome = .error(code: status, name: error(status))
        }
      default: operation.note(Fault(unlisted: "PDUType.Type", seen: UInt64(type)))
      }
    } else {
      operation.note(Fault(.truncated, "RTA-PDU", seen: UInt64(bytes.byteCount), least: 12, most: 1500))
    }
    exchange.operations.append(operation)
  }

  private static func transport(_ operation: inout Operation, _ name: StaticString) {
    operation.role = .response
    operation.name = name
  }

  private static func data(_ bytes: RawSpan, _ operation: inout Operation) {
    guard bytes.byteCount >= blockEnd else {
      return operation.note(
        Fault(.truncated, "RTA-SDU", seen: UInt64(bytes.byteCount), least: UInt64(blockEnd), most: 1500))
    }
    let type = bytes.u16(20)
    operation.name = name(type)
    operation.facets[.alarm] = UInt32(type)
    operation.facets[.api] = bytes.u32(22)
    operation.facets[.slot] = UInt32(bytes.u16(26))
    operation.facets[.subslot] = UInt32(bytes.u16(28))
    switch bytes.u16(14) {
    case 0x0001, 0x0002: break
    case 0x8001, 0x8002:
      operation.role = .response
      if let status = status(bytes, at: blockEnd + 2, &operation) {
        operation.outcome = status == 0 ? .ok : .error(code: status, name: error(status))
      }
    default: operation.note(Fault(unlisted: "BlockType", seen: UInt64(bytes.u16(14))))
    }
  }

  /// ErrorCode, ErrorDecode, ErrorCode1, ErrorCode2.
  private static func status(_ bytes: RawSpan, at offset: Int, _ operation: inout Operation) -> UInt32? {
    guard bytes.byteCount >= offset + 4 else {
      operation.note(
        Fault(.truncated, "PNIOStatus", seen: UInt64(bytes.byteCount), least: UInt64(offset + 4), most: 1500))
      return nil
    }
    return bytes.u32(offset)
  }

  /// AlarmType.
  private static func name(_ type: UInt16) -> StaticString {
    switch type {
    case 0x01: "Alarm: Diagnosis"
    case 0x02: "Alarm: Process"
    case 0x03: "Alarm: Pull"
    case 0x04: "Alarm: Plug"
    case 0x05: "Alarm: Status"
    case 0x06: "Alarm: Update"
    case 0x07: "Alarm: Redundancy"
    case 0x08: "Alarm: Controlled by supervisor"
    case 0x09: "Alarm: Released"
    case 0x0A: "Alarm: Plug wrong submodule"
    case 0x0B: "Alarm: Return of submodule"
    case 0x0C: "Alarm: Diagnosis disappears"
    case 0x0D: "Alarm: Multicast communication mismatch"
    case 0x0E: "Alarm: Port data change"
    case 0x0F: "Alarm: Sync data changed"
    case 0x10: "Alarm: Isochronous mode problem"
    case 0x11: "Alarm: Network component problem"
    case 0x12: "Alarm: Time data changed"
    case 0x13: "Alarm: Dynamic Frame Packing problem"
    case 0x1E: "Alarm: Upload and retrieval"
    case 0x1F: "Alarm: Pull module"
    case 0x20...0x7F: "Alarm: of the manufacturer"
    default: "Alarm: type not in IEC 61158-6-10"
    }
  }

  /// A PNIOStatus: of class RTA (CF 81 FD) the reason why the application relation ends; of an acknowledgement
  /// (DA 81 3C) why the alarm was not taken.
  private static func error(_ status: UInt32) -> StaticString {
    switch status {
    case 0xDA81_3C00: "Alarm type not supported"
    case 0xDA81_3C01: "Wrong submodule state"
    case 0xCF81_FD01: "Sequence numbers out of order"
    case 0xCF81_FD03: "AR out of memory"
    case 0xCF81_FD04: "AR provider or consumer not added"
    case 0xCF81_FD05: "AR consumer watchdog expired"
    case 0xCF81_FD06: "AR initiator timed out"
    case 0xCF81_FD07: "AR alarms not opened"
    case 0xCF81_FD08: "AR alarm not sent"
    case 0xCF81_FD09: "AR alarm acknowledgement not sent"
    case 0xCF81_FD0A: "AR alarm data too long"
    case 0xCF81_FD0B: "AR alarm error"
    case 0xCF81_FD0C: "AR call of the RPC client failed"
    case 0xCF81_FD0D: "AR aborted"
    case 0xCF81_FD0E: "AR run again, the one there ends"
    case 0xCF81_FD0F: "AR released"
    case 0xCF81_FD10: "AR device deactivated"
    case 0xCF81_FD11: "AR removed"
    case 0xCF81_FD12: "AR protocol violation"
    case 0xCF81_FD13: "AR name not resolved"
    case 0xCF81_FD14: "AR RPC bind error"
    case 0xCF81_FD15: "AR RPC connect error"
    case 0xCF81_FD16: "AR RPC read error"
    case 0xCF81_FD17: "AR RPC write error"
    case 0xCF81_FD18: "AR RPC control error"
    case 0xCF81_FD19: "AR forbidden pull or plug"
    case 0xCF81_FD1A: "AR application removed"
    case 0xCF81_FD1B: "AR link down"
    case 0xCF81_FD1C: "AR multicast address not registered"
    case 0xCF81_FD1D: "AR not synchronized"
    case 0xCF81_FD1E: "AR wrong topology"
    case 0xCF81_FD1F: "AR name of station changed by DCP"
    case 0xCF81_FD20: "AR reset to factory settings by DCP"
    default: "PNIOStatus not in the table"
    }
  }
}
