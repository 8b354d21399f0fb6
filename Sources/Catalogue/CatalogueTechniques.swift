// SPDX-License-Identifier: Apache-2.0

/// A technique of MITRE ATT&CK for ICS, version 19 (April 2026), with the tactics it serves. Version 19 put
/// sub-techniques in the place of some older numbers: T0855 became T1692.001, T0856 became T1692.002, T0857 became
/// T1693.001.
package struct Technique: Sendable {
  package struct Tactic: Sendable {
    package let id: String
    package let name: String
  }
  package let id: String
  package let name: String
  package let tactics: [Tactic]

  private init(_ id: String, _ name: String, _ tactics: Tactic...) {
    self.id = id
    self.name = name
    self.tactics = tactics
  }

  static let remoteServices = Technique("T0886", "Remote Services", .initialAccess, .lateralMovement)
  static let transientAsset = Technique("T0864", "Transient Cyber Asset", .initialAccess)
  static let rogueMaster = Technique("T0848", "Rogue Master", .initialAccess)
  static let internetAccessible = Technique("T0883", "Internet Accessible Device", .initialAccess)
  static let exploitation = Technique(
    "T0866", "Exploitation of Remote Services", .initialAccess, .lateralMovement)
  static let programDownload = Technique("T0843", "Program Download", .lateralMovement)
  static let changeOperatingMode = Technique("T0858", "Change Operating Mode", .execution, .evasion)
  static let systemFirmware = Technique(
    "T1693.001", "Modify Firmware: System Firmware", .persistence, .inhibitResponse, .impairProcess)
  static let portScan = Technique("T0846.001", "Remote System Discovery: Port Scan", .discovery)
  static let systemDiscovery = Technique("T0846", "Remote System Discovery", .discovery)
  static let systemInformation = Technique("T0888", "Remote System Information Discovery", .discovery)
  static let sniffing = Technique("T0842", "Network Sniffing", .discovery)
  static let adversaryInTheMiddle = Technique("T0830", "Adversary-in-the-Middle", .collection)
  static let pointIdentification = Technique("T0861", "Point & Tag Identification", .collection)
  static let monitorProcessState = Technique("T0801", "Monitor Process State", .collection)
  static let applicationProtocol = Technique("T0869", "Standard Application Layer Protocol", .commandAndControl)
  static let denialOfService = Technique("T0814", "Denial of Service", .inhibitResponse)
  static let deviceRestart = Technique("T0816", "Device Restart/Shutdown", .inhibitResponse)
  static let modifyParameter = Technique("T0836", "Modify Parameter", .impairProcess)
  static let commandMessage = Technique(
    "T1692.001", "Unauthorized Message: Command Message", .evasion, .impairProcess)
  static let reportingMessage = Technique(
    "T1692.002", "Unauthorized Message: Reporting Message", .evasion, .impairProcess)
  static let denialOfView = Technique("T0815", "Denial of View", .impact)
}

extension Technique.Tactic {
  static let initialAccess = Self(id: "TA0108", name: "Initial Access")
  static let execution = Self(id: "TA0104", name: "Execution")
  static let persistence = Self(id: "TA0110", name: "Persistence")
  static let evasion = Self(id: "TA0103", name: "Evasion")
  static let discovery = Self(id: "TA0102", name: "Discovery")
  static let lateralMovement = Self(id: "TA0109", name: "Lateral Movement")
  static let collection = Self(id: "TA0100", name: "Collection")
  static let commandAndControl = Self(id: "TA0101", name: "Command and Control")
  static let inhibitResponse = Self(id: "TA0107", name: "Inhibit Response Function")
  static let impairProcess = Self(id: "TA0106", name: "Impair Process Control")
  static let impact = Self(id: "TA0105", name: "Impact")
}
