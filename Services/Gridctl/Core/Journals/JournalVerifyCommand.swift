import ArgumentParser
import Casework
import Cryptography
import Domain
import GridNetwork
import Journal
import PostgresClient
import Wire

struct JournalVerifyCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Recompute every hash of the journals and compare signed checkpoints.",
    discussion: """
      Names each row that was changed, removed or inserted. Checkpoints are signed ends of the journal, kept outside \
      the database (`gridctl journal checkpoint`): they find what recomputing alone cannot, a chain rewritten as a \
      whole. Those in the stack's directory `checkpoints` are compared unless another directory is named.

      The steps of discipline inspection's records have chains of their own, which are recomputed too.

      With --projection every case is folded from its events, and every column of its rows in cases and case_parts is \
      compared with that; each difference is named. Services may go on working meanwhile.
      """)

  @Option(help: "Verify one district only.")
  var district: String?
  @Option(help: ArgumentHelp("Directory of signed checkpoints.", valueName: "dir"))
  var checkpoints: String?
  @Flag(help: "Fold every case from its events and compare its rows.")
  var projection = false
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let stack = common.stack()
    let signed = try CheckpointFiles(stack: stack, directory: checkpoints)
      .read(isRequired: checkpoints != nil)
    return try await stack.withDatabase { pool in
      let ends = try await Self.ends(pool, district: district)
      let verifier = JournalVerifier(pool: pool)
      let total = ends.reduce(Int64(0)) { $0 + $1.value.seq }
      let progress = Progress("verify", unit: "events", total: total)
      var reports: [JournalVerifier.Report] = []
      var records: [UnitCode: AccountabilityProof.Report] = [:]
      var before: Int64 = 0
      for (district, end) in ends.sorted(by: { $0.key < $1.key }) {
        let base = before
        reports.append(
          try await verifier.verify(district, to: end, checkpoints: signed.filter { $0.district == district }) {
            progress.set(base + $0)
          })
        before += end.seq
        records[district] = try await AccountabilityProof(pool: pool).run(district)
      }
      return Self.answer(reports, records: records, projections: try await projections(ends.keys.sorted(), pool))
    }
  }

  private func projections(
    _ districts: [UnitCode], _ pool: PostgresPool
  ) async throws -> [UnitCode: ProjectionProof.Report] {
    guard projection else { return [:] }
    let policies = PolicyStore(pool: pool, geometry: .skip, logger: .silent)
    try await policies.refresh()
    var reports: [UnitCode: ProjectionProof.Report] = [:]
    for district in districts {
      let progress = Progress("fold \(district)", unit: "cases", total: nil)
      reports[district] = try await ProjectionProof(pool: pool, policies: policies).run(district) { progress.set($0) }
    }
    return reports
  }

  /// The ends of all journals, or of the one asked for. Throws `Refusal` when the district has none.
  static func ends(_ pool: PostgresPool, district: String?) async throws -> [UnitCode: JournalPosition] {
    let ends = try await JournalReader(pool: pool).ends()
    guard let district else { return ends }
    guard let end = ends[UnitCode(district)] else {
      throw Refusal("unknown_district", "district \(district) has no journal")
    }
    return [UnitCode(district): end]
  }

  static func answer(
    _ reports: [JournalVerifier.Report], records: [UnitCode: AccountabilityProof.Report] = [:],
    projections: [UnitCode: ProjectionProof.Report] = [:]
  ) -> Answer {
    let recordFaults = reports.flatMap { records[$0.district]?.faults ?? [] }
    let folds = reports.compactMap { projections[$0.district] }
    let isGood = reports.allSatisfy(\.faults.isEmpty) && recordFaults.isEmpty && folds.allSatisfy(\.holds)
    var lines = reports.map { report in
      let checkpoints = report.checkpoints == 1 ? "1 checkpoint" : "\(report.checkpoints) checkpoints"
      return report.faults.isEmpty
        ? "\(report.district): \(Figures.grouped(report.events)) events and \(checkpoints) hold"
        : "\(report.district): \(report.faults.count) faults"
    }
    lines += reports.flatMap(\.faults).map { "  " + $0.description }
    lines += recordFaults.map { "  accountability record \($0.id): \($0.fault)" }
    for fold in folds {
      lines.append(
        fold.holds
          ? "\(fold.district): \(Figures.grouped(fold.cases)) cases are what their events make them"
          : "\(fold.district): \(Figures.grouped(fold.differences)) differences from what the events make")
      lines += fold.found.map { "  " + $0.description }
    }
    return Answer(
      [
        "valid": .bool(isGood),
        "districts": .array(reports.map { json($0, records[$0.district], projections[$0.district]) }),
      ], text: lines.isEmpty ? "no district has a journal" : lines.joined(separator: "\n"), isGood: isGood)
  }

  private static func json(
    _ report: JournalVerifier.Report, _ records: AccountabilityProof.Report?, _ fold: ProjectionProof.Report?
  ) -> JSONValue {
    var json: JSONObject = [
      "district": .string(report.district.text), "events": .integer(report.events),
      "last_seq": .integer(report.end.seq), "last_hash": .string(Hexadecimal.encode(report.end.hash)),
      "checkpoints": .integer(Int64(report.checkpoints)),
      "accountability_records": .integer(records?.records ?? 0),
      "accountability_faults": .array(
        (records?.faults ?? []).map { item in
          ["id": .string(item.id), "detail": .string(item.fault.description)]
        }),
      "faults": .array(
        report.faults.map { fault in
          ["seq": .integer(fault.seq), "kind": .string("\(fault.kind)"), "detail": .string(fault.description)]
        }),
    ]
    if let fold {
      json["projection"] = [
        "cases": .integer(fold.cases), "parts": .integer(fold.parts), "differences": .integer(fold.differences),
        "found": .array(fold.found.map(\.json)),
      ]
    }
    return .object(json)
  }
}
