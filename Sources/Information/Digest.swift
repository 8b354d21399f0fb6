// SPDX-License-Identifier: Apache-2.0
import CLibcrypto
import Synchronization

/// Digests by OpenSSL. An algorithm is looked up by its name once, and not for each digest.
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
  /// Bytes.
  let length: Int
  static let md5 = Digest("MD5", length: 16)
  static let sha1 = Digest("SHA1", length: 20)
  static let sha256 = Digest("SHA256", length: 32)

  private init(_ name: String, length: Int) {
    unsafe context = Mutex(Context(algorithm: EVP_MD_fetch(nil, name, nil), state: EVP_MD_CTX_new()))
    self.length = length
  }

  /// `length` bytes, and zeros; nil if there is no such algorithm (MD5 in FIPS mode), or the digest failed.
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
