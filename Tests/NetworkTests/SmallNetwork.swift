import Domain
import Testing

@testable import GridNetwork

/// A complete network of four grids, to be broken in one place at a time.
struct SmallNetwork {
  var files: [String: String]

  /// The same text with one line exchanged, counted from 1.
  mutating func replaceLine(_ line: Int, of file: String, with text: String) {
    var lines = (files[file] ?? "").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    lines[line - 1] = text
    files[file] = lines.joined(separator: "\n")
  }

  mutating func append(_ text: String, to file: String) { files[file, default: ""] += text + "\n" }

  var source: MemorySource { MemorySource(files: files.mapValues { Array($0.utf8) }) }

  func faults() throws -> [NetworkFault] { try NetworkValidator.validate(source) }

  static func feature(_ code: String, _ coordinates: String) -> String {
    "{\"properties\": {\"code\": \"\(code)\"}, \"geometry\": {\"type\": \"Polygon\", \"coordinates\": \(coordinates)}}"
  }

  init() {
    files = [
      "network.yaml": """
      name: small
      name_zh: 小区
      name_en: Small
      tiers:
        - {name: district, zh: 区, en: District}
        - {name: grid, zh: 网格, en: Grid, code_digits: 2}
      time_zone: Asia/Shanghai
      datum: wgs84
      tolerances: {overlap_square_metres: 1, gap_square_metres: 1}
      cases: {max_returns: 2, return_within: 2 work_days, verify_first: [citizen]}
      repeats:
        - {radius_metres: 50, window: 24 urgent_hours}

      """,
      "units.csv": """
      code,parent,tier,name_zh,name_en,valid_from,valid_to,exclusive
      d,,district,区,District,,,
      01,d,grid,一,One,2020-01-01,,true
      02,d,grid,二,Two,,,
      03,d,grid,三,Three,,,
      04,d,grid,四,Four,,,
      05,d,grid,五,Five,2019-01-01,2020-12-31,

      """,
      "departments.csv": "code,unit,name_zh,name_en\nA,d,甲,Alpha\nB,d,乙,Beta\n",
      "catalogue.csv": """
      scheme,version,kind,code,parent,name_zh,name_en,closing_standard
      S,1,event,E1,,类,Class,
      S,1,event,E11,E1,甲,First,"done,
      twice"
      S,1,event,E12,E1,乙,Second,

      """,
      "routing.yaml": """
      rules:
        - {name: first, when: {categories: [E11]}, lead: A, assists: [B]}
        - {name: urgent, when: {units: ["01"], layers: [fire/F1], hours: ["22:00-06:00"]}, lead: B}
        - {name: rest, when: {categories: [E1]}, lead: B}

      """,
      "limits.yaml": """
      limits:
        - {clock: decide, limit: 1 work_hour}
        - {clock: sign, limit: 2 work_hours}
        - {clock: handle, when: {texts: [burst]}, stages: [{name: fence, limit: 3 urgent_hours}]}
        - {clock: handle, limit: 5 work_days}
        - {clock: verify, limit: 90 work_minutes}

      """,
      "ladder.yaml": """
      ladders:
        - clock: decide
          rungs: [{name: late, at: "0", to: [supervisor@district], act: red}]
        - clock: sign
          rungs: [{name: late, at: "0", to: [supervisor@district], act: red}]
        - clock: handle
          rungs:
            - {name: soon, at: 90% used, to: [handler@lead], act: yellow}
            - {name: late, at: +1 work_day, to: [inspector@district, auditor@department:B], act: flag}
        - clock: verify
          rungs: [{name: late, at: "0", to: [officer@grid], act: red}]

      """,
      "calendar.yaml": """
      week:
        monday: ["08:30-12:00", "14:00-18:00"]
        friday: ["08:30-12:00"]
      holidays: ["holidays/*.json"]

      """,
      "holidays/2026.json": """
      {"year": 2026, "days": [
        {"name": "a", "date": "2026-01-01", "isOffDay": true},
        {"name": "b", "date": "2026-01-04", "isOffDay": false}
      ]}

      """,
      "channels.yaml": "languages: [en]\nnotices:\n"
        + NoticeKind.allCases.map { "  - {kind: \($0.rawValue), channels: [inbox]}\n" }.joined(),
      "assessment.yaml": """
      formulas:
        - name: plain
          name_zh: 甲
          name_en: Plain
          subject: unit
          tier: grid
          terms:
            - {name: handled, weight: 100, numerator: [handled], denominator: [due]}

      """,
      "grids.geojson": """
      {"type": "FeatureCollection", "features": [
      \(Self.feature("01", "[[[0,0],[0.1,0],[0.1,0.1],[0,0.1],[0,0]]]")),
      \(Self.feature("02", "[[[0.1,0],[0.2,0],[0.2,0.1],[0.1,0.1],[0.1,0]]]")),
      \(Self.feature("03", "[[[0,0.1],[0.1,0.1],[0.1,0.2],[0,0.2],[0,0.1]]]")),
      \(Self.feature("04", "[[[0.1,0.1],[0.2,0.1],[0.2,0.2],[0.1,0.2],[0.1,0.1]]]"))
      ]}

      """,
      "layers/fire.geojson": """
      {"type": "FeatureCollection", "features": [
      \(Self.feature("F1", "[[[0,0],[0.2,0],[0.2,0.1],[0,0.1],[0,0]]]"))
      ]}

      """,
    ]
    for kind in NoticeKind.allCases {
      files["templates/\(kind.rawValue).en.txt"] = "\(kind.rawValue) {case_id}\n\nCase {case_id} is due {due_at}.\n"
    }
  }
}
