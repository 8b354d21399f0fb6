// SPDX-License-Identifier: Apache-2.0
import CZlib

/// Unpacks one body (RFC 1950 to 1952) by zlib, piece by piece.
///
/// `unsafe` is sound here: zlib reads as many bytes as the span has, and writes as many as the array has at its end;
/// both stay where they are during the call. The stream is this value's alone and ends with it.
@safe
final class Inflater {
  private let stream: UnsafeMutablePointer<z_stream>
  private(set) var isOver = false
  private(set) var isFailed = false
  private var written = 0
  /// Bytes that one body becomes at most: packed bytes can be a thousand times as many.
  static let largest = 1 << 20
  /// Bytes that are unpacked at once.
  static let piece = 1 << 13

  /// `first`: the first packed byte. `deflate` should be the zlib format (RFC 9110, 8.4.1.2), and often is the bare
  /// one.
  init?(_ coding: HTTPHead.Coding, first: UInt8) {
    let bits: Int32
    switch coding {
    case .identity: return nil
    case .gzip: bits = 15 + 16
    case .deflate: bits = first & 0x0F == 8 && first >> 4 <= 7 ? 15 : -15
    }
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    if unsafe inflateInit2_(stream, bits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) != Z_OK {
      return nil
    }
  }
  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Unpacks from `offset` on, which moves, until the bytes are used up or `piece` bytes are appended.
  func inflate(_ bytes: RawSpan, _ offset: inout Int, into target: inout [UInt8]) {
    let rest = bytes.from(offset)
    guard !isOver, !isFailed, rest.byteCount > 0 else {
      offset = bytes.byteCount
      return
    }
    let start = target.count
    target.append(contentsOf: repeatElement(0, count: Inflater.piece))
    let (result, used, made) = unsafe target.withUnsafeMutableBytes { target in
      unsafe rest.withUnsafeBytes { rest in
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
          mutating: rest.baseAddress?.assumingMemoryBound(to: UInt8.self))
        unsafe stream.pointee.avail_in = UInt32(clamping: rest.count)
        unsafe stream.pointee.next_out = (target.baseAddress.map { unsafe $0 + start })?.assumingMemoryBound(
          to: UInt8.self)
        unsafe stream.pointee.avail_out = UInt32(Inflater.piece)
        let result = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
        let used = unsafe rest.count - Int(stream.pointee.avail_in)
        return unsafe (result, used, Inflater.piece - Int(stream.pointee.avail_out))
      }
    }
    target.removeLast(Inflater.piece - made)
    written += made
    offset += used
    isOver = result == Z_STREAM_END || written >= Inflater.largest
    isFailed = !isOver && result != Z_OK && result != Z_BUF_ERROR
    if isOver || isFailed || (used == 0 && made == 0) { offset = bytes.byteCount }
  }

  /// Nothing could be unpacked: the body is not what its head says.
  var isRefused: Bool { isFailed && written == 0 }
}
