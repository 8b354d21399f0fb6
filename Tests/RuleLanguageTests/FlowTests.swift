// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import RuleLanguage

@Suite("Flows, bits, thresholds and packets")
struct FlowTests {
  @Test("Words of flow")
  func flow() throws {
    let first = try Reading.rule("flow:Established,from_client,no_stream;").flow
    #expect(first.state == .established && first.sender == .client && first.isWithoutStream)
    let second = try Reading.rule("flow: to_client , not_established;").flow
    #expect(second.state == .notEstablished && second.sender == .server && !second.isStreamOnly)
    #expect(try Reading.rule("flow:stateless,only_stream;").flow.isStreamOnly)
  }

  @Test("Bits of flows: several names are alternatives, and with '&' all of them for Snort")
  func flowBits() throws {
    let rule = try Reading.rule("flowbits:set,a; flowbits: isset , b|c; flowbits:noalert;")
    #expect(rule.flowBits == [FlowBit(.set, ["a"]), FlowBit(.isSet, ["b", "c"])])
    #expect(rule.isSilent)
    #expect(try Reading.rule("flowbits:isset,a&b;", .snort).flowBits == [FlowBit(.isSet, ["a", "b"], isOfAll: true)])
    #expect(Reading.fault("flowbits:isset,a&b;")?.reason == .unsupported)
  }

  @Test(
    "Bits of hosts",
    arguments: [
      ("xbits:set,x,track ip_src,expire 60;", HostBit(.set, "x", .source, expires: 60)),
      ("xbits:isset,x,track ip_pair;", HostBit(.isSet, "x", .pair, expires: 30)),
      ("hostbits:unset,y,dst;", HostBit(.unset, "y", .destination, expires: 30)),
      ("hostbits:isnotset,y;", HostBit(.isNotSet, "y", .source, expires: 30)),
    ])
  func hostBits(_ options: String, _ bit: HostBit) throws {
    #expect(try Reading.rule(options).hostBits == [bit])
  }

  @Test(
    "Integers of flows",
    arguments: [
      ("flowint:n,+,1;", FlowInteger("n", .add, 1)), ("flowint: n , = , m;", FlowInteger("n", .set, 0, other: "m")),
      ("flowint:n,isset;", FlowInteger("n", .isSet, 0)),
      ("flowint:n,>=,4294967295;", FlowInteger("n", .greaterOrEqual, .max)),
    ])
  func flowIntegers(_ options: String, _ integer: FlowInteger) throws {
    #expect(try Reading.rule(options).flowIntegers == [integer])
  }

  @Test(
    "Thresholds, their words in any order",
    arguments: [
      ("threshold:type limit,track by_src,count 1,seconds 60;", Threshold(.limit, .source, count: 1, seconds: 60)),
      (
        "threshold: track by_dst , seconds 5 , count 3 , type both;",
        Threshold(.both, .destination, count: 3, seconds: 5)
      ),
      ("threshold:type threshold,track by_flow,count 2,seconds 1;", Threshold(.threshold, .flow, count: 2, seconds: 1)),
      (
        "threshold:type backoff,track by_flow,count 1,multiplier 5;",
        Threshold(.backoff, .flow, count: 1, seconds: 0, multiplier: 5)
      ),
    ])
  func thresholds(_ options: String, _ threshold: Threshold) throws {
    #expect(try Reading.rule(options).threshold == threshold)
  }

