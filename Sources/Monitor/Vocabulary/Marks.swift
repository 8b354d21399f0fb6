// SPDX-License-Identifier: Apache-2.0

extension Values {
  /// Where the quality and the time of a value lie, relative to the value: the same for all values of one `Values`.
  /// One byte, since every byte of an operation is copied with each message.
  package struct Marks: RawRepresentable, Equatable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    package static let none = Marks(rawValue: 0)

    package enum Quality: UInt8, Sendable {
      case none
      /// None, but a byte between value and time: the qualifier of a command.
      case qualifier
      /// The upper four bits of the value's own byte; the upper five, with two bytes between it and the time.
      case highFour, highFive
      /// The value's own byte.
      case same
      /// The byte after the value; its upper three bits.
      case after, afterHighThree
      /// The byte after the value, with two further ones between it and the time.
      case afterThenElapsed
      /// The third byte after the value.
      case afterChanges
      /// The byte before the value.
      case before
      /// The value has a status that is not sent because it is 0 (OPC 10000-4, 7.39).
      case good
      /// Four bytes after the value, lowest first; after the dimensions of the array.
      case status, statusAfterDimensions
      /// The lower seven bits of the tenth byte after the value, and of the first.
      case controlStatus, outputStatus
      /// The byte before the two that precede the value.
      case beforeAssociation
    }

    package enum Time: UInt8, Sendable {
      case none
      /// CP24Time2a, CP56Time2a (IEC 60870-5-101, 7.2.6.20 and 7.2.6.18).
      case minutes, whole
      /// Milliseconds since 1970 in six bytes, and since a time given elsewhere in two (IEEE 1815-2012, 11.3).
      case since1970, relative
    }

    package init(_ quality: Quality, _ time: Time = .none) {
      rawValue = quality.rawValue | time.rawValue << 4
    }
    package var quality: Quality { Quality(rawValue: rawValue & 15) ?? .none }
    package var time: Time { Time(rawValue: rawValue >> 4) ?? .none }
  }

  /// Whether anything is said of the quality of the values. Statuses of 0 alone say nothing.
  var hasQuality: Bool {
    guard count > 0, format != .indexedOctets else { return false }
    return marks.quality != .none && marks.quality != .qualifier && marks.quality != .good
  }
  var hasTimes: Bool { count > 0 && format != .indexedOctets && marks.time != .none }

  /// Where the value at `index` lies, and where it ends.
  private func place(_ index: Int) -> (start: Int, end: Int) {
    let width = max(1, format.width)
    let start = Int(offset) + index * (stride > 0 ? Int(stride) : width)
    return (start, start + width)
  }

  /// The quality of the value at `index` as the protocol has it; -1 where nothing is said.
  func quality(_ index: Int, in message: RawSpan) -> Int64 {
    guard count > 0, format != .indexedOctets else { return -1 }
    let (start, end) = place(index)
    let at: Int
    let mask: UInt8
    switch marks.quality {
    case .none, .qualifier: return -1
    case .good: return 0
    case .status, .statusAfterDimensions: return status(in: message)
    case .highFour: (at, mask) = (start, 0xF0)
    case .highFive: (at, mask) = (start, 0xF8)
    case .same: (at, mask) = (start, 0xFF)
    case .after, .afterThenElapsed: (at, mask) = (end, 0xFF)
    case .afterHighThree: (at, mask) = (end, 0xE0)
    case .afterChanges: (at, mask) = (end + 2, 0xFF)
    case .before: (at, mask) = (start - 1, 0xFF)
    case .controlStatus: (at, mask) = (end + 9, 0x7F)
    case .outputStatus: (at, mask) = (end, 0x7F)
    case .beforeAssociation: (at, mask) = (start - 3, 0xFF)
    }
    guard at >= 0, at < message.byteCount else { return -1 }
    return Int64(message.u8(at) & mask)
  }

  /// The status of a whole value, array or not.
  private func status(in message: RawSpan) -> Int64 {
    var at = end(in: message)
    if marks.quality == .statusAfterDimensions {
      guard at >= 0, at + 4 <= message.byteCount else { return -1 }
      at += 4 + 4 * Int(min(message.u32LE(at), UInt32(message.byteCount)))
    }
    guard at >= 0, at + 4 <= message.byteCount else { return -1 }
    return Int64(message.u32LE(at))
  }

  /// Where the values end, for those of OPC UA: one after the other.
  func end(in message: RawSpan) -> Int {
    switch format {
    case .null: return Int(offset)
    // It does not say where it lay.
    case .name: return -1
    case .lengthAndText, .lengthAndOctets:
      var at = Int(offset)
      for _ in 0..<Int(count) {
        guard at + 4 <= message.byteCount else { return -1 }
        at += 4 + max(0, Int(Int32(bitPattern: message.u32LE(at))))
      }
      return at
    default:
      return format.isSizedByStride
        ? Int(offset) + Int(stride) * Int(count) : Int(offset) + Int(count) * format.width
    }
  }

  /// The time that came with the value at `index`, as octets if it is an impossible one; nil if there is none.
  func time(_ index: Int, in message: RawSpan) -> String? {
    guard hasTimes else { return nil }
    let between =
      switch marks.quality {
      case .qualifier, .after, .afterHighThree: 1
      case .highFive: 2
      case .afterThenElapsed: 3
      default: 0
      }
    let at = place(index).end + between
    switch marks.time {
    case .none: return nil
    case .minutes: return message.time(at, 3) { $0.minutes(0) }
    case .whole: return message.time(at, 7) { $0.binaryTime(0) }
    case .since1970: return message.time(at, 6) { $0.timeSince1970(0) }
    case .relative:
      guard at + 2 <= message.byteCount else { return nil }
      let milliseconds = Int(message.u16LE(at))
      return "PT\(milliseconds / 1000)." + decimalDigits(milliseconds % 1000, 3) + "S"
    }
  }
}

extension RawSpan {
  /// The `count` bytes at `offset` as a time, else as octets; nil if the message ends before.
  fileprivate func time(_ offset: Int, _ count: Int, _ text: (RawSpan) -> String?) -> String? {
    guard offset >= 0, offset + count <= byteCount else { return nil }
    let octets = slice(offset, count)
    return text(octets) ?? octets.hexadecimalText
  }
}
