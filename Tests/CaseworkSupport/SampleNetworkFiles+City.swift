extension SampleNetworkFiles {
  /// The sample network as one of two districts of the city `city`; both have the same departments and rules.
  ///
  ///     city ─ d ─ …                      as the sample network
  ///          └ e ─ s3 ─ c4 ─ g5, g6
  public static let city: [String: [UInt8]] = {
    var files = all
    func replace(_ passage: String, with other: String, in file: String) {
      let text = String(decoding: files[file] ?? [], as: UTF8.self)
      precondition(text.contains(passage), "the passage to be replaced stands in the file")
      files[file] = Array(text.replacing(passage, with: other).utf8)
    }
    replace(
      "time_zone:", with: "city: {code: city, name_zh: 样例市, name_en: Sample City}\ntime_zone:", in: "network.yaml")
    replace("d,,district,样例区,Sample District,,,false\n", with: east, in: "units.csv")
    replace(
      "to: [inspector@district], act: flag}\n  - clock: handle",
      with: """
        to: [inspector@district], act: flag}
              - {name: city, at: +4 urgent_hours, to: [supervisor@city], act: supervise}
          - clock: handle
        """, in: "ladder.yaml")
    files["grids.geojson"] = Array(features(corners + eastCorners).utf8)
    return files
  }()

  static let eastCorners: [(grid: String, south: Double, west: Double)] = [("g5", 22.5, 114.0), ("g6", 22.6, 114.0)]

  private static let east = """
    d,,district,样例区,Sample District,,,false
    e,,district,东区,East District,,,false
    s3,e,street,三街道,Street Three,,,false
    c4,s3,community,四社区,Community Four,,,false
    g5,c4,grid,五格,Grid Five,,,false
    g6,c4,grid,六格,Grid Six,,,false

    """
}
