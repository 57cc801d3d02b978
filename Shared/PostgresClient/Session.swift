import CPostgres
import Glibc
import Platform

/// One libpq connection. Not thread-safe: everything here runs on the thread of the connection that owns it.
///
/// It stays in libpq's pipeline mode, in which a whole transaction is one round trip, and leaves it only for scripts.
final class Session {
  let handle: OpaquePointer
  let wake: EventSignal
  /// See `PostgresConfiguration.stopGraceMilliseconds`.
  let stopGraceMilliseconds: Int64
  /// The connection must not be used again.
  private(set) var isBroken = false
  var prepared = PreparedStatements()
  var parameters = ParameterBuffer()
  private let farewell: UnsafeMutablePointer<Bool>

  /// Connects. Blocks until the server has answered, the bounds are reached, or `wake` interrupts it.
  init(
    _ configuration: PostgresConfiguration, wake: EventSignal, bounds: OperationBounds
  ) throws(PostgresError) {
    let keywords = try configuration.connectionKeywords()
    guard let handle = Self.startConnecting(keywords) else { throw .unavailable(nil) }
    self.handle = handle
    self.wake = wake
    stopGraceMilliseconds = configuration.stopGraceMilliseconds
    farewell = .allocate(capacity: 1)
    farewell.initialize(to: false)
    // With this verbosity a refusal is its code and nothing else, which is all that is read from it.
    PQsetErrorVerbosity(handle, PQERRORS_SQLSTATE)
    PQsetNoticeReceiver(handle, Self.hearNotice, farewell)
    // From here on a throw runs deinit, which ends the connection.
    try finishConnecting(bounds)
    guard PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else { throw .unavailable(nil) }
  }

  deinit {
    PQfinish(handle)
    farewell.deinitialize(count: 1)
    farewell.deallocate()
  }

  /// Whether a transaction is open on the server, failed or not.
  var isInTransaction: Bool { PQtransactionStatus(handle) != PQTRANS_IDLE }

  /// Says that the connection must not be used again.
  func markBroken() {
    isBroken = true
  }

  /// Whether the connection still stands, as far as this side has heard. Only between operations; never waits.
  func isAlive() -> Bool {
    // What an idle connection has to say is read to its end: a farewell may come before the end of the stream.
    for _ in 0..<16 where !isBroken {
      guard wait(writing: false, deadline: 0, interruption: nil) == .socket else { return !isBroken }
      if PQconsumeInput(handle) == 0 { isBroken = true }
      while !isBroken && PQisBusy(handle) == 0 {
        guard let result = PQgetResult(handle) else { break }
        PQclear(result)
      }
      if farewell.pointee || PQstatus(handle) != CONNECTION_OK { isBroken = true }
    }
    return !isBroken
  }
}

// MARK: - Waiting

extension Session {
  enum Readiness {
    case socket
    case deadline
    case interrupted
  }

  /// Waits until the socket can be read (or written), the deadline on the monotonic clock has passed, or the
  /// interruption is raised.
  func wait(writing: Bool, deadline: Int64, interruption: Interruption?) -> Readiness {
    let socketEvents = Int16(POLLIN) | (writing ? Int16(POLLOUT) : 0)
    while true {
      var descriptors = [
        pollfd(fd: PQsocket(handle), events: socketEvents, revents: 0),
        pollfd(fd: wake.fileDescriptor, events: Int16(POLLIN), revents: 0),
      ]
      let remaining = max(0, deadline - MonotonicClock.microseconds)
      let milliseconds = Int32(clamping: (remaining + 999) / 1_000)
      let ready = poll(&descriptors, 2, milliseconds)
      if ready < 0 { continue }
      if descriptors[1].revents != 0 {
        wake.clear()
        if let interruption, interruption.isRaised { return .interrupted }
      }
      if descriptors[0].revents != 0 { return .socket }
      if ready == 0 && MonotonicClock.microseconds >= deadline { return .deadline }
    }
  }
}

