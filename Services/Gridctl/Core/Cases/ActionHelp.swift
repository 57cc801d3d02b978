import Casework
import Domain

/// What may be done to a case and with which fields, from the table that the console reads by.
enum ActionHelp {
  static var text: String { CaseAction.allCases.map(lines).joined(separator: "\n") }

  /// `request_extension by=… reason=…`, and under it what needs a word.
  private static func lines(_ action: CaseAction) -> String {
    let fields = Casework.ActionField.of(action)
    let head = ([action.rawValue] + fields.map(short)).joined(separator: " ")
    let notes = fields.filter { !$0.note.isEmpty }.map { "\n    \($0.name): \($0.note)" }
    return "  " + head + notes.joined()
  }

  private static func short(_ field: Casework.ActionField) -> String {
    let value = field.words.isEmpty ? "…" : field.words.joined(separator: "|")
    return field.need == .required ? "\(field.name)=\(value)" : "[\(field.name)=\(value)]"
  }
}
