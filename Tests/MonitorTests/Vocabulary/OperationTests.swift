// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Monitor

@Suite struct OperationTests {
  /// Up to 256 bytes a copy is a few loads and stores; a larger one costs nearly twice as much, for every message.
  @Test func `an operation takes at most 256 bytes`() {
    #expect(MemoryLayout<Operation>.size <= 256, "\(MemoryLayout<Facets>.size) of facets")
  }
}
