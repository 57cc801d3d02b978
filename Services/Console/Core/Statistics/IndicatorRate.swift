import Domain

/// A rate of the contract: which counts are divided by which, and what that means.
///
/// The definitions follow the field's evaluation practice (GB/T 30428.4 and the assessments of Jinniu and Jinhua): what
/// was done among what was owed. "Due" here are the cases whose clock has come to an end, by being met or by running
/// out; a case that still has time is owed nothing yet.
struct IndicatorRate: Sendable {
  let name: String
  /// Indicators whose counts are added.
  let numerator: [String]
  let denominator: [String]
  /// Indicators whose counts are taken off the denominator.
  var excluded: [String] = []
  let textZh: String
  let textEn: String

  static let all: [IndicatorRate] = [
    IndicatorRate(
      name: "sign_rate", numerator: ["signed"], denominator: ["dispatched"], textZh: "签收数 ÷ 派遣数",
      textEn: "cases signed of cases dispatched"),
    IndicatorRate(
      name: "on_time_sign_rate", numerator: ["on_time_sign"], denominator: ["on_time_sign", "late_sign"],
      textZh: "按时签收数 ÷ 签收时限已届满或已签收数", textEn: "signed in time of those signed or past the limit of signing"),
    IndicatorRate(
      name: "handle_rate", numerator: ["handled"], denominator: ["dispatched"], textZh: "处置数 ÷ 派遣数",
      textEn: "cases handled of cases dispatched"),
    IndicatorRate(
      name: "on_time_handle_rate", numerator: ["on_time_handle"], denominator: ["on_time_handle", "late_handle"],
      textZh: "按时处置数 ÷ 处置时限已届满或已处置数", textEn: "handled in time of those handled or past the limit of handling"),
    IndicatorRate(
      name: "close_rate", numerator: ["closed"], denominator: ["valid"], textZh: "结案数 ÷ 有效立案数",
      textEn: "cases closed of valid cases filed"),
    IndicatorRate(
      name: "on_time_close_rate", numerator: ["on_time_close"], denominator: ["closed"], excluded: ["on_spot"],
      textZh: "按时结案数 ÷ 部门处置后结案数",
      textEn: "closed without late handling of those closed after a department handled them"),
    IndicatorRate(
      name: "rework_rate", numerator: ["reworked"], denominator: ["dispatched"], textZh: "返工案件数 ÷ 派遣数",
      textEn: "cases that failed a verification of cases dispatched"),
    IndicatorRate(
      name: "return_rate", numerator: ["returned"], denominator: ["dispatched"], textZh: "回退案件数 ÷ 派遣数",
      textEn: "cases that a department returned of cases dispatched"),
    IndicatorRate(
      name: "extension_rate", numerator: ["extended"], denominator: ["dispatched"], textZh: "延期案件数 ÷ 派遣数",
      textEn: "cases with an extension of cases dispatched"),
    IndicatorRate(
      name: "satisfaction_rate", numerator: ["satisfied"], denominator: ["satisfied", "dissatisfied"],
      textZh: "满意数 ÷ 满意与不满意数", textEn: "satisfied of those who gave a rating"),
    IndicatorRate(
      name: "on_spot_rate", numerator: ["on_spot"], denominator: ["closed"], textZh: "现场处置数 ÷ 结案数",
      textEn: "cases settled on the spot of cases closed"),
  ]

  func fraction(_ tally: IndicatorTally) -> (numerator: Int64, denominator: Int64) {
    func sum(_ names: [String]) -> Int64 { names.reduce(0) { $0 + tally.count($1) } }
    return (sum(numerator), sum(denominator) - sum(excluded))
  }
}
