// SPDX-License-Identifier: Apache-2.0
import CZlib
import CZstd
import Catalogue
import Glibc

/// The bytes of a capture, read ahead into one buffer, inflated on the way where they are compressed (RFC 1952,
/// RFC 8878). What is asked for with `need` lies there in one piece.
///
/// `unsafe` is sound here: the two buffers are allocated with the sizes that are passed on, `start...end` stays inside
/// of the first, and the decompressors live as long as this value, at one address.
@safe
struct Input: ~Copyable {
  enum Compression { case none, gzip, zstd }

  /// The longest piece that can be asked for: a hostile length cannot make the buffer grow over it.
  static let longest = 16 << 20
  private static let chunk = 262_144

  private let descriptor: Int32
  private let owns: Bool
  /// A pipe may be silent for hours: it is waited for in steps, and between them this is asked. nil for files.
  private let isStopAsked: (() -> Bool)?
  /// Reading ended because it was asked to: what is there is no damage.
  private(set) var isStopped = false
  private static let step: Int32 = 200
  private var buffer: UnsafeMutableRawPointer
  private var capacity: Int
  private var start = 0
  private var end = 0
  /// Compressed bytes as read, and how far they are used.
  private var raw: UnsafeMutableRawPointer
  private var rawStart = 0
  private var rawEnd = 0
  private var compression = Compression.none
  private var gzip: UnsafeMutablePointer<z_stream>?
  private var zstd: OpaquePointer?
  private var isEnd = false
  /// Bytes read from the file itself, compressed ones if it is compressed.
  private(set) var bytesRead = 0
  /// Bytes handed out: where a fault lies.
  private(set) var position = 0
  /// Why reading stopped early.
  private(set) var failure: Bilingual?

  init(descriptor: Int32, owns: Bool, stopWhen isStopAsked: (() -> Bool)? = nil) {
    self.descriptor = descriptor
    self.owns = owns
    self.isStopAsked = isStopAsked
    capacity = Input.chunk
    unsafe buffer = .allocate(byteCount: capacity, alignment: 16)
    unsafe raw = .allocate(byteCount: Input.chunk, alignment: 16)
    detect()
  }

  deinit {
    unsafe buffer.deallocate()
    unsafe raw.deallocate()
    if let stream = unsafe gzip {
      unsafe inflateEnd(stream)
      unsafe stream.deallocate()
    }
    if let stream = unsafe zstd { unsafe ZSTD_freeDStream(stream) }
    if owns { close(descriptor) }
  }

  /// The system's words, which are English.
  static func systemError(_ code: Int32) -> Bilingual {
    let text = unsafe String(cString: strerror(code))
    return Bilingual(text, text)
  }

  private mutating func detect() {
    // Four bytes are enough; a pipe may deliver them one by one.
    while rawEnd < 4, readRaw() {}
    let magic = unsafe rawEnd >= 4 ? raw.loadUnaligned(as: UInt32.self).littleEndian : 0
    if magic & 0xFFFF == 0x8B1F {
      compression = .gzip
      let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
      unsafe stream.initialize(to: z_stream())
      // 32: gzip or zlib header, found out by zlib.
      if unsafe inflateInit2_(stream, 15 + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) != Z_OK {
        failure = Bilingual("zlib could not be initialised", "zlibを初期化できません")
        isEnd = true
      }
      unsafe gzip = stream
    } else if magic == 0xFD2F_B528 {
      compression = .zstd
      unsafe zstd = ZSTD_createDStream()
      // Up to 16 MiB of memory (zstd -19 asks for 8), not the 128 MiB a hostile file could ask for.
      unsafe ZSTD_DCtx_setParameter(zstd, ZSTD_d_windowLogMax, 24)
    }
  }

  /// Appends to the compressed bytes; false at the end.
  private mutating func readRaw() -> Bool {
    if rawStart == rawEnd { (rawStart, rawEnd) = (0, 0) }
    guard rawEnd < Input.chunk else { return true }
    while wait() {
      let count = unsafe read(descriptor, raw + rawEnd, Input.chunk - rawEnd)
      if count > 0 {
        rawEnd += count
        bytesRead += count
        return true
      }
      if count < 0, errno == EINTR { continue }
      if count < 0 { failure = Input.systemError(errno) }
      return false
    }
    return false
  }

