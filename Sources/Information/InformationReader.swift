// SPDX-License-Identifier: Apache-2.0

/// Reads one conversation of one protocol: bytes of its stream in order, or its datagrams.
///
/// Messages that lie in one piece are read where they are; of others, what has come is kept: at most `mostHeld` bytes a
/// direction. A reader may begin, and go on after a loss, in the middle of a conversation: it then looks for a message
/// that can be told. Copies are the same conversation.
package struct InformationReader {
  private enum Conversation {
    case http(HTTPConversation)
    case tls(TLSConversation)
    case dns(DNSConversation)
    case ssh(SSHConversation)
    case smb(SMBConversation)
    case dcerpc(DCEConversation)
    case lines(LineConversation)
    case snmp(SNMPConversation)
  }
  private var conversation: Conversation
  package private(set) var application: Application

  /// Bytes that one direction of a conversation keeps at most, a body's window and what is needed to inflate it aside.
  package static let mostHeld = 1 << 16
  /// Bytes that are read at once: more are read piece by piece, so that what is held stays bounded.
  private static let piece = 1 << 14

  /// `isDatagram`: each `read` is given one message.
  package init(_ application: Application, isDatagram: Bool = false) {
    self.application = application
    conversation =
      switch application {
      case .http: .http(HTTPConversation())
      case .tls: .tls(TLSConversation())
      case .dns: .dns(DNSConversation(isDatagram: isDatagram))
      case .ssh: .ssh(SSHConversation())
      case .smb: .smb(SMBConversation())
      case .dcerpc: .dcerpc(DCEConversation())
      case .ftp, .smtp: .lines(LineConversation(application))
      case .snmp: .snmp(SNMPConversation())
      }
  }

  /// The next bytes of one direction. Calls the sink for each part that they complete.
  package mutating func read<Sink: TransactionSink & ~Copyable>(
    _ bytes: RawSpan, isFromClient: Bool, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    switch conversation {
    case .dns(let dns): return dns.read(bytes, isFromClient, &transaction, &sink)
    case .snmp(let snmp): return snmp.read(bytes, isFromClient, &transaction, &sink)
    default: break
    }
    var offset = 0
    while offset < bytes.byteCount {
      let piece = bytes.slice(offset, InformationReader.piece)
      offset += piece.byteCount
      switch conversation {
      case .http(let http): http.read(piece, isFromClient, &transaction, &sink)
      case .tls(let tls): tls.read(piece, isFromClient, &transaction, &sink)
      case .ssh(let ssh): ssh.read(piece, isFromClient, &transaction, &sink)
      case .smb(let smb): smb.read(piece, isFromClient, &transaction, &sink)
      case .dcerpc(let dce): dce.read(piece, isFromClient, &transaction, &sink)
      case .lines(let lines):
        // STARTTLS (RFC 3207, RFC 4217): what follows is TLS.
        if lines.isSecured {
          let tls = TLSConversation()
          conversation = .tls(tls)
          application = .tls
          tls.read(piece, isFromClient, &transaction, &sink)
        } else {
          lines.read(piece, isFromClient, &transaction, &sink)
        }
      case .dns, .snmp: break
      }
    }
  }

  /// Bytes of one direction are missing: the next ones may lie anywhere within a message. What a body's window holds is
  /// given to the sink.
  package mutating func lost<Sink: TransactionSink & ~Copyable>(
    isFromClient: Bool, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    switch conversation {
    case .http(let http): http.lost(isFromClient, &transaction, &sink)
    case .tls(let tls): tls.lost(isFromClient)
    case .dns(let dns): dns.lost(isFromClient)
    case .ssh(let ssh): ssh.lost(isFromClient)
    case .smb(let smb): smb.lost(isFromClient)
    case .dcerpc(let dce): dce.lost(isFromClient)
    case .lines(let lines): lines.lost(isFromClient)
    case .snmp: break
    }
  }

  /// No more bytes come from this end: bodies that end with their connection are complete.
  package mutating func ended<Sink: TransactionSink & ~Copyable>(
    isFromClient: Bool, _ transaction: inout Transaction, _ sink: inout Sink
  ) {
    if case .http(let http) = conversation { http.ended(isFromClient, &transaction, &sink) }
  }
}
