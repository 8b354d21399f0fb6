// SPDX-License-Identifier: Apache-2.0
import Support

@testable import Monitor
@testable import SiteFile

/// Problems of a text, errors and warnings, one line each; a good text has only warnings.
func problems(_ text: String) -> [String] {
  do throws(SiteErrors) {
    return try Site.parse(text, file: "plant.yaml").warnings.map(\.description)
  } catch {
    return error.problems.map(\.description)
  }
}
