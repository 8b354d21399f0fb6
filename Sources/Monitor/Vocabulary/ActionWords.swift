// SPDX-License-Identifier: Apache-2.0
package import Catalogue

/// What people call an action; site files and records have `word`.
extension Action {
  /// In titles and lists: `run/stop`.
  package var name: Bilingual {
    switch self {
    case .identify: Bilingual("identification", "機器情報の取得")
    case .session: Bilingual("session", "セッション制御")
    case .diagnose: Bilingual("diagnosis", "診断")
    case .read: Bilingual("read", "読み出し")
    case .report: Bilingual("report", "通知")
    case .write: Bilingual("write", "書き込み")
    case .operate: Bilingual("operate", "操作")
    case .state: Bilingual("run/stop", "運転・停止操作")
    case .program: Bilingual("program transfer", "プログラム転送")
    case .firmware: Bilingual("firmware update", "ファームウェア更新")
    case .configure: Bilingual("configuration change", "設定変更")
    case .clock: Bilingual("clock setting", "時刻設定")
    case .file: Bilingual("file access", "ファイル操作")
    case .authenticate: Bilingual("login", "ログイン")
    case .unknown: Bilingual("unknown function", "不明な機能")
    }
  }

  /// As a message, in English: `run/stop command`.
  var message: String {
    switch self {
    case .identify: "identification request"
    case .session: "session message"
    case .diagnose: "diagnostic request"
    case .read: "read request"
    case .report: "report"
    case .write: "write request"
    case .operate: "control command"
    case .state: "run/stop command"
    case .program: "program transfer command"
    case .firmware: "firmware update command"
    case .configure: "configuration command"
    case .clock: "clock command"
    case .file: "file command"
    case .authenticate: "login"
    case .unknown: "unknown command"
    }
  }
}
