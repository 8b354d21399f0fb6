// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Where lines go: standard output or a file, whose lines stay and get more. Whole lines only; what cannot be written
/// is kept up to a bound, then dropped line by line and counted. The caller ignores SIGPIPE.
///
/// A file may be moved away and opened anew (`reopen`), or emptied by another program at any time, as logrotate does
/// with `create` and with `copytruncate`: each write begins at the end of the file, and with a whole line.
///
/// `unsafe` is sound here: `write`, `pread` and `memchr` get a pointer into an array and a length inside of it, `poll`
/// and `fstat` a structure of their own.
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

  private var descriptor: Int32
  /// nil for a descriptor that others opened, and will close.
  private let path: String?
  private let pace: Pace
  private var isRegular: Bool
  /// The last line of the file is not whole, and ours is not the rest of it.
  private var isTorn = false
  private let bound: Int
  /// A reader may be silent for hours: it is waited for in steps, and between them this is asked.
  private let isStopAsked: (() -> Bool)?
  /// How lines are shown to people; nil for the lines as they are.
  package var text: TextStyle?
  /// Called before anything is written, to make room on a terminal that others write to as well.
  package var willWrite: (() -> Void)?
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
    self.init(descriptor, path: nil, pace: pace, bound: bound, isStopAsked)
  }

  /// Opens the file at its end, or creates it; of a named pipe, waits for its reader. A last line that is not whole,
  /// since its writer was killed, is ended. Throws the error number, ENXIO if stopped while there was no reader.
  package init(
    path: String, pace: Pace, bound: Int = 16 << 20, stopWhen isStopAsked: (() -> Bool)? = nil
  ) throws(SinkFailure) {
    let descriptor = try Sink.open(path, stopWhen: isStopAsked)
    self.init(descriptor, path: path, pace: pace, bound: bound, isStopAsked)
    isTorn = Sink.isTorn(descriptor, path)
  }

  private static func open(_ path: String, stopWhen isStopAsked: (() -> Bool)?) throws(SinkFailure) -> Int32 {
    // Without O_NONBLOCK a named pipe without a reader blocks in the call, where no signal ends it (fifo(7)).
    let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK
    var descriptor = unsafe Glibc.open(path, flags, 0o644)
    while descriptor < 0, errno == ENXIO || errno == EINTR, Sink.isPipe(path), isStopAsked?() != true {
      _ = poll(nil, 0, Sink.step)
      descriptor = unsafe Glibc.open(path, flags, 0o644)
    }
    guard descriptor >= 0 else { throw SinkFailure(code: errno) }
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    return descriptor
  }

  private static func isPipe(_ path: String) -> Bool {
    let error = errno
    defer { errno = error }
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
  }

  /// Whether a file has a last line without an end. One that may be written and not read counts as such: an empty line
  /// is harmless, a line in the middle of another one is not.
  private static func isTorn(_ descriptor: Int32, _ path: String) -> Bool {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
      return false
    }
    let reader = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard reader >= 0 else { return true }
    defer { _ = close(reader) }
    var last: UInt8 = 0
    return unsafe pread(reader, &last, 1, status.st_size - 1) != 1 || last != UInt8(ascii: "\n")
  }

  private init(_ descriptor: Int32, path: String?, pace: Pace, bound: Int, _ isStopAsked: (() -> Bool)?) {
    self.descriptor = descriptor
    self.path = path
    self.pace = pace
    self.bound = max(bound, Sink.batch)
    self.isStopAsked = isStopAsked
    isRegular = Sink.isRegular(descriptor)
    next = Sink.batch
    pending.reserveCapacity(2 * Sink.batch)
  }

  private static func isRegular(_ descriptor: Int32) -> Bool {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  deinit {
    if path != nil { _ = close(descriptor) }
  }

  /// Opens the file anew under its name, after it was moved away. What waits and fits is written to the old one, the
  /// rest to the new one. False if nothing was done: to a pipe, a device or standard output. If it throws, lines go on
  /// into the old file.
  package mutating func reopen() throws(SinkFailure) -> Bool {
    guard let path, isRegular, !isLost else { return false }
    drain()
    // A pipe in its place would have to be waited for: not while frames come.
    guard !Sink.isPipe(path) else { throw SinkFailure(code: ENXIO) }
    let fresh = try Sink.open(path, stopWhen: isStopAsked)
    _ = close(descriptor)
    descriptor = fresh
    isRegular = Sink.isRegular(fresh)
    isTorn = Sink.isTorn(fresh, path)
    lastError = 0
    start = beginOfLine
    next = min(backlog + Sink.batch, bound)
    return true
  }

  /// Bytes that wait to be written.
  package var backlog: Int { pending.count - start }

  /// Takes one whole line.
  package mutating func write(_ line: borrowing JSONLine) {
    guard !isLost, backlog + line.text.count <= bound else {
      linesLost += 1
      return
    }
    if let text {
      pending.append(contentsOf: TextLine.rows(line, text).utf8)
    } else {
      unsafe line.text.bytes.withUnsafeBytes { unsafe pending.append(contentsOf: $0) }
    }
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
    if start < pending.count { willWrite?() }
    while start < pending.count, !isLost {
      if isTorn, !endTornLine() { break }
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
        linesWritten += lines(start..<start + written)
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
      fail(error)
      break
    }
    compact()
    next = min(backlog + Sink.batch, bound)
  }

  private mutating func fail(_ error: Int32) {
    lastError = error
    if error == ENOSPC || error == EDQUOT || error == EIO || error == EFBIG {
      takeBackPartialLine()
    } else {
      isLost = true
      drop()
    }
  }

  /// False if it could not be written, now or ever.
  private mutating func endTornLine() -> Bool {
    var end = UInt8(ascii: "\n")
    let written = unsafe Glibc.write(descriptor, &end, 1)
    if written == 1 {
      isTorn = false
    } else if written == 0 || errno != EINTR {
      fail(written == 0 ? EIO : errno)
    }
    return written == 1
  }

  /// How many lines end in a part of `pending`.
  private func lines(_ part: Range<Int>) -> UInt64 {
    unsafe pending.withUnsafeBytes { bytes in
      var (count, place) = (UInt64(0), part.lowerBound)
      while place < part.upperBound, let start = bytes.baseAddress,
        let end = unsafe memchr(start + place, 10, part.upperBound - place)
      {
        count += 1
        place = unsafe UnsafeRawPointer(end) - start + 1
      }
      return count
    }
  }

  /// Where the line begins that `start` lies in.
  private var beginOfLine: Int {
    var begin = start
    while begin > 0, pending[begin - 1] != UInt8(ascii: "\n") { begin -= 1 }
    return begin
  }

  /// In a file, the beginning of a line that found no room is cut off again and waits as a whole.
  private mutating func takeBackPartialLine() {
    let begin = beginOfLine
    guard isRegular, begin < start else { return }
    var status = stat()
    let place = lseek(descriptor, 0, SEEK_CUR)
    guard place >= 0, unsafe fstat(descriptor, &status) == 0 else { return }
    if status.st_size == place {
      let end = place - (start - begin)
      guard end >= 0, ftruncate(descriptor, end) == 0, lseek(descriptor, end, SEEK_SET) == end else { return }
    } else {
      // Another program has emptied the file, or added to it: the beginning is gone, or a line of its own.
      isTorn = status.st_size > 0
    }
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
      let keep = beginOfLine
      pending.removeFirst(keep)
      start -= keep
    }
  }

  private mutating func drop() {
    linesLost += lines(start..<pending.count)
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
