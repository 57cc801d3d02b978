import CPostgres
import Platform

/// One pipeline on its way to the server and its answers: any number of statements and one Sync.
///
/// Decides, from what was answered before the pipeline ended, what the caller may be told. The case that matters is a
/// connection lost with COMMIT on its way: unless an earlier statement is known to have failed, or COMMIT is known to
/// have been answered, nobody can say.
struct Exchange {
  /// What the server answers next.
  enum Step {
    case prepare(PreparedStatements.Entry, call: Int)
    case call(Int)
    case sync
  }

  /// The first refusal and the call it belongs to.
  struct Refusal {
    let call: Int
    let error: PostgresServerError
  }

  let calls: [PostgresCall]
  /// Which of the calls is COMMIT, where one is.
  let commitCall: Int?
  private(set) var steps: [Step] = []
  private var position = 0
  private var results: [ResultHandle?]
  private(set) var refusal: Refusal?
  private(set) var isComplete = false
  /// libpq said that the connection broke.
  private(set) var isLost = false
  /// Why the server was told to stop, where it was.
  var stopped: PostgresError?

  init(calls: [PostgresCall], commitCall: Int?) {
    self.calls = calls
    self.commitCall = commitCall
    results = Array(repeating: nil, count: calls.count)
  }

  mutating func expect(_ step: Step) {
    steps.append(step)
  }

  /// Takes one result; true when it was the answer to the Sync.
  mutating func take(_ result: ResultHandle) {
    switch PQresultStatus(result.pointer) {
    case PGRES_PIPELINE_SYNC: isComplete = true
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: accept(result)
    case PGRES_PIPELINE_ABORTED: break
    default: refuse(result)
    }
  }

  /// The answer to one step is complete.
  mutating func stepEnded() {
    position += 1
  }

  private mutating func accept(_ result: ResultHandle) {
    guard position < steps.count else { return }
    switch steps[position] {
    case .prepare(let entry, _): entry.isPrepared = true
    case .call(let call): results[call] = result
    case .sync: break
    }
  }

  private mutating func refuse(_ result: ResultHandle) {
    let step = position < steps.count ? steps[position] : .sync
    let call =
      switch step {
      case .prepare(_, let call), .call(let call): call
      case .sync: calls.count
      }
    let name = call < calls.count ? calls[call].statement.name : nil
    guard let error = PostgresServerError(result.pointer, statementName: name) else {
      isLost = true
      return
    }
    if refusal == nil { refusal = Refusal(call: call, error: error) }
  }

  /// What to tell the caller once the Sync was answered, or once the connection is given up.
  func outcome() throws(PostgresError) -> [PostgresRows] {
    if let refusal { throw refusalError(refusal) }
    let hasCommitted = commitCall.flatMap { results[$0] }.map { $0.commandTag == "COMMIT" }
    if hasCommitted == false { throw .transactionAborted }
    // A lost connection after the answer to COMMIT changes nothing any more.
    guard isComplete || hasCommitted == true else {
      if commitCall != nil { throw .commitOutcomeUnknown }
      throw stopped ?? .connectionLost
    }
    var rows: [PostgresRows] = []
    rows.reserveCapacity(results.count)
    for result in results {
      guard let result else { throw .connectionLost }
      rows.append(PostgresRows(result))
    }
    return rows
  }

  private func refusalError(_ refusal: Refusal) -> PostgresError {
    // A server that shuts down can say so after it has committed and before it has answered.
    if refusal.call == commitCall && refusal.error.endsConnection { return .commitOutcomeUnknown }
    if let stopped, refusal.error.sqlState == .queryCanceled { return stopped }
    return .server(refusal.error)
  }
}

extension PostgresServerError {
  /// Reads an error result; nil when it is libpq's own, which has no code and means that the connection broke.
  init?(_ result: OpaquePointer, statementName: String?) {
    func field(_ field: Int32) -> String? {
      PQresultErrorField(result, field).map { String(cString: $0) }
    }
    guard let code = field(PostgresField.sqlState) else { return nil }
    sqlState = SQLState(code)
    severity = field(PostgresField.severity) ?? "ERROR"
    self.statementName = statementName
    constraintName = field(PostgresField.constraint)
    tableName = field(PostgresField.table)
    columnName = field(PostgresField.column)
    message = field(PostgresField.message) ?? ""
  }
}

