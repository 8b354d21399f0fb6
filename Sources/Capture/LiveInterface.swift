// SPDX-License-Identifier: Apache-2.0

import CLibpcap
package import Catalogue
import Glibc

/// Frames from a network interface, through libpcap (pcap(3PCAP)). It listens only: nothing here can transmit.
///
/// An interface that goes down or disappears is a condition, not an error: it is tried again once a second.
@safe
package struct LiveInterface: ~Copyable, FrameSource {
  package struct Options: Sendable {
    /// Bytes of the ring that the kernel fills; 1 byte to 2 GiB, bounded here.
    package var bufferSize = 64 << 20
    /// Bytes kept of a frame; at most 2 GiB, bounded here.
    package var snapLength = 262_144
    /// Ask also for frames that are not addressed to this machine: what a mirror port delivers.
    package var promiscuous = true
    /// A filter expression (pcap-filter(7)); nil takes every frame.
    package var filter: String?

    package init() {}
  }

  package enum Condition: Equatable, Sendable {
    case up
    /// With the reason; libpcap's own are English.
    case down(Bilingual)
  }

  /// Frames since the source was made, also over reopening. They never decrease.
  package struct Counters: Equatable, Sendable {
    /// Frames that passed the filter.
    package var received: UInt64 = 0
    /// Frames lost because the ring was full.
    package var droppedByKernel: UInt64 = 0
    /// Frames lost by the interface or its driver.
    package var droppedByInterface: UInt64 = 0
  }

  private let interface: String
  private let options: Options
  /// nil while the interface is down. Ours alone: made by `open`, given back by `close`.
  private var handle: OpaquePointer?
  private var linkType = LinkType.ethernet
  private var nanosecondsPerTick: Int64 = 1000
  /// When the interface was last opened or looked at, in nanoseconds of the monotonic clock.
  private var lastAttempt: Int64
  private var wasSetDown = false
  /// The frame that waits to be taken, where several interfaces are read in turn; libpcap's until the next one is asked
  /// for.
  private var held: (header: pcap_pkthdr, data: UnsafePointer<UInt8>)?
  /// Why and when libpcap failed, while the ring is emptied.
  private var failure: (reason: String, time: Int64)?
  private var total = Counters()
  /// What `pcap_stats` said last; its counters have 32 bits and begin at 0 for every handle.
  private var lastStatistics = pcap_stat()

  package private(set) var condition = Condition.up
  /// What libpcap did not do as asked when last opened, for example promiscuous mode refused.
  package private(set) var warnings: [String] = []

  /// Opens `interface` ("any" for all of them). One that exists but is down is no error: `condition` says so.
  package init(_ interface: String, _ options: Options = Options()) throws(CaptureError) {
    self.interface = interface
    self.options = options
    lastAttempt = monotonicNanoseconds()
    unsafe handle = nil
    switch unsafe try open(interface, options) {
    case .opened(let capture): unsafe adopt(capture)
    case .noDevice: throw noDevice(interface)
    case .notUp: condition = .down(setDown)
    case .failed(let reason): throw CaptureError(.io, "\(interface): \(reason)", "\(interface): \(reason)")
    }
  }

  deinit {
    // Sound: the handle is ours alone and cannot be used after this.
    if let handle = unsafe handle { unsafe pcap_close(handle) }
  }

  /// The next frame, valid until the next call. nil when nothing came for 100 ms, when a signal came, or while the
  /// interface is down (after at most 100 ms), so that the caller can look at signals.
  @_lifetime(&self)
  package mutating func next() throws(CaptureError) -> Frame? {
    if unsafe handle == nil { try reopenWhenDue() }
    guard let handle = unsafe handle else { return nil }
    // Sound: the handle is open; libpcap sets both pointers when it returns 1, and they are not used otherwise.
    var header: UnsafeMutablePointer<pcap_pkthdr>?
    var data: UnsafePointer<UInt8>?
    var result = unsafe pcap_next_ex(handle, &header, &data)
    if result == 0 {
      wait()
      result = unsafe pcap_next_ex(handle, &header, &data)
    }
    guard result == 1, let header = unsafe header?.pointee, let data = unsafe data else {
      if result < 0 || failure != nil { unsafe abandon(text(pcap_geterr(handle))) } else { lookWhenSilent() }
      return nil
    }
    let frame = unsafe frame(header, data)
    return unsafe _overrideLifetime(frame, mutating: &self)
  }

  @inline(__always) @_lifetime(immortal)
  private func frame(_ header: pcap_pkthdr, _ data: UnsafePointer<UInt8>) -> Frame {
    let count = min(Int(header.caplen), boundedSnapLength)
    // Sound: libpcap vouches for `caplen` bytes until the next call on this handle, and `count` is not more. Every such
    // call is a mutation of self, or its end, which the lifetime excludes while the frame is alive.
    let bytes = unsafe RawSpan(_unsafeStart: data, byteCount: count)
    let frame = Frame(
      bytes: bytes, length: max(Int(header.len), count),
      time: time(header), linkType: linkType)
    return unsafe _overrideLifetime(frame, copying: ())
  }

  /// Asks for a frame without waiting, and keeps it for `takeHeld`: its time, or nil if there is none now.
  mutating func hold() throws(CaptureError) -> Int64? {
    if unsafe handle == nil { try reopenWhenDue(waits: false) }
    guard let handle = unsafe handle else { return nil }
    var header: UnsafeMutablePointer<pcap_pkthdr>?
    var data: UnsafePointer<UInt8>?
    // Sound: as in `next`.
    let result = unsafe pcap_next_ex(handle, &header, &data)
    guard result == 1, let header = unsafe header?.pointee, let data = unsafe data else {
      if result < 0 || failure != nil { unsafe abandon(text(pcap_geterr(handle))) } else { lookWhenSilent() }
      return nil
    }
    unsafe held = (header, data)
    return time(header)
  }

  /// `next` for an owner that ties the frame to itself.
  @_lifetime(immortal)
  mutating func nextForOwner() throws(CaptureError) -> Frame? {
    let frame = try next()
    // Sound: as the owner promises.
    return unsafe _overrideLifetime(frame, copying: ())
  }

  /// The frame that `hold` has found, valid until the next call: the owner ties it to itself.
  @_lifetime(immortal)
  mutating func takeHeld(interface: UInt8) -> Frame? {
    guard let (header, data) = unsafe held else { return nil }
    unsafe held = nil
    var frame = unsafe frame(header, data)
    frame.interface = interface
    return unsafe _overrideLifetime(frame, copying: ())
  }

  /// For poll(2); -1, which is never ready, while the interface is down.
  var descriptor: Int32 {
    guard let handle = unsafe handle else { return -1 }
    return unsafe pcap_get_selectable_fd(handle)
  }

  private func time(_ header: pcap_pkthdr) -> Int64 {
    Int64(header.ts.tv_sec) &* 1_000_000_000 &+ Int64(header.ts.tv_usec) &* nanosecondsPerTick
  }

  /// The counters as of now. To be asked for at least every minute, so that no 32-bit counter
  /// passes half its range unseen.
  package mutating func counters() -> Counters {
    guard let handle = unsafe handle else { return total }
    var now = pcap_stat()
    // Sound: the handle is open and the record is ours.
    guard unsafe pcap_stats(handle, &now) == 0 else { return total }
    total.received &+= growth(from: lastStatistics.ps_recv, to: now.ps_recv)
    total.droppedByKernel &+= growth(from: lastStatistics.ps_drop, to: now.ps_drop)
    total.droppedByInterface &+= growth(from: lastStatistics.ps_ifdrop, to: now.ps_ifdrop)
    lastStatistics = now
    return total
  }

  /// Waits at most 100 ms for a frame. libpcap's own wait is not bounded: its time-out begins with the
  /// first frame (pcap(3PCAP)).
  private func wait() {
    // Sound: the handle is open and the record is ours. A descriptor of -1 only waits.
    guard let handle = unsafe handle else { return }
    var descriptor = pollfd(fd: unsafe pcap_get_selectable_fd(handle), events: Int16(POLLIN), revents: 0)
    _ = unsafe poll(&descriptor, 1, readTimeout)
  }

  /// libpcap reports that an interface disappeared, but waits for one that was set down: so a silent one is checked
  /// once a second, and given up at the second check, when the last frames have left the ring.
  private mutating func lookWhenSilent() {
    let now = monotonicNanoseconds()
    guard interface != "any", now &- lastAttempt >= reopenInterval, let handle = unsafe handle else { return }
    lastAttempt = now
    var request = unsafe ifreq()
    // Sound: the record is ours; at most all but the last byte of its name is written, so that it ends with 0. The call
    // reads the name and writes the flags (netdevice(7)).
    unsafe withUnsafeMutableBytes(of: &request.ifr_ifrn.ifrn_name) {
      unsafe UnsafeMutableRawBufferPointer(rebasing: $0.dropLast()).copyBytes(from: interface.utf8.prefix($0.count - 1))
    }
    guard unsafe ioctl(pcap_fileno(handle), UInt(SIOCGIFFLAGS), &request) == 0 else { return }
    let isSetDown = unsafe Int(request.ifr_ifru.ifru_flags) & IFF_UP == 0
    if isSetDown && wasSetDown { goDown(setDown) }
    wasSetDown = isSetDown
  }

  /// libpcap reports a failure before the ring is empty, and the kernel delivers the last frames within its
  /// timeout, so we wait for them.
  private mutating func abandon(_ reason: String) {
    let now = monotonicNanoseconds()
    if failure == nil { failure = (reason, now) }
    guard let failure, now &- failure.time >= 3 * Int64(readTimeout) * 1_000_000 else {
      _ = poll(nil, 0, readTimeout)
      return
    }
    goDown(Bilingual(failure.reason, failure.reason))
  }

  private mutating func goDown(_ reason: Bilingual) {
    _ = counters()
    // Sound: the handle is ours alone, and forgotten here; no frame of it is alive, since self is being mutated.
    if let handle = unsafe handle { unsafe pcap_close(handle) }
    unsafe handle = nil
    unsafe held = nil
    failure = nil
    condition = .down(reason)
    lastAttempt = monotonicNanoseconds()
  }

  /// Opens the interface again when a second has passed since the last attempt, else sleeps a little.
  private mutating func reopenWhenDue(waits: Bool = true) throws(CaptureError) {
    let remaining = lastAttempt &+ reopenInterval &- monotonicNanoseconds()
    guard remaining <= 0 else {
      guard waits else { return }
      // No descriptors: a sleep that a signal ends.
      _ = poll(nil, 0, min(readTimeout, Int32(clamping: remaining / 1_000_000 + 1)))
      return
    }
    lastAttempt = monotonicNanoseconds()
    switch unsafe try open(interface, options) {
    case .opened(let capture): unsafe adopt(capture)
    case .noDevice: condition = .down(Bilingual("it disappeared", "インターフェースがなくなりました"))
    case .notUp: condition = .down(setDown)
    case .failed(let reason): condition = .down(Bilingual(reason, reason))
    }
  }

  private mutating func adopt(_ capture: OpenCapture) {
    unsafe handle = capture.handle
    linkType = unsafe capture.linkType
    nanosecondsPerTick = unsafe capture.nanosecondsPerTick
    warnings = unsafe capture.warnings
    lastStatistics = pcap_stat()
    wasSetDown = false
    condition = .up
  }

  private var boundedSnapLength: Int { Int(positive(options.snapLength)) }
}

