import Domain
import GridNetwork
import Journal
import PostgresClient

/// Reads cases as Open311 requests.
///
/// Anybody may read them, so they hold nothing of a person: no description, address, name or image. A key that may see
/// the unit gets description and address as well.
struct Open311Requests {
  let pool: PostgresPool
  let network: LoadedNetwork
  let district: UnitCode
  let inChinese: Bool
  /// Whose description and address are shown; nil for the public.
  let visibleUnit: UnitCode?

  func list(_ filter: Open311Filter) async throws -> Open311Node {
    let rows: PostgresRows
    if let numbers = filter.numbers {
      rows = try await pool.query(Self.byNumber, [.text(district.text), .int64s(numbers)])
    } else {
      rows = try await pool.query(Self.byFilter, parameters(filter))
    }
    return .list(of: "request", try await records(rows))
  }

  /// Nil when there is no such case.
  func request(_ id: CaseID) async throws -> Open311Node? {
    guard id.district == district else { return nil }
    let rows = try await pool.query(Self.byNumber, [.text(district.text), .int64s([id.number])])
    return rows.isEmpty ? nil : .list(of: "request", try await records(rows))
  }

  private func parameters(_ filter: Open311Filter) -> [PostgresParameter] {
    [
      .text(district.text), .timestamp(microseconds: filter.filedFrom.microseconds),
      .timestamp(microseconds: filter.filedTo.microseconds),
      filter.categories.map { .texts($0) } ?? .null(PostgresType.text.array), .bool(filter.isOpen),
      .timestamp(filter.updatedFrom.map { PostgresTimestamp($0) }),
      .timestamp(filter.updatedTo.map { PostgresTimestamp($0) }), .double(filter.box?.west),
      .double(filter.box?.south), .double(filter.box?.east), .double(filter.box?.north),
      .int64(Int64(filter.pageSize)), .int64(Int64((filter.page - 1) * filter.pageSize)),
    ]
  }

  private static let columns =
    "number, state, category, unit, lead, filed_at, updated_at, handle_due_at, latitude, longitude"

  private static let openStates = "('reported', 'filed', 'desk', 'dispatched', 'signed', 'handled', 'suspended')"

  private static let byNumber = Statement(
    "open311_by_number",
    "SELECT \(columns) FROM cases WHERE district = $1 AND number = ANY($2) ORDER BY number DESC")

  private static let byFilter = Statement(
    "open311_by_filter",
    """
    SELECT \(columns) FROM cases
    WHERE district = $1 AND filed_at >= $2 AND filed_at <= $3
      AND ($4::text[] IS NULL OR category = ANY($4)) AND ($5::bool IS NULL OR (state IN \(openStates)) = $5)
      AND ($6::timestamptz IS NULL OR updated_at >= $6) AND ($7::timestamptz IS NULL OR updated_at <= $7)
      AND ($8::float8 IS NULL OR (longitude BETWEEN $8 AND $10 AND latitude BETWEEN $9 AND $11))
    ORDER BY filed_at DESC, number DESC LIMIT $12 OFFSET $13
    """)

  private static let texts = Statement(
    "open311_texts",
    """
    SELECT case_number, description, address FROM reports
    WHERE district = $1 AND case_number = ANY($2) AND part = 0
    """)
}

// MARK: Records

extension Open311Requests {
  private struct Texts {
    let description: String?
    let address: String?
  }

  private func records(_ rows: PostgresRows) async throws -> [Open311Node] {
    let texts = try await visibleTexts(rows)
    return try rows.map { try record($0, texts[try $0.int64(0)]) }
  }

  private func visibleTexts(_ rows: PostgresRows) async throws -> [Int64: Texts] {
    guard let visibleUnit else { return [:] }
    let numbers = try rows.compactMap { row -> Int64? in
      network.policy.units.contains(visibleUnit, UnitCode(try row.text(3))) ? try row.int64(0) : nil
    }
    guard !numbers.isEmpty else { return [:] }
    var texts: [Int64: Texts] = [:]
    for row in try await pool.query(Self.texts, [.text(district.text), .int64s(numbers)]) {
      texts[try row.int64(0)] = Texts(description: try row.textOrNil(1), address: try row.textOrNil(2))
    }
    return texts
  }

  private func record(_ row: PostgresRow, _ texts: Texts?) throws -> Open311Node {
    let policy = network.policy
    let state = CaseState(rawValue: try row.text(1)) ?? .filed
    let code = CategoryCode(try row.text(2))
    let category = policy.catalogue[code]
    let unit = UnitCode(try row.text(3))
    let lead = try row.textOrNil(4).map { DepartmentCode($0) }
    let department = lead.flatMap { policy.departments[$0] }
    let zone = policy.calendar.zone
    let place = policy.units.path(to: unit).map { inChinese ? $0.nameZh : $0.nameEn }
    return .object([
      "service_request_id": .text(CaseID(district: district, number: try row.int64(0)).description),
      "status": .text(state.isOpen ? "open" : "closed"), "status_notes": .text(state.rawValue),
      "service_name": .text(category.map { inChinese ? $0.nameZh : $0.nameEn }), "service_code": .text(code.text),
      "description": .text(texts?.description),
      "agency_responsible": .text(department.map { inChinese ? $0.nameZh : $0.nameEn }), "service_notice": .text(nil),
      "requested_datetime": .text(try row.timestamp(5).instant.rfc3339(in: zone)),
      "updated_datetime": .text(try row.timestamp(6).instant.rfc3339(in: zone)),
      "expected_datetime": .text(try row.timestampOrNil(7)?.instant.rfc3339(in: zone)),
      "address": .text(texts?.address ?? place.joined(separator: inChinese ? "" : ", ")),
      "address_id": .text(unit.text), "zipcode": .text(nil), "lat": .number(try row.doubleOrNil(8)),
      "long": .number(try row.doubleOrNil(9)), "media_url": .text(nil),
    ])
  }
}
