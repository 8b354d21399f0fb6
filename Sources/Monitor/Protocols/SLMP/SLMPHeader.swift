// SPDX-License-Identifier: Apache-2.0

/// The header of a 3E or 4E frame: Mitsubishi Electric, SLMP Reference Manual (SH-080956ENG), chapter 4. This is a
/// binary 4E frame:
///
///     0          2        4     6         7      8       10        11       13         15        17            19
///     +----------+--------+-----+---------+------+-------+---------+--------+----------+---------+-------------+-- ...
///     | 54 00    | serial | 0   | network | PC   | I/O   | station | length | timer    | command | sub-command | data
///     +----------+--------+-----+---------+------+-------+---------+--------+----------+---------+-------------+-- ...
///     | D4 00    | serial | 0   | network | PC   | I/O   | station | length | end code | data
///
/// A 3E frame (50 00, D0 00) has neither the serial number nor the two zeros after it:
///
///     0          2         3      4       6         7        9          11        13            15
///     +----------+---------+------+-------+---------+--------+----------+---------+-------------+-- ...
///     | 50 00    | network | PC   | I/O   | station | length | timer    | command | sub-command | data
///     +----------+---------+------+-------+---------+--------+----------+---------+-------------+-- ...
///     | D0 00    | network | PC   | I/O   | station | length | end code | data
///
/// Numbers are little-endian. In ASCII each byte has two hexadecimal digits, the upper byte of a number first. `length`
/// counts what follows it, in bytes or characters. A field is nil if it is cut off or not a number.
struct SLMPHeader: ~Escapable {
  /// Bytes or characters that a length may count.
  static let longestData: UInt16 = 16_000
  let form: SLMP.Form
  /// The available part of the message.
  let message: RawSpan
  let dataLength: UInt16?

  /// `form` is what the bytes begin with.
  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan, _ form: SLMP.Form) {
    guard bytes.byteCount >= form.head else { return nil }
    self.form = form
    dataLength = SLMP.number(bytes, form.route + form.width(5), 2, form).map { UInt16($0) }
    message = bytes.extracting(first: form.head + Int(dataLength ?? 0))
  }

  /// In 4E frames only.
  var serialNumber: UInt16? { form.is4E ? u16(form.width(2)) : nil }
  /// Request destination network.
  var network: UInt8? { u8(form.route) }
  /// Request destination station (PC number).
  var station: UInt8? { u8(form.route + form.width(1)) }
  /// Request destination module I/O number.
  var module: UInt16? { u16(form.route + form.width(2)) }
  /// Request destination multidrop station.
  var multidropStation: UInt8? { u8(form.route + form.width(4)) }

  /// In requests: units of 250 ms.
  var monitoringTimer: UInt16? { u16(form.head) }
  var command: SLMPCommand? { u16(form.head + form.width(2)).map { SLMPCommand(rawValue: $0) } }
  var subcommand: UInt16? { u16(form.head + form.width(4)) }
  var requestData: Int { form.head + form.width(6) }

  /// In responses only.
  var endCode: UInt16? { u16(form.head) }
  var responseData: Int { form.head + form.width(2) }
  /// Error information: the station that refused, then the command.
  var refusedCommand: SLMPCommand? { u16(responseData + form.width(5)).map { SLMPCommand(rawValue: $0) } }

  /// Size of the message according to its length field; nil for a length that no message has.
  var total: Int? {
    guard let dataLength, dataLength <= SLMPHeader.longestData, dataLength >= shortestData else { return nil }
    return form.head + Int(dataLength)
  }
  /// What a length counts at least: the end code, or timer, command and sub-command.
  var shortestData: Int { form.width(form.isResponse ? 2 : 6) }

  @inline(__always)
  private func u8(_ offset: Int) -> UInt8? { SLMP.number(message, offset, 1, form).map { UInt8($0) } }
  @inline(__always)
  private func u16(_ offset: Int) -> UInt16? { SLMP.number(message, offset, 2, form).map { UInt16($0) } }

  // MARK: Plausibility

  /// The module (SH-080956ENG, 4.2): the connected station, multiple CPUs, redundant CPUs, or a module in steps of 16
  /// points; the multidrop station.
  var isRoute: Bool {
    guard let module, let multidropStation else { return false }
    return (module <= 0x01FF || 0x03D0...0x03D3 ~= module || 0x03E0...0x03E3 ~= module || module == SLMP.ownModule)
      && multidropStation <= 0x1F
  }

  /// Whether the route is the connected station's own CPU.
  var isOwn: Bool { network == 0 && station == SLMP.ownStation && module == SLMP.ownModule && multidropStation == 0 }

  /// What is required on other ports: network 0 to 239 or 254, station 1 to 120, 125, 126, 254 or 255
  /// (SH-080956ENG, 4.2), and a plausible sub-command or end code.
  var isTrusted: Bool {
    guard let network, network <= 0xEF || network == 0xFE, let station,
      1...0x78 ~= station || station == 0x7D || station == 0x7E || station >= 0xFE
    else { return false }
    if form.isResponse { return endCode.map { $0 == 0 || $0 >= 0x4000 } ?? false }
    return subcommand.map { $0 <= 0xFF } ?? false
  }
}
