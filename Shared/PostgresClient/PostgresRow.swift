import CPostgres

/// One row of a result. Columns are counted from 0.
///
/// Every accessor throws `PostgresError.decoding` when the column is NULL (unless its name says otherwise), has another
/// type, or is not there. Integers may be read wider than they are stored, never narrower.
public struct PostgresRow: Sendable {
  let result: ResultHandle
  let index: Int32

  public func isNull(_ column: Int) throws(PostgresError) -> Bool { try cell(column) == nil }

  public func bool(_ column: Int) throws(PostgresError) -> Bool { try value(column) }
  public func int16(_ column: Int) throws(PostgresError) -> Int16 { try value(column) }
  public func int32(_ column: Int) throws(PostgresError) -> Int32 { try value(column) }
  public func int64(_ column: Int) throws(PostgresError) -> Int64 { try value(column) }
  public func double(_ column: Int) throws(PostgresError) -> Double { try value(column) }
  /// Text of any text type, of an enum, of `json` or `jsonb`.
  public func text(_ column: Int) throws(PostgresError) -> String { try value(column) }
  /// A `bytea`, a `uuid`, or the UTF-8 of a text.
  public func bytes(_ column: Int) throws(PostgresError) -> [UInt8] { try value(column) }
  public func timestamp(_ column: Int) throws(PostgresError) -> PostgresTimestamp { try value(column) }

  public func boolOrNil(_ column: Int) throws(PostgresError) -> Bool? { try optional(column) }
  public func int16OrNil(_ column: Int) throws(PostgresError) -> Int16? { try optional(column) }
  public func int32OrNil(_ column: Int) throws(PostgresError) -> Int32? { try optional(column) }
  public func int64OrNil(_ column: Int) throws(PostgresError) -> Int64? { try optional(column) }
  public func doubleOrNil(_ column: Int) throws(PostgresError) -> Double? { try optional(column) }
  public func textOrNil(_ column: Int) throws(PostgresError) -> String? { try optional(column) }
  public func bytesOrNil(_ column: Int) throws(PostgresError) -> [UInt8]? { try optional(column) }
  public func timestampOrNil(_ column: Int) throws(PostgresError) -> PostgresTimestamp? { try optional(column) }

  public func bools(_ column: Int) throws(PostgresError) -> [Bool] { try array(column) }
  public func int16s(_ column: Int) throws(PostgresError) -> [Int16] { try array(column) }
  public func int32s(_ column: Int) throws(PostgresError) -> [Int32] { try array(column) }
  public func int64s(_ column: Int) throws(PostgresError) -> [Int64] { try array(column) }
  public func doubles(_ column: Int) throws(PostgresError) -> [Double] { try array(column) }
  public func texts(_ column: Int) throws(PostgresError) -> [String] { try array(column) }
  public func bytesArray(_ column: Int) throws(PostgresError) -> [[UInt8]] { try array(column) }
  public func timestamps(_ column: Int) throws(PostgresError) -> [PostgresTimestamp] { try array(column) }

  // Arrays whose elements may be NULL.
  public func boolsOrNils(_ column: Int) throws(PostgresError) -> [Bool?] { try optionals(column) }
  public func int16sOrNils(_ column: Int) throws(PostgresError) -> [Int16?] { try optionals(column) }
  public func int32sOrNils(_ column: Int) throws(PostgresError) -> [Int32?] { try optionals(column) }
  public func int64sOrNils(_ column: Int) throws(PostgresError) -> [Int64?] { try optionals(column) }
  public func doublesOrNils(_ column: Int) throws(PostgresError) -> [Double?] { try optionals(column) }
  public func textsOrNils(_ column: Int) throws(PostgresError) -> [String?] { try optionals(column) }
  public func bytesArrayOrNils(_ column: Int) throws(PostgresError) -> [[UInt8]?] { try optionals(column) }
  public func timestampsOrNils(_ column: Int) throws(PostgresError) -> [PostgresTimestamp?] {
    try optionals(column)
  }
}

extension PostgresRow {
  private func failure(_ column: Int, _ reason: PostgresDecodingError.Reason) -> PostgresError {
    .decoding(PostgresDecodingError(column: column, reason: reason))
  }

  private func columnType(_ column: Int) -> PostgresType {
    PostgresType(oid: PQftype(result.pointer, Int32(column)))
  }

  /// The bytes of a cell, nil for NULL; good as long as `result` lives.
  private func cell(_ column: Int) throws(PostgresError) -> UnsafeRawBufferPointer? {
    guard column >= 0 && column < Int(result.columnCount) else { throw failure(column, .noSuchColumn) }
    let position = Int32(column)
    guard PQgetisnull(result.pointer, index, position) == 0 else { return nil }
    let count = Int(PQgetlength(result.pointer, index, position))
    return UnsafeRawBufferPointer(start: PQgetvalue(result.pointer, index, position), count: count)
  }

  private func optional<Value: PostgresValue>(_ column: Int) throws(PostgresError) -> Value? {
    guard let bytes = try cell(column) else { return nil }
    let type = columnType(column)
    guard Value.accepts(type) else { throw failure(column, .type(type.oid)) }
    guard let value = Value.decode(bytes, type: type) else { throw failure(column, .malformed) }
    return value
  }

  private func value<Value: PostgresValue>(_ column: Int) throws(PostgresError) -> Value {
    guard let value: Value = try optional(column) else { throw failure(column, .null) }
    return value
  }

  private func array<Value: PostgresValue>(_ column: Int) throws(PostgresError) -> [Value] {
    var values: [Value] = []
    try forEachElement(column) { (element: Value?, count) throws(PostgresError) in
      if values.isEmpty { values.reserveCapacity(count) }
      guard let element else { throw failure(column, .null) }
      values.append(element)
    }
    return values
  }

  private func optionals<Value: PostgresValue>(_ column: Int) throws(PostgresError) -> [Value?] {
    var values: [Value?] = []
    try forEachElement(column) { (element: Value?, count) throws(PostgresError) in
      if values.isEmpty { values.reserveCapacity(count) }
      values.append(element)
    }
    return values
  }

  /// Walks a binary array of at most one dimension; `body` hears each element and how many there are.
  private func forEachElement<Value: PostgresValue>(
    _ column: Int, _ body: (Value?, Int) throws(PostgresError) -> Void
  ) throws(PostgresError) {
    guard let bytes = try cell(column) else { throw failure(column, .null) }
    guard bytes.count >= 12 else { throw failure(column, .type(columnType(column).oid)) }
    let dimensions: Int32 = bytes.integer(at: 0)
    let elementType = PostgresType(oid: bytes.integer(at: 8))
    guard arrayTypeFits(column, elementType), Value.accepts(elementType) else {
      throw failure(column, .type(columnType(column).oid))
    }
    if dimensions == 0 { return }
    guard dimensions == 1, bytes.count >= 20 else { throw failure(column, .malformed) }
    let count = Int(bytes.integer(at: 12, as: Int32.self))
    var offset = 20
    for _ in 0..<max(count, 0) {
      guard offset + 4 <= bytes.count else { throw failure(column, .malformed) }
      let size = Int(bytes.integer(at: offset, as: Int32.self))
      offset += 4
      guard size >= 0 else {
        try body(nil, count)
        continue
      }
      guard offset + size <= bytes.count else { throw failure(column, .malformed) }
      let slice = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + size])
      guard let element = Value.decode(slice, type: elementType) else { throw failure(column, .malformed) }
      try body(element, count)
      offset += size
    }
  }

  /// Guards against reading some other value's bytes as an array's header.
  private func arrayTypeFits(_ column: Int, _ elementType: PostgresType) -> Bool {
    let type = columnType(column)
    switch elementType {
    case .bool, .bytea, .int8, .int2, .int4, .text, .float8, .timestamptz: return type == elementType.array
    default: return !PostgresType.scalars.contains(type.oid)
    }
  }
}

extension PostgresType {
  /// Types that are certainly no arrays.
  static let scalars: Set<UInt32> = [16, 17, 18, 19, 20, 21, 23, 25, 114, 700, 701, 705, 1042, 1043, 1184, 2950, 3802]
}
