// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The example of the contract.
package let plant = """
  site: Example Electronics, plant 2
  timezone: Asia/Tokyo
  zones:
    line-1:
      title: 設備系ネットワーク ライン1
      importance: high                      # low, medium, high
      values: [safety, quality, delivery]   # what an attack here harms: safety, continuity, quality, delivery, cost
      networks: [192.168.10.0/24]
      vlans: [10]                           # optional
      responder: line-1-control
    scada: {importance: high, networks: [192.168.20.0/24], responder: plant-it}
    office: {importance: low, networks: [10.20.0.0/16, "fd00:20::/48"], responder: plant-it}
  assets:
    plc-1:  {zone: line-1, mac: "00:80:f4:01:02:03", ip: 192.168.10.11, role: plc}
    hmi-1:  {zone: line-1, ip: 192.168.10.21, role: hmi}
    maintenance-pc: {zone: line-1, mac: "02:00:00:00:00:09", role: engineering-station, presence: occasional}
  conduits:                                  # who may begin to talk to whom; answers are implied
    - {from: scada, to: line-1, services: [modbus, slmp], operations: [read, identify, diagnose]}
    - {from: hmi-1, to: plc-1, services: [modbus], operations: [read, write], targets: ["holding-register 0-99"]}
    - {from: maintenance-pc, to: line-1, services: [any], operations: [any], during: maintenance}
    - {from: office, to: scada, services: [tcp/443]}
  windows:
    maintenance: {days: [sat], hours: "09:00-17:00"}
  responders:
    line-1-control: {name: Line 1 control engineering, contact: ext. 4410}
    plant-it: {name: Plant IT, contact: soc@plant.example}
  """

/// Nanoseconds since 1970 of an ISO 8601 date and time with zone.
package func moment(_ text: String) throws -> Int64 {
  Int64(try Date(text, strategy: .iso8601).timeIntervalSince1970) * 1_000_000_000
}
