// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Capture

/// Capture files from literal bytes (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng).
@Suite struct CaptureFileTests {
  struct Read: Equatable {
    var times: [Int64] = []
    var lengths: [Int] = []
    var bytes: [[UInt8]] = []
    var links: [LinkType] = []
    var error: CaptureError.Kind?
    var refused = 0
  }

  static func read(_ bytes: [UInt8]) throws -> Read {
    let url = FileManager.default.temporaryDirectory.appending(path: "sekisho-\(UUID().uuidString)")
    try Data(bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    var read = Read()
    do throws(CaptureError) {
      var file = try CaptureFile(path: url.path)
      do throws(CaptureError) {
        while try take(&file, &read) {}
      } catch {
        read.error = error.kind
      }
      read.refused = file.framesRefused
    } catch {
      read.error = error.kind
    }
    return read
  }

  private static func take(_ file: inout CaptureFile, _ read: inout Read) throws(CaptureError) -> Bool {
    guard let frame = try file.next() else { return false }
    read.times.append(frame.time)
    read.lengths.append(frame.length)
    read.bytes.append((0..<frame.bytes.byteCount).map { frame.bytes.byte($0) })
    read.links.append(frame.linkType)
    return true
  }

  static func word(_ value: UInt32, _ isBig: Bool) -> [UInt8] {
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
    return isBig ? bytes.reversed() : bytes
  }
  static func half(_ value: UInt16, _ isBig: Bool) -> [UInt8] {
    let bytes = [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)]
    return isBig ? bytes.reversed() : bytes
  }

  static func pcap(_ magic: UInt32, isBig: Bool, link: UInt32 = 1) -> [UInt8] {
    var file = word(magic, isBig) + half(2, isBig) + half(4, isBig)
    for value in [0, 0, 262_144, link] as [UInt32] { file += word(value, isBig) }
    for (seconds, fraction, frame, length) in [(100, 7, [1, 2, 3], 3), (101, 8, [4, 5], 9)]
      as [(UInt32, UInt32, [UInt8], UInt32)]
    {
      file +=
        word(seconds, isBig) + word(fraction, isBig) + word(UInt32(frame.count), isBig) + word(length, isBig) + frame
    }
    return file
  }

  /// Two interfaces: Ethernet with microseconds, raw IP with nanoseconds; a third that cannot be read;
  /// and a block of unknown type.
  static func pcapng(isBig: Bool) -> [UInt8] {
    func block(_ kind: UInt32, _ body: [UInt8]) -> [UInt8] {
      let padded = body + Array(repeating: 0, count: (4 - body.count % 4) % 4)
      let length = word(UInt32(padded.count + 12), isBig)
      return word(kind, isBig) + length + padded + length
    }
    func interface(_ link: UInt16, _ options: [UInt8] = []) -> [UInt8] {
      block(1, half(link, isBig) + half(0, isBig) + word(0, isBig) + options)
    }
    func packet(_ index: UInt32, _ time: UInt64, _ frame: [UInt8]) -> [UInt8] {
      let count = UInt32(frame.count)
      return block(
        6,
        word(index, isBig) + word(UInt32(time >> 32), isBig) + word(UInt32(truncatingIfNeeded: time), isBig)
          + word(count, isBig) + word(count + 1, isBig) + frame)
    }
    let section = block(
      0x0A0D_0D0A, word(0x1A2B_3C4D, isBig) + half(1, isBig) + half(0, isBig) + word(.max, isBig) + word(.max, isBig))
    let nanoseconds = half(9, isBig) + half(1, isBig) + [9, 0, 0, 0]
    return section + interface(1) + interface(101, nanoseconds) + interface(250) + block(0x0BAD, [1, 2, 3])
      + packet(0, 100_000_007, [1, 2, 3]) + packet(2, 5, [9]) + packet(1, 5_000_000_000_000, [4, 5, 6, 7, 8])
  }

  @Test(
    "both byte orders, with microseconds and with nanoseconds",
    arguments: [
      (0xA1B2_C3D4, false, 7_000), (0xA1B2_C3D4, true, 7_000), (0xA1B2_3C4D, false, 7), (0xA1B2_3C4D, true, 7),
    ] as [(UInt32, Bool, Int64)])
  func classic(_ magic: UInt32, _ isBig: Bool, _ fraction: Int64) throws {
    let read = try Self.read(Self.pcap(magic, isBig: isBig))
    #expect(read.error == nil)
    #expect(read.bytes == [[1, 2, 3], [4, 5]])
    #expect(read.lengths == [3, 9])
    #expect(read.times.first == 100_000_000_000 + fraction)
  }

  @Test(
    "several interfaces and link types in one pcapng; one that cannot be read is counted", arguments: [false, true])
  func next(_ isBig: Bool) throws {
    let read = try Self.read(Self.pcapng(isBig: isBig))
    #expect(read.error == nil)
    #expect(read.bytes == [[1, 2, 3], [4, 5, 6, 7, 8]])
    #expect(read.links == [.ethernet, .raw])
    #expect(read.times == [100_000_007_000, 5_000_000_000_000])
    #expect(read.lengths == [4, 6])
    #expect(read.refused == 1)
  }

  @Test("a file cut at any byte is read up to the cut, and the cut is reported")
  func truncations() throws {
    for whole in [Self.pcap(0xA1B2_C3D4, isBig: false), Self.pcapng(isBig: false), Self.pcapng(isBig: true)] {
      let full = try Self.read(whole)
      for length in 0..<whole.count {
        let read = try Self.read(Array(whole.prefix(length)))
        #expect(read.bytes == Array(full.bytes.prefix(read.bytes.count)))
        #expect(read.error != nil || read.bytes.count < full.bytes.count)
      }
    }
  }

  @Test("changing any byte causes no trap")
  func mutations() throws {
    for whole in [Self.pcap(0xA1B2_C3D4, isBig: false), Self.pcapng(isBig: false)] {
      for index in whole.indices {
        for value in [0, 0x7F, 0xFF] as [UInt8] {
          var changed = whole
          changed[index] = value
          #expect(try Self.read(changed).bytes.count <= 3)
        }
      }
    }
  }

  @Test("each kind of unreadable file has its own error")
  func refusals() throws {
    #expect(try Self.read([]).error == .badFile)
    #expect(try Self.read(Array("no capture at all".utf8)).error == .badFile)
    #expect(try Self.read(Self.pcap(0xA1B2_C3D4, isBig: false, link: 105)).error == .unsupportedLinkType)
    // A length that would exhaust memory.
    var hostile = Array(Self.pcap(0xA1B2_C3D4, isBig: false).prefix(32))
    hostile += Self.word(.max, false) + Self.word(.max, false)
    #expect(try Self.read(hostile).error == .badFile)
  }
}