extension Session {
  /// Runs statements in one round trip. Outside a transaction they are one transaction of their own.
  /// - Parameter commitCall: which of them is COMMIT, where one is.
  func run(
    _ calls: [PostgresCall], commitCall: Int? = nil, bounds: OperationBounds
  ) throws(PostgresError) -> [PostgresRows] {
    guard !isBroken else { throw .connectionLost }
    try bounds.check()
    var exchange = Exchange(calls: calls, commitCall: commitCall)
    for index in calls.indices { try send(calls[index], index, &exchange) }
    guard PQpipelineSync(handle) == 1 else {
      markBroken()
      throw commitCall == nil ? .connectionLost : .commitOutcomeUnknown
    }
    exchange.expect(.sync)
    finish(&exchange, bounds)
    parameters.trim()
    forgetStale(exchange)
    return try exchange.outcome()
  }

  /// Puts one statement into libpq's buffer, preparing it first where that has not happened yet.
  private func send(_ call: PostgresCall, _ index: Int, _ exchange: inout Exchange) throws(PostgresError) {
    do throws(PostgresError) {
      try parameters.load(call.parameters)
    } catch {
      // Half a pipeline must not stay behind for the next operation.
      if index > 0 { markBroken() }
      throw error
    }
    var isSent = true
    if let name = call.statement.name {
      let entry = prepared.entry(name: name, text: call.statement.text, types: parameters.types)
      if !entry.isPrepared && !exchange.prepares(entry) {
        isSent =
          PQsendPrepare(handle, entry.serverName, entry.text, Int32(entry.types.count), parameters.types) == 1
        exchange.expect(.prepare(entry, call: index))
      }
      isSent = isSent && sendPrepared(entry)
    } else {
      isSent = sendUnprepared(call.statement.text)
    }
    exchange.expect(.call(index))
    guard isSent else {
      markBroken()
      throw .connectionLost
    }
  }

  private func sendPrepared(_ entry: PreparedStatements.Entry) -> Bool {
    let lengths = parameters.lengths
    let formats = parameters.formats
    return parameters.withPointers { [handle] count, values in
      PQsendQueryPrepared(handle, entry.serverName, count, values, lengths, formats, 1) == 1
    }
  }

  private func sendUnprepared(_ text: String) -> Bool {
    let lengths = parameters.lengths
    let formats = parameters.formats
    let types = parameters.types
    return parameters.withPointers { [handle] count, values in
      PQsendQueryParams(handle, text, count, types, values, lengths, formats, 1) == 1
    }
  }

  /// Sends what is buffered and reads answers until the pipeline has ended or the connection is given up.
  private func finish(_ exchange: inout Exchange, _ bounds: OperationBounds) {
    var patience = Patience(bounds)
    defer { exchange.stopped = patience.stopped }
    while true {
      let unsent = PQflush(handle)
      if unsent < 0 { return giveUp(&exchange) }
      readResults(&exchange)
      if exchange.isLost { return giveUp(&exchange) }
      if exchange.isComplete { break }
      guard patience.wait(for: self, writing: unsent > 0), PQconsumeInput(handle) == 1 else {
        return giveUp(&exchange)
      }
    }
    if !patience.settle(self) { markBroken() }
  }

  /// Takes every result that has arrived. Never waits.
  private func readResults(_ exchange: inout Exchange) {
    var emptyAnswers = 0
    while !exchange.isComplete && !exchange.isLost && PQisBusy(handle) == 0 {
      if let result = PQgetResult(handle) {
        emptyAnswers = 0
        exchange.take(ResultHandle(result))
      } else {
        // Once after each step; twice in a row means that libpq expects nothing more, which cannot be before the Sync.
        emptyAnswers += 1
        if emptyAnswers > 1 { return }
        exchange.stepEnded()
      }
    }
  }

  /// Reads what the server said before the connection broke, and never uses the connection again.
  private func giveUp(_ exchange: inout Exchange) {
    markBroken()
    // libpq answers at once when the socket is closed; were it not, PQgetResult could wait.
    guard PQstatus(handle) == CONNECTION_BAD else { return }
    readResults(&exchange)
  }

  private func forgetStale(_ exchange: Exchange) {
    guard let refusal = exchange.refusal, refusal.call < exchange.calls.count else { return }
    guard [.featureNotSupported, .invalidStatementName].contains(refusal.error.sqlState) else { return }
    let call = exchange.calls[refusal.call]
    guard let name = call.statement.name else { return }
    prepared.forget(
      prepared.entry(name: name, text: call.statement.text, types: call.parameters.map { $0.type.oid }))
  }
}

extension Exchange {
  /// Whether this pipeline prepares the statement already.
  func prepares(_ entry: PreparedStatements.Entry) -> Bool {
    steps.contains {
      if case .prepare(let known, _) = $0 { return known === entry }
      return false
    }
  }
}