/// libpcap's read time-out and the longest wait of a call, in milliseconds.
private let readTimeout: Int32 = 100
private let reopenInterval: Int64 = 1_000_000_000
private let setDown = Bilingual("it was set down", "インターフェースが無効化されました")

/// An activated handle and what was found out about it. Whoever takes it closes the handle.
@unsafe
private struct OpenCapture {
  let handle: OpaquePointer
  let linkType: LinkType
  let nanosecondsPerTick: Int64
  let warnings: [String]
}

@unsafe
private enum Opening {
  case opened(OpenCapture)
  case noDevice
  case notUp
  case failed(String)
}

private func open(_ interface: String, _ options: LiveInterface.Options) throws(CaptureError) -> Opening {
  var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
  // Sound: the message has the size that libpcap asks for. The handle is checked, and closed
  // below unless it is handed on.
  guard let handle = unsafe pcap_create(interface, &message) else { return unsafe .failed(text(message)) }
  var isHandedOn = false
  defer { if !isHandedOn { unsafe pcap_close(handle) } }

  // Sound: these set options of a handle that is not active yet, the one state in which they can fail for none of them
  // but the precision, which an interface may not offer: it is asked for below.
  _ = unsafe pcap_set_promisc(handle, options.promiscuous ? 1 : 0)
  _ = unsafe pcap_set_snaplen(handle, positive(options.snapLength))
  _ = unsafe pcap_set_buffer_size(handle, positive(options.bufferSize))
  _ = unsafe pcap_set_immediate_mode(handle, 0)
  _ = unsafe pcap_set_timeout(handle, readTimeout)
  _ = unsafe pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO)

  // Sound: an own handle, activated once; the text of the handle and the constant text of a status are copied.
  let status = unsafe pcap_activate(handle)
  let details = unsafe text(pcap_geterr(handle))
  let reason = unsafe details.isEmpty ? text(pcap_statustostr(status)) : details
  switch status {
  case PCAP_ERROR_NO_SUCH_DEVICE: return unsafe .noDevice
  case PCAP_ERROR_IFACE_NOT_UP: return unsafe .notUp
  case PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED: throw notPermitted(interface)
  case ..<0: return unsafe .failed(reason)
  default: break
  }
  let warnings = status > 0 ? ["\(interface): \(reason)"] : []

  let linkType = try linkType(of: unsafe pcap_datalink(handle), on: interface)
  if let filter = options.filter { unsafe try set(filter, on: handle, of: interface) }
  // Sound: the handle is active, the message as above. Not blocking, since `next` waits by itself.
  guard unsafe pcap_setnonblock(handle, 1, &message) == 0 else { return unsafe .failed(text(message)) }

  let isNanoseconds = unsafe pcap_get_tstamp_precision(handle) == PCAP_TSTAMP_PRECISION_NANO
  isHandedOn = true
  return unsafe .opened(
    OpenCapture(
      handle: handle, linkType: linkType, nanosecondsPerTick: isNanoseconds ? 1 : 1000, warnings: warnings))
}

