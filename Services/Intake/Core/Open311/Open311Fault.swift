import HTTPTypes
import Operations

/// An error in the shape that GeoReport v2 gives it: a list of codes and descriptions.
struct Open311Fault: Error, Equatable {
  struct Entry: Equatable {
    /// As the status, unless the specification names a finer one.
    let code: Int
    let description: String
  }

  let status: HTTPResponse.Status
  let entries: [Entry]
  var retryAfter: String?

  init(_ status: HTTPResponse.Status, _ description: String) {
    self.status = status
    entries = [Entry(code: status.code, description: description)]
  }

  init(_ status: HTTPResponse.Status, entries: [Entry]) {
    self.status = status
    self.entries = entries
  }

  static func unknown(_ what: String) -> Open311Fault { Open311Fault(.notFound, "\(what) was not found") }
  static func invalid(_ description: String) -> Open311Fault { Open311Fault(.badRequest, description) }

  /// GeoReport knows 404, 403 and 400; whatever else went wrong keeps its own status.
  init(_ error: any Error) {
    if let fault = error as? Open311Fault {
      self = fault
      return
    }
    let problem = Problem(filing: error)
    let sentence = problem.detail ?? problem.title
    switch problem.status {
    case .unauthorized, .forbidden: self.init(.forbidden, sentence)
    case .unprocessableContent, .unsupportedMediaType, .badRequest:
      let entries = problem.errors.map { Entry(code: 400, description: "\($0.field): \($0.detail)") }
      self.init(.badRequest, entries: entries.isEmpty ? [Entry(code: 400, description: sentence)] : entries)
    default:
      self.init(problem.status, sentence)
      retryAfter = problem.headers[.retryAfter]
    }
  }

  var node: Open311Node {
    .list(
      of: "error",
      entries.map { .object(["code": .integer($0.code), "description": .text($0.description)]) })
  }
}
