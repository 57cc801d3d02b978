import ArgumentParser
import Domain
import GridNetwork
import Platform
import Wire

@Sendable private func readSource(_ text: String) throws -> ReportSource {
  guard let source = ReportSource(rawValue: text) else {
    throw ValidationError("A source is one of \(ReportSource.allCases.map(\.rawValue).joined(separator: ", ")).")
  }
  return source
}

struct PolicyRouteCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "route", abstract: "Say which rule takes a report, why the others do not, and what clocks begin.",
    discussion: """
      A dry run: nothing is filed. The rules are asked in their order, each with every part of its condition, and the \
      case machine starts the clocks that it would start. Layers that are made of units follow from the unit; of the \
      drawn ones name those that hold the place.
        gridctl policy route deploy/networks/baoan --category E0301 --unit 440306017 --at 2026-03-02T23:30:00+08:00
      """)

  @Argument(help: "The network's directory; --network, or the stack's network, if missing.")
  var directory: String?
  @OptionGroup var choice: NetworkChoice
  @Option(help: "Code of the category.")
  var category: String
  @Option(help: "Code of the unit, the finest that is known.")
  var unit: String
  @Option(
    help: "Where it comes from: \(ReportSource.allCases.map(\.rawValue).joined(separator: ", ")).",
    transform: readSource)
  var source = ReportSource.officer
  @Flag(help: "As an urgent report.")
  var urgent = false
  @Flag(help: "As a case that was closed and opened again; one that had a department goes back to it.")
  var reopened = false
  @Option(help: "When it is filed, RFC 3339 with offset; now if missing.", transform: readInstant)
  var at: Instant?
  @Option(help: "The description, which rules may read.")
  var text = ""
  @Option(
    name: .customLong("layer"),
    help: ArgumentHelp("A drawn layer's grid at the place; may be given again.", valueName: "layer/code"))
  var layers: [String] = []
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if directory != nil, choice.network != nil {
      throw ValidationError("A directory and --network exclude each other.")
    }
  }

  func answer() async throws -> Answer {
    let stack = common.stack()
    let network: LoadedNetwork
    if let directory {
      do {
        network = try NetworkReader.read(DirectorySource(path: directory), geometry: .skip)
      } catch let invalid as InvalidNetwork {
        return NetworkFaults.answer(invalid.faults, directory: directory)
      }
    } else {
      network = try await choice.read(stack)
    }
    let policy = network.policy
    let unit = UnitCode(unit)
    guard policy.units[unit] != nil else {
      throw Refusal("unknown_unit", "the network \(policy.name) has no unit \(unit)")
    }
    for layer in layers where !network.fileNames.contains("layers/\(Self.name(of: layer)).geojson") {
      throw Refusal("unknown_layer", "the network \(policy.name) has no drawn layer \(Self.name(of: layer))")
    }
    let report = Report(
      source: source, category: try Self.category(category, policy), unit: unit,
      layers: network.layerNames(of: unit) + Self.withNames(layers), priority: urgent ? .urgent : .normal,
      contentDigest: [])
    let moment = try at ?? Instant(microseconds: stack.clock().microseconds)
    return RoutePreview(report: report, reopened: reopened, text: text, at: moment, policy: policy).answer
  }

  /// The category that a report of this code is filed under.
  static func category(_ code: String, _ policy: NetworkPolicy) throws -> CategoryCode {
    guard let category = policy.catalogue[CategoryCode(code)] else {
      if let catchAll = policy.catalogue.catchAll { return catchAll }
      throw Refusal("unknown_category", "the network \(policy.name) has no category \(code) and no `catch_all`")
    }
    guard category.fileable else {
      throw Refusal("unknown_category", "\(code) only groups other categories: nothing is filed under it")
    }
    return category.code
  }

  /// `fire/F1` is in the layer `fire` too.
  private static func withNames(_ layers: [String]) -> [String] {
    layers.flatMap { layer in name(of: layer) == layer ? [layer] : [name(of: layer), layer] }
  }

  private static func name(of layer: String) -> String { String(layer.prefix { $0 != "/" }) }
}
