import Domain
import Operations

/// A report as its sender wrote it: each field in its form, not yet compared with the network.
///
/// What could not be read is nil, and `faults` says why; a draft with faults is never filed.
struct ReportDraft: Sendable {
  /// Where the sender says it is.
  enum Place: Sendable, Equatable {
    /// Degrees in a datum; nil means the network's.
    case degrees(latitude: Double, longitude: Double, datum: Datum?)
    case unit(UnitCode)
    /// Only in words: a person at the desk must find it.
    case address
  }

  var source: ReportSource?
  /// A code of the catalogue, or the exact English name of a category.
  var category: String?
  var description: String?
  var place: Place?
  var address: String?
  var occurredAt: Instant?
  var isUrgent = false
  var externalID: String?
  var reporterName: String?
  var reporterPhone: String?
  var isAnonymous = false
  var subjectKind: String?
  var subjectCode: String?
  var subjectName: String?
  var onSpot: Report.OnSpot?
  var attachments: [String] = []
  var faults = FaultCollector()

  init() {}
}
