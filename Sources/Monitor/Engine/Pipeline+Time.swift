// SPDX-License-Identifier: Apache-2.0

/// Work that depends on time: timeouts, periodic tasks, and the end of flows.
extension Pipeline {
  /// Ends timed-out flows: examines a few slots with each packet, and starts a round through the table at most every
  /// five seconds of capture time.
  @inline(__always)
  mutating func sweep(_ time: Int64) {
    if time >= nextTick { tick(time) }
    guard sweepPosition < due.count else {
      if time &- roundStart >= 5 * Pipeline.second {
        sweepPosition = 0
        roundStart = time
      }
      return
    }
    let end = min(sweepPosition + 8, due.count)
    for slot in sweepPosition..<end where time >= due[slot] || reader.pool.hasHeld { look(slot, at: time) }
    sweepPosition = end
  }

  /// Does what is due for a conversation. While it speaks, that is nothing.
  @inline(never)
  private mutating func look(_ slot: Int, at time: Int64) {
    guard conversations.isUsed(slot) else {
      due[slot] = .max
      return
    }
    let last = conversations[slot].flow.last
    // A flow's last packet is never taken back, so it can only be later than this.
    due[slot] = min(last &+ Pipeline.silence, conversations[slot].flow.nextReport)
    if time < due[slot], !reader.pool.hasHeld { return }
    let idle = time &- last
    if idle >= conversations[slot].flow.timeout {
      end(slot, .timeout)
    } else {
      if time >= conversations[slot].flow.nextReport, let report = conversations[slot].flow.dueReport(at: time) {
        observer.detection.spoken(&conversations[slot], at: time)
        write(slot, .lasting(report), at: time)
      }
      if Pipeline.isSilent(conversations[slot].opening, for: idle) { fallSilent(slot, at: time) }
      abandonHoles(slot, at: time)
    }
  }

  /// Reads the segments after a hole that has stayed open too long, when no further segment arrives to trigger this.
  private mutating func abandonHoles(_ slot: Int, at time: Int64) {
    for direction in [Direction.toServer, .toClient]
    where reader.pool.hasSegments(conversations[slot].streams[direction])
      && reader.pool.isHole(conversations[slot].streams[direction], at: time, for: Reader.openHole)
    {
      var moment = Moment()
      moment.time = time
      moment.frame = statistics.frames &+ statistics.framesLeftOut
      moment.vlan = conversations[slot].flow.vlan
      _ = reader.readHeld(.all, in: &conversations[slot], sent: direction, at: moment, &observer)
    }
  }

  mutating func tick(_ time: Int64) {
    nextTick = time &+ Pipeline.second
    observer.output.advance(to: time, observer.detection.identities)
    observer.detection.tick(time)
    observer.report()
    lookForEvictions(at: time)
    reader.exchange.requests.expire(at: time)
    reportUnanswered(at: time)
    if observer.output.log.contains(.assets) { writeAssets(at: time) }
  }

  mutating func reportUnanswered(at time: Int64) {
    while let lost = reader.exchange.requests.unanswered.popLast() {
      let slot = Int(lost.conversation & 0xFFFF_FFFF)
      guard conversations.isUsed(slot), conversations[slot].number == lost.conversation else { continue }
      // The response may be among the bytes that the mirror port has lost since.
      guard conversations[slot].lastLoss < lost.time else { continue }
      var moment = Moment()
      moment.time = time
      moment.frame = lost.frame
      moment.vlan = conversations[slot].flow.vlan
      observer.detection.unanswered(lost.operation, conversations[slot], moment)
      observer.report(names: reader.exchange.names)
    }
  }

