import ArgumentParser
import Casework
import Domain
import GridNetwork
import Platform
import Wire

struct PolicyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "Change limits, routing, ladder and calendar, knowing what it will move.",
    subcommands: [
      PolicyCheckCommand.self, PolicyPreviewCommand.self, PolicyRouteCommand.self, PolicyApplyCommand.self,
    ])
}

struct PolicyCheckCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Find every fault of a policy; the same as `network validate`.")

  @Argument(help: "The network's directory.")
  var directory: String
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    NetworkFaults.answer(try NetworkFaults.find(directory).faults, directory: directory)
  }
}

struct PolicyApplyCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Put a policy in force as a new version; the same as `network load`.")

  @Argument(help: "The network's directory.")
  var directory: String
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer { try await NetworkLoad.answer(directory, stack: common.stack()) }
}

struct PolicyPreviewCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "preview", abstract: "Say how many open cases' due times a policy moves, and how many become overdue.",
    discussion: """
      Every clock that runs now is computed again under the limits and the calendar of the directory, with the \
      extensions that were granted and the pauses that were, and compared; one that stands still is taken as of when \
      it was paused. Provisional due times that a new year's file makes certain or moves are told apart: escalation \
      computes them again once the policy is applied. Nothing is changed.
      """)

  @Argument(help: "The network's directory.")
  var directory: String
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let (source, faults) = try NetworkFaults.find(directory)
    guard faults.isEmpty else { return NetworkFaults.answer(faults, directory: directory) }
    let stack = common.stack()
    let network = try NetworkReader.read(source, geometry: .skip)
    let now = Instant(microseconds: try stack.clock().microseconds)
    return try await stack.withDatabase { pool in
      let changed = try await NetworkLoad.withChangesInForce(source, network, pool).source
      let policy = try NetworkReader.read(changed, geometry: .skip).policy
      var preview = PolicyPreview(policy: policy, now: now)
      for root in policy.units.roots {
        let progress = Progress("preview \(root.code)", unit: "cases", total: nil)
        try await preview.read(root.code, pool) { progress.add() }
      }
      return preview.answer
    }
  }
}
