// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Monitor

struct ProtocolsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "protocols",
    abstract:
      "Print every supported protocol: its name in site files, its ports, how deeply it is decoded, and the standard.",
    discussion: """
      A protocol is expected on its ports, but recognised by its content, on other ports too.

      Examples:
        sekisho protocols
        sekisho protocols --markdown
      """)

  @Flag(help: "Print the table of the README in Markdown.")
  var markdown = false

  func run() { print(markdown ? ProtocolList.markdown : ProtocolList.text, terminator: "") }
}
