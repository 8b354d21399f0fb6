// SPDX-License-Identifier: Apache-2.0

/// Where the fields of a PDU are, MODBUS Application Protocol Specification V1.1b3, clause 6. Offsets count from the
/// function code.
extension ModbusPDU {
  /// Coils and registers (6.1 to 6.6, 6.11, 6.12): the address alone in requests for a FIFO queue (6.18); a value in
  /// place of the quantity in single writes; byte count and values in multiple writes. Responses to writes repeat all
  /// but the last two.
  ///
  ///     0          1         3                   5            6
  ///     +----------+---------+-------------------+------------+------ ... -+
  ///     | function | address | quantity or value | byte count | values     |
  ///     +----------+---------+-------------------+------------+------ ... -+
  enum Addressed {
    static let address = 1
    static let quantity = 3
    static let value = 3
    static let byteCount = 5
    static let values = 6
    /// Up to the quantity or the value.
    static let size = 5
  }

  /// Mask Write Register (6.16), request and response.
  ///
  ///     0          1         3          5         7
  ///     +----------+---------+----------+---------+
  ///     | function | address | AND mask | OR mask |
  ///     +----------+---------+----------+---------+
  enum MaskWrite {
    static let masks = 3
    static let size = 7
  }

  /// Read/Write Multiple Registers (6.17), request: two ranges, each of an address and a quantity.
  ///
  ///     0          1            5             9            10
  ///     +----------+------------+-------------+------------+------ ... -+
  ///     | function | read range | write range | byte count | values     |
  ///     +----------+------------+-------------+------------+------ ... -+
  enum ReadWrite {
    static let readRange = 1
    static let writeRange = 5
    static let byteCount = 9
    static let values = 10
  }

  /// Diagnostics (6.8), request and response.
  ///
  ///     0          1              3
  ///     +----------+--------------+------ ... -+
  ///     | function | sub-function | data words |
  ///     +----------+--------------+------ ... -+
  enum Diagnostics {
    static let subfunction = 1
    static let data = 3
    /// With one word of data.
    static let size = 5
  }

  /// What begins with a count of the bytes that follow: responses to reads (6.1 to 6.4, 6.10, 6.13, 6.17), and all
  /// messages about file records (6.14, 6.15), whose bytes are groups.
  ///
  ///     0          1            2
  ///     +----------+------------+------ ... -+
  ///     | function | byte count | bytes      |
  ///     +----------+------------+------ ... -+
  enum Counted {
    static let byteCount = 1
    static let bytes = 2
  }

  /// A group of Read File Record (request, 6.14) and Write File Record (6.15), the second with data; offsets count
  /// from the group.
  ///
  ///     0                1             3               5               7
  ///     +----------------+-------------+---------------+---------------+------ ... -+
  ///     | reference type | file number | record number | record length | data words |
  ///     +----------------+-------------+---------------+---------------+------ ... -+
  enum FileGroup {
    static let referenceType = 0
    static let file = 1
    static let record = 3
    static let length = 5
    static let data = 7
    /// The one reference type there is.
    static let onlyReferenceType: UInt8 = 6
  }

  /// A group of the response to Read File Record (6.14); the length does not count itself. Offsets count from the
  /// group.
  ///
  ///     0        1                2
  ///     +--------+----------------+------ ... -+
  ///     | length | reference type | data words |
  ///     +--------+----------------+------ ... -+
  enum FileData {
    static let length = 0
    static let referenceType = 1
    static let data = 2
  }

  /// Read FIFO Queue (6.18), response.
  ///
  ///     0          1            3            5
  ///     +----------+------------+------------+------ ... -+
  ///     | function | byte count | FIFO count | registers  |
  ///     +----------+------------+------------+------ ... -+
  enum Queue {
    static let byteCount = 1
    static let count = 3
    static let registers = 5
  }

  /// Encapsulated Interface Transport (6.19): the MEI type, and for Read Device Identification (6.21) request (the
  /// first line) and response. An object is its id, the length of its value, and the value.
  ///
  ///     0          1      2      3            4      5      6       7
  ///     +----------+------+------+------------+
  ///     | function | type | code | object     |
  ///     +----------+------+------+------------+------+------+-------+------ ... -+
  ///     | function | type | code | conformity | more | next | count | objects    |
  ///     +----------+------+------+------------+------+------+-------+------ ... -+
  enum Interface {
    static let type = 1
    static let data = 2
    static let code = 2
    static let object = 3
    static let requestSize = 4
    static let conformity = 3
    static let moreFollows = 4
    static let objectCount = 6
    static let objects = 7
    static let objectLength = 1
    static let objectHeaderSize = 2
  }

  /// Exception responses (clause 7).
  ///
  ///     0          1                2
  ///     +----------+----------------+
  ///     | function | exception code |
  ///     +----------+----------------+
  enum Exception {
    static let code = 1
    static let size = 2
  }
}
