import Domain

/// The clocks of a case as bars: what was given, what was added, where it stood still, how far it has come.
///
/// A bar is drawn in a width of 1,000; as attributes of an SVG, for styles within a page are not allowed.
struct CaseClockBars: Sendable {
  static let width = 1_000.0

  private struct Key: Hashable {
    let name: ClockName
    let matter: ClockMatter
    let department: DepartmentCode?
    let startedAt: Instant

    init(_ clock: CaseClock) {
      name = clock.name
      matter = clock.matter
      department = clock.department
      startedAt = clock.startedAt
    }
  }

  private let request: PageRequest
  private let clocks: [CaseClock]
  private var firstDue: [Key: Instant] = [:]
  private var pauses: [Key: [(from: Instant, to: Instant)]] = [:]

  /// - Parameter events: of the case, oldest first: of them one sees when a clock was moved and when it stood still.
  init(_ value: Case, events: [CaseEvent], request: PageRequest) {
    self.request = request
    // A clock that was re-based stands once for each version; the last is the one that counts.
    var last: [Key: CaseClock] = [:]
    var order: [Key] = []
    for clock in value.clocks {
      if last.updateValue(clock, forKey: Key(clock)) == nil { order.append(Key(clock)) }
    }
    clocks = order.compactMap { last[$0] }
    var open: [Key: Instant] = [:]
    for event in events {
      for clock in event.clocks {
        let key = Key(clock)
        if firstDue[key] == nil { firstDue[key] = clock.finalDueAt }
        if let pausedAt = clock.pausedAt, clock.isRunning {
          if open[key] == nil { open[key] = pausedAt }
        } else if let from = open.removeValue(forKey: key) {
          pauses[key, default: []].append((from, event.at))
        }
      }
    }
    for (key, from) in open { pauses[key, default: []].append((from, request.now)) }
  }

  var running: [PageData] { clocks.filter(\.isRunning).map(data) }
  var stopped: [PageData] { clocks.filter { !$0.isRunning }.reversed().map(data) }

  private func data(_ clock: CaseClock) -> PageData {
    let (texts, names, times, now) = (request.texts, request.names, request.times, request.now)
    let due = clock.isRunning ? clock.dueAt : clock.finalDueAt
    let tone = tone(clock)
    var data: PageData = [
      "name": texts.word("clock", clock.name.rawValue), "tone": tone,
      "limit": clock.stages.map { stage in
        (stage.name.isEmpty ? "" : stage.name + " ") + names.limit(stage.limit)
      }.joined(separator: " → "),
      "started": times.data(clock.startedAt), "due": times.data(due), "isRunning": clock.isRunning,
      "state": texts.word("clock_state", clock.isPaused ? "paused" : clock.state.rawValue),
    ]
    if clock.matter != .whole { data["matter"] = texts.word("matter", clock.matter.rawValue) }
    data["department"] = clock.department.map { names.department($0) }
    data["stopped"] = times.data(clock.stoppedAt)
    data["provisional"] = clock.provisional
    let added = clock.stages.flatMap(\.extensions)
    if !added.isEmpty { data["extended"] = added.map { names.limit($0) }.joined(separator: " + ") }
    let end = clock.pausedAt ?? clock.stoppedAt ?? now
    let left = due.microseconds(since: end)
    let length = times.duration(microseconds: left)
    switch clock.state {
    case .running: data["rest"] = texts(left < 0 ? "case.clock.over" : "case.clock.left", ["duration": length])
    case .late: data["rest"] = texts("case.clock.was_over", ["duration": length])
    case .met, .cancelled: break
    }
    data["bar"] = bar(clock, due: clock.finalDueAt)
    return data
  }

  private func tone(_ clock: CaseClock) -> String {
    switch clock.state {
    case .met: return "fine"
    case .late: return "late"
    case .cancelled: return "still"
    case .running:
      if clock.isPaused { return "still" }
      return DueTone.of(clock.dueAt, from: clock.stageStartedAt, now: request.now).rawValue
    }
  }

  private func bar(_ clock: CaseClock, due: Instant) -> PageData {
    let key = Key(clock)
    let end = clock.stoppedAt ?? request.now
    let first = min(firstDue[key] ?? due, due)
    let last = max(due, end)
    let whole = max(Double(last.microseconds(since: clock.startedAt)), 1)
    func place(_ moment: Instant) -> Double {
      let share = Double(moment.microseconds(since: clock.startedAt)) / whole
      return min(max(share, 0), 1) * Self.width
    }
    func part(_ from: Instant, _ to: Instant) -> PageData {
      let start = place(from)
      return ["x": Self.text(start), "width": Self.text(max(place(to) - start, 0))]
    }
    var data: PageData = [
      "given": part(clock.startedAt, first), "done": part(clock.startedAt, min(end, due)),
      "due": Self.text(min(place(due), Self.width - 3)),
    ]
    if first < due { data["added"] = part(first, due) }
    if end > due { data["over"] = part(due, end) }
    if clock.isRunning { data["now"] = Self.text(min(place(end), Self.width - 3)) }
    data["pauses"] = (pauses[key] ?? []).map { part($0.from, $0.to) }
    return data
  }

  private static func text(_ number: Double) -> String { "\(Int(number.rounded()))" }
}
