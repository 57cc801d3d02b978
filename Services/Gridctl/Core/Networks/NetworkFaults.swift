import GridNetwork
import Wire

/// The faults of a network directory, as an answer.
enum NetworkFaults {
  /// Every fault, the seams between grids included. Throws `Refusal` when the directory cannot be read.
  static func find(_ directory: String) throws -> [NetworkFault] {
    do {
      return try NetworkValidator.validate(DirectorySource(path: directory))
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