extension Session {
  /// Waits for `wake` alone; false when the deadline has passed.
  func waitForWake(deadline: Int64) -> Bool {
    var descriptor = pollfd(fd: wake.fileDescriptor, events: Int16(POLLIN), revents: 0)
    while true {
      let remaining = max(0, deadline - MonotonicClock.microseconds)
      let ready = poll(&descriptor, 1, Int32(clamping: (remaining + 999) / 1_000))
      if ready < 0 { continue }
      if ready > 0 { return wake.clear() }
      if MonotonicClock.microseconds >= deadline { return false }
    }
  }
}

// MARK: - Connecting

extension Session {
  private static func startConnecting(_ keywords: [(keyword: String, value: String)]) -> OpaquePointer? {
    // libpq copies both lists before it returns.
    let names = keywords.map { strdup($0.keyword) }
    let values = keywords.map { strdup($0.value) }
    defer {
      for name in names { free(name) }
      for value in values { free(value) }
    }
    return (names.map { $0.map { UnsafePointer($0) } } + [nil]).withUnsafeBufferPointer { names in
      (values.map { $0.map { UnsafePointer($0) } } + [nil]).withUnsafeBufferPointer { values in
        PQconnectStartParams(names.baseAddress, values.baseAddress, 0)
      }
    }
  }

  private func finishConnecting(_ bounds: OperationBounds) throws(PostgresError) {
    guard PQstatus(handle) != CONNECTION_BAD else { throw .unavailable(refusal) }
    var writing = true
    while true {
      try bounds.check()
      let deadline = bounds.deadlineMicroseconds
      switch waitWhileConnecting(writing: writing, deadline: deadline, interruption: bounds.interruption) {
      case .interrupted: throw .cancelled
      case .deadline: throw .unavailable(nil)
      case .socket: break
      }
      switch PQconnectPoll(handle) {
      case PGRES_POLLING_OK: return
      case PGRES_POLLING_READING: writing = false
      case PGRES_POLLING_WRITING: writing = true
      default: throw .unavailable(refusal)
      }
    }
  }

  /// As `wait`, but for one direction only: libpq says which one it needs.
  private func waitWhileConnecting(writing: Bool, deadline: Int64, interruption: Interruption) -> Readiness {
    while true {
      var descriptors = [
        pollfd(fd: PQsocket(handle), events: Int16(writing ? POLLOUT : POLLIN), revents: 0),
        pollfd(fd: wake.fileDescriptor, events: Int16(POLLIN), revents: 0),
      ]
      let remaining = max(0, deadline - MonotonicClock.microseconds)
      let ready = poll(&descriptors, 2, Int32(clamping: (remaining + 999) / 1_000))
      if ready == 0 { return .deadline }
      if ready < 0 { continue }
      if descriptors[1].revents != 0 {
        wake.clear()
        if interruption.isRaised { return .interrupted }
      }
      if descriptors[0].revents != 0 { return .socket }
    }
  }

  /// The code in libpq's message about a failed connection (`FATAL:  57P03`), nil when the server said nothing.
  private var refusal: SQLState? {
    guard let message = PQerrorMessage(handle) else { return nil }
    for line in String(cString: message).split(separator: "\n").reversed() {
      guard let fatal = line.firstRange(of: "FATAL:") else { continue }
      let code = line[fatal.upperBound...].drop { $0 == " " }.prefix { $0 != " " }
      if code.count == 5 { return SQLState(String(code)) }
    }
    return nil
  }

  /// Notices are not passed on, since they may quote data; only the server's goodbye is noted.
  private static let hearNotice: PQnoticeReceiver = { farewell, result in
    guard let severity = PQresultErrorField(result, PostgresField.severity) else { return }
    let text = String(cString: severity)
    guard text == "FATAL" || text == "PANIC" else { return }
    farewell?.assumingMemoryBound(to: Bool.self).pointee = true
  }
}

/// Fields of an error result (`PG_DIAG_…`), which are character constants in C.
enum PostgresField {
  static let severity = Int32(UInt8(ascii: "V"))
  static let sqlState = Int32(UInt8(ascii: "C"))
  static let message = Int32(UInt8(ascii: "M"))
  static let table = Int32(UInt8(ascii: "t"))
  static let column = Int32(UInt8(ascii: "c"))
  static let constraint = Int32(UInt8(ascii: "n"))
}
