import Foundation
import GridNetwork

/// Bao'an's rules over four square grids: west and east of 113.91, south and north of 22.56.
enum SmallNetwork {
  static let files = make(settings: settings, units: units)

  /// The same ground as a city: the eastern half is a district of its own.
  static let city = make(
    settings: settings + "city: {code: \"440300\", name_zh: 某市, name_en: Some City}\n",
    units: units.replacing("440306017001002,440306017001", with: "440304001001001,440304001001")
      .replacing("440306018001002,440306018001", with: "440304001001002,440304001001")
        + """
        440304,,district,福田区,Futian District,,,false
        440304001,440304,street,莲花街道,Lianhua Subdistrict,,,false
        440304001001,440304001,community,三社区,Community 3,,,false

        """)

  private static func make(settings: String, units: String) -> [String: [UInt8]] {
    let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let source = DirectorySource(path: repository.appendingPathComponent("deploy/networks/baoan").path)
    var files: [String: [UInt8]] = [:]
    for name in (try? source.names()) ?? [] { files[name] = (try? source.bytes(of: name)) ?? [] }
    files["generator.yaml"] = nil
    files["network.yaml"] = Array(settings.utf8)
    files["units.csv"] = Array(units.utf8)
    let drawn =
      units.contains("440304,,")
      ? grids.replacing("440306017001002", with: "440304001001001").replacing(
        "440306018001002", with: "440304001001002")
      : grids
    files["grids.geojson"] = Array(drawn.utf8)
    return files.filter { !$0.key.hasPrefix("layers/") }
  }

  private static let settings = """
    name: small
    name_zh: 小区域
    name_en: Small District
    tiers:
      - {name: district, zh: 区, en: District}
      - {name: street, zh: 街道, en: Subdistrict}
      - {name: community, zh: 社区, en: Community}
      - {name: grid, zh: 网格, en: Grid}
    time_zone: Asia/Shanghai
    datum: wgs84
    cases:
      max_returns: 2
      verify_first: [citizen]
    repeats:
      - {when: {categories: [E05]}, radius_metres: 50, window: 2 urgent_hours, same: class}
      - {radius_metres: 50, window: 48 urgent_hours}

    """

  private static let units = """
    code,parent,tier,name_zh,name_en,valid_from,valid_to,exclusive
    440306,,district,宝安区,Bao'an District,,,false
    440306017,440306,street,新安街道,Xin'an Subdistrict,,,false
    440306018,440306,street,西乡街道,Xixiang Subdistrict,,,false
    440306017001,440306017,community,一社区,Community 1,,,false
    440306018001,440306018,community,二社区,Community 2,,,false
    440306017001001,440306017001,grid,一,Grid 1,,,false
    440306017001002,440306017001,grid,二,Grid 2,,,false
    440306018001001,440306018001,grid,三,Grid 3,,,false
    440306018001002,440306018001,grid,四,Grid 4,,,false

    """

  private static let grids: String = {
    let squares: [(String, Double, Double)] = [
      ("440306017001001", 113.90, 22.55), ("440306017001002", 113.91, 22.55), ("440306018001001", 113.90, 22.56),
      ("440306018001002", 113.91, 22.56),
    ]
    let features = squares.map { code, west, south in
      let (east, north) = ((west + 0.01) * 100, (south + 0.01) * 100)
      let (e, n) = (east.rounded() / 100, north.rounded() / 100)
      return #"{"type":"Feature","properties":{"code":"\#(code)"},"geometry":{"type":"Polygon","coordinates":"#
        + "[[[\(west),\(south)],[\(e),\(south)],[\(e),\(n)],[\(west),\(n)],[\(west),\(south)]]]}}"
    }
    return #"{"type":"FeatureCollection","features":["# + features.joined(separator: ",") + "]}"
  }()
}
