import GridNetwork
import Wire

/// The faults of a network directory, as an answer.
enum NetworkFaults {
  /// Faults that one refusal names at most.
  static let maxToldFaults = 20

  /// The directory, with the plan that its parameters make drawn once for every reading, and every fault, the seams
  /// between grids included. Throws `Refusal` when the directory cannot be read.
  static func find(_ directory: String) throws -> (source: PlannedSource, faults: [NetworkFault]) {
    do {
      let source = try PlannedSource(DirectorySource(path: directory))
      return (source, try NetworkValidator.validate(source))
    } catch {
      throw Refusal("unreadable", "\(error)")
    }
  }

  static func answer(_ faults: [NetworkFault], directory: String) -> Answer {
    let json: JSONValue = [
      "valid": .bool(faults.isEmpty),
      "faults": .array(
        faults.map { fault in
          [
            "file": .string(fault.file), "line": .integer(Int64(fault.line)), "message": .string(fault.message),
            "remedy": .string(fault.remedy),
          ]
        }),
    ]
    guard !faults.isEmpty else { return Answer(json, text: "\(directory) is valid") }
    let lines = faults.map { "\(directory)/\($0.file):\($0.line): \($0.message)\n    \($0.remedy)" }
    let count = faults.count == 1 ? "1 fault" : "\(faults.count) faults"
    return Answer(json, text: lines.joined(separator: "\n") + "\n\(count); nothing was changed", isGood: false)
  }
}
