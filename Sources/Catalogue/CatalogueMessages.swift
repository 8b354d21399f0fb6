// SPDX-License-Identifier: Apache-2.0

extension Catalogue {
  /// Findings about single messages, and about requests and their responses.
  static let messages: [CatalogueEntry] = [
    CatalogueEntry(
      .exceptionBurst, "exception-burst", Bilingual("Burst of exception responses", "エラー応答の多発"),
      category: "Protocol", severity: 3, confidence: 70,
      threats: ["15", "22"], checklist: ["3-7"], techniques: [.systemInformation],
      meaning: Bilingual(
        "A device refused many requests in a short time: they ask for what does not exist, or the device has a fault.",
        "短時間に多数の要求が拒否されました。存在しない対象への要求か、機器の異常が考えられます。"),
      falseAlarm: Bilingual(
        "An HMI or program with a wrong address after a change, or a device that is starting up.",
        "変更後の画面やプログラムのアドレス誤り、起動中の機器。"),
      steps: [
        Bilingual(
          "Call the line: was a program, screen or recipe changed today?",
          "ラインに電話し、本日プログラム、画面、レシピの変更がなかったか確認してください。"),
        Bilingual(
          "Read error_name in context.operation: an illegal address suggests a wrong setting, a device failure a faulty device.",
          "context.operationのerror_nameを確認してください。アドレス不正は設定誤り、機器故障は装置側を疑うこと。"),
        Bilingual(
          "Check whether the source is a known station; an unknown one may be probing.",
          "送信元が既知の端末か確認してください。未知であれば探索行為の可能性があります。"),
        Bilingual(
          "Record the requested addresses, and keep the device's diagnostic log.",
          "要求されたアドレスを記録し、機器の診断ログを保存してください。"),
      ]),
    CatalogueEntry(
      .malformedMessage, "malformed-message", Bilingual("Malformed message", "プロトコル違反のメッセージ"),
      category: "Protocol", severity: 3, confidence: 75,
      threats: ["5", "12", "15"], checklist: ["3-7"], techniques: [.denialOfService, .exploitation],
      meaning: Bilingual(
        "A message violates the specification of its protocol. Such messages can crash controllers, whether sent on purpose or not.",
        "プロトコル仕様に反するメッセージです。故意かどうかにかかわらず、制御装置が停止する恐れがあります。"),
      falseAlarm: Bilingual(
        "A device with a proprietary variant, a faulty gateway or cable, or another protocol on this port.",
        "独自仕様の機器、ゲートウェイやケーブルの不良、同じポートを使う別のプロトコル。"),
      steps: [
        Bilingual(
          "Call the line: does the device that received the message still work?",
          "ラインに電話し、受信した機器が正常に動いているか確認してください。"),
        Bilingual(
          "Compare expected and seen in the alert with the device's manual.",
          "アラートのexpectedとseenを機器のマニュアルと照合してください。"),
        Bilingual(
          "If a known device has always sent it, report it to its vendor; if the source is unknown, find and isolate it.",
          "既知の機器が以前から送信していればメーカーに照会し、送信元が不明なら特定して隔離してください。"),
        Bilingual(
          "Keep the capture with the frame number: the vendor needs the bytes.",
          "フレーム番号を含むキャプチャを保存してください。メーカーの解析に必要です。"),
        Bilingual(
          "If the vendor confirms a fault of the device, add an exception for it until the corrected firmware is installed.",
          "メーカーが機器の不具合と確認したら、修正版のファームウェアに更新する日までの例外をexceptionsに追加してください。"),
      ]),
    CatalogueEntry(
      .streamTampering, "stream-tampering", Bilingual("Overlapping data with different content", "内容の異なる重複データ"),
      category: "Spoofing", severity: 3, confidence: 70,
      threats: ["12"], checklist: ["3-7"], techniques: [.adversaryInTheMiddle],
      meaning: Bilingual(
        "The same part of a stream or datagram was sent twice with different content, or part of a stream arrived after the data that follows it had been read. "
          + "Both are used to evade monitoring.",
        "同じ位置のデータが異なる内容で二度送られたか、データの一部が後続データの読み取り後に届きました。監視をすり抜ける手口として知られています。"),
      falseAlarm: Bilingual(
        "A faulty network card, a load balancer, or a mirror port that combines two networks with the same addresses.",
        "ネットワークカードの不良、負荷分散装置、同じアドレスを持つ二つの網を束ねたミラーポート。"),
      steps: [
        Bilingual(
          "Look at the frame and its neighbours in a packet viewer: which of the two contents is plausible?",
          "パケット解析ツールで該当フレームと前後を確認し、どちらの内容が妥当か判断してください。"),
        Bilingual(
          "Compare the MAC addresses of both copies: a difference suggests a device that injects data.",
          "両者のMACアドレスを比較してください。異なる場合は、割り込んでいる機器が疑われます。"),
        Bilingual(
          "Call the line to verify important values at the equipment itself.",
          "ラインに電話し、重要な値を設備側で直接確認してもらってください。"),
        Bilingual(
          "Keep the capture; check the cables and network cards of both ends at the next shutdown.",
          "キャプチャを保存し、次の停止時に両端のケーブルとカードを点検してください。"),
      ]),
    CatalogueEntry(
      .unaskedAnswer, "unasked-answer", Bilingual("Response without a request", "要求のない応答"),
      category: "Protocol", severity: 3, confidence: 60,
      threats: ["12"], checklist: ["3-7"], techniques: [.reportingMessage, .adversaryInTheMiddle],
      meaning: Bilingual(
        "A device sent a response to which no request was seen: it is forged, or the mirror port missed the request.",
        "要求が見当たらない応答です。偽の応答か、ミラーポートで要求を取りこぼした可能性があります。"),
      falseAlarm: Bilingual(
        "Lost packets at the mirror port, or a connection that began before the monitor.",
        "ミラーポートでのパケット欠落、監視開始前から続く接続。"),
      steps: [
        Bilingual(
          "Check the drop counters in stats and any one-way-visibility alerts: does the mirror port see everything?",
          "statsの欠落カウンタとone-way-visibilityアラートを見て、ミラーポートが全通信を捉えているか確認してください。"),
        Bilingual(
          "If nothing is lost, compare the MAC address of the responses with the asset register.",
          "欠落がなければ、応答のMACアドレスを資産台帳と照合してください。"),
        Bilingual(
          "Call the line to compare the values on the screen with the equipment.",
          "ラインに電話し、画面の値と設備の実際の値を比較してもらってください。"),
        Bilingual(
          "Keep the capture around the frame number.",
          "該当フレーム前後のキャプチャを保存してください。"),
      ]),
    CatalogueEntry(
      .unansweredRequest, "unanswered-request", Bilingual("Requests without a response", "応答のない要求"),
      category: "Protocol", severity: 3, confidence: 70,
      threats: ["15", "20", "21"], checklist: ["3-7"], techniques: [.denialOfService, .denialOfView],
      meaning: Bilingual(
        "A device no longer responds to repeated requests.",
        "繰り返し要求を受けている機器が応答していません。"),
      falseAlarm: Bilingual(
        "A device powered off for maintenance, or a mirror port that sees only one direction.",
        "保守のための電源断、片方向しか捉えていないミラーポート。"),
      steps: [
        Bilingual(
          "Call the line: is the device powered on, or is it off intentionally?",
          "ラインに電話し、機器の電源が入っているか、意図した停止かを確認してください。"),
        Bilingual(
          "Check its link LED, its switch port and its diagnostic display.",
          "リンクランプ、スイッチのポート、機器の診断表示を確認してください。"),
        Bilingual(
          "Look for flood, scan or controller-command alerts about this device just before.",
          "直前に、この機器へのflood、スキャン、controller-commandのアラートがないか確認してください。"),
        Bilingual(
          "Restart the device only by the line's own procedure, after saving its log.",
          "再起動は、ログを保存したうえで、必ず現場の手順に従って行ってください。"),
      ]),
    CatalogueEntry(
      .deviceSilent, "device-silent", Bilingual("Device fallen silent", "応答しなくなった機器"),
      category: "Denial of service", severity: 3, confidence: 80,
      threats: ["5", "13", "15", "20"], checklist: ["3-7"], techniques: [.denialOfService, .deviceRestart],
      meaning: Bilingual(
        "A device that used to answer is asked again and again, and no longer answers: it has failed, was switched off or "
          + "cut off.",
        "これまで応答していた機器が、繰り返し問い合わせを受けても応答しません。故障、電源断、または通信の遮断が考えられます。"),
      falseAlarm: Bilingual(
        "Equipment switched off after work or for maintenance, a long restart, or a mirror port that no longer shows the "
          + "device.",
        "作業終了後や保守のための電源断、時間のかかる再起動、その機器が映らなくなったミラーポート。"),
      steps: [
        Bilingual(
          "Call the line: is the device switched off on purpose, and is the equipment in a safe state?",
          "ラインに電話し、意図した電源断か、設備が安全な状態かを確認してください。"),
        Bilingual(
          "If not, have the line check its power, link LED, switch port and diagnostic display.",
          "意図しないものであれば、現場で電源、リンクランプ、スイッチのポート、診断表示を確認してください。"),
        Bilingual(
          "Read the alerts and operations about the device from the minutes before: a command, a flood or a scan may have stopped it.",
          "直前の数分間の、この機器に関するアラートと操作を確認してください。コマンド、フラッド、スキャンで停止した可能性があります。"),
        Bilingual(
          "After it is back, compare its program and settings with the approved versions if no cause was found.",
          "原因が分からない場合は、復旧後にプログラムと設定を承認済みの版と照合してください。"),
        Bilingual(
          "If it is not always there, give it presence: occasional in the site file.",
          "常時は接続されない機器であれば、サイトファイルでpresence: occasionalを指定してください。"),
        Bilingual(
          "If it stays out of service for longer, add an exception for it until the day of its return.",
          "長期間停止する機器であれば、復帰予定日までの例外をexceptionsに追加してください。"),
      ], silence: .presence),
    CatalogueEntry(
      .mismatchedAnswer, "mismatched-answer", Bilingual("Response that does not match its request", "要求と一致しない応答"),
      category: "Protocol", severity: 3, confidence: 70,
      threats: ["12"], checklist: ["3-7"], techniques: [.reportingMessage, .adversaryInTheMiddle],
      meaning: Bilingual(
        "A response refers to a request but does not have its form: it is forged, or a device or gateway confused two requests.",
        "要求と形式が合わない応答です。偽の応答か、機器やゲートウェイでの取り違えが考えられます。"),
      falseAlarm: Bilingual(
        "A gateway that responds late, or a client that uses one transaction number for several requests.",
        "応答の遅いゲートウェイ、同じトランザクション番号を使い回すクライアント。"),
      steps: [
        Bilingual(
          "Call the line to compare the values on the screen with the equipment.",
          "ラインに電話し、画面の値と設備の実際の値を比較してもらってください。"),
        Bilingual(
          "Compare the MAC address of the responses with the asset register; look for arp-spoofing alerts.",
          "応答のMACアドレスを資産台帳と照合し、arp-spoofingアラートの有無を確認してください。"),
        Bilingual(
          "If there is a gateway in between, check its load and timeouts.",
          "ゲートウェイを経由している場合は、その負荷とタイムアウト設定を確認してください。"),
        Bilingual(
          "Keep the capture with request and response.",
          "要求と応答を含むキャプチャを保存してください。"),
      ]),
    CatalogueEntry(
      .oneWayVisibility, "one-way-visibility", Bilingual("Mirror port shows only one direction", "ミラーポートの片方向監視"),
      category: "Visibility", severity: 4, confidence: 90,
      threats: [], checklist: ["3-7", "3-8"], techniques: [],
      meaning: Bilingual(
        "Only one direction of these connections reaches the monitor: responses cannot be checked, and attacks may be missed.",
        "これらの接続は片方向しか監視できていません。応答を判定できず、攻撃を見逃す恐れがあります。"),
      falseAlarm: Bilingual(
        "Traffic that returns over a different path, such as through redundant switches or routers.",
        "冗長なスイッチやルータにより、戻りの通信が別の機器を通る場合。"),
      steps: [
        Bilingual(
          "Check the switch's mirror session: both directions (receive and transmit) must be selected for every source port.",
          "スイッチのミラー設定で、全ソースポートが送受信（both）になっているか確認してください。"),
        Bilingual(
          "Check whether the return path goes through another switch, and mirror that one too.",
          "戻りの通信が別のスイッチを通っていないか確認し、必要ならそちらもミラーしてください。"),
        Bilingual(
          "Check that the mirror port is fast enough for both directions together.",
          "ミラーポートの速度が、双方向の合計に対して足りているか確認してください。"),
        Bilingual(
          "Change the switch only in a maintenance window, and check that this alert stops.",
          "スイッチの設定変更は保守時間帯に行い、本アラートが止まることを確認してください。"),
      ], silence: .presence),
  ]
}
