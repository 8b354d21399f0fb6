// SPDX-License-Identifier: Apache-2.0

/// A VLAN tag (IEEE 802.1Q-2022, 9.3 to 9.6): four bytes between the source address and the type they precede.
///
///     0      2
///     +------+-----------------------------------------+
///     | TPID | priority (3) | DEI (1) | VLAN id (12)   |
///     +------+-----------------------------------------+
package struct VLANTag: Equatable, Sendable {
  /// Tag protocol identifier: which kind of tag this is.
  let tpid: EtherType
  /// Tag control information.
  let tci: UInt16
  static let length = 4

  @inline(__always)
  init(tpid: UInt16, tci: UInt16) {
    self.tpid = EtherType(rawValue: tpid)
    self.tci = tci
  }

  /// Priority code point, 0 to 7.
  var priority: UInt8 { UInt8(truncatingIfNeeded: tci >> 13) }
  /// Drop eligible indicator.
  var isDropEligible: Bool { tci & 0x1000 != 0 }
  /// VLAN identifier, 0 to 4095; 0 is a priority tag, which names no VLAN.
  var id: UInt16 { tci & 0x0FFF }
}
