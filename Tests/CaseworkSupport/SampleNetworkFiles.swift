public import Domain
import GridNetwork

/// The files of a small network: one district `d` of two streets, three communities and four square grids of 0.1
/// degree, two departments, a catalogue, routing, limits, a ladder and a working week in Shanghai.
///
///     d ─ s1 ─ c1 ─ g1, g2        01 street order   0101 rubbish (→ urban)
///       │    └ c2 ─ g3            02 water          0201 burst main (→ water)
///       └ s2 ─ c3 ─ g4            09 other          0901 what no rule routes
public enum SampleNetworkFiles {
  /// Every file with its bytes; replace one to test another policy.
  public static let all: [String: [UInt8]] = {
    var files = [
      "network.yaml": network, "units.csv": units, "departments.csv": departments, "catalogue.csv": catalogue,
      "routing.yaml": routing, "limits.yaml": limits, "ladder.yaml": ladder, "calendar.yaml": calendar,
      "channels.yaml": channels, "assessment.yaml": assessment, "grids.geojson": grids,
    ]
    for kind in NoticeKind.allCases {
      files["templates/\(kind.rawValue).en.txt"] = "{case_id}: \(kind.rawValue)\n\n{case_id} {category} {unit}\n"
    }
    return files.mapValues { Array($0.utf8) }
  }()

  /// Every file, with one passage of one of them replaced.
  public static func replacing(_ passage: String, with other: String, in file: String) -> [String: [UInt8]] {
    var files = all
    let text = String(decoding: files[file] ?? [], as: UTF8.self)
    precondition(text.contains(passage), "the passage to be replaced stands in the file")
    files[file] = Array(text.replacing(passage, with: other).utf8)
    return files
  }

  /// The middle of a grid.
  public static func middle(of grid: UnitCode) -> GeoPoint? {
    (corners + eastCorners).first { $0.grid == grid.text }.flatMap {
      GeoPoint(latitude: $0.south + 0.05, longitude: $0.west + 0.05)
    }
  }

  static let corners: [(grid: String, south: Double, west: Double)] = [
    ("g1", 22.5, 113.8), ("g2", 22.5, 113.9), ("g3", 22.6, 113.8), ("g4", 22.6, 113.9),
  ]

  private static let network = """
    name: sample
    name_zh: 样例区
    name_en: Sample District
    tiers:
      - {name: district, zh: 区, en: District}
      - {name: street, zh: 街道, en: Subdistrict}
      - {name: community, zh: 社区, en: Community}
      - {name: grid, zh: 网格, en: Grid}
    time_zone: Asia/Shanghai
    datum: wgs84
    cases:
      max_returns: 2
      return_within: 4 urgent_hours
      verify_first: [citizen, camera]
    repeats:
      - {radius_metres: 50, window: 48 urgent_hours}
    """

  private static let units = """
    code,parent,tier,name_zh,name_en,valid_from,valid_to,exclusive
    d,,district,样例区,Sample District,,,false
    s1,d,street,一街道,Street One,,,false
    s2,d,street,二街道,Street Two,,,false
    c1,s1,community,一社区,Community One,,,false
    c2,s1,community,二社区,Community Two,,,false
    c3,s2,community,三社区,Community Three,,,false
    g1,c1,grid,一格,Grid One,,,false
    g2,c1,grid,二格,Grid Two,,,false
    g3,c2,grid,三格,Grid Three,,,false
    g4,c3,grid,四格,Grid Four,,,false

    """

  private static let departments = """
    code,unit,name_zh,name_en
    urban,d,城管局,Urban Management
    water,d,水务局,Water Affairs

    """

  private static let catalogue = """
    scheme,version,kind,code,parent,name_zh,name_en,closing_standard
    SAMPLE,1,event,01,,市容环境,Street order,
    SAMPLE,1,event,0101,01,暴露垃圾,Exposed rubbish,clean
    SAMPLE,1,event,02,,水务,Water,
    SAMPLE,1,event,0201,02,自来水管破裂,Burst main,repaired
    SAMPLE,1,event,09,,其他,Other,
    SAMPLE,1,event,0901,09,其他事件,Other event,

    """

  private static let routing = """
    rules:
      - {name: street-order, when: {categories: ["01"]}, lead: urban}
      - {name: water, when: {categories: ["02"]}, lead: water, assists: [urban]}
    desk: ["0901"]
    """

  private static let limits = """
    limits:
      - {clock: decide, limit: 30 urgent_minutes}
      - {clock: sign, limit: 2 urgent_hours}
      - {clock: contact, limit: 1 work_day}
      - {clock: handle, limit: 8 urgent_hours}
      - {clock: verify, limit: 4 urgent_hours}
    """

  private static let ladder = """
    ladders:
      - clock: sign
        rungs:
          - {name: reminder, at: 50% used, to: [handler@lead], act: remind}
          - {name: street, at: "0", to: [supervisor@street], act: red}
          - {name: inspection, at: +2 urgent_hours, to: [inspector@district], act: flag}
      - clock: handle
        rungs:
          - {name: yellow, at: 90% used, to: [handler@lead], act: yellow}
          - {name: street, at: "0", to: [supervisor@street], act: red}
          - {name: inspection, at: +2 urgent_hours, to: [inspector@district], act: flag}
      - clock: decide
        rungs:
          - {name: overdue, at: "0", to: [supervisor@district], act: red}
          - {name: inspection, at: +4 urgent_hours, to: [inspector@district], act: flag}
      - clock: contact
        rungs:
          - {name: overdue, at: "0", to: [supervisor@district], act: red}
      - clock: verify
        rungs:
          - {name: overdue, at: "0", to: [supervisor@street], act: red}
    """

  private static let calendar = """
    week:
      monday: ["08:30-12:00", "14:00-18:00"]
      tuesday: ["08:30-12:00", "14:00-18:00"]
      wednesday: ["08:30-12:00", "14:00-18:00"]
      thursday: ["08:30-12:00", "14:00-18:00"]
      friday: ["08:30-12:00", "14:00-18:00"]
    holidays: []
    """

  private static var channels: String {
    let notices = NoticeKind.allCases.map { "  - {kind: \($0.rawValue), to: [handler@lead], channels: [inbox]}" }
    return """
      languages: [en]
      quiet: {hours: ["22:00-07:30"]}
      digest_at: ["08:30"]
      max_attempts: 3
      retry_after: [1 urgent_minutes, 5 urgent_minutes]
      notices:
      \(notices.joined(separator: "\n"))

      """
  }

  private static let assessment = """
    formulas:
      - name: department
        name_zh: 部门考核
        name_en: Assessment of departments
        subject: department
        source: sample
        terms:
          - {name: handled, weight: 100, numerator: [handled], denominator: [dispatched]}
    """

  private static var grids: String { features(corners) }

  static func features(_ corners: [(grid: String, south: Double, west: Double)]) -> String {
    let features = corners.map { grid, south, west in
      let (north, east) = (south + 0.1, west + 0.1)
      let ring = "[[\(west),\(south)],[\(east),\(south)],[\(east),\(north)],[\(west),\(north)],[\(west),\(south)]]"
      return """
        {"type":"Feature","properties":{"code":"\(grid)"},"geometry":{"type":"Polygon","coordinates":[\(ring)]}}
        """
    }
    return "{\"type\":\"FeatureCollection\",\"features\":[\n\(features.joined(separator: ",\n"))\n]}\n"
  }
}
