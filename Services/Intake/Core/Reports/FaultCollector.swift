import HTTPTypes
import Operations

/// The faults of one report, all of them, in the order in which they were found.
struct FaultCollector: Sendable {
  /// Faults listed at most; a document of nonsense is not answered with one as long.
  static let maxFaults = 50

  private(set) var faults: [Problem.FieldFault] = []

  init() {}

  var isEmpty: Bool { faults.isEmpty }

  mutating func add(_ field: String, _ code: String, _ detail: String) {
    guard faults.count < Self.maxFaults else { return }
    faults.append(Problem.FieldFault(field: field, code: code, detail: detail))
  }

  /// Where the finest unit that the sender named, or the point, lies in no unit of the network.
  static let outsideNetwork = "outside_network"
  /// Where it lies in the network but not under the sender's unit.
  static let outsideUnit = "outside_unit"

  /// The answer to a report with these faults. A report whose only fault is its place is answered with that code.
  var problem: Problem {
    let places = [Self.outsideNetwork, Self.outsideUnit]
    if let only = faults.first, faults.count == 1, places.contains(only.code) {
      return Problem(
        only.code == Self.outsideUnit ? .forbidden : .unprocessableContent, code: only.code, detail: only.detail,
        errors: faults)
    }
    return Problem(
      .unprocessableContent, code: "invalid_report", title: "Invalid report",
      detail: "The report was not taken. Each fault is listed.", errors: faults)
  }
}
