// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

/// The headers of S7 communication from literal bytes: every field, and every truncation.
@Suite struct S7HeaderTests {
  @Test func `every field of a job's header is read`() {
    let bytes = hex("32 01 0000 1234 0002 0003 0401 AABBCC")
    let header = S7Header(span(bytes))!
    #expect(header.protocolID == S7Header.protocolID && header.rosctr == .job && header.redundancyIdentification == 0)
    #expect(header.reference == 0x1234 && header.parameterLength == 2 && header.dataLength == 3)
    #expect(header.error == 0 && header.messageLength == 15 && array(header.payload) == hex("0401 AABBCC"))
  }

  @Test func `the header of an acknowledgement also has an error`() {
    let sample = hex("32 03 0000 1234 0002 0001 8104 0401 FF")
    let header = S7Header(span(sample))!
    #expect(header.rosctr == .acknowledgementWithData && header.error == 0x8104)
    #expect(header.messageLength == sample.count && array(header.payload) == hex("0401 FF"))
    for count in 0..<sample.count {
      let bytes = Array(sample.prefix(count))
      let cut = S7Header(span(bytes))
      guard let cut else {
        #expect(count < S7Header.minimumLength)
        continue
      }
      #expect(cut.reference == 0x1234 && cut.error == (count < 12 ? 0 : 0x8104))
      #expect(cut.payload.byteCount == max(0, count - 12))
    }
  }

  @Test(arguments: [(1, 10), (2, 12), (3, 12), (7, 10), (0, nil), (8, nil)] as [(UInt8, Int?)])
  func `the type of message determines the length of its header`(kind: UInt8, length: Int?) {
    #expect(S7ROSCTR(rawValue: kind).headerLength == length)
    let bytes = [0x32, kind] + hex("0000 0007 0000 0000 0000")
    let header = S7Header(span(bytes))!
    #expect(header.rosctr.rawValue == kind && header.messageLength == length)
  }

  // MARK: Parameters

  @Test func `the parameters of setup and variable access are read`() {
    let bytes = hex("F0 00 0001 0002 01E0")
    let setup = S7SetupParameters(span(bytes))!
    #expect(setup.function == .setup && setup.maximumCalling == 1 && setup.maximumCalled == 2)
    #expect(setup.pduLength == 480)
    let read = hex("04 02 120A")
    let variables = S7VariableParameters(span(read))!
    #expect(variables.function == .readVariable && variables.itemCount == 2 && array(variables.items) == hex("120A"))
    for count in 0..<8 {
      let bytes = Array(bytes.prefix(count))
      let isThere = S7SetupParameters(span(bytes)) != nil
      let hasVariables = S7VariableParameters(span(bytes)) != nil
      #expect(!isThere && hasVariables == (count >= 2))
    }
  }

  @Test func `block functions have a file name, shortened if it is truncated`() {
    let sample = hex("1D 00 0000 00000000 04 5F304141")
    let whole = S7BlockParameters(span(sample))!
    #expect(whole.function == .startUpload && whole.fileNameLength == 4 && array(whole.fileName) == hex("5F304141"))
    for count in 0..<sample.count {
      let bytes = Array(sample.prefix(count))
      let cut = S7BlockParameters(span(bytes))
      guard let cut else {
        #expect(count < S7BlockParameters.size)
        continue
      }
      #expect(cut.fileName.byteCount == count - S7BlockParameters.size)
    }
  }

  @Test func `a PI service has an argument and a name, as far as they are present`() {
    let sample = hex("28 000000000000FD 000A 0100 3041303030303150 05 5F494E5345")
    let whole = S7ServiceParameters(span(sample))!
    #expect(whole.function == .service && whole.argumentLength == 10)
    #expect(array(whole.argument) == hex("0100 3041303030303150") && whole.longestArgument == 15)
    let name = whole.serviceName!
    #expect(array(name) == hex("5F494E5345"))
    let blocks = S7BlockList(whole.argument)!
    #expect(blocks.count == 1 && array(blocks.name(at: 0)) == hex("3041303030303150"))
    for count in 0..<sample.count {
      let bytes = Array(sample.prefix(count))
      let cut = S7ServiceParameters(span(bytes))
      guard let cut else {
        #expect(count < S7ServiceParameters.minimumLength)
        continue
      }
      let name = cut.serviceName
      guard let name else {
        #expect(count <= 20 && cut.longestArgument < 10)
        continue
      }
      #expect(count > 20 && name.byteCount == count - 21)
    }
    let stated = hex("FF00 3041303030303150 30413030")
    let list = S7BlockList(span(stated))!
    let tooShort = hex("0100 30413030303031")
    let isList = S7BlockList(span(tooShort)) != nil
    #expect(list.count == 1 && !isList)
  }

