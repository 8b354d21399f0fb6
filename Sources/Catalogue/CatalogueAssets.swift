// SPDX-License-Identifier: Apache-2.0

extension Catalogue {
  /// Findings about devices and their addresses.
  static let assets: [CatalogueEntry] = [
    CatalogueEntry(
      .unknownMAC, "unknown-mac", Bilingual("Device with an unknown MAC address", "未登録機器（MACアドレス）"),
      category: "Asset", severity: 2, confidence: 90,
      threats: ["2", "22"], checklist: ["2-6", "2-7"], techniques: [.transientAsset, .rogueMaster],
      meaning: Bilingual(
        "A device that is not listed is active in a zone whose devices the site file lists by MAC address.",
        "MACアドレスで機器を管理しているゾーンで、登録のない機器が通信しています。"),
      falseAlarm: Bilingual(
        "A replaced network card or spare part, or a virtual machine with a new address.",
        "ネットワークカードや予備品への交換、仮想マシンのアドレス変更。"),
      steps: [
        Bilingual(
          "Find the switch port of the MAC address, and call the line to check what is plugged in there.",
          "スイッチでMACアドレスの接続ポートを特定し、何が接続されているかラインに電話で確認してください。"),
        Bilingual(
          "Ask whether a visitor, a vendor or maintenance brought a device today.",
          "本日、来訪者、業者、保守担当が機器を持ち込んでいないか確認してください。"),
        Bilingual(
          "Check the other alerts for this address: does it communicate with controllers?",
          "このアドレスの他のアラートから、制御装置と通信しているかどうかを確認してください。"),
        Bilingual(
          "If it has no owner, have the line unplug exactly this cable, after checking that no equipment depends on it.",
          "所有者が不明なら、設備が接続されていないことを確かめたうえで、該当ケーブルだけを現場で抜いてください。"),
        Bilingual(
          "Photograph the device and its location, and keep it powered on for the investigation.",
          "機器と設置場所を撮影し、調査のため電源は切らずに保管してください。"),
        Bilingual(
          "If it belongs here, add it to assets with its zone and MAC address.",
          "正規の機器であれば、ゾーンとMACアドレスをassetsに登録してください。"),
      ], silence: .presence, highestSeverity: 2),
    CatalogueEntry(
      .unknownIP, "unknown-ip", Bilingual("Device with an unknown IP address", "未登録機器（IPアドレス）"),
      category: "Asset", severity: 2, confidence: 85,
      threats: ["2", "22"], checklist: ["2-6"], techniques: [.transientAsset, .rogueMaster],
      meaning: Bilingual(
        "An unlisted address is in use in a zone whose devices the site file lists by IP address.",
        "IPアドレスで機器を管理しているゾーンで、登録のないアドレスが使われています。"),
      falseAlarm: Bilingual(
        "A device whose address was changed, a new device, or an address assigned by DHCP.",
        "アドレス変更、新設機器、DHCPによる割り当て。"),
      steps: [
        Bilingual(
          "Compare the MAC address in ether.src_mac with the asset register: is it a known device with a new address?",
          "ether.src_macを資産台帳と照合し、既知の機器のアドレス変更でないか確認してください。"),
        Bilingual(
          "Find its switch port, and call the line to check what is plugged in there.",
          "スイッチで接続ポートを特定し、何が接続されているかラインに電話で確認してください。"),
        Bilingual(
          "Check what it communicated with: controllers first, then file shares and external addresses.",
          "通信相手を確認してください。制御装置、ファイル共有、外部の順に調べること。"),
        Bilingual(
          "If it has no owner, have the line unplug exactly this cable, and keep the device for the investigation.",
          "所有者が不明なら、該当ケーブルだけを現場で抜き、機器は調査のため保管してください。"),
        Bilingual(
          "If it belongs here, add it to assets with its zone and IP address.",
          "正規の機器であれば、ゾーンとIPアドレスをassetsに登録してください。"),
      ], silence: .presence, highestSeverity: 2),
    CatalogueEntry(
      .wrongZone, "wrong-zone", Bilingual("Known device at the wrong place", "登録機器の接続場所相違"),
      category: "Asset", severity: 2, confidence: 85,
      threats: ["2", "23"], checklist: ["2-6", "3-5"], techniques: [.transientAsset],
      meaning: Bilingual(
        "The address of a known device was seen in a different zone, on a different VLAN or with a different MAC address than the site file says.",
        "登録機器のアドレスが、サイトファイルと異なるゾーン、VLAN、またはMACアドレスで現れました。"),
      falseAlarm: Bilingual(
        "A device that was moved or replaced, or a cable in the wrong port after maintenance.",
        "機器の移設や交換、保守後のケーブルの挿し間違い。"),
      steps: [
        Bilingual(
          "Call the line: was the device replaced, moved or re-cabled today?",
          "ラインに電話し、本日、機器の交換、移設、配線変更がなかったか確認してください。"),
        Bilingual(
          "Find the switch port of the MAC address seen, and have the device inspected.",
          "検出されたMACアドレスの接続ポートを特定し、現物を確認してください。"),
        Bilingual(
          "If the old device is still in place, treat the new one as an impostor and call the zone's responder.",
          "元の機器がそのまま存在する場合は、なりすましとみなし、ゾーンの担当者に連絡してください。"),
        Bilingual(
          "After a replacement, check that program and parameters are the approved ones.",
          "交換の場合は、プログラムとパラメータが承認済みのものか確認してください。"),
        Bilingual(
          "If the change is legitimate, update the asset's zone and addresses, or the zone's VLANs, in the site file.",
          "正当な変更であれば、サイトファイルの資産のゾーンとアドレス、またはゾーンのVLANを更新してください。"),
      ], silence: .presence),
    CatalogueEntry(
      .addressConflict, "address-conflict", Bilingual("Two devices use the same IP address", "IPアドレスの重複"),
      category: "Asset", severity: 2, confidence: 85,
      threats: ["12", "23"], checklist: ["2-6", "3-7"], techniques: [.adversaryInTheMiddle],
      meaning: Bilingual(
        "Two MAC addresses claim the same IP address: one of the devices is misconfigured or an impostor.",
        "二つのMACアドレスが同じIPアドレスを名乗っています。設定ミスまたはなりすましの可能性があります。"),
      falseAlarm: Bilingual(
        "A redundant pair (VRRP, HSRP, NIC teaming) handing over an address.",
        "冗長構成（VRRP、HSRP、NICチーミング）によるアドレスの引き継ぎ。"),
      steps: [
        Bilingual(
          "Call the line: connections to this address may be interrupted at any moment.",
          "ラインに電話し、このアドレスへの接続が不意に切れる恐れがあることを伝えてください。"),
        Bilingual(
          "Find the switch ports of both MAC addresses; the asset register shows which device is the right one.",
          "両方のMACアドレスの接続ポートを特定し、資産台帳で正しい機器を確認してください。"),
        Bilingual(
          "Disconnect the wrong device, never the one that controls equipment.",
          "誤った側の機器をネットワークから外してください。設備を制御している側は外さないこと。"),
        Bilingual(
          "Record both addresses, ports and times; look for arp-spoofing alerts around the same time.",
          "両者のアドレス、ポート、時刻を記録し、同時間帯のarp-spoofingアラートを確認してください。"),
        Bilingual(
          "If both are legitimate (a redundant pair, teamed network cards), list both MAC addresses in the asset of this IP "
            + "address in the site file; gateways also need the role gateway or router.",
          "冗長構成やチーミングで双方が正規であれば、サイトファイルのこのIPアドレスの資産に、両方のMACアドレスを登録してください。"
            + "ゲートウェイであれば、roleをgatewayまたはrouterとすること。"),
      ]),
    CatalogueEntry(
      .impossibleSource, "impossible-source", Bilingual("Impossible source address", "ありえない送信元アドレス"),
      category: "Spoofing", severity: 2, confidence: 90,
      threats: ["9", "12"], checklist: ["2-6", "3-7"], techniques: [.rogueMaster, .denialOfService],
      meaning: Bilingual(
        "A frame has a source address that no device has: loopback, unspecified, group, broadcast or the receiver's own. It hides its sender or is meant to confuse the receiver.",
        "どの機器も持ちえない送信元アドレス（ループバック、未指定、グループ、ブロードキャスト、受信側自身）のフレームです。送信元の隠蔽や受信側の混乱が目的の可能性があります。"),
      falseAlarm: Bilingual(
        "A defective network stack, a packet generator, or a capture whose addresses were made anonymous.",
        "ネットワークスタックの不具合、パケット生成ツール、匿名化されたキャプチャ。"),
      steps: [
        Bilingual(
          "Find the switch port that the frame came in by: ether.src_mac, unless it is impossible too, then the mirrored port.",
          "フレームが入ってきたスイッチのポートを特定してください。ether.src_macも不正な場合は、ミラー元のポートから調べること。"),
        Bilingual(
          "Check what was sent: is there a command to a controller at the same time?",
          "送信内容を確認し、同時刻に制御装置への操作がないか調べてください。"),
        Bilingual(
          "Have the line check that the receiver still works.",
          "受信側の機器が正常に動作しているか、ラインに確認してください。"),
        Bilingual(
          "If the port has no known device, have the line unplug exactly this cable, with its consent.",
          "そのポートに既知の機器がなければ、現場の了解を得て該当ケーブルだけを抜いてください。"),
        Bilingual(
          "If a known device sends such frames, ask its manufacturer for a correction.",
          "既知の機器が送信している場合は、メーカーに修正を依頼してください。"),
      ]),
    CatalogueEntry(
      .senderChanged, "sender-changed", Bilingual("Another sender under a known address", "既知のアドレスを使う別の送信元"),
      category: "Spoofing", severity: 2, confidence: 80,
      threats: ["9", "12"], checklist: ["2-6", "3-7"], techniques: [.rogueMaster, .adversaryInTheMiddle],
      meaning: Bilingual(
        "Packets with the IP and MAC address of a known device are built otherwise than that device's: another hop limit (TTL), other IP identifications or other TCP options. Another system sends them.",
        "既知の機器のIPアドレスとMACアドレスを持つパケットの特徴（ホップリミット（TTL）、IP識別番号、TCPオプション）が、その機器のものと異なります。別のシステムが送信しています。"),
      falseAlarm: Bilingual(
        "A container or virtual machine that uses the same service as its host, under the host's address.",
        "ホストと同じアドレスで同じサービスを使うコンテナや仮想マシン。"),
      steps: [
        Bilingual(
          "Check what the other sender asked for, and have the line check the state of the destination.",
          "別の送信元が要求した操作を確認し、宛先の機器の状態をラインに確認してください。"),
        Bilingual(
          "Find every switch port where ether.src_mac is learned: two ports mean that the address is forged.",
          "ether.src_macが学習されているスイッチのポートをすべて調べてください。二つあれば、アドレスの偽装です。"),
        Bilingual(
          "Ask the owner of the device whether it runs containers or virtual machines, or was changed.",
          "機器の担当者に、コンテナや仮想マシンの使用、または機器の変更の有無を確認してください。"),
        Bilingual(
          "If a port has no known device, have the line unplug exactly this cable, with its consent.",
          "そのポートに既知の機器がなければ、現場の了解を得て該当ケーブルだけを抜いてください。"),
        Bilingual(
          "Keep the captured packets; what differs between the two senders is in the alert.",
          "キャプチャを保存してください。二つの送信元の相違点はアラートに記載されています。"),
      ]),
  ]
}
