import Domain
import HTTPTypes
import Hummingbird
import Operations
import WebAuth
import Wire

/// `POST /inspection/{id}`: the forms of a record as a browser sends them without scripts; afterwards the record is
/// shown, or what was refused.
struct RecordFormRoute: Sendable {
  let console: Console

  func add(to pages: RouterGroup<AuthenticatedContext>) {
    pages.post("inspection/:id") { request, context in
      guard context.authentication != nil else {
        return Response(status: .seeOther, headers: [.location: "/sign-in?return=\(request.uri.path)"])
      }
      let view = try console.view(context)
      let fields = try await request.formFields(maxBytes: BodyFields.limits.maxBytes)
      func value(_ name: String) -> String? { fields.last { $0.name == name }?.value }
      try context.requireFormToken(value(CrossSite.fieldName))
      do {
        guard AccountabilityFilter.readers.contains(view.caller.role) else {
          throw Problem.forbidden(code: "role", "This needs another role than \(view.caller.role.rawValue).")
        }
        guard let version = value("version").flatMap({ Int64($0) }) else {
          throw Problem.malformed("The form names no version.")
        }
        let body: JSONValue = ["action": .string(value("action") ?? ""), "note": .string(value("note") ?? "")]
        _ = try await AccountabilityActions(console: console).carryOut(
          body, on: context.parameters.get("id"), expected: version, view)
      } catch {
        return await console.page(request, context, view, template: "fault") { _ in throw error }
      }
      return Response(status: .seeOther, headers: [.location: request.uri.path])
    }
  }
}
