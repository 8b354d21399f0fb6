// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// Japanese sentences of an alert.
struct Japanese {
  let facts: Facts
  let entry: CatalogueEntry
  var finding: Finding { facts.finding }
  var context: AlertContext { facts.context }

  init(_ facts: Facts, _ entry: CatalogueEntry) {
    self.facts = facts
    self.entry = entry
  }

  var wording: Sentences {
    let (signature, summary, expected, reason) = (
      signatureOfDetail, summaryOfDetail, expectedOfDetail, reasonOfDetail
    )
    let isOfDetail = signature != nil && summary != nil && expected != nil && reason != nil
    let kind = isOfDetail ? nil : ofKind
    return Sentences(
      signature: signature ?? kind?.signature ?? "", summary: summary ?? kind?.summary ?? "",
      expected: expected ?? kind?.expected ?? "", seen: seen,
      reason: (reason ?? kind?.reason ?? Words(entry.meaning.ja))
        + (finding.isDirectionCertain ? "" : "ただし、監視を始める前から続く通信かもしれず、どちらが始めたかは確かではありません。"))
  }

  /// For the further findings of the kind in this window.
  func rest(_ extent: Extent) -> Sentences {
    let budget = AlertBudget(finding)
    let minutes = AlertBudget.windowMinutes
    let worst: Words = budget == .command && facts.operation != nil ? "このうち最も危険なもの: \(from)が、\(did)。" : ""
    switch extent {
    case .kind:
      return Sentences(
        signature: "同種の検知（続き）: \(entry.title.ja)",
        summary: "個別に通知した以外の機器の間で、「\(entry.title.ja)」がさらに検知されました。"
          + "例: \(facts.source)から\(facts.destination)。\(worst)",
        expected: "同種の新規アラートは\(minutes)分間に\(budget.ofKind)件以内",
        seen: "上限を超えたため、以降は個別に通知せず、ここで件数のみ数えています",
        reason: "多数の機器で同時に発生しており、共通の原因が疑われます")
    case .source(let destinations):
      return Sentences(
        signature: "同一機器からの検知（続き）: \(entry.title.ja)",
        summary: "\(from)について、「\(entry.title.ja)」が個別に通知した以外にも検知されました。"
          + "相手はこれまでに\(destinations)アドレス（\(facts.destination)など）です。\(worst)",
        expected: "同じ機器からの同種の新規アラートは\(minutes)分間に\(budget.ofSource)件以内",
        seen: "上限を超えました。相手は\(destinations)アドレスで、以降の検知はここで件数のみ数えています",
        reason: "一台の機器から多数検知されており、スキャン、マルウェアまたは設定の誤りが疑われます")
    case .destination(let sources):
      return Sentences(
        signature: "同一宛先への検知（続き）: \(entry.title.ja)",
        summary: "\(facts.destination)宛ての「\(entry.title.ja)」が、個別に通知した以外にも検知されました。"
          + "送信元はこれまでに\(sources)アドレス（\(facts.source)など）です。",
        expected: "同じ宛先への同種の新規アラートは\(minutes)分間に\(budget.ofDestination(finding.kind) ?? 0)件以内",
        seen: "上限を超えました。送信元は\(sources)アドレスで、以降の検知はここで件数のみ数えています",
        reason: "多数の送信元から検知されており、送信元を偽ったフラッド、またはコンジットのないまま多くの機器が使うサービスが疑われます")
    }
  }

  /// For an alert that is over.
  func closed(after silence: Int64, _ count: UInt64) -> Sentences {
    let wording = wording
    let period = Language.ja.period(seconds: Int(silence / 1_000_000_000))
    return Sentences(
      signature: "終了: \(wording.signature)",
      summary: "\(wording.summary)検出回数は\(count)回で、その後\(period)間検出がないため終了しました。",
      expected: wording.expected, seen: wording.seen, reason: wording.reason)
  }

