// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Frames from one or more interfaces, such as the two of a tap that shows each direction on its own.
///
/// Frames of several interfaces come in the order of their times. The kernel delivers those of an interface up to 100
/// ms late, so a frame waits until each other interface has shown a later one, or nothing for `patience`.
///
/// `unsafe` is sound here: the memory holds `count` interfaces, made at the beginning and ended at the end, and every
/// index is below `count`.
@safe
package struct LiveInterfaces: ~Copyable, FrameSource {
  package let names: [String]
  private let sources: UnsafeMutablePointer<LiveInterface>
  /// Of each interface, the time of the frame that waits (nanoseconds); nil without one.
  private var times: [Int64?]
  /// When each interface was last seen to have no frame (nanoseconds of the clock that frames are stamped with).
  private var emptyAt: [Int64]
  /// How late a frame may be delivered, in nanoseconds.
  private static let patience: Int64 = 250_000_000
  /// The longest wait of a call, in milliseconds.
  private static let longestWait: Int64 = 100

  /// Opens each of `names`, of which there is at least one. One that exists but is down is no error.
  package init(_ names: [String], _ options: LiveInterface.Options) throws(CaptureError) {
    let sources = UnsafeMutablePointer<LiveInterface>.allocate(capacity: names.count)
    for (index, name) in names.enumerated() {
      do throws(CaptureError) {
        let source = try LiveInterface(name, options)
        unsafe (sources + index).initialize(to: source)
      } catch {
        unsafe sources.deinitialize(count: index)
        unsafe sources.deallocate()
        throw error
      }
    }
    // Only now: a value that is whole would be ended when the initialiser throws.
    self.names = names
    unsafe self.sources = sources
    times = Array(repeating: nil, count: names.count)
    emptyAt = Array(repeating: .min, count: names.count)
  }

  deinit {
    unsafe sources.deinitialize(count: names.count)
    unsafe sources.deallocate()
  }

  package func condition(_ index: Int) -> LiveInterface.Condition { unsafe sources[index].condition }
  package var warnings: [String] { names.indices.flatMap { unsafe sources[$0].warnings } }

  /// Of all interfaces together; see `LiveInterface.counters`.
  package mutating func counters() -> LiveInterface.Counters {
    var sum = LiveInterface.Counters()
    for index in names.indices {
      let counters = unsafe sources[index].counters()
      sum.received &+= counters.received
      sum.droppedByKernel &+= counters.droppedByKernel
      sum.droppedByInterface &+= counters.droppedByInterface
    }
    return sum
  }

  /// The next frame, valid until the next call. nil when nothing came for 100 ms, or when a signal came.
  @_lifetime(&self)
  package mutating func next() throws(CaptureError) -> Frame? {
    if names.count == 1 {
      let frame = unsafe try sources[0].nextForOwner()
      return unsafe _overrideLifetime(frame, mutating: &self)
    }
    guard let index = try oldest() else { return nil }
    times[index] = nil
    let frame = unsafe sources[index].takeHeld(interface: UInt8(clamping: index))
    return unsafe _overrideLifetime(frame, mutating: &self)
  }

  /// The interface whose frame is next; nil if none is due within the longest wait.
  private mutating func oldest() throws(CaptureError) -> Int? {
    if let index = first, isDue(index) { return index }
    try look()
    if let index = first, isDue(index) { return index }
    wait()
    try look()
    if let index = first, isDue(index) { return index }
    return nil
  }

  /// The interface with the oldest frame that waits.
  private var first: Int? {
    var first: Int?
    for (index, time) in times.enumerated() {
      guard let time else { continue }
      if let other = first, let otherTime = times[other], otherTime <= time { continue }
      first = index
    }
    return first
  }

  /// Whether no other interface can still deliver an earlier frame.
  private func isDue(_ index: Int) -> Bool {
    guard let time = times[index] else { return false }
    for other in times.indices where times[other] == nil {
      // A time in the future: the clock was set back, and would hold the frame for as long.
      if time > emptyAt[other] &- LiveInterfaces.patience, time <= LiveInterfaces.now() { return false }
    }
    return true
  }

  /// Asks each interface for a frame that has none.
  private mutating func look() throws(CaptureError) {
    for index in times.indices where times[index] == nil {
      let now = LiveInterfaces.now()
      times[index] = unsafe try sources[index].hold()
      if times[index] == nil { emptyAt[index] = now }
    }
  }

  /// Waits until an interface without a frame has one, or the oldest frame is due.
  private func wait() {
    var descriptors: [pollfd] = []
    for index in times.indices where times[index] == nil {
      descriptors.append(pollfd(fd: unsafe sources[index].descriptor, events: Int16(POLLIN), revents: 0))
    }
    var wait = LiveInterfaces.longestWait
    if let time = first.flatMap({ times[$0] }) {
      let left = (time &+ LiveInterfaces.patience &- LiveInterfaces.now()) / 1_000_000 &+ 1
      wait = min(wait, max(1, left))
    }
    _ = unsafe poll(&descriptors, UInt(descriptors.count), Int32(wait))
  }

  /// The clock that frames are stamped with.
  private static func now() -> Int64 { nanoseconds(of: CLOCK_REALTIME) }
}
