// SPDX-License-Identifier: Apache-2.0

/// Paths of CIP messages: ODVA, The CIP Networks Library, volume 1, appendix C-1.
extension CIP {
  /// The destination of a path.
  struct Path {
    /// The last class: the one that the service is meant for.
    var classID: UInt32?
    var instance: UInt32?
    var member: UInt32?
    var attribute: UInt32?
    var connectionPoint: UInt32?
    /// For tags: `Line1.Speed[2]`. A path with more than one class, with several members, or with a symbol and a class
    /// is named by all its segments: `Program:Main/class 107 4660[2]`.
    var symbol = NameID.none
    /// The last thing named is a symbol, not an instance of a class.
    var endsInSymbol = false
    /// The link address of the last port segment: a slot; -1 if it is text.
    var link: Int64 = -1
    /// The last link address given as text: a host on another network.
    var linkName = NameID.none
    /// A connection path contains a safety segment (volume 5).
    var isSafety = false
    /// What the application paths of a connection lead to, in order: class in the upper half, instance or connection
    /// point in the lower half.
    private var points = InlineArray<3, UInt64>(repeating: 0)
    private(set) var pointCount = 0

    init() {}

    var target: Target {
      if symbol != .none { return Target(area: .tag, number: endsInSymbol ? 0 : classID ?? 0, count: 1, name: symbol) }
      if let connectionPoint { return Target(area: .assembly, address: UInt64(connectionPoint), count: 1) }
      return classID.map { CIP.target($0, instance ?? 0) } ?? .none
    }

    fileprivate mutating func add(point: UInt32, of classID: UInt32) {
      guard pointCount < 3 else { return }
      points[pointCount] = UInt64(classID) << 32 | UInt64(point)
      pointCount += 1
    }

    /// The number of application paths of a connection (volume 1, 3-5.5.1.10): configuration, then consumed, then
    /// produced data, as far as present.
    var targets: Int { symbol != .none ? 1 : max(1, pointCount) }
    func target(at place: Int) -> Target {
      symbol != .none || pointCount == 0
        ? target : CIP.target(UInt32(points[place] >> 32), UInt32(truncatingIfNeeded: points[place]))
    }
  }

  private static let assembly: UInt32 = 4

  private static func target(_ classID: UInt32, _ instance: UInt32) -> Target {
    classID == assembly
      ? Target(area: .assembly, address: UInt64(instance), count: 1)
      : Target(area: .object, number: classID, address: UInt64(instance), count: 1)
  }

  /// Reads segments up to `end` (appendix C-1.4); anything that is not a segment ends the path. The path of a
  /// connection may have several application paths, one after the other.
  static func path(
    _ bytes: RawSpan, from start: Int, to end: Int, isConnection: Bool = false, _ exchange: inout Exchange
  ) -> Path {
    var path = Path()
    var hasSymbol = false
    var offset = start
    while offset < end {
      let type = bytes.u8(offset)
      switch type >> 5 {
      case 0:
        // A port segment; number 15 means that the port number follows; bit 4 means that the size of the link address
        // follows.
        let isExtended = type & 0x10 != 0
        var place = offset + 1
        let size = isExtended && place < end ? Int(bytes.u8(place)) : 1
        if isExtended { place += 1 }
        if type & 15 == 15 { place += 2 }
        if isExtended {
          path.link = -1
          if size > 0, place + size <= end, !hasSymbol {
            let address = bytes.slice(place, size)
            path.linkName = address.isText ? exchange.name(address) : exchange.name { $0.append(hexadecimal: address) }
          }
        } else if place < end {
          path.link = Int64(bytes.u8(place))
        }
        let next = place + size
        offset = next + (next - offset) % 2
      case 1:
        if type == 0x34 {
          // An electronic key.
          offset += offset + 1 < end && bytes.u8(offset + 1) == 4 ? 10 : 2
          continue
        }
        let width = [1, 2, 4, 0][Int(type & 3)]
        let place = offset + (width == 1 ? 1 : 2)
        guard width > 0, place + width <= end else { return finished(path, hasSymbol, &exchange) }
        let value = width == 1 ? UInt32(bytes.u8(place)) : width == 2 ? UInt32(bytes.u16LE(place)) : bytes.u32LE(place)
        readLogical(type >> 2 & 7, value, isConnection, &path, &hasSymbol, &exchange)
        offset = place + width
      case 2:
        // A network segment: from 0x50 upwards it has a length.
        if type & 0x10 != 0 {
          if type == 0x50 { path.isSafety = true }
          offset += offset + 1 < end ? 2 + 2 * Int(bytes.u8(offset + 1)) : 2
        } else {
          offset += 2
        }
      case 3:
        // A symbolic segment: up to 31 characters, or a number of one, two or four bytes.
        let count = Int(type & 31)
        let form = count == 0 && offset + 1 < end ? bytes.u8(offset + 1) : 0
        let width = form == 0xC6 ? 1 : form == 0xC7 ? 2 : form == 0xC8 ? 4 : 0
        let first = offset + (count > 0 ? 1 : 2)
        let next = first + count + width
        guard count > 0 || width > 0, next <= end else { return finished(path, hasSymbol, &exchange) }
        beginSymbol(isConnection, &path, &hasSymbol, &exchange)
        exchange.spell { text in
          for place in first..<first + count { text.append(bytes.u8(place)) }
          if width > 0 {
            text.append(
              decimal: width == 1
                ? UInt32(bytes.u8(first)) : width == 2 ? UInt32(bytes.u16LE(first)) : bytes.u32LE(first))
          }
        }
        offset = next + (next - offset) % 2
      case 4:
        guard offset + 2 <= end else { return finished(path, hasSymbol, &exchange) }
        let size = Int(bytes.u8(offset + 1))
        if type == 0x91 {
          beginSymbol(isConnection, &path, &hasSymbol, &exchange)
          exchange.spell { text in
            for place in offset + 2..<min(end, offset + 2 + size) { text.append(bytes.u8(place)) }
          }
          offset += 2 + size + size % 2
        } else {
          offset += 2 + 2 * size
        }
      default: return finished(path, hasSymbol, &exchange)
      }
    }
    return finished(path, hasSymbol, &exchange)
  }

