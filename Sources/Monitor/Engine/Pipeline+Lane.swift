// SPDX-License-Identifier: Apache-2.0
import Capture

/// The quick lane: most frames of a plant are one more segment of a connection that has been polled for days.
/// Everything that could make a frame interesting is asked first, with no change; what remains is counted and read by
/// the same functions as on the general path. Where any answer is not the usual one, the frame takes that path as if
/// nothing had happened, and what comes of it is the same either way.
extension Pipeline {
  /// True if the frame has been handled.
  @inline(__always)
  mutating func passes(_ frame: borrowing Frame) -> Bool {
    guard options.hasQuickLane, !observer.detection.tableFlood.isFilling,
      frame.linkType.rawValue == LinkType.ethernet.rawValue,
      frame.length == frame.bytes.byteCount, let plain = PlainFrame(frame.bytes),
      // What is sent to everyone is counted before anything else.
      plain.destination != .broadcast
    else { return false }
    let key = FlowKey(
      source: plain.sourceIP, sourcePort: plain.sourcePort, destination: plain.destinationIP,
      destinationPort: plain.destinationPort, ipProtocol: plain.ipProtocol.rawValue,
      vlan: options.vlanFlows ? plain.vlan : Packet.noVLAN)
    guard let slot = conversations.find(key) else { return false }
    guard
      Pipeline.passes(
        plain, frame, statistics.frames &+ statistics.framesLeftOut, in: &conversations[slot], options.checksums,
        &duplicates, &reader, &observer)
    else { return false }
    conversations.touch(slot, at: frame.time)
    statistics.quick += 1
    if plain.isV4 { statistics.ipv4 += 1 } else { statistics.ipv6 += 1 }
    if plain.isTCP { statistics.tcp += 1 } else { statistics.udp += 1 }
    if plain.vlan != Packet.noVLAN { statistics.vlanFrames += 1 }
    if statistics.frames % TableFlood.stride == 0 { lookAtTables(frame, vlan: plain.vlan) }
    return true
  }

  @inline(never)
  private mutating func lookAtTables(_ frame: borrowing Frame, vlan: UInt16) {
    var moment = Moment()
    moment.time = frame.time
    moment.frame = statistics.frames &+ statistics.framesLeftOut
    moment.interface = frame.interface
    moment.vlan = vlan
    lookAtTables(by: nil, moment)
  }

  @inline(__always)
  private static func passes(
    _ plain: borrowing PlainFrame, _ frame: borrowing Frame, _ number: UInt64, in conversation: inout Conversation,
    _ checksums: ChecksumMode, _ duplicates: inout DuplicateFilter, _ reader: inout Reader, _ observer: inout Observer
  ) -> Bool {
    let time = frame.time
    let isToServer =
      plain.sourceIP == conversation.flow.client && plain.sourcePort == conversation.flow.clientPort
    let direction: Direction = isToServer ? .toServer : .toClient
    let count = plain.payloadCount
    guard conversation.opening == .settled, conversation.flow[direction].isUsual(plain, at: time),
      conversation.flow[direction.reversed].isSeen(), count == 0 || conversation.isReadInPlace(direction)
    else { return false }
    if plain.isTCP {
      guard plain.flags.isPlain, conversation.flow.tcp == .established, !conversation.handshake.isOpen,
        conversation.flow.toServer.packets &+ conversation.flow.toClient.packets &+ 1 != Visibility.packetThreshold,
        conversation.streams[direction].isNext(plain.sequence, count),
        conversation.streams[direction.reversed].hasNothingHeld()
      else { return false }
    } else if conversation.dissector == .none {
      return false
    }
    let mark = duplicates.mark(of: plain)
    if duplicates.window > 0, duplicates.knows(mark) { return false }
    if checksums != .ignore, !plain.isSound { return false }

    // From here on it is taken.
    if duplicates.window > 0 { duplicates.remember(mark, time: time, frame: number) }
    conversation.flow.count(direction, bytes: plain.bytes.byteCount, at: time)
    if checksums != .ignore { conversation.flow.countGoodChecksum(direction) }
    var moment = Moment()
    moment.time = time
    moment.frame = number
    moment.interface = frame.interface
    moment.vlan = plain.vlan
    guard plain.isTCP else {
      if !reader.glance(datagram: plain.payload, in: &conversation, sent: direction, at: moment, &observer) {
        reader.datagram(plain.payload, in: &conversation, sent: direction, isCut: false, at: moment, &observer)
      }
      return true
    }
    if count > 1, plain.isV4 {
      _ = conversation.flow[direction].identifications.isStrange(plain.identification)
    }
    reader.plain(
      plain.payload, sequence: plain.sequence, acknowledgement: plain.acknowledgement, in: &conversation,
      sent: direction, at: moment, &observer)
    return true
  }
}

extension TCPFlags {
  /// Those of a segment in the middle of a connection.
  @inline(__always)
  fileprivate var isPlain: Bool {
    rawValue & (TCPFlags.ack.rawValue | TCPFlags.syn.rawValue | TCPFlags.fin.rawValue | TCPFlags.rst.rawValue)
      == TCPFlags.ack.rawValue
  }
}

extension Flow.Half {
  /// Whether a packet is like those before it: from the same station, which was looked at within the last second, with
  /// the same hop limit and the same flags, and with an identification that follows theirs. Mutating, although it
  /// changes nothing: otherwise both directions are loaded to ask one of them.
  @inline(__always)
  fileprivate mutating func isUsual(_ plain: borrowing PlainFrame, at time: Int64) -> Bool {
    guard packets > 0, mac == plain.source, (time &- watched).magnitude < UInt64(Pipeline.second),
      hopLimits.latest == plain.hopLimit, flags.rawValue & plain.flags.rawValue == plain.flags.rawValue,
      flags.rawValue & TCPFlags.fin.rawValue == 0
    else { return false }
    return !plain.isTCP || !plain.isV4 || plain.payloadCount <= 1 || identifications.isUsual(plain.identification)
  }
  /// Whether this end has sent, and may still do so.
  @inline(__always)
  fileprivate mutating func isSeen() -> Bool { packets > 0 && flags.rawValue & TCPFlags.fin.rawValue == 0 }
}

extension Conversation {
  /// Whether a payload in this direction has a reader, or is known to have none.
  @inline(__always)
  fileprivate mutating func isReadInPlace(_ direction: Direction) -> Bool {
    dissector != .none || isSettled && unrecognisedPayloads == .max && !isChange(direction)
  }
}
