// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

@Suite struct COTPHeaderTests {
  /// TPDU size 1024, calling TSAP 01 00, called TSAP 01 02.
  static let request = hex("11 E0 1234 5678 00 C0010A C1020100 C2020102")

  @Test func `a data TPDU has an end-of-TSDU mark and user data`() {
    let bytes = hex("02 F0 80 320100")
    let header = COTPHeader(span(bytes))!
    #expect(header.lengthIndicator == COTPHeader.dataLengthIndicator && header.code == .data && header.credit == 0)
    #expect(header.isEndOfTSDU && header.headerLength == 3 && array(header.userData) == hex("320100"))
    let piece = hex("02 F3 05 32")
    let further = COTPHeader(span(piece))!
    #expect(!further.isEndOfTSDU && further.code == .data && further.credit == 3)
    let isConnection = COTPConnection(header) != nil
    #expect(!isConnection)
  }

  @Test func `a connection request has references, class and parameters`() {
    let bytes = Self.request
    let header = COTPHeader(span(bytes))!
    #expect(header.code == .connectionRequest && header.userData.byteCount == 0)
    let connection = COTPConnection(header)!
    #expect(connection.destinationReference == 0x1234 && connection.sourceReference == 0x5678)
    #expect(connection.classOption == 0 && !connection.isCut)
    var parameters = connection.parameters
    var found: [(UInt8, Int, [UInt8])] = []
    while let parameter = parameters.next() {
      found.append((parameter.code, parameter.length, array(parameter.value)))
    }
    #expect(found.map(\.0) == [COTPParameter.tpduSize, COTPParameter.callingTSAP, COTPParameter.calledTSAP])
    #expect(found.map(\.1) == [1, 2, 2] && found.map(\.2) == [[10], [1, 0], [1, 2]])
    #expect(parameters.hasEnded == true)
  }

  @Test func `a connection request cut at any byte keeps the fields that are present`() {
    for count in 0..<Self.request.count {
      let bytes = Array(Self.request.prefix(count))
      let header = COTPHeader(span(bytes))
      guard let header else {
        #expect(count < COTPHeader.minimumLength)
        continue
      }
      #expect(header.code == .connectionRequest && header.lengthIndicator == 17)
      let cut = COTPConnection(header)
      guard let connection = cut else {
        #expect(count < COTPConnection.minimumLength)
        continue
      }
      #expect(connection.isCut && connection.sourceReference == 0x5678)
      var parameters = connection.parameters
      var size = 0
      while let parameter = parameters.next() { size += 2 + parameter.value.byteCount }
      #expect(size <= count - COTPConnection.minimumLength)
    }
  }

  @Test(
    "whether the parameters end exactly with the header",
    arguments: [
      ("06 E0 0000 0001 00", true), ("09 E0 0000 0001 00 C0010A", true), ("09 E0 0000 0001 00 C0020A", false),
      ("07 E0 0000 0001 00 C0", false), ("08 E0 0000 0001 00 C000", true),
    ])
  func parameters(_ text: String, _ hasEnded: Bool) {
    // The last byte is not part of the header.
    let bytes = hex(text) + [0xFF]
    let header = COTPHeader(span(bytes))!
    let connection = COTPConnection(header)!
    var parameters = connection.parameters
    while parameters.next() != nil {}
    #expect(parameters.hasEnded == hasEnded && !connection.isCut)
  }

  @Test func `a disconnect request has a reason, and a header without its fixed part is not read`() {
    let bytes = hex("06 80 0001 0000 88")
    let header = COTPHeader(span(bytes))!
    let connection = COTPConnection(header)!
    #expect(connection.reason.rawValue == 0x88)
    #expect(connection.reason.name.description == "Connection request refused on this network connection")
    #expect(COTPReason(rawValue: 0x7F).name.description == "Reason not in ISO 8073")
    for text in ["05 80 0001 0000 88", "06 70 0001 0000 88", "05 C0 0001 0000"] {
      let bytes = hex(text)
      let header = COTPHeader(span(bytes))!
      let isConnection = COTPConnection(header) != nil
      #expect(!isConnection, "\(text)")
    }
  }

  @Test(arguments: [
    (COTPCode.connectionRequest, "Connection request"), (.connectionConfirm, "Connection confirm"),
    (.disconnectRequest, "Disconnect request"), (.disconnectConfirm, "Disconnect confirm"), (.data, "Data"),
    (.error, "TPDU error"), (COTPCode(rawValue: 0x10), "TPDU not of class 0"),
  ])
  func `codes have their names, including unknown ones`(code: COTPCode, name: String) {
    #expect(code.name.description == name)
  }
}
