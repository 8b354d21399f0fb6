// SPDX-License-Identifier: Apache-2.0

import CLibpcap
import Catalogue
import Glibc

func noDevice(_ interface: String) -> CaptureError {
  let names = LiveInterface.available
  let all = names.joined(separator: ", ")
  let list =
    names.isEmpty
    ? Bilingual("No interfaces were found.", "使えるインターフェースが見つかりません。")
    : Bilingual("Available: \(all).", "使えるインターフェース: \(all)")
  return CaptureError(
    .noDevice, "no interface named \"\(interface)\". \(list.en)",
    "\"\(interface)\" という名前のインターフェースはありません。\(list.ja)")
}

extension LiveInterface {
  /// The names that may be listened on, as far as libpcap tells them to this user.
  package static var available: [String] { interfaceNames() }
}

/// Network interfaces and "any", without the other devices that libpcap can capture from
/// (Bluetooth, USB, D-Bus, netfilter).
private func interfaceNames() -> [String] {
  var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
  var first: UnsafeMutablePointer<pcap_if_t>?
  // Sound: the message has the size that libpcap asks for; the list is walked to its end before it is
  // freed, and names are copied.
  guard unsafe pcap_findalldevs(&first, &message) == 0 else { return [] }
  defer { unsafe pcap_freealldevs(first) }
  var names: [String] = []
  var device = unsafe first
  while let current = unsafe device?.pointee {
    let name = unsafe text(current.name)
    if unsafe name == "any" || if_nametoindex(name) != 0 { names.append(name) }
    unsafe device = unsafe current.next
  }
  return names
}
