// SPDX-License-Identifier: Apache-2.0

/// Alarms and their acknowledgements: IEC 61158-6-10, 4.7.3 and 5.2.
enum ProfinetAlarm {
  static func read(_ bytes: RawSpan, _ frameID: ProfinetFrameID, _ exchange: inout Exchange) {
    var operation = Operation(
      exchange.id(of: Profinet.alarm), .report, .report, code: UInt32(frameID.rawValue),
      name: frameID == .alarmHigh ? "Alarm High" : "Alarm Low")
    operation.facets[.frameID] = UInt32(frameID.rawValue)
    if let header = ProfinetAlarmHeader(bytes) {
      let type = header.type
      operation.subcode = Int32(type.rawValue)
      switch type {
      case .data: readNotification(bytes, header.payload, &operation)
      case .nack: mark(&operation, "Alarm transport NACK")
      case .ack: mark(&operation, "Alarm transport ACK")
      case .error:
        mark(&operation, "Alarm error")
        if let status = readStatus(bytes, at: ProfinetAlarmHeader.payloadStart, &operation) {
          operation.outcome = .error(code: status.rawValue, name: status.name)
        }
      default: operation.note(Fault(unlisted: "PDUType.Type", seen: UInt64(type.rawValue)))
      }
    } else {
      operation.note(Profinet.truncated("RTA-PDU", bytes, least: ProfinetAlarmHeader.size))
    }
    exchange.operations.append(operation)
  }

  /// Marks the operation as a response to an alarm.
  private static func mark(_ operation: inout Operation, _ name: StaticString) {
    operation.role = .response
    operation.name = name
  }

  private static func readNotification(_ bytes: RawSpan, _ payload: RawSpan, _ operation: inout Operation) {
    let start = ProfinetAlarmHeader.payloadStart
    guard let block = ProfinetAlarmBlock(payload) else {
      return operation.note(Profinet.truncated("RTA-SDU", bytes, least: start + ProfinetAlarmBlock.size))
    }
    operation.name = block.alarmType.name
    operation.facets[.alarm] = UInt32(block.alarmType.rawValue)
    operation.facets[.api] = block.api
    operation.facets[.slot] = UInt32(block.slot)
    operation.facets[.subslot] = UInt32(block.subslot)
    switch block.type {
    case .notificationHigh, .notificationLow: break
    case .ackHigh, .ackLow:
      operation.role = .response
      if let status = readStatus(bytes, at: start + ProfinetAlarmBlock.statusStart, &operation) {
        operation.outcome = status == .ok ? .ok : .error(code: status.rawValue, name: status.name)
      }
    default: operation.note(Fault(unlisted: "BlockType", seen: UInt64(block.type.rawValue)))
    }
  }

  private static func readStatus(_ bytes: RawSpan, at offset: Int, _ operation: inout Operation) -> PNIOStatus? {
    guard bytes.byteCount >= offset + PNIOStatus.size else {
      operation.note(Profinet.truncated("PNIOStatus", bytes, least: offset + PNIOStatus.size))
      return nil
    }
    return PNIOStatus(rawValue: bytes.u32(offset))
  }
}
