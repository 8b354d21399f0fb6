// SPDX-License-Identifier: Apache-2.0

/// The header that a FINS frame has in TCP: Omron, Ethernet Units Operation Manual (W343), 7-4. The commands of the
/// connection itself have fields of their own instead of a frame; the first is always the client's node address.
///
///     0        4        8         12           16
///     +--------+--------+---------+------------+------ ... -+
///     | "FINS" | length | command | error code | FINS frame |
///     +--------+--------+---------+------------+------ ... -+
///
/// `length` counts from `command` on.
struct FINSTCPHeader: ~Escapable {
  static let size = 16
  /// "FINS".
  static let magic: UInt32 = 0x4649_4E53
  /// Command and error code at least, the longest frame after them at most.
  static let lengths: ClosedRange<UInt32> = 8...UInt32(8 + FINSHeader.longestFrame)
  /// The available part of the message.
  let message: RawSpan

  @inline(__always) @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= FINSTCPHeader.size else { return nil }
    message = bytes.extracting(first: max(FINSTCPHeader.size, 8 + Int(bytes.u32(4))))
  }

  /// Whether the bytes begin a header, as far as the first field goes; false for an incomplete one.
  @inline(__always)
  static func hasMagic(_ bytes: RawSpan) -> Bool { bytes.byteCount >= 4 && bytes.u32(0) == magic }
  /// The first byte of a header.
  static let firstByte = UInt8(truncatingIfNeeded: magic >> 24)

  var magic: UInt32 { message.u32(0) }
  var length: UInt32 { message.u32(4) }
  var command: FINSTCPCommand { FINSTCPCommand(rawValue: message.u32(8)) }
  /// 0 if there is no error.
  var errorCode: UInt32 { message.u32(12) }
  /// In a node address command, or nil where it is not there.
  var clientNode: UInt32? { message.byteCount >= 20 ? message.u32(16) : nil }

  /// Size of the message with its header, according to its length field.
  var total: Int { 8 + Int(length) }
}

/// A command of the FINS/TCP header (W343, 7-4).
struct FINSTCPCommand: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt32

  static let clientNodeAddress = FINSTCPCommand(rawValue: 0)
  static let serverNodeAddress = FINSTCPCommand(rawValue: 1)
  static let frame = FINSTCPCommand(rawValue: 2)
  static let sendError = FINSTCPCommand(rawValue: 3)
  static let confirmation = FINSTCPCommand(rawValue: 6)

  /// The highest one in W343.
  var isKnown: Bool { rawValue <= FINSTCPCommand.confirmation.rawValue }

  var name: StaticString {
    switch self {
    case .clientNodeAddress: "Client node address send"
    case .serverNodeAddress: "Server node address send"
    case .sendError: "Frame send error notification"
    case .confirmation: "Connection confirmation"
    default: "FINS/TCP command not in W343"
    }
  }
}
