// SPDX-License-Identifier: Apache-2.0

/// A value out of a message as a record shows it.
package enum ShownValue: Equatable, Sendable {
  case number(Number)
  /// A text, a time, octets; controls are written out.
  case text(String)

  /// Whether it can stand in an array of JSON numbers.
  var isPlain: Bool { if case .number(let number) = self { number.isPlain } else { false } }
  var text: String {
    switch self {
    case .number(let number): number.text
    case .text(let text): text
    }
  }
  /// A place without a value.
  static let null = ShownValue.text("null")
}

extension Values {
  /// Adds at most `most` values to `values`, each in its place: what is no number as text, and what cannot be read as
  /// the octets it consists of.
  func read(_ message: borrowing Message, most: Int, into values: inout [ShownValue]) {
    let wanted = min(most, Int(count))
    guard wanted > 0 else { return }
    switch format {
    case .lengthAndText, .lengthAndOctets:
      var at = Int(offset)
      for _ in 0..<wanted {
        guard at >= 0, at + 4 <= message.bytes.byteCount else { return }
        let length = Int(Int32(bitPattern: message.bytes.u32LE(at)))
        let octets = message.bytes.slice(at + 4, max(0, min(length, message.bytes.byteCount - at - 4)))
        values.append(
          length < 0 ? .null : .text(format == .lengthAndText ? octets.shownText : octets.hexadecimalText))
        at += 4 + octets.byteCount
      }
    default:
      for index in 0..<wanted {
        guard let value = value(index, message) else { return }
        values.append(value)
      }
    }
  }

  /// The value at `index` of those that have one size; nil past the end of the message.
  private func value(_ index: Int, _ message: borrowing Message) -> ShownValue? {
    switch format {
    case .null: return .null
    case .name: return message.names.text(NameID(rawValue: UInt32(bitPattern: offset))).map { .text($0) } ?? .null
    default: break
    }
    if let number = number(index, in: message.bytes) { return .number(number) }
    let size = format.isSizedByStride ? Int(stride) : format.width
    let gap = format == .indexedOctets ? Int(marks.rawValue) : 0
    let at = Int(offset) + index * (stride > 0 ? Int(stride) : size)
    guard offset >= 0, size >= gap, at + size <= message.bytes.byteCount, size > 0 || format.isSizedByStride else {
      return nil
    }
    let octets = message.bytes.slice(at + gap, size - gap)
    let text: String? =
      switch format {
      case .text: octets.shownText
      case .guid: octets.guid
      case .time1601LE: octets.timeSince1601
      case .time1970LE: octets.timeSince1970(0)
      case .binaryTime: octets.binaryTime(0)
      case .utcTime: octets.utcTime
      case .timeOfDay: octets.timeOfDay
      default: nil
      }
    return .text(text ?? octets.hexadecimalText)
  }
}

extension RawSpan {
  /// As much of it as a record shows of one text, and half as many octets.
  private static var longest: Int { 512 }

  /// What is no UTF-8 becomes U+FFFD, and what a terminal would obey is written out.
  fileprivate var shownText: String {
    String(decoding: [UInt8](copying: extracting(first: RawSpan.longest)), as: UTF8.self).withControlsWrittenOut
  }

  var hexadecimalText: String {
    let shown = extracting(first: RawSpan.longest / 2)
    var text: [UInt8] = []
    text.reserveCapacity(2 * shown.byteCount)
    for place in 0..<shown.byteCount {
      for digit in [shown.u8(place) >> 4, shown.u8(place) & 15] {
        text.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  fileprivate var guid: String? {
    var text: [UInt8] = []
    text.append(guid: self)
    return String(decoding: text, as: UTF8.self)
  }
}
