// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Ctrl-C and SIGTERM ask for an end, SIGHUP for the site file to be read again. The handlers only count.
enum Stop {
  // Sound: written by the signal handler alone, each a single aligned word, and only compared elsewhere.
  nonisolated(unsafe) private static var stops: Int32 = 0
  nonisolated(unsafe) private static var reloads: Int32 = 0

  static func install() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        unsafe Stop.stops &+= 1
        // A second Ctrl-C does not wait.
        if unsafe Stop.stops > 1 { _exit(130) }
      }
      unblock(number)
    }
  }
  static func installReload() {
    signal(SIGHUP) { _ in unsafe Stop.reloads &+= 1 }
    unblock(SIGHUP)
  }

  /// Whoever started this may have blocked the signal, and a blocked one stays so across exec.
  private static func unblock(_ number: Int32) {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, number)
    unsafe sigprocmask(SIG_UNBLOCK, &set, nil)
  }

  static var isAsked: Bool { unsafe stops > 0 }
  /// How often a reload was asked for.
  static var reloadCount: Int32 { unsafe reloads }
}
