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

  /// The technique of a number; without name and tactics if it is not one of these.
  package static func known(_ id: String) -> Technique { all.first { $0.id == id } ?? Technique(id, "") }

  private init(_ id: String, _ name: String, _ tactics: Tactic...) {
    self.id = id
    self.name = name
    self.tactics = tactics
  }

  package static let remoteServices = Technique("T0886", "Remote Services", .initialAccess, .lateralMovement)
  package static let transientAsset = Technique("T0864", "Transient Cyber Asset", .initialAccess)
  package static let rogueMaster = Technique("T0848", "Rogue Master", .initialAccess)
  package static let internetAccessible = Technique("T0883", "Internet Accessible Device", .initialAccess)
  package static let exploitation = Technique(
    "T0866", "Exploitation of Remote Services", .initialAccess, .lateralMovement)
  package static let programDownload = Technique("T0843", "Program Download", .lateralMovement)
  package static let changeOperatingMode = Technique("T0858", "Change Operating Mode", .execution, .evasion)
  package static let systemFirmware = Technique(
    "T1693.001", "Modify Firmware: System Firmware", .persistence, .inhibitResponse, .impairProcess)
  package static let portScan = Technique("T0846.001", "Remote System Discovery: Port Scan", .discovery)
  package static let systemDiscovery = Technique("T0846", "Remote System Discovery", .discovery)
  package static let systemInformation = Technique("T0888", "Remote System Information Discovery", .discovery)
  package static let sniffing = Technique("T0842", "Network Sniffing", .discovery)
  package static let adversaryInTheMiddle = Technique("T0830", "Adversary-in-the-Middle", .collection)
  package static let pointIdentification = Technique("T0861", "Point & Tag Identification", .collection)
  package static let monitorProcessState = Technique("T0801", "Monitor Process State", .collection)
  package static let applicationProtocol = Technique("T0869", "Standard Application Layer Protocol", .commandAndControl)
  package static let denialOfService = Technique("T0814", "Denial of Service", .inhibitResponse)
  package static let deviceRestart = Technique("T0816", "Device Restart/Shutdown", .inhibitResponse)
  package static let modifyParameter = Technique("T0836", "Modify Parameter", .impairProcess)
  package static let commandMessage = Technique(
    "T1692.001", "Unauthorized Message: Command Message", .evasion, .impairProcess)
  package static let reportingMessage = Technique(
    "T1692.002", "Unauthorized Message: Reporting Message", .evasion, .impairProcess)
  package static let bruteForceIO = Technique("T0806", "Brute Force I/O", .impairProcess)
  package static let denialOfView = Technique("T0815", "Denial of View", .impact)

  private static let all = [
    remoteServices, transientAsset, rogueMaster, internetAccessible, exploitation, programDownload,
    changeOperatingMode, systemFirmware, portScan, systemDiscovery, systemInformation, sniffing,
    adversaryInTheMiddle, pointIdentification, monitorProcessState, applicationProtocol, denialOfService,
    deviceRestart, modifyParameter, commandMessage, reportingMessage, bruteForceIO, denialOfView,
  ]
}

extension Technique.Tactic {
  package static let initialAccess = Self(id: "TA0108", name: "Initial Access")
  package static let execution = Self(id: "TA0104", name: "Execution")
  package static let persistence = Self(id: "TA0110", name: "Persistence")
  package static let evasion = Self(id: "TA0103", name: "Evasion")
  package static let discovery = Self(id: "TA0102", name: "Discovery")
  package static let lateralMovement = Self(id: "TA0109", name: "Lateral Movement")
  package static let collection = Self(id: "TA0100", name: "Collection")
  package static let commandAndControl = Self(id: "TA0101", name: "Command and Control")
  package static let inhibitResponse = Self(id: "TA0107", name: "Inhibit Response Function")
  package static let impairProcess = Self(id: "TA0106", name: "Impair Process Control")
  package static let impact = Self(id: "TA0105", name: "Impact")
}
