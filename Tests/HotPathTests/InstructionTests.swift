// SPDX-License-Identifier: Apache-2.0
import Foundation
import Support
import Testing

/// How many instructions a polled frame takes, counted by callgrind in the release build: the same on a busy machine as
/// on an idle one. Skipped, visibly, where valgrind is missing or does not know the processor's instructions, and where
/// the bound means nothing.
@Suite(.enabled(if: Callgrind.obstacle == nil, "\(Callgrind.obstacle ?? "nothing is missing")"))
struct InstructionTests {
  /// The most instructions that a frame of plain polling may take: Modbus/TCP over 150 connections, with a site file
  /// and all detection, without what start-up and new connections cost. Whoever makes it less lowers the bound, to some
  /// six percent above what is counted; whoever makes it more says why.
  static let boundOfPlain = 2_300.0
  /// The most that the same requests and responses may take in other frames, as a multiple of plain polling. A UDP
  /// capture has no bare acknowledgements: each of its frames has a message, two of three have one with TCP.
  static let bounds = [("--vlan", 1.10), ("--ipv6", 1.10), ("--udp", 1.15)]

  /// The most instructions that a new connection may take, with the frames that it begins with: already open when the
  /// monitor starts, its protocol recognised, both ends examined. Some eight percent above what is counted.
  static let boundOfConnection = 22_000.0
  /// The most that it may take with many conduits, as a multiple of that with few.
  static let boundOfConduits = 1.05

  /// Frames of the two captures. The difference is what further frames cost.
  static let lengths = (20_000, 40_000)

  /// Instructions of a replay of so many frames of a polling capture that is written with these options, with the site
  /// file that `site` writes to a path, or that of the benchmarks.
  private static func counted(
    _ frames: Int, _ options: [String], site write: ((String) throws -> Void)? = nil
  ) throws -> Int {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sekisho-count-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let capture = folder.appending(path: "\(frames).pcap").path
    guard try AllocationTests.run("python3", ["Benchmarks/polling.py", "\(frames)", capture] + options) == 0 else {
      throw AllocationTests.Failure(command: "polling.py \(frames) \(options)")
    }
    var site = "Benchmarks/site.yaml"
    if let write {
      site = folder.appending(path: "site.yaml").path
      try write(site)
    }
    return try Callgrind.count(["replay", "--quiet", "--no-rules", "--site", site, "--output", "/dev/null", capture])
  }

  /// Instructions a further frame.
  private static func perFrame(_ options: String...) throws -> Double {
    let (few, many) = (try counted(lengths.0, options), try counted(lengths.1, options))
    return Double(many - few) / Double(lengths.1 - lengths.0)
  }

  /// Instructions a further connection: two captures with as many frames, one of them with more connections.
  private static func perConnection(
    _ connections: (few: Int, many: Int), site: ((String) throws -> Void)? = nil
  ) throws -> Double {
    let frames = 6 * connections.many
    let counts = try [connections.few, connections.many].map {
      try counted(frames, ["--connections", "\($0)", "--askers", "3", "--midstream"], site: site)
    }
    return Double(counts[1] - counts[0]) / Double(connections.many - connections.few)
  }

  static let plain = Result { try perFrame() }

  @Test("polling takes no more instructions a frame than its bound")
  func plain() throws {
    let found = try Self.plain.get()
    #expect(found <= Self.boundOfPlain, "\(found) instructions a frame")
    // A capture that is not decoded would pass every bound.
    #expect(found > 300, "\(found) instructions a frame")
  }

  @Test("tagged, over IPv6 or over UDP, polling takes hardly more", arguments: bounds)
  func others(option: String, bound: Double) throws {
    let (plain, found) = (try Self.plain.get(), try Self.perFrame(option))
    #expect(found <= bound * plain, "\(option): \(found) instructions a frame, \(found / plain) of plain polling")
  }

  @Test
  func `a new connection takes no more instructions than its bound`() throws {
    let found = try Self.perConnection((300, 3_000))
    #expect(found <= Self.boundOfConnection, "\(found) instructions a connection")
    #expect(found > 1_000, "\(found) instructions a connection")
  }

  @Test
  func `with a thousand conduits a new connection takes hardly more than with ten`() throws {
    let found = try [10, 1_000].map { conduits in
      // Each station that speaks is an asset.
      try Self.perConnection((300, 1_500)) { path in
        let command = ["Benchmarks/large-site.py", "600", "\(conduits)", path]
        guard try AllocationTests.run("python3", command) == 0 else {
          throw AllocationTests.Failure(command: command.joined(separator: " "))
        }
      }
    }
    #expect(found[1] <= Self.boundOfConduits * found[0], "\(found[0]) and \(found[1]) instructions a connection")
  }
}

/// valgrind's counter of instructions, run on the release build.
enum Callgrind {
  /// Why instructions cannot be counted here; nil if they can.
  static let obstacle: String? = {
    #if !arch(x86_64)
      return "the bounds are for x86-64"
    #else
      guard FileManager.default.isExecutableFile(atPath: AllocationTests.binary) else { return "no release build" }
      guard (try? AllocationTests.run("/bin/sh", ["-c", "command -v valgrind"])) == 0 else {
        return "valgrind is missing"
      }
      guard stripped != nil else { return "strip is missing" }
      // Its end by SIGILL: it does not know an instruction.
      guard (try? count(["--version"])) != nil else { return "valgrind cannot run the release build" }
      return nil
    #endif
  }()

  /// A copy of the release build without debugging information, which valgrind may not understand.
  private static let stripped: String? = {
    let copy = AllocationTests.binary + "-stripped"
    let status = try? AllocationTests.run("/bin/sh", ["-c", "strip -g -o '\(copy)' '\(AllocationTests.binary)'"])
    return status == 0 ? copy : nil
  }()

  /// Instructions of a run of sekisho.
  static func count(_ arguments: [String]) throws -> Int {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    // Dictionaries are laid out alike in every run.
    let counting = [
      "SWIFT_DETERMINISTIC_HASHING=1", "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
    ]
    process.arguments = counting + [stripped ?? AllocationTests.binary] + arguments
    process.currentDirectoryURL = repository
    let messages = Pipe()
    process.standardError = messages
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: try messages.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0, let found = text.firstMatch(of: /Collected : ([0-9]+)/),
      let number = Int(found.1)
    else { throw AllocationTests.Failure(command: "callgrind \(arguments): \(text)") }
    return number
  }
}
