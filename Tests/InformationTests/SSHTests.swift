// SPDX-License-Identifier: Apache-2.0
import RuleLanguage
import Testing

@testable import Information

@Suite struct SSHTests {
  /// A packet with the lists of a key exchange.
  private static func exchange(_ lists: [String]) -> [UInt8] {
    var payload: [UInt8] = [20] + zeros(16)
    for list in lists { payload += big(UInt64(list.utf8.count), 4) + Array(list.utf8) }
    payload += zeros(5)
    return big(UInt64(payload.count + 5), 4) + [4] + payload + zeros(4)
  }
  private static let lists = ["kex1,kex2", "key", "enc-c", "enc-s", "mac-c", "mac-s", "zip-c", "zip-s", "", ""]
  static let handshake = Fixture(
    name: "SSH", application: .ssh,
    pieces: [
      .server("welcome\r\nSSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), .client("SSH-2.0-dropbear\n"),
      .server(exchange(lists)), .client(exchange(lists) + exchange(lists)), .client("encrypted"),
    ])

  @Test("banners and fingerprints of both ends")
  func handshake() throws {
    let parts = SSHTests.handshake.read()
    try #require(parts.count == 4)
    #expect(parts.map { $0[.sshSoftware] } == ["OpenSSH_9.2p1", "dropbear", "OpenSSH_9.2p1", "dropbear"])
    #expect(parts.allSatisfy { $0[.sshProtocol] == "2.0" })
    #expect(parts[2][.sshHasshServerText] == "kex1,kex2;enc-s;mac-s;zip-s")
    #expect(parts[3][.sshHasshText] == "kex1,kex2;enc-c;mac-c;zip-c")
    // The MD5 of these texts.
    #expect(parts[2][.sshHasshServer] == "c878f742a0aaaff23874eae60f7df032")
    #expect(parts[3][.sshHassh] == "4382cae69fd333a1467781dac5da2947")
  }
}
