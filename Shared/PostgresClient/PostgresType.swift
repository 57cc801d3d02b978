/// A PostgreSQL data type by its object identifier (`pg_type.dat` of the server's source; fixed for built-in types).
public struct PostgresType: Hashable, Sendable {
  /// The object identifier.
  public let oid: UInt32

  /// Names any type.
  public init(oid: UInt32) {
    self.oid = oid
  }

  public static let bool = PostgresType(oid: 16)
  public static let bytea = PostgresType(oid: 17)
  public static let int8 = PostgresType(oid: 20)
  public static let int2 = PostgresType(oid: 21)
  public static let int4 = PostgresType(oid: 23)
  public static let text = PostgresType(oid: 25)
  public static let float8 = PostgresType(oid: 701)
  public static let timestamptz = PostgresType(oid: 1184)

  /// The array type of one of the eight element types above.
  public var array: PostgresType {
    switch self {
    case .bool: PostgresType(oid: 1000)
    case .bytea: PostgresType(oid: 1001)
    case .int8: PostgresType(oid: 1016)
    case .int2: PostgresType(oid: 1005)
    case .int4: PostgresType(oid: 1007)
    case .text: PostgresType(oid: 1009)
    case .float8: PostgresType(oid: 1022)
    case .timestamptz: PostgresType(oid: 1185)
    default: preconditionFailure("the client writes no arrays of the type \(oid)")
    }
  }

  static let jsonb = PostgresType(oid: 3802)

  /// Whether the binary form is the text itself: text, varchar, char(n), name, json, unknown, and the enums and other
  /// types made by users, whose identifiers begin at 16384.
  var isText: Bool {
    switch oid {
    case 25, 1043, 1042, 19, 114, 705: true
    default: oid >= 16384
    }
  }

  /// Whether the binary form may be handed out as bytes: bytea, uuid and everything that is text.
  var isBytes: Bool { self == .bytea || oid == 2950 || isText }
}

/// A moment as `timestamptz` stores it: whole microseconds, counted here from 1970-01-01T00:00:00Z.
public struct PostgresTimestamp: Hashable, Comparable, Sendable {
  /// Microseconds since 1970. `Int64.max` and `Int64.min` stand for `infinity` and `-infinity`.
  public let microseconds: Int64

  /// Makes a moment. Besides the infinities it must lie within PostgreSQL's range, 4714 BC to AD 294276.
  public init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  /// Later than every moment.
  public static let infinity = PostgresTimestamp(microseconds: .max)
  /// Earlier than every moment.
  public static let minusInfinity = PostgresTimestamp(microseconds: .min)

  public static func < (left: PostgresTimestamp, right: PostgresTimestamp) -> Bool {
    left.microseconds < right.microseconds
  }

  /// PostgreSQL counts from 2000-01-01; this many microseconds later.
  private static let epochMicroseconds: Int64 = 946_684_800_000_000

  /// As the server counts.
  var wire: Int64 {
    switch self {
    case .infinity, .minusInfinity: return microseconds
    default:
      let (wire, overflow) = microseconds.subtractingReportingOverflow(Self.epochMicroseconds)
      precondition(!overflow, "a timestamp lies outside what PostgreSQL can store")
      return wire
    }
  }

  init(wire: Int64) {
    // The server's latest moment, AD 294276, is far from the end of Int64; the ends themselves are the infinities.
    let isInfinite = wire == .max || wire == .min
    self.init(microseconds: isInfinite ? wire : wire &+ Self.epochMicroseconds)
  }
}
