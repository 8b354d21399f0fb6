// SPDX-License-Identifier: Apache-2.0

/// Who may begin to talk to whom, about what, when. Answers are implied.
package struct Conduit: Sendable {
  package enum End: Hashable, Sendable {
    case any
    case zone(ZoneID)
    case asset(AssetID)

    @inline(__always)
    package func covers(_ party: Party) -> Bool {
      switch self {
      case .any: true
      case .zone(let zone): party.zone == zone
      case .asset(let asset): party.asset == asset
      }
    }
    /// How specifically it names a party: an asset is nearer than a zone, a zone nearer than `any`.
    var nearness: Int {
      switch self {
      case .any: 0
      case .zone: 1
      case .asset: 2
      }
    }
  }

  package let from: End
  package let to: End
  /// Empty: any.
  package let services: [ServicePattern]
  /// Bits of `Action.rawValue`. Without `operations` in the file: all; without those of `not`.
  package let actions: UInt16
  /// Functions that are allowed beside these actions, and functions that are not, whatever their action.
  package let functions: [FunctionPattern]
  package let exceptions: [FunctionPattern]
  /// There are some of these.
  let namesFunctions: Bool
  /// Empty: not limited.
  package let targets: [TargetRange]
  /// Limits on what may be written to some of these.
  package let valueLimits: [ValueLimit]
  /// Indices in `Site.windows`; empty: always.
  package let windows: [Int]
  /// Line of the file, from 1.
  package let line: Int

  package init(
    from: End, to: End, services: [ServicePattern], actions: UInt16, functions: [FunctionPattern] = [],
    exceptions: [FunctionPattern] = [], targets: [TargetRange],
    valueLimits: [ValueLimit] = [], windows: [Int], line: Int
  ) {
    self.from = from
    self.to = to
    self.services = services
    self.actions = actions
    self.functions = functions
    self.exceptions = exceptions
    namesFunctions = !functions.isEmpty || !exceptions.isEmpty
    let limitsNothing =
      services.isEmpty && actions == Conduit.allActions && exceptions.isEmpty && targets.isEmpty && windows.isEmpty
    let isForMore =
      actions & ~Conduit.controllerActions != 0
      || functions.contains { $0.action.bit & Conduit.controllerActions == 0 }
    binds = from != .any && to != .any && !limitsNothing && isForMore
    self.targets = targets
    self.valueLimits = valueLimits
    self.windows = windows
    self.line = line
  }

  /// Every action.
  package static let allActions: UInt16 = Action.allCases.reduce(0) { $0 | 1 << UInt16($1.rawValue) }
  /// What needs a conduit inside a zone too: state, program, firmware, configure.
  package static let controllerActions: UInt16 = [Action.state, .program, .firmware, .configure]
    .reduce(0) { $0 | $1.bit }

  /// What acts on a device, and is judged even where it is sent to a group, of which the device may be one.
  static let changes: UInt16 = [Action.write, .operate, .clock, .file, .authenticate]
    .reduce(controllerActions) { $0 | $1.bit }

  /// What a conduit with `targets` lets through only with a target: listing some registers does not mean that the
  /// controller may be stopped.
  static let targetedActions: UInt16 = controllerActions | Action.write.bit | Action.operate.bit

  package func covers(_ from: Party, _ to: Party) -> Bool { self.from.covers(from) && self.to.covers(to) }
  package var nearness: Int { from.nearness + to.nearness }
  /// Begins at an asset, and says where or when it may act: inside a zone such a conduit limits what it names.
  var limits: Bool {
    guard case .asset = from else { return false }
    return !targets.isEmpty || !windows.isEmpty
  }

  /// Says for a pair whose ends it both names what they may do. Where the two are in one zone, they may do nothing
  /// else. A conduit for nothing but what needs one inside a zone too (`controllerActions`) adds to what is free there.
  let binds: Bool

  /// Whether an operation is one of those it allows, regardless of the target.
  func allows(_ action: Action, _ function: OperationFunction) -> Bool {
    var isAllowed = actions & action.bit != 0
    let functions = functions.span
    var place = 0
    while !isAllowed, place < functions.count {
      isAllowed = functions[place].matches(function)
      place += 1
    }
    let exceptions = exceptions.span
    place = 0
    while isAllowed, place < exceptions.count {
      isAllowed = !exceptions[place].matches(function)
      place += 1
    }
    return isAllowed
  }
}

extension Action {
  /// Its bit in a mask of actions.
  package var bit: UInt16 { 1 << UInt16(rawValue) }
}

