// SPDX-License-Identifier: Apache-2.0

/// The service of a DCP frame.
struct ProfinetDCPService: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let get = ProfinetDCPService(rawValue: 3)
  static let set = ProfinetDCPService(rawValue: 4)
  static let identify = ProfinetDCPService(rawValue: 5)
  static let hello = ProfinetDCPService(rawValue: 6)

  var name: StaticString {
    switch self {
    case .get: "Get"
    case .set: "Set"
    case .identify: "Identify"
    case .hello: "Hello"
    default: "Reserved DCP service"
    }
  }
  var action: Action {
    switch self {
    case .set: .configure
    case .get, .identify, .hello: .identify
    default: .unknown
    }
  }
}

struct ProfinetDCPServiceType: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let request = ProfinetDCPServiceType(rawValue: 0)
  static let success = ProfinetDCPServiceType(rawValue: 1)
  /// The response to a request that the device does not support.
  static let notSupported = ProfinetDCPServiceType(rawValue: 5)

  var isResponse: Bool { rawValue & 1 != 0 }
}

/// The contents of a block: option in the upper byte, suboption in the lower.
struct ProfinetDCPKind: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt16

  static let ipParameter = ProfinetDCPKind(rawValue: 0x0102)
  static let fullIPSuite = ProfinetDCPKind(rawValue: 0x0103)
  static let typeOfStation = ProfinetDCPKind(rawValue: 0x0201)
  static let nameOfStation = ProfinetDCPKind(rawValue: 0x0202)
  static let deviceID = ProfinetDCPKind(rawValue: 0x0203)
  static let startTransaction = ProfinetDCPKind(rawValue: 0x0501)
  static let endTransaction = ProfinetDCPKind(rawValue: 0x0502)
  static let signal = ProfinetDCPKind(rawValue: 0x0503)
  static let response = ProfinetDCPKind(rawValue: 0x0504)
  static let resetFactorySettings = ProfinetDCPKind(rawValue: 0x0505)
  static let resetToFactory = ProfinetDCPKind(rawValue: 0x0506)

  private static let ip: UInt8 = 1
  private var option: UInt8 { UInt8(rawValue >> 8) }
  private var suboption: UInt8 { UInt8(truncatingIfNeeded: rawValue) }
  /// The value starts with an IP suite.
  var hasIPSuite: Bool { self == .ipParameter || self == .fullIPSuite }

  /// The target of the block. The caller adds the name of a station.
  var target: Target {
    if option == ProfinetDCPKind.ip { return Target(area: .ipSuite, count: 1) }
    if self == .nameOfStation { return Target(area: .station, count: 1) }
    return Target(area: .dcpBlock, number: UInt32(option), address: UInt64(suboption), count: 1)
  }
}

/// The result of one block of a Set (IEC 61158-6-10, 4.3.1.4.29).
struct ProfinetDCPError: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  static let none = ProfinetDCPError(rawValue: 0)

  var name: StaticString {
    switch rawValue {
    case 0: "Ok"
    case 1: "Option not supported"
    case 2: "Suboption not supported or no data set available"
    case 3: "Suboption not set"
    case 4: "Resource error"
    case 5: "Set not possible by local reasons"
    case 6: "In operation, Set not possible"
    default: "Reserved block error"
    }
  }
}

/// Manufacturers by PROFINET vendor ID (PROFIBUS & PROFINET International, list of vendor IDs).
enum ProfinetVendor {
  static func name(_ id: UInt16) -> StaticString? {
    switch id {
    case 0x001A: "ABB"
    case 0x002A: "Siemens"
    case 0x00B0: "Phoenix Contact"
    case 0x010A: "SEW-EURODRIVE"
    case 0x010C: "HMS Industrial Networks"
    case 0x011D: "WAGO"
    case 0x011E: "Hilscher"
    case 0x0120: "Beckhoff"
    case 0x0133: "Molex"
    default: nil
    }
  }
}
