/// How a running clock's due times are moved: by an extension, by a pause, by a calendar that was published since.
extension CaseClock {
  /// Stages laid end to end: each begins where the one before it is due.
  static func chain(
    _ stages: [(name: String, limit: Limit, extensions: [Limit])], from start: Instant, calendar: WorkingCalendar
  ) -> [ClockStage] {
    var from = start
    return stages.map { stage in
      var due = calendar.advance(from: from, by: stage.limit)
      for granted in stage.extensions {
        let extended = calendar.advance(from: due.at, by: granted)
        due = Due(at: extended.at, provisional: due.provisional || extended.provisional)
      }
      from = due.at
      return ClockStage(
        name: stage.name, limit: stage.limit, dueAt: due.at, provisional: due.provisional, extensions: stage.extensions)
    }
  }

  /// The clock with more time for the stage now running; the stages after it move on with it. It is a new version, so
  /// that every rung comes again at its new time, but for reminders that would lie before now.
  func extended(by limit: Limit, version: Int32, at now: Instant, calendar: WorkingCalendar) -> CaseClock {
    let due = calendar.advance(from: dueAt, by: limit)
    var clock = moved(to: due, calendar: calendar)
    let current = clock.stages[stage]
    clock.stages[stage] = ClockStage(
      name: current.name, limit: current.limit, dueAt: current.dueAt, provisional: current.provisional,
      extensions: current.extensions + [limit])
    clock.version = version
    clock.rebasedAt = now
    return clock
  }

  /// The clock standing still from now on.
  func standingStill(at now: Instant) -> CaseClock {
    var clock = self
    clock.pausedAt = now
    return clock
  }

  /// The clock running again: what was left when it was paused is left now. A clock that does not stand still is
  /// returned as it is.
  func runningAgain(at now: Instant, calendar: WorkingCalendar) -> CaseClock {
    guard let pausedAt else { return self }
    let measure = stages[stage].limit.unit.measure
    let shifted = calendar.shift(dueAt, pausedAt: pausedAt, resumedAt: now, by: measure)
    var clock = moved(
      to: Due(at: shifted.at, provisional: shifted.provisional || stages[stage].provisional), calendar: calendar)
    clock.paused += max(0, calendar.elapsed(from: pausedAt, to: now, by: measure))
    clock.pausedAt = nil
    return clock
  }

  /// The clock by a calendar that knows more; nil when nothing of it was provisional, or when it stands still.
  func recalculated(calendar: WorkingCalendar) -> CaseClock? {
    guard isRunning, !isPaused, provisional else { return nil }
    let current = stages[stage]
    var due = calendar.advance(from: stageStartedAt, by: current.limit)
    for granted in current.extensions { due = calendar.advance(from: due.at, by: granted) }
    if paused > 0 { due = calendar.moment(paused, after: due.at, by: current.limit.unit.measure) }
    return moved(to: due, calendar: calendar)
  }

  private func moved(to due: Due, calendar: WorkingCalendar) -> CaseClock {
    var clock = self
    let current = stages[stage]
    clock.stages[stage] = ClockStage(
      name: current.name, limit: current.limit, dueAt: due.at, provisional: due.provisional,
      extensions: current.extensions)
    let later = stages[(stage + 1)...].map { ($0.name, $0.limit, $0.extensions) }
    clock.stages.replaceSubrange(
      (stage + 1)..., with: Self.chain(Array(later), from: due.at, calendar: calendar))
    return clock
  }
}
