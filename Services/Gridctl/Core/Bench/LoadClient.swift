import Histogram
import Platform

/// Drives one port with many kept connections from one thread of its own: plain non-blocking sockets and no event
/// loop, since the load shares its machine with what it measures.
final class LoadClient: Sendable {
  static let bufferBytes = 64 * 1024
  /// How long answers are waited for at the end, in microseconds.
  static let drainMicroseconds: Int64 = 10_000_000

  enum Pace: Sendable {
    /// Each connection sends again as soon as it has its answer.
    case closed
    /// So many a second, whether or not answers have come: latency counts from when a request was due.
    case open(perSecond: Double)
  }

  struct Result: Sendable {
    var acknowledged: Int64 = 0
    var refused: Int64 = 0
    var lost: Int64 = 0
    /// From the first request to the last answer.
    var elapsedMicroseconds: Int64 = 0
    /// In microseconds.
    var latency = Histogram<UInt32>(highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: .three)
    /// Number of the case and when its report was due, for an open pace.
    var acknowledgements: [(caseNumber: Int64, scheduledAt: Int64)] = []
    /// The first refusal's body.
    var firstRefusal = ""
    /// Processor time of this process meanwhile.
    var cpuMicroseconds: Int64 = 0

    var perSecond: Double { elapsedMicroseconds > 0 ? Double(acknowledged) * 1e6 / Double(elapsedMicroseconds) : 0 }
  }

  private let port: UInt16
  private let connections: Int
  private let pool: RequestPool
  private let pace: Pace
  private let microseconds: Int64
  private let good: Int

  /// - Parameters:
  ///   - seconds: how long new requests are sent.
  ///   - good: the status of an acknowledgement.
  init(port: UInt16, connections: Int, pool: RequestPool, pace: Pace, seconds: Double, good: Int = 201) {
    self.port = port
    self.connections = connections
    self.pool = pool
    self.pace = pace
    self.microseconds = Int64(seconds * 1e6)
    self.good = good
  }

  /// Throws `Refusal` when the port cannot be reached.
  func run() async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      _ = PinnedThread(name: "load") { [self] in
        continuation.resume(with: Swift.Result { try work() })
      }
    }
  }

  private func work() throws -> Result {
    var sockets: [LoadSocket]
    do {
      sockets = try (0..<connections).map { _ in try LoadSocket(port: port) }
    } catch {
      throw Refusal("unreachable", "port \(port) of this machine takes no connections")
    }
    var state = State(pool: pool, sockets: sockets.count)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bufferBytes, alignment: 16)
    defer { buffer.deallocate() }
    let cpu = (ProcessUsage.cpuMicroseconds ?? 0)
    let started = MonotonicClock.microseconds
    let end = started + microseconds
    var last = started
    while true {
      let now = MonotonicClock.microseconds
      let sending = now < end
      if sending { try startDue(&state, &sockets, started: started, now: now) }
      guard sending || (state.busy > 0 && now < end + Self.drainMicroseconds) else { break }
      wait(&state, sockets, until: sending ? nextDue(state, started: started) ?? end : end + Self.drainMicroseconds)
      if try collect(&state, &sockets, buffer) { last = MonotonicClock.microseconds }
    }
    state.result.elapsedMicroseconds = max(last, min(MonotonicClock.microseconds, end)) - started
    state.result.cpuMicroseconds = (ProcessUsage.cpuMicroseconds ?? 0) - cpu
    return state.result
  }

  private struct State {
    var pool: RequestPool
    var result = Result()
    var sockets = SocketSet()
    var idle: [Int]
    var busy = 0
    var started: Int64 = 0

    init(pool: RequestPool, sockets: Int) {
      self.pool = pool
      idle = Array((0..<sockets).reversed())
    }
  }

  /// When the next request of an open pace is due; nil for a closed pace, or when every connection is busy.
  private func nextDue(_ state: State, started: Int64) -> Int64? {
    guard case .open(let perSecond) = pace, !state.idle.isEmpty else { return nil }
    return started + Int64(Double(state.started) * 1e6 / perSecond)
  }

  private func startDue(_ state: inout State, _ sockets: inout [LoadSocket], started: Int64, now: Int64) throws {
    while let index = state.idle.last {
      var due = now
      if case .open(let perSecond) = pace {
        due = started + Int64(Double(state.started) * 1e6 / perSecond)
        guard due <= now else { return }
      }
      state.idle.removeLast()
      state.started += 1
      state.busy += 1
      do {
        try sockets[index].start(&state.pool, scheduledAt: due)
      } catch {
        try replace(index, &state, &sockets)
      }
    }
  }

  private func wait(_ state: inout State, _ sockets: [LoadSocket], until deadline: Int64) {
    state.sockets.removeAll()
    for socket in sockets where socket.isBusy { state.sockets.add(socket.descriptor, forWriting: socket.wantsToWrite) }
    state.sockets.wait(microseconds: max(deadline - MonotonicClock.microseconds, 0))
  }

  /// Reads and writes what is ready; true when an answer was complete.
  private func collect(
    _ state: inout State, _ sockets: inout [LoadSocket], _ buffer: UnsafeMutableRawBufferPointer
  ) throws -> Bool {
    var any = false
    for index in sockets.indices where sockets[index].isBusy {
      let socket = sockets[index]
      do {
        if state.sockets.isWritable(socket.descriptor) { try socket.write() }
        guard state.sockets.isReadable(socket.descriptor) else { continue }
        try socket.read(buffer) { response in
          any = true
          record(response, scheduledAt: socket.scheduledAt, &state.result)
        }
        if !socket.isBusy {
          state.busy -= 1
          state.idle.append(index)
        }
      } catch {
        try replace(index, &state, &sockets)
      }
    }
    return any
  }

  private func replace(_ index: Int, _ state: inout State, _ sockets: inout [LoadSocket]) throws {
    state.result.lost += 1
    state.busy -= 1
    guard let socket = try? LoadSocket(port: port) else {
      throw Refusal("unreachable", "port \(port) of this machine takes no connections any more")
    }
    sockets[index] = socket
    state.idle.append(index)
  }

  private func record(_ response: ResponseScanner.Response, scheduledAt: Int64, _ result: inout Result) {
    guard response.status == good else {
      result.refused += 1
      if result.firstRefusal.isEmpty { result.firstRefusal = String(decoding: response.body, as: UTF8.self) }
      return
    }
    result.acknowledged += 1
    result.latency.record(UInt64(max(MonotonicClock.microseconds - scheduledAt, 1)))
    if case .open = pace, let number = Self.caseNumber(response.body) {
      result.acknowledgements.append((number, scheduledAt))
    }
  }

  /// The number in `"case_id":"440306-1024"`.
  static func caseNumber(_ body: ArraySlice<UInt8>) -> Int64? {
    guard let start = body.firstRange(of: Array("\"case_id\":\"".utf8))?.upperBound,
      let end = body[start...].firstIndex(of: UInt8(ascii: "\"")),
      let dash = body[start..<end].lastIndex(of: UInt8(ascii: "-"))
    else { return nil }
    return Int64(String(decoding: body[(dash + 1)..<end], as: UTF8.self))
  }
}
