// SPDX-License-Identifier: Apache-2.0
import CPCRE2

/// Why tests of a rule cannot be compiled.
package struct MatchingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// For a person; English.
  package let reason: String
  /// Where in the expression, in bytes from its beginning; nil if it is not about a place.
  package let offset: Int?
  package var description: String { offset.map { "\(reason) (at offset \($0))" } ?? reason }

  init(_ reason: String, offset: Int? = nil) { (self.reason, self.offset) = (reason, offset) }
}

/// What one search for an expression may cost.
package struct ExpressionLimits: Equatable, Sendable {
  /// Tries at one starting place.
  package var tries: UInt32 = 3_500
  /// How deep tries nest, where expressions are interpreted.
  package var depth: UInt32 = 1_500
  /// KiB of memory, where expressions are interpreted.
  package var memory: UInt32 = 1_024
  package init() {}
}

/// A compiled expression of PCRE2 over raw bytes.
///
/// `unsafe` is sound here: the code is freed by its only owner, and PCRE2 is given the bounds of the spans it reads.
/// `@unchecked Sendable`: once the initialiser is done the code is never written again, and PCRE2 lets several threads
/// use it at once (pcre2api, "Multithreading"); what a search writes belongs to the `ExpressionScratch`.
@safe
package final class RegularExpression: @unchecked Sendable {
  package enum Outcome: Equatable, Sendable {
    case found(Range<Int>)
    case none
    /// The search was given up at a limit.
    case limit
  }

  private let code: OpaquePointer
  /// Whether a match begins where the search begins, or nowhere.
  package let isAnchored: Bool

  /// Bytes of an expression, at most.
  private static let longest = 65_536
  /// Hyphens of one expression that are repaired, at most.
  private static let mostRepairs = 32

  /// `flags` are those of the rule language that concern the expression alone: i, s, m, x, A, E, G. Others are refused.
  package init(_ pattern: String, flags: String = "") throws(MatchingError) {
    var options = UInt32(PCRE2_NEVER_UTF | PCRE2_NEVER_UCP)
    for flag in flags {
      switch flag {
      case "i": options |= UInt32(PCRE2_CASELESS)
      case "s": options |= UInt32(PCRE2_DOTALL)
      case "m": options |= UInt32(PCRE2_MULTILINE)
      case "x": options |= UInt32(PCRE2_EXTENDED)
      case "A": options |= UInt32(PCRE2_ANCHORED)
      case "E": options |= UInt32(PCRE2_DOLLAR_ENDONLY)
      case "G": options |= UInt32(PCRE2_UNGREEDY)
      default: throw MatchingError("unknown flag '\(flag)' of a regular expression")
      }
    }
    unsafe code = try RegularExpression.compile(Array(pattern.utf8), options)
    isAnchored = options & UInt32(PCRE2_ANCHORED) != 0
    // Where memory may not be executable this fails, and the expression is interpreted.
    _ = unsafe pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
  }

  deinit { unsafe pcre2_code_free_8(code) }

  /// Groups capture nothing, which is faster, unless a back-reference needs them. Expressions written for PCRE1 are
  /// read as it read them: an escape without meaning is the letter itself, and a hyphen behind a class is a hyphen.
  private static func compile(_ text: [UInt8], _ wanted: UInt32) throws(MatchingError) -> OpaquePointer {
    guard text.count <= longest else { throw MatchingError("a regular expression has more than \(longest) bytes") }
    guard let context = unsafe pcre2_compile_context_create_8(nil) else { throw MatchingError("no memory") }
    defer { unsafe pcre2_compile_context_free_8(context) }
    // As in PCRE1 `\K` may stand in assertions.
    let extras = UInt32(PCRE2_EXTRA_ALLOW_LOOKAROUND_BSK)
    _ = unsafe pcre2_set_compile_extra_options_8(context, extras)
    var text = text
    var options = wanted | UInt32(PCRE2_NO_AUTO_CAPTURE)
    var isLax = false
    var repairs = 0
    while true {
      var code: Int32 = 0
      var offset = 0
      let compiled = unsafe text.withUnsafeBufferPointer { bytes in
        unsafe pcre2_compile_8(bytes.baseAddress ?? emptyText, bytes.count, options, &code, &offset, context)
      }
      if let compiled = unsafe compiled { return unsafe compiled }
      switch code {
      case Int32(PCRE2_ERROR_BAD_SUBPATTERN_REFERENCE) where options & UInt32(PCRE2_NO_AUTO_CAPTURE) != 0:
        options &= ~UInt32(PCRE2_NO_AUTO_CAPTURE)
      case Int32(PCRE2_ERROR_UNKNOWN_ESCAPE) where !isLax:
        isLax = true
        _ = unsafe pcre2_set_compile_extra_options_8(context, extras | UInt32(PCRE2_EXTRA_BAD_ESCAPE_IS_LITERAL))
      case Int32(PCRE2_ERROR_CLASS_INVALID_RANGE) where repairs < mostRepairs:
        guard let hyphen = text.prefix(offset + 1).lastIndex(of: 0x2D) else { throw error(code, offset) }
        text.insert(0x5C, at: hyphen)
        repairs += 1
      default:
        throw error(code, offset - repairs)
      }
    }
  }

  /// For what has no bytes: older versions take no null pointer.
  private static var emptyText: UnsafePointer<UInt8> { unsafe ("" as StaticString).utf8Start }

  private static func error(_ code: Int32, _ offset: Int) -> MatchingError {
    let text = unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { buffer in
      let count = unsafe pcre2_get_error_message_8(code, buffer.baseAddress, buffer.count)
      return unsafe count > 0 ? String(decoding: buffer.prefix(Int(count)), as: UTF8.self) : "error \(code)"
    }
    return MatchingError("regular expression: \(text)", offset: max(0, offset))
  }

  /// The first match at or behind `start`. What lies before `start` is seen by assertions.
  package func firstMatch(in bytes: RawSpan, from start: Int, _ scratch: borrowing ExpressionScratch) -> Outcome {
    guard start >= 0, start <= bytes.byteCount else { return .none }
    let result = unsafe bytes.withUnsafeBytes { buffer in
      let subject = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? RegularExpression.emptyText
      return unsafe pcre2_match_8(code, subject, buffer.count, start, 0, scratch.data, scratch.context)
    }
    switch result {
    case PCRE2_ERROR_NOMATCH: return .none
    case 0...:
      let (lower, upper) = scratch.place
      // `\K` in an assertion can place the beginning behind the end.
      return .found(min(lower, upper)..<upper)
    default: return .limit
    }
  }
}

