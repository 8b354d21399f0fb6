// SPDX-License-Identifier: Apache-2.0

/// One native function in a conduit's `operations` or `not`.
package struct FunctionPattern: Hashable, Sendable {
  /// By `DissectorID.rawValue`: all framings of the protocol.
  let dissectors: UInt64
  let code: UInt32
  /// -1: every sub-function.
  let subcode: Int32
  /// Where the code alone does not tell, as with the services of CIP: the name, too. Empty: any.
  let name: String
  /// What it does, as far as is known.
  let action: Action
  /// The text of the site file.
  package let text: String

  func matches(_ function: OperationFunction) -> Bool {
    guard function.code == code, subcode < 0 || function.subcode == subcode,
      function.dissector.rawValue < 64, dissectors & 1 << UInt64(function.dissector.rawValue) != 0
    else { return false }
    if name.isEmpty { return true }
    if let word = function.word { return word == name }
    // Only one of the same length is worth a text.
    return function.name.utf8CodeUnitCount == name.utf8.count && function.name.description == name
  }

  /// What an operation of this function would be, and what it does.
  package var sample: (function: OperationFunction, action: Action) {
    var function = OperationFunction(
      dissector: DissectorID(rawValue: UInt8(dissectors.trailingZeroBitCount)), code: code, subcode: subcode, name: "")
    function.word = name
    return (function, action)
  }
}

/// The native function of an operation.
package struct OperationFunction: Sendable {
  let dissector: DissectorID
  let code: UInt32
  let subcode: Int32
  let name: StaticString
  /// The name, if it is not one of the program's own.
  fileprivate(set) var word: String?

  /// No particular one.
  package static let none = OperationFunction(dissector: .none, code: .max, subcode: -1, name: "")

  init(dissector: DissectorID, code: UInt32, subcode: Int32, name: StaticString) {
    self.dissector = dissector
    self.code = code
    self.subcode = subcode
    self.name = name
  }
  @inline(__always)
  init(_ operation: borrowing Operation) {
    dissector = operation.dissector
    code = operation.askedCode
    subcode = operation.subcode
    name = operation.name
  }
}

/// Why a text names no function.
package enum FunctionFault: Error {
  /// Not of the form `PROTOCOL FUNCTION`.
  case form
  /// No such protocol, or it has no functions.
  case service(String)
  /// The protocol has no function of this name.
  case name(String, of: String)
}

extension FunctionPattern {
  /// The texts of the site file, each once.
  static func texts(_ patterns: [FunctionPattern]) -> [String] {
    patterns.map(\.text).reduce(into: []) { texts, text in if !texts.contains(text) { texts.append(text) } }
  }

  /// `dnp3 COLD_RESTART`, `modbus 43/14`, `slmp 0x1002`: the functions that are meant, all of one name.
  package static func patterns(_ text: String) -> Result<[FunctionPattern], FunctionFault> {
    guard let blank = text.firstIndex(of: " ") else { return .failure(.form) }
    let service = text[..<blank].lowercased()
    let rest = text[text.index(after: blank)...].drop { $0 == " " }
    guard !rest.isEmpty else { return .failure(.form) }
    let names = NativeFunctions.protocolNames
    var dissectors: UInt64 = 0
    for (index, name) in names.enumerated() where name.description == service && index < 64 {
      dissectors |= 1 << UInt64(index)
    }
    guard dissectors != 0 else { return .failure(.service(service)) }
    if let (code, subcode) = numbers(rest) {
      let known = NativeFunctions.first(of: service, code, subcode)
      return .success([
        FunctionPattern(
          dissectors: dissectors, code: code, subcode: subcode, name: "", action: known?.action ?? .unknown,
          text: text)
      ])
    }
    guard NativeFunctions.services.contains(service) else { return .failure(.service(service)) }
    let found = NativeFunctions.named(rest, of: service)
    guard !found.isEmpty else { return .failure(.name(String(rest), of: service)) }
    return .success(
      found.map { function in
        let isAmbiguous = NativeFunctions.isAmbiguous(function)
        return FunctionPattern(
          dissectors: dissectors, code: function.code, subcode: function.subcode,
          name: isAmbiguous ? function.name : "", action: function.action, text: text)
      })
  }

  /// `43`, `43/14`, `0x1002`
  private static func numbers(_ text: Substring) -> (code: UInt32, subcode: Int32)? {
    func number(_ text: Substring) -> UInt32? {
      text.hasPrefix("0x") ? UInt32(text.dropFirst(2), radix: 16) : UInt32(text)
    }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let code = number(parts[0]) else { return nil }
    guard parts.count == 2 else { return (code, -1) }
    return number(parts[1]).flatMap { Int32(exactly: $0) }.map { (code, $0) }
  }
}
