// SPDX-License-Identifier: Apache-2.0

/// How a device is named: a number and a code, and for those of other modules the device extension specification
/// (SH-080008, 8.1 and appendix 1; SH-080956ENG, appendix 1). In binary the number comes first, in ASCII the code; the
/// extension surrounds them:
///
///     +--------+------+------+---------+------+--------+------+      +----+------+------+------+--------+------+
///     | device number | code | (index) | unit or net   | kind |      | 00 | U003 | 000  | G*   | 000001 | 000  |
///     +--------+------+------+---------+------+--------+------+      +----+------+------+------+--------+------+
///
/// Two bytes before and after the device say which index registers change the numbers: what is meant then is known to
/// the CPU alone. `kind` is F8 for a module's buffer memory (U3\G1), F9 for a device of a network (J1\W100), FA for
/// buffer memory of another CPU (U3E0\G1), else 0.
extension SLMPData {
  /// Bytes or characters of a device.
  var deviceWidth: Int {
    if form.isASCII { return isExtended ? (isLong ? 28 : 20) : isLong ? 12 : 8 }
    return (isExtended ? 7 : 0) + (isLong ? 6 : 4)
  }
  /// Where in a device its number and code begin.
  private var inner: Int { !isExtended ? 0 : form.isASCII ? (isLong ? 10 : 9) : 2 }
  func codePlace(_ offset: Int) -> Int { offset + inner + (form.isASCII ? 0 : isLong ? 4 : 3) }

  /// Nil for what is cut off, for a code that no manual has, and for what is not a number.
  func device(_ message: RawSpan, _ offset: Int) -> Target? {
    guard offset + deviceWidth <= message.byteCount else { return nil }
    var target: Target
    if form.isASCII {
      let place = offset + inner
      guard let area = SLMPDevice.area(text: text(message, place)) else { return nil }
      let first = place + (isLong ? 4 : 2)
      let digits = isLong ? (isExtended ? 10 : 8) : 6
      guard let address = SLMPDevice.address(message, first, digits, isHexadecimal: area.notation == .hexDevice) else {
        return nil
      }
      target = Target(area: area, address: address, count: 1)
    } else {
      let place = codePlace(offset)
      guard !isLong || message.u8(place + 1) == 0, let area = SLMPDevice.area(code: message.u8(place)) else {
        return nil
      }
      let first = offset + inner
      let address = isLong ? message.u32LE(first) : message.u32LE(first) & 0xFF_FFFF
      target = Target(area: area, address: UInt64(address), count: 1)
    }
    if isExtended { extend(message, offset, &target) }
    return target
  }

  /// The unit or the network goes to the target's number; buffer memory of a module is one area, whichever command
  /// reaches it.
  private func extend(_ message: RawSpan, _ offset: Int, _ target: inout Target) {
    let number: UInt64?
    if form.isASCII {
      let kind = message.u8(offset + 2)
      number = kind == 0x55 || kind == 0x4A ? message.hexadecimal(offset + 3, 3) : 0
    } else {
      // The device is followed by the index of the extension, the extension, and the kind.
      let place = offset + 2 + (isLong ? 6 : 4)
      number = message.u8(place + 4) == 0 ? 0 : UInt64(message.u16LE(place + 2))
    }
    target.number = UInt32(number ?? 0)
    if target.area == .mcG { target.area = .moduleBuffer }
  }

  /// A device code in ASCII, with `*` for what is left open; blanks mean the same.
  private func text(_ message: RawSpan, _ offset: Int) -> UInt32 {
    var code: UInt32 = 0
    for place in 0..<4 {
      let character = place < (isLong ? 4 : 2) ? message.u8(offset + place) : 0x2A
      code = code << 8 | UInt32(character == 0x20 ? 0x2A : character)
    }
    return code
  }
}

extension Area {
  /// How many points of a device one word holds: sixteen of one that is bits.
  var pointsOfWord: Int {
    switch self {
    case .mcSM, .mcX, .mcY, .mcM, .mcL, .mcF, .mcV, .mcB, .mcTS, .mcTC, .mcLTS, .mcLTC, .mcSTS, .mcSTC, .mcLSTS,
      .mcLSTC, .mcCS, .mcCC, .mcLCS, .mcLCC, .mcSB, .mcDX, .mcDY, .mcS:
      16
    default: 1
    }
  }
}

