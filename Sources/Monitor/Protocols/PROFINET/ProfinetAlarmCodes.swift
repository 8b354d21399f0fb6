// SPDX-License-Identifier: Apache-2.0

/// AlarmType (IEC 61158-6-10, 5.2).
struct ProfinetAlarmType: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt16

  var name: StaticString {
    switch rawValue {
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
}

/// ErrorCode, ErrorDecode, ErrorCode1, ErrorCode2. In class RTA (CF 81 FD), the reason why the application relation
/// ends; in an acknowledgement (DA 81 3C), why the alarm was not accepted.
struct PNIOStatus: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt32

  static let size = 4
  static let ok = PNIOStatus(rawValue: 0)

  var name: StaticString {
    switch rawValue {
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
