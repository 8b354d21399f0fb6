// SPDX-License-Identifier: Apache-2.0
package import Catalogue

extension Catalogue {
  /// The catalogue for machines: one JSON object a line and kind, in order of the signature id.
  package static func json(_ language: Language) -> [UInt8] {
    var lines: [UInt8] = []
    var line = JSONLine()
    for entry in entries {
      line.begin()
      line.string("id", entry.id)
      line.number("signature_id", entry.signatureID)
      line.number("rev", entry.revision)
      line.string("title", entry.title[language])
      line.string("category", entry.category)
      line.number("severity", entry.defaultSeverity)
      line.number("severity_high_importance", entry.severity(.high))
      line.string("respond_within", respondWithin(entry.defaultSeverity))
      line.hundredths("confidence", entry.confidence)
      line.strings("threat", entry.threats)
      line.strings("checklist", entry.checklist)
      line.strings("mitre_technique_id", entry.techniques.map(\.id))
      line.strings("mitre_technique_name", entry.techniques.map(\.name))
      line.string("meaning", entry.meaning[language])
      line.string("false_alarm", entry.falseAlarm[language])
      line.strings("steps", entry.steps.map { $0[language] })
      line.end()
      lines += line.bytes
    }
    return lines
  }
}
