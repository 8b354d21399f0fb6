// SPDX-License-Identifier: Apache-2.0
import CLibcrypto
import Synchronization

/// The flow identifier other monitors compute too: Community ID version 1, seed 0
/// (github.com/corelight/community-id-spec).
///
///     0      2         6 or 18      10 or 34  11 or 35  12 or 36
///     +------+---------+------------+---------+---------+-------------+-------------+
///     | seed | address | address    | proto   | 0       | port        | port        |  SHA-1, base64
///     +------+---------+------------+---------+---------+-------------+-------------+
///
/// The smaller end (address, then port) comes first. For ICMP the message type and the type that answers it take the
/// place of ports; a message that has no answer keeps its direction, with its code as the second port.
enum CommunityID {
  /// Nil for what the specification does not cover. ICMP findings carry type and code in the place of the ports.
  static func text(
    _ ipProtocol: UInt8, source: IPAddress, sourcePort: UInt16, destination: IPAddress, destinationPort: UInt16
  ) -> String? {
    guard source != .none, destination != .none, source.isV4 == destination.isV4 else { return nil }
    var ports = (sourcePort, destinationPort)
    var isOneWay = false
    switch ipProtocol {
    case 6, 17, 132: break
    case 1, 58:
      let answers = ipProtocol == 1 ? icmpAnswers : icmpv6Answers
      if let answer = answers.first(where: { $0.0 == sourcePort })?.1
        ?? answers.first(where: { $0.1 == sourcePort })?.0
      {
        ports.1 = answer
      } else {
        isOneWay = true
      }
    default: return nil
    }
    let isOrdered = isOneWay || source < destination || (source == destination && ports.0 <= ports.1)
    var message = TextBuffer(capacity: 40)
    message.append(bigEndian: 0, octets: 2)
    append(isOrdered ? source : destination, to: &message)
    append(isOrdered ? destination : source, to: &message)
    message.append(bigEndian: UInt64(ipProtocol) << 8, octets: 2)
    message.append(bigEndian: UInt64(isOrdered ? ports.0 : ports.1), octets: 2)
    message.append(bigEndian: UInt64(isOrdered ? ports.1 : ports.0), octets: 2)
    guard let digest = Digest.sha1(message.bytes) else { return nil }
    var text = TextBuffer(capacity: 32)
    text.append("1:")
    base64(digest.span.extracting(first: Digest.sha1.length), to: &text)
    return text.string
  }

  /// Question and answer, RFC 792 and RFC 1256.
  private static let icmpAnswers: [(UInt16, UInt16)] = [(8, 0), (13, 14), (15, 16), (10, 9), (17, 18)]
  /// RFC 4443, RFC 2710, RFC 4861, RFC 4620, RFC 6275.
  private static let icmpv6Answers: [(UInt16, UInt16)] = [
    (128, 129), (130, 131), (133, 134), (135, 136), (139, 140), (144, 145),
  ]

  private static func append(_ address: IPAddress, to message: inout TextBuffer) {
    if !address.isV4 { message.append(bigEndian: address.high, octets: 8) }
    message.append(bigEndian: address.low, octets: address.isV4 ? 4 : 8)
  }

  /// RFC 4648, 4.
  private static func base64(_ bytes: Span<UInt8>, to buffer: inout TextBuffer) {
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let count = min(3, bytes.count - start)
      var word = UInt32(bytes[start]) << 16
      if count > 1 { word |= UInt32(bytes[start + 1]) << 8 }
      if count > 2 { word |= UInt32(bytes[start + 2]) }
      var text = UInt32(0)
      for index in 0..<4 {
        let character = index <= count ? character(word >> UInt32(18 - 6 * index)) : UInt8(ascii: "=")
        text = text << 8 | UInt32(character)
      }
      buffer.append(bigEndian: UInt64(text), octets: 4)
    }
  }

  private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  /// The character for the lowest six bits. `unsafe` is sound: there are 64.
  private static func character(_ bits: UInt32) -> UInt8 { unsafe alphabet.utf8Start[Int(bits & 63)] }
}

/// Digests by OpenSSL. It looks an algorithm up by its name, and makes a context for it: once, and not for each digest.
///
/// `unsafe` is sound here: OpenSSL reads as many bytes as a buffer has, and writes the digest's length, at most 32,
/// into one that long. A context is used by whoever has its lock, and lives as long as the process.
final class Digest: Sendable {
  @safe
  private struct Context: @unchecked Sendable {
    let algorithm: OpaquePointer?
    let state: OpaquePointer?
  }
  private let context: Mutex<Context>
  let length: Int
  static let sha1 = Digest("SHA1", length: 20)
  static let sha256 = Digest("SHA256", length: 32)

  private init(_ name: String, length: Int) {
    unsafe context = Mutex(Context(algorithm: EVP_MD_fetch(nil, name, nil), state: EVP_MD_CTX_new()))
    self.length = length
  }

  /// `length` bytes, and zeros; nil if there is no such algorithm, or the digest failed.
  func callAsFunction(_ bytes: RawSpan) -> InlineArray<32, UInt8>? {
    var digest = InlineArray<32, UInt8>(repeating: 0)
    var written: UInt32 = 0
    let isDone = context.withLock { context in
      guard let algorithm = unsafe context.algorithm, let state = unsafe context.state else { return false }
      var output = digest.mutableSpan
      return unsafe EVP_DigestInit_ex(state, algorithm, nil) == 1
        && bytes.withUnsafeBytes { unsafe EVP_DigestUpdate(state, $0.baseAddress, $0.count) } == 1
        && output.withUnsafeMutableBufferPointer { unsafe EVP_DigestFinal_ex(state, $0.baseAddress, &written) } == 1
    }
    return isDone && Int(written) == length ? digest : nil
  }
}
