// SPDX-License-Identifier: Apache-2.0
package import Catalogue

/// Why frames could not be had. The message names the file or interface, what is wrong, and what to do. Reasons that
/// the system or libpcap gives are English in both languages.
package struct CaptureError: Error, Equatable, CustomStringConvertible, Sendable {
  package enum Kind: Sendable {
    case noSuchFile, notPermitted, badFile, unsupportedLinkType, noDevice, badFilter, io
  }
  package let kind: Kind
  package let message: Bilingual
  package var description: String { message.en }

  package init(_ kind: Kind, _ english: String, _ japanese: String) {
    self.kind = kind
    message = Bilingual(english, japanese)
  }
}
