// SPDX-License-Identifier: Apache-2.0
import RuleLanguage

/// HTTP/1.0 and HTTP/1.1 (RFC 9110, RFC 9112), both directions of a connection.
final class HTTPConversation {
  private enum State {
    case start
    /// Looking for a start line.
    case lost
    /// Of a body whose length is known, in one piece or in chunks (RFC 9112, 6.2 and 7.1).
    case body, chunkSize, chunk, chunkEnd, trailer
    /// A body that ends with the connection.
    case untilEnd
    /// Another protocol: what follows is not read.
    case passed
  }
  private struct Side {
    var state = State.start
    var held = HeldBytes()
    /// Bytes of what is held that were searched for the head's end.
    var searched = 0
    /// Of the body or chunk.
    var remaining = 0
    /// The head of the message whose body is being read.
    var head: [UInt8] = []
    var body = HTTPBody()
    var number: UInt32 = 0
  }
  /// Requests that have no answer yet, oldest in the lowest bits.
  private struct Outstanding {
    enum Sort: UInt64 { case plain, head, connect }
    private var sorts: UInt64 = 0
    private(set) var count: UInt32 = 0
    mutating func append(_ sort: Sort) {
      if count == 32 { self = Outstanding() }
      sorts |= sort.rawValue << UInt64(2 * count)
      count += 1
    }
    mutating func removeFirst() {
      guard count > 0 else { return }
      sorts >>= 2
      count -= 1
    }
    var first: Sort { Sort(rawValue: sorts & 3) ?? .plain }
  }

  private var client = Side()
  private var server = Side()
  private var outstanding = Outstanding()
  private var requests: UInt32 = 0

  /// Of a start line that is being looked for, and of a line between chunks.
  private static let longestLine = 1 << 12

