// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

@Suite struct TunnelHeaderTests {
  @Test func `every field of GRE is read`() throws {
    let bytes = hex("b000 0800 1234 0000 00000007 00000009 aa")
    let header = try GREHeader(span(bytes))
    #expect(header.version == 0 && header.protocolType == .ipv4 && header.checksum == 0x1234 && header.key == 7)
    #expect(header.sequenceNumber == 9 && header.acknowledgementNumber == nil && header.length == 16)
    #expect(array(header.payload) == [0xAA])
    let enhanced = hex("2081 880b 0004 0007 00000003")
    let tunnelled = try GREHeader(span(enhanced))
    #expect(tunnelled.version == 1 && tunnelled.key == 0x0004_0007 && tunnelled.sequenceNumber == nil)
    #expect(tunnelled.acknowledgementNumber == 3 && tunnelled.length == 12 && tunnelled.checksum == nil)
  }

  @Test func `every field of ERSPAN is read`() throws {
    let second = hex("1abc b7ff 00012345 aa")
    let header = try ERSPANHeader(span(second))
    #expect(header.version == 1 && header.vlan == 0xABC && header.priority == 5 && header.encapsulation == 2)
    #expect(header.isTruncated && header.sessionIdentifier == 0x3FF && header.index == 0x12345 && header.length == 8)
    #expect(header.timestamp == nil && header.granularity == nil && array(header.payload) == [0xAA])
    let third = hex("2001 2064 01020304 0007 802d 3000000000000001")
    let stamped = try ERSPANHeader(span(third))
    #expect(stamped.version == 2 && stamped.vlan == 1 && stamped.priority == 1 && stamped.sessionIdentifier == 100)
    #expect(stamped.timestamp == 0x0102_0304 && stamped.securityGroupTag == 7 && stamped.frameType == 0)
    #expect(stamped.hardwareIdentifier == 2 && stamped.isEgress && stamped.granularity == 2)
    #expect(stamped.platformSubheader == 0x3000_0000_0000_0001 && stamped.length == 20 && stamped.index == nil)
  }

  @Test func `every field of VXLAN, GENEVE, TZSP and GTP-U is read`() throws {
    let vxlan = hex("88000123 abcdef00")
    let network = try VXLANHeader(span(vxlan))
    #expect(network.networkIdentifier == 0xABCDEF && network.groupPolicy == 0x123 && network.payload.byteCount == 0)
    let geneve = hex("01c0 6558 abcdef00 0102 8000 aa")
    let generic = try GENEVEHeader(span(geneve))
    #expect(generic.length == 12 && generic.isControl && generic.hasCriticalOptions)
    #expect(generic.protocolType == .transparentEthernetBridging && generic.networkIdentifier == 0xABCDEF)
    #expect(array(generic.payload) == [0xAA])
    let tzsp = hex("0101 0012 00 2902 05dc 0a01c8 01 aa")
    let sniffed = try TZSPHeader(span(tzsp))
    #expect(sniffed.type == 1 && sniffed.encapsulation == 18 && sniffed.originalLength == 1500 && sniffed.length == 13)
    #expect(array(sniffed.payload) == [0xAA])
    let gtp = hex("36ff 000d 00000007 0102 03 c0 01 0001 85 01 0002 00 aa ee")
    let user = try GTPHeader(span(gtp))
    #expect(user.type == 255 && user.statedLength == 13 && user.tunnelEndpointIdentifier == 7)
    #expect(user.sequenceNumber == 0x0102 && user.length == 20 && array(user.payload) == [0xAA] && !user.isIncomplete)
  }
}
