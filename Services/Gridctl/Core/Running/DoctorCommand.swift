import ArgumentParser
import Wire

struct DoctorCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Look for what is wrong with a stack, and say how to mend it.",
    discussion: "Changes nothing. Exit status 1 when a check fails; what only deserves attention is a warning.")

  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let stack = common.stack()
    var findings = MachineChecks(stack: stack).all
    do {
      findings += try await stack.withDatabase { pool in
        try await DatabaseChecks(pool: pool, stack: stack).all()
      }
    } catch {
      findings.append(
        .failed("database", "\(error)", remedy: "see logs/postgres.log, or start it with `make up`"))
    }
    return Finding.answer(findings)
  }
}

/// What one check found.
struct Finding: Sendable, Equatable {
  enum Grade: String, Sendable { case good = "ok", warning, failed }

  let check: String
  let grade: Grade
  let detail: String
  let remedy: String?

  static func good(_ check: String, _ detail: String) -> Finding {
    Finding(check: check, grade: .good, detail: detail, remedy: nil)
  }

  static func warning(_ check: String, _ detail: String, remedy: String) -> Finding {
    Finding(check: check, grade: .warning, detail: detail, remedy: remedy)
  }

  static func failed(_ check: String, _ detail: String, remedy: String) -> Finding {
    Finding(check: check, grade: .failed, detail: detail, remedy: remedy)
  }

  static func answer(_ findings: [Finding]) -> Answer {
    let failed = findings.count { $0.grade == .failed }
    var table = Table([.init("check"), .init("result"), .init("")])
    for finding in findings {
      table.add(finding.check, finding.grade.rawValue, finding.detail)
      if let remedy = finding.remedy { table.add("", "", "→ " + remedy) }
    }
    return Answer(
      [
        "healthy": .bool(failed == 0),
        "checks": .array(
          findings.map { finding in
            [
              "check": .string(finding.check), "result": .string(finding.grade.rawValue),
              "detail": .string(finding.detail), "remedy": .text(finding.remedy),
            ]
          }),
      ],
      text: table.text + "\n\n" + (failed == 0 ? "nothing is wrong" : "\(failed) of \(findings.count) checks failed"),
      isGood: failed == 0)
  }
}