  func read<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    var side = take(isFromClient)
    if side.held.isEmpty {
      let used = advance(bytes, isFromClient, &side, &transaction, &sink)
      side.held.keep(bytes.from(used))
    } else {
      var whole = side.held.take()
      whole.append(copying: bytes)
      let used = advance(whole.bytes, isFromClient, &side, &transaction, &sink)
      side.held.keep(whole, from: used)
    }
    put(side, isFromClient)
  }

  func lost<Sink: TransactionSink & ~Copyable>(
    _ isFromClient: Bool, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    ended(isFromClient, &transaction, &sink)
    outstanding = Outstanding()
  }

  func ended<Sink: TransactionSink & ~Copyable>(
    _ isFromClient: Bool, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    var side = take(isFromClient)
    if side.state != .passed {
      finish(isFromClient, &side, &transaction, &sink)
      side.state = .lost
    }
    side.held.clear()
    side.searched = 0
    put(side, isFromClient)
  }

  private func take(_ isFromClient: Bool) -> Side {
    isFromClient ? exchange(&client, with: Side()) : exchange(&server, with: Side())
  }
  private func put(_ side: consuming Side, _ isFromClient: Bool) {
    if isFromClient { client = side } else { server = side }
  }

  /// Reads as far as possible; the number of bytes that need not be kept.
  private func advance<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, _ side: inout Side, _ transaction: inout Transaction, _ sink: inout Sink
  ) -> Int {
    var offset = 0
    while offset < bytes.byteCount {
      let rest = bytes.from(offset)
      switch side.state {
      case .passed: return bytes.byteCount
      case .lost:
        let (place, isFound) = HTTPConversation.findStart(rest, isFromClient)
        offset += place
        guard isFound else { return offset }
        side.state = .start
        side.searched = 0
      case .start:
        if rest.u8(0) == 0x0D || rest.u8(0) == 0x0A {
          offset += 1
          continue
        }
        guard let used = readHead(rest, isFromClient, &side, &transaction, &sink) else { return offset }
        offset += used
      case .body, .chunk:
        let part = rest.slice(0, side.remaining)
        feed(part, isFromClient, &side, &transaction, &sink)
        offset += part.byteCount
        side.remaining -= part.byteCount
        guard side.remaining == 0 else { continue }
        if side.state == .chunk {
          side.state = .chunkEnd
        } else {
          finish(isFromClient, &side, &transaction, &sink)
          side.state = .start
        }
      case .untilEnd:
        // A server that left a length out, and goes on with its next answer.
        if !isFromClient, outstanding.count > 0, offset == 0, rest.has("HTTP/1.") {
          finish(isFromClient, &side, &transaction, &sink)
          side.state = .start
        } else {
          feed(rest, isFromClient, &side, &transaction, &sink)
          return bytes.byteCount
        }
      case .chunkSize, .chunkEnd, .trailer:
        guard let feed = rest.place(of: 0x0A, to: HTTPConversation.longestLine) else {
          guard rest.byteCount >= HTTPConversation.longestLine else { return offset }
          finish(isFromClient, &side, &transaction, &sink)
          side.state = .lost
          continue
        }
        offset += feed + 1
        if !readLine(HTTPHead.withoutReturn(rest.slice(0, feed)), &side) {
          finish(isFromClient, &side, &transaction, &sink)
          if side.state != .start {
            side.state = .lost
            offset -= feed + 1
          }
        }
      }
    }
    return offset
  }

  /// A line between chunks; false at the body's end, with state `start` if it is the right one.
  private func readLine(_ line: RawSpan, _ side: inout Side) -> Bool {
    switch side.state {
    case .chunkEnd:
      guard line.byteCount == 0 else { return false }
      side.state = .chunkSize
    case .chunkSize:
      var size = 0
      var digits = 0
      while let value = line.u8(digits).hexadecimalValue {
        guard digits < 12 else { return false }
        size = size << 4 | Int(value)
        digits += 1
      }
      guard digits > 0 else { return false }
      side.remaining = size
      side.state = size == 0 ? .trailer : .chunk
    default:
      if line.byteCount == 0 {
        side.state = .start
        return false
      }
    }
    return true
  }

  /// The first place where a start line begins or may begin; what is before it need not be kept.
  private static func findStart(_ bytes: RawSpan, _ isFromClient: Bool) -> (place: Int, isFound: Bool) {
    var place = 0
    while place < bytes.byteCount {
      switch HTTPHead.isStart(bytes.from(place), isFromClient: isFromClient) {
      case true?: return (place, true)
      case nil where bytes.byteCount - place < longestLine: return (place, false)
      default: break
      }
      guard let feed = bytes.place(of: 0x0A, from: place) else { break }
      place = feed + 1
    }
    return (bytes.byteCount, false)
  }

  /// Reads a head; the number of its bytes, 0 if there is none, nil if more are needed.
  private func readHead<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, _ side: inout Side, _ transaction: inout Transaction, _ sink: inout Sink
  ) -> Int? {
    // A long line is judged when it is complete, and not whenever a byte of it comes.
    let isLineComplete = bytes.place(of: 0x0A, from: side.searched - 1) != nil || bytes.byteCount >= HTTPHead.largest
    if side.searched < 64 || isLineComplete {
      switch HTTPHead.isStart(bytes, isFromClient: isFromClient) {
      case false?:
        side.state = .lost
        side.searched = 0
        return 0
      case nil where bytes.byteCount < HTTPHead.largest:
        side.searched = bytes.byteCount
        return nil
      default: break
      }
    }
    let end = HTTPHead.end(bytes, from: side.searched)
    if end == nil, bytes.byteCount < HTTPHead.largest {
      side.searched = bytes.byteCount
      return nil
    }
    side.searched = 0
    let head = bytes.slice(0, min(end ?? .max, HTTPHead.largest))
    let number = isFromClient ? requests &+ 1 : answeredNumber()
    transaction.begin(.http, .head, isFromClient: isFromClient, number: number)
    let values = HTTPHead.read(head, isFromClient: isFromClient, &transaction)
    side.number = number
    if isFromClient { beginRequest(values, &side) } else { beginResponse(values, &side) }
    if end == nil, side.state != .passed { side.state = .lost }
    if side.state != .start, side.state != .lost, side.state != .passed {
      side.head.removeAll(keepingCapacity: true)
      side.head.append(copying: head)
      side.body.begin(values.coding)
    }
    sink.transaction(transaction)
    return head.byteCount
  }

  /// A response whose request was not seen counts as one.
  private func answeredNumber() -> UInt32 {
    if outstanding.count == 0 { requests &+= 1 }
    return outstanding.count == 0 ? requests : requests &- outstanding.count &+ 1
  }

  private func beginRequest(_ head: HTTPHead, _ side: inout Side) {
    requests &+= 1
    outstanding.append(head.isHead ? .head : head.isConnect ? .connect : .plain)
    if head.isUpgrade {
      side.state = .passed
      return
    }
    begin(head, &side, orElse: .start)
  }

  private func beginResponse(_ head: HTTPHead, _ side: inout Side) {
    let asked = outstanding.first
    // What is provisional (RFC 9110, 15.2) is followed by the answer.
    if 100...199 ~= head.status, head.status != 101 {
      side.state = .start
      return
    }
    outstanding.removeFirst()
    if head.status == 101 || (asked == .connect && 200...299 ~= head.status) {
      (side.state, client.state) = (.passed, .passed)
      client.held.clear()
    } else if head.status == 204 || head.status == 304 || asked == .head {
      side.state = .start
    } else {
      begin(head, &side, orElse: .untilEnd)
    }
  }

  /// RFC 9112, 6.3.
  private func begin(_ head: HTTPHead, _ side: inout Side, orElse state: State) {
    if head.isChunked {
      side.state = .chunkSize
    } else if let length = head.contentLength {
      side.remaining = length
      side.state = length == 0 ? .start : .body
    } else {
      side.state = state
    }
  }

  private func feed<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, _ isFromClient: Bool, _ side: inout Side, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    var offset = 0
    while offset < bytes.byteCount {
      offset += side.body.take(bytes.from(offset))
      if side.body.isFull { emitBody(isFromClient, isEnd: false, &side, &transaction, &sink) }
    }
  }

  private func finish<Sink: TransactionSink & ~Copyable>(
    _ isFromClient: Bool, _ side: inout Side, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    if side.body.fresh > 0 { emitBody(isFromClient, isEnd: true, &side, &transaction, &sink) }
    side.body.end()
    side.head.removeAll(keepingCapacity: false)
  }

  private func emitBody<Sink: TransactionSink & ~Copyable>(
    _ isFromClient: Bool, isEnd: Bool, _ side: inout Side, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    transaction.begin(.http, .body, isFromClient: isFromClient, number: side.number)
    _ = HTTPHead.read(side.head.bytes, isFromClient: isFromClient, &transaction)
    transaction.numbers.bodyOffset = side.body.offset
    transaction.numbers.isBodyEnd = isEnd
    transaction.add(isFromClient ? .httpRequestBody : .httpResponseBody, side.body.window.bytes)
    if !isFromClient { transaction.addAgain(as: .fileData) }
    sink.transaction(transaction)
    side.body.advance()
  }
}
