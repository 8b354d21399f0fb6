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
  package var word: String { Facet.words[Int(rawValue)] }
  private static let words = allCases.map { snakeCase("\($0)") }
  private static func snakeCase(_ name: String) -> String {
    var word = ""
    for character in name {
      if character.isUppercase {
        // `frameID` is `frame_id`.
        if word.last != "_", !(word.hasSuffix("_i") && character == "D") { word += "_" }
        word += character.lowercased()
      } else {
        word.append(character)
      }
    }
    return word
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