  /// For an alert about a device that answers again.
  func over(after seconds: Int) -> Sentences {
    let wording = wording
    return Sentences(
      signature: "終了: \(wording.signature)",
      summary: "最後の通信から\(Language.ja.duration(seconds: seconds))で、\(to)が再び応答しました。このアラートは終了しました。",
      expected: wording.expected, seen: wording.seen, reason: wording.reason)
  }

  /// For an alert that named the wrong end.
  var withdrawn: Sentences {
    Sentences(
      signature: "取り消し: \(wording.signature)",
      summary: "このアラートでは、\(facts.source)が\(facts.destination)への通信を始めたと通知しましたが、実際は逆でした。"
        + "\(facts.destination)が要求し、\(facts.source)が応答しています。",
      expected: wording.expected, seen: wording.seen, reason: Words(Withdrawal.reason.ja))
  }

  // MARK: By kind

  private var ofKind: KindWording {
    switch finding.kind {
    case .signature:
      return KindWording(
        signature: Words(entry.title.ja), summary: "\(from)が、\(did)。この通信はルール「\(entry.title.ja)」に一致します。",
        expected: "このルールに一致する通信はなし")
    case .crossZoneFlow:
      return KindWording(
        signature: "許可されていないゾーン間通信（\(zones)）", summary: "\(from)が、\(did)。この通信を許可するコンジットはありません。",
        expected: "\(longZones)の通信はなし（サイトファイルにコンジットの定義がありません）", reason: noConduit)
    case .unlistedFlow:
      return KindWording(
        signature: "ゾーン内の未登録通信（\(zones)）", summary: "\(from)が、\(did)。この通信を許可するコンジットはありません。",
        expected: "ゾーン内でもコンジットに定義された通信のみ（ゾーンのinside設定）", reason: noConduit)
    case .operationNotAllowed:
      return KindWording(
        signature: "許可されていない\(action)（\(zones)）", summary: "\(from)が、\(did)。コンジットの許可範囲外です。",
        expected: "コンジット（\(zones)）に定義された範囲の通信のみ", reason: noConduit)
    case .valueNotAllowed:
      return KindWording(
        signature: "許可されていない値の\(action)（\(zones)）", summary: "\(from)が、\(did)。この値は許可されていません。",
        expected: "コンジット（\(zones)）で許可された値のみ")
    case .outsideWindow:
      return KindWording(
        signature: "許可時間外の通信（\(zones)）", summary: "\(from)が、許可された時間帯の外で、\(did)。",
        expected: "許可された時間帯のみの通信（\(zones)）", reason: noConduit)
    case .unknownMAC:
      return KindWording(
        signature: "未登録のMACアドレス（\(zones)）",
        summary: "未登録のMACアドレス\(finding.source.mac)の機器が、\(zone(facts.sourceZone))で通信しています。",
        expected: "\(zone(facts.sourceZone))では、サイトファイルに登録されたMACアドレスの機器のみ", reason: unlisted)
    case .unknownIP:
      return KindWording(
        signature: "未登録のIPアドレス（\(zones)）",
        summary: "未登録のIPアドレス\(finding.source.ip)が、\(zone(facts.sourceZone))で使われています。",
        expected: "\(zone(facts.sourceZone))では、サイトファイルに登録されたIPアドレスの機器のみ", reason: unlisted)
    case .wrongZone:
      return KindWording(
        signature: "登録機器の接続場所相違（\(zones)）", summary: "\(facts.source)が、サイトファイルと異なる場所で検出されました。",
        expected: "\(facts.source)は、サイトファイルに記載された場所にのみ存在", reason: "サイトファイルの記載と接続場所が異なります")
    case .addressConflict:
      return KindWording(
        signature: "IPアドレスの重複\(inZones)", summary: "\(facts.source)のIPアドレスを、複数の機器が使っています\(inZones)。",
        expected: "一つのIPアドレスにつき機器は1台")
    case .impossibleSource:
      return KindWording(
        signature: "\(entry.title.ja)\(inZones)",
        summary: "\(to)へのフレームの送信元アドレス（\(facts.senderAddresses)）は、どの機器も持ちえないものです。",
        expected: "送信元は、一つの機器のアドレス")
    case .senderChanged:
      return KindWording(
        signature: "\(entry.title.ja)\(inZones)", summary: "別の送信元が、\(facts.source)のアドレスで\(to)に送信しています。",
        expected: "一つのアドレスにつき送信元は一つ", reason: "一つのシステムのパケットは同じ特徴を持ちますが、これは異なります")
    case .controllerCommand:
      return KindWording(
        signature: "制御装置への無許可の\(action)\(inZones)",
        summary: "\(from)が、\(did)。この操作を許可するコンジットはありません。",
        expected: "制御装置への操作は、コンジットで許可されたもののみ（該当するコンジットの定義がありません）",
        reason: "\(facts.source)から\(facts.destination)への\(action)を許可するコンジットがありません")
    case .externalCommunication:
      return KindWording(
        signature: "\(entry.title.ja)\(inZones)", summary: "\(from)が、\(did)。この通信を許可するコンジットはありません。",
        expected: "\(longZones)の通信は、コンジットの定義がない限りなし", reason: noConduit)
    case .newWriter:
      return KindWording(
        signature: "\(entry.title.ja)\(inZones)", summary: "\(from)が、\(did)。\(stranger)",
        expected: "変更を行うのは、いつもの端末のみ")
    case .deviceRenamed:
      return KindWording(
        signature: "\(entry.title.ja)\(inZones)", summary: "\(from)が、\(did)。",
        expected: "機器名は変わらないか、許可されたコンジットでのみ変更")
    case .clockSetByStranger:
      return KindWording(
        signature: "\(entry.title.ja)\(inZones)", summary: "\(from)が、\(did)。\(stranger)",
        expected: "時刻を設定するのは、工場の時刻源のみ")
    case .portScan:
      return KindWording(
        signature: "\(entry.title.ja)\(inZones)",
        summary: "\(from)が、\(to)の\(facts.triesProtocols ? "IPプロトコル" : "ポート")を次々に試しました。",
        expected: "クライアントが使うのは、必要なサービスの\(facts.triesProtocols ? "プロトコル" : "ポート")のみ")
    case .hostSweep:
      return KindWording(
        signature: "\(entry.title.ja)\(inZones)",
        summary: facts.hasZones
          ? "\(from)が、\(zone(facts.destinationZone))のアドレスを次々に試しました。" : "\(from)が、多数のアドレスを次々に試しました。",
        expected: "クライアントの通信相手は、必要な機器のみ")
    case .arpSpoofing:
      return KindWording(
        signature: "\(facts.resolution)スプーフィング\(inZones)",
        summary: "\(from)が、\(facts.resolution)で他の機器のアドレス\(facts.claimed ?? "")を名乗っています。", expected: "各機器が名乗るのは自分のアドレスのみ"
      )
    case .flood:
      return KindWording(
        signature: "\(entry.title.ja)\(inZones)",
        summary: facts.hasManySenders
          ? "多数の送信元（少なくとも\(finding.senders)）から、"
            + "\(facts.hasZones ? zone(facts.destinationZone) + "の" : "")\(facts.destination)へ異常な量のパケットが送られています。"
            + (facts.isSourceNamed ? "フレームの大半は\(facts.source)からのものです。" : "")
          : "\(from)が、\(to)へ異常な量のパケットを送っています。",
        expected: "ネットワークの設計範囲内の通信量")
    case .tableFlood:
      return KindWording(
        signature: "\(entry.title.ja): \(facts.flooded.ja)",
        summary: (facts.isSourceNamed ? "\(from)が、" : "多数の送信元が、")
          + "監視装置の\(facts.flooded.ja)テーブルをあふれさせています。使用中の項目が追い出されています。",
        expected: "使用中の項目がすべて収まるテーブル")
    case .functionScan:
      return KindWording(
        signature: "\(entry.title.ja)\(inZones)", summary: "\(from)が、\(to)の機能コードまたはユニットを順に試しました。",
        expected: "クライアントが使うのは、プログラムに必要な機能とユニットのみ")
    case .exceptionBurst:
      return KindWording(
        signature: "\(entry.title.ja)\(inZones)",
        summary: facts.areCommandsRefused
          ? "\(from)からのコマンドを、\(to)が次々に拒否しています（直近は\(command)）。"
          : "\(from)と\(to)の間で、エラー応答が多発しています。",
        expected: "機器が実行できる要求のみ")
    case .commandFlood:
      return KindWording(
        signature: "\(entry.title.ja)\(inZones)",
        summary: "\(from)が\(to)へ、通常をはるかに超える頻度でコマンドを送っています（\(command)）。",
        expected: "コマンドの頻度は、プロセスに必要な範囲のみ")
    case .malformedMessage:
      return KindWording(
        signature: "\(facts.service)のプロトコル違反\(inZones)",
        summary: "\(from)が\(to)へ、\(facts.service)の仕様に反するメッセージを送りました。",
        expected: "\(facts.service)の仕様に従ったメッセージ")
    case .streamTampering:
      return KindWording(
        signature: "\(entry.title.ja)\(inZones)",
        summary: facts.isLate
          ? "\(from)から\(to)へのデータの一部が、後続のデータの検査後に届きました。"
          : "\(from)から\(to)へのデータが、異なる内容で二度送られました。",
        expected: "同じ位置のデータは、再送時も同じ内容")
    case .unaskedAnswer:
      return KindWording(
        signature: "\(entry.title.ja)\(inZones)", summary: "\(from)が、要求を受けずに\(to)へ応答しました。",
        expected: "応答は要求に対してのみ")
    case .unansweredRequest:
      return KindWording(
        signature: "\(entry.title.ja)\(inZones)", summary: "\(from)の要求に、\(to)が応答していません。",
        expected: "各要求に対し30秒以内の応答")
    case .mismatchedAnswer:
      return KindWording(
        signature: "\(entry.title.ja)\(inZones)", summary: "\(from)が\(to)へ、要求と一致しない応答を返しました。",
        expected: "要求の形式に合った応答")
    case .deviceSilent:
      return KindWording(
        signature: "\(entry.title.ja)\(facts.hasZones ? "（\(bareName(facts.destinationZone))）" : "")",
        summary: "\(from)が繰り返し問い合わせていますが、\(to)が応答しなくなりました。",
        expected: "30秒以内の応答（再起動に要する時間を含む）",
        reason: "以前は応答しており、他の機器の通信は引き続き見えています")
    case .selectWithoutExecute:
      return KindWording(
        signature: "\(entry.title.ja)\(inZones)", summary: "\(from)が、\(did)。その後、実行も解除もしていません。",
        expected: "選択から10秒以内に実行または解除")
    case .loginFailures:
      return KindWording(
        signature: "\(entry.title.ja)\(inZones)", summary: "\(from)のログインを、\(to)が繰り返し拒否しました。",
        expected: "ログインの成功")
    case .passwordGuessing:
      return KindWording(
        signature: "\(entry.title.ja)\(inZones)", summary: "\(from)が、\(to)に対してパスワードを次々に試しました。",
        expected: "ログインの成功")
    case .oneWayVisibility:
      return KindWording(
        signature: "\(entry.title.ja)\(inZones)",
        summary: "ミラーポートでは通信が片方向しか見えていません\(inZones)。例: \(facts.source)と\(facts.destination)の間。",
        expected: "ミラーポートで各接続の双方向が見えること")
    }
  }

