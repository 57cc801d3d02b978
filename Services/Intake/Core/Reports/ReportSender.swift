import Domain
import GridNetwork
import Operations
import WebAuth

/// Who hands a report in, and the network it is checked against.
///
/// A sender of a whole city belongs to no district: each of its reports is filed in the journal of the district where
/// the place lies, a key's under a name that no district's own key can have.
struct ReportSender: Sendable {
  let caller: Caller
  let network: LoadedNetwork
  /// Set for senders of the whole city.
  let city: City?
  /// The sender as the journal writes it.
  let actor: Actor

  init(_ caller: Caller, network: LoadedNetwork) {
    self.caller = caller
    self.network = network
    city = network.identity.city.flatMap { $0.code == caller.district ? $0 : nil }
    // Users are told apart by their names alone, and what they find they must not verify elsewhere under another name.
    let keyed = caller.kind == .key ? city : nil
    actor = keyed.map { caller.actor.named("\($0.code)/\(caller.name)") } ?? caller.actor
  }

  /// Only what lies under this unit is taken; nil: everything in the network.
  var reach: UnitCode? { city == nil ? caller.unit : nil }
  /// The codes under which this sender's attachments and keys are kept: its district's or its city's.
  var home: UnitCode { caller.district }
}

extension Caller {
  /// The caller as the journal writes it.
  fileprivate var actor: Actor {
    Actor(kind: kind == .user ? .user : .source, name: name, role: role, unit: unit, department: department)
  }

  /// Those who may hand in reports.
  static let reportingRoles: Set<Role> = [.source, .officer, .hotline, .dispatcher, .supervisor, .handler]
}

extension Actor {
  fileprivate func named(_ name: String) -> Actor {
    Actor(kind: kind, name: name, role: role, unit: unit, department: department)
  }
}
