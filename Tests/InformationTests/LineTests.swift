// SPDX-License-Identifier: Apache-2.0
import RuleLanguage
import Testing

@testable import Information

@Suite struct LineTests {
  static let ftp = Fixture(
    name: "FTP", application: .ftp,
    pieces: [
      .server("220 ready\r\n"), .client("USER admin\r\n"), .server("331 password\r\n"), .client("pass  a b\r\n"),
      .server("230-one\r\n230 two\r\n"), .client("PWD\r\n"),
    ])
  static let smtp = Fixture(
    name: "SMTP", application: .smtp,
    pieces: [
      .client("EHLO mail.example\r\nMAIL FROM:<a@example> SIZE=1\r\nrcpt to: <b@example>\r\nDATA\r\n"),
      .server("250 ok\r\n354 go\r\n"), .client("MAIL FROM:<in@text>\r\n.\r\nHELO again\r\n"),
    ])
  static let snmp = Fixture(
    name: "SNMP", application: .snmp, isDatagram: true,
    pieces: [
      .client(hex("3018 020101 0406 7075626c6963 a00b 020101 020100 020100 3000")),
      .server(hex("3019 020100 0407 70726976617465 a20b 020101 020100 020100 3000")),
    ])

  @Test("commands, their arguments, and replies of FTP")
  func commands() {
    let parts = LineTests.ftp.read()
    #expect(parts.map { $0[.ftpCommand] } == [nil, "USER", nil, "pass", nil, nil, "PWD"])
    #expect(parts.map { $0[.ftpCommandData] } == [nil, "admin", nil, "a b", nil, nil, ""])
    #expect(parts.map { $0[.ftpReply] } == ["ready", nil, "password", nil, "one", "two", nil])
    #expect(parts[2].numbers.contains("reply: Optional(331)") && parts.map(\.number) == [1, 1, 1, 2, 2, 2, 3])
  }

  @Test("names of SMTP, and none from within a mail")
  func mail() {
    let parts = LineTests.smtp.read().filter(\.isFromClient)
    #expect(parts.compactMap { $0[.smtpHelo] } == ["mail.example", "again"])
    #expect(parts.compactMap { $0[.smtpMailFrom] } == ["<a@example>"])
    #expect(parts.compactMap { $0[.smtpRecipient] } == ["<b@example>"])
  }

  @Test("after STARTTLS the stream is TLS")
  func secured() {
    var reader = InformationReader(.smtp)
    var transaction = Transaction()
    var reading = Reading()
    for piece in [Piece.client("STARTTLS\r\n"), .server("220 go\r\n")] + TLSFixtures.version12.pieces {
      reader.read(piece.bytes.bytes, isFromClient: piece.isFromClient, &transaction, &reading)
    }
    #expect(reader.application == .tls)
    #expect(reading.parts.compactMap { $0[.tlsServerName] } == ["plc.example"])
  }

  @Test("communities of SNMP versions 1 and 2c")
  func communities() {
    let parts = LineTests.snmp.read()
    #expect(parts.map { $0[.snmpCommunity] } == ["public", "private"])
    #expect(parts.last?.numbers.contains("snmpVersion: Optional(0), snmpPDU: Optional(162)") == true)
  }

  @Test("a line that is too long is read as far as the limit, and its rest is no command")
  func long() {
    let parts = Fixture(name: "", application: .ftp, pieces: []).read([
      .client("USER " + String(repeating: "a", count: 10_000) + " b\r\nPWD\r\n")
    ])
    #expect(parts.map { $0[.ftpCommand] } == ["USER", "PWD"])
  }
}
