// SPDX-License-Identifier: Apache-2.0

/// Where the fields of a command's or response's text are (W342, 5-3). Offsets count from the frame's first byte.
enum FINSText {
  static let start = FINSHeader.size

  /// A place in memory; a number of items follows it in some commands.
  ///
  ///     0           1              3     4
  ///     +-----------+--------------+-----+
  ///     | area code | word address | bit |
  ///     +-----------+--------------+-----+
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

  /// Forced Set/Reset: items of a command and a place; offsets of an item count from it.
  ///
  ///     12               14        16      20
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

  /// File memory. Names have eight characters, a dot, and three characters.
  ///
  ///     12     14                        Single File Read, File Data Check
  ///     +------+------+
  ///     | disk | name |
  ///     +------+------+
  ///     12     14          16            Single File Write, Create/Delete Directory, Volume Label Create/Delete;
  ///     +------+-----------+------+      in File Delete the number of names, and the names; in Single File Write
  ///     | disk | parameter | name |      a position in the file (28), the length of the data (32), the data (34)
  ///     +------+-----------+------+
  ///     12     14         26             File Name Change
  ///     +------+----------+----------+
  ///     | disk | old name | new name |
  ///     +------+----------+----------+
  ///     12     14     26     28          File Copy
  ///     +------+------+------+------+
  ///     | disk | name | disk | name |
  ///     +------+------+------+------+
  enum File {
    static let name = 14
    static let nameAfterParameter = 16
    static let dataLength = 32
    static let data = 34
    static let newName = 26
    static let copyName = 28
    static let nameSize = 12
  }

  /// Transfers between a file and memory (place and number of items) or a parameter area (range), and between a file
  /// and the program area.
  ///
  ///     12          14                        20     22
  ///     +-----------+-------------------------+------+------+
  ///     | parameter | place, number; or range | disk | name |
  ///     +-----------+-------------------------+------+------+
  ///     12          14               16              20                24     26
  ///     +-----------+----------------+---------------+-----------------+------+------+
  ///     | parameter | program number | first address | number of bytes | disk | name |
  ///     +-----------+----------------+---------------+-----------------+------+------+
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
