// SPDX-License-Identifier: Apache-2.0

/// What a frame begins with: the link types of capture files, by their registered numbers
/// (tcpdump.org, "Link-layer header types"). A number not listed here is kept, and refused by name
/// when a capture is opened. Public, unlike its neighbours: only then are its constants inlined into the other module
/// that compares them for every frame.
@frozen
public struct LinkType: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt16
  @inlinable
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// BSD loopback: a protocol family in the byte order of the machine that captured.
  @inlinable public static var null: LinkType { LinkType(rawValue: 0) }
  @inlinable public static var ethernet: LinkType { LinkType(rawValue: 1) }
  /// Raw IP, version from the first nibble.
  @inlinable public static var raw: LinkType { LinkType(rawValue: 101) }
  /// OpenBSD loopback: a protocol family in network byte order.
  @inlinable public static var loop: LinkType { LinkType(rawValue: 108) }
  /// Linux "cooked" capture, version 1 (16 bytes).
  @inlinable public static var linuxCooked: LinkType { LinkType(rawValue: 113) }
  @inlinable public static var rawIPv4: LinkType { LinkType(rawValue: 228) }
  @inlinable public static var rawIPv6: LinkType { LinkType(rawValue: 229) }
  /// Linux "cooked" capture, version 2 (20 bytes).
  @inlinable public static var linuxCooked2: LinkType { LinkType(rawValue: 276) }
}
