// SPDX-License-Identifier: Apache-2.0

/// Acknowledgements (the S format), and process information that a station reports by itself or when it is
/// interrogated: one frame in a segment.
extension IEC104 {
  static func glance(_ bytes: RawSpan, _ exchange: inout Exchange) -> Bool {
    guard let header = IEC104Header(bytes), header.isValid, header.frameLength == bytes.byteCount else { return false }
    switch header.format {
    case .supervisory:
      exchange.glance = Glance(exchange.dissector, .session, .report, code: 0)
      exchange.glance.isOperation = false
      return true
    case .unnumbered: return false
    case .information: break
    }
    guard let unit = IEC104DataUnit(header.asdu), unit.type.isProcessInformation, unit.number > 0,
      unit.expectedLength == unit.length, unit.cause.isMonitored, !unit.isTest, !unit.isNegative
    else { return false }
    exchange.glance = Glance(
      exchange.dissector, unit.type.action, .report, code: UInt32(unit.type.rawValue), unit: Int64(unit.commonAddress))
    return true
  }
}
