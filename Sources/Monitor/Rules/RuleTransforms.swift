// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

extension Transform {
  /// Whether it is done here: digests and expressions are not.
  var isKnown: Bool {
    switch self {
    case .lowercase, .uppercase, .stripBlanks, .compressBlanks, .urlDecode, .xor: true
    case .md5, .sha1, .sha256, .expression: false
    }
  }

  /// Does it to bytes, in place: none of those done here makes them longer.
  func apply(to bytes: inout [UInt8]) {
    switch self {
    case .lowercase: for place in bytes.indices where 0x41...0x5A ~= bytes[place] { bytes[place] |= 0x20 }
    case .uppercase: for place in bytes.indices where 0x61...0x7A ~= bytes[place] { bytes[place] &= 0xDF }
    case .stripBlanks: bytes.removeAll { Transform.isBlank($0) }
    case .compressBlanks:
      var count = 0
      for place in bytes.indices {
        let isBlank = Transform.isBlank(bytes[place])
        if isBlank, count > 0, bytes[count - 1] == 0x20 { continue }
        bytes[count] = isBlank ? 0x20 : bytes[place]
        count += 1
      }
      bytes.removeLast(bytes.count - count)
    case .urlDecode:
      var (count, place) = (0, 0)
      while place < bytes.count {
        var byte = bytes[place]
        if byte == UInt8(ascii: "+") { byte = 0x20 }
        if byte == UInt8(ascii: "%"), place + 2 < bytes.count, let high = Transform.digit(bytes[place + 1]),
          let low = Transform.digit(bytes[place + 2])
        {
          byte = high << 4 | low
          place += 2
        }
        bytes[count] = byte
        count += 1
        place += 1
      }
      bytes.removeLast(bytes.count - count)
    case .xor(let key):
      guard !key.isEmpty else { return }
      for place in bytes.indices { bytes[place] ^= key[place % key.count] }
    case .md5, .sha1, .sha256, .expression: break
    }
  }

  /// As C's `isspace` has it.
  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }
}
