// SPDX-License-Identifier: Apache-2.0

/// A body on its way: the window of it that is looked at next, decoded.
struct HTTPBody {
  private(set) var window: [UInt8] = []
  /// Where the window begins within the body.
  private(set) var offset: UInt64 = 0
  /// Bytes of the window that were not looked at.
  private(set) var fresh = 0
  private var coding = HTTPHead.Coding.identity
  private var inflater: Inflater?

  /// Bytes that are looked at together.
  static let window = 1 << 16
  /// Bytes that a window repeats of the one before it, so that a pattern that lies in both is found.
  static let overlap = 1 << 12

  mutating func begin(_ coding: HTTPHead.Coding) {
    end()
    self.coding = coding
  }
  /// Gives back what a body needs.
  mutating func end() {
    window = []
    offset = 0
    fresh = 0
    coding = .identity
    inflater = nil
  }

  /// Takes bytes until the window is full, or all are taken: the number of those taken.
  mutating func take(_ bytes: RawSpan) -> Int {
    guard coding != .identity else { return takePlain(bytes) }
    if inflater == nil { inflater = Inflater(coding, first: bytes.u8(0)) }
    guard let inflater else { return takePlain(bytes) }
    var used = 0
    while used < bytes.byteCount, !isFull {
      let before = window.count
      inflater.inflate(bytes, &used, into: &window)
      fresh += window.count - before
      if inflater.isRefused {
        coding = .identity
        self.inflater = nil
        return takePlain(bytes)
      }
    }
    return used
  }
  private mutating func takePlain(_ bytes: RawSpan) -> Int {
    let part = bytes.slice(0, HTTPBody.window - window.count)
    window.append(copying: part)
    fresh += part.byteCount
    return part.byteCount
  }

  var isFull: Bool { window.count >= HTTPBody.window }

  /// The window was looked at: its last bytes begin the next one.
  mutating func advance() {
    let surplus = window.count - HTTPBody.overlap
    if surplus > 0 {
      window.removeFirst(surplus)
      offset += UInt64(surplus)
    }
    fresh = 0
  }
}
