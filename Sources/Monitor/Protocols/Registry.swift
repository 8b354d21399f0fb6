// SPDX-License-Identifier: Apache-2.0

/// All protocols. A new one is a folder of its own and one line here.
enum Registry {
  static let dissectors: [any Dissector.Type] = [
    // Before Modbus/TCP: a correct CRC is stronger evidence than header fields, which may match by chance.
    ModbusRTU.self,
    Modbus.self,
    FINS.self,
    EtherNetIP.self,
    EtherNetIPLists.self,
    CIPIO.self,
    S7Comm.self,
    IEC104.self,
    DNP3.self,
    CCLinkIEFieldBasic.self,
    SLMP.self,
    OPCUA.self,
    Profinet.self,
    GOOSE.self,
    RoutableGOOSE.self,
  ]

  /// Protocols known only by name and port (IANA Service Name and Port Number Registry; manufacturers' manuals for
  /// unregistered ones), until there is a dissector. Site files may name them, and on a connection whose start was not
  /// seen, their ports show which end is the server.
  static let unread: [UnreadProtocol] = [
    UnreadProtocol("s7comm-plus", tcp: [102...102]),
    UnreadProtocol("mms", tcp: [102...102]),
    UnreadProtocol("sv"),
    UnreadProtocol("bacnet", udp: [47_808...47_823]),
    UnreadProtocol("profinet-cm", udp: [34_962...34_964]),
    UnreadProtocol(
      "melsoft", tcp: [5002...5002, 5007...5008, 5562...5562], udp: [5001...5001, 5006...5006, 5560...5561]),
    UnreadProtocol("cc-link-ie", udp: [61_450...61_451]),
    UnreadProtocol("ethercat", tcp: [34_980...34_980], udp: [34_980...34_980]),
    UnreadProtocol("ads", tcp: [48_898...48_898], udp: [48_899...48_899]),
    UnreadProtocol("hart-ip", tcp: [5094...5094], udp: [5094...5094]),
    UnreadProtocol("synchrophasor", tcp: [4712...4712], udp: [4713...4713]),
    UnreadProtocol("mqtt", tcp: [1883...1883, 8883...8883]),
  ]

  /// Server ports of industrial protocols that have no name here yet.
  static let industrialPorts: [ClosedRange<UInt16>] = [
    1089...1091,  // Foundation Fieldbus HSE
    1502...1502, 1541...1541, 1628...1629,  // Triconex TriStation, Foxboro, LonWorks
    1911...1911, 3011...3011, 4911...4911, 5011...5011,  // Niagara Fox
    1962...1962, 2221...2221,  // PCWorx, EtherNet/IP over TLS
    19_998...19_999, 4843...4843,  // IEC 60870-5-104, DNP3 and OPC UA over TLS
    4000...4000,  // ROC Plus
    5008...5009,  // MELSEC
    5050...5052, 5065...5065,  // Telvent
    8193...8193,  // FOCAS
    11_001...11_001, 18_245...18_246,  // Metasys, GE SRTP and EGD
    20_256...20_256, 20_547...20_547,  // Unitronics PCOM, ProConOS
    55_000...55_003, 56_001...56_099,  // FL-net, Telvent OASyS DNA
  ]
}

/// A protocol without a dissector: its name and usual ports.
struct UnreadProtocol: Sendable {
  let name: String
  let tcp: [ClosedRange<UInt16>]
  let udp: [ClosedRange<UInt16>]
  init(_ name: String, tcp: [ClosedRange<UInt16>] = [], udp: [ClosedRange<UInt16>] = []) {
    self.name = name
    self.tcp = tcp
    self.udp = udp
  }
}

extension DissectorTables {
  /// Builds the tables of all protocols.
  init() {
    self.init(
      Registry.dissectors,
      serverPorts: Registry.industrialPorts + Registry.unread.flatMap { $0.tcp + $0.udp })
  }
}
