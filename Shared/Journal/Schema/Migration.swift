import CMigrations

/// One numbered migration, compiled in (Shared/CMigrations/sql). Immutable once landed.
public struct Migration: Sendable {
  /// The file's name without `.sql`, e.g. `0001_journal`.
  public let name: String
  public let text: String

  private init(at index: Int) {
    let row = gl_migration_at(index)
    name = String(cString: row.name)
    text = String(
      decoding: UnsafeBufferPointer(start: row.text, count: row.length), as: UTF8.self)
  }

  /// Every migration of this version, in order.
  public static let all: [Migration] = (0..<gl_migration_count()).map { Migration(at: $0) }
}
