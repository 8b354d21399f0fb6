// SPDX-License-Identifier: Apache-2.0
import CLibpcap
import Glibc

/// A live interface, such as one at a switch's mirror port, through libpcap. It only ever receives.
///
/// `unsafe` is sound here: the handle is owned by this value and closed once; what libpcap returns is read before the next call of libpcap, which the lifetime
/// of `Frame` enforces; texts are copied at once.
@safe
package struct LiveInterface: ~Copyable, FrameSource {
  package struct Options: Sendable {
    /// The kernel's ring, in bytes.
    package var bufferSize = 64 << 20
    package var snapLength = 262_144
    package var isPromiscuous = true
    /// In tcpdump's filter language.
    package var filter: String?
    package init() {}
  }
  package enum Condition: Equatable, Sendable {
    case up
    /// Why it cannot be heard; it is tried again every second.
    case down(String)
  }
  package struct Counters: Sendable {
    package var received: UInt64 = 0
    package var droppedByKernel: UInt64 = 0
    package var droppedByInterface: UInt64 = 0
  }

  package let interface: String
  private let options: Options
  private var handle: OpaquePointer?
  private var linkType = LinkType.ethernet
  private var isNanosecond = false
  package private(set) var condition = Condition.up
  /// What could not be had, though capturing works.
  package private(set) var warnings: [String] = []
  private var nextTry = 0.0
  /// libpcap counts in 32 bits and anew after each opening.
  private var before = Counters()
  private var last = Counters()

  /// How long `next` waits, in milliseconds.
  private static let patience: Int32 = 100

  package init(_ interface: String, _ options: Options) throws(CaptureError) {
    let opened = unsafe try LiveInterface.open(interface, options)
    self.interface = interface
    self.options = options
    unsafe handle = opened.handle
    unsafe linkType = opened.linkType
    unsafe isNanosecond = opened.isNanosecond
    unsafe warnings = opened.warnings
  }

  deinit { if let handle = unsafe handle { unsafe pcap_close(handle) } }

  @unsafe
  private struct Opened {
    let handle: OpaquePointer
    let linkType: LinkType
    let isNanosecond: Bool
    var warnings: [String] = []
  }

  private static func open(_ interface: String, _ options: Options) throws(CaptureError) -> Opened {
    var text = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    guard let handle = unsafe pcap_create(interface, &text) else {
      throw CaptureError(.noDevice, "\(interface): libpcap has no memory for it")
    }
    unsafe pcap_set_promisc(handle, options.isPromiscuous ? 1 : 0)
    unsafe pcap_set_snaplen(handle, Int32(options.snapLength))
    unsafe pcap_set_buffer_size(handle, Int32(clamping: options.bufferSize))
    unsafe pcap_set_immediate_mode(handle, 0)
    unsafe pcap_set_timeout(handle, patience)
    // Refused where there are only microseconds; the precision is asked for below.
    unsafe pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO)
    let result = unsafe pcap_activate(handle)
    guard result >= 0 else {
      let error = unsafe failure(result, interface, String(cString: pcap_geterr(handle)))
      unsafe pcap_close(handle)
      throw error
    }
    var warnings: [String] = []
    if result > 0 {
      let what = unsafe String(cString: pcap_statustostr(result))
      warnings.append(
        result == PCAP_WARNING_PROMISC_NOTSUP
          ? "\(interface): not promiscuous (\(what)); only frames for this machine may be seen"
          : "\(interface): \(what)")
    }
    let number = unsafe UInt16(truncatingIfNeeded: pcap_datalink(handle))
    // libpcap's own waiting does not end without a frame on every kernel; `next` waits by poll(2) instead.
    guard unsafe pcap_setnonblock(handle, 1, &text) == 0 else {
      unsafe pcap_close(handle)
      throw CaptureError(.io, "\(interface): cannot be read without waiting")
    }
    guard let linkType = LinkType(supported: number) else {
      unsafe pcap_close(handle)
      throw LinkType.refusal(number, interface)
    }
    if let filter = options.filter {
      var program = unsafe bpf_program()
      guard unsafe pcap_compile(handle, &program, filter, 1, bpf_u_int32.max) == 0 else {
        let error = unsafe CaptureError(.badFilter, "filter '\(filter)': \(String(cString: pcap_geterr(handle)))")
        unsafe pcap_close(handle)
        throw error
      }
      let isSet = unsafe pcap_setfilter(handle, &program) == 0
      unsafe pcap_freecode(&program)
      guard isSet else {
        let error = unsafe CaptureError(.badFilter, "filter '\(filter)': \(String(cString: pcap_geterr(handle)))")
        unsafe pcap_close(handle)
        throw error
      }
    }
    return unsafe Opened(
      handle: handle, linkType: linkType,
      isNanosecond: pcap_get_tstamp_precision(handle) == PCAP_TSTAMP_PRECISION_NANO, warnings: warnings)
  }

  private static func failure(_ code: Int32, _ interface: String, _ text: String) -> CaptureError {
    switch code {
    case PCAP_ERROR_NO_SUCH_DEVICE:
      let names = interfaces()
      let there = names.isEmpty ? "" : "; there are: \(names.joined(separator: ", "))"
      return CaptureError(.noDevice, "\(interface): no such interface\(there)")
    case PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED:
      return CaptureError(
        .notPermitted,
        "\(interface): not permitted; grant the right with: sudo setcap cap_net_raw=ep $(command -v sekisho), or run as root"
      )
    case PCAP_ERROR_IFACE_NOT_UP:
      return CaptureError(.noDevice, "\(interface) is down; bring it up with: sudo ip link set \(interface) up")
    default:
      return CaptureError(.io, "\(interface): \(text)")
    }
  }

  private static func interfaces() -> [String] {
    var first: UnsafeMutablePointer<pcap_if_t>?
    var text = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    guard unsafe pcap_findalldevs(&first, &text) == 0 else { return [] }
    defer { unsafe pcap_freealldevs(first) }
    var names: [String] = []
    var entry = unsafe first
    while let device = unsafe entry {
      unsafe names.append(String(cString: device.pointee.name))
      unsafe entry = device.pointee.next
    }
    return names
  }

  @_lifetime(&self)
  package mutating func next() throws(CaptureError) -> Frame? {
    guard let handle = unsafe handle else {
      reopen()
      return nil
    }
    var header: UnsafeMutablePointer<pcap_pkthdr>?
    var data: UnsafePointer<UInt8>?
    let result = unsafe pcap_next_ex(handle, &header, &data)
    if result == 0 {
      // Nothing there: wait a while, so that the caller sees to its timers and signals.
      var ready = unsafe pollfd(fd: pcap_get_selectable_fd(handle), events: Int16(POLLIN), revents: 0)
      _ = unsafe poll(&ready, 1, LiveInterface.patience)
      return nil
    }
    guard result == 1, let header = unsafe header, let data = unsafe data else {
      let text = unsafe String(cString: pcap_geterr(handle))
      _ = counters()
      before = last
      unsafe pcap_close(handle)
      unsafe self.handle = nil
      condition = .down(text)
      nextTry = LiveInterface.now() + 1
      return nil
    }
    let stamp = unsafe header.pointee.ts
    let captured = unsafe Int(header.pointee.caplen)
    let length = unsafe Int(header.pointee.len)
    let fraction = Int64(stamp.tv_usec)
    let bytes = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(data), byteCount: captured)
    let frame = Frame(
      bytes: bytes, length: max(length, captured),
      time: Int64(stamp.tv_sec) &* 1_000_000_000 &+ (isNanosecond ? fraction : fraction &* 1000), linkType: linkType)
    return unsafe _overrideLifetime(frame, mutating: &self)
  }

  /// Tries at most once a second, and waits a moment so that the caller's loop does not spin.
  private mutating func reopen() {
    usleep(UInt32(LiveInterface.patience) * 1000)
    guard LiveInterface.now() >= nextTry else { return }
    nextTry = LiveInterface.now() + 1
    do throws(CaptureError) {
      let opened = unsafe try LiveInterface.open(interface, options)
      unsafe handle = opened.handle
      unsafe linkType = opened.linkType
      unsafe isNanosecond = opened.isNanosecond
      condition = .up
    } catch {
      condition = .down(error.description)
    }
  }

  /// Counted since the start, over wraps of libpcap's 32 bits and reopening.
  package mutating func counters() -> Counters {
    var now = pcap_stat()
    guard let handle = unsafe handle, unsafe pcap_stats(handle, &now) == 0 else { return last }
    last.received = LiveInterface.widen(now.ps_recv, last.received, before.received)
    last.droppedByKernel = LiveInterface.widen(now.ps_drop, last.droppedByKernel, before.droppedByKernel)
    last.droppedByInterface = LiveInterface.widen(now.ps_ifdrop, last.droppedByInterface, before.droppedByInterface)
    return last
  }

  private static func widen(_ value: UInt32, _ last: UInt64, _ before: UInt64) -> UInt64 {
    let seen = UInt32(truncatingIfNeeded: last - before)
    return last + UInt64(value &- seen)
  }

  private static func now() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