  mutating func end(_ slot: Int, _ reason: Flow.End) {
    var moment = Moment()
    moment.time = conversations[slot].flow.last
    moment.frame = statistics.frames &+ statistics.framesLeftOut
    moment.vlan = conversations[slot].flow.vlan
    // Segments still held after a hole are read now: nothing else will arrive.
    for direction in [Direction.toServer, .toClient]
    where reader.pool.hasSegments(conversations[slot].streams[direction]) {
      _ = reader.readHeld(.all, in: &conversations[slot], sent: direction, at: moment, &observer)
    }
    settleEnded(slot, moment)
    if conversations[slot].operations > 0 {
      observer.output.ended(conversations[slot].number, reader.exchange.names)
    }
    observer.detection.spoken(&conversations[slot], at: moment.time)
    write(slot, .ended(reason), at: moment.time)
    if reason == .timeout || reason == .evicted { remember(slot) }
    reader.release(&conversations[slot])
    if reason == .evicted {
      conversations.evict(slot, at: statistics.lastTime)
    } else {
      conversations.remove(slot)
    }
  }

  /// A flow that is silent for too long may go on: then it is known who began it.
  private mutating func remember(_ slot: Int) {
    let flow = conversations[slot].flow
    guard !flow.isLink, flow.isDirectionCertain, flow.tcp != .closed, flow.tcp != .reset, flow.toClient.packets > 0
    else { return }
    let key = conversations.key(slot)
    if let known = beginnings.find(key) { beginnings.remove(known) }
    _ = beginnings.insert(key, Beginning(client: flow.client, port: flow.clientPort), at: flow.last)
  }

  @inline(__always)
  private mutating func write(_ slot: Int, _ occasion: FlowRecord.Occasion, at time: Int64) {
    // EVE flow records exist for IP only.
    guard observer.output.log.contains(.flows), !conversations[slot].flow.isLink else { return }
    observer.output.flow(conversations[slot], occasion, at: time)
  }

  /// Ends all flows and writes what is left. `capture` holds the interface's counters in a live run.
  package mutating func finish(_ capture: CaptureCounters? = nil) {
    for slot in conversations.slotsByAge { end(slot, .shutdown) }
    reportUnanswered(at: statistics.lastTime)
    observer.output.advance(to: statistics.lastTime, observer.detection.identities)
    observer.detection.finish(statistics.lastTime)
    observer.report()
    if observer.output.log.contains(.assets) { writeRemainingAssets() }
    if let capture { _ = losses.look(capture, at: 0) }
    losses.end()
    if observer.output.log.contains(.stats) { writeStatistics() }
    observer.output.finish(observer.detection.identities)
  }

  /// How many rules are in force.
  package var ruleCount: Int { observer.detection.rules.book.count }
  /// Alerts of rules before they are summed up, by group and number; those without any are left out.
  package var ruleAlerts: [(group: UInt32, number: UInt32, count: UInt64)] { observer.detection.rules.alerts }

  /// Matches other rules from now on. Alerts of the old ones end.
  package mutating func replace(rules book: RuleBook) {
    observer.output.close(observer.detection.identities)
    var context = observer.output.records.context
    context.rules = book
    observer.output.records.replace(context)
    observer.detection.rules = RuleEngine(book, options.ruleOptions, seed: options.seed)
    for slot in conversations.slotsByAge { conversations[slot].rules = RuleMarks() }
  }

  /// Judges by a new site file from now on, starting with all open flows.
  package mutating func replace(site: Site) {
    observer.output.close(observer.detection.identities)
    observer.output.records.replace(
      AlertContext(
        site, language: options.language, host: options.host, interfaces: options.interfaces,
        timeZone: options.timeZone, rules: observer.detection.rules.book))
    observer.detection.replace(site: site)
    observer.detection.devices.inventory.ledger.markAll(at: statistics.lastTime)
    for slot in conversations.slotsByAge {
      var moment = Moment()
      moment.time = statistics.lastTime
      moment.frame = statistics.frames &+ statistics.framesLeftOut
      moment.vlan = conversations[slot].flow.vlan
      observer.detection.rejudge(&conversations[slot], moment)
      observer.report()
    }
  }
}
