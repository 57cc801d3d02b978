import Journal
import Platform
import Testing

/// Commits when it is told to, and keeps what it was given.
private actor Gate {
  private(set) var batches: [[Int]] = []
  private var open = 0
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private var watching: [(count: Int, CheckedContinuation<Void, Never>)] = []

  func commit(_ batch: [Int]) async -> [Result<Int, any Error>] {
    batches.append(batch)
    for watcher in watching where watcher.count <= batches.count { watcher.1.resume() }
    watching.removeAll { $0.count <= batches.count }
    if open > 0 { open -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
    return batch.map { $0 < 0 ? .failure(Refused(number: $0)) : .success($0 * 10) }
  }

  func letThrough(_ count: Int = 1) {
    for _ in 0..<count {
      if waiting.isEmpty { open += 1 } else { waiting.removeFirst().resume() }
    }
  }

  /// Returns once so many batches have begun.
  func begun(_ count: Int) async {
    if batches.count < count { await withCheckedContinuation { watching.append((count, $0)) } }
  }
}

private struct Refused: Error, Equatable {
  let number: Int
}

@Suite struct GroupCommitTests {
  private func group(_ gate: Gate, maxBatch: Int = 100, maxWaiting: Int = 100) -> GroupCommit<Int, Int> {
    GroupCommit(maxBatch: maxBatch, maxWaiting: maxWaiting) { await gate.commit($0) }
  }

  /// Hands requests over one after the other, so that their order is known.
  private func submit(
    _ numbers: [Int], to group: GroupCommit<Int, Int>, waitingAtFirst: Int = 0
  ) async -> [Task<Int, any Error>] {
    var tasks: [Task<Int, any Error>] = []
    for (index, number) in numbers.enumerated() {
      tasks.append(Task { try await group.submit(number) })
      while group.waitingCount < waitingAtFirst + index + 1 { await Task.yield() }
    }
    return tasks
  }

  @Test func whatArrivesInFlightIsTheNextBatchInOrder() async throws {
    let gate = Gate()
    let group = group(gate)
    let first = Task { try await group.submit(1) }
    await gate.begun(1)
    let rest = await submit([2, 3, 4, 5], to: group)
    await gate.letThrough(2)
    #expect(try await first.value == 10)
    for (task, answer) in zip(rest, [20, 30, 40, 50]) { #expect(try await task.value == answer) }
    #expect(await gate.batches == [[1], [2, 3, 4, 5]])
  }

  @Test func aBatchHasItsBound() async throws {
    let gate = Gate()
    let group = group(gate, maxBatch: 2)
    let first = Task { try await group.submit(1) }
    await gate.begun(1)
    let rest = await submit([2, 3, 4, 5, 6], to: group)
    await gate.letThrough(4)
    _ = try await first.value
    for task in rest { _ = try await task.value }
    #expect(await gate.batches == [[1], [2, 3], [4, 5], [6]])
  }

  @Test func aFullQueueRefusesAtOnce() async throws {
    let gate = Gate()
    let group = group(gate, maxBatch: 2, maxWaiting: 2)
    let first = Task { try await group.submit(1) }
    await gate.begun(1)
    let rest = await submit([2, 3], to: group)
    let error = await #expect(throws: GroupCommitError.self) { try await group.submit(4) }
    #expect(error == .full)
    await gate.letThrough(2)
    _ = try await first.value
    for task in rest { _ = try await task.value }
    #expect(await gate.batches.joined().sorted() == [1, 2, 3])
  }

  @Test func oneThatFailsDoesNotDisturbTheOthers() async throws {
    let gate = Gate()
    let group = group(gate)
    let first = Task { try await group.submit(1) }
    await gate.begun(1)
    let rest = await submit([2, -3, 4], to: group)
    await gate.letThrough(2)
    _ = try await first.value
    #expect(try await rest[0].value == 20)
    await #expect(throws: Refused(number: -3)) { try await rest[1].value }
    #expect(try await rest[2].value == 40)
  }

  @Test func aThrowFailsItsBatchAndNotTheNext() async throws {
    let gate = Gate()
    let group = GroupCommit<Int, Int>(maxBatch: 10, maxWaiting: 10) { batch in
      let answers = await gate.commit(batch)
      if batch.contains(2) { throw Refused(number: 0) }
      return answers
    }
    let first = Task { try await group.submit(1) }
    await gate.begun(1)
    let doomed = await submit([2, 3], to: group)
    await gate.letThrough()
    await gate.begun(2)
    let after = await submit([4], to: group)
    await gate.letThrough(2)
    #expect(try await first.value == 10)
    for task in doomed { await #expect(throws: Refused(number: 0)) { try await task.value } }
    #expect(try await after[0].value == 40)
  }

  @Test func closingFinishesWhatWasTakenAndTakesNoMore() async throws {
    let gate = Gate()
    let group = group(gate, maxBatch: 1)
    let first = Task { try await group.submit(1) }
    await gate.begun(1)
    let rest = await submit([2, 3], to: group)
    let closed = Task { await group.close() }
    await gate.letThrough(10)
    await closed.value
    #expect(try await first.value == 10)
    #expect(try await rest[0].value == 20)
    #expect(try await rest[1].value == 30)
    let error = await #expect(throws: GroupCommitError.self) { try await group.submit(4) }
    #expect(error == .closed)
  }

  private static let anHour: Int64 = 3_600_000_000

  private func paced(_ gate: Gate, enough: Int, microseconds: Int64) -> GroupCommit<Int, Int> {
    let pace = GroupPace(fromRequests: 1, enoughRequests: enough, microseconds: microseconds)
    return GroupCommit(maxBatch: 100, maxWaiting: 100, pace: pace) { await gate.commit($0) }
  }

  @Test func aPauseEndsWhenEnoughWait() async throws {
    let gate = Gate()
    let group = paced(gate, enough: 3, microseconds: Self.anHour)
    await gate.letThrough(2)
    #expect(try await group.submit(1) == 10)
    let rest = await submit([2, 3], to: group)
    #expect(await gate.batches == [[1]])
    let last = Task { try await group.submit(4) }
    #expect(try await last.value == 40)
    for task in rest { _ = try await task.value }
    #expect(await gate.batches == [[1], [2, 3, 4]])
  }

  @Test func whereEnoughWaitThereIsNoPause() async throws {
    let gate = Gate()
    let group = paced(gate, enough: 2, microseconds: Self.anHour)
    let first = Task { try await group.submit(1) }
    await gate.begun(1)
    let rest = await submit([2, 3], to: group)
    await gate.letThrough(2)
    _ = try await first.value
    for task in rest { _ = try await task.value }
    #expect(await gate.batches == [[1], [2, 3]])
  }

  @Test func aPauseEndsInTimeForWhoeverWaits() async throws {
    let gate = Gate()
    let group = paced(gate, enough: 100, microseconds: 1_000)
    await gate.letThrough(20)
    for number in 1...20 { #expect(try await group.submit(number) == number * 10) }
  }

  @Test func closingEndsAPause() async throws {
    let gate = Gate()
    let group = paced(gate, enough: 100, microseconds: Self.anHour)
    await gate.letThrough(2)
    #expect(try await group.submit(1) == 10)
    let rest = await submit([2], to: group)
    await group.close()
    #expect(try await rest[0].value == 20)
  }

  @Test func anIdleGroupClosesAtOnce() async {
    await group(Gate()).close()
  }
}
