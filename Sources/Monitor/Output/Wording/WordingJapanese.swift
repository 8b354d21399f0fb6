// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// Japanese sentences of an alert.
struct Japanese {
  let facts: Facts
  let entry: CatalogueEntry
  private var finding: Finding { facts.finding }
  private var context: AlertContext { facts.context }

  init(_ facts: Facts, _ entry: CatalogueEntry) {
    self.facts = facts
    self.entry = entry
  }

  var wording: Wording {
    Wording(signature: signature, summary: summary, expected: expected, seen: seen, reason: reason)
  }

  private var zones: String {
    facts.sourceZone == facts.destinationZone
      ? "ゾーン\(facts.sourceZone)内" : "ゾーン\(facts.sourceZone)から\(facts.destinationZone)へ"
  }

  /// The same in brackets, where there are zones.
  private var inZones: String { facts.hasZones ? "（\(zones)）" : "" }
  private var inSourceZone: String { facts.hasZones ? "（ゾーン\(facts.sourceZone)）" : "" }
  /// Who to whom; a finding may have no single source or destination.
  private var way: String {
    (facts.isSourceNamed ? "\(facts.source)から" : "") + (facts.isDestinationNamed ? "\(facts.destination)へ" : "")
  }

  private var deed: String {
    guard let operation = facts.operation else { return facts.service }
    return facts.target.map { "\(operation)、対象 \($0)" } ?? operation
  }

  /// Why whoever writes is a stranger: by the site file, or by what was seen before.
  private var stranger: String { facts.hasZones ? "資産にも経路にも登録されていないのに、" : "これまで行っていなかった" }

  private var action: String { finding.operation?.action.word ?? facts.service }

  private var signature: String {
    switch (finding.kind, finding.detail) {
    case (.crossZoneFlow, _): "許可されていないゾーン間通信（\(zones)）"
    case (.operationNotAllowed, .refusedService): "許可されていないサービス \(facts.service)（\(zones)）"
    case (.operationNotAllowed, .refusedTarget): "許可されていない対象への操作 \(action)（\(zones)）"
    case (.operationNotAllowed, _): "許可されていない操作 \(action)（\(zones)）"
    case (.outsideWindow, _): "許可時間外の通信（\(zones)）"
    case (.unknownMAC, _): "未登録のMACアドレス（ゾーン\(facts.sourceZone)）"
    case (.unknownIP, _): "未登録のIPアドレス（ゾーン\(facts.sourceZone)）"
    case (.wrongZone, .zone(let expected, let seen)):
      "ゾーン\(facts.zone(expected))の機器をゾーン\(facts.zone(seen))で検出"
    case (.wrongZone, .vlan(let zone, _)): "ゾーン\(facts.zone(zone))の機器を別ゾーンのVLANで検出"
    case (.wrongZone, _): "登録機器のMACアドレス相違（ゾーン\(facts.sourceZone)）"
    case (.addressConflict, _): "IPアドレスの重複\(inSourceZone)"
    case (.controllerCommand, _): "制御装置への無許可コマンド \(action)（\(zones)）"
    case (.arpSpoofing, _): "\(facts.resolution)スプーフィング\(inSourceZone)"
    case (.malformedMessage, _): "\(facts.service)のプロトコル違反\(inZones)"
    default: "\(entry.title.ja)\(inZones)"
    }
  }

