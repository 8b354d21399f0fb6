// SPDX-License-Identifier: Apache-2.0

/// The values of a record by their paths, in the order of the record: `alert.severity` is `1`. The items of a list are
/// one value. It reads what `JSONLine` writes, and no other JSON.
struct Leaves {
  private(set) var list: [(path: String, value: String)] = []
  private var bytes: [UInt8]
  private var place = 0

  init(_ line: borrowing JSONLine) {
    bytes = line.bytes
    value("")
  }

  subscript(path: String) -> String? { list.first { $0.path == path }?.value }

  private var next: UInt8 { place < bytes.count ? bytes[place] : 0 }

  private mutating func value(_ path: String) {
    switch next {
    case UInt8(ascii: "{"): object(path)
    case UInt8(ascii: "["): list.append((path, items()))
    default: list.append((path, scalar()))
    }
  }

  private mutating func object(_ path: String) {
    place += 1
    while next == UInt8(ascii: "\"") {
      let key = text()
      place += 1
      value(path.isEmpty ? key : "\(path).\(key)")
      if next == UInt8(ascii: ",") { place += 1 }
    }
    place += 1
  }

  private mutating func items() -> String {
    var items: [String] = []
    place += 1
    while next != UInt8(ascii: "]"), next != 0 {
      items.append(scalar())
      if next == UInt8(ascii: ",") { place += 1 }
    }
    place += 1
    return items.joined(separator: ", ")
  }

  private mutating func scalar() -> String {
    if next == UInt8(ascii: "\"") { return text() }
    let start = place
    while place < bytes.count, !",]}\n".utf8.contains(bytes[place]) { place += 1 }
    // A value that is none would not be passed.
    if place == start { place += 1 }
    return String(decoding: bytes[start..<min(place, bytes.count)], as: UTF8.self)
  }

  private mutating func text() -> String {
    place += 1
    var text: [UInt8] = []
    while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
      if bytes[place] == UInt8(ascii: "\\"), place + 1 < bytes.count {
        place += 1
        escape(&text)
      } else {
        text.append(bytes[place])
        place += 1
      }
    }
    place += 1
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func escape(_ text: inout [UInt8]) {
    let letter = bytes[place]
    place += 1
    switch letter {
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      let digits = String(decoding: bytes[place..<min(place + 4, bytes.count)], as: UTF8.self)
      place += 4
      let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}"
      text.append(contentsOf: String(scalar).utf8)
    default: text.append(letter)
    }
  }
}
