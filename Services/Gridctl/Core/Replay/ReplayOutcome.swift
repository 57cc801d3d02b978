import Wire

/// What became of one report.
enum ReplayOutcome: Sendable, Equatable {
  case created(caseID: String)
  case repeated(caseID: String)
  /// Joined another report's case.
  case merged(caseID: String)
  case rejected(ReplayRejection)

  var caseID: String? {
    switch self {
    case .created(let id), .repeated(let id), .merged(let id): id
    case .rejected: nil
    }
  }

  var name: String {
    switch self {
    case .created: "created"
    case .repeated: "repeated"
    case .merged: "merged"
    case .rejected: "rejected"
    }
  }

  /// What a response says; nil for one that is neither an acknowledgement nor final.
  init?(status: Int, body: [UInt8]) {
    let value = (try? JSONParser.parse(body)) ?? .null
    switch status {
    case 201, 200:
      guard let id = value["case_id"]?.stringValue else { return nil }
      if status == 200 {
        self = .repeated(caseID: id)
      } else if value["duplicate_of"]?.isNull == false {
        self = .merged(caseID: id)
      } else {
        self = .created(caseID: id)
      }
    case 408, 425, 429, 500..., 0: return nil
    default: self = .rejected(ReplayRejection(status: status, problem: value))
    }
  }
}

/// Why a report was not taken.
struct ReplayRejection: Sendable, Equatable {
  let status: Int
  let code: String
  let detail: String
  /// Whether its place alone is at fault, so that another may be tried.
  let isPlace: Bool

  static let placeCodes: Set<String> = ["outside_network", "unknown_unit", "out_of_range"]

  init(status: Int, code: String, detail: String, isPlace: Bool = false) {
    self.status = status
    self.code = code
    self.detail = detail
    self.isPlace = isPlace
  }

  init(status: Int, problem: JSONValue) {
    let faults = problem["errors"]?.arrayValue ?? []
    let codes = faults.compactMap { $0["code"]?.stringValue }
    let code = problem["code"]?.stringValue ?? "http_\(status)"
    let details = faults.compactMap { fault in
      fault["detail"]?.stringValue.map { "\(fault["field"]?.stringValue ?? ""): \($0)" }
    }
    self.init(
      status: status, code: codes.count == 1 ? codes[0] : code,
      detail: details.isEmpty
        ? problem["detail"]?.stringValue ?? "status \(status)" : details.joined(separator: "; "),
      isPlace: Self.placeCodes.contains(code)
        || (!codes.isEmpty && codes.allSatisfy { Self.placeCodes.contains($0) }))
  }
}
