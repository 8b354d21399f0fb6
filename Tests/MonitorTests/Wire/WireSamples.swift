// SPDX-License-Identifier: Apache-2.0
import Capture
import Support

@testable import Monitor

/// One's complement sum, word by word as written in RFC 1071.
func plainSum(_ bytes: [UInt8]) -> Int {
  var sum = 0
  for index in stride(from: 0, to: bytes.count, by: 2) {
    sum += Int(bytes[index]) << 8 + (index + 1 < bytes.count ? Int(bytes[index + 1]) : 0)
  }
  while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
  return sum
}

let destinationMAC = hex("0080f4010203")
let sourceMAC = hex("02aabbccddee")
let sourceV4 = hex("0a140307")
let destinationV4 = hex("c0a80a0b")
let sourceV6 = hex("fd000020000000000000000000000001")
let destinationV6 = hex("fd000010000000000000000000000002")

func ethernet(_ type: Int, _ payload: [UInt8]) -> [UInt8] { destinationMAC + sourceMAC + big(type) + payload }

func ipv4(_ number: UInt8, _ payload: [UInt8], flags: Int = 0x4000, options: [UInt8] = []) -> [UInt8] {
  let length = 20 + options.count
  var header: [UInt8] = [0x40 | UInt8(length / 4), 0] + big(length + payload.count) + hex("1234") + big(flags)
  header += [64, number, 0, 0] + sourceV4 + destinationV4 + options
  header.replaceSubrange(10..<12, with: big(~plainSum(header) & 0xFFFF))
  return header + payload
}

func ipv6(_ next: UInt8, _ payload: [UInt8]) -> [UInt8] {
  hex("60012345") + big(payload.count) + [next, 63] + sourceV6 + destinationV6 + payload
}

/// `segment` with its checksum at `field` filled in, for the addresses used by `ipv4` and `ipv6`.
func summed(_ segment: [UInt8], _ number: UInt8, at field: Int, v6: Bool = false) -> [UInt8] {
  let addresses = v6 ? sourceV6 + destinationV6 : sourceV4 + destinationV4
  var segment = segment
  let sum = plainSum(addresses + [0, number] + big(segment.count) + segment)
  segment.replaceSubrange(field..<field + 2, with: big(~sum & 0xFFFF))
  return segment
}

/// Port 49153 to 502, SYN with MSS 1460, SACK permitted, timestamps and window scale 7, three bytes of data.
let tcpSegment = hex(
  """
  c001 01f6 11223344 55667788 a0c2 2000 0000 0009
  0204 05b4 0402 080a 0000000a 0000000b 01 030307
  616263
  """)

func udp(_ port: Int, _ payload: [UInt8], from source: Int = 49152) -> [UInt8] {
  big(source) + big(port) + big(8 + payload.count) + [0, 0] + payload
}

/// An Ethernet frame that carries a TCP segment over IPv4.
let plainFrame = ethernet(0x0800, ipv4(6, summed(tcpSegment, 6, at: 16)))

/// Runs the body on the packet parsed from the bytes; `length` is the length on the wire.
func read<Result>(
  _ bytes: [UInt8], _ linkType: LinkType = .ethernet, length: Int? = nil, _ body: (borrowing Packet) -> Result
) -> Result {
  body(Packet(span(bytes), linkType: linkType, length: length ?? bytes.count))
}

/// The plain values of a packet, for comparing packets.
struct Summary: Equatable {
  var network: Packet.Network
  var source: String
  var destination: String
  var ipProtocol: UInt8
  var transport: Packet.Transport
  var sourcePort: UInt16
  var destinationPort: UInt16
  var payload: [UInt8]
  var tunnel: Packet.Tunnel
  var fault: Malformed?

  init(_ packet: borrowing Packet) {
    network = packet.network
    source = packet.sourceIP.description
    destination = packet.destinationIP.description
    ipProtocol = packet.ipProtocol.rawValue
    transport = packet.transport
    sourcePort = packet.sourcePort
    destinationPort = packet.destinationPort
    payload = array(packet.payload)
    tunnel = packet.tunnel
    fault = packet.fault
  }
}

func array(_ span: RawSpan) -> [UInt8] { (0..<span.byteCount).map { span.u8($0) } }

/// The summaries of a packet and of what its tunnels carry, outermost first.
func stack(_ packet: borrowing Packet, depth: Int = 8) -> [Summary] {
  var summaries = [Summary(packet)]
  if packet.tunnel != .none, depth > 1 { summaries += stack(packet.inner(), depth: depth - 1) }
  return summaries
}

/// The bytes as the headers take them.
@_lifetime(borrow bytes)
func span(_ bytes: borrowing [UInt8]) -> RawSpan { RawSpan(_elements: bytes.span) }

/// A view that must exist: `#require` does not accept non-escapable ones.
@_lifetime(copy view)
func found<View: ~Escapable>(_ view: consuming View?) throws -> View {
  guard let view else { throw NoView() }
  return view
}
struct NoView: Error {}