  private var noConduit: Words { "\(longZones)のコンジットが定義されていません" }
  private var unlisted: Words { "\(zone(facts.sourceZone))の登録機器に、この機器は含まれていません" }
  /// Why the sender is a stranger: by the site file, or by what was seen before.
  private var stranger: Words {
    facts.hasZones ? "資産として登録されておらず、許可するコンジットもありません。" : "これまでにない送信元です。"
  }

  // MARK: By detail

  private var signatureOfDetail: Words? {
    switch (finding.kind, finding.detail) {
    case (_, .noSite): "制御装置への\(action)"
    case (.operationNotAllowed, .refusedService): "許可されていないサービス \(facts.service)（\(zones)）"
    case (.operationNotAllowed, .refusedTarget): "許可されていない対象への\(action)（\(zones)）"
    case (_, .refusedValue(let value)) where value.number == nil: "値を読み取れない\(action)（\(zones)）"
    case (.wrongZone, .zone(let expected, let seen)): "\(zoneName(expected))の機器を\(zoneName(seen))で検出"
    case (.wrongZone, .vlan(let zone, _)): "\(zoneName(zone))の機器を別ゾーンのVLANで検出"
    case (.wrongZone, .binding): "登録機器のMACアドレス相違（\(zones)）"
    default: nil
    }
  }

