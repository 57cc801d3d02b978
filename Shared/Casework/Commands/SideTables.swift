import Domain
import Journal
import PostgresClient

/// What commands write beside the journal and `cases`, in the same transaction.
enum SideTables {
  private static let marks = Statement("case_marks_write", "SELECT case_marks_write($1, $2, $3, $4, $5)")

  static func write(_ marked: [(number: Int64, marks: CaseMarks)], _ district: UnitCode) -> PostgresCall {
    PostgresCall(
      marks,
      [
        .text(district.text), .int64s(marked.map(\.number)), .int32s(marked.map(\.marks.bits.rawValue)),
        .texts(marked.map { $0.marks.owesAnswer.map(\.text).joined(separator: ",") }),
        .int64s(marked.map(\.marks.mergedInto)),
      ])
  }

  private static let copy = Statement("reports_copy", "SELECT reports_copy($1, $2, $3)")

  static func copyReports(_ district: UnitCode, from number: Int64, to other: Int64) -> PostgresCall {
    PostgresCall(copy, [.text(district.text), .int64(number), .int64(other)])
  }

  private static let binding = Statement(
    "command_bind_attachments",
    "UPDATE attachments SET case_number = $3 WHERE district = $1 AND id = ANY($2) AND case_number IS NULL")

  static func bind(_ district: UnitCode, _ ids: [String], to number: Int64) -> PostgresCall {
    PostgresCall(binding, [.text(district.text), .texts(ids), .int64(number)])
  }

  private static let moving = Statement(
    "command_move_attachments",
    """
    UPDATE attachments SET case_number = $4, split_from = $3
    WHERE district = $1 AND id = ANY($2) AND case_number = $3
    """)

  static func move(_ district: UnitCode, _ ids: [String], from number: Int64, to other: Int64) -> PostgresCall {
    PostgresCall(moving, [.text(district.text), .texts(ids), .int64(number), .int64(other)])
  }

  private static let erasing = Statement("reports_erase", "SELECT reports_erase($1, $2, $3)")

  static func erase(_ district: UnitCode, _ number: Int64, at moment: Instant) -> PostgresCall {
    PostgresCall(
      erasing, [.text(district.text), .int64(number), .timestamp(microseconds: moment.microseconds)])
  }
}
