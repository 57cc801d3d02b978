import Platform
import Wire

/// Whether the process can do its work: named checks, each held by the part that knows.
///
/// A new check is not ready until its owner says otherwise. From any thread.
public final class Readiness: Sendable {
  /// One reason to be ready or not.
  public final class Check: Sendable {
    public let name: String
    private let reason: Locked<String?>

    init(name: String, reason: String?) {
      self.name = name
      self.reason = Locked(reason)
    }

    /// Says that this part is in order.
    public func pass() { reason.withLock { $0 = nil } }

    /// Says why this part is not in order, without secrets: the reason is shown to whoever asks `/readyz`.
    public func fail(_ reason: String) { self.reason.withLock { $0 = reason } }

    /// Why this part is not in order; nil when it is.
    public var failure: String? { reason.withLock { $0 } }
  }

  private struct State {
    var checks: [Check] = []
    var questions: [(name: String, ask: @Sendable () -> String?)] = []
    var isStopping = false
  }

  private let state = Locked(State())

  public init() {}

  /// A new check that fails with `reason` until it passes.
  public func check(_ name: String, reason: String = "starting") -> Check {
    let check = Check(name: name, reason: reason)
    state.withLock { $0.checks.append(check) }
    return check
  }

  /// A check whose `failure` is asked for each time; nil means in order. It must be quick and not block.
  public func check(_ name: String, failure: @escaping @Sendable () -> String?) {
    state.withLock { $0.questions.append((name, failure)) }
  }

  /// Makes `/readyz` fail from now on, so that no more work is sent here.
  public func beginStopping() { state.withLock { $0.isStopping = true } }

  /// The checks in the order in which they were added, with nil for those in order.
  public var results: [(name: String, failure: String?)] {
    let (checks, questions, isStopping) = state.withLock { ($0.checks, $0.questions, $0.isStopping) }
    var results = checks.map { ($0.name, $0.failure) } + questions.map { ($0.name, $0.ask()) }
    if isStopping { results.append(("running", "stopping")) }
    return results
  }

  public var isReady: Bool { results.allSatisfy { $0.failure == nil } }

  /// `{"ready": …, "checks": [{"name", "ok", "reason"}]}`.
  func document() -> (isReady: Bool, bytes: [UInt8]) {
    let results = results
    let isReady = results.allSatisfy { $0.failure == nil }
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("ready", isReady)
    writer.key("checks")
    writer.beginArray()
    for result in results {
      writer.beginObject()
      writer.member("name", result.name)
      writer.member("ok", result.failure == nil)
      if let failure = result.failure { writer.member("reason", failure) }
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return (isReady, writer.bytes)
  }
}
