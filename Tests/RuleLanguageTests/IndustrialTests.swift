// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import RuleLanguage

@Suite("Keywords of industrial and office protocols, and our own")
struct IndustrialTests {
  private static func tests(_ options: String) throws -> [ApplicationTest] {
    try Reading.rule(options).applicationTests
  }

  /// A test of Modbus with some of its parts.
  private static func modbus(_ change: (inout ModbusTest) -> Void) -> ModbusTest {
    var test = ModbusTest()
    change(&test)
    return test
  }

  @Test(
    "Suricata's modbus: addresses count from 1 in the rule and from 0 here, and bounds of ranges are outside",
    arguments: [
      ("function 3", modbus { $0.function = 3 }),
      ("function 8, subfunction 4", modbus { ($0.function, $0.subfunction) = (8, 4) }),
      ("function !assigned", modbus { ($0.category, $0.isCategoryNegated) = (.assigned, true) }),
      ("function reserved", modbus { $0.category = .reserved }),
      ("unit 10", modbus { $0.unit = .within(10...10) }),
      ("unit >9, function 3", modbus { ($0.unit, $0.function) = (.within(10...255), 3) }),
      ("unit 1<>3", modbus { $0.unit = .within(2...2) }), ("access read", modbus { $0.access = .read }),
      ("access write coils", modbus { ($0.access, $0.area) = (.write, .coils) }),
      (
        "access read holding, address 1",
        modbus { ($0.access, $0.area, $0.address) = (.read, .holding, .within(0...0)) }
      ),
      ("access read holding, address 0", modbus { ($0.access, $0.area, $0.address) = (.read, .holding, .never) }),
      (
        "access read coils, address 0<>2", modbus { ($0.access, $0.area, $0.address) = (.read, .coils, .within(0...0)) }
      ),
      ("access read coils, address <11", modbus { ($0.access, $0.area, $0.address) = (.read, .coils, .within(0...9)) }),
      (
        "access read coils, address >18",
        modbus { ($0.access, $0.area, $0.address) = (.read, .coils, .within(18...65_535)) }
      ),
      (
        "access write holding, address 5, value >99",
        modbus {
          ($0.access, $0.area, $0.address, $0.value) = (.write, .holding, .within(4...4), .within(100...65_535))
        }
      ),
    ])
  func modbusTests(_ text: String, _ test: ModbusTest) throws {
    #expect(try Self.tests("modbus: \(text);") == [.modbus(test)])
  }

