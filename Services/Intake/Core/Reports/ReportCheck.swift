import Domain
import GridNetwork
import Operations
import WebAuth

/// Compares a draft with the network and the sender: the last step before a report is filed.
struct ReportCheck: Sendable {
  private let sender: ReportSender
  private var network: LoadedNetwork { sender.network }
  private var caller: Caller { sender.caller }

  init(_ sender: ReportSender) { self.sender = sender }

  /// The request to file; throws `Problem` with every fault of the draft, those of form included.
  func accept(_ draft: ReportDraft, identity: ReportIdentity) throws(Problem) -> FilingRequest {
    var faults = draft.faults
    checkSource(draft, &faults)
    let category = findCategory(draft, &faults)
    let placement = place(draft, &faults)
    guard faults.isEmpty, let source = draft.source, let category, let placement else { throw faults.problem }
    let content = ReportContent(draft, givenCategory: category.given)
    let report = Report(
      source: source, category: category.code, unit: placement.unit, layers: placement.layers,
      priority: draft.isUrgent ? .urgent : .normal, point: placement.point, reading: placement.reading,
      occurredAt: draft.occurredAt, onSpot: draft.onSpot, contentDigest: content.digest)
    return FilingRequest(
      report: report, content: content, attachments: draft.attachments, actor: sender.actor, identity: identity,
      policy: network.policy, district: network.policy.units.district(of: placement.unit) ?? sender.home,
      city: sender.city?.code)
  }

  /// A key that is bound to a source reports from that one only, and people of a department for their department.
  private func checkSource(_ draft: ReportDraft, _ faults: inout FaultCollector) {
    guard let source = draft.source else { return }
    let bound = caller.role == .handler ? ReportSource.department.rawValue : caller.source
    guard let bound, bound != source.rawValue else { return }
    faults.add("source", "not_your_source", "This sender's reports are from \(bound).")
  }

  private func findCategory(_ draft: ReportDraft, _ faults: inout FaultCollector) -> CategoryChoice.Found? {
    guard let text = draft.category else { return nil }
    do throws(CategoryChoice.Fault) {
      return try CategoryChoice.find(text, in: network.policy.catalogue)
    } catch {
      switch error {
      case .unknown: faults.add("category", "unknown_category", "The catalogue has no such category.")
      case .notFileable:
        faults.add("category", "category_not_fileable", "It only groups others; choose one of the categories below it.")
      }
      return nil
    }
  }

  private func place(_ draft: ReportDraft, _ faults: inout FaultCollector) -> Placement? {
    guard let place = draft.place else { return nil }
    do throws(Placement.Fault) {
      return try Placement(place, in: network, within: sender.reach)
    } catch {
      faults.add(error.field, error.code, error.detail)
      return nil
    }
  }
}
