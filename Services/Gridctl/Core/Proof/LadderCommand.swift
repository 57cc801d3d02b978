import ArgumentParser
import Casework
import Domain
import GridNetwork
import Journal
import Platform
import PostgresClient
import Wire

struct LadderCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ladder", abstract: "The rungs that clocks must climb when they run over.",
    subcommands: [LadderCheckCommand.self])
}

struct LadderCheckCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Prove from the journal that every clock which ran over has its rungs.",
    discussion: """
      Folds every case of the district from its journal, computes by the ladder of the policy that was in force which \
      rungs must have fired, and compares them with the events. Names each that is missing: case, clock, rung, and when \
      it should have been. Neither timers nor the escalation service are asked.
      """)

  /// Rungs of the last moments are left out where no time is given: they may be firing.
  static let graceSeconds: Int64 = 60

  @Option(help: "Check one district only.")
  var district: String?
  @Option(
    help: ArgumentHelp("Rungs due until then; a minute ago if missing.", valueName: "time"), transform: readInstant)
  var asOf: Instant?
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let stack = common.stack()
    let now = Instant(microseconds: try stack.clock().microseconds)
    let asOf = asOf ?? now - Self.graceSeconds
    return try await stack.withDatabase { pool in
      let policies = PolicyStore(pool: pool, geometry: .skip, logger: .silent)
      try await policies.refresh()
      let districts = try await JournalVerifyCommand.ends(pool, district: district).keys.sorted()
      var reports: [LadderProof.Report] = []
      for district in districts where policies.current(district) != nil {
        let progress = Progress("check \(district)", unit: "cases", total: nil)
        reports.append(
          try await LadderProof(pool: pool, policies: policies).run(district, asOf: asOf) { progress.set($0) })
      }
      return Self.answer(reports, asOf: asOf)
    }
  }

  static func answer(_ reports: [LadderProof.Report], asOf: Instant) -> Answer {
    let isWhole = reports.allSatisfy(\.isWhole)
    let json: JSONValue = [
      "whole": .bool(isWhole), "as_of": .string(asOf.rfc3339()),
      "districts": .array(
        reports.map { report in
          [
            "district": .string(report.district.text), "last_seq": .integer(report.seq),
            "policy_version": .integer(Int64(report.policyVersion)), "cases": .integer(report.cases),
            "clocks": .integer(report.clocks), "rungs": .integer(report.rungs), "gaps": .integer(report.gaps),
            "findings": .array(report.found.map(\.json)),
          ]
        }),
    ]
    var lines = reports.map { report in
      let rungs = "\(Figures.grouped(report.rungs)) rungs of \(Figures.grouped(report.cases)) cases"
      return report.isWhole
        ? "\(report.district): \(rungs) fired as they had to"
        : "\(report.district): \(Figures.grouped(report.gaps)) of \(rungs) are missing"
    }
    for found in reports.flatMap(\.found) {
      lines.append(
        "  \(found.caseID) \(found.gap.clock) \(found.gap.rung): should have been \(found.gap.expectedAt.rfc3339())"
          + " (policy \(found.gap.policyVersion))")
    }
    return Answer(
      json, text: lines.isEmpty ? "no district has a journal" : lines.joined(separator: "\n"), isGood: isWhole)
  }
}
