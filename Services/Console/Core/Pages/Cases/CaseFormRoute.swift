import Casework
import Domain
import HTTPTypes
import Hummingbird
import Operations
import WebAuth
import Wire

/// `POST /cases/{id}`: the forms of a case as a browser sends them without scripts. The fields are those of
/// `POST /v1/cases/{id}/actions`, and so is what may be done; afterwards the case is shown, or what was refused.
struct CaseFormRoute: Sendable {
  /// What the pages put into their forms beside the action's own fields.
  private static let own: Set<String> = [CrossSite.fieldName, "version", "back"]

  let console: Console

  func add(to pages: RouterGroup<AuthenticatedContext>) {
    pages.post("cases/:id") { request, context in
      guard context.authentication != nil else {
        return Response(status: .seeOther, headers: [.location: "/sign-in?return=\(request.uri.path)"])
      }
      let view = try console.view(context)
      let fields = try await request.formFields(maxBytes: BodyFields.limits.maxBytes)
      try context.requireFormToken(fields.last { $0.name == CrossSite.fieldName }?.value)
      do {
        let version = fields.last { $0.name == "version" }.flatMap { Int64($0.value) }
        guard let version else { throw Problem.malformed("The form names no version.") }
        _ = try await CaseActions(console: console).carryOut(Self.body(fields), expected: version, context, view)
      } catch {
        return await console.page(request, context, view, template: "fault") { _ in throw error }
      }
      let back = fields.last { $0.name == "back" }?.value ?? request.uri.path
      return Response(
        status: .seeOther, headers: [.location: back.hasPrefix("/") && !back.hasPrefix("//") ? back : "/"])
    }
  }

  /// The fields as the interface takes them: several of one name are a list, a number with its unit a limit, a local
  /// time one with the offset that stands beside it.
  private static func body(_ fields: [(name: String, value: String)]) -> JSONValue {
    var body = JSONObject()
    for field in fields where !own.contains(field.name) && !field.value.isEmpty && !field.name.hasSuffix("-unit") {
      guard !field.name.hasSuffix("-offset") else { continue }
      var values = fields.filter { $0.name == field.name && !$0.value.isEmpty }.map(\.value)
      // Of several cases to choose from and one that was written, the one that was written.
      if field.name == "into" { values = values.suffix(1) }
      if let unit = fields.first(where: { $0.name == field.name + "-unit" }) {
        body[field.name] = .string("\(field.value) \(unit.value)")
      } else if let offset = fields.first(where: { $0.name == field.name + "-offset" }) {
        let seconds = field.value.utf8.count == 16 ? ":00" : ""
        body[field.name] = .string(field.value + seconds + offset.value)
      } else {
        body[field.name] = values.count > 1 ? .array(values.map { .string($0) }) : .string(values[0])
      }
    }
    return .object(body)
  }
}