/// The registered link type for libpcap's number, which differs by system for raw IP.
private func linkType(of number: Int32, on interface: String) throws(CaptureError) -> LinkType {
  switch number {
  case 12, 14, 101: return .raw
  case 0, 1, 108, 113, 228, 229, 276: return LinkType(rawValue: UInt16(number))
  default:
    // Sound: a constant text of libpcap, or nil; it is copied.
    let name = unsafe pcap_datalink_val_to_name(number).map { unsafe text($0) } ?? "unnamed"
    throw LinkType.refusal("\(number) (\(name))", Bilingual(interface, interface))
  }
}

private func set(_ filter: String, on handle: OpaquePointer, of interface: String) throws(CaptureError) {
  // No netmask is known: it matters only to filters for IPv4 broadcast (pcap_compile(3PCAP), PCAP_NETMASK_UNKNOWN).
  // Sound: an active handle; the program is filled when 0 is returned, and freed; libpcap keeps its own copy.
  var program = unsafe bpf_program()
  guard unsafe pcap_compile(handle, &program, filter, 1, UInt32.max) == 0 else {
    let reason = unsafe text(pcap_geterr(handle))
    throw CaptureError(
      .badFilter, "\(interface): the filter \"\(filter)\" is not valid: \(reason)",
      "\(interface): フィルター \"\(filter)\" が正しくありません: \(reason)")
  }
  defer { unsafe pcap_freecode(&program) }
  guard unsafe pcap_setfilter(handle, &program) == 0 else {
    let reason = unsafe text(pcap_geterr(handle))
    throw CaptureError(
      .badFilter, "\(interface): the filter \"\(filter)\" cannot be set: \(reason)",
      "\(interface): フィルター \"\(filter)\" を設定できません: \(reason)")
  }
}