  private var summaryOfDetail: Words? {
    switch (finding.kind, finding.detail) {
    case (_, .noSite): "\(from)が、\(did)。\(WithoutSite.reason.ja)。"
    case (_, .refusedValue(let value)):
      "\(from)が、\(did)。\(facts.limited.target)の"
        + (value.number.map { "値 \($0.text) は許可されていません" } ?? "値を読み取れませんでした") + "。\(lastSeen(value))。"
    case (.wrongZone, .binding(_, let expected, let seen)):
      "\(from)のMACアドレスが登録と異なります（登録 \(expected)、検出 \(seen)）。機器交換またはなりすましの可能性があります。"
    case (.deviceSilent, .silence):
      "\(from)が繰り返し問い合わせていますが、\(to)が応答しなくなりました。最後に通信が確認されたのは\(facts.moment)です。"
    case (.wrongZone, .zone(let expected, let seen)):
      "\(zone(expected))の\(facts.source)が、\(zone(seen))で検出されました。"
    case (.wrongZone, .vlan(let zone, let seen)):
      "\(self.zone(zone))の\(facts.source)が、このゾーンのものではないVLAN \(seen)で検出されました。"
    case (.addressConflict, .binding(let ip, let expected, let seen)):
      "IPアドレス\(ip)を2台の機器が使っています\(inZones)。MACアドレス: \(expected)、\(seen)。"
    case (.senderChanged, .hopLimit(let expected, let seen)):
      "別の送信元が、\(facts.source)のアドレスで\(to)に送信しています（ホップリミット\(seen)、従来は\(expected)）。"
        + (facts.operation == nil ? "" : "この送信元が、\(did)。")
    case (.senderChanged, .identification):
      "別の送信元が、\(facts.source)のアドレスで\(to)に送信しています（IPパケットの識別番号が、前後のパケットと連続していません）。"
    case (.senderChanged, .options(let expected, let seen)):
      "別の送信元が、\(facts.source)のアドレスで\(to)に接続しています（TCPオプションは\(names(seen))、\(facts.source)は\(names(expected))）。"
    default: nil
    }
  }

