// SPDX-License-Identifier: Apache-2.0

/// Where the fields of a command's or response's text are (W342, 5-3). Offsets count from the frame's first byte.
enum FINSText {
  static let start = FINSHeader.size

  /// A place in memory; what follows it counts items.
  ///
  ///     0             1              3     4
  ///     +-----------+----------------+-----+
  ///     | area code | word address   | bit |
  ///     +-----------+----------------+-----+
  enum Place {
    static let address = 1
    static let bit = 3
    static let size = 4
  }

  /// Memory Area Read, Write, Fill. The values are those to be written.
  ///
  ///     12      16                18
  ///     +-------+-----------------+------ ... -+
  ///     | place | number of items | values     |
  ///     +-------+-----------------+------ ... -+
  enum MemoryArea {
    static let place = start
    static let values = 18
  }

  /// Memory Area Transfer.
  ///
  ///     12     16   20                22
  ///     +------+----+-----------------+
  ///     | from | to | number of items |
  ///     +------+----+-----------------+
  enum Transfer {
    static let from = start
    static let to = 16
    static let count = 20
    static let end = 22
  }

  /// Forced Set/Reset. Offsets of an item count from it.
  ///
  ///     12               14        16
  ///     +----------------+---------+-------+------ ... -+
  ///     | number of bits | command | place | next item  |
  ///     +----------------+---------+-------+------ ... -+
  enum Forced {
    static let items = 14
    static let place = 2
    static let itemSize = 6
  }

  /// A range of a parameter area; offsets count from it. The highest bit of the number marks the last message.
  ///
  ///     0           2            4                 6
  ///     +-----------+------------+-----------------+
  ///     | area code | first word | number of words |
  ///     +-----------+------------+-----------------+
  enum Parameters {
    static let firstWord = 2
    static let count = 4
    static let size = 6
  }

  /// Program Area Read, Write; the clear command has the number and a code. The highest bit of the count marks the last
  /// message.
  ///
  ///     12               14              18                20
  ///     +----------------+---------------+-----------------+
  ///     | program number | first address | number of bytes |
  ///     +----------------+---------------+-----------------+
  enum Program {
    static let number = start
    static let address = 14
    static let count = 18
    static let end = 20
  }

  /// RUN and STOP: mode 2 is MONITOR, 4 RUN.
  ///
  ///     12               14     15
  ///     +----------------+------+
  ///     | program number | mode |
  ///     +----------------+------+
  enum Mode {
    static let mode = 14
  }

  /// File memory: a disk comes first, and names, of eight characters, a dot, and three characters, as below.
  ///
  ///     12     14          16          26         28
  ///     +------+-----------+
  ///     | disk | name                             Single File Read, File Data Check
  ///     | disk | parameter | name                 Single File Write, Create/Delete Directory, Volume Label
  ///     | disk | number    | names                File Delete
  ///     | disk | old name               | new     File Name Change
  ///     | disk | name                   | disk    | name: File Copy
  ///     +------+-----------+
  enum File {
    static let name = 14
    static let nameAfterParameter = 16
    static let newName = 26
    static let copyName = 28
    static let nameSize = 12
  }

  /// Transfers between a file and memory (place), a parameter area (range), or the program area.
  ///
  ///     12          14              16        20                22            26
  ///     +-----------+---------------+---------+-----------------+-------------+------ ... -+
  ///     | parameter | place or range          | disk            | name
  ///     | parameter | program number | address | number of bytes              | name (disk at 24)
  ///     +-----------+---------------+---------+-----------------+-------------+------ ... -+
  enum FileTransfer {
    static let parameter = start
    static let source = 14
    static let name = 22
    static let end = 20
    static let programAddress = 16
    static let programCount = 20
    static let programEnd = 24
    static let programName = 26
  }

  /// Responses: the end code, then what was asked for.
  ///
  ///     12         14
  ///     +----------+------ ... -+
  ///     | end code | data       |
  ///     +----------+------ ... -+
  enum Response {
    static let data = 14
  }

  /// Controller Data Read, response.
  ///
  ///     14      34        54
  ///     +-------+---------+------ ... -+
  ///     | model | version | area data  |
  ///     +-------+---------+------ ... -+
  enum ControllerData {
    static let model = 14
    static let version = 34
    static let size = 20
    static let end = 54
  }
}
