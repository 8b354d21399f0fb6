// SPDX-License-Identifier: Apache-2.0

/// The language of what people read: titles, reasons, playbook steps. Keys, kinds and categories stay English.
package enum Language: String, CaseIterable, Sendable {
  case en, ja
}
