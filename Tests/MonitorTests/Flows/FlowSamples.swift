// SPDX-License-Identifier: Apache-2.0
import Capture
import Support

@testable import Monitor

/// A frame of IPv4 or IPv6. Checksums are left 0: no code in this folder looks at them.
struct Build {
  var sourceMAC: [UInt8] = [2, 0, 0, 0, 0, 1]
  var destinationMAC: [UInt8] = [2, 0, 0, 0, 0, 2]
  var vlan: Int?
  var source: [UInt8] = [192, 168, 10, 21]
  var destination: [UInt8] = [192, 168, 10, 11]
  var identification = 1
  var hopLimit: UInt8 = 64
  var ipProtocol: UInt8 = 17
  /// In bytes; a multiple of 8.
  var fragmentOffset = 0
  var moreFragments = false

  var isV6: Bool { source.count == 16 }

  static let v6 = Build(
    source: [0xFD] + [UInt8](repeating: 0, count: 14) + [1],
    destination: [0xFD] + [UInt8](repeating: 0, count: 14) + [2])

  func frame(_ payload: [UInt8], etherType: Int? = nil) -> [UInt8] {
    let tag = vlan.map { big(0x8100) + big($0) } ?? []
    if let etherType { return destinationMAC + sourceMAC + tag + big(etherType) + payload }
    return destinationMAC + sourceMAC + tag + big(isV6 ? 0x86DD : 0x0800) + datagram(payload)
  }

  private func datagram(_ payload: [UInt8]) -> [UInt8] {
    if isV6 {
      let isFragment = fragmentOffset > 0 || moreFragments
      let extra =
        isFragment
        ? [ipProtocol, 0] + big(fragmentOffset | (moreFragments ? 1 : 0)) + big(identification >> 16)
          + big(identification) : []
      let head: [UInt8] = [0x60, 0, 0, 0] + big(extra.count + payload.count)
      return head + [isFragment ? 44 : ipProtocol, hopLimit] + source + destination + extra + payload
    }
    let head: [UInt8] = [0x45, 0] + big(20 + payload.count) + big(identification)
    let flags = big(fragmentOffset / 8 | (moreFragments ? 0x2000 : 0))
    return head + flags + [hopLimit, ipProtocol, 0, 0] + source + destination + payload
  }

  static func udp(_ source: Int, _ destination: Int, _ payload: [UInt8] = []) -> [UInt8] {
    big(source) + big(destination) + big(8 + payload.count) + [0, 0] + payload
  }

  static func tcp(
    _ source: Int, _ destination: Int, sequence: Int = 1, flags: UInt8 = 0x10, _ payload: [UInt8] = []
  ) -> [UInt8] {
    big(source) + big(destination) + big(sequence >> 16) + big(sequence) + [0, 0, 0, 0, 0x50, flags] + big(8192)
      + [0, 0, 0, 0] + payload
  }
}

/// Runs the body on the packet parsed from the bytes.
func withPacket<Result>(_ bytes: [UInt8], length: Int? = nil, _ body: (borrowing Packet) -> Result) -> Result {
  body(Packet(bytes.bytes, linkType: .ethernet, length: length ?? bytes.count))
}
