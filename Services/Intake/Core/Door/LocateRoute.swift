import Domain
import GridNetwork
import Hummingbird
import Operations
import WebAuth
import Wire

/// `GET /v1/locate?lat=&lng=&datum=`: in which unit a position lies, and whether the caller's report from there would be
/// taken. It is asked by the same index and the same rule as a report itself, so that a page shows no other grid than the
/// one where the case will lie.
struct LocateRoute: Sendable {
  let intake: ReportIntake

  func get(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let sender = try intake.sender(try context.requireCaller())
    let place = try Self.place(request.uri.query ?? "")
    let (unit, reason) = try Self.find(place, sender)
    let units = sender.network.policy.units
    return .json { writer in
      writer.beginObject()
      writer.member("reportable", reason == nil)
      writer.member("reason", reason)
      if let unit {
        writer.key("unit")
        writer.units(units.path(to: unit))
        writer.member("code", unit.text)
        writer.member("name_zh", units[unit]?.nameZh)
        writer.member("name_en", units[unit]?.nameEn)
      }
      writer.endObject()
    }
  }

  /// The unit, nil outside the network, and why a report from there would be refused.
  private static func find(
    _ place: ReportDraft.Place, _ sender: ReportSender
  ) throws(Problem) -> (unit: UnitCode?, reason: String?) {
    do throws(Placement.Fault) {
      let unit = try Placement(place, in: sender.network, within: nil).unit
      let isWithin = sender.reach.map { sender.network.policy.units.contains($0, unit) } ?? true
      return (unit, isWithin ? nil : FaultCollector.outsideUnit)
    } catch {
      guard error.code == FaultCollector.outsideNetwork else {
        throw .invalid([Problem.FieldFault(field: error.field, code: error.code, detail: error.detail)])
      }
      return (nil, error.code)
    }
  }

  private static func place(_ query: String) throws(Problem) -> ReportDraft.Place {
    let fields: FormFields
    do throws(FormFields.Fault) {
      fields = try FormFields(urlEncoded: query.utf8)
    } catch {
      throw .malformed(code: "malformed_query", "The query is not readable as percent-encoded UTF-8.")
    }
    var faults = FaultCollector()
    for name in Set(fields.fields.map(\.name)).sorted() where !["lat", "lng", "datum"].contains(name) {
      faults.add(name, "unknown_field", "A position is given by lat, lng and datum.")
    }
    let latitude = degrees(fields["lat"], "lat", within: 90, &faults)
    let longitude = degrees(fields["lng"], "lng", within: 180, &faults)
    let datum: Datum? = faults.choice(fields["datum"].map { .string($0) } ?? .null, "datum")
    guard faults.isEmpty, let latitude, let longitude else { throw .invalid(faults.faults) }
    return .degrees(latitude: latitude, longitude: longitude, datum: datum)
  }

  private static func degrees(
    _ text: String?, _ field: String, within bound: Double, _ faults: inout FaultCollector
  ) -> Double? {
    guard let text else {
      faults.add(field, "missing", "It is needed.")
      return nil
    }
    guard let value = Double(text) else {
      faults.add(field, "invalid_type", "It must be a number.")
      return nil
    }
    return faults.degrees(.number(value), field, within: bound)
  }
}