  private var summary: String {
    let from = facts.hasZones ? "ゾーン\(facts.sourceZone)の\(facts.source)" : facts.source
    let to = facts.hasZones ? "ゾーン\(facts.destinationZone)の\(facts.destination)" : facts.destination
    return switch finding.kind {
    case .crossZoneFlow: "\(from)が、許可なく\(to)と通信しています（\(deed)）。"
    case .operationNotAllowed: "\(from)が、\(to)に対して許可範囲外の操作を行いました（\(deed)）。"
    case .outsideWindow: "\(from)が、許可された時間帯以外に\(to)と通信しました（\(deed)）。"
    case .unknownMAC: "未登録のMACアドレス\(finding.source.mac)の機器が、ゾーン\(facts.sourceZone)で通信しています。"
    case .unknownIP: "未登録のIPアドレス\(finding.source.ip)が、ゾーン\(facts.sourceZone)で使われています。"
    case .wrongZone: "\(facts.source)が、サイトファイルと異なる場所で検出されました。"
    case .addressConflict: "複数の機器が同じIPアドレス\(facts.source)を名乗っています\(inSourceZone)。"
    case .controllerCommand: "\(from)が、許可なく制御装置（\(to)）にコマンドを送りました（\(deed)）。"
    case .externalCommunication: "\(from)と\(to)が、工場の境界を越えて通信しています（\(deed)）。"
    case .portScan: "\(from)が、\(to)のポートを次々に試しています。"
    case .hostSweep:
      facts.hasZones
        ? "\(from)が、ゾーン\(facts.destinationZone)のアドレスを次々に試しています。" : "\(from)が、多数のアドレスを次々に試しています。"
    case .arpSpoofing: "\(from)が、\(facts.resolution)で他の機器のアドレスを名乗っています。"
    case .flood: facts.isSourceNamed ? "\(from)が、\(to)へ異常な量のパケットを送っています。" : "\(to)へ異常な量のパケットが送られています。"
    case .functionScan: "\(from)が、\(to)の機能コードまたはユニットを順に試しています。"
    case .exceptionBurst: "\(from)と\(to)の間で、エラー応答が多発しています。"
    case .malformedMessage: "\(from)が\(to)へ、\(facts.service)の仕様に反するメッセージを送りました。"
    case .streamTampering:
      facts.isLate
        ? "\(from)から\(to)へのデータの一部が、後続よりも大幅に遅れて届き、判定されませんでした。"
        : "\(from)から\(to)へのデータが、異なる内容で二度送られました。"
    case .unaskedAnswer: "\(from)が、要求を受けずに\(to)へ応答しています。"
    case .unansweredRequest: "\(from)の要求に、\(to)が応答していません。"
    case .mismatchedAnswer: "\(from)が\(to)へ、要求と一致しない応答を返しました。"
    case .newWriter: "\(from)が、\(stranger)\(to)への変更を行いました（\(deed)）。"
    case .deviceRenamed: "\(from)が、\(to)に名称の変更を指示しました（\(deed)）。"
    case .clockSetByStranger: "\(from)が、\(stranger)\(to)の時刻設定を行いました（\(deed)）。"
    case .selectWithoutExecute: "\(from)が\(to)の対象を選択したまま、実行も解除もしていません（\(deed)）。"
    case .loginFailures: "\(to)が、\(from)のログインを繰り返し拒否しています。"
    case .passwordGuessing: "\(from)が、\(to)に対してパスワードを次々に試しています。"
    case .oneWayVisibility: "通信が片方向しか見えていません\(inZones)。例: \(facts.source)と\(facts.destination)の間。"
    }
  }

  private var expected: String {
    switch finding.detail {
    case .parties: expectedOfParties
    case .refusedService(let conduit): "\(name(conduit))で許可されているサービス: \(words(context.conduit(conduit)?.services))"
    case .refusedAction(let conduit): "\(name(conduit))で許可されている操作: \(words(context.conduit(conduit)?.operations))"
    case .refusedTarget(let conduit): "\(name(conduit))で許可されている対象: \(words(context.conduit(conduit)?.targets))"
    case .refusedTime(let conduit, let window):
      "\(name(conduit))が許可される時間帯: \(context.window(window).map { "\(short($0.name))（\(short($0.text))）" } ?? "指定の時間帯")"
    case .binding(let ip, let expected, _): "\(ip)のMACアドレスは\(expected)"
    case .zone(let expected, _): "\(facts.source)はゾーン\(facts.zone(expected))にのみ存在"
    case .vlan(let zone, _): "\(facts.source)はゾーン\(facts.zone(zone))のVLANにのみ存在"
    case .count(let what, _, let limit, let seconds):
      limit > 1 ? "\(noun(what))は\(within(seconds))\(limit)未満" : "\(noun(what))は0"
    case .fault(let fault): "\(fault.field): \(allowed(fault))"
    case .overlap(_, .lateSegment): "TCPストリームの各部分は、後続から3秒以内に到着"
    case .overlap(_, let what): "\(overlapped(what))の同じ位置のデータは、再送時も同じ内容"
    }
  }