private func notPermitted(_ interface: String) -> CaptureError {
  CaptureError(
    .notPermitted,
    """
    \(interface): capturing needs the right CAP_NET_RAW. \
    Grant it with: sudo setcap cap_net_raw=ep $(command -v sekisho) or run sekisho with sudo.
    """,
    """
    \(interface): キャプチャにはCAP_NET_RAW権限が必要です。\
    sudo setcap cap_net_raw=ep $(command -v sekisho) で付与するか、sudoでsekishoを実行してください。
    """)
}

/// How much a 32-bit counter grew, over at most one wrap. A counter that the driver set back did not grow.
private func growth(from last: UInt32, to now: UInt32) -> UInt64 {
  UInt64(max(0, Int32(bitPattern: now &- last)))
}

private func positive(_ value: Int) -> Int32 { max(1, Int32(clamping: value)) }

private func monotonicNanoseconds() -> Int64 { nanoseconds(of: CLOCK_MONOTONIC) }

/// A clock of the system, one that always exists.
func nanoseconds(of clock: clockid_t) -> Int64 {
  var now = timespec()
  // Sound: the record is ours.
  _ = unsafe clock_gettime(clock, &now)
  return Int64(now.tv_sec) &* 1_000_000_000 &+ Int64(now.tv_nsec)
}

/// Copies a C text. Sound with what libpcap returns: nil, or bytes that end with 0.
func text(_ pointer: UnsafePointer<CChar>?) -> String {
  guard let pointer = unsafe pointer else { return "" }
  return unsafe String(cString: pointer)
}

func text(_ message: [CChar]) -> String {
  String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
