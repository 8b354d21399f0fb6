// SPDX-License-Identifier: Apache-2.0
import Catalogue
import Support

@testable import Monitor
@testable import SiteFile

/// The errors and warnings of a site file's text, one line each; a valid text has only warnings.
func problems(_ text: String, _ language: Language = .en) -> [String] {
  do throws(SiteErrors) {
    return try Site.parse(text, file: "plant.yaml").warnings.map { $0.text(language) }
  } catch {
    return error.problems.map { $0.text(language) }
  }
}
