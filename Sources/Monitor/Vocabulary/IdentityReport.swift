// SPDX-License-Identifier: Apache-2.0

/// What a message says of a device: whose it is, and what it is called. What it does not say is `.none`.
struct IdentityReport: Sendable {
  /// Whose: the sender's (an answer about itself), the receiver's (a request that names it).
  enum Subject: UInt8, Sendable { case sender, receiver }
  var subject = Subject.sender
  /// In which protocol it says so, as carried in others; set when the message has been read.
  var dissector = DissectorID.none
  var vendor = NameID.none
  var model = NameID.none
  var firmware = NameID.none
  var serial = NameID.none
  /// Name of the station, the program or the application.
  var name = NameID.none
  /// The maker's name, where the message has only a number and a public list has the name.
  var knownVendor: StaticString?
}
