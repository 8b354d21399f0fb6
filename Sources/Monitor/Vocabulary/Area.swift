// SPDX-License-Identifier: Apache-2.0

/// The part of a device's memory or object space an address counts in. Two protocols may use one word for areas of
/// their own; the operation's protocol decides which one is meant. The raw value has no meaning outside a run.
package enum Area: UInt16, CaseIterable, Sendable {
  case none
  // Modbus
  case coil, discreteInput, inputRegister, holdingRegister, file, fifo
  // UMAS: memory by block
  case memoryBlock
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
  case controlBlock
  // Files and users by name
  case fileName, user

  /// How an area's addresses are written in site files and alerts.
  package enum Notation: Sendable {
    /// `holding-register 0-99`
    case range
    /// `file 4 0-9`: a number that names one of several areas, then addresses.
    case numbered
    /// `tag Line1.*`: a name; `*` matches any run of characters.
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

  /// What there is to know of an area: one line each.
  private struct Definition {
    /// The word of site files and records.
    let word: String
    let notation: Notation
    /// The largest number and address the protocol can write, where its field is smaller than `Target`'s.
    let highestNumber: UInt32
    let highestAddress: UInt64
    init(_ word: String, _ notation: Notation = .range, numbers: UInt32 = .max, addresses: UInt64 = .max) {
      self.word = word
      self.notation = notation
      highestNumber = numbers
      highestAddress = addresses
    }
  }

  private var definition: Definition {
    switch self {
    case .none: Definition("")
    // Modbus
    case .coil: Definition("coil", addresses: 65_535)
    case .discreteInput: Definition("discrete-input", addresses: 65_535)
    case .inputRegister: Definition("input-register", addresses: 65_535)
    case .holdingRegister: Definition("holding-register", addresses: 65_535)
    case .file: Definition("file", .numbered, numbers: 65_535, addresses: 65_535)
    case .fifo: Definition("fifo", addresses: 65_535)
    // UMAS: memory by block
    case .memoryBlock: Definition("memory-block", .numbered, numbers: 65_535)
    // CIP: symbols; objects by class (`number`) and instance (`address`); assemblies; PCCC data files
    case .tag: Definition("tag", .named)
    case .object: Definition("class", .numbered)
    case .assembly: Definition("assembly")
    case .dataFile: Definition("data-file", .numbered)
    // S7: addresses are bytes, `bit` a bit of them; blocks by name (OB1, DB10); SZL by id (`number`) and index
    case .dataBlock: Definition("db", .dataBlock, numbers: 65_535)
    case .instanceBlock: Definition("di", .dataBlock, numbers: 65_535)
    case .input: Definition("I", .byteArea)
    case .output: Definition("Q", .byteArea)
    case .flag: Definition("flag", .byteArea)
    case .peripheral: Definition("PI", .byteArea)
    case .local: Definition("local", .byteArea)
    case .timer: Definition("timer", addresses: 65_535)
    case .counter: Definition("counter", addresses: 65_535)
    case .block: Definition("block", .named)
    case .systemList: Definition("szl", .numbered, numbers: 65_535)
    case .systemInformation: Definition("system-information")
    case .systemMemory: Definition("system-memory")
    // MC protocol: device codes
    case .mcSM: Definition("SM", .device)
    case .mcSD: Definition("SD", .device)
    case .mcX: Definition("X", .hexDevice)
    case .mcY: Definition("Y", .hexDevice)
    case .mcM: Definition("M", .device)
    case .mcL: Definition("L", .device)
    case .mcF: Definition("F", .device)
    case .mcV: Definition("V", .device)
    case .mcB: Definition("B", .hexDevice)
    case .mcD: Definition("D", .device)
    case .mcW: Definition("W", .hexDevice)
    case .mcTS: Definition("TS", .device)
    case .mcTC: Definition("TC", .device)
    case .mcTN: Definition("TN", .device)
    case .mcLTS: Definition("LTS", .device)
    case .mcLTC: Definition("LTC", .device)
    case .mcLTN: Definition("LTN", .device)
    case .mcSTS: Definition("STS", .device)
    case .mcSTC: Definition("STC", .device)
    case .mcSTN: Definition("STN", .device)
    case .mcLSTS: Definition("LSTS", .device)
    case .mcLSTC: Definition("LSTC", .device)
    case .mcLSTN: Definition("LSTN", .device)
    case .mcCS: Definition("CS", .device)
    case .mcCC: Definition("CC", .device)
    case .mcCN: Definition("CN", .device)
    case .mcLCS: Definition("LCS", .device)
    case .mcLCC: Definition("LCC", .device)
    case .mcLCN: Definition("LCN", .device)
    case .mcSB: Definition("SB", .hexDevice)
    case .mcSW: Definition("SW", .hexDevice)
    case .mcDX: Definition("DX", .hexDevice)
    case .mcDY: Definition("DY", .hexDevice)
    case .mcS: Definition("S", .device)
    case .mcZ: Definition("Z", .device)
    case .mcLZ: Definition("LZ", .device)
    case .mcR: Definition("R", .device)
    case .mcZR: Definition("ZR", .device)
    case .mcRD: Definition("RD", .device)
    case .mcG: Definition("G", .device)
    case .bufferMemory: Definition("buffer-memory")
    case .moduleBuffer: Definition("module-buffer", .numbered)
    case .label: Definition("label", .named)
    // FINS: memory areas (EM by bank), parameters and programs
    case .cio: Definition("CIO", addresses: 65_535)
    case .wr: Definition("WR", addresses: 65_535)
    case .hr: Definition("HR", addresses: 65_535)
    case .ar: Definition("AR", addresses: 65_535)
    case .dm: Definition("DM", addresses: 65_535)
    case .em: Definition("EM", .numbered, addresses: 65_535)
    case .tim: Definition("TIM", addresses: 65_535)
    case .cnt: Definition("CNT", addresses: 65_535)
    case .task: Definition("TK", addresses: 65_535)
    case .indexRegister: Definition("IR", addresses: 65_535)
    case .dataRegister: Definition("DR", addresses: 65_535)
    case .clockPulse: Definition("clock-pulse")
    case .parameterArea: Definition("parameter-area", .numbered, numbers: 65_535)
    case .programArea: Definition("program-area", .numbered, numbers: 65_535)
    case .transition: Definition("transition")
    case .step: Definition("step")
    case .sfcAction: Definition("sfc-action")
    case .forcedStatus: Definition("forced-status")
    case .interruptInterval: Definition("interrupt-interval")
    // IEC 60870-5-104: information object address
    case .informationObject: Definition("ioa", addresses: 0xFF_FFFF)
    // DNP3: object group (`number`), then point index
    case .group: Definition("group", .numbered, numbers: 255)
    // OPC UA: node id
    case .node: Definition("node", .named)
    // PROFINET: name of station, IP suite, other DCP blocks by option (`number`) and suboption; records by index
    case .station: Definition("station", .named)
    case .ipSuite: Definition("ip-suite")
    case .dcpBlock: Definition("dcp-block", .numbered, numbers: 255)
    case .record: Definition("record", .numbered)
    // IEC 61850
    case .controlBlock: Definition("control-block", .named)
    // Files and users by name
    case .fileName: Definition("file-name", .named)
    case .user: Definition("user", .named)
    }
  }

  /// The definitions by `rawValue`: a switch costs more than a load.
  private static let definitions = allCases.map(\.definition)

  package static let words = definitions.map(\.word)
  package var word: String { Area.definitions[Int(rawValue)].word }
  package var notation: Notation { Area.definitions[Int(rawValue)].notation }
  package var highestNumber: UInt32 { Area.definitions[Int(rawValue)].highestNumber }
  package var highestAddress: UInt64 { Area.definitions[Int(rawValue)].highestAddress }
  package init?(word: String) {
    guard !word.isEmpty, let index = Area.words.firstIndex(of: word) else { return nil }
    self = Area.allCases[index]
  }
}
