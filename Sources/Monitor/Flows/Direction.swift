// SPDX-License-Identifier: Apache-2.0

/// Which end of a conversation sent.
package enum Direction: UInt8, Sendable {
  case toServer, toClient
  package var reversed: Direction { self == .toServer ? .toClient : .toServer }
}
