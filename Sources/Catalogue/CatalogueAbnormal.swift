// SPDX-License-Identifier: Apache-2.0

extension Catalogue {
  /// Findings of abnormal traffic, from any source.
  static let abnormal: [CatalogueEntry] = [
    CatalogueEntry(
      .portScan, "port-scan", Bilingual("Port scan", "ポートスキャン"),
      category: "Scan", severity: 3, confidence: 85,
      threats: ["17", "22"], checklist: ["3-3", "3-7"], techniques: [.portScan],
      meaning: Bilingual(
        "One host tried many ports of another in a short time, as tools that look for a way in do.",
        "一つの端末が短時間に多数のポートへ接続を試みました。侵入口を探す典型的な動きです。"),
      falseAlarm: Bilingual(
        "An approved inventory or vulnerability scan, or a misconfigured client.",
        "合意済みの資産調査・脆弱性診断、またはクライアントの設定誤り。"),
      steps: [
        Bilingual(
          "Ask plant IT whether an approved scan is running; if so, have it stopped: old controllers can fail under scans.",
          "工場ITに予定された診断か確認してください。古い制御装置は停止する恐れがあるため、実行中なら中止を依頼すること。"),
        Bilingual(
          "Call the destination's line and ask whether the equipment still works.",
          "宛先のラインに電話し、設備が正常に動いているか確認してください。"),
        Bilingual(
          "Find the source and its user, and check it for malware first.",
          "送信元の端末と使用者を特定し、まずマルウェア感染の有無を調べてください。"),
        Bilingual(
          "If the scan was not approved, isolate the source, unless it controls equipment.",
          "予定外であれば送信元を隔離してください。ただし、設備を制御している端末は現場の判断を仰ぐこと。"),
        Bilingual(
          "Keep the list of ports that answered (flows of this pair) for the investigation.",
          "応答のあったポートの一覧（この組のフロー）を調査用に保存してください。"),
        Bilingual(
          "If it is an approved scan that will be repeated, list the scanner in assets and add an exception with an end date.",
          "定期的に行う承認済みの診断であれば、診断用の端末をassetsに登録し、終了日を付けてexceptionsに追加してください。"),
      ]),
    CatalogueEntry(
      .hostSweep, "host-sweep", Bilingual("Host sweep", "ホスト探索"),
      category: "Scan", severity: 3, confidence: 80,
      threats: ["17", "22"], checklist: ["3-7"], techniques: [.systemDiscovery],
      meaning: Bilingual(
        "One host tried many addresses in a short time, as malware does when it spreads.",
        "一つの端末が短時間に多数のアドレスへ接続を試みました。マルウェアの拡散時に見られる動きです。"),
      falseAlarm: Bilingual(
        "Network management, an engineering tool searching for devices, or a print or backup server.",
        "ネットワーク管理、機器検索を行うエンジニアリングツール、印刷・バックアップサーバー。"),
      steps: [
        Bilingual(
          "Find the source and its user, and ask what was started at this time.",
          "送信元の端末と使用者を特定し、その時刻に何を起動したか確認してください。"),
        Bilingual(
          "Check whether addresses responded, and whether login attempts or file transfers followed.",
          "応答したアドレスの有無と、その後のログイン試行やファイル転送を確認してください。"),
        Bilingual(
          "If the source is an office or unknown machine, isolate it; if it controls equipment, ask the line first.",
          "事務端末や不明な端末なら隔離してください。設備を制御している場合は、先にラインへ確認すること。"),
        Bilingual(
          "Keep the source's process list and the capture of the first minutes.",
          "送信元のプロセス一覧と、最初の数分間のキャプチャを保存してください。"),
        Bilingual(
          "If it is network management, list it as an asset and add a conduit from it that names its services.",
          "ネットワーク管理による通信であれば、端末をassetsに登録し、そのサービスを明記したコンジットをconduitsに追加してください。"),
        Bilingual(
          "If it is an approved scan that will be repeated, list the scanner in assets and add an exception with an end date.",
          "定期的に行う承認済みの診断であれば、診断用の端末をassetsに登録し、終了日を付けてexceptionsに追加してください。"),
      ]),
    CatalogueEntry(
      .arpSpoofing, "arp-spoofing", Bilingual("ARP spoofing", "ARPスプーフィング"),
      category: "Spoofing", severity: 2, confidence: 80,
      threats: ["9", "12"], checklist: ["3-7"], techniques: [.adversaryInTheMiddle, .sniffing],
      meaning: Bilingual(
        "A device claims addresses of other devices to draw their traffic to itself, and can then read and change it.",
        "ある機器が他の機器のアドレスを名乗り、通信を自分に引き込んでいます。盗聴や改ざんの恐れがあります。"),
      falseAlarm: Bilingual(
        "A redundant gateway taking over, a router's proxy ARP, or a device that was just replaced.",
        "冗長ゲートウェイの切り替え、ルータのプロキシARP、直前の機器交換。"),
      steps: [
        Bilingual(
          "Find the switch port of the claiming MAC address, and have the line check what is plugged in there.",
          "名乗っている側のMACアドレスの接続ポートを特定し、現場で接続機器を確認してください。"),
        Bilingual(
          "Warn the line that values on screens may be false; verify important ones at the equipment itself.",
          "画面の値が正しくない可能性をラインに伝え、重要な値は設備側で直接確認してください。"),
        Bilingual(
          "If it is not a router or gateway, unplug its cable with the line's consent; connections recover within minutes.",
          "ルータやゲートウェイでなければ、現場の了解を得てケーブルを抜いてください。数分で通信は復旧します。"),
        Bilingual(
          "Keep the device, the capture and the switch's address table as evidence.",
          "機器本体、キャプチャ、スイッチのアドレステーブルを証拠として保全してください。"),
        Bilingual(
          "Change the passwords that were sent over these connections.",
          "この間に当該接続を通ったパスワードを変更してください。"),
        Bilingual(
          "If it is a legitimate gateway, give it the role router or gateway in the site file, and list its MAC address with "
            + "each address that it takes over.",
          "正規のゲートウェイであれば、サイトファイルでroleをrouterまたはgatewayとし、引き継ぐIPアドレスの資産にもそのMACアドレスを"
            + "登録してください。"),
      ]),
    CatalogueEntry(
      .flood, "flood", Bilingual("Packet flood", "大量パケット送信（フラッド）"),
      category: "Denial of service", severity: 2, confidence: 80,
      threats: ["5", "13", "14", "17"], checklist: ["3-7"], techniques: [.denialOfService],
      meaning: Bilingual(
        "Far more packets of one type than a plant network carries: devices and switches may stop responding.",
        "工場ネットワークとしては異常な量のパケットです。機器やスイッチが応答しなくなる恐れがあります。"),
      falseAlarm: Bilingual(
        "A network loop, a backup or image transfer, or a load test.",
        "ネットワークのループ、バックアップやイメージ配信、負荷試験。"),
      steps: [
        Bilingual(
          "Call the line: does the equipment still respond, and do the screens still update?",
          "ラインに電話し、設備が反応しているか、画面が更新されているか確認してください。"),
        Bilingual(
          "Check the switches for a loop (blinking ports, spanning-tree messages) before suspecting an attack.",
          "攻撃を疑う前に、スイッチでループ（ポートの点滅、スパニングツリーの記録）を確認してください。"),
        Bilingual(
          "Find the port with the most traffic, and shut down that port only, with the line's consent.",
          "最も通信量の多いポートを特定し、現場の了解を得てそのポートだけを閉じてください。"),
        Bilingual(
          "Record the time, the ports and the counters before and after.",
          "時刻、ポート、対処前後のカウンタ値を記録してください。"),
        Bilingual(
          "If it was approved (backup, test), move it to a time without production.",
          "予定された作業（バックアップ、試験）であれば、生産のない時間帯に移してください。"),
      ]),
    CatalogueEntry(
      .tableFlood, "table-flood", Bilingual("Flood against the monitor", "監視装置へのフラッド"),
      category: "Denial of service", severity: 2, confidence: 70,
      threats: ["5", "13", "14", "17"], checklist: ["3-7"], techniques: [.denialOfService],
      meaning: Bilingual(
        "A table of the monitor is filled so fast that it forgets what is still in use: someone may want to hide what "
          + "follows.",
        "監視装置のテーブルが急速に埋められ、使用中の情報が失われています。続く攻撃を隠すためかもしれません。"),
      falseAlarm: Bilingual(
        "A scan or load test, a network loop, or a plant with more devices or names than the table has room for.",
        "スキャンや負荷試験、ネットワークのループ、テーブルの上限を超える数の機器や名前がある工場。"),
      steps: [
        Bilingual(
          "Find the source and its user. If no source is named, find the switch port with the most traffic.",
          "送信元の端末と使用者を特定してください。送信元が示されていない場合は、最も通信量の多いポートを調べること。"),
        Bilingual(
          "Read every alert from the same minutes, however minor: the flood may be there to hide one of them.",
          "同じ時間帯のアラートを、軽微なものも含めてすべて確認してください。それを隠すためのフラッドかもしれません。"),
        Bilingual(
          "Ask the lines whether any equipment changed its behaviour, and compare programs with the approved versions.",
          "各ラインに設備の動作の変化がないか確認し、プログラムを承認済みの版と照合してください。"),
        Bilingual(
          "Isolate the source with the line's consent, unless it controls equipment.",
          "現場の了解を得て送信元を隔離してください。ただし、設備を制御している端末は現場の判断を仰ぐこと。"),
        Bilingual(
          "If it is normal work of a large plant, split the traffic between several monitors.",
          "大規模な工場の通常の通信であれば、複数の監視装置に分けて監視してください。"),
      ]),
    CatalogueEntry(
      .functionScan, "function-scan", Bilingual("Enumeration of functions or units", "ファンクションコード／ユニットの総当たり"),
      category: "Scan", severity: 2, confidence: 85,
      threats: ["4", "22"], checklist: ["3-7"], techniques: [.systemInformation, .pointIdentification],
      meaning: Bilingual(
        "A host tries one function code or unit after another on a controller to find out what it can do there.",
        "制御装置に対して機能コードやユニット番号を順に試し、可能な操作を調べています。"),
      falseAlarm: Bilingual(
        "An engineering or inventory tool searching for devices behind a gateway.",
        "ゲートウェイ配下の機器を検索するエンジニアリングツールや資産調査ツール。"),
      steps: [
        Bilingual(
          "Call the line: is the controller running normally, and is an engineer connected?",
          "ラインに電話し、制御装置が正常か、技術者が接続中かを確認してください。"),
        Bilingual(
          "Find the source and its user; normal production does not cause such traffic.",
          "送信元の端末と使用者を特定してください。通常の生産では発生しない通信です。"),
        Bilingual(
          "Look for writes or commands from the same source after the scan.",
          "同じ送信元から、その後に書き込みやコマンドがなかったか確認してください。"),
        Bilingual(
          "If no one can explain it, have the line isolate the source, never the controller.",
          "心当たりがなければ、送信元側を現場で切り離してください。制御装置は切り離さないこと。"),
        Bilingual(
          "Keep the capture: the responses show what the source has learned.",
          "キャプチャを保存してください。応答の内容から、相手が得た情報が分かります。"),
      ]),
  ]
}
