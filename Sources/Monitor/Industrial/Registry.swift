// SPDX-License-Identifier: Apache-2.0

/// Every protocol there is. A new one is its own file and one line here.
enum Registry {
  static let dissectors: [any Dissector.Type] = [
    Modbus.self,
    ModbusRTU.self,
  ]
}
