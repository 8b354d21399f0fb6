// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Catalogue
import Monitor

struct CatalogueCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "catalogue",
    abstract: "Print every kind of finding: what it means, how severe it is, what to do.",
    discussion: """
      Examples:
        sekisho catalogue
        sekisho catalogue --language ja
        sekisho catalogue --json | jq -r '[.signature_id, .id, .title] | @tsv'
      """)

  @Option(help: "en or ja.")
  var language = Language.en
  @Flag(help: "One JSON object a line.")
  var json = false

  func run() {
    print(json ? String(decoding: Catalogue.json(language), as: UTF8.self) : Catalogue.text(language), terminator: "")
  }
}
