// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

/// What paths lead to, and what is written there.
@Suite struct CIPPathTests {
  private static let scope = "910C 50726F6772616D3A4D61696E"

  @Test(
    "a path is one target with all its segments",
    arguments: [
      ("206B 2500 3412", "class 107 4660"), ("206B 2500 3412 2803", "class 107 4660"),
      ("206B 2500 3412 2803 2802", "tag class 107 4660[3][2]"),
      (scope, "tag Program:Main"), (scope + "206B 2500 3412", "tag Program:Main/class 107 4660"),
      (scope + "206B 2500 3512", "tag Program:Main/class 107 4661"),
      ("910D 50726F6772616D3A4D61696E32 00 206B 2500 3412", "tag Program:Main2/class 107 4660"),
      (scope + "206B 2500 3412 2803 2802", "tag Program:Main/class 107 4660[3][2]"),
      (scope + "9105 5370656564 00 2803", "tag Program:Main.Speed[3]"),
      ("206B 2500 3412 9105 5370656564 00", "tag class 107 4660.Speed"),
      // The instance of a program by number, and a routine in it.
      ("2068 2405 206B 2500 3412", "tag class 104 5/class 107 4660"),
      ("2068 2406 206B 2500 3412", "tag class 104 6/class 107 4660"),
      ("2068 2405 206D 2407 208C 2401", "tag class 104 5/class 109 7/class 140 1"),
      ("2004 2464 2403", "tag class 4 100 3"), ("2004 2464 3003", "assembly 100"),
      ("9101 41 00 2C05", "tag A point 5"),
    ])
  func targets(_ path: String, _ target: String) {
    var exchange = conversation()
    let bytes = hex(path)
    _ = exchange.step(unconnected("4C 0\(String(bytes.count / 2, radix: 16))" + path + "0100"), EtherNetIP.self)
    exchange.operations.removeFirst()
    #expect(targetTexts(exchange) == [target])
    #expect(exchange.operations[0].fault == nil)
  }

  @Test(
    "a service is that of the last class of the path, or of a tag",
    arguments: [
      (scope + "206B 2500 3412", "4C", "Read_Tag", Action.read),
      (scope + "206B 2400", "55", "Get_Instance_Attribute_List", .read),
      ("2068 2405 206B 2401", "4D", "Write_Tag", .write), ("2068 2405 206C 2401", "4C", "Read_Template", .read),
      ("2068 2405 206D 2401", "4C", "Service of the vendor's object class", .unknown),
      ("2068 2405 206D 2401", "10", "Set_Attribute_Single", .configure), (scope, "07", "Stop", .state),
      ("20B2 2401", "4E", "Service of the vendor's object class", .unknown),
      ("2072 2401", "4C", "Service of the vendor's object class", .unknown),
      ("20B2 2401", "34", "Vendor-specific service", .unknown), ("20B2 2401", "03", "Get_Attribute_List", .diagnose),
      ("2100 0103 2401", "4B", "Service of the vendor's object class", .unknown),
      ("20F5 2401", "4C", "Service of the object class", .unknown),
    ])
  func services(_ path: String, _ service: String, _ name: String, _ action: Action) {
    var exchange = conversation()
    let size = String(hex(path).count / 2, radix: 16)
    _ = exchange.step(unconnected("\(service) 0\(size)" + path + "010001000100"), EtherNetIP.self)
    #expect(exchange.operations[1].name.description == name && exchange.operations[1].action == action)
    exchange.direction = .toClient
    let code = String(UInt8(hex(service)[0]) | 0x80, radix: 16)
    _ = exchange.step(unconnected("\(code) 00 08 00"), EtherNetIP.self)
    #expect(exchange.operations[1].name.description == name && exchange.operations[1].action == action)
    #expect(exchange.operations[1].pairing == .answered && exchange.operations[1].outcome == .error(code: 8, name: ""))
  }

  @Test("no service of a vendor's class is malformed, whatever its data", arguments: [0x72, 0xB2, 0x64, 0xC7])
  func vendors(_ classID: Int) {
    var state: UInt64 = 88
    for service in 1...0x7F {
      for count in [0, 1, 2, 3, 7, 40] {
        var data = ""
        for _ in 0..<count {
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          let byte = UInt8(truncatingIfNeeded: state >> 33)
          data += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        var exchange = conversation()
        let code = (service < 16 ? "0" : "") + String(service, radix: 16)
        let objectClass = String(classID, radix: 16)
        let bytes = unconnected("\(code) 02 20\(objectClass) 2401" + data)
        #expect(exchange.step(bytes, EtherNetIP.self) == .message(bytes.count))
        // Whatever is inside a packet of several messages is read, too.
        #expect(exchange.operations[1].fault == nil)
        #expect(exchange.operations[1].target == Target(area: .object, number: UInt32(classID), address: 1, count: 1))
      }
    }
  }

  @Test(
    "a write has the data of as many elements as it counts",
    arguments: [
      ("4D", "C300 0200 0102 0304", [0x201, 0x403], nil), ("4D", "C300 0200 0102", [0x201], "Data of the elements"),
      ("4D", "C300 0100 0102 0304", [0x201], "Data of the elements"), ("4D", "C200 0100 05", [5], nil),
      // Padded to an even number of bytes; Omron's two bytes for a BOOL.
      ("4D", "C200 0100 0500", [5], nil), ("4D", "C200 0300 010203 00", [1, 2, 3], nil),
      ("4D", "C100 0100 0100", [1], nil), ("4D", "C100 0200 0100 0000", [1, 0], nil),
      ("4D", "C200 0300 0102030405", [1, 2, 3], "Data of the elements"), ("4D", "C400 0000", [], "Number of elements"),
      ("4D", "C400 01", [], "Write Tag"), ("4D", "", [], "Write Tag"),
      ("4D", "A002 3412 0200 01020304", [1, 2, 3, 4], nil), ("4D", "A002 3412 0200 01", [1], "Data of the elements"),
      ("4D", "DA00 0100 02 4142", [2, 0x41, 0x42], nil),
      ("53", "C300 0400 04000000 0506 0708", [0x605, 0x807], nil),
      ("53", "C300 0400 04000000 0506", [0x605], nil),
      ("53", "C300 0400 06000000 0506 0708", [0x605], "Data of the elements"),
      ("53", "C300 0400 00000000", [], "Data of the elements"),
      ("53", "C300 0400 FFFFFFFF 0506", [], "Data of the elements"), ("53", "C300 0400 0000", [], "Write Tag"),
      ("4E", "0200 0100 FEFF", [1, 0xFFFE], nil), ("4E", "0200 0100 FE", [], "Size of masks"),
      ("4E", "0400 0100 FEFF", [], "Size of masks"), ("4E", "0300 010203 040506", [1, 2, 3, 4, 5, 6], "Size of masks"),
      ("4E", "02", [], "Size of masks"),
    ] as [(String, String, [UInt16], String?)])
  func writes(_ service: String, _ data: String, _ values: [UInt16], _ field: String?) {
    var exchange = conversation()
    let message = unconnected("\(service) 04 9105 5370656564 00" + data)
    _ = exchange.step(message, EtherNetIP.self)
    #expect(exchange.operations[1].values.numbers(in: message) == values)
    #expect(exchange.operations[1].fault?.field.description == field)
    #expect(targetTexts(exchange).isEmpty && exchange.operations[1].action == .write)
  }
}
