import Domain
import PostgresClient

extension Instant {
  /// In UTC, to the second.
  var secondsText: String {
    Instant(secondsSince1970: microseconds / Self.microsecondsPerSecond).rfc3339()
  }
}

extension PostgresRow {
  func instant(_ column: Int) throws(PostgresError) -> Instant {
    Instant(microseconds: try timestamp(column).microseconds)
  }

  func instantOrNil(_ column: Int) throws(PostgresError) -> Instant? {
    try timestampOrNil(column).map { Instant(microseconds: $0.microseconds) }
  }
}
