// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Monitor

struct ProtocolsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "protocols",
    abstract:
      "Print every protocol that is read: its name in site files, where it is expected, how deep, by which source.",
    discussion: """
      Ports say where a protocol is expected; content decides, and finds it on other ports too.

      Examples:
        sekisho protocols
        sekisho protocols --markdown
      """)

  @Flag(help: "A table in Markdown, as the README has it.")
  var markdown = false

  func run() { print(markdown ? ProtocolList.markdown : ProtocolList.text, terminator: "") }
}
