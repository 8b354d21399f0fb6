// SPDX-License-Identifier: Apache-2.0
import Foundation
import Support
import Testing

/// The rule of the hot path that no review can see: twice the packets, not one allocation more. Counted in the
/// release build, by a library that is loaded in front of the C library's; skipped, visibly, where there is no
/// compiler for it or no release build.
@Suite struct AllocationTests {
  static let root = repository
  static let binary = root.appending(path: ".build/release/sekisho").path
  static let compiler = ["cc", "clang", "gcc"].first { (try? run("/bin/sh", ["-c", "command -v \($0)"])) == 0 }
  static let canCount = compiler != nil && FileManager.default.isExecutableFile(atPath: binary)

  struct Failure: Error { let command: String }

  @discardableResult
  static func run(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = environment.map { "\($0)=\($1)" } + [program] + arguments
    process.currentDirectoryURL = root
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// A folder with the counting library and captures, removed when the test ends.
  final class Bench {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sekisho-hot-\(UUID().uuidString)")
    private var library: String { folder.appending(path: "malloc-count.so").path }

    init() throws {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let arguments = ["-shared", "-fPIC", "-O2", "Benchmarks/malloc-count.c", "-o", library]
      guard try AllocationTests.run(AllocationTests.compiler ?? "cc", arguments) == 0 else {
        throw Failure(command: "cc \(arguments)")
      }
    }
    deinit { try? FileManager.default.removeItem(at: folder) }

    func allocations(_ capture: String, _ options: [String]) throws -> Int {
      let count = folder.appending(path: "count").path
      let status = try AllocationTests.run(
        AllocationTests.binary, ["replay", "--quiet", "--no-rules"] + options + [capture],
        environment: ["LD_PRELOAD": library, "MALLOC_COUNT": count])
      guard status == 0 else { throw Failure(command: "replay \(capture)") }
      let text = try String(contentsOfFile: count, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
      guard let number = Int(text) else { throw Failure(command: "count of \(capture)") }
      return number
    }
  }

  /// What is written to the line, within limits that all values keep.
  private static let limits = """
    zones:
      scada: {networks: [10.1.0.0/24]}
      line: {networks: [10.2.0.0/24]}
    conduits:
      - from: scada
        to: line
        targets:
          - holding-register 0-9999
          - "holding-register 0-59": {values: [0, 65535]}
          - "holding-register 0-59": {min: -2147483648, type: int32}
    """

  @Test(
    "polling: twice as many packets cause no more allocations, with limits on what is written and without",
    .enabled(if: canCount, "needs a C compiler and a release build"), arguments: [nil, limits])
  func polling(_ site: String?) throws {
    let bench = try Bench()
    let file = site == nil ? "Benchmarks/site.yaml" : bench.folder.appending(path: "site.yaml").path
    if let site { try site.write(toFile: file, atomically: true, encoding: .utf8) }
    var counts: [Int] = []
    for packets in [60_000, 120_000] {
      let capture = bench.folder.appending(path: "polling-\(packets).pcap").path
      #expect(try Self.run("python3", ["Benchmarks/polling.py", "\(packets)", capture]) == 0)
      counts.append(try bench.allocations(capture, ["--site", file]))
    }
    // Process start-up varies by a few allocations.
    #expect(abs(counts[0] - counts[1]) <= 16)
    #expect(counts[0] > 100)
  }

  @Test(
    "normal work: the second half allocates for new flows and messages, not for each frame",
    .enabled(if: canCount, "needs a C compiler and a release build"))
  func normalWork() throws {
    let bench = try Bench()
    let capture = Self.root.appending(path: "Fixtures/model-factory/normal-work.pcap").path
    let whole = try Data(contentsOf: URL(filePath: capture))
    // The first half is the beginning of the same connections: it allocates what they need.
    let half = bench.folder.appending(path: "half.pcap").path
    try Self.records(of: whole, upTo: whole.count / 2).write(to: URL(filePath: half))
    let first = try bench.allocations(half, ["--site", "Fixtures/model-factory/site.yaml"])
    let both = try bench.allocations(capture, ["--site", "Fixtures/model-factory/site.yaml"])
    // Some 3,500 more frames: new flows, a table that doubles, and a message over two segments allocate now
    // and then, a frame does not.
    #expect(both - first < 175)
  }

  /// The whole records of a little-endian pcap file within its first `count` bytes.
  private static func records(of file: Data, upTo count: Int) -> Data {
    var end = 24
    while end + 16 <= count {
      let length = (0..<4).reduce(0) { $0 | Int(file[end + 8 + $1]) << (8 * $1) }
      guard end + 16 + length <= count else { break }
      end += 16 + length
    }
    return file.prefix(end)
  }
}
