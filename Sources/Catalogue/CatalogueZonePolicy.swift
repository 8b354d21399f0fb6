// SPDX-License-Identifier: Apache-2.0

extension Catalogue {
  /// Findings of the site's zones and conduits.
  static let zonePolicy: [CatalogueEntry] = [
    CatalogueEntry(
      .crossZoneFlow, "cross-zone-flow", Bilingual("Flow between zones without a conduit", "許可されていないゾーン間通信"),
      category: "Zone policy", severity: 2, confidence: 95,
      threats: ["3", "4"], checklist: ["3-5", "3-7"], techniques: [.remoteServices],
      meaning: Bilingual(
        "Communication began between two zones for which the site file has no conduit.",
        "サイトファイルにコンジット（通信経路）の定義がないゾーン間で通信が始まりました。"),
      falseAlarm: Bilingual(
        "A new, approved connection that is not in the site file yet.",
        "合意済みの新しい接続が、まだサイトファイルに登録されていない場合。"),
      steps: [
        Bilingual(
          "Call the responder of the destination zone and ask whether work involving the source is in progress; unplug nothing yet.",
          "宛先ゾーンの担当者に電話し、送信元との作業が行われているか確認してください。この時点ではケーブルを抜かないこと。"),
        Bilingual(
          "Find out who uses the source address: asset register, DHCP log, switch port of its MAC address.",
          "資産台帳、DHCPログ、スイッチのMACアドレステーブルから、送信元の使用者と接続ポートを特定してください。"),
        Bilingual(
          "Read context.operation and the flow: were values only read, or written as well?",
          "context.operationとフローを見て、読み出しだけか、書き込みもあったかを確認してください。"),
        Bilingual(
          "Preserve the evidence: alert_id, capture file and frame number, log of the firewall between the zones.",
          "証拠として、alert_id、キャプチャファイルとフレーム番号、境界ファイアウォールのログを保存してください。"),
        Bilingual(
          "If no one can explain it, block it at the firewall between the zones, with the line's consent.",
          "心当たりがなければ、ライン責任者の了解を得たうえで境界のファイアウォールで遮断してください。"),
        Bilingual(
          "If it is legitimate, add a conduit (from, to, services, operations) to the site file and reload.",
          "正当な通信であれば、サイトファイルのconduitsに（from, to, services, operations）を追加し、再読み込みしてください。"),
      ]),
    CatalogueEntry(
      .operationNotAllowed, "operation-not-allowed",
      Bilingual("Operation not allowed by the conduit", "許可範囲外の操作"),
      category: "Zone policy", severity: 2, confidence: 95,
      threats: ["4", "11"], checklist: ["3-3", "3-7"], techniques: [.commandMessage, .modifyParameter],
      meaning: Bilingual(
        "The two may communicate, but not with this service, this operation or this target.",
        "通信自体は許可されていますが、このサービス、操作、または対象は許可されていません。"),
      falseAlarm: Bilingual(
        "A changed recipe, screen or program that needs more than the conduit allows.",
        "レシピ、画面、プログラムの変更により、定義済みの許可範囲では足りなくなった場合。"),
      steps: [
        Bilingual(
          "Call the line: is the equipment behaving normally, and did an operator or engineer do this intentionally?",
          "ラインに電話し、設備の動作に異常がないか、担当者が意図して行った操作かを確認してください。"),
        Bilingual(
          "Compare the target and values in context.operation with the drawing or recipe, and watch the equipment meanwhile.",
          "context.operationの対象と値を図面やレシピと照合し、その間も設備の状態を監視してください。"),
        Bilingual(
          "If the value is wrong, have the line restore it by its own procedure; do not write to the controller remotely.",
          "値が誤っていれば、現場の手順に従って現場側で元に戻してください。遠隔からの書き込みは行わないこと。"),
        Bilingual(
          "Record who was logged in at the source, and keep its logs and the capture around the frame number.",
          "送信元端末のログイン者を記録し、端末ログと該当フレーム前後のキャプチャを保存してください。"),
        Bilingual(
          "If it is legitimate, extend the conduit's services, operations or targets by exactly what is needed, after approval; "
            + "an operation without a target needs a conduit of its own.",
          "正当な操作であれば、承認を得たうえで、コンジットのservices、operations、targetsを必要な分だけ広げてください。"
            + "対象を持たない操作には、専用のコンジットを追加すること。"),
      ]),
    CatalogueEntry(
      .valueNotAllowed, "value-not-allowed", Bilingual("Written value not allowed", "許可範囲外の値の書き込み"),
      category: "Zone policy", severity: 1, confidence: 95,
      threats: ["4", "11"], checklist: ["3-3", "3-7"], techniques: [.modifyParameter, .commandMessage],
      meaning: Bilingual(
        "A station that may write this target wrote a value outside the range that the conduit allows, or one that could "
          + "not be read.",
        "書き込みが許可された対象ですが、値がコンジットの許可範囲を外れているか、値を読み取れませんでした。"),
      falseAlarm: Bilingual(
        "A new recipe or setpoint that the range in the site file does not cover yet, or another number type than the "
          + "site file says.",
        "新しいレシピや設定値がサイトファイルの許可範囲に未反映の場合、または数値の型の指定が実際と異なる場合。"),
      steps: [
        Bilingual(
          "Call the line at once: is the equipment in a safe state, and did an operator or recipe set this value?",
          "直ちにラインへ電話し、設備が安全な状態か、作業者やレシピが設定した値かを確認してください。"),
        Bilingual(
          "Compare the value, the allowed range and the last value seen in observe with the drawing or recipe.",
          "observeにある値、許可範囲、直前に確認された値を、図面やレシピと照合してください。"),
        Bilingual(
          "If the value is wrong, have the line restore it by its own procedure; do not write to the controller remotely.",
          "値が誤っていれば、現場の手順に従って現場側で元に戻してください。遠隔からの書き込みは行わないこと。"),
        Bilingual(
          "The station may be allowed to write and still be misused: record who was logged in, and keep its logs and the capture.",
          "書き込みを許可された端末が悪用された可能性もあります。ログイン者を記録し、端末ログとキャプチャを保存してください。"),
        Bilingual(
          "If the value is legitimate, extend the target's values in the conduit by exactly what is needed, after approval.",
          "正当な値であれば、承認を得たうえで、コンジットの対象のvaluesを必要な分だけ広げてください。"),
      ], silence: .command),
    CatalogueEntry(
      .unlistedFlow, "unlisted-flow", Bilingual("Flow inside a zone without a conduit", "ゾーン内の未登録通信"),
      category: "Zone policy", severity: 2, confidence: 90,
      threats: ["3", "4"], checklist: ["3-5", "3-7"], techniques: [.remoteServices],
      meaning: Bilingual(
        "Two stations of one zone communicate, and the zone's `inside` rule asks for a conduit that there is not.",
        "同じゾーン内の機器間の通信ですが、ゾーンのinside設定で必要とされるコンジットがありません。"),
      falseAlarm: Bilingual(
        "A new device or program of the line, or a service that is seldom used, not in the site file yet.",
        "新しい機器やプログラム、またはたまにしか使わない機能が、まだサイトファイルに登録されていない場合。"),
      steps: [
        Bilingual(
          "Call the line: was a device or program added or changed, and is work in progress at the source?",
          "ラインに電話し、機器やプログラムの追加・変更の有無と、送信元で作業中かどうかを確認してください。"),
        Bilingual(
          "Read context.operation and the flow: were values only read, or written as well?",
          "context.operationとフローを見て、読み出しだけか、書き込みもあったかを確認してください。"),
        Bilingual(
          "If a controller began to talk, compare its program with the master copy: controllers answer, they seldom ask.",
          "制御装置から始めた通信であれば、プログラムをマスターと比較してください。制御装置が自ら通信を始めることはまれです。"),
        Bilingual(
          "Preserve the evidence: alert_id, capture file and frame number, who was logged in at the source.",
          "証拠として、alert_id、キャプチャファイルとフレーム番号、送信元端末のログイン者を保存してください。"),
        Bilingual(
          "If it is legitimate, add a conduit (from, to, services, operations) to the site file and reload.",
          "正当な通信であれば、サイトファイルのconduitsに（from, to, services, operations）を追加し、再読み込みしてください。"),
      ]),
    CatalogueEntry(
      .outsideWindow, "outside-window", Bilingual("Traffic outside its time window", "許可時間外の通信"),
      category: "Zone policy", severity: 2, confidence: 90,
      threats: ["4", "23"], checklist: ["3-6", "3-7"], techniques: [.remoteServices],
      meaning: Bilingual(
        "A connection that is allowed only at certain times, such as maintenance, was used at another time.",
        "保守など決められた時間帯にのみ許可された接続が、時間外に使用されました。"),
      falseAlarm: Bilingual(
        "Urgent maintenance, work that ran late, or a wrong clock or time zone.",
        "緊急保守、作業の延長、時計またはタイムゾーンの設定誤り。"),
      steps: [
        Bilingual(
          "Call the line and the maintenance company: is anyone working on the equipment now, and under which work order?",
          "ラインと保守会社に電話し、現在作業中か、どの作業指示によるものかを確認してください。"),
        Bilingual(
          "Check who has the maintenance terminal and whether its remote access is open.",
          "保守端末の所在と使用者、リモート接続が開いているかを確認してください。"),
        Bilingual(
          "If no one is working, close the remote access first; change the line's own network only with its consent.",
          "作業者がいなければ、まずリモート接続を閉じてください。ライン側のネットワークは現場の了解なしに触らないこと。"),
        Bilingual(
          "Record start, end, terminal and operations, and compare the controller's program with the master copy.",
          "開始・終了時刻、端末、操作内容を記録し、制御装置のプログラムをマスターと比較してください。"),
        Bilingual(
          "If the work was approved, add its time to the window in the site file, and remove it afterwards.",
          "合意済みの作業であれば、サイトファイルのwindowsに時間帯を追加し、終了後に元へ戻してください。"),
      ]),
    CatalogueEntry(
      .controllerCommand, "controller-command",
      Bilingual("Command to a controller without a conduit", "制御装置への無許可コマンド"),
      category: "Controller", severity: 2, confidence: 95,
      threats: ["4", "10", "11"], checklist: ["3-3", "3-7"],
      techniques: [.changeOperatingMode, .deviceRestart, .programDownload, .systemFirmware],
      meaning: Bilingual(
        "A controller was started, stopped, programmed, updated or reconfigured by a station that no conduit allows to do so. "
          + "Without a site file (severity 3): by any station, and clocks and logins, too.",
        "許可されていない端末から、制御装置の起動・停止、プログラム転送、更新、または設定変更が行われました。"
          + "サイトファイルがない場合は、すべての端末が対象となり、時刻設定とログインも含まれます（重大度3）。"),
      falseAlarm: Bilingual(
        "Approved work by an engineering station that is not in the site file yet.",
        "サイトファイルに未登録のエンジニアリング端末による、合意済みの作業。"),
      steps: [
        Bilingual(
          "Call the line at once: is the controller running, and is the process in a safe state?",
          "直ちにラインへ電話し、制御装置が運転中か、工程が安全な状態かを確認してください。"),
        Bilingual(
          "Ask who is working at the source station; if no one is, have the line isolate that station, never the controller.",
          "送信元端末の作業者を確認してください。心当たりがなければ端末側を現場で切り離し、制御装置は切り離さないこと。"),
        Bilingual(
          "If the controller has a mode switch and the line agrees, set it to RUN without remote control.",
          "モードスイッチがある場合は、現場の同意を得て、遠隔操作を受け付けないRUN位置にしてください。"),
        Bilingual(
          "Compare program, parameters and firmware with the last approved copy before the next start.",
          "次の起動前に、プログラム、パラメータ、ファームウェアを承認済みの最新版と比較してください。"),
        Bilingual(
          "Keep the capture, the station's disk and the controller's diagnostic buffer as evidence.",
          "キャプチャ、端末のディスク、制御装置の診断バッファを証拠として保全してください。"),
        Bilingual(
          "If the work was approved, add the station to assets and give it a conduit with a time window.",
          "合意済みの作業であれば、端末をassetsに登録し、時間帯つきのコンジットをconduitsに追加してください。"),
      ], silence: .command),
    CatalogueEntry(
      .externalCommunication, "external-communication",
      Bilingual("Communication with an external address", "工場外との通信"),
      category: "Zone policy", severity: 2, confidence: 90,
      threats: ["3", "8", "17"], checklist: ["2-3", "3-7"], techniques: [.internetAccessible, .applicationProtocol],
      meaning: Bilingual(
        "A device of the plant communicates with an address that belongs to no zone of the site.",
        "工場内の機器が、どのゾーンにも属さないアドレスと通信しています。"),
      falseAlarm: Bilingual(
        "Time, name or update services, a vendor's cloud, or an internal network missing from the site file.",
        "時刻・名前解決・更新サービス、ベンダーのクラウド、またはサイトファイルに未登録の社内ネットワーク。"),
      steps: [
        Bilingual(
          "Check in flow which side started the connection and how many bytes left the plant.",
          "flowを見て、どちらから始まったか、外部へ出たバイト数を確認してください。"),
        Bilingual(
          "Ask plant IT who owns the external address, and whether a contract covers it (remote maintenance, cloud).",
          "工場ITに、外部アドレスの所有者と、契約（リモート保守、クラウドなど）の有無を確認してください。"),
        Bilingual(
          "If no one can explain it, block the external address at the internet firewall; leave the device connected to its line.",
          "心当たりがなければ、外部アドレスをインターネット側のファイアウォールで遮断してください。機器自体はラインから外さないこと。"),
        Bilingual(
          "Save the firewall, proxy and DNS logs of the device, starting before the first contact.",
          "最初の通信より前からの、当該機器に関するファイアウォール、プロキシ、DNSのログを保存してください。"),
        Bilingual(
          "If it is legitimate, add a conduit to external, or add the network to a zone of the site file.",
          "正当な通信であれば、external宛てのコンジットを追加するか、該当ネットワークをゾーンに登録してください。"),
      ]),
  ]
}
