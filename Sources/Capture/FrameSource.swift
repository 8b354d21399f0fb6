// SPDX-License-Identifier: Apache-2.0

/// Where frames come from: a capture file or a live interface. The one difference between replaying and watching.
package protocol FrameSource: ~Copyable {
  /// The next frame, valid until the next call. nil at the end of a file, or when nothing came within a live
  /// interface's read time-out.
  @_lifetime(&self)
  mutating func next() throws(CaptureError) -> Frame?
}
