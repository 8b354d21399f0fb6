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
  static let boundOfPlain = 2_180.0
  /// The most that the same requests and responses may take in other frames, as a multiple of plain polling. A UDP
  /// capture has no bare acknowledgements: each of its frames has a message, two of three have one with TCP.
  static let bounds = [("--vlan", 1.10), ("--ipv6", 1.10), ("--udp", 1.15)]

  /// Frames of the two captures. The difference is what further frames cost.
  static let lengths = (20_000, 40_000)

  /// Instructions a further frame of a polling capture that is written with these options.
  private static func perFrame(_ options: String...) throws -> Double {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sekisho-count-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func counted(_ frames: Int) throws -> Int {
      let capture = folder.appending(path: "\(frames).pcap").path
      guard try AllocationTests.run("python3", ["Benchmarks/polling.py", "\(frames)", capture] + options) == 0 else {
        throw AllocationTests.Failure(command: "polling.py \(frames) \(options)")
      }
      return try Callgrind.count([
        "replay", "--quiet", "--site", "Benchmarks/site.yaml", "--output", "/dev/null", capture,
      ])
    }
    return Double(try counted(lengths.1) - counted(lengths.0)) / Double(lengths.1 - lengths.0)
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
