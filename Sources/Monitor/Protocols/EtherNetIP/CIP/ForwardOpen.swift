// SPDX-License-Identifier: Apache-2.0

/// The data of a Forward Open: ODVA, The CIP Networks Library, volume 1, 3-5.5.2. O->T is what the originator sends to
/// the target, T->O the opposite direction. In a Large Forward Open the parameters have four bytes.
///
///     +0     +1      +2        +6        +10      +12      +14          +18          +19
///     +------+-------+---------+---------+--------+--------+------------+------------+----------+
///     | tick | ticks | O->T id | T->O id | serial | vendor | originator | multiplier | reserved |
///     +------+-------+---------+---------+--------+--------+------------+------------+----------+
///     +22             +26               +28             +32               +34         +35         +36
///     +---------------+-----------------+---------------+-----------------+-----------+-----------+------ ... -+
///     | O->T interval | O->T parameters | T->O interval | T->O parameters | transport | path size | path       |
///     +---------------+-----------------+---------------+-----------------+-----------+-----------+------ ... -+
struct ForwardOpenRequest: ~Escapable {
  /// Number of bytes before the path.
  static func size(isLarge: Bool) -> Int { isLarge ? 40 : 36 }
  private let message: RawSpan
  let start: Int
  let isLarge: Bool

  @_lifetime(copy message)
  init?(_ message: RawSpan, at start: Int, isLarge: Bool) {
    guard start + ForwardOpenRequest.size(isLarge: isLarge) <= message.byteCount else { return nil }
    self.message = message
    self.start = start
    self.isLarge = isLarge
  }

  /// O->T; chosen by the target, except for multicast.
  var consumedConnection: UInt32 { message.u32LE(start + 2) }
  /// T->O.
  var producedConnection: UInt32 { message.u32LE(start + 6) }
  var serialNumber: UInt16 { message.u16LE(start + 10) }
  var vendor: UInt16 { message.u16LE(start + 12) }
  var originatorSerialNumber: UInt32 { message.u32LE(start + 14) }
  var timeoutMultiplier: UInt8 { message.u8(start + 18) }
  /// O->T, in microseconds.
  var consumedInterval: UInt32 { message.u32LE(start + 22) }
  /// O->T.
  var consumedSize: UInt32 { connectionSize(start + 26) }
  /// T->O, in microseconds.
  var producedInterval: UInt32 { message.u32LE(start + (isLarge ? 30 : 28)) }
  /// T->O.
  var producedSize: UInt32 { connectionSize(start + (isLarge ? 34 : 32)) }
  private var transport: UInt8 { message.u8(path - 2) }
  /// 0 cyclic, 1 change of state, 2 application object (3-4.4.3).
  var trigger: UInt8 { transport >> 4 & 7 }
  /// 0 and 1 carry implicit messages, 2 and 3 explicit ones (3-4.4.3).
  var transportClass: UInt8 { transport & 15 }
  /// In 16-bit words.
  var pathSize: UInt8 { message.u8(path - 1) }
  /// Where the path begins, and where it ends as far as it is present.
  var path: Int { start + ForwardOpenRequest.size(isLarge: isLarge) }
  var pathEnd: Int { min(message.byteCount, path + 2 * Int(pathSize)) }

  /// The size in network connection parameters; 0 if their connection type is null (3-5.5.1.1), so that there is no
  /// connection in this direction.
  private func connectionSize(_ offset: Int) -> UInt32 {
    let parameters = isLarge ? message.u32LE(offset) : UInt32(message.u16LE(offset))
    guard parameters >> (isLarge ? 29 : 13) & 3 != 0 else { return 0 }
    return parameters & (isLarge ? 0xFFFF : 0x1FF)
  }
}

/// The data of the response to a Forward Open (3-5.5.2).
///
///     +0        +4        +8       +10      +12          +16             +20             +24
///     +---------+---------+--------+--------+------------+---------------+---------------+------ ... -+
///     | O->T id | T->O id | serial | vendor | originator | O->T interval | T->O interval | application|
///     +---------+---------+--------+--------+------------+---------------+---------------+------ ... -+
struct ForwardOpenResponse: ~Escapable {
  /// Both IDs; what follows may be missing.
  static let shortest = 8
  private let message: RawSpan
  let start: Int

  @_lifetime(copy message)
  init?(_ message: RawSpan, at start: Int) {
    guard start + ForwardOpenResponse.shortest <= message.byteCount else { return nil }
    self.message = message
    self.start = start
  }

  /// O->T.
  var consumedConnection: UInt32 { message.u32LE(start) }
  /// T->O.
  var producedConnection: UInt32 { message.u32LE(start + 4) }
  /// In microseconds, as granted by the target; nil if truncated.
  var intervals: (consumed: UInt32, produced: UInt32)? {
    start + 24 <= message.byteCount ? (message.u32LE(start + 16), message.u32LE(start + 20)) : nil
  }
}
