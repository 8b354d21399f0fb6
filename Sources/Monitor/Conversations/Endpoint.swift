// SPDX-License-Identifier: Apache-2.0

/// One end of a conversation, as it appears in records.
package struct Endpoint: Equatable, Sendable {
  package var ip = IPAddress.none
  package var port: UInt16 = 0
  package var mac = MACAddress.none
  package var party = Party(zone: .external, asset: .none)
}

/// A flow's counters at one moment.
package struct FlowSummary: Sendable {
  package var id: UInt64 = 0
  package var start: Int64 = 0
  package var packetsToServer: UInt64 = 0
  package var packetsToClient: UInt64 = 0
  package var bytesToServer: UInt64 = 0
  package var bytesToClient: UInt64 = 0
  /// Both ends have spoken, and not merely to refuse.
  package var isMutual = false
}
