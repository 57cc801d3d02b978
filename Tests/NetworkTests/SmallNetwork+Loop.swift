@testable import GridNetwork

extension SmallNetwork {
  /// The small network with everything that a policy can say of the closed loop.
  static var loop: SmallNetwork {
    var small = SmallNetwork()
    small.replaceLine(
      10, of: "network.yaml",
      with: """
        cases:
          max_returns: 1
          return_within: 1 work_day
          verify_first: [citizen]
          reopen_within: 30 urgent_days
          appeals: {within: 10 work_days, max: 1, decided_by: [inspector]}
          extensions:
            - when: {priorities: [normal], reopened: false}
              grades:
                - {longest: 5 work_days, granted_by: [dispatcher, supervisor]}
                - {longest: 10 work_days, granted_by: [supervisor]}
          suspension: {longest: 60 urgent_days, granted_by: [supervisor]}
          closing:
            - {when: {categories: [E11]}, checklist: true, photos: 1}
          supervision:
            forms:
              - {name: phone, zh: 电话督办, en: By phone}
              - {name: leader, zh: 领导督办单, en: Leader's order, answer: 3 work_days, ordered_by: [supervisor]}
          revisits: {sources: [hotline], supervise: [dissatisfied, unrated], reopen: [very_dissatisfied]}
        """)
    small.files["limits.yaml"] = """
      limits:
        - {clock: decide, matter: request, limit: 4 work_hours}
        - {clock: decide, limit: 1 work_hour}
        - {clock: sign, limit: 2 work_hours}
        - {clock: contact, when: {sources: [hotline]}, limit: 1 work_day}
        - {clock: handle, when: {reopened: true}, limit: 3 work_days}
        - {clock: handle, limit: 5 work_days}
        - {clock: verify, limit: 90 work_minutes}

      """
    small.files["ladder.yaml"] = """
      ladders:
        - clock: decide
          rungs: [{name: late, at: "0", to: [supervisor@district], act: red}]
        - clock: sign
          rungs:
            - {name: chase, at: "0", to: [handler@part], act: remind, every: 1 work_day}
            - {name: late, at: +1 work_day, to: [inspector@district], act: flag}
        - clock: contact
          rungs: [{name: late, at: "0", to: [handler@lead], act: yellow}]
        - clock: handle
          rungs: [{name: late, at: "0", to: [supervisor@district], act: red}]
        - clock: answer
          matter: order
          rungs: [{name: late, at: "0", to: [handler@part], act: red}]
        - clock: verify
          rungs: [{name: late, at: "0", to: [officer@grid], act: red}]
      cards:
        - {cause: extension_requests, count: 3, act: yellow, to: [handler@lead]}
        - {cause: dissatisfied, count: 2, act: red, to: [inspector@district], when: {categories: [E12]}}
      discipline: {statement_within: 7 urgent_days, self_check_at: "05:30"}

      """
    return small
  }
}
