// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

@main
struct Sekisho: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "sekisho")
}