/// What searches write: PCRE2's match data, context and stack. One search at a time uses it.
///
/// `unsafe` is sound here: the pointers come from PCRE2, are owned by this value alone, and are freed once.
/// `@unchecked Sendable`: it can be borrowed in one place only, since its owner is moved as a whole.
@safe
package struct ExpressionScratch: ~Copyable, @unchecked Sendable {
  fileprivate let data: OpaquePointer
  fileprivate let context: OpaquePointer
  private let stack: OpaquePointer?

  private static let stackSizes = (first: 32 << 10, most: 512 << 10)

  init(_ limits: ExpressionLimits) {
    // Only the place of the whole match is asked for.
    guard let data = unsafe pcre2_match_data_create_8(1, nil), let context = unsafe pcre2_match_context_create_8(nil)
    else { fatalError("no memory for regular expressions") }
    unsafe self.data = data
    unsafe self.context = context
    _ = unsafe pcre2_set_match_limit_8(context, limits.tries)
    _ = unsafe pcre2_set_depth_limit_8(context, limits.depth)
    _ = unsafe pcre2_set_heap_limit_8(context, limits.memory)
    unsafe stack = pcre2_jit_stack_create_8(ExpressionScratch.stackSizes.first, ExpressionScratch.stackSizes.most, nil)
    if let stack = unsafe stack { unsafe pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack)) }
  }

  deinit {
    if let stack = unsafe stack { unsafe pcre2_jit_stack_free_8(stack) }
    unsafe pcre2_match_context_free_8(context)
    unsafe pcre2_match_data_free_8(data)
  }

  /// Where the last match lies.
  fileprivate var place: (Int, Int) {
    guard let vector = unsafe pcre2_get_ovector_pointer_8(data) else { return (0, 0) }
    return unsafe (Int(clamping: vector[0]), Int(clamping: vector[1]))
  }
}
