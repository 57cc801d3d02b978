import Platform

/// How far long work has come: one redrawn line for a person, a plain line now and then elsewhere. From any thread.
final class Progress: Sendable {
  /// Between two drawings for a person, in milliseconds.
  static let redrawMilliseconds: Int64 = 100
  /// Between two lines where nobody watches, in milliseconds.
  static let lineMilliseconds: Int64 = 5_000

  private struct State {
    var done: Int64 = 0
    var total: Int64?
    var nextDrawing: Int64
  }

  private let label: String
  private let unit: String
  private let terminal: Terminal
  private let started = MonotonicClock.microseconds
  private let state: Locked<State>

  /// - Parameters:
  ///   - label: what is being done, e.g. `replay`.
  ///   - unit: what is counted, in the plural.
  ///   - total: nil where nobody knows.
  init(_ label: String, unit: String, total: Int64?, terminal: Terminal = .current) {
    self.label = label
    self.unit = unit
    self.terminal = terminal
    let interval = terminal.isInteractive ? Self.redrawMilliseconds : Self.lineMilliseconds
    state = Locked(State(total: total, nextDrawing: MonotonicClock.microseconds + interval * 1_000))
  }

  func add(_ count: Int64 = 1) { update { $0 += count } }
  func set(_ done: Int64) { update { $0 = done } }

  /// What was done so far.
  var done: Int64 { state.withLock { $0.done } }
  var elapsedMicroseconds: Int64 { MonotonicClock.microseconds - started }

  private func update(_ change: (inout Int64) -> Void) {
    let now = MonotonicClock.microseconds
    let interval = (terminal.isInteractive ? Self.redrawMilliseconds : Self.lineMilliseconds) * 1_000
    let line: String? = state.withLock { state in
      change(&state.done)
      guard now >= state.nextDrawing else { return nil }
      state.nextDrawing = now + interval
      return Self.line(label, unit: unit, done: state.done, total: state.total, elapsedMicroseconds: now - started)
    }
    guard let line else { return }
    if terminal.isInteractive { terminal.redraw(line) } else { terminal.note(line) }
  }

  /// The line: `replay: 12,345 of 27,000 rows, 46 %, 3,086/s, 5 s left`.
  static func line(_ label: String, unit: String, done: Int64, total: Int64?, elapsedMicroseconds: Int64) -> String {
    let rate = elapsedMicroseconds > 0 ? Double(done) * 1e6 / Double(elapsedMicroseconds) : 0
    var parts: [String] = []
    if let total {
      parts.append("\(label): \(Figures.grouped(done)) of \(Figures.grouped(total)) \(unit)")
      if total > 0 { parts.append("\(done * 100 / total) %") }
    } else {
      parts.append("\(label): \(Figures.grouped(done)) \(unit)")
    }
    parts.append("\(Figures.decimal(rate, digits: rate < 10 ? 1 : 0))/s")
    if let total, rate > 0, done < total {
      parts.append("\(Figures.duration(microseconds: Int64(Double(total - done) / rate * 1e6))) left")
    }
    return parts.joined(separator: ", ")
  }
}
