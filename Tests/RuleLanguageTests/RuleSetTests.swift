// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import RuleLanguage

@Suite("Rule files and sets")
struct RuleSetTests {
  private static func set(
    _ texts: String..., options: RuleLoadOptions = RuleLoadOptions()
  ) -> RuleSet {
    RuleSet.load(
      texts.enumerated().map { RuleFile(name: "f\($0.offset)", text: Array($0.element.utf8)) },
      variables: Reading.variables, options: options)
  }

  private static func rule(_ number: Int?, _ message: String = "m", revision: Int = 1, content: String = "abc")
    -> String
  {
    let sid = number.map { "sid:\($0); " } ?? ""
    return "alert tcp any any -> any 80 (msg:\"\(message)\"; content:\"\(content)\"; \(sid)rev:\(revision);)\n"
  }

  @Test("A rule on several lines keeps the places of its parts", arguments: ["\\", ""])
  func severalLines(_ joint: String) throws {
    let text = """
      # a comment

      alert tcp any any -> any 80 ( \(joint)
        msg:"m"; \(joint)
        content:"abc"; \(joint)
        nonsense; sid:5; \(joint)
      )
      \(Self.rule(6))
      """
    let set = Self.set(text)
    let error = try #require(set.diagnostics.first { $0.severity == .error })
    #expect(error.place == SourcePlace(file: "f0", line: 6, column: 3))
    #expect(error.number == 5)
    #expect(set.rules.map(\.number) == [6])
    #expect(set.rules[0].place.line == 8)
  }

  @Test("A rule that is not closed does not take the next one with it")
  func unclosed() {
    let set = Self.set("alert tcp any any -> any 80 (msg:\"m\"; sid:1;\n\(Self.rule(2))")
    #expect(set.rules.map(\.number) == [2])
    #expect(set.diagnostics.first?.reason == .optionSyntax)
    #expect(set.diagnostics.first?.place.line == 1)
  }

  @Test("Disabled rules are listed, and sentences are not")
  func disabled() {
    let set = Self.set(
      """
      #alert tcp any any -> any 80 (msg:"m"; sid:11;)
      ## alert tcp any any -> any 80 \\
      #   (msg:"m"; sid:12;)
      # alert operators (if any) of this.
      # drop -> this (here)
      \(Self.rule(13))
      """)
    #expect(set.disabled.map(\.number) == [11, 12])
    #expect(set.disabled.map(\.place.line) == [1, 2])
    #expect(set.rules.map(\.number) == [13])
    #expect(set.files == [Self.count(loaded: 1, disabled: 2)])
  }

  private static func count(loaded: Int = 0, skipped: Int = 0, replaced: Int = 0, disabled: Int = 0)
    -> RuleSet.FileCount
  {
    var count = RuleSet.FileCount(name: "f0")
    (count.loaded, count.skipped, count.replaced, count.disabled) = (loaded, skipped, replaced, disabled)
    return count
  }

  @Test("The dialect is the file's, unless it is given")
  func dialect() {
    let text = "# dialect: snort\nalert tcp any any -> any 80 (content:\"a;b\"; sid:1;)"
    #expect(Self.set(text).rules.first?.dialect == .snort)
    var options = RuleLoadOptions()
    options.dialect = .suricata
    #expect(Self.set(text, options: options).rules.isEmpty)
    #expect(Self.set(text, "alert tcp any any -> any 80 (content:\"a;b\"; sid:2;)").rules.count == 1)
    #expect(Self.set("# dialect: klingon").diagnostics.map(\.reason) == [.dialect])
  }

  @Test("Of two revisions the higher is used, wherever it stands")
  func revisions() {
    for texts in [
      (Self.rule(1, revision: 1), Self.rule(1, revision: 2)), (Self.rule(1, revision: 2), Self.rule(1, revision: 1)),
    ] {
      let set = Self.set(texts.0, texts.1)
      #expect(set.rules.map(\.revision) == [2])
      #expect(set.diagnostics.map(\.reason) == [.replaced])
      #expect(set.files.map(\.loaded).reduce(0, +) == 1)
      #expect(set.files.map(\.replaced).reduce(0, +) == 1)
    }
  }

  @Test("The same rule twice is used once, and different rules of one number get numbers of their own")
  func sharedNumbers() {
    let set = Self.set(Self.rule(1), Self.rule(1), Self.rule(1, "other"), Self.rule(1, "third", revision: 9))
    #expect(set.rules.map(\.message) == ["m", "other", "third"])
    #expect(Set(set.rules.map(\.number)).count == 3)
    #expect(set.rules[0].number == 1)
    #expect(set.rules[1...].allSatisfy { RuleSet.madeNumbers.contains($0.number) })
    #expect(set.diagnostics.map(\.reason) == [.replaced, .repeatedNumber, .repeatedNumber])
    // Numbers do not depend on what else is loaded.
    let again = Self.set(Self.rule(1), Self.rule(1, "third", revision: 9))
    #expect(again.rules[1].number == set.rules[2].number)
  }

  @Test("A rule without a number gets one that stays")
  func missingNumber() {
    let (first, second) = (Self.set(Self.rule(nil)), Self.set(Self.rule(4), Self.rule(nil)))
    #expect(first.rules.map(\.number) == second.rules.suffix(1).map(\.number))
    #expect(RuleSet.madeNumbers.contains(first.rules[0].number))
    #expect(first.diagnostics.map(\.reason) == [.missingNumber])
  }

