// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Catalogue
import Monitor

struct CatalogueCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "catalogue",
    abstract: "Print every kind of finding with its meaning, severity and steps to take.",
    discussion: """
      Examples:
        sekisho catalogue
        sekisho catalogue --language ja
        sekisho catalogue --json | jq -r '[.signature_id, .id, .title] | @tsv'
      """)

  @Option(help: "Language of the output: en or ja.")
  var language = Language.en
  @Flag(help: "Print one JSON object per line.")
  var json = false

  func run() {
    print(json ? String(decoding: Catalogue.json(language), as: UTF8.self) : Catalogue.text(language), terminator: "")
  }
}