  @Test func `a stop has the name of its service`() {
    let sample = hex("29 0000000000 02 505F")
    let whole = S7StopParameters(span(sample))!
    #expect(whole.function == .stop && array(whole.serviceName) == hex("505F"))
    for count in 0..<sample.count {
      let bytes = Array(sample.prefix(count))
      let cut = S7StopParameters(span(bytes))
      guard let cut else {
        #expect(count < S7StopParameters.size)
        continue
      }
      #expect(cut.serviceName.byteCount == count - S7StopParameters.size)
    }
  }

  // MARK: User data

  @Test func `user data is read in the short form and in the long form`() {
    let short = hex("000112 04 11 44 01 05")
    let request = S7UserDataHeader(span(short))!
    #expect(request.length == 4 && request.method == 0x11 && request.type == .request && request.sequenceNumber == 5)
    #expect(request.function == .readList && request.function.group == 4 && request.error == 0)
    let long = hex("000112 08 12 84 01 05 00 00 D402")
    for count in 0...long.count {
      let bytes = Array(long.prefix(count))
      #expect(S7UserDataHeader.type(span(bytes)) == (count > 5 ? .response : nil))
      let cut = S7UserDataHeader(span(bytes))
      guard let cut else {
        #expect(count < S7UserDataHeader.minimumLength)
        continue
      }
      #expect(cut.type == .response && cut.function == .readList && cut.error == (count < 12 ? 0 : 0xD402))
    }
  }

  @Test(
    arguments: [
      (0, Role.report, Direction?.some(.toClient)), (4, .request, .toServer), (8, .response, .toClient),
      (3, .report, nil), (7, .request, .toServer), (11, .response, .toClient), (15, .report, .toClient),
    ] as [(UInt8, Role, Direction?)])
  func `the type of user data determines its direction`(type: UInt8, role: Role, direction: Direction?) {
    #expect(S7UserDataType(rawValue: type).role == role && S7UserDataType(rawValue: type).direction == direction)
  }

  @Test func `system status lists and their records are read`() {
    let sample = hex("0011 0001 001C 0002 AA")
    let asked = S7SystemListRequest(span(sample))!
    #expect(asked.id.rawValue == 0x11 && asked.id.identifies && asked.index == 1)
    let list = S7SystemList(span(sample))!
    #expect(list.id.list == S7SystemListID.moduleIdentification && list.index == 1 && list.recordSize == 28)
    #expect(list.recordCount == 2 && array(list.records) == [0xAA])
    #expect(!S7SystemListID(rawValue: 0x0424).identifies && S7SystemListID(rawValue: 0x011C).identifies)
    for count in 0..<8 {
      let bytes = Array(sample.prefix(count))
      let isAsked = S7SystemListRequest(span(bytes)) != nil
      let isList = S7SystemList(span(bytes)) != nil
      #expect(isAsked == (count >= 4) && !isList)
    }
    let order = [UInt8](repeating: 0x41, count: 20)
    let bytes = hex("0007") + order + hex("0000 56030206") + hex("FFFF FFFF FFFF")
    let module = S7ModuleRecord(span(bytes))!
    #expect(module.index == 7 && array(module.orderNumber) == order && array(module.version) == hex("56030206"))
    let component = S7ComponentRecord(span(bytes))!
    #expect(component.index == 7 && component.text.byteCount == 32)
    for count in 0..<bytes.count {
      let bytes = Array(bytes.prefix(count))
      let isModule = S7ModuleRecord(span(bytes)) != nil
      let isComponent = S7ComponentRecord(span(bytes)) != nil
      #expect(isModule == (count >= 28) && !isComponent)
    }
  }

  // MARK: Items

