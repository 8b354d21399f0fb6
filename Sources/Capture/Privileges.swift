// SPDX-License-Identifier: Apache-2.0

import CLibcapNG
package import Catalogue
import Glibc

/// What the process may do (capabilities(7)).
package enum Privileges {
  /// Run as root, keeps the one right to capture, CAP_NET_RAW (an interface that comes back is opened again), and gives
  /// up the rest for good. Returns what was done, or nil when not root.
  ///
  /// To be called after opening, and before a second thread is made: capabilities belong to the thread.
  package static func keepOnlyRawSocket() throws(CaptureError) -> Bilingual? {
    guard geteuid() == 0 else { return nil }
    capng_clear(CAPNG_SELECT_ALL)
    let sets = capng_type_t(rawValue: CAPNG_EFFECTIVE.rawValue | CAPNG_PERMITTED.rawValue)
    guard capng_update(CAPNG_ADD, sets, UInt32(CAP_NET_RAW)) == 0 else {
      throw refused("choosing CAP_NET_RAW", "CAP_NET_RAWの選択")
    }
    // The order matters: the bounding set and the lock need CAP_SETPCAP, which the last step gives up.
    // The lock sets no_new_privs, which no kernel refuses, and that root means nothing to programs started later, which
    // a container without CAP_SETPCAP refuses, as it does the bounding set.
    let isBounded = capng_apply(CAPNG_SELECT_BOUNDS) == 0
    let isLocked = capng_lock() == 0
    guard capng_apply(CAPNG_SELECT_CAPS) == 0 else {
      throw refused("keeping only CAP_NET_RAW", "CAP_NET_RAW以外の放棄")
    }
    let done = Bilingual(
      "running as root: kept CAP_NET_RAW and dropped all other capabilities; programs started later gain none.",
      "rootで実行中: CAP_NET_RAW以外の権限をすべて放棄しました。今後起動されるプログラムも権限を得られません。")
    if isBounded && isLocked { return done }
    return Bilingual(
      "\(done.en) Without CAP_SETPCAP the bounding set is unchanged.",
      "\(done.ja)CAP_SETPCAPがないため、バウンディングセットは変更していません。")
  }

  private static func refused(_ english: String, _ japanese: String) -> CaptureError {
    CaptureError(
      .notPermitted, "privileges could not be dropped (\(english)); start sekisho as a user with CAP_NET_RAW only",
      "権限を放棄できませんでした（\(japanese)）。CAP_NET_RAWだけを持つユーザーでsekishoを起動してください")
  }
}
