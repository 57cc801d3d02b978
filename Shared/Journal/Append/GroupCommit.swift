import Platform

/// Gathers requests into commits without a timer: what arrives while a commit is in flight is the next batch. An idle
/// system thus answers at once and a busy one shares commits.
///
/// One commit is in flight at a time; requests are committed in the order they came. The queue is bounded: a request
/// that finds it full is refused with ``GroupCommitError/full`` and was not begun.
///
/// Thread-safe. A lock and not an actor: who submits waits for its commit alone and hops to no other executor before or
/// after, which at thousands of requests a second costs more than the queue itself.
public final class GroupCommit<Request: Sendable, Outcome: Sendable>: Sendable {
  /// Carries out the requests of one batch and answers one result for each, in order. A throw fails them all.
  public typealias Commit = @Sendable ([Request]) async throws -> [Result<Outcome, any Error>]

  private struct Waiting {
    let request: Request
    let continuation: CheckedContinuation<Outcome, any Error>
  }

  private struct State {
    var waiting: [Waiting] = []
    var isCommitting = false
    var isClosed = false
    var idleContinuations: [CheckedContinuation<Void, Never>] = []
    /// Ends the pause between two commits.
    var pause: CheckedContinuation<Void, Never>?
  }

  private enum Admission {
    case first
    case later
    /// With it enough wait for the next commit.
    case last(CheckedContinuation<Void, Never>)
    case refused(GroupCommitError)
  }

  private let maxBatch: Int
  private let maxWaiting: Int
  private let pace: GroupPace?
  private let commit: Commit
  private let state = Locked(State())

  /// - Parameters:
  ///   - maxBatch: requests in one commit at most.
  ///   - maxWaiting: requests that may wait at once.
  ///   - pace: under load, the least time from one commit to the next; nil for none.
  public init(maxBatch: Int, maxWaiting: Int, pace: GroupPace? = nil, commit: @escaping Commit) {
    precondition(maxBatch > 0 && maxWaiting >= maxBatch, "the queue holds at least one batch")
    self.maxBatch = maxBatch
    self.maxWaiting = maxWaiting
    self.pace = pace
    self.commit = commit
  }

  /// Waits until the request is committed. Not cancelled with its task: what was handed over is carried out.
  public func submit(_ request: Request) async throws -> Outcome {
    try await withCheckedThrowingContinuation { continuation in
      switch admit(Waiting(request: request, continuation: continuation)) {
      case .first: Task { await drain() }
      case .later: break
      case .last(let pause): pause.resume()
      case .refused(let error): continuation.resume(throwing: error)
      }
    }
  }

  private func admit(_ newcomer: Waiting) -> Admission {
    state.withLock { state in
      if state.isClosed { return .refused(.closed) }
      guard state.waiting.count < maxWaiting else { return .refused(.full) }
      state.waiting.append(newcomer)
      guard state.isCommitting else {
        state.isCommitting = true
        return .first
      }
      guard let pace, state.waiting.count >= pace.enoughRequests, let pause = state.pause.take() else { return .later }
      return .last(pause)
    }
  }

  /// Takes no more requests and returns when those it has are committed.
  public func close() async {
    await withCheckedContinuation { continuation in
      let (isIdle, pause) = state.withLock { state in
        state.isClosed = true
        if state.isCommitting { state.idleContinuations.append(continuation) }
        return (!state.isCommitting, state.pause.take())
      }
      pause?.resume()
      if isIdle { continuation.resume() }
    }
  }

  public var waitingCount: Int { state.withLock { $0.waiting.count } }

  private func drain() async {
    while let batch = nextBatch() {
      let began = MonotonicClock.microseconds
      do {
        let results = try await commit(batch.map(\.request))
        precondition(results.count == batch.count, "a commit answers every request of its batch")
        for (waiting, result) in zip(batch, results) { waiting.continuation.resume(with: result) }
      } catch {
        for waiting in batch { waiting.continuation.resume(throwing: error) }
      }
      if let pace, batch.count >= pace.fromRequests { await wait(until: began + pace.microseconds, pace) }
    }
  }

  /// Returns at the moment, or when enough wait.
  private func wait(until moment: Int64, _ pace: GroupPace) async {
    guard MonotonicClock.microseconds < moment else { return }
    var alarm: Task<Void, Never>?
    await withCheckedContinuation { continuation in
      let isEnough = state.withLock { state in
        if state.isClosed || state.waiting.count >= pace.enoughRequests { return true }
        state.pause = continuation
        return false
      }
      if isEnough { return continuation.resume() }
      // An alarm that rings as it is put off ends the next pause early, which costs a smaller commit and no more.
      alarm = Task {
        guard (try? await MonotonicClock.wait(until: moment)) != nil else { return }
        state.withLock { $0.pause.take() }?.resume()
      }
    }
    alarm?.cancel()
  }

  /// Nil when nothing waits any more; the next request then begins anew.
  private func nextBatch() -> [Waiting]? {
    let (batch, idle) = state.withLock { state -> ([Waiting]?, [CheckedContinuation<Void, Never>]) in
      guard state.waiting.isEmpty else {
        let batch = Array(state.waiting.prefix(maxBatch))
        state.waiting.removeFirst(batch.count)
        return (batch, [])
      }
      state.isCommitting = false
      defer { state.idleContinuations = [] }
      return (nil, state.idleContinuations)
    }
    for continuation in idle { continuation.resume() }
    return batch
  }
}

/// How commits are spaced under load: after one of at least so many requests the next begins no sooner than this, so
/// that more share it, unless enough wait already. Smaller commits follow each other at once.
public struct GroupPace: Sendable, Hashable {
  public let fromRequests: Int
  public let enoughRequests: Int
  public let microseconds: Int64

  public init(fromRequests: Int, enoughRequests: Int, microseconds: Int64) {
    self.fromRequests = fromRequests
    self.enoughRequests = enoughRequests
    self.microseconds = microseconds
  }
}

/// Why a request was not begun.
public enum GroupCommitError: Error, Sendable, CustomStringConvertible {
  case full
  case closed

  public var description: String {
    switch self {
    case .full: "too many requests wait for their commit"
    case .closed: "the service is stopping"
    }
  }
}
