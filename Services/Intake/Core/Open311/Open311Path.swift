/// What a path under `/open311/v2/` names, and the format its ending asks for.
struct Open311Path: Equatable {
  enum Format: Equatable {
    case json, xml

    var contentType: String {
      switch self {
      case .json: "application/json; charset=utf-8"
      case .xml: "text/xml; charset=utf-8"
      }
    }
  }

  enum Resource: Equatable {
    case discovery
    case services
    case service(String)
    case requests
    case request(String)
    case token(String)
    case updates
  }

  let resource: Resource?
  let format: Format

  /// - Parameter path: what follows `/open311/v2/`, decoded. Without an ending it is XML, which every client reads.
  init(_ path: String) {
    var rest = path[...]
    var format = Format.xml
    if rest.hasSuffix(".json") {
      format = .json
      rest = rest.dropLast(5)
    } else if rest.hasSuffix(".xml") {
      rest = rest.dropLast(4)
    }
    self.format = format
    let parts = rest.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    resource =
      switch (parts.count, parts.first) {
      case (1, "discovery"): .discovery
      case (1, "services"): .services
      case (1, "requests"): .requests
      case (1, "servicerequestupdates"): .updates
      case (2, "services"): .service(parts[1])
      case (2, "requests"): .request(parts[1])
      case (2, "tokens"): .token(parts[1])
      default: nil
      }
  }
}
