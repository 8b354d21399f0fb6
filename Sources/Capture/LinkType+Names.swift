// SPDX-License-Identifier: Apache-2.0
import CLibpcap
import Catalogue

extension LinkType {
  static let supportedNames = "Ethernet, Linux cooked 1/2, raw IP, null/loop"

  /// The link type of a number in a capture, nil if it cannot be read. Raw IP has three numbers, by system.
  package init?(supported number: UInt16) {
    switch number {
    case 12, 14, 101: self = .raw
    case 0, 1, 108, 113, 228, 229, 276: self.init(rawValue: number)
    default: return nil
    }
  }

  /// libpcap's name and description of a link type.
  package static func name(_ number: UInt16) -> String {
    // Sound: libpcap returns a constant string or nil.
    guard let name = unsafe pcap_datalink_val_to_name(Int32(number)) else { return "number \(number)" }
    guard let description = unsafe pcap_datalink_val_to_description(Int32(number)) else {
      return unsafe "\(String(cString: name)) (\(number))"
    }
    return unsafe "\(String(cString: name)) (\(number), \(String(cString: description)))"
  }

  static func refusal(_ name: String, _ place: Bilingual) -> CaptureError {
    CaptureError(
      .unsupportedLinkType, "\(place.en): link type \(name) is not supported; supported: \(supportedNames)",
      "\(place.ja): リンク種別 \(name) には対応していません。対応しているのは \(supportedNames) です")
  }
}
