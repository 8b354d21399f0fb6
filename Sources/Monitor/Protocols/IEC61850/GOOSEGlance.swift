// SPDX-License-Identifier: Apache-2.0

/// Repetitions: state number, configuration and flags are those of the control block's message before. Names and state
/// are touched as reading does, so that what is used stays known.
extension GOOSE {
  static func glance(_ bytes: RawSpan, _ exchange: inout Exchange) -> Bool {
    guard !exchange.isCut, let header = GOOSEHeader(bytes), !header.isShort, Int(header.length) >= GOOSEHeader.size,
      let pdu = BERValue(header.message, at: GOOSEHeader.size, end: header.message.byteCount), pdu.tag == pduTag
    else { return false }
    let message = header.message
    var controlBlock = RawSpan()
    var dataSet = RawSpan()
    var identifier = RawSpan()
    var (stateNumber, revision, announced, found) = (UInt32(0), UInt32(0), UInt32(0), UInt32(0))
    var (isTest, needsCommissioning) = (header.isSimulated, false)
    var seen: UInt16 = 0
    var offset = pdu.start
    while offset < pdu.end {
      guard let field = BERValue(message, at: offset, end: pdu.end), field.tag >= 0x80 else { return false }
      let bit = UInt16(1) << UInt16(field.tag & 0x0F)
      guard seen & bit == 0 else { return false }
      seen |= bit
      switch GOOSEField(rawValue: field.tag) {
      case .controlBlock: controlBlock = message.slice(field.start, field.count)
      case .dataSet: dataSet = message.slice(field.start, field.count)
      case .identifier: identifier = message.slice(field.start, field.count)
      case .stateNumber: stateNumber = field.number(message)
      case .simulation: isTest = isTest || field.number(message) != 0
      case .configurationRevision: revision = field.number(message)
      case .needsCommissioning: needsCommissioning = field.number(message) != 0
      case .memberCount: announced = field.number(message)
      case .members:
        var members = GOOSEMembers(field)
        while members.next(in: message) != nil {}
        found = members.count
      case .timeAllowedToLive, .time, .sequenceNumber: break
      default: return false
      }
      offset = field.end
    }
    guard seen & GOOSEField.mandatory == GOOSEField.mandatory, announced == found else { return false }
    let key = UInt64(exchange.name(controlBlock).rawValue)
    _ = detail(dataSet, identifier, &exchange)
    let now = GOOSEState(
      stateNumber: stateNumber, configurationRevision: revision, isTest: isTest, needsCommissioning: needsCommissioning
    ).bits
    guard exchange.recall(key) == now else { return false }
    exchange.remember(key, now)
    exchange.glance = Glance(exchange.dissector, .report, .report, code: 0)
    return true
  }
}
