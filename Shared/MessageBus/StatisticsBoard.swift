import Platform

/// The counters of one bus and those who wait for them to change. Safe from any thread.
final class StatisticsBoard: Sendable {
  private struct Waiter {
    let number: Int
    let condition: @Sendable (BusStatistics) -> Bool
    let continuation: CheckedContinuation<Bool, Never>
  }

  private struct State {
    /// What the bus itself counts.
    var counted = BusStatistics()
    /// What was refused before it reached the bus, by any thread.
    var refused = Refused()
    var isClosed = false
    var nextWaiter = 0
    var waiters: [Waiter] = []

    var statistics: BusStatistics {
      var sum = counted
      sum.dropped += refused.dropped
      sum.malformed += refused.malformed
      return sum
    }
  }

  /// Messages that never came as far as the bus.
  struct Refused: Sendable {
    var dropped = 0
    var malformed = 0
  }

  private let state = Locked(State())

  var statistics: BusStatistics { state.withLock { $0.statistics } }

  /// Changes what the bus counts and wakes those whose condition now holds.
  func update(_ change: (inout BusStatistics) -> Void) {
    wake { change(&$0.counted) }
  }

  /// Counts messages that were refused to a caller and wakes those whose condition now holds.
  func refuse(_ change: (inout Refused) -> Void) {
    wake { change(&$0.refused) }
  }

  private func wake(after change: (inout State) -> Void) {
    let woken = state.withLock { state -> [Waiter] in
      change(&state)
      guard !state.waiters.isEmpty else { return [] }
      let statistics = state.statistics
      let ready = state.waiters.filter { $0.condition(statistics) }
      if !ready.isEmpty { state.waiters.removeAll { waiter in ready.contains { $0.number == waiter.number } } }
      return ready
    }
    for waiter in woken { waiter.continuation.resume(returning: true) }
  }

  /// Lets everyone who waits go, with false.
  func close() {
    let woken = state.withLock { state -> [Waiter] in
      state.isClosed = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in woken { waiter.continuation.resume(returning: false) }
  }

  /// Waits until `condition` holds; false if the task is cancelled or the board closed first.
  func wait(until condition: @escaping @Sendable (BusStatistics) -> Bool) async -> Bool {
    let number = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer = state.withLock { state -> Bool? in
          if condition(state.statistics) { return true }
          if state.isClosed || Task.isCancelled { return false }
          state.waiters.append(Waiter(number: number, condition: condition, continuation: continuation))
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let cancelled = state.withLock { state -> Waiter? in
        guard let index = state.waiters.firstIndex(where: { $0.number == number }) else { return nil }
        return state.waiters.remove(at: index)
      }
      cancelled?.continuation.resume(returning: false)
    }
  }
}