/// One word of a conduit's `services`.
package enum ServicePattern: Hashable, Sendable {
  /// By transport and the server's port, whatever the content: `tcp/443`, `udp/5000-5010`.
  case ports(ipProtocol: UInt8, ClosedRange<UInt16>)
  /// A whole IP protocol: `icmp`, `ip/47`.
  case ipProtocol(UInt8)
  /// By content: an application protocol, alone or in the messages of its `carriers`. `id` is `.none` while no
  /// dissector reads it: then its usual ports count.
  case application(id: DissectorID, name: String, ports: [ApplicationPorts], carriers: [DissectorID] = [])

  /// Where an application protocol is expected.
  package struct ApplicationPorts: Hashable, Sendable {
    package let ipProtocol: UInt8
    package let range: ClosedRange<UInt16>
    package init(ipProtocol: UInt8, range: ClosedRange<UInt16>) {
      self.ipProtocol = ipProtocol
      self.range = range
    }
  }

  enum Fit { case no, provisional, yes }

  /// Whether a flow is this service. `provisional` while its content is not yet conclusive and its port
  /// does not contradict it.
  func fit(_ service: Service) -> Fit {
    switch self {
    case .ports(let ipProtocol, let range):
      return service.ipProtocol == ipProtocol && range.contains(service.port) ? .yes : .no
    case .ipProtocol(let number):
      return service.ipProtocol == number ? .yes : .no
    case .application(let id, _, let ports, let carriers):
      if service.dissector != .none {
        return service.dissector == id || carriers.contains(service.dissector) ? .yes : .no
      }
      var isOnPort = false
      // Protocols without usual ports are on any, or on Ethernet.
      let hasPorts = service.ipProtocol == IPProtocol.tcp.rawValue || service.ipProtocol == IPProtocol.udp.rawValue
      var isOnTransport = ports.isEmpty && (hasPorts || service.ipProtocol == nil)
      for place in ports where place.ipProtocol == service.ipProtocol {
        isOnTransport = true
        isOnPort = isOnPort || place.range.contains(service.port)
      }
      if id == .none { return isOnPort ? .yes : .no }
      if service.isSettled { return .no }
      return isOnPort ? .yes : isOnTransport ? .provisional : .no
    }
  }
}

/// What a flow is about, as far as is known.
package struct Service: Hashable, Sendable {
  /// IP protocol number; nil without IP.
  package var ipProtocol: UInt8?
  /// The server's port; 0 where there are no ports.
  package var port: UInt16
  /// The protocol its content showed; `.none` while unknown, or if none fits.
  package var dissector: DissectorID
  /// False while the content may still reveal it.
  package var isSettled: Bool
  /// Sent to a group of receivers.
  var isToGroup = false
  /// The same to a single one.
  var toStation: Service {
    var service = self
    service.isToGroup = false
    return service
  }

  package init(ipProtocol: UInt8?, port: UInt16, dissector: DissectorID, isSettled: Bool) {
    self.ipProtocol = ipProtocol
    self.port = port
    self.dissector = dissector
    self.isSettled = isSettled
  }
}

/// One entry of a conduit's `targets`: `holding-register 0-99`, `coil 5 unit 3`, `DB10.DBW4-20`,
/// `D100-199`, `tag Line1.*`.
package struct TargetRange: Hashable, Sendable {
  package let area: Area
  /// Pattern for the target's name, `*` for any run of characters; nil where numbers identify it.
  package let name: [UInt8]?
  /// Which of several areas of this kind (a file); nil: every one.
  package let number: UInt32?
  package let addresses: ClosedRange<UInt64>
  /// One bit of the one address; -1: all of them.
  package let bit: Int8
  /// nil: every unit.
  package let unit: Int64?

  package init(
    _ area: Area, number: UInt32? = nil, _ addresses: ClosedRange<UInt64> = 0...UInt64.max, bit: Int8 = -1,
    unit: Int64? = nil, name: [UInt8]? = nil
  ) {
    self.area = area
    self.name = name
    self.number = number
    self.addresses = addresses
    self.bit = bit
    self.unit = unit
  }

  /// Whether the ranges together hold the whole target, whose name has the bytes `name`. Nothing addressed
  /// (area none) is always held.
  static func cover(_ ranges: [TargetRange], _ target: Target, name: RawSpan, unit: Int64) -> Bool {
    if target.area == .none { return true }
    if target.area.notation == .named {
      for range in ranges where range.area == target.area && (range.unit ?? unit) == unit {
        if let pattern = range.name, matches(name, pattern) { return true }
      }
      return false
    }
    var next = target.address
    let (end, overflow) = target.address.addingReportingOverflow(UInt64(max(1, target.count)) - 1)
    let last = overflow ? UInt64.max : end
    // Each round ends beyond `next`, at the end of the range that reaches furthest: at most as many rounds as ranges.
    while true {
      var reach: UInt64?
      let ranges = ranges.span
      for index in ranges.indices
      where ranges[index].area == target.area && (ranges[index].number ?? target.number) == target.number
        && (ranges[index].unit ?? unit) == unit && ranges[index].addresses.contains(next)
        && (ranges[index].bit < 0 || ranges[index].bit == target.bit)
      {
        reach = max(reach ?? 0, ranges[index].addresses.upperBound)
      }
      guard let reach else { return false }
      if reach >= last { return true }
      next = reach + 1
    }
  }
}
