// SPDX-License-Identifier: Apache-2.0

/// Groups with special treatment (IEEE 1815-2012, annex A).
enum DNP3Group {
  static let attributes: UInt8 = 0
  /// Control relay output blocks and pattern masks.
  static let control: UInt8 = 12
  /// Analog output blocks.
  static let output: UInt8 = 41
  static let timeAndDate: UInt8 = 50
  static let delay: UInt8 = 52
  static let classes: UInt8 = 60
  static let file: UInt8 = 70
  static let authentication: UInt8 = 120
}

/// An object: group and variation (IEEE 1815-2012, annex A).
struct DNP3Object: Sendable {
  let group: UInt8
  let variation: UInt8

  /// Objects that report changes: the number requested does not identify their points.
  var isEvent: Bool {
    switch group {
    case 2, 4, 11, 13, 22, 23, 32, 33, 42, 43, 88, 111, 113, 115, 122: true
    default: false
    }
  }
  /// The user and the signature of a message that authenticates itself (annex A.45.3 and A.45.9).
  var isSignature: Bool { group == DNP3Group.authentication && (variation == 3 || variation == 9) }

  /// A control that is echoed with its status at the end.
  var hasControlStatus: Bool { group == DNP3Group.control && variation <= 2 || group == DNP3Group.output }

  /// The action of writing to it.
  var written: Action {
    switch group {
    case 50, 51: .clock
    // The restart indication, which the master clears once it has seen it.
    case 80: .diagnose
    case 0, 34, 60, 85, 86: .configure
    case 70: .file
    case 120: .authenticate
    default: .write
    }
  }
  /// A message that writes several objects is judged by the most serious action.
  static func moreSerious(_ one: Action?, _ other: Action) -> Action {
    func weight(_ action: Action) -> Int {
      switch action {
      case .authenticate: 5
      case .file: 4
      case .configure: 3
      case .clock: 2
      case .write: 1
      default: 0
      }
    }
    guard let one else { return other }
    return weight(one) >= weight(other) ? one : other
  }

  /// Number of bits of an object that is packed into bytes together with others; 0 for all other objects.
  var bits: Int {
    switch (group, variation) {
    case (1, 1), (10, 1), (12, 3), (80, 1): 1
    case (3, 1): 2
    default: 0
    }
  }
  var isPacked: Bool { bits > 0 }

  /// Size of an object in bytes; nil if it varies or is unknown.
  var size: Int? {
    switch group {
    case 1, 3, 10: return variation == 2 ? 1 : nil
    case 2, 4: return bytes(0x3710)
    case 11, 13: return bytes(0x710)
    case 12: return variation == 1 || variation == 2 ? 11 : nil
    case 20: return bytes(0x2_4243_5350)
    case 21: return bytes(0x2_4249_B9B3_5350)
    case 22, 23: return bytes(0x9_B9B3_5350)
    case 30: return bytes(0x9524350)
    case 31: return bytes(0x9_5249_B350)
    case 32, 33, 42, 43: return bytes(0xF_B959_B350)
    case 34: return bytes(0x4420)
    case 40, 41: return bytes(0x95350)
    case 50: return bytes(0xB6A60)
    case 51: return variation == 1 || variation == 2 ? 6 : nil
    case 52: return variation == 1 || variation == 2 ? 2 : nil
    case 60: return 0
    case 81: return variation == 1 ? 3 : nil
    case 101: return bytes(0x8420)
    case 102: return variation == 1 ? 1 : nil
    case 86: return variation == 2 ? 1 : nil
    // The variation is the length of the string; 0, "whatever the length", is for requests to read.
    case 110...115: return variation == 0 ? nil : Int(variation)
    // Those of fixed size; the others are preceded by their size.
    case 120: return variation == 3 ? 6 : variation == 4 ? 2 : nil
    case 121: return variation == 1 ? 7 : nil
    case 122: return bytes(0xD70)
    default: return nil
    }
  }

  /// The sizes are the digits of a hexadecimal number, with variation 0 on the right; nil if the digit is 0.
  private func bytes(_ digits: UInt64) -> Int? {
    let digit = variation < 16 ? Int(digits >> (4 * UInt64(variation)) & 15) : 0
    return digit == 0 ? nil : digit
  }

