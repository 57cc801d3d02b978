import Platform

/// Suspends until `condition` holds, for what gives no signal of its own: rows that another task writes. False after
/// `seconds`.
public func eventually(
  within seconds: Int64 = 60, _ condition: () async throws -> Bool
) async rethrows -> Bool {
  let deadline = MonotonicClock.microseconds + seconds * 1_000_000
  while try await !condition() {
    guard MonotonicClock.microseconds < deadline else { return false }
    try? await MonotonicClock.wait(until: MonotonicClock.microseconds + 5_000)
  }
  return true
}