  private var expectedOfDetail: Words? {
    switch finding.detail {
    case .parties, .silence, .rule: nil
    case .noSite: "制御装置への操作は、許可された端末のみ"
    case .refusedService(let conduit): "\(name(conduit))で許可されているサービス: \(words(context.conduit(conduit)?.services))"
    case .refusedAction(let conduit): "\(name(conduit))で許可されている操作: \(words(context.conduit(conduit)?.operations))"
    case .refusedTarget(let conduit): "\(name(conduit))で許可されている対象: \(words(context.conduit(conduit)?.targets))"
    case .refusedValue(let value):
      "\(name(value.conduit))で\(facts.limited.target)に許可されている値: \(facts.limited.limit)"
    case .refusedTime(let conduit, let window):
      "\(name(conduit))が許可される時間帯: \(context.window(window).map { "\(short($0.name))（\(short($0.text))）" } ?? "指定の時間帯")"
    case .binding(let ip, let expected, _): "\(ip)のMACアドレスは\(expected)"
    case .zone(let expected, _): "\(facts.source)は\(zone(expected))にのみ存在"
    case .vlan(let zone, _): "\(facts.source)は\(self.zone(zone))のVLANにのみ存在"
    case .count(let what, _, let limit, let seconds):
      limit > 1
        ? "\(noun(what))は\(period(seconds))\(limit)\(counter(what))未満" : "\(noun(what))は0\(counter(what))"
    case .evictions(_, _, let limit, let seconds): "このテーブルから追い出される使用中の項目は\(period(seconds))\(limit)件未満"
    case .fault(let fault): "\(fault.field): \(allowed(fault))"
    case .overlap(_, .lateSegment): "TCPストリームの各部分は、後続のデータが読み取られる前に到着"
    case .overlap(_, let what): "\(overlapped(what))の同じ位置のデータは、再送時も同じ内容"
    case .hopLimit(let expected, _): "\(facts.source)のパケットのホップリミットは\(expected)"
    case .identification(let expected, _): "\(facts.source)のIP識別番号は\(expected)付近"
    case .options(let expected, _): "\(facts.source)のSYNのTCPオプションは\(names(expected))"
    }
  }

