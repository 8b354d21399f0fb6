// SPDX-License-Identifier: Apache-2.0

/// The receiving end of RFC 9293, 3.10.7.4, in the established state.
struct Receiver {
  static let window = 8192
  private static let synOrRST: UInt8 = 2 | 4
  private static let ack: UInt8 = 16
  /// The number of the first byte of the stream.
  let first: Int
  private(set) var bytes: [UInt8] = []
  private var early: [Int: UInt8] = [:]
  init(first: Int) { self.first = first }

  mutating func take(_ flags: UInt8, _ sequence: Int, _ payload: [UInt8]) {
    guard flags & Receiver.synOrRST == 0, flags & Receiver.ack != 0 else { return }
    let start = Int(Int32(truncatingIfNeeded: sequence - first - bytes.count)) + bytes.count
    for (place, byte) in payload.enumerated() where start + place >= bytes.count {
      if start + place < bytes.count + Receiver.window, early[start + place] == nil { early[start + place] = byte }
    }
    while let byte = early.removeValue(forKey: bytes.count) { bytes.append(byte) }
  }
}
