// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// The words of which sentences are made.
extension Japanese {
  // MARK: What was done

  var action: String { finding.operation?.action.name.ja ?? "\(facts.service)通信" }

  /// What the source did to the destination: `plc-1のholding-register 100-101に4, 7を書き込みました`.
  var did: Words {
    guard let operation = facts.operation else { return "\(to)と通信しました（\(facts.service)）" }
    let of: Words = to + (target(operation).map { "の\($0)" } ?? "")
    switch operation.action {
    case .write:
      guard let values = operation.values else { return "\(of)に書き込みました" }
      guard let before = operation.before else { return "\(of)に\(values)を書き込みました" }
      return before == values
        ? "\(of)に\(values)を書き込みました（値は変わっていません）" : "\(of)を\(before)から\(values)に変更しました"
    case .read: return operation.target == nil ? "\(to)のデータを読み出しました" : "\(of)を読み出しました"
    case .operate:
      let object: Words = operation.target == nil ? "\(to)の対象" : of
      let value: Words = operation.values.map { "（値 \($0)\(before(operation))）" } ?? ""
      switch operation.phase {
      case .select: return "\(object)を操作対象として選択しました\(value)"
      case .cancel: return "\(object)の選択を解除しました"
      case .none, .execute: return "\(object)を操作しました\(value)"
      }
    case .clock: return "\(to)の時刻を設定しました"
    case .configure:
      guard let name = operation.newName else { return "\(to)の設定を変更しました（\(native(operation))）" }
      return "\(to)の機器名を" + (operation.oldName.map { "\($0)から" } ?? "") + "\(name)に変更しました"
    case .program where operation.isFetch: return "\(to)のプログラムを読み出しました（\(native(operation))）"
    case .identify, .session, .diagnose, .report, .state, .program, .firmware, .file, .authenticate, .unknown:
      return "\(to)に対して\(operation.action.name.ja)を行いました（\(native(operation))）"
    }
  }

  /// Of a value that is not allowed: what was there.
  func lastSeen(_ value: RefusedValue) -> Words {
    value.last.map { "直前に確認された値は \($0.text)（\(facts.moment)）" } ?? "これまでに確認された値はありません"
  }

  func before(_ operation: OperationFacts) -> Words { operation.before.map { "、変更前 \($0)" } ?? "" }

  /// The target with what is in the message beside it.
  func target(_ operation: OperationFacts) -> Words? {
    operation.target.map { target in
      target + (operation.furtherTargets > 0 ? "ほか\(operation.furtherTargets)件" : "")
        + (operation.unit.map { "（\($0)）" } ?? "")
    }
  }

  /// The message by the standard's name: `Request download、block DB1`.
  func native(_ operation: OperationFacts) -> Words {
    operation.target.map { "\(operation.name)、\($0)" } ?? operation.name
  }

  /// A command that comes again and again: `Write Single Register、holding-register 20`.
  var command: Words { facts.operation.map(native) ?? "\(facts.service)のメッセージ" }

  /// The message as evidence: `Write Multiple Registers（機能コード16）、holding-register 100-101 = 4, 7`.
  var message: Words {
    guard let operation = facts.operation else { return Words(facts.service) }
    var message: Words = "\(operation.name)（機能コード\(operation.code)\(operation.subcode)）"
    if let name = operation.newName { message += "、新しい機器名 \(name)" }
    if let target = operation.target {
      message += "、\(target)"
      if operation.furtherTargets > 0 { message += "ほか\(operation.furtherTargets)件" }
      if let values = operation.values { message += " = \(values)" }
    }
    if let unit = operation.unit { message += "、\(unit)" }
    return message
  }

  // MARK: Words

  func name(_ conduit: Int) -> Words {
    context.conduit(conduit).map { "コンジット \(short($0.from)) → \(short($0.to)) " } ?? "このコンジット"
  }

  func words(_ list: [String]?) -> Words {
    guard let list, !list.isEmpty else { return "別のもの" }
    return Words(Facts.list(list))
  }

  /// `5分間に`
  func period(_ seconds: Int) -> Words {
    guard seconds > 0 else { return "" }
    let text = Language.ja.period(seconds: seconds)
    return text.hasSuffix("間") ? "\(text)に" : "\(text)間に"
  }

  func noun(_ what: Finding.Counted) -> Words {
    switch what {
    case .ports: "応答のなかった同一ホストのポート"
    case .protocols: "応答のなかった同一ホストのIPプロトコル"
    case .hosts: "応答のなかったホスト"
    case .claimedAddresses: "一つのMACアドレスが名乗るIPアドレス"
    case .addressFlips: "一つのIPアドレスに対するMACアドレスの切り替わり"
    case .gratuitousClaims: facts.resolution == "ARP" ? "要求のないARP応答（GARP）" : "要求のない\(facts.resolution)通知"
    case .synPackets: "TCP接続要求（SYN）"
    case .tcpPackets: "どの接続にも属さないTCPセグメント"
    case .icmpPackets: "ICMPパケット"
    case .udpPackets: "UDPパケット"
    case .broadcasts: "ブロードキャスト"
    case .functionCodes: "使われた機能コード"
    case .units: "使われたユニット"
    case .exceptions: "エラー応答"
    case .commands: "同一機能のコマンド"
    case .refusedCommands: "拒否されたコマンド"
    case .answers: "この種の応答"
    case .requests: "応答のない要求"
    case .oneWayConnections: "片方向しか見えない接続"
    case .logins: "ログイン拒否"
    }
  }

  func counter(_ what: Finding.Counted) -> Words {
    switch what {
    case .hosts: "台"
    case .functionCodes, .protocols: "種類"
    case .addressFlips, .logins: "回"
    case .ports, .claimedAddresses, .units, .tcpPackets, .icmpPackets, .udpPackets: "個"
    case .gratuitousClaims, .synPackets, .broadcasts, .exceptions, .answers, .requests, .oneWayConnections, .commands,
      .refusedCommands:
      "件"
    }
  }

  func overlapped(_ what: Overlap) -> Words {
    switch what {
    case .tcpStream, .lateSegment: "TCPストリーム"
    case .ipFragments: "IPフラグメント"
    }
  }

  func allowed(_ fault: Fault) -> Words {
    if fault.kind == .missing { return "値あり" }
    if fault.least > fault.most { return "\(facts.service)の仕様に定義された値" }
    if fault.least == fault.most { return Facts.number(fault.least, fault) + bytes(fault) }
    if fault.kind == .truncated { return "\(fault.least)バイト以上" }
    return "\(Facts.number(fault.least, fault))〜\(Facts.number(fault.most, fault))"
  }
  func seen(_ fault: Fault) -> Words {
    fault.kind == .missing ? "なし" : Facts.number(fault.seen, fault) + bytes(fault)
  }
  func bytes(_ fault: Fault) -> Words { fault.kind == .truncated ? "バイト" : "" }

  func name(_ kind: Fault.Kind) -> Words {
    switch kind {
    case .length: "長さの矛盾"
    case .quantity: "数量の範囲外"
    case .value: "禁止された値"
    case .code: "予約済みまたは未知のコード"
    case .range: "領域の終端を超える範囲"
    case .checksum: "チェックサム不一致"
    case .framing: "このプロトコルのメッセージではない"
    case .truncated: "途中で途切れたメッセージ"
    case .missing: "必須項目の欠落"
    }
  }
}
