import Domain
import GridNetwork

/// One term of a formula for one subject.
struct AssessedTerm: Sendable, Hashable {
  let name: String
  let weight: Double
  let numerator: Int64
  let denominator: Int64
  let points: Double
}

/// What a formula makes of one subject's figures.
struct Assessed: Sendable, Hashable {
  let key: String
  let terms: [AssessedTerm]
  var score: Double { terms.reduce(0) { $0 + $1.points } }
}

/// Applies the network's formulas of assessment to figures. Pure.
enum Assessment {
  /// Every subject with its score, best first; equal scores in the order of their keys.
  static func rank(
    _ formula: AssessmentPolicy.Formula, _ tallies: [(key: String, tally: IndicatorTally)]
  ) -> [Assessed] {
    tallies
      .map { Assessed(key: $0.key, terms: formula.terms.map { [tally = $0.tally] in assess($0, tally) }) }
      .sorted { ($1.score, $0.key) < ($0.score, $1.key) }
  }

  /// `weight × numerator / denominator`, or of what is missing to one; the whole weight where nothing was owed. Counts
  /// that overlap can make the share leave 0…1; the points do not.
  static func assess(_ term: AssessmentPolicy.Term, _ tally: IndicatorTally) -> AssessedTerm {
    let numerator = term.numerator.reduce(0) { $0 + tally.count($1) }
    let denominator = term.denominator.reduce(0) { $0 + tally.count($1) }
    var points = term.weight
    if denominator > 0 {
      let share = min(max(Double(numerator) / Double(denominator), 0), 1)
      points = term.weight * (term.inverted ? 1 - share : share)
    }
    return AssessedTerm(
      name: term.name, weight: term.weight, numerator: numerator, denominator: denominator, points: points)
  }
}
