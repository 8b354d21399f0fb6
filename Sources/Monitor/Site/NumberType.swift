// SPDX-License-Identifier: Apache-2.0

/// How the bits at a limited target are read as a number.
package struct NumberType: Hashable, Sendable {
  package enum Kind: UInt8, Sendable { case unsigned, signed, real }
  /// In which order a number's bytes lie in memory, A the highest one. Of a number in two registers, AB and CD are the
  /// registers, the one with the lower address first.
  package enum Order: String, CaseIterable, Sendable {
    case abcd = "ABCD"
    case cdab = "CDAB"
    case badc = "BADC"
    case dcba = "DCBA"
  }
  package let kind: Kind
  /// 1, 8, 16, 32 or 64.
  package let bits: Int
  package let order: Order

  package init(_ kind: Kind, bits: Int, _ order: Order = .abcd) {
    self.kind = kind
    self.bits = bits
    self.order = order
  }

  /// The words of site files.
  package static let words: [(word: String, kind: Kind, bits: Int)] = [
    ("uint8", .unsigned, 8), ("int8", .signed, 8), ("uint16", .unsigned, 16), ("int16", .signed, 16),
    ("uint32", .unsigned, 32), ("int32", .signed, 32), ("uint64", .unsigned, 64), ("int64", .signed, 64),
    ("float32", .real, 32), ("float64", .real, 64),
  ]
  package var word: String { NumberType.words.first { $0.kind == kind && $0.bits == bits }?.word ?? "bit" }

  /// The number of bits that lie in memory order, the first byte highest.
  package func number(_ memory: UInt64) -> Number {
    let value = arranged(memory)
    switch (kind, bits) {
    case (.real, 32): return .real(Double(Float(bitPattern: UInt32(truncatingIfNeeded: value))))
    case (.real, _): return .real(Double(bitPattern: value))
    case (.signed, _):
      let shift = UInt64(64 - bits)
      return .signed(Int64(bitPattern: value << shift) >> Int64(shift))
    case (.unsigned, _): return .unsigned(value)
    }
  }

  /// The same bits with the highest byte first.
  package func arranged(_ memory: UInt64) -> UInt64 {
    guard bits > 8 else { return memory }
    let whole = memory << UInt64(64 - bits)
    switch order {
    case .abcd: return memory
    case .dcba: return whole.byteSwapped
    case .badc: return NumberType.swapPairs(memory)
    case .cdab: return NumberType.swapPairs(whole.byteSwapped)
    }
  }
  private static func swapPairs(_ value: UInt64) -> UInt64 {
    value >> 8 & 0x00FF_00FF_00FF_00FF | (value & 0x00FF_00FF_00FF_00FF) << 8
  }
}

extension Area {
  /// What one of its addresses holds, where values of it can be limited.
  package enum Cell: UInt8, Sendable {
    /// Nothing that is written as a number of known form.
    case none
    case bit, byte, word, doubleWord
    /// A whole value, whose type the message says.
    case value

    /// 0 for a whole value.
    package var bits: Int {
      switch self {
      case .none, .value: 0
      case .bit: 1
      case .byte: 8
      case .word: 16
      case .doubleWord: 32
      }
    }
  }

  package var cell: Cell {
    switch self {
    case .coil: .bit
    case .holdingRegister: .word
    case .memoryBlock: .byte
    case .tag, .label, .dataFile, .informationObject, .group, .node: .value
    case .dataBlock, .instanceBlock, .input, .output, .flag, .peripheral, .local: .byte
    case .timer, .counter: .word
    case .mcLTN, .mcLSTN, .mcLCN, .mcLZ, .indexRegister: .doubleWord
    case .mcSD, .mcD, .mcW, .mcTN, .mcSTN, .mcCN, .mcSW, .mcZ, .mcR, .mcZR, .mcRD, .mcG, .bufferMemory: .word
    case .moduleBuffer: .byte
    case .cio, .wr, .hr, .ar, .dm, .em, .tim, .cnt, .dataRegister: .word
    case _ where pointsOfWord == 16: .bit
    default: .none
    }
  }

  /// In which order the numbers of its devices lie, where the site file does not say it. Modbus and Siemens begin with
  /// the highest (MODBUS Application Protocol V1.1b3, 4.2); Mitsubishi Electric (SH-080008, 8.1) and Omron (W342, 5-2)
  /// put the lower word at the lower address; UMAS has the lowest byte first.
  package var order: NumberType.Order {
    switch self {
    case .memoryBlock, .moduleBuffer: .dcba
    case .holdingRegister, .dataBlock, .instanceBlock, .input, .output, .flag, .peripheral, .local, .timer, .counter:
      .abcd
    default: cell == .word ? .cdab : .abcd
    }
  }
}
