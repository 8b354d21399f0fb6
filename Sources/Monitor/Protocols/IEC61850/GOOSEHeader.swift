// SPDX-License-Identifier: Apache-2.0

/// Follows the EtherType of a GOOSE frame: IEC 61850-8-1:2011, annex C.2. The same four fields precede sampled
/// values.
///
///     0       2        4            6            8
///     +-------+--------+------------+------------+------- ... -+
///     | APPID | length | reserved 1 | reserved 2 | goosePdu    |
///     +-------+--------+------------+------------+------- ... -+
///
/// `length` counts from `APPID` onwards; what follows it is padding of the Ethernet frame.
struct GOOSEHeader: ~Escapable {
  static let size = 8
  /// The message, as far as it is present.
  let message: RawSpan
  /// Whether the frame ends before the message does.
  let isShort: Bool

  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= GOOSEHeader.size else { return nil }
    let length = Int(bytes.u16(2))
    message = bytes.extracting(first: max(GOOSEHeader.size, length))
    isShort = length > bytes.byteCount
  }

  var applicationID: UInt16 { message.u16(0) }
  var length: UInt16 { message.u16(2) }
  var reserved1: UInt16 { message.u16(4) }
  var reserved2: UInt16 { message.u16(6) }
  /// A test device sends in place of the publisher: the highest bit of `reserved1` (C.2.4).
  var isSimulated: Bool { reserved1 & 0x8000 != 0 }
}
