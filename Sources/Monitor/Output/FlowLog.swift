// SPDX-License-Identifier: Apache-2.0

extension Output {
  /// Writes a flow, at its end or while it lasts.
  mutating func flow(_ conversation: Conversation, _ occasion: FlowRecord.Occasion, at time: Int64) {
    let flow = conversation.flow
    var record = FlowRecord(
      id: flow.id, time: time, source: conversation.endpoint(.toServer), destination: conversation.endpoint(.toClient),
      ipProtocol: flow.ipProtocol, start: flow.start, end: flow.last)
    record.vlan = flow.vlan
    record.dissector = conversation.dissector
    record.packetsToServer = flow.toServer.packets
    record.packetsToClient = flow.toClient.packets
    record.bytesToServer = flow.toServer.bytes
    record.bytesToClient = flow.toClient.bytes
    record.alerted = isAlerted(flow.id)
    record.beginning = Output.beginning(flow.basis)
    switch occasion {
    case .lasting(let report): record.report = report
    case .ended(let end): record.reason = Output.reason(end)
    }
    record.state = conversation.isAnswered ? .established : .new
    if flow.ipProtocol == IPProtocol.tcp.rawValue {
      var tcp = FlowRecord.TCP()
      tcp.flagsToServer = UInt8(truncatingIfNeeded: flow.toServer.flags.rawValue)
      tcp.flagsToClient = UInt8(truncatingIfNeeded: flow.toClient.flags.rawValue)
      tcp.state = Output.word(flow.tcp)
      record.tcp = tcp
      if flow.tcp == .closed || flow.tcp == .reset { record.state = .closed }
    }
    records.flow(record, to: &sink)
  }

  private static func beginning(_ basis: Flow.Basis) -> FlowRecord.Beginning {
    switch basis {
    case .syn: .handshake
    case .wellKnownPort: .port
    case .content, .earlier: .content
    case .firstSeen: .firstSeen
    }
  }

  private static func reason(_ reason: Flow.End) -> FlowRecord.Reason {
    switch reason {
    case .timeout, .finished, .reset: .timeout
    case .evicted: .forced
    case .reused: .reuse
    case .shutdown: .shutdown
    }
  }

  /// EVE's words for a TCP connection's state.
  private static func word(_ state: TCPState) -> String {
    switch state {
    case .none: "none"
    case .synSent: "syn_sent"
    case .synReceived: "syn_recv"
    case .established: "established"
    case .closing: "fin_wait1"
    case .closed, .reset: "closed"
    }
  }
}
