// SPDX-License-Identifier: Apache-2.0
import RuleLanguage
import Testing

@testable import Information

/// What a reader has given, to be compared.
struct Reading: TransactionSink {
  struct Part: Equatable {
    var application: Application
    var part: Transaction.Part
    var isFromClient: Bool
    var number: UInt32
    var values: [Buffer: [String]] = [:]
    var numbers: String
    subscript(_ buffer: Buffer) -> String? { values[buffer]?.first }
  }
  var parts: [Part] = []

  mutating func transaction(_ part: borrowing Transaction) {
    var copy = Part(
      application: part.application, part: part.part, isFromClient: part.isFromClient, number: part.number,
      numbers: "\(part.numbers)")
    for buffer in Buffer.allCases {
      var place = part.firstPlace(of: buffer)
      while let this = place {
        copy.values[buffer, default: []].append(latin1(part.value(this)))
        place = part.place(after: this)
      }
    }
    parts.append(copy)
  }
}

/// One character for each byte.
func latin1(_ bytes: RawSpan) -> String {
  var text = String.UnicodeScalarView()
  for place in 0..<bytes.byteCount { text.append(Unicode.Scalar(bytes.u8(place))) }
  return String(text)
}

/// Bytes of one end.
struct Piece {
  var isFromClient: Bool
  var bytes: [UInt8]
  static func client(_ bytes: [UInt8]) -> Piece { Piece(isFromClient: true, bytes: bytes) }
  static func server(_ bytes: [UInt8]) -> Piece { Piece(isFromClient: false, bytes: bytes) }
  static func client(_ text: String) -> Piece { .client(Array(text.utf8)) }
  static func server(_ text: String) -> Piece { .server(Array(text.utf8)) }
}

struct Fixture: Sendable, CustomTestStringConvertible {
  var name: String
  var application: Application
  var isDatagram = false
  var pieces: [Piece]
  var testDescription: String { name }

  func read() -> [Reading.Part] { read(pieces) }
  func read(_ pieces: [Piece], end: Bool = true) -> [Reading.Part] {
    var reader = InformationReader(application, isDatagram: isDatagram)
    var transaction = Transaction()
    var reading = Reading()
    for piece in pieces { reader.read(piece.bytes.bytes, isFromClient: piece.isFromClient, &transaction, &reading) }
    if end {
      reader.ended(isFromClient: true, &transaction, &reading)
      reader.ended(isFromClient: false, &transaction, &reading)
    }
    return reading.parts
  }
}

func hex(_ text: String) -> [UInt8] {
  let digits = text.utf8.compactMap(\.hexadecimalValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
/// The lowest `count` bytes of a number, the lowest first.
func little(_ value: UInt64, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
}
func big(_ value: UInt64, _ count: Int) -> [UInt8] { little(value, count).reversed() }
func utf16(_ text: String) -> [UInt8] { text.utf16.flatMap { little(UInt64($0), 2) } }
func zeros(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }
