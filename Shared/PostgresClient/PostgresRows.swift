import CPostgres

/// The rows a statement returned, as libpq received them.
///
/// Values are decoded when they are asked for, straight out of libpq's buffer, which lives as long as any of the rows.
public struct PostgresRows: RandomAccessCollection, Sendable {
  let result: ResultHandle
  /// How many rows there are.
  public let count: Int

  init(_ result: ResultHandle) {
    self.result = result
    count = Int(PQntuples(result.pointer))
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { count }

  /// The row at a position from 0.
  public subscript(position: Int) -> PostgresRow {
    precondition(position >= 0 && position < count, "a result of \(count) rows has no row \(position)")
    return PostgresRow(result: result, index: Int32(position))
  }

  /// How many columns each row has.
  public var columnCount: Int { Int(result.columnCount) }

  /// How many rows an INSERT, UPDATE, DELETE, MERGE or SELECT touched; 0 for other commands.
  public var affectedRows: Int { Int(String(cString: PQcmdTuples(result.pointer))) ?? 0 }

  /// The name of a column, counted from 0.
  public func columnName(_ column: Int) -> String? {
    PQfname(result.pointer, Int32(column)).map { String(cString: $0) }
  }

  /// The only row. Throws `PostgresError.decoding` when there is none or more than one.
  public func onlyRow() throws(PostgresError) -> PostgresRow {
    guard count == 1 else {
      throw .decoding(PostgresDecodingError(column: 0, reason: .rowCount(count)))
    }
    return self[0]
  }
}

/// Owns one `PGresult`.
final class ResultHandle: @unchecked Sendable {
  // Sendable: libpq does not change a result once it has handed it out, and it is cleared only in deinit.
  let pointer: OpaquePointer
  let columnCount: Int32

  /// Takes the result over.
  init(_ pointer: OpaquePointer) {
    self.pointer = pointer
    columnCount = PQnfields(pointer)
  }

  deinit {
    PQclear(pointer)
  }

  /// The command's tag, e.g. `COMMIT`.
  var commandTag: String {
    PQcmdStatus(pointer).map { String(cString: $0) } ?? ""
  }
}
