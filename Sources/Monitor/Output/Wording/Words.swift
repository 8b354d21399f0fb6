// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// A sentence, or a part of one, in the making: its parts are written one behind the other, without a `String` for
/// each.
struct Words: ExpressibleByStringInterpolation, CustomStringConvertible, Sendable {
  /// What is one text only, before `rest`.
  private let start: String
  private var rest: TextBuffer

  init(_ text: String) { self.init(stringLiteral: text) }
  init(stringLiteral text: String) { (start, rest) = (text, TextBuffer()) }
  init(stringInterpolation parts: Parts) { self.init(parts.text) }
  private init(_ text: TextBuffer) { (start, rest) = ("", text) }

  struct Parts: StringInterpolationProtocol {
    fileprivate var text: TextBuffer

    init(literalCapacity: Int, interpolationCount: Int) {
      text = TextBuffer(capacity: literalCapacity + interpolationCount * 64)
    }
    // Inlined, since between two interpolations there may be an empty literal.
    @inline(__always)
    mutating func appendLiteral(_ literal: String) { if !literal.isEmpty { text.append(literal) } }
    mutating func appendInterpolation(_ part: String) { text.append(part) }
    mutating func appendInterpolation(_ part: StaticString) { text.append(part) }
    mutating func appendInterpolation(_ part: Words) { part.write(to: &text) }
    mutating func appendInterpolation(_ number: some FixedWidthInteger) { text.append(decimal: number) }
    mutating func appendInterpolation(_ address: IPAddress) { address.write(to: &text) }
    mutating func appendInterpolation(_ address: MACAddress) { address.write(to: &text) }
  }

  func write(to text: inout TextBuffer) {
    if !start.isEmpty { text.append(start) }
    if rest.count > 0 { text.append(rest) }
  }

  static func + (left: Words, right: Words) -> Words { left.isEmpty ? right : right.isEmpty ? left : "\(left)\(right)" }
  static func += (left: inout Words, right: Words) { right.write(to: &left.rest) }

  /// With a capital letter, if it begins with one of `a` to `z`.
  var capitalized: Words {
    var text = TextBuffer()
    write(to: &text)
    let first = text.bytes.byteCount > 0 ? text.bytes.u8(0) : 0
    guard UInt8(ascii: "a")...UInt8(ascii: "z") ~= first else { return self }
    var capitalized = TextBuffer(capacity: text.count)
    capitalized.append(first & ~0x20)
    capitalized.append(text.bytes.from(1))
    return Words(capitalized)
  }

  var isEmpty: Bool { start.isEmpty && rest.count == 0 }
  var description: String { rest.count == 0 ? start : start.isEmpty ? rest.string : start + rest.string }
}
