import Casework
import Domain
import HTTPTypes
import Operations
import Wire

extension Problem {
  /// Why a change of grids is not taken, or a decision on it.
  init(_ denial: GridChangeDenial) {
    switch denial {
    case .fixed:
      self = .conflict(
        code: "grids_fixed", "This network's files have no `grids.changes`: its grids change with new files only.")
    case .mayNotPropose(let posts):
      self = .forbidden(
        code: "role",
        "Changes are proposed by \(posts.map(\.description).joined(separator: ", ")) of the place that they are about.")
    case .invalid(let faults):
      self = .invalid(faults.map { FieldFault(field: $0.field, code: $0.code, detail: $0.detail) })
    case .taken(let taken):
      self = .conflict(
        code: "grids_taken",
        "Open changes speak of \(taken.map { "\($0.code) (\($0.id))" }.joined(separator: ", ")): one at a time.",
        extensions: ["changes": .array(Set(taken.map(\.id)).sorted().map { .string($0) })])
    case .stale(let current):
      self = Problem(
        .preconditionFailed, code: "stale_version", detail: "The change has moved on since it was read.",
        extensions: ["version": .integer(Int64(current))])
    case .refused(let refusal): self = Problem(refusal)
    }
  }

  private init(_ refusal: GridChangeRefusal) {
    let code = refusal.code
    switch refusal {
    case .over(let state): self = .conflict(code: code, "The change is \(state.rawValue): nothing is to be decided.")
    case .tooLate: self = .conflict(code: code, "The time to decide is over.")
    case .notAsked(let asked):
      let posts = asked.map(\.address.text).joined(separator: ", ")
      self = .forbidden(code: code, posts.isEmpty ? "Nobody is asked now." : "Asked now: \(posts).")
    case .ownProposal: self = .conflict(code: code, "Who proposed a change does not approve it.")
    case .decidedBefore: self = .conflict(code: code, "Who approved one level does not approve another.")
    case .notProposer: self = .forbidden(code: code, "Only who proposed a change withdraws it.")
    case .reasonMissing:
      self = .invalid([FieldFault(field: "reason", code: code, detail: "Say why it is refused.")])
    }
  }
}
