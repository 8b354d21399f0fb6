// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Monitor

/// Opens the output file anew where SIGHUP asks for it, so that logrotate can move it away. While it cannot be opened,
/// it is tried again, and said once.
struct Reopening {
  private var settled = 0
  private var obstacle: SinkFailure?

  mutating func look(_ options: RunOptions, _ pipeline: inout Pipeline) {
    let asked = Stop.reloadCount
    guard settled != asked else { return }
    guard let output = options.output else {
      settled = asked
      return
    }
    do throws(SinkFailure) {
      if try pipeline.reopenOutput() {
        options.report(Bilingual("\(output) opened anew", "\(output) を開き直しました"))
      }
      settled = asked
      obstacle = nil
    } catch {
      if error != obstacle {
        let why = error.message(output)
        options.report(
          Bilingual(
            "\(why.en). Until it can be opened, lines go on into the file that was open.",
            "\(why.ja)。開けるようになるまで、これまでのファイルに書き続けます。"))
      }
      obstacle = error
    }
  }
}
