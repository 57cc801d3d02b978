import Casework
import Domain
import Journal
import PostgresClient

/// A photograph of a case, without its content.
struct CasePhoto: Sendable, Hashable {
  let id: String
  let width: Int32
  let height: Int32
  let uploadedBy: String
  let uploadedAt: Instant
}

/// The photographs of cases. Whoever may see a case may see its photographs; that is asked before.
struct PhotoStore: Sendable {
  let pool: PostgresPool

  private static let list = Statement(
    "photos_of_case",
    """
    SELECT id, width, height, uploaded_by, uploaded_at FROM attachments WHERE district = $1 AND case_number = $2
    ORDER BY uploaded_at, id
    """)

  private static let read = Statement(
    "photo_read",
    "SELECT media_type, content, sha256 FROM attachments WHERE district = $1 AND case_number = $2 AND id = $3")

  /// Oldest first.
  func photos(of id: CaseID) async throws -> [CasePhoto] {
    try await pool.query(Self.list, [.text(id.district.text), .int64(id.number)]).map { row in
      CasePhoto(
        id: try row.text(0), width: try row.int32(1), height: try row.int32(2), uploadedBy: try row.text(3),
        uploadedAt: try row.timestamp(4).instant)
    }
  }

  private static let oldest = Statement(
    "photos_first",
    """
    SELECT DISTINCT ON (case_number) case_number, id FROM attachments WHERE district = $1 AND case_number = ANY($2)
    ORDER BY case_number, uploaded_at, id
    """)

  /// The oldest photograph of each case that has any.
  func first(of ids: [CaseID]) async throws -> [CaseID: String] {
    let groups = Dictionary(grouping: ids, by: \.district).sorted { $0.key < $1.key }
    let found = try await pool.ask(
      groups.map { PostgresCall(Self.oldest, [.text($0.key.text), .int64s($0.value.map(\.number))]) })
    var photos: [CaseID: String] = [:]
    for (group, rows) in zip(groups, found) {
      for row in rows { photos[CaseID(district: group.key, number: try row.int64(0))] = try row.text(1) }
    }
    return photos
  }

  /// Nil when the case has no such photograph.
  func content(
    of photo: String, in id: CaseID
  ) async throws -> (mediaType: String, bytes: [UInt8], digest: [UInt8])? {
    let rows = try await pool.query(Self.read, [.text(id.district.text), .int64(id.number), .text(photo)])
    return try rows.first.map { (try $0.text(0), try $0.bytes(1), try $0.bytes(2)) }
  }
}
