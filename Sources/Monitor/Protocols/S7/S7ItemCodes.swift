// SPDX-License-Identifier: Apache-2.0

/// The type of the elements that an address names.
struct S7TransportSize: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let bit = S7TransportSize(rawValue: 0x01)

  /// Bytes of an element, and how its values are read.
  var element: (width: Int, format: Values.Format) {
    switch rawValue {
    case 0x04, 0x09, 0x0C, 0x1C, 0x1D, 0x1E, 0x1F: (2, .uint16)
    case 0x05: (2, .int16)
    case 0x06, 0x0A: (4, .uint32)
    case 0x07, 0x0B: (4, .int32)
    case 0x08: (4, .float32)
    case 0x0F: (8, .uint8)
    case 0x01...0x03: (1, .uint8)
    // Strings and other types, of which neither is known.
    default: (1, .none)
    }
  }
}

/// The area of an address.
struct S7Area: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  /// Nil for an area that is not known.
  var area: Area? {
    switch rawValue {
    case 0x80, 0x06, 0x07: .peripheral
    case 0x81: .input
    case 0x82: .output
    case 0x83: .flag
    // S7-200: system information and special memory.
    case 0x03: .systemInformation
    case 0x05: .systemMemory
    case 0x84: .dataBlock
    case 0x85: .instanceBlock
    case 0x86, 0x87: .local
    case 0x1C, 0x1E: .counter
    case 0x1D, 0x1F: .timer
    default: nil
    }
  }
}

/// The type of data.
struct S7DataTransportSize: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let bit = S7DataTransportSize(rawValue: 3)
  static let octetString = S7DataTransportSize(rawValue: 9)

  /// Bits, bytes and integers are counted in bits, everything else in bytes.
  var isCountedInBits: Bool { 3...5 ~= rawValue }
  /// How values are read if nothing else is known about them.
  var format: Values.Format {
    switch rawValue {
    case 5: .int16
    case 6: .int32
    case 7: .float32
    default: .uint8
    }
  }
}

/// The result of an item.
struct S7ReturnCode: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let success = S7ReturnCode(rawValue: 0xFF)
  static let objectDoesNotExist = S7ReturnCode(rawValue: 0x0A)

  var name: StaticString {
    switch rawValue {
    case 0xFF: "Success"
    case 0x00: "Reserved"
    case 0x01: "Hardware error"
    case 0x03: "Access to the object not allowed"
    case 0x05: "Invalid address"
    case 0x06: "Data type not supported"
    case 0x07: "Data type inconsistent"
    case 0x0A: "Object does not exist"
    default: "Return code not published"
    }
  }
}
