// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// The repository's folder, where fixtures, scripts and pages are.
package let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()
