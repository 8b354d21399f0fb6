// SPDX-License-Identifier: Apache-2.0
import CLibcapNG
import Glibc

/// Rights a listener needs: one, to open a raw socket.
package enum Privileges {
  /// Run as root: keeps CAP_NET_RAW, which reopening an interface needs, and gives up all other capabilities for good. Returns what was done; nil when there was
  /// nothing to give up.
  package static func keepOnlyRawSocket() throws(CaptureError) -> String? {
    guard geteuid() == 0 else { return nil }
    capng_clear(CAPNG_SELECT_BOTH)
    capng_update(
      CAPNG_ADD, capng_type_t(rawValue: CAPNG_EFFECTIVE.rawValue | CAPNG_PERMITTED.rawValue), UInt32(CAP_NET_RAW))
    // The bounding set can be changed only by who may set capabilities; inside of a container the rest is given up all the same.
    guard capng_apply(CAPNG_SELECT_BOTH) == 0 || capng_apply(CAPNG_SELECT_CAPS) == 0 else {
      throw CaptureError(.notPermitted, "the rights of root could not be given up")
    }
    return "kept the right to open raw sockets (CAP_NET_RAW), gave up all others"
  }
}
