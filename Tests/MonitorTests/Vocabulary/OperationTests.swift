// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Monitor

@Suite struct OperationTests {
  /// Up to 256 bytes a copy is a few loads and stores; a larger one costs nearly twice as much, for every message.
  @Test func `an operation takes at most 256 bytes`() {
    #expect(MemoryLayout<Operation>.size <= 256, "\(MemoryLayout<Facets>.size) of facets")
  }

  @Test(arguments: [
    ("plc-1", "plc-1"), ("プレス機1", "プレス機1"), ("a\u{1B}[2Jb", "a<U+001B>[2Jb"),
    ("\u{0}\n\u{7F}", "<U+0000><U+000A><U+007F>"),
    ("\u{9B}31m", "<U+009B>31m"), ("a\u{202E}b\u{2066}", "a<U+202E>b<U+2066>"), ("\u{2028}", "<U+2028>"), ("", ""),
  ])
  func `characters that a terminal obeys are written out in names`(name: String, shown: String) {
    #expect(name.withControlsWrittenOut == shown)
  }
}
