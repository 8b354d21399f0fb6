// SPDX-License-Identifier: Apache-2.0

extension Catalogue {
  /// Findings about changes in controllers, and about attempts to log in.
  static let control: [CatalogueEntry] = [
    CatalogueEntry(
      .newWriter, "new-writer", Bilingual("Controller values changed by a new station", "新たな端末からの制御装置の変更"),
      category: "Controller", severity: 3, confidence: 75,
      threats: ["4", "10"], checklist: ["3-3", "3-7"], techniques: [.commandMessage, .rogueMaster],
      meaning: Bilingual(
        "A station that had not done so before wrote values or operated objects of a controller.",
        "これまで変更を行っていなかった端末が、制御装置の値を書き換え、または対象を操作しました。"),
      falseAlarm: Bilingual(
        "A new or replaced HMI, a recipe server used for the first time, or maintenance.",
        "表示器の新設や交換、初めて使うレシピサーバー、保守作業。"),
      steps: [
        Bilingual(
          "Call the line: is the equipment behaving normally, and who is working at the source station?",
          "ラインに電話し、設備の動作が正常か、送信元端末の作業者が誰かを確認してください。"),
        Bilingual(
          "Compare the written values (context.operation) with the setpoints of the recipe.",
          "書き込まれた値（context.operation）をレシピの設定値と比較してください。"),
        Bilingual(
          "If no one can identify the station, have the line isolate it, never the controller, and restore the values.",
          "心当たりがなければ、端末側を現場で切り離して値を元に戻してください。制御装置は切り離さないこと。"),
        Bilingual(
          "If it belongs here, add it to assets and give it a conduit with its targets.",
          "正規の端末であれば、assetsに登録し、対象を限ったコンジットをconduitsに追加してください。"),
      ], silence: .command),
    CatalogueEntry(
      .deviceRenamed, "device-renamed", Bilingual("Device renamed over the network", "ネットワーク経由の機器名変更"),
      category: "Controller", severity: 2, confidence: 90,
      threats: ["4", "11"], checklist: ["3-3", "3-7"], techniques: [.modifyParameter, .denialOfService],
      meaning: Bilingual(
        "The name of a device was changed. Its controller looks for the old name and will not find the device after the next restart.",
        "機器名が変更されました。制御装置は元の機器名で機器を探すため、次の起動時に通信できなくなります。"),
      falseAlarm: Bilingual(
        "Commissioning or replacement of a device with an engineering tool.", "エンジニアリングツールによる立ち上げや機器交換。"),
      steps: [
        Bilingual(
          "Call the line: is a device being commissioned or replaced, and is the line still running?",
          "ラインに電話し、機器の立ち上げや交換の作業中か、ラインが動いているかを確認してください。"),
        Bilingual(
          "Compare the new name in context.operation with the name in the engineering project.",
          "context.operationの新しい機器名と、プロジェクトに登録された機器名を照合してください。"),
        Bilingual(
          "If this is not approved work, have the line find the source by its MAC address and unplug it.",
          "予定された作業でなければ、送信元をMACアドレスから特定し、現場で切り離してください。"),
        Bilingual(
          "Restore the device's old name before the line is powered off.",
          "ラインの電源を切る前に、機器名を元に戻してください。"),
        Bilingual(
          "If the work was approved, give the station a conduit with the operation configure and the new name in targets.",
          "承認済みの作業であれば、その端末に、operationsをconfigure、targetsを新しい機器名としたコンジットを追加してください。"),
      ], silence: .command),
    CatalogueEntry(
      .clockSetByStranger, "clock-set-by-stranger",
      Bilingual("Clock set by an unexpected station", "想定外の端末による時刻設定"),
      category: "Controller", severity: 2, confidence: 80,
      threats: ["4", "10"], checklist: ["3-3", "3-7"], techniques: [.modifyParameter],
      meaning: Bilingual(
        "A station that is not the plant's time source set a device's clock. Schedules, logs and timestamps depend on it.",
        "工場の時刻源ではない端末が、機器の時刻を設定しました。スケジュール、記録、タイムスタンプに影響します。"),
      falseAlarm: Bilingual(
        "An engineering tool that sets the clock when it connects, or a new time server.",
        "接続時に時刻を合わせるエンジニアリングツール、新しい時刻サーバー。"),
      steps: [
        Bilingual(
          "Compare the device's clock with a reliable one, and have it set again from the plant's time source.",
          "機器の時刻を正しい時計と比較し、工場の時刻源から設定し直してください。"),
        Bilingual(
          "Call the line: which schedules and interlocks depend on the time?",
          "ラインに電話し、時刻に依存するスケジュールやインターロックを確認してください。"),
        Bilingual(
          "Ask who is working at the source station; if no one is, have the line isolate that station.",
          "送信元端末の作業者を確認し、心当たりがなければ端末側を現場で切り離してください。"),
        Bilingual(
          "Keep the capture: the device's log entries from now on may have wrong times.",
          "キャプチャを保存してください。これ以降の機器の記録は時刻が誤っている可能性があります。"),
        Bilingual(
          "If it is a legitimate time source, add it to assets and give it a conduit with the operation clock.",
          "正規の時刻源であれば、assetsに登録し、operationsにclockを指定したコンジットを追加してください。"),
      ], silence: .command),
    CatalogueEntry(
      .commandFlood, "command-flood", Bilingual("Flood of commands", "コマンドの多発"),
      category: "Controller", severity: 2, confidence: 75,
      threats: ["4", "5", "10"], checklist: ["3-3", "3-7"],
      techniques: [.bruteForceIO, .commandMessage, .denialOfService],
      meaning: Bilingual(
        "A station writes to or commands a device far more often than the two are known for: equipment can wear or fail, "
          + "and what operators do may have no effect.",
        "ある端末から機器への書き込みやコマンドが、通常をはるかに超える頻度で続いています。設備の損傷や、操作が効かなくなる恐れがあります。"),
      falseAlarm: Bilingual(
        "A recipe sent value by value, a program in a loop after a change, or a station that works in cycles and is new.",
        "値を一つずつ送るレシピの転送、変更後のプログラムのループ、周期的に書き込む新しい端末。"),
      steps: [
        Bilingual(
          "Call the line: is the equipment behaving normally, and do operators' commands take effect?",
          "ラインに電話し、設備の動作が正常か、操作員の操作が効いているかを確認してください。"),
        Bilingual(
          "If it is not, have the line take the equipment to a safe state and local control.",
          "異常があれば、現場で設備を安全な状態にし、手元操作へ切り替えてください。"),
        Bilingual(
          "Ask who is working at the source station, and what was started or changed there.",
          "送信元端末の作業者と、そこで起動または変更したものを確認してください。"),
        Bilingual(
          "If no one can explain it, have the line isolate the source, never the controller.",
          "心当たりがなければ、送信元側を現場で切り離してください。制御装置は切り離さないこと。"),
        Bilingual(
          "Compare the values in the controller with the recipe before the line goes on.",
          "ラインを再開する前に、制御装置の値をレシピと照合してください。"),
      ]),
    CatalogueEntry(
      .selectWithoutExecute, "select-without-execute",
      Bilingual("Object selected but not operated", "選択されたまま実行されない操作"),
      category: "Controller", severity: 3, confidence: 65,
      threats: ["4", "22"], checklist: ["3-7"], techniques: [.pointIdentification, .commandMessage],
      meaning: Bilingual(
        "A switch, valve or setpoint was selected for operation and nothing followed: a probe, or a way to block other operators.",
        "開閉器やバルブなどが操作対象として選択された後、実行されませんでした。試行または他者の操作の妨害が考えられます。"),
      falseAlarm: Bilingual(
        "An operator who cancelled the operation, or a frame lost at the mirror port.", "操作員の取りやめ、ミラーポートでの取りこぼし。"),
      steps: [
        Bilingual(
          "Call the control room: did an operator begin this operation and abandon it?",
          "制御室に電話し、操作員がこの操作を始めて取りやめたか確認してください。"),
        Bilingual(
          "Look for further selects of other objects by the same source.",
          "同じ送信元から他の対象への選択がないか確認してください。"),
        Bilingual(
          "If no one did, have the source isolated, and watch the object at the equipment.",
          "心当たりがなければ送信元を切り離し、対象を設備側で監視してください。"),
      ], silence: .command),
    CatalogueEntry(
      .loginFailures, "login-failures", Bilingual("Repeated login failures", "ログイン失敗の繰り返し"),
      category: "Access", severity: 3, confidence: 70,
      threats: ["1", "4"], checklist: ["3-3", "3-7"], techniques: [.remoteServices],
      meaning: Bilingual(
        "A device refused several logins or passwords from one station in a short time.",
        "機器が、一つの端末からのログインまたはパスワードを短時間に繰り返し拒否しました。"),
      falseAlarm: Bilingual(
        "A forgotten or changed password, or a program that still uses an old one.", "パスワードの失念や変更、古いパスワードのままのプログラム。"),
      steps: [
        Bilingual(
          "Ask the user of the source station whether the password was changed or forgotten.",
          "送信元端末の使用者に、パスワードの変更や失念がなかったか確認してください。"),
        Bilingual(
          "Check whether a login succeeded afterwards, and what was done then.",
          "その後にログインが成功したか、何が行われたかを確認してください。"),
        Bilingual(
          "If no one can explain it, isolate the source and change the device's password at the next shutdown.",
          "心当たりがなければ送信元を隔離し、次の停止時に機器のパスワードを変更してください。"),
      ]),
    CatalogueEntry(
      .passwordGuessing, "password-guessing", Bilingual("Password guessing", "パスワードの総当たり"),
      category: "Access", severity: 2, confidence: 90,
      threats: ["1", "4"], checklist: ["3-3", "3-7"], techniques: [.remoteServices, .exploitation],
      meaning: Bilingual(
        "A station tried many passwords on a device, faster than a person would: this is a program.",
        "一つの端末が、機器に対してパスワードを次々に試しています。人ではなくプログラムによる動きです。"),
      falseAlarm: Bilingual(
        "A client that automatically retries an old password.", "古いパスワードのまま自動で再試行するクライアント。"),
      steps: [
        Bilingual(
          "Call the line: who is working at the source station? If no one takes responsibility for it, have it isolated.",
          "ラインに電話し、送信元端末の作業者を確認してください。責任者が不明なら端末側を切り離すこと。"),
        Bilingual(
          "Look for a successful login after the failures, and for program transfers, writes or commands that followed.",
          "失敗の後に成功がないか、続いてプログラム転送、書き込み、コマンドがないか確認してください。"),
        Bilingual(
          "If one succeeded, compare program and parameters of the device with the approved copy.",
          "成功していた場合は、機器のプログラムとパラメータを承認済みのものと比較してください。"),
        Bilingual(
          "Change the device's passwords at the next shutdown, and limit which stations can reach it.",
          "次の停止時に機器のパスワードを変更し、接続できる端末を制限してください。"),
      ]),
  ]
}
