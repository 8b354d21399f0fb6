// SPDX-License-Identifier: Apache-2.0

/// What can be found. The raw value is the last three digits of the kind's signature_id
/// (1,790,000 + raw value), for ever.
package enum FindingKind: UInt16, CaseIterable, Sendable {
  case crossZoneFlow = 1
  case operationNotAllowed = 2
  case outsideWindow = 3
  case unknownMAC = 4
  case unknownIP = 5
  case wrongZone = 6
  case addressConflict = 7
  case controllerCommand = 8
  case externalCommunication = 9
  case newWriter = 10
  case deviceRenamed = 11
  case clockSetByStranger = 12
  case impossibleSource = 13
  case senderChanged = 14
  case unlistedFlow = 15
  case valueNotAllowed = 16
  case portScan = 20
  case hostSweep = 21
  case arpSpoofing = 22
  case flood = 23
  case functionScan = 24
  case exceptionBurst = 25
  case malformedMessage = 26
  case streamTampering = 27
  case unaskedAnswer = 28
  case unansweredRequest = 29
  case mismatchedAnswer = 30
  case selectWithoutExecute = 31
  case loginFailures = 32
  case passwordGuessing = 33
  case tableFlood = 34
  case commandFlood = 35
  case deviceSilent = 36
  case oneWayVisibility = 40
  /// A rule of a rule file; its alerts have the rule's own number.
  case signature = 50
}
