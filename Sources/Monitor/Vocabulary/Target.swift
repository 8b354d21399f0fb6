// SPDX-License-Identifier: Apache-2.0

/// What an operation reads or changes: `count` items from `address` on, or what `name` names.
package struct Target: Equatable, Sendable {
  package var area = Area.none
  /// Bit of the address, where the protocol addresses bits of bytes or words; -1 else.
  package var bit: Int8 = -1
  /// Which of several areas of this kind (a file number, a data block, a class); 0 where there is but one.
  package var number: UInt32 = 0
  package var address: UInt64 = 0
  package var count: UInt32 = 0
  package var name = NameID.none
  package static let none = Target()

  package init(
    area: Area = .none, number: UInt32 = 0, address: UInt64 = 0, count: UInt32 = 0, bit: Int8 = -1,
    name: NameID = .none
  ) {
    self.area = area
    self.bit = bit
    self.number = number
    self.address = address
    self.count = count
    self.name = name
  }
}

extension Target {
  /// Folds it into the running hash of a key.
  func hashed(into state: UInt64) -> UInt64 {
    var state = mix(state, UInt64(area.rawValue) << 40 | UInt64(UInt8(bitPattern: bit)) << 32 | UInt64(number))
    state = mix(state, address)
    return mix(state, UInt64(count) << 32 | UInt64(name.rawValue))
  }
}
