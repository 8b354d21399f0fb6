// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

@Suite struct CCLinkIEFieldBasicHeaderTests {
  private static let frames = Script("", .udp(61_450), cyclicFrames).messages.map(\.bytes)

  @Test func `every field of a master's header is read`() throws {
    let bytes = Self.frames[0]
    let header = try found(CCLinkIEFieldBasicHeader(span(bytes)))
    #expect(header.subheader == 0x5000 && !header.isResponse && header.length == 0x86 && header.total == bytes.count)
    #expect(header.command == CCLinkIEFieldBasicHeader.command && header.subcommand == 0 && header.version == 1)
    #expect(header.offset == 36 && header.applicationStatus == 1 && header.id == 47 && header.group == 1)
    #expect(header.sequenceNumber == 0x06D8 && header.occupiedStations == 1 && header.isCyclic)
  }

  @Test func `every field of a slave's header is read`() throws {
    let bytes = Self.frames[1]
    let header = try found(CCLinkIEFieldBasicHeader(span(bytes)))
    #expect(header.subheader == 0xD000 && header.isResponse && header.length == 0x7A && header.total == bytes.count)
    #expect(header.frameEndCode == 0 && header.cyclicEndCode == 0 && header.version == 1)
    #expect(header.offset == CCLinkIEFieldBasicHeader.responseOffset && header.applicationStatus == 1)
    #expect(header.id == 51 && header.group == 1 && header.sequenceNumber == 0x06D8 && header.isCyclic)
  }

  @Test(
    "a frame with a wrong fixed field is not read: subheader, length, version, command or offset",
    arguments: [(0, [0, 7, 11, 13, 15]), (1, [0, 7, 11, 15, 17, 24])])
  func fixed(_ frame: Int, _ places: [Int]) throws {
    for place in places {
      var bytes = Self.frames[frame]
      bytes[place] ^= 2
      let header = try found(CCLinkIEFieldBasicHeader(span(bytes)))
      #expect(header.isCyclic == false, "byte \(place)")
    }
  }

  @Test func `a header cut at any byte is read or refused without a trap`() {
    for whole in Self.frames {
      for count in 0...whole.count {
        let bytes = Array(whole.prefix(count))
        let header = CCLinkIEFieldBasicHeader(span(bytes))
        let isThere = header != nil
        #expect(isThere == (count >= CCLinkIEFieldBasicHeader.size))
        guard let header else { continue }
        #expect(header.isCyclic == (count == whole.count))
        guard let id = header.id else {
          #expect(header.group == nil && header.sequenceNumber == nil && header.occupiedStations == nil)
          continue
        }
        #expect((header.group == nil) == (count < id + 8) && (header.sequenceNumber == nil) == (count < id + 8))
        #expect((header.occupiedStations == nil) == (count < id + 20))
      }
    }
    // An offset beyond the frame.
    var far = Self.frames[0]
    (far[19], far[20]) = (0xFF, 0xFF)
    let header = CCLinkIEFieldBasicHeader(span(far))
    #expect(header?.id == 11 + 0xFFFF && header?.group == nil && header?.occupiedStations == nil)
  }
}