  @Test func `a variable specification and the address in it are read`() {
    let sample = hex("12 0A 10 02 0003 000A 84 000123")
    let followed = sample + [0xFF]
    let specification = S7ItemSpecification(span(followed))!
    #expect(specification.length == 10 && specification.paddedSize == 12)
    let address = S7AnyAddress(specification.address)!
    #expect(address.transportSize.rawValue == 2 && address.count == 3 && address.dataBlock == 10)
    #expect(address.area.area == .dataBlock && address.address == 0x123)
    for count in 0..<sample.count {
      let bytes = Array(sample.prefix(count))
      let isThere = S7ItemSpecification(span(bytes)) != nil
      let isAddress = S7AnyAddress(span(bytes).from(2)) != nil
      #expect(!isThere && !isAddress, "cut at \(count)")
    }
    for text in ["11 01 00", "12 02 00"] {
      let bytes = hex(text)
      let isThere = S7ItemSpecification(span(bytes)) != nil
      #expect(!isThere)
    }
    let odd = hex("12 01 B2 00")
    let padded = S7ItemSpecification(span(odd))!
    let isAddress = S7AnyAddress(padded.address) != nil
    #expect(padded.length == 1 && padded.paddedSize == 4 && !isAddress)
  }

  @Test func `specifications of data block parts are read`() {
    let sample = hex("B0 02 02 004A 006C 04 004C 0194")
    let parts = S7DataBlockParts(span(sample))!
    #expect(parts.count == 2 && parts.capacity == 2)
    #expect(parts.length(at: 1) == 4 && parts.dataBlock(at: 1) == 76 && parts.address(at: 1) == 404)
    for count in 0..<sample.count {
      let bytes = Array(sample.prefix(count))
      let cut = S7DataBlockParts(span(bytes))
      guard let cut else {
        #expect(count < 7)
        continue
      }
      #expect(count >= 7 && cut.count == 2 && cut.capacity == 1 && cut.address(at: 0) == 108)
    }
  }

  @Test func `a variable of the test functions is read`() {
    let sample = hex("72 05 0001 0020")
    let variable = S7TestVariable(span(sample))!
    #expect(variable.area == .dataBlock && variable.width == 2 && variable.repetitions == 5)
    #expect(variable.dataBlock == 1 && variable.address == 32)
    for count in 0..<sample.count {
      let bytes = Array(sample.prefix(count))
      let isThere = S7TestVariable(span(bytes)) != nil
      #expect(!isThere)
    }
    let unknown = hex("45 00 0000 0000")
    let other = S7TestVariable(span(unknown))!
    #expect(other.area == nil && other.width == nil)
  }

  @Test(arguments: [
    ("FF 03 0001", S7ReturnCode.success, 1), ("FF 04 0020", .success, 4), ("0A 00 0000", .objectDoesNotExist, 0),
    ("FF 09 0005", .success, 5), ("77 05 0009", S7ReturnCode(rawValue: 0x77), 2),
  ])
  func `an item of data is counted in bits or bytes`(text: String, code: S7ReturnCode, length: Int) {
    let sample = hex(text)
    let header = S7DataHeader(span(sample))!
    #expect(header.returnCode == code && header.transportSize.rawValue == sample[1] && header.byteLength == length)
    #expect(header.length == UInt16(sample[3]))
    for count in 0..<sample.count {
      let bytes = Array(sample.prefix(count))
      let isThere = S7DataHeader(span(bytes)) != nil
      #expect(!isThere)
    }
  }

  @Test func `a process message is read`() {
    let sample = hex("12 08 16 01 000000AF 0001")
    let followed = sample + [0xFF]
    let message = S7AlarmMessage(span(followed))!
    #expect(message.syntax == 0x16 && message.associatedValueCount == 1 && message.eventID == 0xAF)
    #expect(message.size == sample.count)
    for count in 0..<sample.count {
      let bytes = Array(sample.prefix(count))
      let isThere = S7AlarmMessage(span(bytes)) != nil
      #expect(!isThere)
    }
    // A length shorter than the header.
    let short = hex("12 05 16 01 000000AF 0001")
    let isThere = S7AlarmMessage(span(short)) != nil
    #expect(!isThere)
  }

  @Test func `the packed state of a conversation keeps its fields apart`() {
    var state = S7State(bits: 0)
    #expect(!state.isSure && state.unit == -1 && state.block == .none)
    state.block = NameID(rawValue: .max)
    state.unit = 0x22
    #expect(!state.isSure && state.unit == 0x22 && state.block == NameID(rawValue: .max))
    state.isSure = true
    state.unit = 0
    state.block = NameID(rawValue: 7)
    #expect(S7State(bits: state.bits).isSure && state.unit == 0 && state.block == NameID(rawValue: 7))
  }
}
