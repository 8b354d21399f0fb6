// SPDX-License-Identifier: Apache-2.0

/// Which options a SYN has, in their order, padding included: each system has one of its own. Options that programs
/// choose (TCP Fast Open, MD5 and AO, MPTCP) do not count.
package struct TCPOptionLayout: Equatable, Sendable {
  /// Four bits for each option's kind, the first one highest, after a 1.
  private let packed: UInt64
  private init(packed: UInt64) { self.packed = packed }

  static let unknown = TCPOptionLayout(packed: 0)
  private static let longest = 15

  /// The options of a segment, up to the first one that is malformed.
  init(_ header: borrowing TCPHeader) {
    let options = header.bytes.slice(20, header.headerLength - 20)
    var packed: UInt64 = 1
    var count = 0
    var place = 0
    while place < options.byteCount, count < TCPOptionLayout.longest {
      let kind = options.u8(place)
      if kind == 0 { break }
      if TCPOptionLayout.name(kind) != nil {
        packed = packed << 4 | UInt64(kind)
        count += 1
      }
      if kind == 1 {
        place += 1
      } else {
        guard place + 1 < options.byteCount, options.u8(place + 1) >= 2 else { break }
        place += Int(options.u8(place + 1))
      }
    }
    self.packed = packed
  }

  /// RFC 9293, 3.2; RFC 7323, 2.2 and 3.2; RFC 2018, 2.
  private static func name(_ kind: UInt8) -> String? {
    switch kind {
    case 1: "NOP"
    case 2: "MSS"
    case 3: "window scale"
    case 4: "SACK permitted"
    case 8: "timestamps"
    default: nil
    }
  }

  /// The names of the options, none if there are none.
  var names: [String] {
    var names: [String] = []
    var rest = packed
    while rest > 1 {
      if let name = TCPOptionLayout.name(UInt8(rest & 15)) { names.append(name) }
      rest >>= 4
    }
    return names.reversed()
  }
}
