// SPDX-License-Identifier: Apache-2.0

/// One rule of a rule file, read and checked, with names of variables resolved.
package struct Rule: Sendable {
  /// What it is for. A passive monitor drops nothing: `drop` and `reject` are alerts that say so.
  package enum Verb: String, Sendable {
    case alert, pass, drop, reject, log
  }
  package struct Reference: Hashable, Sendable {
    package var scheme: String
    package var id: String
    package init(_ scheme: String, _ id: String) { (self.scheme, self.id) = (scheme, id) }
  }
  /// A key of `metadata` with its value.
  package struct Note: Hashable, Sendable {
    package var key: String
    package var value: String
    package init(_ key: String, _ value: String) { (self.key, self.value) = (key, value) }
  }
  /// Which end the alert calls the target.
  package enum Victim: Sendable { case source, destination }

  package var verb = Verb.alert
  package var header = RuleHeader()
  /// Group, number and revision. `number` is never 0: rules without one get one.
  package var group: UInt32 = 1
  package var number: UInt32 = 0
  package var revision: UInt32 = 0
  package var message = ""
  package var classType = ""
  /// 1 is the most severe. From `priority`, else from the class, else 3.
  package var priority: UInt8 = 3
  package var references: [Reference] = []
  package var notes: [Note] = []
  package var victim: Victim?
  package var dialect = Dialect.suricata

  package var flow = FlowTest()
  /// Tests of headers, all of which must hold.
  package var packetTests: [PacketTest] = []
  /// Tests of bytes by the buffer they look at, in the order in which buffers are first named.
  package var buffers: [BufferTests] = []
  /// Tests of what the protocol's decoder found, all of which must hold for one operation or transaction.
  package var applicationTests: [ApplicationTest] = []
  package var flowBits: [FlowBit] = []
  package var hostBits: [HostBit] = []
  package var flowIntegers: [FlowInteger] = []
  /// Matches have their effects, and no alert.
  package var isSilent = false
  /// `alert` in a `pass` rule: alerts, too.
  package var isLoud = false
  package var threshold: Threshold?
  package var detectionFilter: Threshold?
  package var zones: ZoneTest?

  /// Where it begins.
  package var place = SourcePlace()
  /// As it stands in the file, on one line.
  package var text = ""

  package init() {}
}

/// Whose rules for odd corners hold.
package enum Dialect: String, CaseIterable, Sendable { case suricata, snort }

/// A place in a rule file, both counted from 1.
package struct SourcePlace: Hashable, Sendable {
  package var file = ""
  package var line = 0
  package var column = 0
  package init(file: String = "", line: Int = 0, column: Int = 0) {
    (self.file, self.line, self.column) = (file, line, column)
  }
}

/// Protocol, addresses and ports.
package struct RuleHeader: Sendable {
  package enum Transport: String, Sendable {
    case tcp, udp, icmp, ip, sctp
    /// TCP, segments alone or streams alone.
    case tcpPacket = "tcp-pkt"
    case tcpStream = "tcp-stream"
    /// The decoder's own events.
    case packetHeader = "pkthdr"
  }
  package var transport = Transport.ip
  /// IP version 4 or 6 alone; 0: either.
  package var ipVersion: UInt8 = 0
  /// The protocol that content must have shown: `http`, `modbus`; empty: any.
  package var application = ""
  package var source = AddressSet.any
  package var sourcePorts = PortSet.any
  package var destination = AddressSet.any
  package var destinationPorts = PortSet.any
  /// `<>`: the ends may be swapped.
  package var isBidirectional = false
  package init() {}
}

/// Addresses of both versions as 128-bit numbers (IPv4 at ::ffff:0:0/96), ranges in order without overlap.
package struct AddressSet: Hashable, Sendable {
  package var ranges: [ClosedRange<UInt128>]
  package static let any = AddressSet(ranges: [0 ... .max])
  package var isAny: Bool { self == AddressSet.any }
  package init(ranges: [ClosedRange<UInt128>]) { self.ranges = ranges }
}

/// Ranges in order without overlap.
package struct PortSet: Hashable, Sendable {
  package var ranges: [ClosedRange<UInt16>]
  package static let any = PortSet(ranges: [0 ... .max])
  package var isAny: Bool { self == PortSet.any }
  package init(ranges: [ClosedRange<UInt16>]) { self.ranges = ranges }
}

/// `flow`.
package struct FlowTest: Hashable, Sendable {
  package enum Sender: Sendable { case client, server }
  package enum State: Sendable { case established, notEstablished, stateless }
  package var sender: Sender?
  package var state: State?
  package var isStreamOnly = false
  package var isWithoutStream = false
  package var isFragmentOnly = false
  package var isWithoutFragments = false
  package init() {}
}