  private var seen: Words {
    switch finding.detail {
    case .parties where finding.kind == .unknownMAC:
      "MACアドレス\(finding.source.mac)" + (finding.source.ip.isUnicast ? "（IPアドレス\(finding.source.ip)）" : "")
    case .parties where finding.kind == .unknownIP:
      "IPアドレス\(finding.source.ip)" + (finding.source.mac == .none ? "" : "（MACアドレス\(finding.source.mac)）")
    case .parties where finding.kind == .impossibleSource: "送信元アドレスは\(facts.senderAddresses)"
    case .parties, .noSite, .refusedAction, .refusedTarget, .rule: "\(way)\(way.isEmpty ? "" : ": ")\(message)"
    case .refusedService: "\(way)\(way.isEmpty ? "" : ": ")\(facts.service)"
    case .refusedValue(let value):
      "\(way)\(way.isEmpty ? "" : ": ")\(facts.limited.target) に "
        + Words(value.number?.text ?? "読み取れない値") + (value.others > 0 ? "（同じメッセージにほか\(value.others)件）" : "")
        + "。\(lastSeen(value))"
    case .refusedTime: "\(facts.moment) に、\(way)\(way.isEmpty ? "" : ": ")\(message)"
    case .binding(let ip, _, let seen): "\(ip)のMACアドレスが\(seen)"
    case .zone(_, let seen): "\(facts.source)を\(zone(seen))で検出"
    case .vlan(_, let seen): "\(facts.source)をVLAN \(seen)で検出"
    case .count(let what, let seen, _, let seconds):
      "\(noun(what))が\(period(seconds))\(seen)\(counter(what))" + (way.isEmpty ? "" : "（\(way)）")
    case .evictions(let table, let seen, _, let seconds):
      "\(table.contents.ja)テーブルから使用中の項目\(seen)件が\(period(seconds))追い出されました"
        + (facts.isSourceNamed ? "（4分の1以上は\(facts.source)による）" : "")
    case .fault(let fault):
      "\(fault.field): \(seen(fault))（\(name(fault.kind))）"
        + (facts.operation.map { "、\($0.name)（機能コード\($0.code)\($0.subcode)）" } ?? "")
    case .overlap(let bytes, .lateSegment): "TCPストリームの\(bytes)バイトが、後続のデータの読み取り後に到着"
    case .overlap(let bytes, let what): "\(overlapped(what))の\(bytes)バイトが、異なる内容で再送"
    case .silence(_, let questions, let seconds):
      "\(period(seconds))\(questions)回の問い合わせに応答なし" + (way.isEmpty ? "" : "（\(way)）")
    case .hopLimit(_, let seen): "ホップリミット\(seen)" + (way.isEmpty ? "" : "（\(way)）")
    case .identification(_, let seen): "IP識別番号\(seen)" + (way.isEmpty ? "" : "（\(way)）")
    case .options(_, let seen): "SYNのTCPオプションが\(names(seen))" + (way.isEmpty ? "" : "（\(way)）")
    }
  }

