// SPDX-License-Identifier: Apache-2.0

/// Cisco metadata (no standard; layout as in Snort 3's protocols/cisco_meta_data.h and cd_ciscometadata.cc), starting
/// after its EtherType 0x8909, and the type of what follows. `length` counts units of eight bytes, the type included.
///
///     0         1        2                          8 * length - 2      8 * length
///     +---------+--------+-------------------- ... -+-------------------+
///     | version | length | options: 4 bytes each    | type              |
///     +---------+--------+-------------------- ... -+-------------------+
///
///     option:  0                            2                      4
///              +--------------+-------------+----------------------+
///              | length (4)   | type (12)   | security group (SGT) |
///              +--------------+-------------+----------------------+
struct CiscoMetadata: ~Escapable {
  let bytes: RawSpan
  private static let unit = 8

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) throws(Malformed) {
    try bytes.require(CiscoMetadata.unit, .ethernet)
    self.bytes = bytes
    guard bytes.u8(1) > 0 else { throw Malformed(.ethernet, .length, available: bytes.byteCount) }
    try bytes.require(length, .ethernet)
  }

  var version: UInt8 { bytes.u8(0) }
  /// In bytes, up to the end of the type.
  var length: Int { CiscoMetadata.unit * Int(bytes.u8(1)) }
  /// Of the first option: 1 for a security group.
  var optionType: UInt16 { bytes.u16(2) & 0x0FFF }
  /// Of the first option.
  var securityGroup: UInt16 { bytes.u16(4) }
  var type: EtherType { EtherType(rawValue: bytes.u16(length - 2)) }
}