  private var expectedOfParties: String {
    switch finding.kind {
    case .crossZoneFlow: "\(zones)の通信はなし（サイトファイルに経路の定義がありません）"
    case .operationNotAllowed: "経路（\(zones)）に定義された範囲の通信のみ"
    case .outsideWindow: "許可された時間帯のみの通信（\(zones)）"
    case .unknownMAC: "ゾーン\(facts.sourceZone)では、サイトファイルに登録されたMACアドレスの機器のみ"
    case .unknownIP: "ゾーン\(facts.sourceZone)では、サイトファイルに登録されたIPアドレスの機器のみ"
    case .wrongZone: "\(facts.source)は、サイトファイルに記載された場所にのみ存在"
    case .addressConflict: "一つのIPアドレスにつき機器は一台"
    case .controllerCommand: "制御装置へのコマンドは、許可された経路のみ（該当する経路の定義がありません）"
    case .externalCommunication: "ゾーン\(facts.sourceZone)と\(facts.destinationZone)の間は、経路の定義がない限り通信なし"
    case .portScan: "クライアントが使うのは、必要なサービスのポートのみ"
    case .hostSweep: "クライアントの通信相手は、必要な機器のみ"
    case .arpSpoofing: "各機器が名乗るのは自分のアドレスのみ"
    case .flood: "ネットワークの設計範囲内の通信量"
    case .functionScan: "クライアントが使うのは、プログラムに必要な機能とユニットのみ"
    case .exceptionBurst: "機器が実行できる要求のみ"
    case .malformedMessage: "\(facts.service)の仕様に従ったメッセージ"
    case .streamTampering: "同じ位置のデータは、再送時も同じ内容"
    case .unaskedAnswer: "応答は要求に対してのみ"
    case .unansweredRequest: "各要求に対し30秒以内の応答"
    case .mismatchedAnswer: "要求の形式に合った応答"
    case .newWriter: "変更を行うのは、いつもの端末のみ"
    case .deviceRenamed: "名称は変わらないか、許可された経路でのみ変更"
    case .clockSetByStranger: "時刻を設定するのは、工場の時刻源のみ"
    case .selectWithoutExecute: "選択から10秒以内に実行または解除"
    case .loginFailures, .passwordGuessing: "ログインの成功"
    case .oneWayVisibility: "ミラーポートで各接続の双方向が見えること"
    }
  }

  private var seen: String {
    switch finding.detail {
    case .parties where finding.kind == .unknownMAC:
      "MACアドレス\(finding.source.mac)" + (finding.source.ip.isUnicast ? "（IPアドレス\(finding.source.ip)）" : "")
    case .parties where finding.kind == .unknownIP:
      "IPアドレス\(finding.source.ip)" + (finding.source.mac == .none ? "" : "（MACアドレス\(finding.source.mac)）")
    case .parties, .refusedAction, .refusedTarget: "\(way)の\(deed)"
    case .refusedService: "\(way)の\(facts.service)"
    case .refusedTime: "\(facts.time)に、\(way)の\(deed)"
    case .binding(let ip, _, let seen): "\(ip)のMACアドレスが\(seen)"
    case .zone(_, let seen): "\(facts.source)をゾーン\(facts.zone(seen))で検出"
    case .vlan(_, let seen): "\(facts.source)をVLAN \(seen)で検出"
    case .count(let what, let seen, _, let seconds): "\(noun(what))が\(within(seconds))\(seen)（\(way)）"
    case .fault(let fault):
      "\(fault.field): \(seen(fault))（\(name(fault.kind))）" + (facts.operation.map { "、\($0)" } ?? "")
    case .overlap(let bytes, .lateSegment): "TCPストリームの\(bytes)バイトが3秒以上遅れて到着"
    case .overlap(let bytes, let what): "\(overlapped(what))の\(bytes)バイトが、異なる内容で再送"
    }
  }

