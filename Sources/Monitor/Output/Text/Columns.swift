// SPDX-License-Identifier: Apache-2.0

extension Unicode.Scalar {
  /// Columns of a terminal that the character takes: 0 if it joins the one before, 2 where East Asian Width is W or F
  /// (UAX #11, Unicode 16).
  package var columns: Int {
    switch value {
    case ..<0x300: 1
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97C,
      0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
      0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x20000...0x3FFFD:
      properties.generalCategory == .nonspacingMark ? 0 : 2
    default:
      switch properties.generalCategory {
      case .nonspacingMark, .enclosingMark, .format: 0
      default: properties.isEmojiPresentation ? 2 : 1
      }
    }
  }

  /// A row does not begin with it (JIS X 4051): ends of sentences and brackets, small kana, long vowels.
  fileprivate var staysWithWordBefore: Bool {
    columns == 0 || "、。，．・：；？！）］｝」』】〉》〕ーぁぃぅぇぉっゃゅょァィゥェォッャュョ…".unicodeScalars.contains(self)
  }
  /// A row does not end with it.
  fileprivate var staysWithWordAfter: Bool { "（［｛「『【〈《〔".unicodeScalars.contains(self) }
}

extension String {
  /// Columns of a terminal that the text takes.
  package var columns: Int { unicodeScalars.reduce(0) { $0 + $1.columns } }

  /// The text in at most `width` columns: if it is longer, its beginning and an ellipsis.
  package func fitted(to width: Int) -> String {
    guard columns > width else { return self }
    var text = ""
    var left = max(0, width - 1)
    for scalar in unicodeScalars {
      guard scalar.columns <= left else { break }
      left -= scalar.columns
      text.unicodeScalars.append(scalar)
    }
    return width > 0 ? text + "…" : ""
  }

  /// The pieces between which a row may end: words, and single characters of scripts without spaces. Spaces belong to
  /// the piece before them.
  fileprivate var pieces: [String] {
    var pieces: [String] = []
    var piece = ""
    var last: Unicode.Scalar?
    for scalar in unicodeScalars {
      if let last, !scalar.staysWithWordBefore, !last.staysWithWordAfter, scalar != " ",
        last == " " || last.columns == 2 || scalar.columns == 2
      {
        pieces.append(piece)
        piece = ""
      }
      piece.unicodeScalars.append(scalar)
      last = scalar
    }
    if !piece.isEmpty { pieces.append(piece) }
    return pieces
  }

  fileprivate var withoutTrailingSpaces: String {
    var text = self[...]
    while text.last == " " { text = text.dropLast() }
    return String(text)
  }

  /// The text in rows of at most `width` columns, folded between words; `first` columns of the first row are taken. A
  /// word longer than a row is cut.
  package func folded(to width: Int, first: Int = 0) -> [String] {
    let width = max(8, width)
    var rows: [String] = []
    var row = ""
    var used = first
    for piece in pieces {
      if used + piece.withoutTrailingSpaces.columns > width, used > 0 {
        rows.append(row.withoutTrailingSpaces)
        row = ""
        used = 0
      }
      for scalar in piece.unicodeScalars {
        if used + scalar.columns > width, scalar != " " {
          rows.append(row.withoutTrailingSpaces)
          row = ""
          used = 0
        }
        row.unicodeScalars.append(scalar)
        used += scalar.columns
      }
    }
    rows.append(row.withoutTrailingSpaces)
    return rows
  }
}
