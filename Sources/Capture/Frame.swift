// SPDX-License-Identifier: Apache-2.0

/// One captured frame. It borrows the capture's buffer: it is valid until the next frame is asked for,
/// which the compiler enforces.
package struct Frame: ~Escapable {
  /// What was captured, from the link header on; at most `length` bytes.
  package let bytes: RawSpan
  /// Length on the wire in bytes. More than `bytes.byteCount` when the capture cut the frame (snap length).
  package let length: Int
  /// Nanoseconds since 1970-01-01T00:00:00Z, from the capture.
  package let time: Int64
  package let linkType: LinkType
  /// Which of several interfaces it came from, counted from 0.
  package var interface: UInt8 = 0

  @_lifetime(copy bytes)
  package init(bytes: RawSpan, length: Int, time: Int64, linkType: LinkType) {
    self.bytes = bytes
    self.length = length
    self.time = time
    self.linkType = linkType
  }
}
