// SPDX-License-Identifier: Apache-2.0
import Foundation
import SiteFile

/// Command lines as people write them who come from other programs, in the words of this one.
enum Arguments {
  static let commands = ["replay", "monitor", "rules", "site", "catalogue", "protocols"]
  private static let general = ["help", "-h", "--help", "--version", "--help-hidden"]
  private static let live = ["-i", "--interface"]

  /// The command line with the command that a bare file, `-r FILE` or `-i IF` stands for.
  static func completed(_ words: [String]) -> [String] {
    guard let first = words.first, !commands.contains(first), !general.contains(first), !first.hasPrefix("---"),
      !first.hasPrefix("--generate-completion-script")
    else { return words }
    if !first.hasPrefix("-") || first == "-" {
      return first == "-" || looksLikeFile(first) ? ["replay"] + words : words
    }
    if words.contains(where: { word in
      live.contains(word) || word.hasPrefix("--interface=") || word.hasPrefix("-i") && !word.hasPrefix("--")
    }) {
      return ["monitor"] + words
    }
    let readsCapture = words.contains { $0 == "-" || $0.hasPrefix("-r") || !$0.hasPrefix("-") && looksLikeFile($0) }
    return readsCapture ? ["replay"] + words : words
  }

  private static func looksLikeFile(_ word: String) -> Bool {
    word.contains("/") || word.contains(".") || FileManager.default.fileExists(atPath: word)
  }

  /// What to say of a command line that was refused; nil if the parser's own words are the best.
  static func advice(_ words: [String]) -> String? {
    guard let first = words.first else { return nil }
    if !first.hasPrefix("-"), !commands.contains(first), !general.contains(first) {
      let known = "the commands are \(commands.dropLast().joined(separator: ", ")) and \(commands[commands.count - 1])"
      if isInterface(first) { return "'\(first)' is an interface: sekisho monitor --interface \(first)" }
      let meant = Spelling.nearest(first, in: commands).map { "; did you mean '\($0)'?" } ?? ""
      return "unknown command '\(first)'\(meant) (\(known))"
    }
    guard first == "replay" || first == "monitor" else { return nil }
    for word in words.dropFirst() {
      if let advice = foreign[word] ?? (first == "replay" ? ofReplay[word] : ofMonitor[word]) {
        return "\(word): \(advice)"
      }
      if first == "monitor", !word.hasPrefix("-"), isInterface(word) {
        let isNamed = words.contains { live.contains($0) }
        if !isNamed { return "an interface is given with --interface: sekisho monitor --interface \(word)" }
      }
    }
    return nil
  }

  private static func isInterface(_ word: String) -> Bool {
    !word.contains("/") && FileManager.default.fileExists(atPath: "/sys/class/net/\(word)")
  }

  /// Options of tcpdump, Suricata, Zeek and Snort.
  private static let foreign = [
    "-c":
      "there is no such option; the site file is given with --site FILE, and --from and --to read a part of a capture",
    "-v": "there is no such option; --log says what is written (try --log all), and --version prints the version",
    "-vv": "there is no such option; --log says what is written (try --log all)",
    "-V": "the version is printed by: sekisho --version",
    "-w": "frames are recorded by tcpdump -w; records are written to a file with --output FILE",
    "-o": "records are written to a file with --output FILE",
    "-l": "records are written to a file with --output FILE, and --log says which",
    "-n": "not needed: names are never looked up", "-nn": "not needed: names are never looked up",
    "-s": "the site file is given with --site FILE; frames are always taken whole",
    "-f": "a filter is given with --filter 'EXPRESSION'", "-F": "a filter is given with --filter 'EXPRESSION'",
    "-S": "the site file is given with --site FILE", "-j": "records are JSON with --format json",
    "--json": "records are JSON with --format json", "--text": "records are text with --format text",
    "--verbose": "there is no such option; --log says what is written (try --log all)",
    "--config": "the site file is given with --site FILE", "--bpf": "a filter is given with --filter 'EXPRESSION'",
  ]
  private static let ofReplay = [
    "-i": "an interface is listened on by: sekisho monitor --interface NAME",
    "--interface": "an interface is listened on by: sekisho monitor --interface NAME",
  ]
  private static let ofMonitor = [
    "-r": "a capture is read by: sekisho replay FILE", "--from": "spans of time are for captures: sekisho replay",
    "--to": "spans of time are for captures: sekisho replay",
  ]
}
