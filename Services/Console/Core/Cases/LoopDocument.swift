import Domain
import Wire

/// What of a case goes beyond its states: requests, orders, ratings, appeals, splits, counts and the closing standard.
struct LoopDocument {
  let policy: NetworkPolicy
  let zone: ZoneRules

  /// - Parameter text: the lower-cased description, where the policy's conditions read it.
  func write(_ value: Case, text: String, to writer: inout JSONWriter) {
    writeRequests(of: value, to: &writer)
    writer.objects("orders", value.orders) { write($1, to: &$0) }
    writer.member("must_supervise", value.mustSupervise)
    writer.member("rating", value.rating?.rawValue)
    writeAppeal(of: value, to: &writer)
    writer.member("returned_by", value.returnedBy?.text)
    writer.member("suspended_until", value.suspendedUntil, in: zone)
    writer.member("split_from", value.splitFrom?.description)
    writer.member("split_into", texts: value.splitInto.map(\.description))
    writeClosing(of: value, text: text, to: &writer)
    writer.object("counts") { write(value.counts, to: &$0) }
  }

  private func writeRequests(of value: Case, to writer: inout JSONWriter) {
    writer.objects("requests", value.requests) { writer, request in
      writer.member("department", request.department.text)
      switch request.wish {
      case .extension_(let by):
        writer.member("kind", "extension")
        writer.member("by", by.description)
      case .suspension(let until):
        writer.member("kind", "suspension")
        writer.member("until", until, in: zone)
      }
      writer.member("reason", request.reason)
    }
  }

  private func write(_ order: SupervisionOrder, to writer: inout JSONWriter) {
    writer.member("number", order.number)
    writer.member("form", order.form)
    let form = policy.casePolicy.supervisionForm(order.form)
    writer.object("form_name") { writer in
      writer.member("zh", form?.nameZh)
      writer.member("en", form?.nameEn)
    }
    writer.member("department", order.department?.text)
    writer.member("ordered_by", order.orderedBy)
    writer.member("ordered_at", order.orderedAt, in: zone)
    writer.member("awaits_answer", order.awaitsAnswer)
  }

  /// `waiting`, or how the last one was decided: what was accepted is out of the assessment for good.
  private func writeAppeal(of value: Case, to writer: inout JSONWriter) {
    writer.key("appeal")
    guard value.counts.appeals > 0 else { return writer.null() }
    let accepted = value.facts.contains(.appealedOut) || value.parts.contains { $0.facts.contains(.appealedOut) }
    writer.beginObject()
    writer.member("state", value.appealBy != nil ? "waiting" : accepted ? "accepted" : "rejected")
    writer.member("department", value.appealBy?.text)
    writer.endObject()
  }

  /// The items of the closing standard of the stage now running, and what of it a result must bring.
  private func writeClosing(of value: Case, text: String, to writer: inout JSONWriter) {
    let traits = value.traits(policy: policy, text: text)
    let stage = value.runningClock(.handle)?.stage ?? 0
    let rule = policy.casePolicy.closing.first { policy.matches($0.condition, traits) }
    writer.member("closing_items", texts: policy.closingItems(traits, stage: stage))
    writer.object("closing_required") { writer in
      writer.member("checklist", rule?.checklist ?? false)
      writer.member("photos", rule?.photos ?? 0)
    }
  }

  private func write(_ counts: CaseCounts, to writer: inout JSONWriter) {
    writer.member("returns", counts.returns)
    writer.member("reworks", counts.reworks)
    writer.member("extensions", counts.extensions)
    writer.member("reopens", counts.reopens)
    writer.member("duplicates", counts.duplicates)
    writer.member("extension_requests", counts.extensionRequests)
    writer.member("rejected_returns", counts.rejectedReturns)
    writer.member("suspensions", counts.suspensions)
    writer.member("supervisions", counts.supervisions)
    writer.member("dissatisfied", counts.dissatisfied)
    writer.member("appeals", counts.appeals)
    writer.member("splits", counts.splits)
  }
}
