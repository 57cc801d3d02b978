import Domain

/// `grids:` of network.yaml: how grids are changed.
extension NetworkReading {
  func readGridRules(_ map: YamlMap) -> GridChangeRule? {
    defer { map.finish() }
    guard let changes = map.map("changes") else { return nil }
    defer { changes.finish() }
    let proposedBy = posts(changes, "proposed_by", remedy: "write `proposed_by: [officer@street]`")
    let approvals = posts(
      changes, "approvals",
      remedy: "write `approvals: [supervisor@street, supervisor@district]`, one level after the other")
    checkOrder(of: approvals, changes)
    let notice = changes.has("notice") ? limit(changes, "notice") : nil
    guard !proposedBy.isEmpty, !approvals.isEmpty else { return nil }
    return GridChangeRule(proposedBy: proposedBy.map(\.post), approvals: approvals.map(\.post), notice: notice)
  }

  private func posts(_ map: YamlMap, _ key: String, remedy: String) -> [(post: GridPost, line: Int)] {
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
      return (post, text.line)
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