  /// A logical segment by its kind (appendix C-1.4.2).
  private static func readLogical(
    _ kind: UInt8, _ value: UInt32, _ isConnection: Bool, _ path: inout Path, _ hasName: inout Bool,
    _ exchange: inout Exchange
  ) {
    switch kind {
    case 0:
      if !isConnection, hasName || path.classID != nil {
        name(path, &hasName, &exchange)
        exchange.spell { $0.append(classID: value, isFirst: false) }
      }
      if !isConnection || path.classID == nil || !hasName { path.classID = value }
      path.endsInSymbol = path.endsInSymbol && isConnection
    case 1:
      if !isConnection, hasName || path.instance != nil {
        name(path, &hasName, &exchange)
        exchange.spell { text in
          text.append(0x20)
          text.append(decimal: value)
        }
      }
      path.instance = value
      path.add(point: value, of: path.classID ?? 0)
    case 2:
      if !isConnection, path.member != nil { name(path, &hasName, &exchange) }
      path.member = value
      if hasName {
        exchange.spell { text in
          text.append(0x5B)
          text.append(decimal: value)
          text.append(0x5D)
        }
      }
    case 3:
      if hasName, !isConnection {
        exchange.spell { text in
          // ` point `
          text += [0x20, 0x70, 0x6F, 0x69, 0x6E, 0x74, 0x20]
          text.append(decimal: value)
        }
      }
      path.connectionPoint = value
      path.add(point: value, of: assembly)
    case 4: path.attribute = value
    default: break
    }
  }

  /// A symbol follows: after a dot if something was named before it.
  private static func beginSymbol(
    _ isConnection: Bool, _ path: inout Path, _ hasName: inout Bool, _ exchange: inout Exchange
  ) {
    if !hasName, isConnection || path.classID == nil {
      exchange.spell(isNew: true) { _ in }
      hasName = true
    } else {
      name(path, &hasName, &exchange)
      exchange.spell { $0.append(0x2E) }
    }
    path.endsInSymbol = true
  }

  /// From here on the path is named by its segments: first by those that were read, `class 104 5[2]`.
  private static func name(_ path: Path, _ hasName: inout Bool, _ exchange: inout Exchange) {
    guard !hasName else { return }
    hasName = true
    exchange.spell(isNew: true) { text in
      if let classID = path.classID { text.append(classID: classID, isFirst: true) }
      if let instance = path.instance {
        text.append(0x20)
        text.append(decimal: instance)
      }
      if let member = path.member {
        text.append(0x5B)
        text.append(decimal: member)
        text.append(0x5D)
      }
    }
  }

  private static func finished(_ path: Path, _ hasSymbol: Bool, _ exchange: inout Exchange) -> Path {
    guard hasSymbol else { return path }
    var path = path
    path.symbol = exchange.spelled()
    return path
  }
}

extension [UInt8] {
  /// `class 107`, behind a slash if it is within something else.
  fileprivate mutating func append(classID: UInt32, isFirst: Bool) {
    if !isFirst { append(0x2F) }
    self += [0x63, 0x6C, 0x61, 0x73, 0x73, 0x20]
    append(decimal: classID)
  }
}

extension Exchange {
  /// Appends to a name assembled from several parts; `isNew` starts it.
  mutating func spell(isNew: Bool = false, _ write: (inout [UInt8]) -> Void) {
    if isNew { spelling.removeAll(keepingCapacity: true) }
    // A longer name would be truncated anyway; what is kept is enough to distinguish names.
    guard spelling.count < NameTable.longest else { return }
    write(&spelling)
  }
  /// The ID of the assembled name.
  mutating func spelled() -> NameID {
    var text: [UInt8] = []
    swap(&text, &spelling)
    let id = names.intern(text.bytes, at: time, isProven: isMutual)
    swap(&text, &spelling)
    return id
  }
}
