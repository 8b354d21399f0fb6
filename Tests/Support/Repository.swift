// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// The repository's root folder, which contains fixtures, scripts and pages.
package let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()
