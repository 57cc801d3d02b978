import Hummingbird
public import Wire

extension Problem {
  /// How a client sees `error`: what is known by its own words, everything else as a plain 500.
  public init(error: any Error) {
    switch error {
    case let problem as Problem: self = problem
    case let error as any ProblemConvertible: self = error.problem
    case let fault as JSONFault: self = fault.problem
    case let error as HTTPError: self = Problem(error)
    case let error as any HTTPResponseError:
      self = Problem(error.status, code: "error_\(error.status.code)")
    default:
      self = Problem(
        .internalServerError, code: "internal", detail: "The service failed. The trace id names the log line.")
    }
  }

  private init(_ error: HTTPError) {
    switch error.status {
    case .notFound: self = .notFound("There is nothing here.")
    case .contentTooLarge: self.init(.contentTooLarge, code: "too_large", detail: error.body)
    default: self.init(error.status, code: "error_\(error.status.code)", detail: error.body, headers: error.headers)
    }
  }
}

extension JSONFault: ProblemConvertible {
  /// 413 for a text beyond the limit, 400 for everything else.
  public var problem: Problem {
    Problem(
      code == .tooLarge ? .contentTooLarge : .badRequest, code: code == .tooLarge ? "too_large" : "malformed_json",
      detail: description,
      extensions: [
        "reason": .string(code.rawValue), "offset": .integer(Int64(offset)), "line": .integer(Int64(line)),
        "column": .integer(Int64(column)),
      ])
  }
}