  private func names(_ layout: TCPOptionLayout) -> String {
    layout.names.isEmpty ? "なし" : layout.names.joined(separator: ", ")
  }

  private var reasonOfDetail: Words? {
    switch finding.detail {
    case .noSite: Words(WithoutSite.reason.ja)
    case .hopLimit: "一つのシステムのパケットはホップリミットが同じですが、これは異なります"
    case .identification: "パケットに連番を付けるシステムですが、これだけ番号が離れています"
    case .options: "一つのシステムは同じTCPオプションで接続を開きますが、これは異なります"
    case .refusedService(let conduit): "\(name(conduit))でサービス\(facts.service)は許可されていません"
    case .refusedAction(let conduit): "\(name(conduit))で\(action)は許可されていません"
    case .refusedTarget(let conduit):
      "\(name(conduit))で" + (facts.operation?.target.map { "対象\($0)" } ?? "対象のない操作") + "は許可されていません"
    case .refusedValue(let value):
      "\(name(value.conduit))で\(facts.limited.target)の値が制限されており、"
        + (value.number == nil ? "この値は読み取れません" : "この値は許可されていません")
    case .refusedTime(let conduit, _): "\(name(conduit))はこの時刻には許可されていません"
    case .binding where finding.kind == .wrongZone: "サイトファイルに登録されたMACアドレスと異なります"
    default: nil
    }
  }

  // MARK: Who and where

  private var from: Words { facts.hasZones ? "\(zone(facts.sourceZone))の\(facts.source)" : facts.source }
  /// The destination; its zone only where it is not the source's, which was named before.
  var to: Words {
    facts.hasZones && facts.sourceZone != facts.destinationZone
      ? "\(zone(facts.destinationZone))の\(facts.destination)" : facts.destination
  }
  /// Who to whom; a finding may have no single source or destination.
  private var way: Words {
    (facts.hasManySenders
      ? "少なくとも\(finding.senders)の送信元から" : facts.isSourceNamed ? "\(facts.source)から" : "")
      + (facts.isDestinationNamed ? "\(facts.destination)へ" : "")
  }

  /// With its title, for sentences: `設備系ネットワーク ライン1（line-1）`.
  private func zone(_ id: ZoneID) -> Words {
    guard id != .external, let zone = context.zone(id), zone.title != zone.name else { return Words(zoneName(id)) }
    return "\(short(zone.title, limit: 96))（\(short(zone.name))）"
  }
  /// For titles.
  private func zoneName(_ id: ZoneID) -> String { id == .external ? "工場外" : "ゾーン\(context.zoneName(id))" }
  private func bareName(_ id: ZoneID) -> String { id == .external ? "工場外" : context.zoneName(id) }
  private var zones: Words {
    facts.sourceZone == facts.destinationZone
      ? "\(bareName(facts.sourceZone))内" : "\(bareName(facts.sourceZone))から\(bareName(facts.destinationZone))へ"
  }
  private var longZones: Words {
    facts.sourceZone == facts.destinationZone
      ? "\(zone(facts.sourceZone))内" : "\(zone(facts.sourceZone))から\(zone(facts.destinationZone))へ"
  }
  /// In brackets, where there are zones.
  private var inZones: Words { facts.hasZones ? "（\(zones)）" : "" }
}
