// SPDX-License-Identifier: Apache-2.0

/// A device attribute (group 0): IEEE 1815-2012, annex A.1.
///
///     0      1        2
///     +------+--------+---------- ... -+
///     | type | length | value          |
///     +------+--------+---------- ... -+
struct DNP3Attribute {
  /// Type and length.
  static let headerSize = 2
  private let type: UInt8
  let start: Int
  /// Bytes of the value that are present.
  let count: Int
  /// Length of the value, as stated.
  let size: Int

  /// The attribute at `offset`, whose type and length are present; the bytes extend to `end`.
  init(_ bytes: RawSpan, at offset: Int, end: Int) {
    type = bytes.u8(offset)
    start = offset + DNP3Attribute.headerSize
    size = DNP3Attribute.size(bytes, at: offset)
    count = min(size, end - start)
  }
  /// A list of type 255 is 256 bytes longer than its length field states.
  static func size(_ bytes: RawSpan, at offset: Int) -> Int {
    Int(bytes.u8(offset + 1)) + (bytes.u8(offset) == 255 ? 256 : 0)
  }

  var isText: Bool { type == 1 && count == size }
  /// Types 1 to 7: text, unsigned, integer, floating point, octets, bits, time; others are lists (annex A.1).
  var value: Values {
    let format: Values.Format =
      switch (type, size) {
      case (1, _): .text
      case (2, 1): .uint8
      case (2, 2): .uint16LE
      case (2, 4): .uint32LE
      case (3, 1): .int8
      case (3, 2): .int16LE
      case (3, 4): .int32LE
      case (4, 4): .float32LE
      case (4, 8): .float64LE
      case (7, 6): .time1970LE
      default: .octets
      }
    return format.width > 0 && count == size
      ? Values(format, at: start, 1, end: start + count)
      : Values(format == .text ? .text : .octets, at: start, length: max(0, count))
  }
}

extension DNP3 {
  /// The variation is the attribute, the index its attribute set.
  static func readAttributes(
    _ block: DNP3ObjectBlock, _ bytes: RawSpan, _ operation: inout Operation, _ exchange: inout Exchange
  ) {
    let range = block.range
    var offset = block.start
    for place in 0..<Int(range.count) {
      guard offset + range.prefix + DNP3Attribute.headerSize <= block.end else { break }
      let index = range.isIndexed ? UInt64(range.number(bytes, at: offset)) : range.first + UInt64(place)
      let attribute = DNP3Attribute(bytes, at: offset + range.prefix, end: block.end)
      let target = Target(area: .group, number: UInt32(DNP3Group.attributes), address: index, count: 1)
      add(target, attribute.value, to: &operation, &exchange)
      if block.function == .response || block.function == .unsolicited, attribute.isText {
        identify(block.object, bytes.slice(attribute.start, attribute.count), &exchange)
      }
      offset += range.prefix + DNP3Attribute.headerSize + attribute.size
    }
  }

  private static func identify(_ object: DNP3Object, _ text: RawSpan, _ exchange: inout Exchange) {
    let text = text.trimmed
    guard text.byteCount > 0 else { return }
    var report = IdentityReport()
    switch object.variation {
    case 242: report.firmware = exchange.name(text)
    case 247: report.name = exchange.name(text)
    case 248: report.serial = exchange.name(text)
    case 250: report.model = exchange.name(text)
    case 252: report.vendor = exchange.name(text)
    default: return
    }
    exchange.identities.append(report)
  }
}