  /// Waits until there is something to read; false when asked to stop.
  private mutating func wait() -> Bool {
    guard let isStopAsked else { return true }
    var look = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while !isStopAsked() {
      if unsafe poll(&look, 1, Input.step) > 0 { return true }
    }
    isStopped = true
    return false
  }

  /// Whether `count` bytes are buffered; reads until they are, or until the end of input.
  @inline(__always)
  mutating func need(_ count: Int) -> Bool { end - start >= count ? true : fill(count) }

  private mutating func fill(_ count: Int) -> Bool {
    guard count <= Input.longest else { return false }
    if start > 0 {
      unsafe memmove(buffer, buffer + start, end - start)
      end -= start
      start = 0
    }
    if count > capacity {
      var larger = capacity
      while larger < count { larger *= 2 }
      let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
      unsafe memcpy(moved, buffer, end)
      unsafe buffer.deallocate()
      unsafe buffer = moved
      capacity = larger
    }
    while end < count, !isEnd { produce() }
    return end >= count
  }

  /// Adds what one step of reading or inflating gives.
  private mutating func produce() {
    if compression == .none, rawStart == rawEnd {
      guard wait() else {
        isEnd = true
        return
      }
      let count = unsafe read(descriptor, buffer + end, capacity - end)
      if count > 0 {
        end += count
        bytesRead += count
      } else if count == 0 || errno != EINTR {
        if count < 0 { failure = Input.systemError(errno) }
        isEnd = true
      }
      return
    }
    if rawStart == rawEnd, !readRaw() {
      isEnd = true
      if failure == nil, !isStopped, !isBetweenMembers {
        failure = Bilingual("the compressed data is truncated", "圧縮データが途中で切れています")
      }
      return
    }
    switch compression {
    case .none:
      let count = min(rawEnd - rawStart, capacity - end)
      unsafe memcpy(buffer + end, raw + rawStart, count)
      rawStart += count
      end += count
    case .gzip: inflateSome()
    case .zstd: decompressSome()
    }
  }
  /// The last compressed member or frame was complete.
  private var isBetweenMembers = true

  private mutating func inflateSome() {
    guard let stream = unsafe gzip else { return }
    if isBetweenMembers {
      // The next member of a concatenated file begins anew.
      unsafe inflateReset(stream)
    }
    isBetweenMembers = false
    unsafe stream.pointee.next_in = (raw + rawStart).assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_in = UInt32(rawEnd - rawStart)
    unsafe stream.pointee.next_out = (buffer + end).assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_out = UInt32(capacity - end)
    let result = unsafe inflate(stream, Z_NO_FLUSH)
    rawStart = unsafe rawEnd - Int(stream.pointee.avail_in)
    end = unsafe capacity - Int(stream.pointee.avail_out)
    if result == Z_STREAM_END {
      isBetweenMembers = true
    } else if result != Z_OK, result != Z_BUF_ERROR {
      failure = Bilingual("the gzip data is damaged", "gzipデータが壊れています")
      isEnd = true
    }
  }

  private mutating func decompressSome() {
    var from = unsafe ZSTD_inBuffer(src: raw + rawStart, size: rawEnd - rawStart, pos: 0)
    var to = unsafe ZSTD_outBuffer(dst: buffer + end, size: capacity - end, pos: 0)
    let result = unsafe ZSTD_decompressStream(zstd, &to, &from)
    unsafe rawStart += from.pos
    unsafe end += to.pos
    isBetweenMembers = result == 0
    if ZSTD_isError(result) != 0 {
      failure = Bilingual(
        "the zstd data is damaged, or was compressed with a window over 16 MiB (--ultra, --long)",
        "zstdデータが壊れているか、16 MiBを超えるウィンドウ（--ultra、--long）で圧縮されています")
      isEnd = true
    }
  }

  /// The first `count` bytes, which `need` has promised. They stay where they are until the next call of `need`: the
  /// caller ties what it returns to itself.
  @inline(__always) @_lifetime(immortal)
  func front(_ count: Int) -> RawSpan {
    let span = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(buffer) + start, byteCount: min(count, end - start))
    return unsafe _overrideLifetime(span, copying: ())
  }

  @inline(__always)
  mutating func drop(_ count: Int) {
    let count = min(count, end - start)
    start += count
    position += count
  }
  /// Bytes at hand without reading on.
  var available: Int { end - start }
}
