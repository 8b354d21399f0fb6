// SPDX-License-Identifier: Apache-2.0

/// The header of a 1E frame of the MC protocol (Mitsubishi Electric SH-080008, chapter 18): the frames of the A series
/// and of FX3. In binary:
///
///     0         1      2        4
///     +---------+------+--------+------ ... -+        +--------------+----------+------ ... -+
///     | command | PC   | timer  | data       |        | command + 80 | end code | data       |
///     +---------+------+--------+------ ... -+        +--------------+----------+------ ... -+
///
/// In ASCII each byte has two hexadecimal digits. No field has the length.
struct SLMP1EHeader: ~Escapable {
  static let responseBit: UInt8 = 0x80
  let form: SLMP.Form
  private let bytes: RawSpan
  private let code: UInt8

  /// Nil unless the bytes begin with a command that SH-080008 has, in either notation. The other fields may be cut off.
  @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= 2 else { return nil }
    self.bytes = bytes
    var form = SLMP.Form()
    if SLMP1ECommand(rawValue: bytes.u8(0) & ~SLMP1EHeader.responseBit).isKnown {
      code = bytes.u8(0)
    } else {
      form.isASCII = true
      guard let digits = bytes.hexadecimal(0, 2),
        SLMP1ECommand(rawValue: UInt8(digits) & ~SLMP1EHeader.responseBit).isKnown
      else { return nil }
      code = UInt8(digits)
    }
    self.form = form
  }

  var command: SLMP1ECommand { SLMP1ECommand(rawValue: code & ~SLMP1EHeader.responseBit) }
  var isResponse: Bool { code & SLMP1EHeader.responseBit != 0 }

  /// In requests: the PC number, which is FF for the connected station, or a station from 1 to 64. Nil for another
  /// number, and if it is cut off.
  var station: UInt8? {
    guard let number = u8(form.width(1)), 1...64 ~= number || number == SLMP.ownStation else { return nil }
    return number
  }
  /// Units of 250 ms.
  var monitoringTimer: UInt16? { SLMP.number(bytes, form.width(2), 2, form).map { UInt16($0) } }
  var requestData: Int { form.width(4) }

  /// In responses only.
  var endCode: UInt8? { u8(form.width(1)) }
  var responseData: Int { form.width(2) }

  private func u8(_ offset: Int) -> UInt8? { SLMP.number(bytes, offset, 1, form).map { UInt8($0) } }
}
