// SPDX-License-Identifier: Apache-2.0
@testable import Information

/// Messages of DCE/RPC and SMB, built as their documents describe them.
enum SMBFixtures {
  /// svcctl ([MS-SCMR] 1.9), version 2.
  static let interface = "367abb81-9844-35f1-ad32-98f038001003"
  static let uuid: UInt128 = 0x367a_bb81_9844_35f1_ad32_98f0_3800_1003

  static func packet(_ type: UInt8, flags: UInt8 = 3, call: UInt32, isLittle: Bool = true, _ body: [UInt8]) -> [UInt8] {
    let number = isLittle ? little : big
    return [5, 0, type, flags, isLittle ? 0x10 : 0, 0, 0, 0] + number(UInt64(16 + body.count), 2) + [0, 0]
      + number(UInt64(call), 4) + body
  }
  static func bind(isLittle: Bool = true) -> [UInt8] {
    let number = isLittle ? little : big
    let id = number(0x367a_bb81, 4) + number(0x9844, 2) + number(0x35f1, 2) + hex("ad3298f038001003")
    let context = number(1, 2) + [1, 0] + id + number(2, 2) + number(0, 2)
    let transfer = hex("045d888aeb1cc9119fe808002b10486002000000")
    return packet(
      11, call: 1, isLittle: isLittle, number(4280, 2) + number(4280, 2) + zeros(4) + [1, 0, 0, 0] + context + transfer)
  }
  static func request(_ stub: String, flags: UInt8 = 3, isLittle: Bool = true) -> [UInt8] {
    let number = isLittle ? little : big
    return packet(
      0, flags: flags, call: 2, isLittle: isLittle, zeros(4) + number(1, 2) + number(15, 2) + Array(stub.utf8))
  }
  static func response(_ stub: String) -> [UInt8] {
    packet(2, call: 2, zeros(4) + little(1, 2) + zeros(2) + Array(stub.utf8))
  }
  static let tcp = Fixture(
    name: "DCE/RPC", application: .dcerpc,
    pieces: [
      .client(bind()), .client(request("one ", flags: 1) + request("two ", flags: 0) + request("three", flags: 2)),
      .server(response("answer")),
    ])

  /// Behind its length.
  private static func framed(_ message: [UInt8]) -> [UInt8] { big(UInt64(message.count), 4) + message }

  static func message2(
    _ command: UInt16, id: UInt64, isAnswer: Bool = false, status: UInt32 = 0, _ body: [UInt8]
  ) -> [UInt8] {
    var header = hex("fe534d42 4000 0000") + little(UInt64(status), 4) + little(UInt64(command), 2) + little(1, 2)
    header += little(isAnswer ? 1 : 0, 4) + zeros(4) + little(id, 8) + zeros(8) + little(7, 8) + zeros(16)
    return framed(header + body)
  }
  static let ntlm: [UInt8] = {
    let (domain, user, place) = (utf16("PLANT"), utf16("operatör"), utf16("PC1"))
    var message = Array("NTLMSSP\0".utf8) + little(3, 4) + zeros(16)
    var offset = 64
    for text in [domain, user, place] {
      message += little(UInt64(text.count), 2) + little(UInt64(text.count), 2) + little(UInt64(offset), 4)
      offset += text.count
    }
    return message + zeros(8) + little(1, 4) + domain + user + place
  }()
  private static let file = little(0x1122, 8) + little(0x33, 8)

  static let version2 = Fixture(
    name: "SMB 2", application: .smb,
    pieces: [
      .client(message2(0, id: 0, little(36, 2) + zeros(34))),
      .server(message2(0, id: 0, isAnswer: true, little(65, 2) + little(1, 2) + little(0x0210, 2) + zeros(58))),
      .client(
        message2(
          1, id: 1,
          little(25, 2) + zeros(10) + little(88, 2) + little(UInt64(ntlm.count + 3), 2) + zeros(8) + [1, 2, 3]
            + ntlm)),
      .server(message2(1, id: 1, isAnswer: true, status: 0xC000_006D, little(9, 2) + zeros(7))),
      .client(message2(3, id: 2, little(9, 2) + zeros(2) + little(72, 2) + little(18, 2) + utf16("\\\\h\\IPC$"))),
      .client(
        message2(5, id: 3, little(57, 2) + zeros(42) + little(120, 2) + little(12, 2) + zeros(8) + utf16("svcctl"))),
      .client(
        message2(
          9, id: 4,
          little(49, 2) + little(112, 2) + little(UInt64(bind().count), 4) + zeros(8) + file + zeros(16)
            + bind())),
      .client(control(5, request("create service"))),
      .server(
        message2(
          11, id: 5, isAnswer: true,
          little(49, 2) + zeros(2) + little(0x11C017, 4) + file + little(112, 4) + zeros(4) + little(112, 4)
            + little(UInt64(response("done").count), 4) + zeros(8) + response("done"))),
      .client(
        message2(9, id: 6, little(49, 2) + little(112, 2) + little(4, 4) + zeros(8) + zeros(32) + Array("file".utf8))),
    ])
  private static func control(_ id: UInt64, _ data: [UInt8]) -> [UInt8] {
    message2(
      11, id: id,
      little(57, 2) + zeros(2) + little(0x11C017, 4) + file + little(120, 4) + little(UInt64(data.count), 4) + zeros(24)
        + data)
  }

  static func message1(
    _ command: UInt8, id: UInt16, isAnswer: Bool = false, _ words: [UInt8], _ bytes: [UInt8]
  ) -> [UInt8] {
    var header = hex("ff534d42") + [command] + zeros(4) + [isAnswer ? 0x80 : 0] + little(0x8000, 2) + zeros(12)
    header += zeros(6) + little(UInt64(id), 2)
    return framed(header + [UInt8(words.count / 2)] + words + little(UInt64(bytes.count), 2) + bytes)
  }
  static let version1 = Fixture(
    name: "SMB 1", application: .smb,
    pieces: [
      .client([0x81, 0, 0, 4] + zeros(4)), .server([0x82, 0, 0, 0]),
      // A session is set up and a tree connected in one message.
      .client(
        message1(
          0x73, id: 1, [0x75, 0] + little(84, 2) + zeros(10) + little(1, 2) + little(2, 2) + zeros(8),
          [1, 2, 3] + utf16("op\0") + utf16("PLANT\0") + zeros(2)
            + [4, 0xFF, 0, 0, 0, 0, 0] + little(1, 2) + little(21, 2) + [0] + utf16("\\\\h\\C$\0")
            + Array("A:\0".utf8))),
      .client(message1(0xA2, id: 2, [0xFF, 0, 0, 0, 0] + little(12, 2) + zeros(41), [0] + utf16("\\srvsvc\0"))),
      .client(
        message1(
          0x2F, id: 3,
          [0xFF, 0, 0, 0] + little(0x4000, 2) + zeros(14) + little(UInt64(bind().count), 2) + little(64, 2)
            + zeros(4), [0] + bind())),
      .client(
        message1(
          0x25, id: 4,
          zeros(22) + little(UInt64(request("call").count), 2) + little(84, 2) + [2, 0] + little(0x26, 2)
            + little(0x4000, 2), Array("\0\\\0P\0I\0P\0E\0\\\0\0\0\0\0".utf8) + request("call"))),
      .server(
        message1(
          0x25, id: 4, isAnswer: true, zeros(12) + little(UInt64(response("back").count), 2) + little(56, 2) + zeros(4),
          [0] + response("back"))),
    ])
}
