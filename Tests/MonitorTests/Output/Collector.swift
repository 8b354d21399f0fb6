// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Testing

@testable import Monitor

/// Runs `body` with a sink that writes to a file, and returns the lines written.
func written(_ body: (inout Sink) -> Void) throws -> [String] {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("sekisho-\(UUID().uuidString).json").path
  defer { try? FileManager.default.removeItem(atPath: path) }
  var sink = try Sink(path: path, pace: .waiting)
  body(&sink)
  sink.finish()
  let data = try Data(contentsOf: URL(fileURLWithPath: path))
  let text = lines([UInt8](data))
  #expect(sink.linesWritten == UInt64(text.count))
  #expect(sink.linesLost == 0)
  return text
}

/// A record read back.
struct Record {
  let object: [String: Any]

  init(_ line: String) throws {
    object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  /// The value at a dotted path.
  func value(_ place: String) -> Any? {
    var value: Any? = object
    for part in place.split(separator: ".") { value = (value as? [String: Any])?[String(part)] }
    return value
  }
  func text(_ place: String) -> String? { value(place) as? String }
  func number(_ place: String) -> Int? { value(place) as? Int }

  var leaves: Int { Record.leaves(object) }
  private static func leaves(_ value: Any) -> Int {
    if let object = value as? [String: Any] { return object.values.reduce(0) { $0 + leaves($1) } }
    if let array = value as? [Any] { return array.reduce(0) { $0 + leaves($1) } }
    return 1
  }

  /// Whether there is no null and no array of objects.
  var isFlat: Bool { Record.isFlat(object) }
  private static func isFlat(_ value: Any) -> Bool {
    if value is NSNull { return false }
    if let object = value as? [String: Any] { return object.values.allSatisfy(isFlat) }
    if let array = value as? [Any] {
      return array.allSatisfy { isFlat($0) && !($0 is [String: Any]) && !($0 is [Any]) }
    }
    return true
  }
}