  /// The format of its value, and where in the object it is.
  var value: (format: Values.Format, offset: Int) {
    switch (group, variation) {
    case (1, 1), (10, 1), (12, 3), (80, 1): (.bit, 0)
    case (3, 1): (.doubleBit, 0)
    // The state is the highest bit of the flags, or the two highest.
    case (1, 2), (2, 1...3), (10, 2), (11, 1...2), (13, 1...2): (.topBit, 0)
    case (3, 2), (4, 1...3): (.topBits, 0)
    case (12, 1...2): (.uint8, 0)
    case (20, 1), (20, 3), (21, 1), (21, 3), (21, 5), (21, 7), (22, 1), (22, 3), (22, 5), (22, 7): (.uint32LE, 1)
    case (23, 1), (23, 3), (23, 5), (23, 7): (.uint32LE, 1)
    case (20, 2), (20, 4), (21, 2), (21, 4), (21, 6), (21, 8), (22, 2), (22, 4), (22, 6), (22, 8): (.uint16LE, 1)
    case (23, 2), (23, 4), (23, 6), (23, 8): (.uint16LE, 1)
    case (20, 5), (20, 7), (21, 9), (21, 11): (.uint32LE, 0)
    case (20, 6), (20, 8), (21, 10), (21, 12): (.uint16LE, 0)
    case (30...33, 1), (32...33, 3), (31, 3), (40, 1), (42...43, 1), (42...43, 3): (.int32LE, 1)
    case (30...33, 2), (31...33, 4), (40, 2), (42...43, 2), (42...43, 4): (.int16LE, 1)
    case (30, 3), (31, 5): (.int32LE, 0)
    case (30, 4), (31, 6): (.int16LE, 0)
    case (30, 5), (31, 7), (32...33, 5), (32...33, 7), (40, 3), (42...43, 5), (42...43, 7): (.float32LE, 1)
    case (30, 6), (31, 8), (32...33, 6), (32...33, 8), (40, 4), (42...43, 6), (42...43, 8): (.float64LE, 1)
    case (34, 1): (.uint16LE, 0)
    case (34, 2): (.uint32LE, 0)
    case (34, 3): (.float32LE, 0)
    case (41, 1): (.int32LE, 0)
    case (41, 2): (.int16LE, 0)
    case (41, 3): (.float32LE, 0)
    case (41, 4): (.float64LE, 0)
    case (50, 1...4), (51, 1...2): (.time1970LE, 0)
    case (52, 1...2): (.uint16LE, 0)
    case (101, 1): (.bcd2, 0)
    case (101, 2): (.bcd4, 0)
    case (101, 3): (.bcd8, 0)
    case (102, 1): (.uint8, 0)
    case (121, 1), (122, 1...2): (.uint32LE, 3)
    case (110...115, _): (.octets, 0)
    default: (.none, 0)
    }
  }

  /// The flags and the time beside its value. Where a value is echoed (`function`), the status of the command.
  func marks(in function: DNP3Function) -> Values.Marks {
    switch (group, variation) {
    case (1, 2), (2, 1), (3, 2), (4, 1), (10, 2), (11, 1), (13, 1): Values.Marks(.same)
    case (2, 2), (4, 2), (11, 2), (13, 2): Values.Marks(.same, .since1970)
    case (2, 3), (4, 3): Values.Marks(.same, .relative)
    case (12, 1...2) where function == .response: Values.Marks(.controlStatus)
    case (41, 1...4) where function == .response: Values.Marks(.outputStatus)
    case (21, 5...8), (22...23, 5...8), (31, 3...4), (32...33, 3...4), (32...33, 7...8), (42...43, 3...4),
      (42...43, 7...8):
      Values.Marks(.before, .since1970)
    case (20...23, 1...4), (30, 1...2), (30, 5...6), (31, 1...2), (31, 7...8), (32...33, 1...2), (32...33, 5...6),
      (40, 1...4), (42...43, 1...2), (42...43, 5...6):
      Values.Marks(.before)
    case (121, 1), (122, 1): Values.Marks(.beforeAssociation)
    case (122, 2): Values.Marks(.beforeAssociation, .since1970)
    default: .none
    }
  }
}
