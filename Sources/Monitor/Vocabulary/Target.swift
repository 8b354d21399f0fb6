// SPDX-License-Identifier: Apache-2.0

/// The part of a device's memory or object space an address counts in. Two protocols may use one word for areas of theirs; which one is meant
/// tells the protocol.
package enum Area: UInt8, CaseIterable, Sendable {
  case none
  // Modbus
  case coil, discreteInput, inputRegister, holdingRegister, file, fifo
  // UMAS: memory by block, system bits and words
  case memoryBlock, systemBit, systemWord, dictionary
  // CIP: symbols; objects by class (`number`) and instance (`address`); assemblies; PCCC data files
  case tag, object, assembly, dataFile
  // S7: addresses are bytes, `bit` a bit of them; blocks by name (OB1, DB10); SZL by id (`number`) and index
  case dataBlock, instanceBlock, input, output, flag, peripheral, local, timer, counter, block, systemList
  case systemInformation, systemMemory
  // MC protocol: device codes
  case mcSM, mcSD, mcX, mcY, mcM, mcL, mcF, mcV, mcB, mcD, mcW, mcTS, mcTC, mcTN, mcLTS, mcLTC, mcLTN, mcSTS, mcSTC
  case mcSTN, mcLSTS, mcLSTC, mcLSTN, mcCS, mcCC, mcCN, mcLCS, mcLCC, mcLCN, mcSB, mcSW, mcDX, mcDY, mcS, mcZ, mcLZ
  case mcR, mcZR, mcRD, mcG, bufferMemory, moduleBuffer, label
  // FINS: memory areas (EM by bank), parameters and programs
  case cio, wr, hr, ar, dm, em, tim, cnt, task, indexRegister, dataRegister, clockPulse, parameterArea, programArea
  case transition, step, sfcAction, forcedStatus, interruptInterval
  // IEC 60870-5-104: information object address
  case informationObject
  // DNP3: object group (`number`), then point index
  case group
  // OPC UA: node id
  case node
  // PROFINET: name of station, IP suite, other DCP blocks by option (`number`) and suboption; records by index
  case station, ipSuite, dcpBlock, record
  // IEC 61850
  case dataSet, controlBlock
  // Files, programs and users by name
  case fileName, program, user

  /// How an area's addresses are written in site files and alerts.
  package enum Notation: Sendable {
    /// `holding-register 0-99`
    case range
    /// `file 4 0-9`: a number that names one of several areas, then addresses.
    case numbered
    /// `tag Line1.*`: a name; `*` stands for any run of characters.
    case named
    /// `DB10.DBW4-20`: Siemens' notation, bytes, words or double words of a data block.
    case dataBlock
    /// `MW4-20`, `I0.3`: Siemens' notation without data block.
    case byteArea
    /// `D100-199`: Mitsubishi's notation, device code and decimal numbers.
    case device
    /// `X10-1F`: the same with hexadecimal numbers.
    case hexDevice
  }

  /// The word of site files and records, and the notation.
  private struct Entry {
    let word: String
    let notation: Notation
    init(_ word: String, _ notation: Notation = .range) {
      self.word = word
      self.notation = notation
    }
  }

  /// In order of `rawValue`.
  private static let entries: [Entry] = [
    Entry(""),
    Entry("coil"), Entry("discrete-input"), Entry("input-register"), Entry("holding-register"),
    Entry("file", .numbered), Entry("fifo"),
    Entry("memory-block", .numbered), Entry("system-bit"), Entry("system-word"), Entry("dictionary"),
    Entry("tag", .named), Entry("class", .numbered), Entry("assembly"), Entry("data-file", .numbered),
    Entry("db", .dataBlock), Entry("di", .dataBlock), Entry("I", .byteArea), Entry("Q", .byteArea),
    Entry("flag", .byteArea), Entry("PI", .byteArea), Entry("local", .byteArea), Entry("timer"), Entry("counter"),
    Entry("block", .named), Entry("szl", .numbered), Entry("system-information"), Entry("system-memory"),
    Entry("SM", .device), Entry("SD", .device), Entry("X", .hexDevice), Entry("Y", .hexDevice), Entry("M", .device),
    Entry("L", .device), Entry("F", .device), Entry("V", .device), Entry("B", .hexDevice), Entry("D", .device),
    Entry("W", .hexDevice), Entry("TS", .device), Entry("TC", .device), Entry("TN", .device), Entry("LTS", .device),
    Entry("LTC", .device), Entry("LTN", .device), Entry("STS", .device), Entry("STC", .device),
    Entry("STN", .device), Entry("LSTS", .device), Entry("LSTC", .device), Entry("LSTN", .device),
    Entry("CS", .device), Entry("CC", .device), Entry("CN", .device), Entry("LCS", .device), Entry("LCC", .device),
    Entry("LCN", .device), Entry("SB", .hexDevice), Entry("SW", .hexDevice), Entry("DX", .hexDevice),
    Entry("DY", .hexDevice), Entry("S", .device), Entry("Z", .device), Entry("LZ", .device), Entry("R", .device),
    Entry("ZR", .device), Entry("RD", .device), Entry("G", .device), Entry("buffer-memory"),
    Entry("module-buffer", .numbered), Entry("label", .named),
    Entry("CIO"), Entry("WR"), Entry("HR"), Entry("AR"), Entry("DM"), Entry("EM", .numbered), Entry("TIM"),
    Entry("CNT"), Entry("TK"), Entry("IR"), Entry("DR"), Entry("clock-pulse"), Entry("parameter-area", .numbered),
    Entry("program-area", .numbered),
    Entry("transition"), Entry("step"), Entry("sfc-action"), Entry("forced-status"), Entry("interrupt-interval"),
    Entry("ioa"),
    Entry("group", .numbered),
    Entry("node", .named),
    Entry("station", .named), Entry("ip-suite"), Entry("dcp-block", .numbered), Entry("record", .numbered),
    Entry("data-set", .named), Entry("control-block", .named),
    Entry("file-name", .named), Entry("program", .named), Entry("user", .named),
  ]

  /// The largest number or address the area's protocol can write, where that is a field smaller than those here.
  var highestNumber: UInt32 {
    switch self {
    case .group, .dcpBlock: 255
    case .file, .dataBlock, .instanceBlock, .memoryBlock, .systemList, .parameterArea, .programArea: 65_535
    default: .max
    }
  }
  var highestAddress: UInt64 {
    switch self {
    case .coil, .discreteInput, .inputRegister, .holdingRegister, .fifo, .file: 65_535
    case .informationObject: 0xFF_FFFF
    case .cio, .wr, .hr, .ar, .dm, .em, .tim, .cnt, .dataRegister, .indexRegister, .task, .timer, .counter: 65_535
    default: .max
    }
  }

  package static let words = entries.map(\.word)
  package var word: String { Area.entries[Int(rawValue)].word }
  package var notation: Notation { Area.entries[Int(rawValue)].notation }
  package init?(word: String) {
    guard !word.isEmpty, let index = Area.words.firstIndex(of: word) else { return nil }
    self.init(rawValue: UInt8(index))
  }
}

/// What an operation reads or changes: `count` items from `address` on, or what `name` names.
package struct Target: Equatable, Sendable {
  package var area = Area.none
  /// Bit of the address, where the protocol addresses bits of bytes or words; -1 else.
  package var bit: Int8 = -1
  /// Which of several areas of this kind (a file number, a data block, a class); 0 where there is but one.
  package var number: UInt32 = 0
  package var address: UInt64 = 0
  package var count: UInt32 = 0
  package var name = NameID.none
  package static let none = Target()

  package init(
    area: Area = .none, number: UInt32 = 0, address: UInt64 = 0, count: UInt32 = 0, bit: Int8 = -1,
    name: NameID = .none
  ) {
    self.area = area
    self.bit = bit
    self.number = number
    self.address = address
    self.count = count
    self.name = name
  }
}
