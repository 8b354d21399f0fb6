// SPDX-License-Identifier: Apache-2.0

extension Catalogue {
  /// Rules of rule files. Their alerts have the rule's own title, class and numbers; this is what they share.
  static let signatures: [CatalogueEntry] = [
    CatalogueEntry(
      .signature, "signature", Bilingual("Traffic matches a rule", "ルールに一致する通信"),
      category: "Signature", severity: 2, confidence: 80, threats: ["1", "2", "4"], checklist: ["3-7"], techniques: [],
      meaning: Bilingual(
        "Traffic matches a rule of a rule file: the product's own, or one of the user's.",
        "ルールファイル（製品付属または利用者が用意したもの）のルールに一致する通信です。"),
      falseAlarm: Bilingual(
        "The rule is wider than what it is named after, or the network is being tested.",
        "ルールの条件が実際の脅威より広い場合や、担当者による試験の場合。"),
      steps: [
        Bilingual(
          "Read what the rule looks for and its references, and find the devices (context.ooda.orient).",
          "ルールの検出対象と参考情報を読み、該当する機器（context.ooda.orient）を特定してください。"),
        Bilingual(
          "Ask who works at the source. Unless the work was planned, have the line isolate the source, never the controller.",
          "送信元で誰が作業しているかを確認してください。予定された作業でなければ、送信元側を現場で切り離してください。制御装置は切り離さないこと。"),
        Bilingual(
          "Keep the capture around this time.",
          "この時刻前後のキャプチャを保存してください。"),
      ])
  ]
}
