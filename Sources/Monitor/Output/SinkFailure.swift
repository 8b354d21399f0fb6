// SPDX-License-Identifier: Apache-2.0
package import Catalogue
import Glibc

/// Why a file could not be opened for writing: the error number of the system (errno(3)).
package struct SinkFailure: Error, Equatable {
  package let code: Int32
  /// The system's words, which are English.
  package var systemText: String { unsafe String(cString: strerror(code)) }

  /// What is wrong with `path`, and what to do.
  package func message(_ path: String) -> Bilingual {
    let place = path.lastIndex(of: "/")
    let folder = place.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    switch code {
    case EISDIR:
      let example = path.hasSuffix("/") ? "\(path)alerts.json" : "\(path)/alerts.json"
      return Bilingual(
        "\(path) is a folder; name a file in it, for example --output \(example)",
        "\(path) はフォルダーです。--output \(example) のように、その中のファイル名を指定してください")
    case ENOENT:
      return Bilingual(
        "\(path) cannot be created, since there is no folder \(folder); create it with: mkdir -p \(folder)",
        "フォルダー \(folder) がないため、\(path) を作成できません。mkdir -p \(folder) で作成してください")
    case ENOTDIR:
      return Bilingual(
        "\(path) cannot be created, since a part of \(folder) is a file and not a folder",
        "\(folder) の途中にフォルダーではなくファイルがあるため、\(path) を作成できません")
    case EACCES, EPERM:
      return Bilingual(
        "\(path) may not be written by this user; check the owner and mode of the file and its folder: "
          + "ls -ld \(folder) \(path)",
        "\(path) への書き込み権限がありません。ファイルとフォルダーの所有者とモードを確認してください: ls -ld \(folder) \(path)")
    case EROFS:
      return Bilingual(
        "\(path) lies on a file system that is mounted read-only; choose another place",
        "\(path) は読み取り専用でマウントされたファイルシステム上にあります。別の場所を指定してください")
    case ENOSPC, EDQUOT:
      return Bilingual(
        "\(path) cannot be created: there is no space left; check with: df -h \(folder)",
        "空き容量がないため、\(path) を作成できません。df -h \(folder) で確認してください")
    case ENXIO:
      return Bilingual(
        "\(path) is a named pipe that nothing reads", "\(path) は名前付きパイプですが、読み手がいません")
    default:
      return Bilingual("\(path) cannot be written: \(systemText)", "\(path) に書き込めません: \(systemText)")
    }
  }
}
