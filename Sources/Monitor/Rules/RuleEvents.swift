// SPDX-License-Identifier: Apache-2.0

/// The events of `app-layer-event`, told from what a decoder objects to. Names are Suricata's.
enum RuleEvents {
  /// Names that can be told; a rule about another one is refused.
  static let known: Set<String> = [
    "invalid_protocol_id", "unsolicited_response", "invalid_length", "invalid_unit_identifier", "invalid_function_code",
    "invalid_value", "invalid_exception_code", "value_mismatch", "len_too_small", "bad_link_crc", "bad_transport_crc",
    "unknown_object", "too_many_points", "max_points_per_object", "invalid_pdu", "crc",
  ]

  static func isEvent(_ name: String, _ operation: borrowing Operation) -> Bool {
    switch name {
    case "unsolicited_response":
      if operation.role != .response { return false }
      return operation.pairing == .unasked
    case "value_mismatch": return operation.pairing == .mismatched
    default:
      guard let fault = operation.fault else { return false }
      return isEvent(name, fault)
    }
  }

  static func isEvent(_ name: String, _ fault: Fault) -> Bool {
    switch name {
    case "invalid_protocol_id": concerns(fault, "protocol", [.framing, .value])
    case "invalid_unit_identifier": concerns(fault, "unit", [.value])
    case "invalid_length": fault.kind == .length || fault.kind == .truncated
    case "invalid_function_code": concerns(fault, "function", [.code, .value])
    case "invalid_exception_code": concerns(fault, "exception", [.code, .value])
    case "invalid_value": fault.kind == .value || fault.kind == .quantity || fault.kind == .range
    case "len_too_small": fault.kind == .length || fault.kind == .truncated
    case "bad_link_crc", "bad_transport_crc", "crc": fault.kind == .checksum
    case "unknown_object": concerns(fault, "object", [.code])
    case "too_many_points", "max_points_per_object": fault.kind == .quantity
    case "invalid_pdu": true
    default: false
    }
  }

  private static func concerns(_ fault: Fault, _ word: String, _ kinds: Set<Fault.Kind>) -> Bool {
    kinds.contains(fault.kind) && fault.field.description.lowercased().contains(word)
  }
}
