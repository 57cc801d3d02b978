extension SampleNetworkFiles {
  /// The sample network with everything that a policy can say of the closed loop: extensions, suspension, a closing
  /// standard, forms of supervision, revisits, appeals, cards, and clocks of parts, requests, appeals and orders.
  public static let loop: [String: [UInt8]] = {
    var files = all
    func replace(_ passage: String, with other: String, in file: String) {
      let text = String(decoding: files[file] ?? [], as: UTF8.self)
      precondition(text.contains(passage), "the passage to be replaced stands in the file")
      files[file] = Array(text.replacing(passage, with: other).utf8)
    }
    replace("  verify_first: [citizen, camera]", with: cases, in: "network.yaml")
    replace("Exposed rubbish,clean", with: "Exposed rubbish,clean；swept", in: "catalogue.csv")
    replace("limits:\n", with: limits, in: "limits.yaml")
    replace("ladders:\n", with: cards, in: "ladder.yaml")
    return files
  }()

  private static let cases = """
      verify_first: [citizen, camera]
      reopen_within: 30 urgent_days
      appeals: {within: 10 work_days, max: 1, decided_by: [inspector]}
      extensions:
        - grades:
            - {longest: 5 work_days, granted_by: [dispatcher, supervisor]}
            - {longest: 10 work_days, granted_by: [supervisor]}
      suspension: {longest: 60 urgent_days, granted_by: [supervisor]}
      closing:
        - {when: {categories: ["0101"]}, checklist: true, photos: 0}
        - {when: {categories: ["0201"]}, checklist: false, photos: 1}
      supervision:
        forms:
          - {name: phone, zh: 电话督办, en: By phone}
          - {name: leader, zh: 领导督办单, en: Leader's order, answer: 3 work_days, ordered_by: [supervisor]}
      revisits:
        supervise: [dissatisfied, very_dissatisfied, unrated]
        reopen: [very_dissatisfied]
    """

  private static let limits = """
    limits:
      - {clock: decide, matter: request, limit: 4 urgent_hours}
      - {clock: decide, matter: supervision, limit: 1 work_day}
      - {clock: decide, matter: appeal, limit: 5 work_days}
      - {clock: sign, matter: part, limit: 3 urgent_hours}

    """

  private static let cards = """
    cards:
      - {cause: extension_requests, count: 3, act: yellow, to: [handler@lead]}
      - {cause: dissatisfied, count: 2, act: red, to: [supervisor@street]}
      - {cause: rejected_returns, count: 1, act: yellow, to: [handler@lead]}
    ladders:
      - clock: answer
        rungs:
          - {name: overdue, at: "0", to: [supervisor@district], act: red}

    """
}
