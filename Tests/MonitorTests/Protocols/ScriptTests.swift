// SPDX-License-Identifier: Apache-2.0
import Support
import Testing

@testable import Monitor

/// The scripts of every protocol; one line each.
let scripts: [Script] =
  modbusScripts + umasScripts + finsScripts + linkScripts + iec104Scripts + s7Scripts + enipScripts + dnp3Scripts
  + slmpScripts + opcuaScripts

let modbusScripts = [
  Script(
    "modbus", .tcp(502),
    """
    > 0001 0000 0006 01 03 006B 0003
    < 0001 0000 0009 01 03 06 022B 0000 0064
    > 0002 0000 0006 01 06 0001 0003
    < 0002 0000 0006 01 06 0001 0003
    > 0003 0000 0006 01 03 FFF0 0003
    < 0003 0000 0003 01 83 02
    """)
]

/// What a mirror port does to messages, for every protocol.
@Suite struct ScriptTests {
  private func whole(_ script: Script) -> [String] {
    var player = ScriptPlayer(script)
    for message in script.messages { player.play(message.direction, message.bytes) }
    return player.operations
  }

  @Test("each message is understood, and answers are paired with their questions", arguments: scripts)
  func meaning(_ script: Script) {
    var player = ScriptPlayer(script)
    for message in script.messages { player.play(message.direction, message.bytes) }
    #expect(!player.dissector.isEmpty)
    #expect(player.total >= 1)
    for (operation, text) in zip(player.found, player.operations) {
      #expect(operation.action != .unknown, "\(text)")
      #expect(operation.fault == nil, "\(text)")
      #expect(operation.pairing == .none || operation.pairing == .answered, "\(text)")
      #expect(operation.name.utf8CodeUnitCount > 0, "\(text)")
    }
    for (name, count) in player.counts { #expect(count.refused == 0, "\(name)") }
  }

  @Test("a message split over two segments, at every byte, reads the same", arguments: scripts.filter(\.isTCP))
  func split(_ script: Script) {
    let expected = whole(script)
    let longest = script.messages.map(\.bytes.count).max() ?? 0
    for place in 1..<max(2, longest) {
      var player = ScriptPlayer(script)
      for message in script.messages {
        if place < message.bytes.count {
          player.play(message.direction, Array(message.bytes[..<place]))
          player.play(message.direction, Array(message.bytes[place...]))
        } else {
          player.play(message.direction, message.bytes)
        }
      }
      #expect(player.operations == expected, "split at \(place)")
    }
  }

  @Test("a stream sent one byte per segment reads the same", arguments: scripts.filter(\.isTCP))
  func bytewise(_ script: Script) {
    var player = ScriptPlayer(script)
    for message in script.messages { for byte in message.bytes { player.play(message.direction, [byte]) } }
    #expect(player.operations == whole(script))
  }

  /// Not where the length of an answer depends on its question: there one has to wait for the other.
  @Test("several messages in one segment are all read", arguments: scripts.filter { $0.isTCP && $0.mute == nil })
  func joined(_ script: Script) {
    var player = ScriptPlayer(script)
    var plain = ScriptPlayer(script)
    for direction in [Direction.toServer, .toClient] {
      let messages = script.messages.filter { $0.direction == direction }
      player.play(direction, messages.flatMap(\.bytes))
      for message in messages { plain.play(direction, message.bytes) }
    }
    #expect(player.total == plain.total)
    #expect(player.counts.mapValues(\.understood) == plain.counts.mapValues(\.understood))
  }

  @Test("a stream picked up at each message, or in the middle of it, is read", arguments: scripts.filter(\.isTCP))
  func midstream(_ script: Script) {
    for start in script.messages.indices {
      for cut in Set([0, script.messages[start].bytes.count / 2]) {
        var player = ScriptPlayer(script, .firstSeen)
        for (place, message) in script.messages.enumerated() where place >= start {
          player.play(message.direction, place == start ? Array(message.bytes[cut...]) : message.bytes)
        }
        // Whole messages after that are read; the first two may be lost to resynchronization.
        if script.messages.count - start > 4 {
          #expect(player.total > 0, "from message \(start), byte \(cut)")
        }
      }
    }
  }

  @Test(
    "with a segment lost before each question, the answer, which acknowledges it, is paired with its question",
    arguments: modbusScripts + s7Scripts.prefix(1))
  func lossBeforeQuestions(_ script: Script) {
    var player = ScriptPlayer(script)
    for (index, message) in script.messages.enumerated() {
      if message.direction == .toServer, index > 0 { player.lose(.toServer, 7) }
      player.play(message.direction, message.bytes)
      player.wait(milliseconds: 3)
    }
    #expect(player.found.filter { $0.pairing == .answered }.count > 1)
    #expect(player.found.allSatisfy { $0.pairing == .none || $0.pairing == .answered })
  }

  /// Recognition is by content, not by port. What precedes the first distinctive message (such as a connection request
  /// that any protocol could send) may remain unread.
  @Test(
    "a conversation on a port without a protocol is recognised from its beginning",
    arguments: scripts.filter(\.hasPorts))
  func elsewhere(_ script: Script) {
    var here = ScriptPlayer(script)
    var there = ScriptPlayer(script.moved(to: 30_303))
    for message in script.messages {
      here.play(message.direction, message.bytes)
      there.play(message.direction, message.bytes)
    }
    #expect(there.dissector == here.dissector)
    #expect(there.total > 0 && there.total + 4 >= here.total, "\(there.total) of \(here.total)")
    for (name, count) in there.counts { #expect(count.refused == 0, "\(name)") }
  }

  @Test("if only one direction is seen, it is read without refusals", arguments: scripts)
  func oneDirection(_ script: Script) {
    for direction in [Direction.toServer, .toClient] where direction != script.mute {
      var player = ScriptPlayer(script)
      for message in script.messages where message.direction == direction {
        player.play(direction, message.bytes)
      }
      for (name, count) in player.counts { #expect(count.refused == 0, "\(name), \(direction)") }
      if script.messages.contains(where: { $0.direction == direction }) {
        #expect(player.total > 0, "\(direction)")
      }
    }
  }

  @Test("no truncation causes a trap, and a cut by the capture is not a fault", arguments: scripts)
  func truncation(_ script: Script) {
    for (index, message) in script.messages.enumerated() {
      for length in 0..<min(message.bytes.count, 600) {
        for isCut in [false, true] {
          var player = ScriptPlayer(script)
          for before in script.messages[..<index] { player.play(before.direction, before.bytes) }
          player.play(message.direction, Array(message.bytes[..<length]), isCut: isCut)
          if isCut, !script.isTCP {
            for (name, count) in player.counts { #expect(count.refused == 0, "\(name), message \(index) at \(length)") }
          }
        }
      }
    }
  }

  @Test("no changed byte causes a trap, and what follows is read", arguments: scripts)
  func mutation(_ script: Script) {
    for (index, message) in script.messages.enumerated() {
      for place in 0..<min(message.bytes.count, 300) {
        for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
          var player = ScriptPlayer(script)
          var bytes = message.bytes
          bytes[place] = value
          for (other, message) in script.messages.enumerated() {
            player.play(message.direction, other == index ? bytes : message.bytes)
          }
          // A length that became larger swallows what follows, but not forever.
          var last = player.total
          for _ in 0..<(script.isTCP ? 60 : 1) {
            last = player.total
            for message in script.messages { player.play(message.direction, message.bytes) }
            if player.total > last { break }
          }
          #expect(player.total > last, "message \(index), byte \(place) is \(value)")
        }
      }
    }
  }

  @Test("random bytes on the protocol's port cause no trap", arguments: scripts)
  func noise(_ script: Script) {
    var dice = Dice(state: 11)
    for _ in 0..<50 {
      var player = ScriptPlayer(script)
      for message in script.messages {
        player.play(message.direction, message.bytes)
        player.play(message.direction, dice.bytes(Int.random(in: 1...200, using: &dice)))
      }
    }
  }
}
