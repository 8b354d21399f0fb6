// SPDX-License-Identifier: Apache-2.0
import Catalogue

/// The addressed unit of an operation in the words of its protocol; nil where it says nothing more than the device's
/// address, such as the unit identifier of a Modbus device without a gateway.
func unitWords(_ unit: Int64, protocolName: String, _ language: Language) -> Words? {
  guard unit >= 0 else { return nil }
  func words(_ en: @autoclosure () -> Words, _ ja: @autoclosure () -> Words) -> Words {
    switch language {
    case .en: en()
    case .ja: ja()
    }
  }
  let (high, middle, low) = (unit >> 16 & 0xFF, unit >> 8 & 0xFF, unit & 0xFF)
  switch protocolName {
  case "modbus", "umas":
    // 0 and 255 address the device itself, and so does 1 by long use.
    return unit <= 1 || unit == 255 ? nil : words("unit \(unit)", "ユニット\(unit)")
  case "s7comm":
    // Slots 0 to 3 of rack 0 are the usual places of a CPU.
    return unit <= 3 ? nil : words("rack \(low >> 5), slot \(low & 31)", "ラック\(low >> 5)・スロット\(low & 31)")
  case "enip", "cip", "pccc": return unit == 0 ? nil : words("slot \(unit)", "スロット\(unit)")
  case "slmp":
    return words("network \(unit >> 8), station \(low)", "ネットワーク\(unit >> 8)・局番\(low)")
  case "cclink-ief-basic": return words("station \(unit)", "局番\(unit)")
  case "fins":
    return words(
      "network \(high), node \(middle), unit \(low)", "ネットワーク\(high)・ノード\(middle)・ユニット\(low)")
  case "iec104": return words("common address \(unit)", "共通アドレス\(unit)")
  case "dnp3": return words("outstation address \(unit)", "アウトステーションアドレス\(unit)")
  case "cip-io": return words("connection \(unit)", "コネクション\(unit)")
  case "profinet-rt": return words("frame ID \(unit)", "フレームID \(unit)")
  default: return words("unit \(unit)", "ユニット\(unit)")
  }
}
