// SPDX-License-Identifier: Apache-2.0

/// Why frames could not be had. The message names the file or interface, what is wrong, and what to do.
package struct CaptureError: Error, Equatable, CustomStringConvertible, Sendable {
  package enum Kind: Sendable {
    case noSuchFile, notPermitted, badFile, unsupportedLinkType, noDevice, badFilter, io
  }
  package let kind: Kind
  package let description: String

  package init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
