// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Where lines go: standard output or a file. Whole lines only; what cannot be written is kept up to a bound, then
/// dropped line by line and counted. The caller ignores SIGPIPE.
///
/// `unsafe` is sound here: `write` gets a pointer into an array and a length inside of it, `poll` and `fstat` a
/// structure of their own.
package struct Sink: ~Copyable {
  package enum Pace: Sendable {
    /// Waits for a slow reader: nothing is lost that a replay found.
    case waiting
    /// Never waits: a slow reader may not stop the capture.
    case neverWaiting
  }

  /// Lines that reached their place, and lines that never will.
  package private(set) var linesWritten: UInt64 = 0
  package private(set) var linesLost: UInt64 = 0
  /// The reader is gone: nothing can be written any more.
  package private(set) var isLost = false
  /// The last error number of writing, 0 without one.
  package private(set) var lastError: Int32 = 0

  private let descriptor: Int32
  private let owns: Bool
  private let pace: Pace
  private let isRegular: Bool
  private let bound: Int
  /// A reader may be silent for hours: it is waited for in steps, and between them this is asked.
  private let isStopAsked: (() -> Bool)?
  /// Milliseconds.
  private static let step: Int32 = 200
  private var pending: [UInt8] = []
  /// `pending` before this place is written.
  private var start = 0
  /// When to try next after an error, in bytes of `pending`: a full disk is not asked for every line.
  private var next: Int

  /// What is gathered before it is written.
  private static let batch = 65_536
  /// What a pipe that can be written takes at once without waiting (POSIX `PIPE_BUF` on Linux).
  private static let pipeBatch = 4096

  /// Writes to an open descriptor and leaves it open, as for standard output. `bound` is the most bytes kept for a slow
  /// reader or a full disk.
  package init(descriptor: Int32, pace: Pace, bound: Int = 16 << 20, stopWhen isStopAsked: (() -> Bool)? = nil) {
    self.init(descriptor, owns: false, pace: pace, bound: bound, isStopAsked)
  }

  /// Creates the file or empties it; of a named pipe, waits for its reader. Throws the error number, ENXIO if stopped
  /// while there was no reader.
  package init(
    path: String, pace: Pace, bound: Int = 16 << 20, stopWhen isStopAsked: (() -> Bool)? = nil
  ) throws(SinkFailure) {
    // Without O_NONBLOCK a named pipe without a reader blocks in the call, where no signal ends it (fifo(7)).
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK
    var descriptor = unsafe open(path, flags, 0o644)
    while descriptor < 0, errno == ENXIO || errno == EINTR, Sink.isPipe(path), isStopAsked?() != true {
      _ = poll(nil, 0, Sink.step)
      descriptor = unsafe open(path, flags, 0o644)
    }
    guard descriptor >= 0 else { throw SinkFailure(code: errno) }
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    self.init(descriptor, owns: true, pace: pace, bound: bound, isStopAsked)
  }

  private static func isPipe(_ path: String) -> Bool {
    let error = errno
    defer { errno = error }
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
  }

  private init(_ descriptor: Int32, owns: Bool, pace: Pace, bound: Int, _ isStopAsked: (() -> Bool)?) {
    var status = stat()
    self.descriptor = descriptor
    self.owns = owns
    self.pace = pace
    self.bound = max(bound, Sink.batch)
    self.isStopAsked = isStopAsked
    isRegular = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    next = Sink.batch
    pending.reserveCapacity(2 * Sink.batch)
  }

  deinit {
    if owns { _ = close(descriptor) }
  }

  /// Bytes that wait to be written.
  package var backlog: Int { pending.count - start }

  /// Takes one whole line.
  package mutating func write(_ line: borrowing JSONLine) {
    guard !isLost, backlog + line.bytes.count <= bound else {
      linesLost += 1
      return
    }
    pending.append(contentsOf: line.bytes)
    if backlog >= next { drain() }
  }

  /// Writes what waits, as far as it can be written now. Call it when the line should be seen: at the end of a batch,
  /// and from time to time.
  package mutating func flush() { drain() }

  /// Writes what waits; in a sink that never waits, for at most `milliseconds`. What remains is lost and counted.
  package mutating func finish(within milliseconds: Int = 2000) {
    drain()
    var left = milliseconds
    while backlog > 0, !isLost, lastError == 0, left > 0 {
      _ = isReady(waiting: 50)
      left -= 50
      drain()
    }
    drop()
  }

  private mutating func drain() {
    while start < pending.count, !isLost {
      // A call that writes more than a pipe has room for is not ended by a signal (signal(7), SA_RESTART).
      let isStream = !isRegular && (pace == .neverWaiting || isStopAsked != nil)
      if isStream, !waitUntilReady() { break }
      let most = isStream ? Sink.pipeBatch : Int.max
      let count = min(most, pending.count - start)
      let written = unsafe pending.withUnsafeBytes { bytes in
        unsafe Glibc.write(descriptor, bytes.baseAddress.map { unsafe $0 + start }, count)
      }
      if written > 0 {
        lastError = 0
        for place in start..<start + written where pending[place] == UInt8(ascii: "\n") { linesWritten += 1 }
        start += written
        continue
      }
      let error = written < 0 ? errno : EIO
      if error == EAGAIN || error == EWOULDBLOCK {
        if pace == .waiting, isStopAsked == nil ? isReady(waiting: -1) : waitUntilReady() { continue }
        break
      }
      // A signal: the caller looks whether it should stop, and comes back.
      if error == EINTR { break }
      lastError = error
      if error == ENOSPC || error == EDQUOT || error == EIO || error == EFBIG {
        takeBackPartialLine()
      } else {
        isLost = true
        drop()
      }
      break
    }
    compact()
    next = min(backlog + Sink.batch, bound)
  }

  /// In a file, the beginning of a line that found no room is cut off again and waits as a whole.
  private mutating func takeBackPartialLine() {
    guard isRegular, start > 0, pending[start - 1] != UInt8(ascii: "\n") else { return }
    var begin = start
    while begin > 0, pending[begin - 1] != UInt8(ascii: "\n") { begin -= 1 }
    let end = lseek(descriptor, 0, SEEK_CUR) - (start - begin)
    guard end >= 0, ftruncate(descriptor, end) == 0, lseek(descriptor, end, SEEK_SET) == end else { return }
    start = begin
  }

  /// Drops what was written; of a line that is partly written, the written part stays until it is whole, so that it can
  /// be taken back.
  private mutating func compact() {
    guard start > 0 else { return }
    if start == pending.count, pending[start - 1] == UInt8(ascii: "\n") {
      pending.removeAll(keepingCapacity: true)
      start = 0
    } else if start >= Sink.batch {
      var keep = start
      while keep > 0, pending[keep - 1] != UInt8(ascii: "\n") { keep -= 1 }
      pending.removeFirst(keep)
      start -= keep
    }
  }

  private mutating func drop() {
    for place in start..<pending.count where pending[place] == UInt8(ascii: "\n") { linesLost += 1 }
    pending.removeAll(keepingCapacity: true)
    start = 0
  }

  /// Whether a part of `pipeBatch` can be written now; a sink that waits does so until then, or until it is to stop.
  private func waitUntilReady() -> Bool {
    guard pace == .waiting, let isStopAsked else { return isReady(waiting: 0) }
    while !isReady(waiting: isStopAsked() ? 0 : Sink.step) { if isStopAsked() { return false } }
    return true
  }

  /// Whether bytes can be written; also true when the reader is gone, which `write` then reports.
  private func isReady(waiting milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    return unsafe poll(&entry, 1, milliseconds) > 0
  }
}

/// Why a file could not be opened for writing: the error number of the system.
package struct SinkFailure: Error, Equatable {
  package let code: Int32
  /// The system's words for it.
  package var message: String { unsafe String(cString: strerror(code)) }
}
