import Domain

/// `grids:` of network.yaml: how grids are changed.
extension NetworkReading {
  func readGridRules(_ map: YamlMap) -> GridChangeRule? {
    defer { map.finish() }
    guard let changes = map.map("changes") else { return nil }
    defer { changes.finish() }
    let proposedBy = posts(changes, "proposed_by", remedy: "write `proposed_by: [officer@street]`")
    let approvals = levels(changes)
    checkOrder(of: approvals.map { ($0.level.post, $0.line) }, changes)
    let notice = changes.has("notice") ? limit(changes, "notice") : nil
    guard !proposedBy.isEmpty, !approvals.isEmpty else { return nil }
    return GridChangeRule(proposedBy: proposedBy, approvals: approvals.map(\.level), notice: notice)
  }

  /// `approvals: [{by: supervisor@street, within: 3 work_days}]`
  private func levels(_ map: YamlMap) -> [(level: GridApprovalLevel, line: Int)] {
    let remedy = "write `approvals: [{by: supervisor@street, within: 3 work_days}]`, one level after the other"
    let entries = map.maps("approvals")
    if entries.isEmpty { map.fault("`approvals` is missing", line: map.line(of: "approvals"), remedy: remedy) }
    var seen: Set<GridPost> = []
    return entries.compactMap { entry in
      defer { entry.finish() }
      let within = entry.has("within") ? limit(entry, "within") : nil
      guard let post = posts(entry, "by", remedy: remedy).first else { return nil }
      if !seen.insert(post).inserted {
        entry.fault("\(post) stands twice in `approvals`", line: entry.line(of: "by"), remedy: "remove one")
      }
      return (GridApprovalLevel(post, within: within), entry.line(of: "by"))
    }
  }

  private func posts(_ map: YamlMap, _ key: String, remedy: String) -> [GridPost] {
    let texts = map.texts(key)
    if texts.isEmpty { map.fault("`\(key)` is missing", line: map.line(of: key), remedy: remedy) }
    var seen: Set<GridPost> = []
    return texts.compactMap { text in
      guard let receiver = receiver(text, map) else { return nil }
      guard case .tier(let tier) = receiver.place, tier != City.tier else {
        map.fault("\"\(text.text)\" is no post on a tier", line: text.line, remedy: remedy)
        return nil
      }
      guard [Role.officer, .dispatcher, .supervisor, .admin].contains(receiver.role) else {
        map.fault(
          "\(receiver.role.rawValue) has no say in grids", line: text.line,
          remedy: "name officer, dispatcher, supervisor or admin")
        return nil
      }
      let post = GridPost(role: receiver.role, tier: tier)
      if !seen.insert(post).inserted {
        map.fault("\(post) stands twice in `\(key)`", line: text.line, remedy: "remove one")
        return nil
      }
      return post
    }
  }

  /// Level by level means from below upwards.
  private func checkOrder(of approvals: [(post: GridPost, line: Int)], _ map: YamlMap) {
    let ranks = Dictionary(tiers.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    for (lower, upper) in zip(approvals, approvals.dropFirst()) {
      guard let below = ranks[lower.post.tier], let above = ranks[upper.post.tier], above > below else { continue }
      map.fault(
        "\(upper.post) approves after \(lower.post), which stands above it", line: upper.line,
        remedy: "begin with the lowest tier")
    }
  }
}
