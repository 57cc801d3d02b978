import Casework
import Domain

/// What a report may join, as this process knows it before the transaction asks the rows.
struct FilingTarget: Sendable {
  /// The case that it repeats, or that its sender named.
  var number: Int64?
  /// By which rule; nil when no rule recognises repeats of it.
  let rule: RepeatRule?
  /// Under which it is taken, if it still holds.
  let suppression: Suppression?

  init(number: Int64? = nil, rule: RepeatRule? = nil, suppression: Suppression? = nil) {
    self.number = number
    self.rule = rule
    self.suppression = suppression
  }

  /// The same, with the survivors in place of cases that were merged.
  func following(_ survivors: [Int64: Int64]) -> FilingTarget {
    guard !survivors.isEmpty else { return self }
    var target = self
    target.number = number.map { survivors.survivor(of: $0) }
    return target
  }
}
