/// Where a report came from.
public enum ReportSource: String, CaseIterable, Sendable {
  case officer, hotline, citizen, camera, department, patrol
}

/// How pressing a case is; limits and ladders may differ by it.
public enum Priority: String, CaseIterable, Sendable {
  case normal, urgent
}
