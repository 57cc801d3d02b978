import Casework
import Cryptography
import Domain
import GridNetwork
import Wire

/// Changes of grids as JSON.
struct GridChangeDocument {
  private let view: CallerView

  init(_ view: CallerView) { self.view = view }

  /// What lists hold.
  func writeMembers(of change: GridChange, to writer: inout JSONWriter) {
    let plan = change.plan
    let standing = change.standing
    writer.member("id", change.id)
    writer.member("version", change.version)
    writer.member("district", change.district.text)
    writer.member("network", change.network)
    writer.member("kind", plan.kind.rawValue)
    writer.member("state", change.state.rawValue)
    writer.member("reason", plan.reason)
    writer.member("effective_on", "\(plan.effective)")
    writer.member("effective_at", change.effectiveAt, in: view.zone)
    writer.member("due_at", change.state.isOpen ? change.dueAt : nil, in: view.zone)
    writer.objects("grids", plan.grids) { writer, code in
      writer.member("code", code.text)
      let unit = view.policy.units[code]
      writer.member("name_zh", unit?.nameZh)
      writer.member("name_en", unit?.nameEn)
      writer.member("parent", unit?.parent?.text)
      writer.member("retires", plan.retired.contains(code))
    }
    writer.objects("new_grids", change.drawn) { writer, drawn in
      writer.member("code", drawn.grid.code.text)
      writer.names(drawn.grid.nameZh, drawn.grid.nameEn)
      writer.member("parent", drawn.grid.parent.text)
      writer.member("exclusive", drawn.grid.exclusive)
      writer.member("layers", texts: drawn.layers)
    }
    let given = Dictionary(
      change.steps.compactMap { step in step.approval.map { ($0, step) } }, uniquingKeysWith: { first, _ in first })
    writer.objects("approvals", change.approvals) { writer, approval in
      writer.member("level", approval.level)
      writer.member("role", approval.role.rawValue)
      writer.member("unit", approval.unit.text)
      writer.member("within", approval.within.map { "\($0)" })
      writer.member("approved_by", given[approval]?.actor)
      writer.member("approved_at", given[approval]?.at, in: view.zone)
    }
    writer.member("waiting_for", texts: standing.waiting.map(\.address.text))
    writer.member("proposed_by", change.proposedBy)
    writer.member("proposed_at", change.proposedAt, in: view.zone)
    writer.member("ended_at", change.endedAt, in: view.zone)
    writer.member("outcome", change.outcome)
    writer.member("network_version", change.networkVersion)
    writer.member("allowed_actions", texts: GridChangeMachine.allowed(standing, by: view.actor).map(\.rawValue))
  }

  /// The whole of it: with the shapes before and after, whom and what it touches, and its chain of steps.
  func write(_ change: GridChange, _ impact: GridChangeImpact, to writer: inout JSONWriter) {
    writeMembers(of: change, to: &writer)
    writer.object("impact") { writer in
      writer.objects("cases", impact.cases) { writer, cases in
        writer.member("grid", cases.grid.text)
        writer.member("open", cases.open)
        writer.member("all", cases.all)
      }
      writer.objects("people", impact.people) { writer, person in
        writer.member("username", person.username)
        writer.member("role", person.role)
        writer.member("unit", person.unit.text)
      }
      writer.objects("duties", impact.duties) { writer, duty in
        writer.member("username", duty.username)
        writer.member("role", duty.role)
        writer.member("unit", duty.unit.text)
      }
    }
    writer.key("before")
    writer.raw(change.before)
    writer.key("after")
    writer.raw(change.after)
    writer.objects("steps", change.steps) { writer, step in
      writer.member("step", step.number)
      writer.member("action", step.action)
      writer.member("post", step.approval?.address.text)
      writer.member("actor", step.actor)
      writer.member("note", step.note.isEmpty ? nil : step.note)
      writer.member("at", step.at, in: view.zone)
      writer.member("hash", Hexadecimal.encode(step.hash))
    }
    writer.member("chain", Hexadecimal.encode(change.chain))
  }
}
