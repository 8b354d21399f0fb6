// SPDX-License-Identifier: Apache-2.0
import Capture
import Monitor

/// libFuzzer's entry point: the input is a sequence of frames, each preceded by two bytes of length and one of link
/// type. Frames go through the whole engine, up to the alert. Bit 6 of the link type makes the frame 64 bytes longer on
/// the wire than captured; bit 7 adds the bytes that the input lacks.
///
/// `unsafe` is sound: libFuzzer passes `size` readable bytes.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> Int32 {
  let bytes = unsafe RawSpan(_unsafeStart: UnsafeRawPointer(data), byteCount: size)
  run(bytes, hasQuickLane: true)
  run(bytes, hasQuickLane: false)
  return 0
}

/// Messages are logged on the general path alone, so that the quick lane has something to leave out.
private func run(_ bytes: RawSpan, hasQuickLane: Bool) {
  let size = bytes.byteCount
  var options = Pipeline.Options()
  options.seed = 1
  options.log = hasQuickLane ? [.alerts, .flows, .stats] : [.alerts, .operationsAll, .flows, .stats, .assets]
  options.hasQuickLane = hasQuickLane
  options.flowLimit = 64
  var pipeline = Pipeline(options, site: nil, sink: Sink(descriptor: -1, pace: .waiting, bound: 65_536))
  let links: [LinkType] = [.ethernet, .raw, .linuxCooked, .linuxCooked2, .null, .loop]
  var offset = 0
  var time: Int64 = 1_000_000_000_000
  while offset + 3 <= size {
    let header = bytes.extracting(droppingFirst: offset)
    let length =
      unsafe Int(header.unsafeLoad(fromByteOffset: 0, as: UInt8.self)) << 8
      | Int(header.unsafeLoad(fromByteOffset: 1, as: UInt8.self))
    let kind = unsafe Int(header.unsafeLoad(fromByteOffset: 2, as: UInt8.self))
    let frame = header.extracting(droppingFirst: 3).extracting(first: length)
    pipeline.process(
      Frame(
        bytes: frame, length: (kind & 0x80 == 0 ? frame.byteCount : length) + kind & 0x40, time: time,
        linkType: links[kind % 0x40 % links.count]))
    time += Int64(kind) * 10_000_000
    offset += 3 + frame.byteCount
  }
  pipeline.finish()
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ test: @convention(c) (UnsafePointer<UInt8>, Int) -> Int32
) -> Int32

/// The package manager links the executable with this entry point, which replaces libFuzzer's own `main`.
@c(Fuzz_main)
public func start(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
  var count = count
  var arguments = unsafe arguments
  return unsafe runDriver(&count, &arguments, fuzz)
}
