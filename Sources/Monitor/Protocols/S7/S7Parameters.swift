// SPDX-License-Identifier: Apache-2.0

// Parameters of jobs and acknowledgements, one view for each form; layouts as published in the sources of `S7Comm`.

/// Setup communication:
///
///     0          1          2                 4                6
///     +----------+----------+-----------------+----------------+------------+
///     | function | reserved | maximum calling | maximum called | PDU length |
///     +----------+----------+-----------------+----------------+------------+
struct S7SetupParameters: ~Escapable {
  static let size = 8
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy parameters)
  init?(_ parameters: RawSpan) {
    guard parameters.byteCount >= S7SetupParameters.size else { return nil }
    bytes = parameters
  }

  var function: S7Function { S7Function(rawValue: bytes.u8(0)) }
  /// Maximum number of parallel jobs of the calling end.
  var maximumCalling: UInt16 { bytes.u16(2) }
  /// Maximum number of parallel jobs of the called end.
  var maximumCalled: UInt16 { bytes.u16(4) }
  var pduLength: UInt16 { bytes.u16(6) }
}

/// Read Var and Write Var, in both directions:
///
///     0          1            2
///     +----------+------------+------------------------ ... -+
///     | function | item count | item specifications (jobs)   |
///     +----------+------------+------------------------ ... -+
struct S7VariableParameters: ~Escapable {
  static let size = 2
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy parameters)
  init?(_ parameters: RawSpan) {
    guard parameters.byteCount >= S7VariableParameters.size else { return nil }
    bytes = parameters
  }

  var function: S7Function { S7Function(rawValue: bytes.u8(0)) }
  var itemCount: UInt8 { bytes.u8(1) }
  var items: RawSpan {
    @_lifetime(copy self) get { bytes.from(S7VariableParameters.size) }
  }
}

/// Request download, Download block, Download ended, Start upload:
///
///     0          1        2       4            8             9
///     +----------+--------+-------+------------+-------------+----------- ... -+
///     | function | status | error | session id | name length | file name       |
///     +----------+--------+-------+------------+-------------+----------- ... -+
struct S7BlockParameters: ~Escapable {
  static let size = 9
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy parameters)
  init?(_ parameters: RawSpan) {
    guard parameters.byteCount >= S7BlockParameters.size else { return nil }
    bytes = parameters
  }

  var function: S7Function { S7Function(rawValue: bytes.u8(0)) }
  var fileNameLength: UInt8 { bytes.u8(8) }
  /// Limited to the available bytes.
  var fileName: RawSpan {
    @_lifetime(copy self) get { bytes.slice(S7BlockParameters.size, Int(fileNameLength)) }
  }
}

/// PI-Service (program invocation):
///
///     0          1          8                 10                 10 + n         11 + n
///     +----------+----------+-----------------+------------ ... -+--------------+------------ ... -+
///     | function | unknown  | argument length | argument         | name length  | service name     |
///     +----------+----------+-----------------+------------ ... -+--------------+------------ ... -+
struct S7ServiceParameters: ~Escapable {
  static let minimumLength = 10
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy parameters)
  init?(_ parameters: RawSpan) {
    guard parameters.byteCount >= S7ServiceParameters.minimumLength else { return nil }
    bytes = parameters
  }

  var function: S7Function { S7Function(rawValue: bytes.u8(0)) }
  var argumentLength: UInt16 { bytes.u16(8) }
  /// Limited to the available bytes.
  var argument: RawSpan {
    @_lifetime(copy self) get { bytes.slice(S7ServiceParameters.minimumLength, Int(argumentLength)) }
  }
  /// Bytes after the argument's length that the argument may have, so that the length of the name has its byte.
  var longestArgument: Int { max(0, bytes.byteCount - S7ServiceParameters.minimumLength - 1) }
  /// Limited to the available bytes; nil if the argument leaves no room for it.
  var serviceName: RawSpan? {
    @_lifetime(copy self) get {
      let place = S7ServiceParameters.minimumLength + Int(argumentLength)
      guard place < bytes.byteCount else { return nil }
      return bytes.slice(place + 1, Int(bytes.u8(place)))
    }
  }
}

/// The argument of a PI-Service for blocks:
///
///     0                1          2
///     +----------------+----------+------------------------------------- ... -+
///     | number of them | unknown  | type, number, file system: 8 bytes each   |
///     +----------------+----------+------------------------------------- ... -+
struct S7BlockList: ~Escapable {
  private static let headerSize = 2
  private static let nameSize = 8
  private let bytes: RawSpan

  /// Nil where there is no room for one block.
  @inline(__always) @_lifetime(copy argument)
  init?(_ argument: RawSpan) {
    guard argument.byteCount >= S7BlockList.headerSize + S7BlockList.nameSize else { return nil }
    bytes = argument
  }

  /// As stated, or as many as there is room for.
  var count: Int { min(Int(bytes.u8(0)), (bytes.byteCount - S7BlockList.headerSize) / S7BlockList.nameSize) }
  @_lifetime(copy self)
  func name(at index: Int) -> RawSpan {
    bytes.slice(S7BlockList.headerSize + S7BlockList.nameSize * index, S7BlockList.nameSize)
  }
}

/// PLC Stop:
///
///     0          1          6             7
///     +----------+----------+-------------+-------------- ... -+
///     | function | unknown  | name length | service name       |
///     +----------+----------+-------------+-------------- ... -+
struct S7StopParameters: ~Escapable {
  static let size = 7
  private let bytes: RawSpan

  @inline(__always) @_lifetime(copy parameters)
  init?(_ parameters: RawSpan) {
    guard parameters.byteCount >= S7StopParameters.size else { return nil }
    bytes = parameters
  }

  var function: S7Function { S7Function(rawValue: bytes.u8(0)) }
  /// Limited to the available bytes.
  var serviceName: RawSpan {
    @_lifetime(copy self) get { bytes.slice(S7StopParameters.size, Int(bytes.u8(6))) }
  }
}

extension Fault {
  /// Parameters that end before the fields that their function has.
  init(shortParameters seen: Int, least: Int) {
    self.init(.length, "Parameter length", seen: UInt64(seen), least: UInt64(least), most: 65_535)
  }
}
