// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// Ctrl-C and SIGTERM ask for an end, SIGHUP for the site file to be read again. The handlers only count.
enum Stop {
  private static let stops = Atomic<Int>(0)
  private static let reloads = Atomic<Int>(0)

  static func install() {
    // Made before a handler can ask for it.
    _ = isAsked
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        // A second Ctrl-C does not wait.
        if Stop.stops.add(1, ordering: .relaxed).oldValue > 0 { _exit(130) }
      }
      unblock(number)
    }
  }
  static func installReload() {
    _ = reloadCount
    signal(SIGHUP) { _ in Stop.reloads.add(1, ordering: .relaxed) }
    unblock(SIGHUP)
  }

  /// Whoever started this may have blocked the signal, and a blocked one stays so across exec.
  private static func unblock(_ number: Int32) {
    var set = sigset_t()
    // Sound: the set is ours, and these C calls keep no pointer to it.
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, number)
    unsafe sigprocmask(SIG_UNBLOCK, &set, nil)
  }

  static var isAsked: Bool { stops.load(ordering: .relaxed) > 0 }
  /// How often a reload was asked for.
  static var reloadCount: Int { reloads.load(ordering: .relaxed) }
}
