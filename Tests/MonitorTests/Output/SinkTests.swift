// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Foundation
import Testing

@testable import Monitor

@Suite struct SinkTests {
  init() { signal(SIGPIPE, SIG_IGN) }

  private func line(_ length: Int, _ number: Int = 0) -> JSONLine {
    var line = JSONLine()
    line.begin()
    line.string("n", String(number) + String(repeating: "x", count: max(0, length - 10)), limit: .max)
    line.end()
    return line
  }

  /// Both ends of a pipe.
  private func pipeEnds() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    try #require(unsafe pipe(&ends) == 0)
    return (ends[0], ends[1])
  }

  @Test func `a new file contains whole lines`() throws {
    for _ in 0..<2 {
      let text = try written { sink in
        for number in 0..<3000 { sink.write(line(100, number)) }
      }
      #expect(text.count == 3000)
    }
  }

  @Test(
    "lines go on at the end of a file, and a last line that is torn is ended before",
    arguments: [
      ("", []), ("{}\n", ["{}"]), ("{}\n{\"torn", ["{}", "{\"torn"]), ("\n", [""]), ("{\"torn", ["{\"torn"]),
    ])
  func appends(_ before: String, _ kept: [String]) throws {
    let folder = try Folder()
    let path = folder.path("alerts.json")
    try Data(before.utf8).write(to: URL(filePath: path))
    for run in 0..<2 {
      var sink = try Sink(path: path, pace: .waiting)
      sink.write(line(50, run))
      sink.finish()
      // The end of the torn line is none of ours.
      #expect(sink.linesWritten == 1 && sink.linesLost == 0)
    }
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.hasSuffix("\n"))
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    #expect(Array(lines.prefix(kept.count)) == kept && lines.count == kept.count + 2)
    #expect(lines.suffix(2).enumerated().allSatisfy { $1.hasPrefix("{\"n\":\"\($0)x") && $1.hasSuffix("}") })
  }

  @Test func `a file that was moved away is opened anew, and no line is lost or torn`() throws {
    let folder = try Folder()
    let path = folder.path("alerts.json")
    var sink = try Sink(path: path, pace: .neverWaiting)
    for number in 0..<10 { sink.write(line(100, number)) }
    sink.flush()
    try #require(unsafe rename(path, path + ".1") == 0)
    for number in 10..<20 { sink.write(line(100, number)) }
    sink.flush()
    #expect(try sink.reopen())
    for number in 20..<30 { sink.write(line(100, number)) }
    sink.finish()
    #expect(folder.lines("alerts.json.1").count == 20 && folder.lines("alerts.json").count == 10)
    #expect(sink.linesWritten == 30)
  }

  @Test func `where it cannot be opened anew, lines go on into the old file`() throws {
    let folder = try Folder()
    let path = folder.path("alerts.json")
    var sink = try Sink(path: path, pace: .neverWaiting)
    try #require(unsafe rename(path, path + ".1") == 0)
    for (obstacle, code) in [(S_IFDIR, EISDIR), (S_IFIFO, ENXIO)] {
      try #require(unsafe (obstacle == S_IFDIR ? mkdir(path, 0o700) : mkfifo(path, 0o600)) == 0)
      #expect(throws: SinkFailure(code: code)) { _ = try sink.reopen() }
      try #require(unsafe remove(path) == 0)
    }
    sink.write(line(100))
    sink.finish()
    #expect(folder.lines("alerts.json.1").count == 1 && sink.linesLost == 0)
  }

  @Test func `a file that another program empties begins anew, with a whole line and without a hole`() throws {
    let folder = try Folder()
    let path = folder.path("alerts.json")
    var sink = try Sink(path: path, pace: .neverWaiting)
    for number in 0..<10 { sink.write(line(100, number)) }
    sink.flush()
    try #require(unsafe truncate(path, 0) == 0)
    for number in 10..<20 { sink.write(line(100, number)) }
    sink.finish()
    #expect(folder.lines("alerts.json").map { $0.prefix(8) } == (10..<20).map { "{\"n\":\"\($0)" })
  }

  @Test("why a file cannot be opened is said in a sentence that tells what to do", arguments: Language.allCases)
  func failures(_ language: Language) throws {
    let folder = try Folder()
    for (path, code, said) in [
      (folder.path, EISDIR, "--output \(folder.path)/alerts.json"),
      (folder.path("a/b.json"), ENOENT, "mkdir -p \(folder.path)/a"), ("", ENOENT, "mkdir -p ."),
      ("/proc/version/x", ENOTDIR, "/proc/version"),
    ] {
      #expect(throws: SinkFailure(code: code)) { _ = try Sink(path: path, pace: .waiting) }
      #expect(SinkFailure(code: code).message(path)[language].contains(said))
    }
    let codes = [EISDIR, ENOENT, ENOTDIR, EACCES, EPERM, EROFS, ENOSPC, EDQUOT, ENXIO, ENODEV]
    let texts = codes.map { SinkFailure(code: $0).message("/mnt/x.json")[language] }
    #expect(texts.allSatisfy { $0.contains("/mnt/x.json") && !$0.contains("code") } && Set(texts).count == 8)
  }

  @Test(arguments: [Sink.Pace.waiting, .neverWaiting])
  func `with a full disk, lines are buffered up to the limit, then losses are counted`(pace: Sink.Pace) throws {
    var sink = try Sink(path: "/dev/full", pace: pace, bound: 100_000)
    for number in 0..<2000 { sink.write(line(100, number)) }
    sink.flush()
    #expect(sink.lastError == ENOSPC && !sink.isLost)
    #expect(sink.linesWritten == 0 && sink.linesLost > 0 && sink.backlog <= 100_000)
    sink.finish()
    #expect(sink.linesWritten + sink.linesLost == 2000)
    #expect(sink.linesWritten == 0 && sink.backlog == 0)
  }

  @Test func `a disk that fills up is left without partial lines, and writing resumes when there is room again`() throws
  {
    // The maximum file size takes the place of a full disk: the write that would exceed it is cut short, the
    // next one fails.
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("sekisho-\(UUID().uuidString).json").path
    let file = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
    try #require(file >= 0)
    defer {
      close(file)
      try? FileManager.default.removeItem(atPath: path)
    }
    var most = 0
    for bit in stride(from: 62, through: 0, by: -1) where ftruncate(file, most | 1 << bit) == 0 { most |= 1 << bit }
    let begin = most - 150_050
    try #require(ftruncate(file, 0) == 0 && lseek(file, begin, SEEK_SET) == begin)

    var sink = Sink(descriptor: file, pace: .waiting)
    for number in 0..<2000 { sink.write(line(100, number)) }
    sink.flush()
    #expect(sink.lastError == EFBIG && !sink.isLost)
    let end = lseek(file, 0, SEEK_END)
    let first = read(file, from: begin, count: end - begin)
    #expect(first.count > 140_000 && first.count <= 150_050 && first.last == UInt8(ascii: "\n"))
    #expect(lines(first).count == Int(sink.linesWritten))

    // There is room again.
    try #require(ftruncate(file, 0) == 0 && lseek(file, 0, SEEK_SET) == 0)
    sink.finish()
    let second = read(file, from: 0, count: lseek(file, 0, SEEK_END))
    let all = lines(first) + lines(second)
    #expect(all.count == 2000 && sink.linesWritten == 2000 && sink.linesLost == 0)
    #expect(all.enumerated().allSatisfy { $1.hasPrefix("{\"n\":\"\($0)x") })
  }

  private func read(_ file: Int32, from offset: Int, count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = unsafe bytes.withUnsafeMutableBytes { unsafe pread(file, $0.baseAddress, count, offset) }
    return Array(bytes.prefix(max(0, got)))
  }

  @Test(arguments: [Sink.Pace.waiting, .neverWaiting])
  func `once its reader is gone, a sink stays closed`(pace: Sink.Pace) throws {
    let ends = try pipeEnds()
    close(ends.read)
    defer { close(ends.write) }
    var sink = Sink(descriptor: ends.write, pace: pace)
    for number in 0..<5 { sink.write(line(100, number)) }
    #expect(sink.linesLost == 0 && !sink.isLost)
    sink.flush()
    #expect(sink.isLost && sink.lastError == EPIPE && sink.linesLost == 5)
    sink.write(line(100))
    #expect(sink.linesLost == 6 && sink.linesWritten == 0)
  }

  @Test func `a slow reader never blocks a sink that does not wait: whole lines are dropped and counted`() throws {
    let ends = try pipeEnds()
    var sink = Sink(descriptor: ends.write, pace: .neverWaiting, bound: 70_000)
    for number in 0..<3000 { sink.write(line(100, number)) }
    sink.flush()
    #expect(sink.linesLost > 0 && sink.backlog > 0 && !sink.isLost)
    let reader = PipeReader(ends.read)
    sink.finish(within: 20_000)
    close(ends.write)
    let text = lines(reader.all())
    close(ends.read)
    #expect(text.count == Int(sink.linesWritten))
    #expect(sink.linesWritten + sink.linesLost == 3000)
    #expect(text.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
  }

  @Test func `a replay waits for its reader and loses nothing`() throws {
    let ends = try pipeEnds()
    let reader = PipeReader(ends.read)
    var sink = Sink(descriptor: ends.write, pace: .waiting)
    for number in 0..<20_000 { sink.write(line(100, number)) }
    sink.finish()
    close(ends.write)
    let text = lines(reader.all())
    close(ends.read)
    #expect(text.count == 20_000 && sink.linesWritten == 20_000 && sink.linesLost == 0)
  }
}

/// A folder that ends with the test.
private final class Folder {
  let path = FileManager.default.temporaryDirectory.appending(path: "sekisho-\(UUID().uuidString)").path
  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: path) }
  func path(_ name: String) -> String { "\(path)/\(name)" }
  func lines(_ name: String) -> [Substring] {
    (try? String(contentsOfFile: path(name), encoding: .utf8))?.split(separator: "\n") ?? []
  }
}

/// Reads a pipe to its end in a thread of its own; a task would block one of the few threads that tests run on.
private final class PipeReader: Sendable {
  private let done = DispatchSemaphore(value: 0)
  private nonisolated(unsafe) var bytes: [UInt8] = []

  init(_ descriptor: Int32) {
    Thread.detachNewThread { [self] in
      let data = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).readDataToEndOfFile()
      unsafe bytes = [UInt8](data)
      done.signal()
    }
  }

  /// Everything, once the writing end is closed.
  func all() -> [UInt8] {
    done.wait()
    return unsafe bytes
  }
}