/// A number and what it must be. All bounds are inclusive: exclusive ones of the language have been made so.
package enum NumberTest: Hashable, Sendable {
  case within(ClosedRange<UInt64>)
  case outside(ClosedRange<UInt64>)
  /// The bits of the mask are the value's; negated: are not.
  case bits(mask: UInt64, value: UInt64, isNegated: Bool)
  /// Can hold for no number.
  case never

  package func holds(_ number: UInt64) -> Bool {
    switch self {
    case .within(let range): range.contains(number)
    case .outside(let range): !range.contains(number)
    case .bits(let mask, let value, let isNegated): (number & mask == value) != isNegated
    case .never: false
    }
  }
}

/// A test of a packet's headers.
package enum PacketTest: Hashable, Sendable {
  package enum FlagsRule: Sendable { case exactly, all, any, none }
  /// Bits as in the TCP header: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128.
  case flags(FlagsRule, bits: UInt8, ignored: UInt8)
  case timeToLive(NumberTest)
  case acknowledgement(NumberTest)
  case sequence(NumberTest)
  case window(NumberTest)
  /// Bits: more fragments 1, don't fragment 2, reserved 4.
  case fragmentBits(FlagsRule, bits: UInt8)
  case fragmentOffset(NumberTest)
  case icmpType(NumberTest)
  case icmpCode(NumberTest)
  case icmpID(NumberTest)
  case icmpSequence(NumberTest)
  case ipID(NumberTest)
  case ipProtocol(NumberTest)
  case typeOfService(NumberTest)
  case sameIP
  /// `dsize`: bytes of payload.
  case payloadSize(NumberTest)
  case streamSize(StreamSide, NumberTest)
  /// `flow.pkts`, `flow.bytes`: of the flow so far; `client` is what the client sent.
  case flowPackets(StreamSide, NumberTest)
  case flowBytes(StreamSide, NumberTest)
  package enum StreamSide: Sendable { case server, client, both, either }
}

/// `flowbits`.
package struct FlowBit: Hashable, Sendable {
  package enum Deed: Sendable { case set, unset, toggle, isSet, isNotSet }
  package var deed: Deed
  package var names: [String]
  /// For `isSet` and `isNotSet` of several names: all of them, not one of them.
  package var isOfAll = false
  package init(_ deed: Deed, _ names: [String], isOfAll: Bool = false) {
    (self.deed, self.names, self.isOfAll) = (deed, names, isOfAll)
  }
}

/// `xbits` and `hostbits`: bits of addresses, for some time.
package struct HostBit: Hashable, Sendable {
  package enum Track: Sendable { case source, destination, pair }
  package var deed: FlowBit.Deed
  package var name: String
  package var track: Track
  /// Seconds.
  package var expires: UInt32
  package init(_ deed: FlowBit.Deed, _ name: String, _ track: Track, expires: UInt32) {
    (self.deed, self.name, self.track, self.expires) = (deed, name, track, expires)
  }
}

/// `flowint`.
package struct FlowInteger: Hashable, Sendable {
  package enum Deed: Hashable, Sendable {
    case set, add, subtract
    case less, lessOrEqual, greater, greaterOrEqual, equal, notEqual
    case isSet, isNotSet
  }
  package var name: String
  package var deed: Deed
  package var value: UInt32
  /// Another flow integer in place of `value`; empty: none.
  package var other: String
  package init(_ name: String, _ deed: Deed, _ value: UInt32, other: String = "") {
    (self.name, self.deed, self.value, self.other) = (name, deed, value, other)
  }
}

/// `threshold`, `detection_filter`, and the lines of `threshold.config`.
package struct Threshold: Hashable, Sendable {
  package enum Sort: Sendable { case limit, threshold, both, backoff, detectionFilter, rate }
  package enum Track: Sendable { case source, destination, both, rule, flow }
  package var sort: Sort
  package var track: Track
  package var count: UInt32
  package var seconds: UInt32
  /// Of `backoff`.
  package var multiplier: UInt32
  /// `unique_on`: packets of one port count once.
  package enum Distinct: Sendable { case sourcePort, destinationPort }
  package var distinct: Distinct?
  package init(_ sort: Sort, _ track: Track, count: UInt32, seconds: UInt32, multiplier: UInt32 = 10) {
    (self.sort, self.track, self.count) = (sort, track, count)
    (self.seconds, self.multiplier) = (seconds, multiplier)
  }
}

/// `zone`: names of the site file; empty: any.
package struct ZoneTest: Hashable, Sendable {
  package var from: [String] = []
  package var isFromNegated = false
  package var to: [String] = []
  package var isToNegated = false
  package init() {}
}
