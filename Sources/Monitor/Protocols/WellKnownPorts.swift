// SPDX-License-Identifier: Apache-2.0

/// Ports that belong to servers: the system ports (RFC 6335, 6) and the registered ports of industrial protocols (IANA Service Name and Port Number
/// Registry; makers' manuals for those not registered). Used only where no handshake was seen.
enum WellKnownPorts {
  @inline(__always)
  static func isServer(_ port: UInt16) -> Bool {
    port != 0 && (port < 1024 || isIndustrial(port))
  }

  private static func isIndustrial(_ port: UInt16) -> Bool {
    switch port {
    case 1089, 1090, 1091: true  // Foundation Fieldbus HSE
    case 1502, 1541, 1628, 1629: true  // Triconex TriStation, Foxboro, LonWorks
    case 1883, 8883: true  // MQTT
    case 1911, 3011, 4911, 5011: true  // Niagara Fox
    case 1962, 2221, 2222: true  // PCWorx, EtherNet/IP over TLS, EtherNet/IP I/O
    case 2404, 19_998: true  // IEC 60870-5-104, the same over TLS
    case 4000, 4712, 4713: true  // ROC Plus, synchrophasors
    case 4840, 4843: true  // OPC UA
    case 5000...5002, 5006...5010, 5560...5562: true  // MELSEC, SLMP
    case 5050, 5051, 5052, 5065, 5094: true  // Telvent, HART-IP
    case 8193, 9600: true  // FOCAS, FINS
    case 11_001, 18_245, 18_246: true  // Metasys, GE SRTP, GE EGD
    case 19_999, 20_000, 20_256, 20_547: true  // DNP3 over TLS, DNP3, Unitronics PCOM, ProConOS
    case 34_962...34_964, 34_980: true  // PROFINET, EtherCAT
    case 44_818, 45_237, 47_808...47_823: true  // EtherNet/IP, CC-Link IE, BACnet
    case 48_898, 48_899: true  // ADS
    case 55_000...55_003, 56_001...56_099: true  // FL-net, Telvent OASyS DNA
    case 61_450, 61_451: true  // CC-Link IE Field Basic
    default: false
    }
  }
}
