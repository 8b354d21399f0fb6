// SPDX-License-Identifier: Apache-2.0

/// A native field that only some protocols have. The raw value has no meaning outside a run.
package enum Facet: UInt8, CaseIterable, Sendable {
  case none
  // IEC 60870-5-104
  case cause, originator, qualifier, sendSequence, receiveSequence, isTest, isNegative
  // DNP3
  case source, destination, internalIndications, variation, fileHandle, blockNumber
  // CIP, EtherNet/IP
  case attribute, member, connection, session, generalStatus, extendedStatus, connectionSize, interval, transportClass
  case isSafety, producedInterval, producedSize, offset
  // S7
  case pduSize, functionGroup, refusedItem
  // MC protocol, FINS
  case network, station, module, destinationNode, sourceNode, mode
  // OPC UA
  case channel, securityMode, tokenKind, subscription, chunks, isEncrypted
  // PROFINET
  case frameID, cycleCounter, dataStatus, transferStatus, blockQualifier, alarm, api, slot, subslot
  // GOOSE
  case stateNumber, sequenceNumber, configurationRevision, timeAllowedToLive, applicationID, needsCommissioning
  // UMAS
  case reservation, signedFunction
  // Everywhere
  case length

  /// The key in records: snake case.
  package var word: String {
    switch self {
    case .none: "none"
    case .cause: "cause"
    case .originator: "originator"
    case .qualifier: "qualifier"
    case .sendSequence: "send_sequence"
    case .receiveSequence: "receive_sequence"
    case .isTest: "is_test"
    case .isNegative: "is_negative"
    case .source: "source"
    case .destination: "destination"
    case .internalIndications: "internal_indications"
    case .variation: "variation"
    case .fileHandle: "file_handle"
    case .blockNumber: "block_number"
    case .attribute: "attribute"
    case .member: "member"
    case .connection: "connection"
    case .session: "session"
    case .generalStatus: "general_status"
    case .extendedStatus: "extended_status"
    case .connectionSize: "connection_size"
    case .interval: "interval"
    case .transportClass: "transport_class"
    case .isSafety: "is_safety"
    case .producedInterval: "produced_interval"
    case .producedSize: "produced_size"
    case .offset: "offset"
    case .pduSize: "pdu_size"
    case .functionGroup: "function_group"
    case .refusedItem: "refused_item"
    case .network: "network"
    case .station: "station"
    case .module: "module"
    case .destinationNode: "destination_node"
    case .sourceNode: "source_node"
    case .mode: "mode"
    case .channel: "channel"
    case .securityMode: "security_mode"
    case .tokenKind: "token_kind"
    case .subscription: "subscription"
    case .chunks: "chunks"
    case .isEncrypted: "is_encrypted"
    case .frameID: "frame_id"
    case .cycleCounter: "cycle_counter"
    case .dataStatus: "data_status"
    case .transferStatus: "transfer_status"
    case .blockQualifier: "block_qualifier"
    case .alarm: "alarm"
    case .api: "api"
    case .slot: "slot"
    case .subslot: "subslot"
    case .stateNumber: "state_number"
    case .sequenceNumber: "sequence_number"
    case .configurationRevision: "configuration_revision"
    case .timeAllowedToLive: "time_allowed_to_live"
    case .applicationID: "application_id"
    case .needsCommissioning: "needs_commissioning"
    case .reservation: "reservation"
    case .signedFunction: "signed_function"
    case .length: "length"
    }
  }
}

/// The native fields of an operation, in the order they were added. A field beyond the limit is not kept, but counted:
/// records say how many are missing.
package struct Facets: Sendable {
  /// An operation stays small enough to be copied cheaply; no dissector adds more to one.
  package static let limit = 7
  private var numbers: InlineArray<7, UInt32> = .init(repeating: 0)
  private var kinds: InlineArray<7, Facet> = .init(repeating: .none)
  /// Both counts share a byte, since every byte of an operation is copied with each message.
  private var counts: UInt8 = 0
  package var count: Int { Int(counts & 15) }
  /// Fields that found no room; stops counting at 15.
  package var omitted: UInt8 { counts >> 4 }

  @inline(__always)
  package init() {}

  package subscript(facet: Facet) -> UInt32? {
    get {
      for place in 0..<count where kinds[place] == facet { return numbers[place] }
      return nil
    }
    set {
      for place in 0..<count where kinds[place] == facet {
        numbers[place] = newValue ?? 0
        return
      }
      guard let newValue else { return }
      guard count < Facets.limit else {
        if omitted < 15 { counts += 16 }
        return
      }
      kinds[count] = facet
      numbers[count] = newValue
      counts += 1
    }
  }
  package func entry(_ place: Int) -> (facet: Facet, number: UInt32) { (kinds[place], numbers[place]) }
}
