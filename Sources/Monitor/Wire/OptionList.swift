// SPDX-License-Identifier: Apache-2.0

/// The options after an IPv4 (RFC 791, 3.1) or TCP header (RFC 9293, 3.1): kind 0 ends the list, kind 1 is
/// one byte of padding, every other has a length that counts its kind and itself. Each step takes at least
/// one byte, so the walk ends.
struct OptionList: ~Escapable {
  private var rest: RawSpan
  /// A length that is too small or reaches beyond the header ended the walk.
  private(set) var isMalformed = false

  @inline(__always) @_lifetime(copy bytes)
  init(_ bytes: RawSpan) { rest = bytes }

  @_lifetime(copy self)
  mutating func next() -> HeaderOption? {
    while rest.byteCount > 0 {
      let kind = rest.u8(0)
      if kind == 0 { break }
      if kind == 1 {
        rest = rest.from(1)
        continue
      }
      let length = rest.byteCount >= 2 ? Int(rest.u8(1)) : 0
      guard length >= 2, length <= rest.byteCount else {
        isMalformed = true
        break
      }
      let option = HeaderOption(kind: kind, data: rest.slice(2, length - 2))
      rest = rest.from(length)
      return option
    }
    rest = rest.slice(0, 0)
    return nil
  }
}

/// One option: its number and the data after its length.
struct HeaderOption: ~Escapable {
  let kind: UInt8
  let data: RawSpan

  @inline(__always) @_lifetime(copy data)
  init(kind: UInt8, data: RawSpan) {
    self.kind = kind
    self.data = data
  }
}
