// SPDX-License-Identifier: Apache-2.0

extension SLMP {
  /// Notation and kind of a frame.
  struct Form {
    var isASCII = false
    var is4E = false
    var isResponse = false
    /// Characters or bytes of a number.
    @inline(__always)
    func width(_ bytes: Int) -> Int { isASCII ? 2 * bytes : bytes }
    /// Where the network number is.
    var route: Int { width(is4E ? 6 : 2) }
    /// Where the bytes counted by the length begin.
    var head: Int { route + width(7) }
  }

  /// The form of the 3E or 4E frame that the available bytes begin; nil if there is none.
  @inline(__always)
  static func form(_ bytes: RawSpan) -> Form? {
    guard bytes.byteCount >= 2 else { return nil }
    var form = Form()
    switch bytes.u16(0) {
    case 0x5000: break
    case 0xD000: form.isResponse = true
    case 0x5400: form.is4E = true
    case 0xD400: (form.is4E, form.isResponse) = (true, true)
    // `50`, `D0`, `54`, `D4`, followed by `00`.
    case 0x3530: form.isASCII = true
    case 0x4430: (form.isASCII, form.isResponse) = (true, true)
    case 0x3534: (form.isASCII, form.is4E) = (true, true)
    case 0x4434: form = Form(isASCII: true, is4E: true, isResponse: true)
    default: return nil
    }
    if form.isASCII, bytes.byteCount >= 4, bytes.u16(2) != 0x3030 { return nil }
    // The two zeros after the serial number.
    if form.is4E, bytes.byteCount >= form.route, number(bytes, form.width(4), 2, form) != 0 { return nil }
    return form
  }

  /// A number of `size` bytes in either notation; nil if it is cut off or not a number.
  @inline(__always)
  static func number(_ bytes: RawSpan, _ offset: Int, _ size: Int, _ form: Form) -> UInt64? {
    guard offset >= 0, offset + form.width(size) <= bytes.byteCount else { return nil }
    if form.isASCII { return hexadecimal(bytes, offset, 2 * size) }
    switch size {
    case 1: return UInt64(bytes.u8(offset))
    case 2: return UInt64(bytes.u16LE(offset))
    case 4: return UInt64(bytes.u32LE(offset))
    default:
      var value: UInt64 = 0
      for place in 0..<size { value |= UInt64(bytes.u8(offset + place)) << UInt64(8 * place) }
      return value
    }
  }
  @inline(never)
  private static func hexadecimal(_ bytes: RawSpan, _ offset: Int, _ digits: Int) -> UInt64? {
    bytes.hexadecimal(offset, digits)
  }
}

/// What is remembered about a conversation.
struct SLMPState {
  /// Which frames it had.
  var had3E = false
  var had1E = false
  /// How many words and double words were registered to be monitored; 0 and 0 if that was not seen.
  var words: UInt8 = 0
  var doubleWords: UInt8 = 0
  /// How many points were registered by 1E frames, up to 256 each.
  var bits1E: UInt16 = 0
  var words1E: UInt16 = 0
  var fileRegisters1E: UInt16 = 0

  init(_ bits: UInt64) {
    had3E = bits >> 63 & 1 != 0
    had1E = bits >> 62 & 1 != 0
    words = UInt8(truncatingIfNeeded: bits)
    doubleWords = UInt8(truncatingIfNeeded: bits >> 8)
    bits1E = UInt16(truncatingIfNeeded: bits >> 16 & 0x1FF)
    words1E = UInt16(truncatingIfNeeded: bits >> 25 & 0x1FF)
    fileRegisters1E = UInt16(truncatingIfNeeded: bits >> 34 & 0x1FF)
  }
  var bits: UInt64 {
    (had3E ? 1 << 63 : 0) | (had1E ? 1 << 62 : 0) | UInt64(words) | UInt64(doubleWords) << 8
      | UInt64(bits1E & 0x1FF) << 16 | UInt64(words1E & 0x1FF) << 25 | UInt64(fileRegisters1E & 0x1FF) << 34
  }

  /// How many points are monitored by 1E frames, by the command that registers or monitors them; nil for others.
  func points(monitoredBy command: SLMP1ECommand) -> UInt16? {
    switch command {
    case .registerBits, .monitorBits: bits1E
    case .registerWords, .monitorWords: words1E
    case .registerFile, .monitorFile: fileRegisters1E
    default: nil
    }
  }
  mutating func register(_ points: UInt16, by command: SLMP1ECommand) {
    switch command {
    case .registerBits: bits1E = points
    case .registerWords: words1E = points
    case .registerFile: fileRegisters1E = points
    default: break
    }
  }
}