  @Test(
    "Other keywords",
    arguments: [
      ("modbus_func:write_single_coil;", ApplicationTest.modbusFunction(5)), ("modbus_func:43;", .modbusFunction(43)),
      ("modbus_unit:7;", .modbusUnit(.within(7...7))), ("dnp3_func:cold_restart;", .dnp3Function(13)),
      ("dnp3_func:Unsolicited_Response;", .dnp3Function(130)), ("dnp3_cmd_fc:14;", .dnp3Function(14)),
      ("dnp3_func:activate_config;", .dnp3Function(31)), ("dnp3_func:authenticate_req;", .dnp3Function(32)),
      ("dnp3_ind:device_restart;", .dnp3Indications(DNP3Indications(.any, 0x8000))),
      (#"dnp3_ind:"need_time,class_1_events";"#, .dnp3Indications(DNP3Indications(.any, 0x1200))),
      ("dnp3_ind:+need_time,0x1;", .dnp3Indications(DNP3Indications(.all, 0x1001))),
      ("dnp3_ind:=need_time;", .dnp3Indications(DNP3Indications(.exactly, 0x1000))),
      ("dnp3_ind:-need_time;", .dnp3Indications(DNP3Indications(.notAll, 0x1000))),
      ("dnp3.ind:!0;", .dnp3Indications(DNP3Indications(.any, 0xFFFF))),
      ("dnp3_obj:22,01;", .dnp3Object(group: 22, variation: 1)),
      ("dnp3_obj:group 50, var 1;", .dnp3Object(group: 50, variation: 1)),
      ("dnp3_cmd_ot:12;", .dnp3Object(group: 12, variation: nil)), ("dnp3_checksum:incorrect;", .dnp3Checksum),
      ("enip_command:99;", .enipCommand(.within(99...99))),
      ("enip_command:list_identity;", .enipCommand(.within(99...99))),
      ("enip_command:send_r_r_data;", .enipCommand(.within(111...111))),
      ("cip_service:76;", .cipService(service: 76, class: nil, attribute: nil)),
      ("cip_service:14,1,7;", .cipService(service: 14, class: 1, attribute: 7)),
      ("cip_class:!5;", .cipClass(.outside(5...5))),
      ("cip_status:>0;", .cipStatus(.within(1...255))),
      ("enip.vendor_id:&0xF=1;", .enipVendor(.bits(mask: 15, value: 1, isNegated: false))),
      ("cip_req;", .cipRequest), ("enip_rsp;", .enipResponse),
      ("iec104_apci_type:unnumbered_control_function;", .iec104Type("u")),
      ("iec104_asdu_func:C_SC_NA_1;", .iec104Function("c_sc_na_1")),
      ("s7commplus_func:explore;", .s7PlusFunction("explore")),
      ("s7commplus_opcode:request;", .s7PlusOperation("request")), ("mms_func:write;", .mmsFunction("write")),
      ("opcua_msg_type:hello;", .opcuaMessage("hello")), ("opcua_msg_service:write;", .opcuaService("write")),
      ("opcua_node_id:85;", .opcuaNode(.within(85...85))),
      ("app-layer-protocol:!modbus;", .applicationProtocol("modbus", isNegated: true)),
      ("app-layer-protocol:dns,exact;", .exactApplicationProtocol("dns", isNegated: false)),
      ("app-layer-event:modbus.Invalid_Length;", .event("modbus.invalid_length")),
      (
        "dce_iface:367abb81-9844-35f1-ad32-98f038001003;",
        .dceInterface(DCEInterface(uuid: 0x367abb81_9844_35f1_ad32_98f038001003))
      ),
      (#"dce_opnum:"15,20-22,16";"#, .dceOperation([15...16, 20...22])), ("tls.version:1.2;", .tlsVersion("tls1.2")),
      ("ssl_state:client_hello;", .sslState("client_hello")), ("dns.opcode:4;", .dnsOpcode(.within(4...4))),
      ("dns.rrtype:TXT;", .dnsType(.within(16...16))), ("ssh.protoversion:2_compat;", .sshVersion("2_compat")),
      ("smb.version:1;", .smbVersion(1)),
    ])
  func keywords(_ options: String, _ test: ApplicationTest) throws {
    #expect(try Self.tests(options) == [test])
  }

  @Test("Bits of DNP3 that must be set and others that must be clear")
  func mixedIndications() throws {
    #expect(
      try Self.tests("dnp3.ind:device_restart,!need_time;") == [
        .dnp3Indications(DNP3Indications(.all, 0x8000)), .dnp3Indications(DNP3Indications(.none, 0x1000)),
      ])
  }

  @Test("operation: what is named is asked for, and nothing else")
  func operation() throws {
    var test = OperationTest()
    test.actions = ["write", "operate"]
    test.functions = ["modbus 43/14"]
    test.targets = ["holding-register 400-499", "a, b"]
    test.unit = .within(1...10)
    test.outcome = .ok
    test.role = .request
    test.errorCode = .within(2...2)
    test.phase = "execute"
    test.isFetch = false
    let text = """
      operation: action write|Operate, protocol any, function "modbus 43/14", \
      target "holding-register 400-499"|"a, b", unit 1-10, outcome ok, role request, code 2, phase execute, \
      direction load;
      """
    #expect(try Self.tests(text) == [.operation(test)])
    var other = OperationTest()
    other.protocols = ["modbus", "s7comm"]
    #expect(try Self.tests("operation: protocol modbus|S7comm;") == [.operation(other)])
  }

  @Test("zone: names, alternatives and what is not meant")
  func zone() throws {
    let zones = try #require(Reading.rule(#"zone: from office|"dmz, north", to !line-1;"#).zones)
    #expect(zones.from == ["office", "dmz, north"] && !zones.isFromNegated)
    #expect(zones.to == ["line-1"] && zones.isToNegated)
  }

  @Test(
    "What is no value is refused where it stands",
    arguments: [
      Refused("modbus: function 0;", .value, 9), Refused("modbus: function 256;", .value, 9),
      Refused("modbus: access write input;", .contradiction, 22),
      Refused("modbus: access read, value 1;", .contradiction, 22),
      Refused("modbus: access read coils, address 5<>3;", .value, 28),
      Refused("modbus: fnction 3;", .value, 9), Refused("modbus_func:nonsense;", .value, 13),
      Refused("modbus_func:300;", .value, 13),
      Refused("dnp3_func:nonsense;", .value, 11), Refused("dnp3_ind:nonsense;", .value, 10),
      Refused("dnp3_obj:1;", .value, 10),
      Refused("dnp3_obj:1,256;", .value, 12), Refused("dnp3_ind:=need_time,!device_restart;", .contradiction, 10),
      Refused("enip_command:65536x;", .value, 14), Refused("cip_service:128;", .value, 13),
      Refused("cip_service:1,2,!3;", .unsupported, 17),
      Refused("app-layer-protocol:nonsense;", .value, 20), Refused("app-layer-protocol:http,exact;", .cannotFire, 20),
      Refused("app-layer-protocol:!http; app-layer-protocol:!http;", .repeated, 46),
      Refused("app-layer-event:nonsense;", .value, 17),
      Refused("dce_iface:1234;", .value, 11), Refused("dce_opnum:5-3;", .value, 11),
      Refused("tls.version:7;", .value, 13),
      Refused("operation: action write, action read;", .repeated, 26), Refused("operation: sort write;", .value, 12),
      Refused("operation: outcome maybe;", .value, 12), Refused(#"operation: target "a;"#, .quotes, 12),
      Refused("operation: action write||read;", .value, 25), Refused("operation: protocol nonsense;", .value, 12),
      Refused("zone: over a;", .value, 7), Refused("zone: from !any;", .nothingLeft, 7),
    ])
  func refusals(_ refused: Refused) { refused.check() }
}
