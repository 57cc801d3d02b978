import CPostgres
import Platform

extension Session {
  /// Runs several statements separated by semicolons, without parameters and without rows.
  ///
  /// The server runs them in one transaction unless the script has BEGIN and COMMIT of its own.
  func run(script: String, bounds: OperationBounds) throws(PostgresError) {
    guard !isBroken else { throw .connectionLost }
    try bounds.check()
    // Scripts exist only in the simple protocol, which libpq does not speak in pipeline mode.
    guard PQexitPipelineMode(handle) == 1, PQsendQuery(handle, script) == 1 else {
      markBroken()
      throw .connectionLost
    }
    var refusal: PostgresServerError?
    let stopped = finishScript(&refusal, bounds)
    if isBroken || PQenterPipelineMode(handle) != 1 {
      markBroken()
      if refusal == nil { throw stopped ?? .connectionLost }
    }
    guard let refusal else { return }
    if let stopped, refusal.sqlState == .queryCanceled { throw stopped }
    throw .server(refusal)
  }

  /// Reads to the end of the script's answers; returns why the server was told to stop, where it was.
  private func finishScript(_ refusal: inout PostgresServerError?, _ bounds: OperationBounds) -> PostgresError? {
    var patience = Patience(bounds)
    while true {
      let unsent = PQflush(handle)
      if unsent < 0 { break }
      if readScriptResults(&refusal) {
        if !patience.settle(self) { markBroken() }
        return patience.stopped
      }
      guard patience.wait(for: self, writing: unsent > 0), PQconsumeInput(handle) == 1 else { break }
    }
    markBroken()
    if PQstatus(handle) == CONNECTION_BAD { _ = readScriptResults(&refusal) }
    return patience.stopped
  }

  /// Takes every result that has arrived; true when the script has ended.
  private func readScriptResults(_ refusal: inout PostgresServerError?) -> Bool {
    while PQisBusy(handle) == 0 {
      guard let pointer = PQgetResult(handle) else { return true }
      let result = ResultHandle(pointer)
      switch PQresultStatus(pointer) {
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: break
      case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: preconditionFailure("a script must not hold COPY")
      default:
        if let error = PostgresServerError(result.pointer, statementName: nil) {
          if refusal == nil { refusal = error }
        } else {
          markBroken()
          return true
        }
      }
    }
    return false
  }
}
