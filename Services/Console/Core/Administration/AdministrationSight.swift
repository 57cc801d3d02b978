import Casework
import Domain
import Hummingbird
import Logging
import Operations
import WebAuth

extension Console {
  /// The view of an administrator.
  ///
  /// - Throws: 403 for every other role.
  func administratorView(_ context: AuthenticatedContext) throws -> CallerView {
    let view = try view(context)
    guard view.caller.role == .admin else {
      throw Problem.forbidden(code: "role", "This needs another role than \(view.caller.role.rawValue).")
    }
    return view
  }

  /// The view of an administrator who has charge of whole districts.
  ///
  /// - Throws: 403 for every other.
  func viewOfWholeDistricts(_ context: AuthenticatedContext) throws -> CallerView {
    let view = try administratorView(context)
    try view.requireWholeDistrict()
    return view
  }

  /// What an administrator is about to do. Its note goes into the transaction of the deed, where those who have charge of
  /// the district read it; `log` follows when it is done.
  func act(_ act: String, on subject: String, in district: UnitCode, by view: CallerView) -> AdministrativeAct {
    AdministrativeAct(act, subject, in: district, by: view.actor.text, at: now)
  }

  func log(_ act: AdministrativeAct) {
    logger.notice("administration: \(act.act)", metadata: ["subject": "\(act.subject)", "by": "\(act.actor)"])
  }
}

extension CallerView {
  /// - Throws: 403 unless the caller has charge of whole districts: what is done reaches all of their cases.
  func requireWholeDistrict() throws(Problem) {
    guard territory.isWhole else {
      throw .forbidden(code: "whole_district", "This is for administrators of a whole district.")
    }
  }

  /// The codes under which accounts of the people here are kept.
  var homes: [UnitCode] { policy.units.homes(of: caller.unit) }

  /// The unit and the department of an account that this administrator may make or change, and the code under which it
  /// is kept. What is not right is noted in `fields`.
  func post(_ fields: inout BodyFields, role: Role?) -> (home: UnitCode, unit: UnitCode, department: DepartmentCode?)? {
    let unit = UnitCode(fields.requiredText("unit"))
    let department = fields.text("department").map { DepartmentCode($0) }
    if let department, policy.departments[department] == nil {
      fields.fault("department", "unknown_department", "The network has no such department.")
    }
    if role == .handler, department == nil {
      fields.fault("department", "required", "A handler belongs to a department.")
    }
    guard !unit.text.isEmpty else { return nil }
    guard let place = policy.units.place(unit), !policy.units.retired.contains(place) else {
      fields.fault("unit", "unknown_unit", "The network has no such unit.")
      return nil
    }
    guard covers(unit) else {
      fields.fault("unit", "outside_unit", "The unit lies outside yours.")
      return nil
    }
    return (policy.units.district(of: unit) ?? unit, unit, department)
  }
}