/// Device codes (SH-080008, 8.1, device code list).
enum SLMPDevice {
  /// Digits in the notation of the device; leading zeros may be blanks.
  static func address(_ message: RawSpan, _ first: Int, _ digits: Int, isHexadecimal: Bool) -> UInt64? {
    var address: UInt64 = 0
    var isLeading = true
    for place in first..<first + digits {
      if isLeading, message.u8(place) == 0x20 { continue }
      isLeading = false
      guard let value = message.hexadecimal(place, 1), isHexadecimal || value < 10 else { return nil }
      address = address * (isHexadecimal ? 16 : 10) + value
    }
    return isLeading ? nil : address
  }

  static func area(code: UInt8) -> Area? {
    switch code {
    case 0x91: .mcSM
    case 0xA9: .mcSD
    case 0x9C: .mcX
    case 0x9D: .mcY
    case 0x90: .mcM
    case 0x92: .mcL
    case 0x93: .mcF
    case 0x94: .mcV
    case 0xA0: .mcB
    case 0xA8: .mcD
    case 0xB4: .mcW
    case 0xC1: .mcTS
    case 0xC0: .mcTC
    case 0xC2: .mcTN
    case 0x51: .mcLTS
    case 0x50: .mcLTC
    case 0x52: .mcLTN
    case 0xC7: .mcSTS
    case 0xC6: .mcSTC
    case 0xC8: .mcSTN
    case 0x59: .mcLSTS
    case 0x58: .mcLSTC
    case 0x5A: .mcLSTN
    case 0xC4: .mcCS
    case 0xC3: .mcCC
    case 0xC5: .mcCN
    case 0x55: .mcLCS
    case 0x54: .mcLCC
    case 0x56: .mcLCN
    case 0xA1: .mcSB
    case 0xB5: .mcSW
    case 0xA2: .mcDX
    case 0xA3: .mcDY
    case 0x98: .mcS
    case 0xCC: .mcZ
    case 0x62: .mcLZ
    case 0xAF: .mcR
    case 0xB0: .mcZR
    case 0x2C: .mcRD
    case 0xAB: .mcG
    // HG, the fixed scan communication area of another CPU's buffer memory.
    case 0x2E: .moduleBuffer
    default: nil
    }
  }

  /// Four characters. Those of retentive timers are two of their own for MELSEC-Q.
  static func area(text: UInt32) -> Area? {
    switch text {
    case 0x534D_2A2A: .mcSM
    case 0x5344_2A2A: .mcSD
    case 0x582A_2A2A: .mcX
    case 0x592A_2A2A: .mcY
    case 0x4D2A_2A2A: .mcM
    case 0x4C2A_2A2A: .mcL
    case 0x462A_2A2A: .mcF
    case 0x562A_2A2A: .mcV
    case 0x422A_2A2A: .mcB
    case 0x442A_2A2A: .mcD
    case 0x572A_2A2A: .mcW
    case 0x5453_2A2A: .mcTS
    case 0x5443_2A2A: .mcTC
    case 0x544E_2A2A: .mcTN
    case 0x4C54_532A: .mcLTS
    case 0x4C54_432A: .mcLTC
    case 0x4C54_4E2A: .mcLTN
    case 0x5353_2A2A, 0x5354_532A: .mcSTS
    case 0x5343_2A2A, 0x5354_432A: .mcSTC
    case 0x534E_2A2A, 0x5354_4E2A: .mcSTN
    case 0x4C53_5453: .mcLSTS
    case 0x4C53_5443: .mcLSTC
    case 0x4C53_544E: .mcLSTN
    case 0x4353_2A2A: .mcCS
    case 0x4343_2A2A: .mcCC
    case 0x434E_2A2A: .mcCN
    case 0x4C43_532A: .mcLCS
    case 0x4C43_432A: .mcLCC
    case 0x4C43_4E2A: .mcLCN
    case 0x5342_2A2A: .mcSB
    case 0x5357_2A2A: .mcSW
    case 0x4458_2A2A: .mcDX
    case 0x4459_2A2A: .mcDY
    case 0x532A_2A2A: .mcS
    case 0x5A2A_2A2A: .mcZ
    case 0x4C5A_2A2A: .mcLZ
    case 0x522A_2A2A: .mcR
    case 0x5A52_2A2A: .mcZR
    case 0x5244_2A2A: .mcRD
    case 0x472A_2A2A: .mcG
    case 0x4847_2A2A: .moduleBuffer
    default: nil
    }
  }
}