  private var reason: String {
    switch finding.detail {
    case .refusedService(let conduit): "\(name(conduit))にサービス\(facts.service)が含まれていません"
    case .refusedAction(let conduit): "\(name(conduit))に操作\(action)が含まれていません"
    case .refusedTarget(let conduit): "\(name(conduit))に\(facts.target.map { "対象\($0)" } ?? "対象のない操作")が含まれていません"
    case .refusedTime(let conduit, _): "\(name(conduit))はこの時刻には許可されていません"
    default:
      switch finding.kind {
      case .crossZoneFlow, .operationNotAllowed, .externalCommunication, .outsideWindow:
        "\(facts.sourceZone)から\(facts.destinationZone)への経路が定義されていません"
      case .controllerCommand: "\(facts.source)から\(facts.destination)への\(action)を許可する経路がありません"
      case .unknownMAC, .unknownIP: "ゾーン\(facts.sourceZone)の機器はサイトファイルに登録されていますが、この機器は含まれていません"
      case .wrongZone: "サイトファイルでは、この機器の場所は別に定義されています"
      default: entry.meaning.ja
      }
    }
  }

  private func name(_ conduit: Int) -> String {
    context.conduit(conduit).map { "経路 \(short($0.from)) → \(short($0.to)) " } ?? "この経路"
  }

  private func words(_ list: [String]?) -> String {
    guard let list, !list.isEmpty else { return "別のもの" }
    return Facts.list(list)
  }

  private func within(_ seconds: Int) -> String { seconds > 0 ? "\(seconds)秒間に" : "" }

  private func noun(_ what: Finding.Counted) -> String {
    switch what {
    case .ports: "一台に対して応答のなかったポート数"
    case .hosts: "応答のなかったホスト数"
    case .claimedAddresses: "一つのMACアドレスが名乗るIPアドレス数"
    case .addressFlips: "一つのIPアドレスのMACアドレス切り替わり回数"
    case .gratuitousClaims: "要求のない\(facts.resolution)通知の数"
    case .synPackets: "TCP接続要求（SYN）の数"
    case .icmpPackets: "ICMPパケット数"
    case .udpPackets: "UDPパケット数"
    case .broadcasts: "ブロードキャスト数"
    case .functionCodes: "機能コードの種類"
    case .units: "ユニットの種類"
    case .exceptions: "エラー応答の数"
    case .answers: "この種の応答の数"
    case .requests: "応答のない要求の数"
    case .oneWayConnections: "片方向しか見えない接続の数"
    case .logins: "拒否されたログイン"
    }
  }

  private func overlapped(_ what: Overlap) -> String {
    switch what {
    case .tcpStream, .lateSegment: "TCPストリーム"
    case .ipFragments: "IPフラグメント"
    }
  }

  private func allowed(_ fault: Fault) -> String {
    if fault.kind == .missing { return "値あり" }
    if fault.least > fault.most { return "\(facts.service)の仕様に定義されたもの" }
    if fault.least == fault.most { return Facts.number(fault.least, fault) + bytes(fault) }
    if fault.kind == .truncated { return "\(fault.least)バイト以上" }
    return "\(Facts.number(fault.least, fault))〜\(Facts.number(fault.most, fault))"
  }
  private func seen(_ fault: Fault) -> String {
    fault.kind == .missing ? "なし" : Facts.number(fault.seen, fault) + bytes(fault)
  }
  private func bytes(_ fault: Fault) -> String { fault.kind == .truncated ? "バイト" : "" }

  private func name(_ kind: Fault.Kind) -> String {
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
