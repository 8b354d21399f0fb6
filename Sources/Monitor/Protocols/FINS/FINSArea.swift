// SPDX-License-Identifier: Apache-2.0

/// A memory area code: of the CS and CJ series (W342, 5-2-2), and of the CV series (W227), whose codes they know too.
struct FINSArea: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  /// What an area code says of an item: where it is, and how it is sent.
  struct Place {
    /// The area, and the bank of EM.
    var target: Target
    /// The address has a bit.
    let isBit: Bool
    let format: Values.Format
    /// Bytes from one item to the next, if an item has more than its value.
    let stride: UInt16

    var width: Int { stride > 0 ? Int(stride) : format.width }

    fileprivate static func bit(_ area: Area, bank: UInt32 = 0) -> Place {
      Place(target: Target(area: area, number: bank), isBit: true, format: .uint8, stride: 0)
    }
    fileprivate static func flag(_ area: Area) -> Place {
      Place(target: Target(area: area), isBit: false, format: .uint8, stride: 0)
    }
    fileprivate static func word(_ area: Area, bank: UInt32 = 0) -> Place {
      Place(target: Target(area: area, number: bank), isBit: false, format: .uint16, stride: 0)
    }
    /// A word, followed by sixteen bits that say which of its own are forced.
    fileprivate static func forcedWord(_ area: Area) -> Place {
      Place(target: Target(area: area), isBit: false, format: .uint16, stride: 4)
    }
  }

  /// Counters share the codes of timers: from 8000 hexadecimal on in CS mode, from 0800 in CV mode.
  var firstCounter: UInt64 {
    switch rawValue {
    case 0x01, 0x41, 0x81: 0x0800
    default: 0x8000
    }
  }

  var place: Place? {
    switch rawValue {
    // With forced status (40, 70 and so on) a bit is one byte, too: bit 0 its state, bit 1 whether it is forced.
    case 0x00, 0x40, 0x30, 0x70: .bit(.cio)
    case 0x80, 0xB0: .word(.cio)
    case 0xC0, 0xF0: .forcedWord(.cio)
    case 0x31, 0x71: .bit(.wr)
    case 0xB1: .word(.wr)
    case 0xF1: .forcedWord(.wr)
    case 0x32, 0x72: .bit(.hr)
    case 0xB2: .word(.hr)
    case 0xF2: .forcedWord(.hr)
    case 0x33: .bit(.ar)
    case 0xB3: .word(.ar)
    case 0x02: .bit(.dm)
    case 0x82: .word(.dm)
    case 0x20...0x2F: .bit(.em, bank: UInt32(rawValue & 15))
    case 0xA0...0xAF: .word(.em, bank: UInt32(rawValue & 15))
    case 0x90...0x97: .word(.em, bank: UInt32(rawValue & 15))
    case 0xE0...0xEF: .bit(.em, bank: 16 + UInt32(rawValue & 15))
    case 0x60...0x6F: .word(.em, bank: 16 + UInt32(rawValue & 15))
    // In the current bank, which the message does not name.
    case 0x0A: .bit(.em)
    case 0x98: .word(.em)
    case 0x01, 0x41, 0x09, 0x49: .flag(.tim)
    case 0x81, 0x89: .word(.tim)
    case 0x03, 0x43: .flag(.transition)
    case 0x04, 0x44: .flag(.step)
    case 0x84: .word(.step)
    case 0x05: .bit(.forcedStatus)
    case 0x85: .word(.forcedStatus)
    case 0x1B: .flag(.sfcAction)
    case 0x06: .bit(.task)
    case 0x46: .flag(.task)
    case 0xDC: Place(target: Target(area: .indexRegister), isBit: false, format: .uint32, stride: 0)
    // In CV mode, index registers, data registers and the number of the current EM bank share one code.
    case 0x9C, 0xBC: .word(.dataRegister)
    case 0x07: .bit(.clockPulse)
    case 0xDD: .word(.interruptInterval)
    default: nil
    }
  }
}

// MARK: Places in text

extension FINSArea {
  /// Area code, word address, bit: the target they name, and how its values are sent. A number of items of `countSize`
  /// bytes may follow.
  static func place(
    _ frame: borrowing FINSHeader, at offset: Int, countSize: Int = 0, _ operation: inout Operation
  ) -> FINSArea.Place? {
    guard frame.count >= offset + FINSText.Place.size + countSize else {
      operation.note(
        Fault(
          .length, "Command text", seen: UInt64(frame.count - FINSText.start),
          least: UInt64(offset + FINSText.Place.size + countSize - FINSText.start),
          most: UInt64(FINSHeader.longestFrame - FINSText.start)))
      return nil
    }
    guard let place = knownPlace(frame, at: offset, countSize: countSize) else {
      operation.note(Fault(unlisted: "Memory area code", seen: UInt64(frame.u8(offset))))
      return nil
    }
    return place
  }

  /// The same where the caller has seen the bytes to be there; nil for an area code that is not listed.
  @inline(__always)
  static func knownPlace(_ frame: borrowing FINSHeader, at offset: Int, countSize: Int = 0) -> FINSArea.Place? {
    let code = FINSArea(rawValue: frame.u8(offset))
    guard var place = code.place else { return nil }
    place.target.address = UInt64(frame.u16(offset + FINSText.Place.address))
    place.target.count = countSize > 0 ? UInt32(frame.u16(offset + FINSText.Place.size)) : 1
    if place.target.area == .tim, place.target.address >= code.firstCounter {
      place.target.area = .cnt
      place.target.address -= code.firstCounter
    }
    if place.isBit { place.target.bit = Int8(truncatingIfNeeded: frame.u8(offset + FINSText.Place.bit) & 15) }
    return place
  }

  static func values(
    _ frame: borrowing FINSHeader, at offset: Int, _ count: Int, _ place: FINSArea.Place
  ) -> Values {
    Values(
      place.format, at: frame.start + offset, count, stride: Int(place.stride), end: frame.end)
  }
}
