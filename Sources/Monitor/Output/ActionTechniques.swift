// SPDX-License-Identifier: Apache-2.0
package import Catalogue

extension CatalogueEntry {
  /// The techniques that fit the finding's action; those of the kind if it has none.
  package func techniques(for action: Action?) -> [Technique] {
    guard kind == .controllerCommand || kind == .operationNotAllowed || kind == .outsideWindow, let action else {
      return techniques
    }
    return switch action {
    case .state: [.changeOperatingMode, .deviceRestart]
    case .program: [.programDownload]
    case .firmware: [.systemFirmware]
    case .configure: [.modifyParameter]
    case .write, .operate, .clock, .file: [.commandMessage, .modifyParameter]
    case .read, .report: [.monitorProcessState]
    case .identify, .diagnose: [.systemInformation]
    case .session, .authenticate: [.remoteServices]
    case .unknown: techniques
    }
  }
}
