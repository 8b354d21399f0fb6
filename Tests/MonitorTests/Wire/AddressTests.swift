// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Monitor

@Suite struct AddressTests {
  @Test(arguments: [
    ("0.0.0.0", "0.0.0.0"), ("192.168.10.11", "192.168.10.11"), ("255.255.255.255", "255.255.255.255"),
    ("::", "::"), ("::1", "::1"), ("2001:DB8::1", "2001:db8::1"), ("2001:db8:0:0:0:0:0:1", "2001:db8::1"),
    ("2001:0db8:0000:0001:0000:0000:0000:0001", "2001:db8:0:1::1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
    ("1::", "1::"), ("fe80::0204:61ff:fe9d:f156", "fe80::204:61ff:fe9d:f156"), ("::ffff:10.0.0.1", "10.0.0.1"),
    ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
    ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
  ])
  func `IP addresses are parsed, and printed in their shortest form`(text: String, printed: String) {
    #expect(IPAddress(text)?.description == printed)
  }

  @Test(arguments: [
    "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "+1.2.3.4", "1..3.4", ":", ":::", "1:2",
    "1::2::3",
    "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "12345::", "g::", ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:", "::1.2.3",
    "1.2.3.4::", "::+1", "fe80::1%eth0", "::1/64", "-1.2.3.4", "::1:2:3:4:5:6:7:8",
  ])
  func `text that is not an IP address is refused`(text: String) { #expect(IPAddress(text) == nil) }

  @Test func `IPv4 and IPv6 addresses are sorted and classified`() throws {
    let multicast = try #require(IPAddress("ff02::1"))
    let linkLocal = try #require(IPAddress("fe80::1"))
    #expect(multicast.isMulticast && !multicast.isUnicast && linkLocal.isLinkLocal && linkLocal.isUnicast)
    #expect(IPAddress(v4: 0xE000_0001).isMulticast && IPAddress(v4: 0xFFFF_FFFF).isLimitedBroadcast)
    #expect(IPAddress(v4: 0xA9FE_0001).isLinkLocal && IPAddress(v4: 0x7F00_0001).isLoopback)
    #expect(IPAddress(v4: 0).isUnspecified && IPAddress.none.isUnspecified)
    #expect(IPAddress(v4: 1) < IPAddress(v4: 2) && IPAddress(v4: 0x0A00_0001).isV4 && !linkLocal.isV4)
  }

  @Test(arguments: [
    ("00:80:f4:01:02:03", "00:80:f4:01:02:03"), ("00-80-F4-0A-02-FF", "00:80:f4:0a:02:ff"),
    ("ff:ff:ff:ff:ff:ff", "ff:ff:ff:ff:ff:ff"),
  ])
  func `MAC addresses are parsed and printed`(text: String, printed: String) {
    #expect(MACAddress(text)?.description == printed)
  }

  @Test(arguments: [
    "", "00:80:f4:01:02", "00:80:f4:01:02:03:04", "0:80:f4:01:02:03", "00:80:f4:01:02:0g", "0080f4010203",
    "+0:80:f4:01:02:03",
    "00::f4:01:02:03", "0080.f401.0203",
  ])
  func `text that is not a MAC address is refused`(text: String) { #expect(MACAddress(text) == nil) }

  @Test func `the group bit marks broadcast and multicast`() {
    #expect(MACAddress.broadcast.isGroup && MACAddress(rawValue: 0x0100_5E00_0001).isGroup)
    #expect(!MACAddress(rawValue: 0x0080_F401_0203).isGroup)
  }
}
