// SPDX-License-Identifier: Apache-2.0
import CVectorscan

/// Patterns compiled by Vectorscan, and the scratch of their searches.
///
/// `unsafe` is sound here: what Vectorscan allocates is owned by this object alone and freed once; it is given the
/// bounds of what it reads; and its callback runs only within `scan`, which has exclusive access to the hits.
@safe
final class VectorscanDatabase {
  private let database: OpaquePointer
  private let scratch: OpaquePointer
  /// Where each pattern may end.
  private let windows: [ClosedRange<UInt64>]

  /// What the callback is given.
  @unsafe
  private struct Search {
    let windows: UnsafePointer<ClosedRange<UInt64>>
    let found: UnsafeMutablePointer<PatternHits.Numbers>
  }

  /// Whether the processor has what the library was built for.
  static var isUsable: Bool { hs_valid_platform() == HS_SUCCESS }

  /// The n-th pattern is reported as n. There must be one at least.
  init(_ patterns: [PatternSet.Pattern]) throws(MatchingError) {
    unsafe database = try VectorscanDatabase.compile(patterns)
    var scratch: OpaquePointer?
    let result = unsafe hs_alloc_scratch(database, &scratch)
    guard result == HS_SUCCESS, let scratch = unsafe scratch else {
      unsafe hs_free_database(database)
      throw MatchingError("Vectorscan: no scratch (\(result))")
    }
    unsafe self.scratch = scratch
    windows = patterns.map { $0.ends }
  }

  deinit {
    unsafe hs_free_scratch(scratch)
    unsafe hs_free_database(database)
  }

  var byteCount: Int {
    var size = 0
    return unsafe hs_database_size(database, &size) == HS_SUCCESS ? size : 0
  }

  /// Each byte is written as `\xHH`: so no byte is an operator, and zero is no end.
  private static func expression(_ bytes: [UInt8], addingTo text: inout [CChar]) {
    func digit(_ value: UInt8) -> CChar { CChar(value < 10 ? 0x30 + value : 0x57 + value) }
    for byte in bytes { text += [0x5C, 0x78, digit(byte >> 4), digit(byte & 15)] }
    text.append(0)
  }

  /// The library could look at the windows itself, but patterns that have one would take
  /// it some hundred times as long to compile.
  private static func compile(_ patterns: [PatternSet.Pattern]) throws(MatchingError) -> OpaquePointer {
    var text: [CChar] = []
    var starts: [Int] = []
    var flags: [UInt32] = []
    for pattern in patterns {
      starts.append(text.count)
      expression(pattern.bytes, addingTo: &text)
      // Where there is a window, the first place may be outside, and another one within.
      let once = pattern.isAnywhere ? UInt32(HS_FLAG_SINGLEMATCH) : 0
      flags.append(once | (pattern.isCaseless ? UInt32(HS_FLAG_CASELESS) : 0))
    }
    let ids = (0..<UInt32(patterns.count)).map { $0 }
    var database: OpaquePointer?
    var failure: UnsafeMutablePointer<hs_compile_error_t>?
    // The pointers are used while the texts are held.
    let result = unsafe text.withUnsafeBufferPointer { text -> hs_error_t in
      guard let text = text.baseAddress else { return HS_INVALID }
      let texts: [UnsafePointer<CChar>?] = unsafe starts.map { unsafe text + $0 }
      return unsafe hs_compile_ext_multi(
        texts, flags, ids, nil, UInt32(ids.count), UInt32(HS_MODE_BLOCK), nil, &database, &failure)
    }
    defer { if let failure = unsafe failure { unsafe hs_free_compile_error(failure) } }
    guard result == HS_SUCCESS, let database = unsafe database else {
      let reason = unsafe failure?.pointee.message.map { unsafe String(cString: $0) } ?? "error \(result)"
      throw MatchingError("Vectorscan: \(reason)")
    }
    return unsafe database
  }

  /// Adds the numbers of the patterns that stand in the bytes.
  func scan(_ bytes: RawSpan, _ hits: inout PatternHits) {
    guard bytes.byteCount > 0, let count = UInt32(exactly: bytes.byteCount) else { return }
    unsafe bytes.withUnsafeBytes { buffer in
      unsafe windows.withUnsafeBufferPointer { windows in
        unsafe withUnsafeMutablePointer(to: &hits.patterns) { found in
          guard let windows = windows.baseAddress else { return }
          var search = unsafe Search(windows: windows, found: found)
          let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
          _ = unsafe hs_scan(
            database, start, count, 0, scratch,
            { number, _, end, _, context in
              guard let search = unsafe context?.assumingMemoryBound(to: Search.self) else { return 0 }
              if unsafe search.pointee.windows[Int(number)].contains(end) {
                unsafe search.pointee.found.pointee.insert(Int(number))
              }
              return 0
            }, &search)
        }
      }
    }
  }
}
