import Domain

/// How units and departments are assessed (`assessment.yaml`): weighted rates, as Jinniu publishes them.
public struct AssessmentPolicy: Sendable, Hashable {
  /// What a formula ranks.
  public enum Subject: String, CaseIterable, Sendable {
    case unit, department, officer
  }

  /// `weight × numerator / denominator`, or `weight × (1 − numerator / denominator)` when inverted. A term whose
  /// denominator is zero gives its whole weight: nothing was owed.
  public struct Term: Sendable, Hashable {
    public let name: String
    public let weight: Double
    /// Indicators whose counts are added.
    public let numerator: [String]
    public let denominator: [String]
    public let inverted: Bool
  }

  public struct Formula: Sendable, Hashable {
    public let name: String
    public let nameZh: String
    public let nameEn: String
    public let subject: Subject
    /// The tier whose units are ranked; empty unless the subject is a unit.
    public let tier: String
    public let terms: [Term]
    /// Where the formula comes from.
    public let source: String
  }

  /// A weighted index of cases per head, compared with a baseline.
  public struct IndexTerm: Sendable, Hashable {
    public let name: String
    public let weight: Double
    public let categories: [String]
    public let sources: [String]
    /// Cases in 10,000 residents and period at which the term counts its whole weight.
    public let baseline: Double
  }

  /// From which share in time on a department counts as good, and from which as fair; what is less is poor.
  public struct InTime: Sendable, Hashable {
    /// Percent; the good share is the higher one.
    public let goodFrom: Int64
    public let fairFrom: Int64
  }

  public let formulas: [Formula]
  /// Nil where the network does not judge shares in time: they are then shown without a colour.
  public let inTime: InTime?
  public let indexTerms: [IndexTerm]
  /// Index values from which a unit shows yellow and red.
  public let indexYellow: Double
  public let indexRed: Double
}

extension NetworkReading {
  static let assessmentFile = "assessment.yaml"
  /// Counts that terms may name: those of the public indicators, and what is due or should be closed in the period.
  static let countNames: Set<String> = [
    "reported", "valid", "filed", "dispatched", "signed", "handled", "closed", "on_time_sign", "on_time_handle",
    "on_time_close", "late_sign", "late_handle", "overdue_open", "returned", "reworked", "extended", "suspended",
    "reopened", "on_spot", "appealed_out", "satisfied", "dissatisfied", "unrated", "due", "should_close",
  ]

  mutating func readAssessment() throws(NetworkSourceError) -> AssessmentPolicy? {
    guard let map = try yaml(Self.assessmentFile) else { return nil }
    defer { map.finish() }
    let formulas = map.maps("formulas").compactMap(readFormula)
    let inTime = map.map("in_time").flatMap(readInTime)
    var terms: [AssessmentPolicy.IndexTerm] = []
    let index = map.map("index")
    let yellow = index?.double("yellow_from") ?? 60
    let red = index?.double("red_from") ?? 80
    for entry in index?.maps("terms") ?? [] {
      defer { entry.finish() }
      let categories = entry.texts("categories").compactMap { category($0, entry)?.text }
      let sources = entry.texts("sources").map(\.text)
      guard let name = entry.requiredText("name"), let weight = entry.double("weight"),
        let baseline = entry.double("baseline"), weight > 0, baseline > 0
      else {
        entry.fault("a term of the index needs name, weight and baseline", remedy: "add numbers above zero")
        continue
      }
      terms.append(
        AssessmentPolicy.IndexTerm(
          name: name.text, weight: weight, categories: categories, sources: sources, baseline: baseline))
    }
    index?.finish()
    return AssessmentPolicy(
      formulas: formulas, inTime: inTime, indexTerms: terms, indexYellow: yellow, indexRed: red)
  }

  private func readInTime(_ map: YamlMap) -> AssessmentPolicy.InTime? {
    defer { map.finish() }
    guard let good = map.integer("good_from"), let fair = map.integer("fair_from"), 0 <= fair, fair < good, good <= 100
    else {
      map.fault(
        "`in_time` needs good_from and fair_from, percent, the first above the second",
        remedy: "write them, e.g. good_from: 90 and fair_from: 70")
      return nil
    }
    return AssessmentPolicy.InTime(goodFrom: Int64(good), fairFrom: Int64(fair))
  }

  private func readFormula(_ map: YamlMap) -> AssessmentPolicy.Formula? {
    defer { map.finish() }
    let subject = value(map, "subject", of: AssessmentPolicy.Subject.self)
    let tier = map.text("tier")
    if let tier, !tiers.contains(where: { $0.name == tier.text }) {
      map.fault("unknown tier \(tier.text)", line: tier.line, remedy: "use a tier of network.yaml")
    }
    let source = map.text("source")?.text ?? ""
    let terms = map.maps("terms").compactMap(readTerm)
    if terms.isEmpty { map.fault("a formula without terms", remedy: "add at least one") }
    guard let name = map.requiredText("name"), let zh = map.requiredText("name_zh"),
      let en = map.requiredText("name_en"), let subject
    else { return nil }
    return AssessmentPolicy.Formula(
      name: name.text, nameZh: zh.text, nameEn: en.text, subject: subject, tier: tier?.text ?? "", terms: terms,
      source: source)
  }

  private func readTerm(_ map: YamlMap) -> AssessmentPolicy.Term? {
    defer { map.finish() }
    let numerator = counts(map, "numerator")
    let denominator = counts(map, "denominator")
    let inverted = map.bool("inverted") ?? false
    guard let name = map.requiredText("name"), let weight = map.double("weight"), weight > 0, !numerator.isEmpty,
      !denominator.isEmpty
    else {
      map.fault("a term needs name, weight, numerator and denominator", remedy: "add what is missing")
      return nil
    }
    return AssessmentPolicy.Term(
      name: name.text, weight: weight, numerator: numerator, denominator: denominator, inverted: inverted)
  }

  private func counts(_ map: YamlMap, _ key: String) -> [String] {
    map.texts(key).compactMap { text in
      if Self.countNames.contains(text.text) { return text.text }
      map.fault(
        "unknown count \(text.text)", line: text.line,
        remedy: "known: \(Self.countNames.sorted().joined(separator: ", "))")
      return nil
    }
  }
}
