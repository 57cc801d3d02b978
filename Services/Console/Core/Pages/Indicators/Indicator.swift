import Domain

/// One figure as the page of indicators shows it: how it is taken from a tally, what it means, and which way is good.
struct Indicator: Sendable {
  enum Kind: Sendable {
    case rate(IndicatorRate)
    case count
    /// How long handling took; the rollups do not have it, so it has no course by day.
    case minutes
  }

  let name: String
  let kind: Kind
  /// Nil where more is neither good nor bad.
  let isMoreBetter: Bool?

  private static let badCounts: Set<String> = [
    "late_sign", "late_handle", "late_contact", "overdue_open", "returned", "reworked", "reopened", "extended",
    "dissatisfied", "supervised", "shirked",
  ]
  private static let goodCounts: Set<String> = [
    "on_time_sign", "on_time_handle", "on_time_close", "on_time_contact", "satisfied", "on_spot", "closed",
  ]
  private static let badRates: Set<String> = ["rework_rate", "return_rate", "extension_rate"]

  static let rates = IndicatorRate.all.map {
    Indicator(name: $0.name, kind: .rate($0), isMoreBetter: !badRates.contains($0.name))
  }
  static let counts = (IndicatorTally.names + ["overdue_open"]).map { name in
    Indicator(
      name: name, kind: .count,
      isMoreBetter: goodCounts.contains(name) ? true : badCounts.contains(name) ? false : nil)
  }
  static let minutes = ["mean_handle_minutes", "p50_handle_minutes", "p90_handle_minutes"].map {
    Indicator(name: $0, kind: .minutes, isMoreBetter: false)
  }
  static let all = rates + minutes + counts
  /// What is shown first.
  static let usual = "on_time_handle_rate"

  /// Whether each day has a figure of its own: what is overdue now and how long handling took are not kept by day.
  var hasDays: Bool {
    switch kind {
    case .minutes: false
    case .count: name != "overdue_open"
    case .rate: true
    }
  }

  /// Nil where nothing was owed, or nothing is known.
  func value(_ tally: IndicatorTally) -> Double? {
    switch kind {
    case .rate(let rate):
      let (numerator, denominator) = rate.fraction(tally)
      return denominator > 0 ? Double(numerator) / Double(denominator) : nil
    case .count: return Double(tally.count(name))
    case .minutes:
      switch name {
      case "mean_handle_minutes": return tally.handleMinutes?.mean
      case "p50_handle_minutes": return tally.handleMinutes?.p50
      default: return tally.handleMinutes?.p90
      }
    }
  }
}

/// Puts values of indicators into words.
struct IndicatorWords: Sendable {
  let texts: PageTexts
  let times: PageTimes

  init(_ request: PageRequest) {
    texts = request.texts
    times = request.times
  }

  func name(_ name: String) -> String { texts.word("indicator", name) }

  /// What an indicator counts, or divides by what.
  func definition(_ indicator: Indicator) -> String {
    switch indicator.kind {
    case .rate(let rate): texts.language == .english ? rate.textEn : rate.textZh
    case .count, .minutes: texts("indicators.definition.\(indicator.name)")
    }
  }

  func value(_ value: Double?, of indicator: Indicator) -> String {
    guard let value else { return "—" }
    switch indicator.kind {
    case .rate: return Self.tenths(value * 100) + " %"
    case .count: return "\(Int64(value))"
    case .minutes: return times.duration(microseconds: Int64(value) * Instant.microsecondsPerMinute)
    }
  }

  /// By how much it differs from the period before, with whether that is good; nil where either is not known.
  func change(_ value: Double?, from before: Double?, of indicator: Indicator) -> PageData? {
    guard let value, let before else { return nil }
    let difference = value - before
    let isSame: Bool
    let amount: String
    switch indicator.kind {
    case .rate:
      isSame = abs(difference) < 0.0005
      amount = texts("indicators.points", ["count": Self.tenths(abs(difference) * 100)])
    case .count:
      isSame = difference == 0
      amount = "\(Int64(abs(difference)))"
    case .minutes:
      isSame = abs(difference) < 1
      amount = times.duration(microseconds: Int64(abs(difference)) * Instant.microsecondsPerMinute)
    }
    if isSame { return ["text": texts("indicators.same"), "tone": "plain", "sign": "="] }
    let isMore = difference > 0
    let tone = indicator.isMoreBetter.map { $0 == isMore ? "fine" : "late" } ?? "plain"
    return [
      "text": texts(isMore ? "indicators.more" : "indicators.less", ["amount": amount]), "tone": tone,
      "sign": isMore ? "▲" : "▼",
    ]
  }

  /// With one digit after the point.
  static func tenths(_ value: Double) -> String {
    let tenths = Int64((value * 10).rounded())
    return "\(tenths / 10).\(abs(tenths % 10))"
  }
}