  @Test("Variables of a rule file hold within it, and do not override the site's")
  func variables() {
    var variables = Reading.variables
    variables.setAddresses("MINE", "10.1.0.0/16")
    let rule = "alert tcp $X any -> $MINE $P (content:\"abc\"; sid:1;)\n"
    let text = "ipvar X 10.9.9.9\nipvar MINE 10.2.0.0/16\nportvar P [1:3]\n\(rule)"
    let files = [text, rule].enumerated().map { RuleFile(name: "f\($0.offset)", text: Array($0.element.utf8)) }
    let set = RuleSet.load(files, variables: variables)
    #expect(set.rules.count == 1)
    #expect(set.rules.first?.header.destinationPorts.ranges == [1...3])
    #expect(set.rules.first?.header.destination.contains(IPText.mapped | 0x0A01_0000) == true)
    #expect(set.diagnostics.last?.reason == .unknownVariable)
  }

  @Test("Lines that are no rules, and what exceeds its bound, are said")
  func bounds() {
    #expect(Self.set("include other.rules\n").diagnostics.map(\.reason) == [.notARule])
    var options = RuleLoadOptions()
    options.longestLine = 100
    let long =
      "alert tcp any any -> any 80 (msg:\"\(String(repeating: "x", count: 100))\"; sid:1;)\n"
      + Self.rule(2, content: "a")
    #expect(Self.set(long, options: options).diagnostics.map(\.reason) == [.lineTooLong])
    #expect(Self.set(long, options: options).rules.map(\.number) == [2])
    options.mostRules = 2
    let many = Self.set(Self.rule(1) + Self.rule(2) + Self.rule(3), options: options)
    #expect(many.rules.count == 2 && many.diagnostics.map(\.reason) == [.tooManyRules])
    options.largestFile = 10
    #expect(Self.set(Self.rule(1), options: options).diagnostics.map(\.reason) == [.fileTooLarge])
    let crowded = "alert tcp any any -> any 80 (\(String(repeating: "nocase; ", count: 1001)) sid:1;)"
    #expect(Self.set(crowded).diagnostics.map(\.reason) == [.tooManyItems])
  }

  @Test(
    "Rules that cannot fire, that cost much, and that read what nobody sets, are said",
    arguments: [
      ("icmp any 80 -> any any (itype:8; sid:1;)", RuleDiagnostic.Reason.cannotFire),
      ("udp any any -> any 80 (flags:S; sid:1;)", .cannotFire),
      ("tcp any any -> any 80 (itype:8; sid:1;)", .cannotFire),
      ("http any any -> any any (modbus: function 3; sid:1;)", .cannotFire),
      ("dns any any -> any any (http.uri; content:\"a\"; sid:1;)", .cannotFire),
      ("modbus any any -> any any (modbus: access read coils, address 0; sid:1;)", .cannotFire),
      ("tcp any any -> any any (content:\"ab\"; sid:1;)", .slow),
      ("tcp any any -> any any (pcre:\"/a/\"; sid:1;)", .slow),
      ("tcp any any -> any any (content:!\"abc\"; sid:1;)", .slow),
      ("tcp any any -> any 80 (flowbits:isset,a; sid:1;)", .bits),
      ("tcp any any -> any 80 (xbits:isset,a,track ip_src; sid:1;)", .bits),
      ("tcp any any -> any 80 (flowbits:set,a; flowbits:isset,a; sid:1;)", .bits),
    ])
  func warnings(_ text: String, _ reason: RuleDiagnostic.Reason) {
    let set = Self.set("alert \(text)")
    #expect(set.rules.count == 1)
    #expect(set.diagnostics.map(\.reason) == [reason])
    #expect(set.diagnostics.first?.severity == .warning)
  }

  @Test(
    "Rules that nothing is wrong with get no word",
    arguments: [
      "tcp any any -> any any (content:\"abc\"; sid:1;)", "tcp any any -> any 502 (content:\"a\"; sid:1;)",
      "modbus any any -> any any (modbus: function 3; sid:1;)", "tcp any any -> any any (flow:to_server; sid:1;)",
      "http any any -> any any (content:\"a\"; http_uri; sid:1;)",
      "tcp any any -> any 80 (flowbits:isset,a|b; sid:1;)\n"
        + "alert tcp any any -> any 80 (flowbits:set,b; sid:2;)", "smb any any -> any any (dce_opnum:5; sid:1;)",
    ])
  func quiet(_ text: String) {
    #expect(Self.set("alert \(text)").diagnostics == [])
  }

  @Test("Classes of a file go before ours")
  func classes() {
    var classes = Classifications()
    let text = "# x\nconfig classification: my-class,My class,2\nconfig classification: bad-unknown,Bad,4\nnonsense\n"
    classes.read(RuleFile(name: "c", text: Array(text.utf8)))
    #expect(classes["my-class"] == Classification("my-class", 2, "My class"))
    #expect(classes["bad-unknown"]?.priority == 4)
    #expect(classes["bad-unknown"]?.japanese.isEmpty == false)
    #expect(classes["trojan-activity"]?.priority == 1)
    #expect(classes.diagnostics.map(\.place.line) == [4])
  }
}
