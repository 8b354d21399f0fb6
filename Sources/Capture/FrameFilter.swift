// SPDX-License-Identifier: Apache-2.0

import CLibpcap
import Catalogue

/// A filter expression (pcap-filter(7)) for frames of a capture file, as `tcpdump -r` has it; a live interface lets the
/// kernel filter.
///
/// `unsafe` is sound here: each program was filled by `pcap_compile` and is freed once, at the end.
@safe
package struct FrameFilter: ~Copyable {
  private let expression: String
  /// Compiled when the first frame of a link type comes, since the expression means other bytes on each.
  private var programs: [(linkType: UInt16, program: UnsafeMutablePointer<bpf_program>)] = unsafe []

  /// Throws where the expression is not valid for any link type.
  package init(_ expression: String) throws(CaptureError) {
    self.expression = expression
    let linkTypes: [LinkType] = [.ethernet, .linuxCooked, .linuxCooked2, .raw, .null]
    var first: String?
    for linkType in linkTypes {
      do throws(Refusal) {
        let program = unsafe try compile(expression, linkType)
        unsafe programs.append((linkType.rawValue, program))
        return
      } catch {
        first = first ?? error.text
      }
    }
    throw FrameFilter.invalid(expression, first ?? "")
  }

  deinit {
    for unsafe(_, program) in unsafe programs {
      unsafe pcap_freecode(program)
      unsafe program.deallocate()
    }
  }

  /// Whether the frame matches. Throws where the expression makes no sense on its link type.
  package mutating func takes(_ frame: borrowing Frame) throws(CaptureError) -> Bool {
    let linkType = frame.linkType.rawValue
    let known = unsafe programs.firstIndex { unsafe $0.linkType == linkType }
    if known == nil {
      do throws(Refusal) {
        let program = unsafe try compile(expression, frame.linkType)
        unsafe programs.append((linkType, program))
      } catch {
        throw FrameFilter.invalid(expression, error.text)
      }
    }
    let program = unsafe programs[known ?? programs.count - 1].program
    var header = pcap_pkthdr()
    header.caplen = UInt32(clamping: frame.bytes.byteCount)
    header.len = UInt32(clamping: frame.length)
    // Sound: `caplen` is the number of bytes at the pointer; the program only reads, and within it.
    return unsafe frame.bytes.withUnsafeBytes { bytes in
      guard let start = unsafe bytes.bindMemory(to: UInt8.self).baseAddress else { return false }
      return unsafe pcap_offline_filter(program, &header, start) != 0
    }
  }

  private static func invalid(_ expression: String, _ reason: String) -> CaptureError {
    CaptureError(
      .badFilter, "the filter \"\(expression)\" is not valid: \(reason)",
      "フィルター \"\(expression)\" が正しくありません: \(reason)")
  }
}

private struct Refusal: Error { let text: String }

/// A program for frames of a link type; whoever takes it frees it.
private func compile(
  _ expression: String, _ linkType: LinkType
) throws(Refusal) -> UnsafeMutablePointer<bpf_program> {
  // Linux numbers raw IP otherwise than files do (pcap-linktype(7)).
  let number: Int32 = linkType == .raw || linkType == .rawIPv4 || linkType == .rawIPv6 ? 12 : Int32(linkType.rawValue)
  guard let handle = unsafe pcap_open_dead(number, 262_144) else { throw Refusal(text: "") }
  defer { unsafe pcap_close(handle) }
  let program = UnsafeMutablePointer<bpf_program>.allocate(capacity: 1)
  unsafe program.initialize(to: bpf_program())
  guard unsafe pcap_compile(handle, program, expression, 1, UInt32.max) == 0 else {
    unsafe program.deallocate()
    throw Refusal(text: unsafe String(cString: pcap_geterr(handle)))
  }
  return unsafe program
}
