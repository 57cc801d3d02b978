/// What one report may hold.
enum ReportLimits {
  static let maxReportBytes = 64 << 10
  static let maxDescriptionCharacters = 4_000
  static let maxAddressCharacters = 500
  static let maxNameCharacters = 100
  static let maxNoteCharacters = 1_000
  static let maxCodeCharacters = 64
  static let maxCategoryCharacters = 200
  static let maxExternalIDBytes = 200
  static let maxIdempotencyKeyBytes = 200
  static let maxAttachments = 10
  static let phoneDigits = 5...20
  /// How far a sender's clock may be ahead before `occurred_at` counts as in the future.
  static let maxOccurredAheadSeconds: Int64 = 120
}
