// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The captures named by files and folders on a command line.
package struct CaptureList: Sendable {
  /// In order of their first packet; ties by path, empty captures last.
  package private(set) var paths: [String] = []
  /// Captures that cannot be read, and why. They do not stop the others.
  package private(set) var refused: [CaptureError] = []

  /// Files are taken as they are named; of a folder, recursively, whatever begins like a capture. A folder
  /// without one is an error.
  package init(_ arguments: [String]) throws(CaptureError) {
    var found: [(time: Int64, path: String)] = []
    for argument in arguments {
      if argument == "-" {
        found.append((.min, argument))
        continue
      }
      var status = stat()
      guard unsafe stat(argument, &status) == 0 else {
        let failure = CaptureFile.failure(opening: argument, errno)
        // One that is missing does not stop the others.
        guard arguments.count > 1 else { throw failure }
        refused.append(failure)
        continue
      }
      if status.st_mode & S_IFMT == S_IFDIR {
        let captures = CaptureList.captures(below: argument)
        guard !captures.isEmpty else {
          throw CaptureError(
            .badFile, "\(argument): no capture in this folder", "\(argument): このフォルダーにはキャプチャがありません")
        }
        for path in captures { add(path, to: &found) }
      } else {
        found.append((arguments.count > 1 ? CaptureList.firstTime(argument) : 0, argument))
      }
    }
    paths = found.sorted { ($0.time, $0.path) < ($1.time, $1.path) }.map(\.path)
  }

  private mutating func add(_ path: String, to found: inout [(time: Int64, path: String)]) {
    do throws(CaptureError) {
      var file = try CaptureFile(path: path)
      found.append((try file.next()?.time ?? .max, path))
    } catch {
      // What lies before a fault is still worth reading; what cannot be opened is not.
      if error.kind == .badFile, (try? CaptureFile(path: path)) != nil {
        found.append((.max, path))
      } else {
        refused.append(error)
      }
    }
  }

  /// A file named explicitly is opened, and its faults reported, when its turn comes.
  private static func firstTime(_ path: String) -> Int64 {
    do throws(CaptureError) {
      var file = try CaptureFile(path: path)
      return try file.next()?.time ?? .max
    } catch {
      return .max
    }
  }

  private static func captures(below folder: String) -> [String] {
    guard let directory = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(directory) }
    var paths: [String] = []
    while let entry = unsafe readdir(directory) {
      // Sound: the kernel ends the name with a zero, inside of the field.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      guard name != ".", name != ".." else { continue }
      let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
      var status = stat()
      guard unsafe lstat(path, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        paths += captures(below: path)
      } else if status.st_mode & S_IFMT == S_IFREG, beginsLikeACapture(path) {
        paths.append(path)
      }
    }
    return paths
  }

  private static func beginsLikeACapture(_ path: String) -> Bool {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    var input = Input(descriptor: descriptor, owns: true)
    guard input.need(4) else { return false }
    let magics: [UInt32] = [0x0A0D_0D0A, 0xA1B2_C3D4, 0xD4C3_B2A1, 0xA1B2_3C4D, 0x4D3C_B2A1, 0xA1B2_CD34, 0x34CD_B2A1]
    return magics.contains(input.front(4).word(0, false))
  }
}
