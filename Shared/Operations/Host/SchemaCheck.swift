import Journal
public import PostgresClient

/// Asks whether the database has exactly this version's schema.
public enum SchemaCheck {
  public static func ask(_ pool: PostgresPool) async throws -> SchemaVerdict {
    do {
      try await Migrator.check(pool)
      return .known
    } catch let fault as SchemaFault {
      switch fault {
      case .notMigrated, .missing: return .wait(fault.description)
      case .unknown, .changed: return .refuse(fault.description)
      }
    }
  }
}
