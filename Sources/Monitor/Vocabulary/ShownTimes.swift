// SPDX-License-Identifier: Apache-2.0

/// Times out of messages in ISO 8601: with `Z` where the protocol counts in universal time, without a zone where it
/// leaves that to the plant. Behind a time stands what the device says against it: `invalid`, `substituted`,
/// `summer time`, `clock failure`, `not synchronized`. Nil for bytes that are no time.
extension RawSpan {
  /// Milliseconds since 1970 in six bytes, lowest first (IEEE 1815-2012, 11.3.2.3).
  func timeSince1970(_ offset: Int) -> String? {
    let milliseconds = Int64(u32LE(offset)) | Int64(u16LE(offset + 4)) << 32
    return isoTime(seconds: milliseconds / 1000, fraction: Int(milliseconds % 1000), 3) + "Z"
  }

  /// Hundreds of nanoseconds since 1601 (OPC 10000-6, 5.2.2.5): nothing is earlier, and what lies beyond 9999 is its
  /// end.
  var timeSince1601: String? {
    let ticks = min(max(0, Int64(bitPattern: u64LE(0))), 2_650_467_743_990_000_000)
    return isoTime(seconds: ticks / 10_000_000 - 11_644_473_600, fraction: Int(ticks % 10_000_000) / 10, 6) + "Z"
  }

  /// UtcTime: seconds since 1970, a binary fraction, and what the clock is worth (IEC 61850-8-1, 8.1.3.6).
  var utcTime: String? {
    let microseconds = (Int(u24(4)) * 1_000_000) >> 24
    return isoTime(seconds: Int64(u32(0)), fraction: microseconds, 6) + "Z"
      + (u8(7) & 0x40 != 0 ? " clock failure" : "") + (u8(7) & 0x20 != 0 ? " not synchronized" : "")
  }

  /// TimeOfDay: milliseconds of the day, with the day since 1984 or without (ISO 9506-2).
  var timeOfDay: String? {
    guard byteCount == 4 || byteCount == 6, u32(0) < 86_400_000 else { return nil }
    let milliseconds = Int(u32(0))
    if byteCount == 4 { return "T" + timeText(milliseconds / 1000) + "." + decimalDigits(milliseconds % 1000, 3) }
    // 1984-01-01.
    let days = Int64(u16(4)) + 5113
    return isoTime(seconds: days * 86_400 + Int64(milliseconds / 1000), fraction: milliseconds % 1000, 3)
  }

  /// CP56Time2a, seven bytes (IEC 60870-5-101, 7.2.6.18).
  func binaryTime(_ offset: Int) -> String? {
    let milliseconds = Int(u16LE(offset))
    let (minute, hour) = (Int(u8(offset + 2) & 0x3F), Int(u8(offset + 3) & 0x1F))
    let (day, month, year) = (Int(u8(offset + 4) & 0x1F), Int(u8(offset + 5) & 0x0F), Int(u8(offset + 6) & 0x7F))
    guard milliseconds < 60_000, minute < 60, hour < 24, day > 0, 1...12 ~= month, year < 100 else { return nil }
    let second = hour * 3600 + minute * 60 + milliseconds / 1000
    return
      "20\(decimalDigits(year, 2))-\(decimalDigits(month, 2))-\(decimalDigits(day, 2))T\(timeText(second)).\(decimalDigits(milliseconds % 1000, 3))"
      + doubts(offset + 2) + (u8(offset + 3) & 0x80 != 0 ? " summer time" : "")
  }

  /// CP24Time2a, three bytes: minutes and milliseconds of an hour that is not said (IEC 60870-5-101, 7.2.6.20), in the
  /// truncated form `-10:05.996` of ISO 8601:2000.
  func minutes(_ offset: Int) -> String? {
    let milliseconds = Int(u16LE(offset))
    let minute = Int(u8(offset + 2) & 0x3F)
    guard milliseconds < 60_000, minute < 60 else { return nil }
    return
      "-\(decimalDigits(minute, 2)):\(decimalDigits(milliseconds / 1000, 2)).\(decimalDigits(milliseconds % 1000, 3))"
      + doubts(offset + 2)
  }

  /// Two bits beside the minutes.
  private func doubts(_ offset: Int) -> String {
    (u8(offset) & 0x40 != 0 ? " substituted" : "") + (u8(offset) & 0x80 != 0 ? " invalid" : "")
  }
}

private func isoTime(seconds: Int64, fraction: Int, _ count: Int) -> String {
  let days = CalendarDate.floor(seconds, by: 86_400)
  var text = TextBuffer(capacity: 32)
  CalendarDate(days: days).write(to: &text)
  text.append(UInt8(ascii: "T"))
  CalendarDate.writeTime(Int(seconds - days * 86_400), to: &text)
  text.append(UInt8(ascii: "."))
  CalendarDate.digits(fraction, count, &text)
  return text.string
}

private func timeText(_ second: Int) -> String {
  var text = TextBuffer(capacity: 32)
  CalendarDate.writeTime(second, to: &text)
  return text.string
}

/// `count` decimal digits.
func decimalDigits(_ value: Int, _ count: Int) -> String {
  var text = TextBuffer(capacity: 32)
  CalendarDate.digits(value, count, &text)
  return text.string
}
