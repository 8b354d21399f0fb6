// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import RuleLanguage

@Suite("Contents, buffers and expressions")
struct ContentTests {
  @Test(
    "Patterns are the bytes that are meant",
    arguments: [
      (#"content:"abc";"#, "abc"), (#"content:"a|3B|b";"#, "a;b"), (#"content:"a|3b 3B,3b|b";"#, "a;;;b"),
      (#"content:"a\;b";"#, "a;b"), (#"content:"a\:b\"c\\";"#, "a:b\"c\\"), (#"content : "abc";"#, "abc"),
      (#"CONTENT:"abc";"#, "abc"), (#"content:"\|42 43|";"#, "BC"), (#"content:"(a)";"#, "(a)"),
    ])
  func patterns(_ options: String, _ bytes: String) throws {
    #expect(try Reading.content(options).bytes == Array(bytes.utf8))
  }

  @Test("Snort takes other escapes as they are, and semicolons within quotes")
  func snortPatterns() throws {
    #expect(try Reading.content(#"content:"a\xb";"#, .snort).bytes == Array("axb".utf8))
    #expect(try Reading.content(#"content:"a;b";"#, .snort).bytes == Array("a;b".utf8))
  }

  @Test("Modifiers are about the content before them")
  func modifiers() throws {
    let tests = try Reading.tests(
      #"content:"abc"; offset:4; depth:20; nocase; content:!"de"; distance:-5; within:30; content:"f"; endswith;"#)
    guard case .content(let first) = tests[0], case .content(let second) = tests[1], case .content(let third) = tests[2]
    else {
      Issue.record("three contents")
      return
    }
    #expect(first.offset == .number(4) && first.depth == .number(20) && first.isCaseless && !first.isNegated)
    #expect(!first.isRelative && second.isRelative)
    #expect(second.distance == .number(-5) && second.within == .number(30) && second.isNegated && !second.isCaseless)
    #expect(third.isAtEnd && !third.isAtStart)
    #expect(try Reading.content(#"content:"abc"; startswith;"#).isAtStart)
  }

  @Test(
    "Hints name a part of the pattern",
    arguments: [("fast_pattern;", 0..<6), ("fast_pattern:only;", 0..<6), ("fast_pattern:1,3;", 1..<4)])
  func hints(_ text: String, _ range: Range<Int>) throws {
    #expect(try Reading.content(#"content:"abcdef"; \#(text)"#).hint == range)
  }

  @Test("Modifiers behind the pattern, as Snort 3 writes them")
  func modular() throws {
    let content = try Reading.content(#"content:"abc",depth 4,offset 2, nocase, fast_pattern;"#)
    #expect(content.depth == .number(4) && content.offset == .number(2) && content.isCaseless && content.hint == 0..<3)
    let set = Reading.load(#"alert tcp any any -> any any (content:"abc",nocase; sid:1;)"#)
    #expect(set.diagnostics.map(\.reason) == [.snortSyntax])
  }

  @Test(
    "What no content can be is refused where it stands",
    arguments: [
      Refused(#"content:abc;"#, .quotes, 9), Refused(#"content:"abc;"#, .quotes, 9),
      Refused(#"content:"a"b";"#, .quotes, 11), Refused(#"content:"";"#, .value, 9),
      Refused(#"content:"|3|";"#, .hexadecimal, 12), Refused(#"content:"|3g|";"#, .hexadecimal, 12),
      Refused(#"content:"|33";"#, .hexadecimal, 9), Refused(#"content:"\x";"#, .escape, 10),
      Refused(#"content:"a;b";"#, .quotes, 9), Refused(#"nocase; content:"abc";"#, .withoutContent, 1),
      Refused(#"content:"abc"; nocase; nocase;"#, .repeated, 24),
      Refused(#"content:"abc"; depth:3; depth:4;"#, .repeated, 25),
      Refused(#"content:"abc"; depth:2;"#, .cannotFire, 22), Refused(#"content:"abc"; within:2;"#, .cannotFire, 23),
      Refused(#"content:"abc"; offset:4; distance:1;"#, .mixedModifiers, 35),
      Refused(#"content:"abc"; startswith; depth:9;"#, .mixedModifiers, 34),
      Refused(#"content:"abc"; fast_pattern:only; offset:6;"#, .mixedModifiers, 42),
      Refused(#"content:"abc"; fast_pattern:2,3;"#, .value, 29),
      Refused(#"content:"abc"; offset:x;"#, .unknownByteVariable, 23),
      Refused(#"content:"abc"; distance:1048577;"#, .value, 25),
      Refused(#"content:"abc"; offset:99999999999999999999;"#, .value, 23),
      Refused(#"content:"abc"; depth:0;"#, .value, 22), Refused(#"content:"abc",depths 3;"#, .unknownKeyword, 15),
      Refused(#"content:"abc";; content:"d";"#, .emptyOption, 15),
      Refused(#"foo:1; content:"abc";"#, .unknownKeyword, 1), Refused(#"lua:x.lua;"#, .unsupported, 1),
      Refused(#"dsize:10; content:"abcdefghijk";"#, .cannotFire, 1),
      Refused(#"dsize:5<>10; content:"AAAA"; offset:8;"#, .cannotFire, 1),
      Refused(#"http.host; content:"a.b"; nocase;"#, .contradiction, -38),
      Refused(#"bsize:3; content:"abc";"#, .mixedModifiers, 7),
      Refused(#"http.uri; bsize:2; content:"abc";"#, .cannotFire, -38),
      Refused(#"http.uri; content:"a"; dotprefix;"#, .mixedModifiers, 24),
    ])
  func refusals(_ refused: Refused) { refused.check() }

  @Test(
    "Buffers of contents",
    arguments: [
      (#"http.uri; content:"abc";"#, Buffer.httpURI), (#"content:"abc"; http_uri;"#, .httpURI),
      (#"content:"abc"; http_raw_header;"#, .httpRawHeader), (#"uricontent:"abc";"#, .httpURI),
      (#"file_data; content:"abc";"#, .fileData), (#"http.uri; pkt_data; content:"abc";"#, .payload),
      (#"content:"abc"; http_client_body;"#, .httpRequestBody),
      (#"http.request_body; content:"abc";"#, .httpRequestBody),
      (#"tls.sni; content:"abc";"#, .tlsServerName), (#"tls.cert_subject; content:"abc";"#, .tlsSubject),
      (#"tls.subject:"CN=abc";"#, .tlsSubject), (#"dns.query; content:"abc";"#, .dnsQuery),
      (#"ssh.software; content:"abc";"#, .sshSoftware), (#"dce_stub_data; content:"abc";"#, .dceStub),
      (#"dnp3_data; content:"abc";"#, .dnp3Data), (#"modbus_data; content:"abc";"#, .modbusData),
      (#"ja3.hash; content:"abc";"#, .ja3Hash), (#"smb.named_pipe; content:"abc";"#, .smbNamedPipe),
      (#"ipv4.hdr; content:"abc";"#, .ipv4Header), (#"pcre:"/abc/U";"#, .httpURI), (#"pcre:"/abc/V";"#, .httpUserAgent),
      (#"urilen:5;"#, .httpURI), (#"urilen:5,raw;"#, .httpRawURI), (#"iec104.asdu; content:"abc";"#, .iec104Data),
    ])
  func buffers(_ options: String, _ buffer: Buffer) throws {
    let lists = try Reading.rule(options).buffers.filter { !$0.tests.isEmpty }
    #expect(lists.map(\.buffer) == [buffer])
  }

  @Test("A buffer's name behind a content is about that one, and before the first one about all that follow")
  func modularBuffers() throws {
    let legacy = try Reading.rule(#"content:"a"; http_method; content:"b"; http_uri; depth:5;"#)
    #expect(legacy.buffers.filter { !$0.tests.isEmpty }.map(\.buffer) == [.httpMethod, .httpURI])
    let modular = try Reading.rule(#"http_method; content:"GET",depth 3; http_uri; content:"/x";"#, header: "http")
    #expect(modular.buffers.map(\.buffer) == [.httpMethod, .httpURI])
    #expect(modular.buffers.allSatisfy { $0.tests.count == 1 })
    #expect(Reading.fault(#"http_uri; content:"/x";"#)?.reason == .withoutContent)
    #expect(Reading.fault(#"http.uri; content:"/x"; http_header;"#)?.reason == .mixedModifiers)
  }

  @Test("Transforms go with their buffer, and lists with others stay apart")
  func transforms() throws {
    let rule = try Reading.rule(
      #"http.uri; to_lowercase; xor:"0d0a"; content:"a"; http.uri; content:"b"; dns.query; dotprefix; content:".c";"#)
    #expect(rule.buffers.map(\.transforms) == [[.lowercase, .xor([13, 10])], [], []])
    #expect(rule.buffers.map(\.buffer) == [.httpURI, .httpURI, .dnsQuery])
    guard case .content(let content) = rule.buffers[2].tests[0] else {
      Issue.record("a content")
      return
    }
    #expect(content.hasDotBefore)
    #expect(
      try Reading.rule(#"http.uri; pcrexform:"a(.*)b"; content:"x";"#).buffers[0].transforms == [.expression("a(.*)b")])
  }

  @Test(
    "Sizes of buffers",
    arguments: [
      ("5", NumberTest.within(5...5)), ("<5", .within(0...4)), (">5", .within(6...(1 << 32))), ("<=5", .within(0...5)),
      (">=5", .within(5...(1 << 32))), ("5<>10", .within(6...9)), ("!5", .outside(5...5)),
    ])
  func sizes(_ text: String, _ test: NumberTest) throws {
    for keyword in ["bsize", "bufferlen"] {
      guard case .size(let read) = try #require(Reading.tests("http.uri; \(keyword):\(text);").first) else {
        Issue.record("a size")
        return
      }
      #expect(read == test)
    }
  }

  @Test(
    "Expressions and their flags",
    arguments: [
      (#"pcre:"/a\/b/i";"#, #"a\/b"#, "i", false, false), (#"pcre:!"/a/smxAEG";"#, "a", "smxAEG", true, false),
      (#"content:"x"; pcre:"/a/Ri";"#, "a", "i", false, true), (#"pcre:"/a/b/";"#, "a/b", "", false, false),
      (#"pcre:"/a/BO";"#, "a", "", false, false), ("pcre:\"/\u{e9}/\";", #"\xc3\xa9"#, "", false, false),
      ("pcre:\"/\\\u{e9}/\";", #"\xc3\xa9"#, "", false, false),
    ])
  func expressions(_ options: String, _ pattern: String, _ flags: String, _ isNegated: Bool, _ isRelative: Bool) throws
  {
    guard case .expression(let expression) = try #require(Reading.tests(options).last) else {
      Issue.record("an expression")
      return
    }
    #expect(expression.pattern == pattern)
    #expect(expression.flags == flags)
    #expect(expression.isNegated == isNegated)
    #expect(expression.isRelative == isRelative)
  }

  @Test(
    "What no expression can be is refused",
    arguments: [
      Refused(#"pcre:/a/;"#, .quotes, 6), Refused("pcre:\"#a#\";", .value, 6), Refused(#"pcre:"/a";"#, .value, 6),
      Refused(#"pcre:"/a/k";"#, .value, 10),
      Refused(#"pcre:"/a/UI";"#, .contradiction, 11), Refused(#"http.uri; pcre:"/a/P";"#, .contradiction, 16),
      Refused(#"pcre:"/a;b/";"#, .quotes, 6), Refused(#"pcre:"//";"#, .value, 6),
    ])
  func expressionRefusals(_ refused: Refused) { refused.check() }

  @Test("Snort begins relative expressions at the start")
  func snortExpression() throws {
    guard case .expression(let expression) = try #require(Reading.tests(#"pcre:"/a/R";"#, .snort).first) else {
      Issue.record("an expression")
      return
    }
    #expect(!expression.isRelative)
  }
}