  @Test("detection_filter, and what is counted once")
  func detectionFilter() throws {
    let filter = try #require(
      Reading.rule("detection_filter:track by_both,count 2,seconds 9,unique_on dst_port;").detectionFilter)
    #expect(filter.sort == .detectionFilter && filter.track == .both && filter.count == 2 && filter.seconds == 9)
    #expect(filter.distinct == .destinationPort)
  }

  @Test(
    "Tests of packets",
    arguments: [
      ("flags:S;", PacketTest.flags(.exactly, bits: 2, ignored: 0)),
      ("flags:PA;", .flags(.exactly, bits: 24, ignored: 0)),
      ("flags:S,12;", .flags(.exactly, bits: 2, ignored: 192)), ("flags:A+;", .flags(.all, bits: 16, ignored: 0)),
      ("flags:+A;", .flags(.all, bits: 16, ignored: 0)), ("flags:*SF;", .flags(.any, bits: 3, ignored: 0)),
      ("flags:!S,CE;", .flags(.none, bits: 2, ignored: 192)), ("flags:0;", .flags(.exactly, bits: 0, ignored: 0)),
      ("tcp.flags:FSRPAUEC;", .flags(.exactly, bits: 255, ignored: 0)), ("ttl:<64;", .timeToLive(.within(0...63))),
      ("ack:5;", .acknowledgement(.within(5...5))), ("seq:5;", .sequence(.within(5...5))),
      ("window:!0;", .window(.outside(0...0))),
      ("fragbits:+MD;", .fragmentBits(.all, bits: 3)), ("fragoffset:>0;", .fragmentOffset(.within(1...65_535))),
      ("id:7;", .ipID(.within(7...7))), ("ip_proto:UDP;", .ipProtocol(.within(17...17))),
      ("ip_proto:!6;", .ipProtocol(.outside(6...6))),
      ("tos:x10;", .typeOfService(.within(16...16))), ("tos:!8;", .typeOfService(.outside(8...8))),
      ("sameip;", .sameIP),
      ("dsize:6;", .payloadSize(.within(6...6))), ("dsize:>300;", .payloadSize(.within(301...65_535))),
      ("dsize:300<>500;", .payloadSize(.within(301...499))), ("dsize:<=4;", .payloadSize(.within(0...4))),
      ("stream_size:client,>,3;", .streamSize(.client, .within(4...0xFFFF_FFFF))),
      ("stream_size:either,!=,3;", .streamSize(.either, .outside(3...3))),
      ("flow.pkts:toclient,=10;", .flowPackets(.server, .within(10...10))),
      ("flow.bytes_toserver:<3000;", .flowBytes(.client, .within(0...2999))),
    ])
  func packets(_ options: String, _ test: PacketTest) throws {
    #expect(try Reading.rule(options).packetTests == [test])
  }

  @Test(
    "Tests of ICMP",
    arguments: [
      ("itype:8;", PacketTest.icmpType(.within(8...8))), ("itype:7<>20;", .icmpType(.within(8...19))),
      ("icode:>1;", .icmpCode(.within(2...255))), ("icmp_id:5;", .icmpID(.within(5...5))),
      ("icmp_seq:5;", .icmpSequence(.within(5...5))),
    ])
  func icmp(_ options: String, _ test: PacketTest) throws {
    #expect(try Reading.rule(options, header: "icmp any any -> any any").packetTests == [test])
  }

  @Test(
    "What contradicts itself, or is no value, is refused where it stands",
    arguments: [
      Refused("flow:established,stateless;", .contradiction, 18),
      Refused("flow:to_server,to_client;", .contradiction, 16),
      Refused("flow:somewhere;", .value, 6), Refused("flow:only_stream; dsize:3;", .contradiction, 19),
      Refused("flow:established; flow:to_client;", .repeated, 19), Refused("flowbits:set;", .value, 10),
      Refused("flowbits:set,a|b;", .value, 10), Refused("flowbits:isset,a; flowbits:isnotset,a;", .contradiction, -38),
      Refused("xbits:set,a;", .value, 7), Refused("xbits:set,a,track ip_me;", .value, 13),
      Refused("flowint:n,*,1;", .value, 9),
      Refused("flowint:n,+;", .value, 9), Refused("threshold:type limit,track by_src,seconds 60;", .value, 11),
      Refused("threshold:type limit,track by_src,count 0,seconds 60;", .value, 35),
      Refused("threshold:type often;", .value, 11),
      Refused(
        "detection_filter:track by_src,count 1,seconds 1; threshold:type limit,track by_src,count 1,seconds 1;",
        .contradiction, 60),
      Refused("flags:X;", .value, 7), Refused("flags:!;", .value, 7), Refused("dsize:5<>6;", .cannotFire, 7),
      Refused("dsize:x;", .value, 7),
      Refused("dsize:9<>5;", .value, 7), Refused("ttl:;", .value, 1), Refused("stream_size:client,>;", .value, 13),
      Refused("dsize:3; http.uri; content:\"abc\";", .contradiction, 1), Refused("fragbits:x;", .value, 10),
      Refused("sameip:1;", .value, 1), Refused("sid:0;", .value, 5), Refused("sid:99999999999;", .value, 5),
      Refused("priority:0;", .value, 10),
      Refused("reference:url;", .value, 11), Refused("target:me;", .value, 8),
      Refused("requires:version >= 9;", .unsupported, 10),
    ])
  func refusals(_ refused: Refused) { refused.check() }

  @Test("What a rule says of itself")
  func meta() throws {
    let rule = try Reading.rule(
      #"""
      classtype:trojan-activity; rev:7; gid:3; reference:url,example.org/a; reference:CVE,2020-1; \#
      metadata:a b, c d e,title_ja 試験; target:dest_ip;
      """#)

    #expect(rule.classType == "trojan-activity" && rule.priority == 1 && rule.revision == 7 && rule.group == 3)
    #expect(rule.references == [Rule.Reference("url", "example.org/a"), Rule.Reference("cve", "2020-1")])
    #expect(rule.references.map(\.url) == ["http://example.org/a", "https://www.cve.org/CVERecord?id=CVE-2020-1"])
    #expect(rule.notes == [Rule.Note("a", "b"), Rule.Note("c", "d e"), Rule.Note("title_ja", "試験")])
    #expect(rule.victim == .destination)
    #expect(try Reading.rule("priority:2; classtype:trojan-activity;").priority == 2)
    #expect(try Reading.rule("classtype:no-such;").priority == 3)
    #expect(try Reading.rule(#"msg:"a\; \"b\" \\";"#).message == #"a; "b" \"#)
  }

  @Test("Orders to record or to answer load, as matching does without them")
  func effects() {
    let set = Reading.load("alert tcp any any -> any 80 (content:\"abc\"; tag:session,5,packets; filestore; sid:1;)")
    #expect(set.rules.count == 1)
    #expect(set.diagnostics.map(\.reason) == [.withoutEffect, .withoutEffect])
  }
}
