// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Glibc

/// A capture file, or standard input: classic pcap in either byte order with micro- or nanoseconds, or
/// pcapng; plain, gzip or zstd.
///
/// libpcap refuses pcapng files with several link types and cannot inflate, and costs several times as much a frame; so
/// files are read here, and libpcap serves the live interface.
package struct CaptureFile: ~Copyable, FrameSource {
  package let path: String
  /// Bytes of the file on disk; nil for standard input and pipes.
  package let size: Int?
  package private(set) var framesRead = 0
  /// Frames of pcapng interfaces with a link type that cannot be read, and the types' names.
  package private(set) var framesRefused = 0
  package private(set) var refusedLinkTypes: [String] = []

  private var input: Input
  private let header: Header
  private var isBigEndian: Bool
  // pcapng
  private var interfaces: [Interface] = []

  private enum Format { case pcap, pcapng }
  /// What the beginning of the file says.
  private struct Header {
    var format = Format.pcapng
    var isBigEndian = false
    // Classic pcap
    var linkType = LinkType.ethernet
    var isNanosecond = false
    /// The "modified" pcap of old Linux patches has eight more bytes in each record.
    var recordLength = 16
  }

  private struct Interface {
    let linkType: LinkType?
    /// Ticks a second: a power of 10 or of 2.
    var ticks: UInt64 = 1_000_000
    /// Seconds to add.
    var offset: Int64 = 0
  }

  /// Frames longer than this are damage, not data.
  static let longestFrame = 262_144 + 65_536

  /// Bytes of the file used so far, for a progress bar.
  package var bytesRead: Int { input.bytesRead }

  /// `path` is a file, or "-" for standard input. Where it is a pipe, `stopWhen` is asked several times a second; once
  /// it says yes, the capture is at its end.
  package init(path: String, stopWhen isStopAsked: (() -> Bool)? = nil) throws(CaptureError) {
    let opened = try CaptureFile.open(path)
    var input = Input(
      descriptor: opened.descriptor, owns: path != "-", stopWhen: opened.size == nil ? isStopAsked : nil)
    header = try CaptureFile.readHeader(&input, CaptureFile.name(path))
    isBigEndian = header.isBigEndian
    self.path = path
    size = opened.size
    self.input = input
  }

  private static func readHeader(_ input: inout Input, _ name: Bilingual) throws(CaptureError) -> Header {
    guard input.need(4) else {
      // Asked to end before anything came: a capture without frames.
      if input.isStopped { return Header() }
      let isEmpty = input.available == 0 && input.failure == nil
      let what =
        isEmpty
        ? Bilingual("is empty", "データが空です") : Bilingual("is too short for a capture", "キャプチャとしては短すぎます")
      let reason = because(input.failure)
      throw CaptureError(.badFile, "\(name.en) \(what.en)\(reason.en)", "\(name.ja): \(what.ja)\(reason.ja)")
    }
    var header = Header()
    let magic = input.front(4).word(0, false)
    switch magic {
    case 0x0A0D_0D0A: return header
    case 0xA1B2_C3D4, 0xA1B2_3C4D, 0xA1B2_CD34: break
    case 0xD4C3_B2A1, 0x4D3C_B2A1, 0x34CD_B2A1: header.isBigEndian = true
    default:
      let seen = "0x" + String(magic.byteSwapped, radix: 16)
      throw CaptureError(
        .badFile, "\(name.en) is not a capture: it begins with \(seen), which is neither pcap nor pcapng",
        "\(name.ja): キャプチャではありません（先頭が \(seen) で、pcapでもpcapngでもありません）")
    }
    guard input.need(24) else {
      if input.isStopped { return Header() }
      let reason = because(input.failure)
      throw CaptureError(
        .badFile, "\(name.en) ends inside its file header\(reason.en)", "\(name.ja): ファイルヘッダーの途中で終わっています\(reason.ja)")
    }
    // draft-ietf-opsawg-pcap, 4
    let bytes = input.front(24)
    header.format = .pcap
    header.isNanosecond = bytes.word(0, header.isBigEndian) == 0xA1B2_3C4D
    if bytes.word(0, header.isBigEndian) == 0xA1B2_CD34 { header.recordLength = 24 }
    // The upper bits hold the length of a frame check sequence.
    let number = UInt16(truncatingIfNeeded: bytes.word(20, header.isBigEndian))
    guard let type = LinkType(supported: number) else { throw LinkType.refusal(LinkType.name(number), name) }
    header.linkType = type
    input.drop(24)
    return header
  }

  private static func open(_ path: String) throws(CaptureError) -> (descriptor: Int32, size: Int?) {
    let descriptor = path == "-" ? STDIN_FILENO : unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(opening: path, errno) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
      if path != "-" { close(descriptor) }
      throw CaptureError(.badFile, "\(path) is a folder, not a capture", "\(path): キャプチャではなくフォルダーです")
    }
    return (descriptor, status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil)
  }

  private static func name(_ path: String) -> Bilingual {
    path == "-" ? Bilingual("standard input", "標準入力") : Bilingual(path, path)
  }
  private static func because(_ failure: Bilingual?) -> Bilingual {
    failure.map { Bilingual(" (\($0.en))", "（\($0.ja)）") } ?? Bilingual("", "")
  }

  static func failure(opening path: String, _ code: Int32) -> CaptureError {
    switch code {
    case ENOENT, ENOTDIR: CaptureError(.noSuchFile, "\(path): no such file", "\(path): ファイルがありません")
    case EACCES, EPERM:
      CaptureError(
        .notPermitted, "\(path): permission denied; check its owner and mode (ls -l)",
        "\(path): 読み取り権限がありません。所有者とモードを確認してください（ls -l）")
    default:
      CaptureError(.io, "\(path): \(Input.systemError(code).en)", "\(path): \(Input.systemError(code).ja)")
    }
  }

  @_lifetime(&self)
  package mutating func next() throws(CaptureError) -> Frame? {
    header.format == .pcap ? try nextRecord() : try nextBlock()
  }

  private func bad(_ english: String, _ japanese: String) -> CaptureError {
    let (name, reason) = (CaptureFile.name(path), CaptureFile.because(input.failure))
    return CaptureError(
      .badFile, "\(name.en): \(english) at byte \(input.position), after \(framesRead) frames\(reason.en)",
      "\(name.ja): \(japanese)（位置: \(input.position)バイト目、読み込み済み: \(framesRead)フレーム）\(reason.ja)")
  }

  // MARK: Classic pcap (draft-ietf-opsawg-pcap)

  @inline(__always) @_lifetime(&self)
  private mutating func nextRecord() throws(CaptureError) -> Frame? {
    guard input.need(header.recordLength) else {
      if input.available == 0 && input.failure == nil || input.isStopped { return nil }
      throw bad("the file ends inside a packet header", "パケットヘッダーの途中でファイルが終わっています")
    }
    let record = input.front(16)
    let seconds = Int64(record.word(0, isBigEndian))
    let fraction = Int64(record.word(4, isBigEndian))
    let captured = Int(record.word(8, isBigEndian))
    let length = Int(record.word(12, isBigEndian))
    guard captured <= CaptureFile.longestFrame else {
      throw bad("a packet header gives a length of \(captured) bytes", "パケットヘッダーの長さ（\(captured)バイト）が正しくありません")
    }
    guard input.need(header.recordLength + captured) else {
      if input.isStopped { return nil }
      throw bad("the file ends inside a packet", "パケットの途中でファイルが終わっています")
    }
    let bytes = input.front(header.recordLength + captured).extracting(droppingFirst: header.recordLength)
    let frame = Frame(
      bytes: bytes, length: max(length, captured),
      time: seconds &* 1_000_000_000 &+ (header.isNanosecond ? fraction : fraction &* 1000),
      linkType: header.linkType)
    framesRead += 1
    // The bytes stay in the buffer until `need` is called again. Sound: the frame is tied to this value, so no call
    // can come before it is gone.
    input.drop(header.recordLength + captured)
    return unsafe _overrideLifetime(frame, mutating: &self)
  }

  // MARK: pcapng (draft-ietf-opsawg-pcapng)

  @_lifetime(&self)
  private mutating func nextBlock() throws(CaptureError) -> Frame? {
    while true {
      guard input.need(12) else {
        if input.available == 0 && input.failure == nil || input.isStopped {
          guard framesRead > 0 || framesRefused == 0 else {
            throw LinkType.refusal(refusedLinkTypes.joined(separator: ", "), CaptureFile.name(path))
          }
          return nil
        }
        throw bad("the file ends inside a block header", "ブロックヘッダーの途中でファイルが終わっています")
      }
      let head = input.front(12)
      if head.word(0, false) == 0x0A0D_0D0A {
        switch head.word(8, false) {
        case 0x1A2B_3C4D: isBigEndian = false
        case 0x4D3C_2B1A: isBigEndian = true
        default: throw bad("a section header has an invalid byte-order magic", "セクションヘッダーのバイト順マジックが正しくありません")
        }
        interfaces = []
      }
      let kind = head.word(0, isBigEndian)
      let total = Int(head.word(4, isBigEndian))
      guard total >= 12, total % 4 == 0, total <= Input.longest else {
        throw bad("a block gives a length of \(total) bytes", "ブロックの長さ（\(total)バイト）が正しくありません")
      }
      guard input.need(total) else {
        if input.isStopped { return nil }
        throw bad("the file ends inside a block", "ブロックの途中でファイルが終わっています")
      }
      let block = input.front(total)
      guard Int(block.word(total - 4, isBigEndian)) == total else {
        throw bad("the two length fields of a block differ", "ブロックの先頭と末尾の長さが一致しません")
      }
      switch kind {
      case 1: describe(block, total)
      case 2, 3, 6:
        guard let place = try packet(block, kind, total) else { break }
        let bytes = block.extracting(droppingFirst: place.offset).extracting(first: place.captured)
        let frame = Frame(
          bytes: bytes, length: max(place.length, place.captured), time: place.time, linkType: place.linkType)
        framesRead += 1
        // As above.
        input.drop(total)
        return unsafe _overrideLifetime(frame, mutating: &self)
      default: break
      }
      input.drop(total)
    }
  }

  /// Interface Description Block, 4.2; options if_tsresol (9) and if_tsoffset (14).
  private mutating func describe(_ block: borrowing RawSpan, _ total: Int) {
    guard total >= 20, interfaces.count < 65_536 else { return }
    let number = block.half(8, isBigEndian)
    var interface = Interface(linkType: LinkType(supported: number))
    if interface.linkType == nil {
      let name = LinkType.name(number)
      if !refusedLinkTypes.contains(name) { refusedLinkTypes.append(name) }
    }
    var offset = 16
    while offset + 4 <= total - 4 {
      let code = block.half(offset, isBigEndian)
      let length = Int(block.half(offset + 2, isBigEndian))
      guard code != 0, offset + 4 + length <= total - 4 else { break }
      if code == 9, length >= 1 {
        let value = block.byte(offset + 4)
        let power = UInt64(value & 0x7F)
        if value & 0x80 != 0 {
          if power < 63 { interface.ticks = 1 << power }
        } else if power <= 18 {
          interface.ticks = (0..<power).reduce(1) { ticks, _ in ticks * 10 }
        }
      } else if code == 14, length >= 8 {
        let first = UInt64(block.word(offset + 4, isBigEndian))
        let second = UInt64(block.word(offset + 8, isBigEndian))
        interface.offset = Int64(bitPattern: isBigEndian ? first << 32 | second : second << 32 | first)
      }
      offset += 4 + (length + 3) & ~3
    }
    interfaces.append(interface)
  }

  private struct Place {
    var offset = 0
    var captured = 0
    var length = 0
    var time: Int64 = 0
    var linkType = LinkType.ethernet
  }

  /// Enhanced (6), Simple (3) and the obsolete Packet Block (2). nil for one of an interface that cannot be read.
  private mutating func packet(_ block: borrowing RawSpan, _ kind: UInt32, _ total: Int) throws(CaptureError) -> Place?
  {
    var place = Place()
    let index: Int
    if kind == 3 {
      guard total >= 16 else { throw bad("a packet block is too short", "パケットブロックが短すぎます") }
      index = 0
      place.offset = 12
      place.length = Int(block.word(8, isBigEndian))
      place.captured = min(place.length, total - 16)
    } else {
      guard total >= 32 else { throw bad("a packet block is too short", "パケットブロックが短すぎます") }
      index = kind == 6 ? Int(block.word(8, isBigEndian)) : Int(block.half(8, isBigEndian))
      place.offset = 28
      place.captured = Int(block.word(20, isBigEndian))
      place.length = Int(block.word(24, isBigEndian))
      guard place.captured <= total - 32 else {
        throw bad(
          "a packet block gives a length of \(place.captured) bytes", "パケットブロックの長さ（\(place.captured)バイト）が正しくありません")
      }
    }
    guard index < interfaces.count else {
      throw bad(
        "a packet refers to interface \(index), which no block describes",
        "パケットが参照するインターフェース\(index)を記述したブロックがありません")
    }
    let interface = interfaces[index]
    guard let linkType = interface.linkType else {
      framesRefused += 1
      return nil
    }
    place.linkType = linkType
    if kind != 3 {
      let ticks = UInt64(block.word(12, isBigEndian)) << 32 | UInt64(block.word(16, isBigEndian))
      place.time = CaptureFile.nanoseconds(ticks, interface.ticks, interface.offset)
    }
    return place
  }

  private static func nanoseconds(_ ticks: UInt64, _ perSecond: UInt64, _ offset: Int64) -> Int64 {
    let seconds = ticks / perSecond
    let rest = (ticks % perSecond).multipliedFullWidth(by: 1_000_000_000)
    let nanoseconds = perSecond.dividingFullWidth(rest).quotient
    return (Int64(bitPattern: seconds) &+ offset) &* 1_000_000_000 &+ Int64(bitPattern: nanoseconds)
  }
}

extension RawSpan {
  /// `unsafe` is sound: offsets are checked, and an integer has no invalid bit pattern.
  @inline(__always)
  func word(_ offset: Int, _ isBigEndian: Bool) -> UInt32 {
    let value = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
    return isBigEndian ? UInt32(bigEndian: value) : UInt32(littleEndian: value)
  }
  func half(_ offset: Int, _ isBigEndian: Bool) -> UInt16 {
    let value = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)
    return isBigEndian ? UInt16(bigEndian: value) : UInt16(littleEndian: value)
  }
  func byte(_ offset: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self) }
}
