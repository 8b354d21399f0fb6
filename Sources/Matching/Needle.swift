// SPDX-License-Identifier: Apache-2.0

/// One pattern and how it is looked for. Its bytes lie in an array with those of other patterns: a needle holds no
/// reference, so that copying it costs nothing.
struct Needle: Sendable {
  /// Where its bytes begin among the patterns'. They are small letters if case does not count.
  let start: Int
  let count: Int
  let isCaseless: Bool
  /// Its first eight bytes, or all if they are fewer, as a word, and which bytes of the word count.
  private let head: UInt64
  private let headMask: UInt64
  /// The byte of the pattern that traffic shows least often, and where it stands in the pattern.
  private let rareByte: UInt8
  private let rarePlace: Int

  /// Adds the bytes to those of the other patterns.
  init(_ bytes: [UInt8], isCaseless: Bool, addingTo patterns: inout [UInt8]) {
    let bytes = isCaseless ? bytes.map(\.folded) : bytes
    start = patterns.count
    count = bytes.count
    self.isCaseless = isCaseless
    patterns += bytes
    var head: UInt64 = 0
    for (place, byte) in bytes.prefix(8).enumerated() { head |= UInt64(byte) << UInt64(8 * place) }
    self.head = head
    headMask = bytes.count >= 8 ? .max : 1 << UInt64(8 * bytes.count) - 1
    let rarest = bytes.indices.min { Needle.commonness(bytes[$0]) < Needle.commonness(bytes[$1]) }
    rarePlace = rarest ?? 0
    rareByte = rarest.map { bytes[$0] } ?? 0
  }

  /// How often traffic shows a byte, roughly: numbers of few bytes, padding and text are made of the same few.
  private static func commonness(_ byte: UInt8) -> Int {
    switch byte {
    case 0x00: 9
    case 0x01, 0xFF: 8
    case 0x20, 0x65, 0x74, 0x61, 0x6F, 0x69, 0x6E, 0x73, 0x72: 7
    case 0x02...0x08, 0x30...0x33: 6
    case 0x61...0x7A, 0x0A, 0x0D, 0x2E, 0x2F: 5
    case 0x30...0x39, 0x09...0x10: 4
    case 0x41...0x5A: 3
    case 0x21...0x7E: 2
    default: 1
    }
  }

  /// Whether it stands at a place, from which on there must be as many bytes as it has.
  @inline(__always)
  func stands(at place: Int, in bytes: RawSpan, of patterns: RawSpan) -> Bool {
    var done = 0
    if place <= bytes.byteCount &- 8 {
      let word = bytes.word(place)
      if (isCaseless ? word.folded : word) & headMask != head { return false }
      if count <= 8 { return true }
      done = 8
    }
    return goesOn(from: done, at: place, in: bytes, of: patterns)
  }

  private func goesOn(from first: Int, at place: Int, in bytes: RawSpan, of patterns: RawSpan) -> Bool {
    var done = first
    while done &+ 8 <= count {
      let word = bytes.word(place &+ done)
      if (isCaseless ? word.folded : word) != patterns.word(start &+ done) { return false }
      done &+= 8
    }
    while done < count {
      let byte = bytes.byte(place &+ done)
      if (isCaseless ? byte.folded : byte) != patterns.byte(start &+ done) { return false }
      done &+= 1
    }
    return true
  }

  /// Whether it stands where a dot before the first byte begins it.
  func standsAtDot(in bytes: RawSpan, of patterns: RawSpan) -> Bool {
    guard count > 0, count - 1 <= bytes.byteCount, patterns.byte(start) == 0x2E else { return false }
    for place in 1..<max(1, count) {
      let byte = bytes.byte(place - 1)
      if (isCaseless ? byte.folded : byte) != patterns.byte(start + place) { return false }
    }
    return true
  }

  /// The first place at or behind `lower` from which on it lies before `upper`. Both are places of `bytes`, or its end.
  func firstPlace(in bytes: RawSpan, from lower: Int, to upper: Int, of patterns: RawSpan) -> Int? {
    guard lower >= 0, upper <= bytes.byteCount, upper - lower >= count else { return nil }
    guard count > 0 else { return lower }
    var place = lower &+ rarePlace
    let last = upper &- count &+ rarePlace
    let wanted = UInt64.repeating(rareByte)
    // With this bit set capitals are small letters, and other bytes of no interest may look like the wanted one.
    let ignored: UInt64 = isCaseless && rareByte.isLetter ? .repeating(0x20) : 0
    while place <= last, place <= bytes.byteCount &- 8 {
      var marks = ((bytes.word(place) | ignored) ^ wanted).zeroBytes
      while marks != 0 {
        let candidate = place &+ marks.trailingZeroBitCount &>> 3
        if candidate > last { return nil }
        if stands(at: candidate &- rarePlace, in: bytes, of: patterns) { return candidate &- rarePlace }
        marks &= marks &- 1
      }
      place &+= 8
    }
    while place <= last {
      if stands(at: place &- rarePlace, in: bytes, of: patterns) { return place &- rarePlace }
      place &+= 1
    }
    return nil
  }
}
