// SPDX-License-Identifier: Apache-2.0

/// What a frame begins with: the link types of capture files, by their registered numbers
/// (tcpdump.org, "Link-layer header types"). A number not listed here is kept, and refused by name
/// when a capture is opened.
package struct LinkType: RawRepresentable, Hashable, Sendable {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }

  /// BSD loopback: a protocol family in the byte order of the machine that captured.
  package static let null = LinkType(rawValue: 0)
  package static let ethernet = LinkType(rawValue: 1)
  /// Raw IP, version from the first nibble.
  package static let raw = LinkType(rawValue: 101)
  /// OpenBSD loopback: a protocol family in network byte order.
  package static let loop = LinkType(rawValue: 108)
  /// Linux "cooked" capture, version 1 (16 bytes).
  package static let linuxCooked = LinkType(rawValue: 113)
  package static let rawIPv4 = LinkType(rawValue: 228)
  package static let rawIPv6 = LinkType(rawValue: 229)
  /// Linux "cooked" capture, version 2 (20 bytes).
  package static let linuxCooked2 = LinkType(rawValue: 276)
}
