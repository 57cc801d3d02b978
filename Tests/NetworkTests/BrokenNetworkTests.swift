import Domain
import Testing

@testable import GridNetwork

/// One line of a file exchanged, and the fault that it must bring.
struct Break: Sendable, CustomTestStringConvertible {
  let file: String
  let line: Int
  let text: String
  let message: String
  /// Where the fault is told; the broken line itself, unless named.
  var toldIn: String?
  var toldAt: Int?

  var testDescription: String { "\(file):\(line) \(message)" }
}

/// The break brings its fault, with a remedy, and what is told does not load.
func expectTold(_ broken: Break, in network: SmallNetwork) throws {
  var small = network
  small.replaceLine(broken.line, of: broken.file, with: broken.text)
  let faults = try small.faults()
  let file = broken.toldIn ?? broken.file
  let line = broken.toldAt ?? broken.line
  if line == 0 {
    #expect(faults == [])
    return
  }
  #expect(
    faults.contains { $0.file == file && $0.line == line && $0.message.contains(broken.message) },
    "told: \(faults)")
  #expect(faults.allSatisfy { !$0.remedy.isEmpty && $0.line >= 1 })
  // Seams are the validator's alone.
  if ["overlap by", "a gap of", "not valid"].contains(where: broken.message.contains) { return }
  #expect(throws: InvalidNetwork.self, "what is told must not load") { try NetworkReader.read(small.source) }
}

private let policyBreaks = [
  Break(file: "network.yaml", line: 8, text: "datum: mars", message: "unknown datum mars"),
  Break(file: "network.yaml", line: 7, text: "time_zone: Asia/Atlantis", message: "unknown time zone", toldAt: 1),
  Break(file: "network.yaml", line: 9, text: "tolerance: {}", message: "unknown key `tolerance`"),
  Break(file: "network.yaml", line: 9, text: "catch_all: E9", message: "unknown category E9"),
  Break(file: "network.yaml", line: 9, text: "generate: {parameters: g.yaml}", message: "`generate` though there is"),
  Break(file: "network.yaml", line: 12, text: "  - {radius_metres: 50, window: 24}", message: "`window`"),
  Break(file: "network.yaml", line: 10, text: "cases: {max_returns: two}", message: "must be a whole number"),
  Break(file: "network.yaml", line: 3, text: "name_en: [", message: "not YAML", toldAt: 5),
  Break(
    file: "routing.yaml", line: 2, text: "  - {name: first, when: {categories: [E11, E99]}, lead: A}",
    message: "unknown category E99"),
  Break(file: "routing.yaml", line: 2, text: "  - {name: first, lead: Z}", message: "unknown department Z"),
  Break(
    file: "routing.yaml", line: 2, text: "  - {name: rest, when: {categories: [E11]}, lead: A}",
    message: "the rule \"rest\" stands twice", toldAt: 4),
  Break(
    file: "routing.yaml", line: 3, text: "  - {name: u, when: {units: [x9]}, lead: B}", message: "unknown unit x9"),
  Break(
    file: "routing.yaml", line: 3, text: "  - {name: u, when: {layers: [water]}, lead: B}",
    message: "unknown layer water"),
  Break(
    file: "routing.yaml", line: 3, text: "  - {name: u, when: {sources: [pigeon]}, lead: B}",
    message: "unknown sources \"pigeon\""),
  Break(
    file: "routing.yaml", line: 3, text: "  - {name: u, when: {hours: [\"9-5\"]}, lead: B}",
    message: "no span of hours"),
  Break(
    file: "routing.yaml", line: 3, text: "  - {name: u, when: {categories: [E11], priorities: [urgent]}, lead: B}",
    message: "the rule \"u\" can never match"),
  Break(
    file: "routing.yaml", line: 3, text: "  - {name: u, when: {category: [E11]}, lead: B}",
    message: "unknown key `category`"),
  Break(
    file: "routing.yaml", line: 4, text: "  - {name: rest, when: {categories: [E12], sources: [citizen]}, lead: B}",
    message: "routes every case of E12", toldIn: "catalogue.csv", toldAt: 5),
  Break(file: "limits.yaml", line: 5, text: "  - {clock: handle, limit: 5}", message: "a limit is a number"),
  Break(file: "limits.yaml", line: 5, text: "  - {clock: handle, limit: 5 moons}", message: "unknown unit moons"),
  Break(file: "limits.yaml", line: 5, text: "  - {clock: hnadle, limit: 5 work_days}", message: "unknown clock"),
  Break(file: "limits.yaml", line: 5, text: "  - {clock: handle}", message: "a limit rule without a limit"),
  Break(file: "limits.yaml", line: 6, text: "", message: "no limit of the verify clock", toldAt: 1),
  Break(
    file: "limits.yaml", line: 4, text: "  - {clock: handle, limit: 1 work_day}",
    message: "this limit of the handle clock can never apply", toldAt: 5),
  Break(
    file: "ladder.yaml", line: 3, text: "    rungs: [{name: late, at: \"0\", act: red}]",
    message: "a rung without a receiver"),
  Break(
    file: "ladder.yaml", line: 3, text: "    rungs: [{name: late, at: \"0\", to: [king@district], act: red}]",
    message: "unknown role king"),
  Break(
    file: "ladder.yaml", line: 3, text: "    rungs: [{name: late, at: \"0\", to: [officer@moon], act: red}]",
    message: "unknown tier moon"),
  Break(
    file: "ladder.yaml", line: 3, text: "    rungs: [{name: late, at: soon, to: [officer@grid], act: red}]",
    message: "`at`"),
  Break(
    file: "ladder.yaml", line: 3, text: "    rungs: [{name: late, at: \"0\", to: [officer@grid], act: pink}]",
    message: "unknown act"),
  Break(
    file: "ladder.yaml", line: 8, text: "      - {name: soon, at: +2 work_days, to: [handler@lead], act: yellow}",
    message: "all right", toldAt: 0),
  Break(
    file: "ladder.yaml", line: 9, text: "      - {name: soon, at: \"0\", to: [handler@lead], act: yellow}",
    message: "the rung \"soon\" stands twice"),
  Break(
    file: "ladder.yaml", line: 10, text: "  - clock: handle", message: "this ladder of the handle clock can never apply"
  ),
  Break(file: "calendar.yaml", line: 3, text: "  friday: [\"12:00-08:30\"]", message: "no working period"),
  Break(
    file: "calendar.yaml", line: 3, text: "  friday: [\"08:30-12:00\", \"11:00-13:00\"]", message: "overlap", toldAt: 2),
  Break(file: "calendar.yaml", line: 4, text: "holidays: [none.json]", message: "no holiday file none.json"),
  Break(
    file: "holidays/2026.json", line: 3, text: "  {\"date\": \"2026-02-30\", \"isOffDay\": false}",
    message: "a day without"),
  Break(
    file: "holidays/2026.json", line: 3, text: "  {\"date\": \"2026-01-01\", \"isOffDay\": false}",
    message: "stands twice"),
  Break(file: "holidays/2026.json", line: 4, text: "]", message: "not JSON", toldAt: 5),
  Break(file: "channels.yaml", line: 3, text: "", message: "no rule for the notice dispatched", toldAt: 2),
  Break(
    file: "channels.yaml", line: 3, text: "  - {kind: dispatched, channels: [drum]}",
    message: "unknown channels \"drum\""),
  Break(
    file: "channels.yaml", line: 1, text: "languages: [en, zh]", message: "the template is missing",
    toldIn: "templates/flag.zh.txt", toldAt: 1),
  Break(
    file: "templates/flag.en.txt", line: 3, text: "See {evidence}.", message: "unknown value {evidence}"),
  Break(file: "templates/flag.en.txt", line: 2, text: "x", message: "a subject, an empty line", toldAt: 1),
  Break(
    file: "assessment.yaml", line: 8, text: "      - {name: h, weight: 1, numerator: [smiles], denominator: [due]}",
    message: "unknown count smiles"),
]

private let tableBreaks = [
  Break(file: "units.csv", line: 3, text: "01,x,grid,一,One,,,", message: "unknown parent x"),
  Break(file: "units.csv", line: 3, text: "02,d,grid,一,One,,,", message: "stands already on line 3", toldAt: 4),
  Break(file: "units.csv", line: 3, text: "0-1,d,grid,一,One,,,", message: "\"0-1\" is no code"),
  Break(file: "units.csv", line: 3, text: "001,d,grid,一,One,,,", message: "has not the form of a grid"),
  Break(file: "units.csv", line: 3, text: "01,d,moon,一,One,,,", message: "unknown tier \"moon\""),
  Break(file: "units.csv", line: 3, text: "01,02,grid,一,One,,,", message: "cannot stand under"),
  Break(file: "units.csv", line: 3, text: "01,,grid,一,One,,,", message: "has no parent"),
  Break(file: "units.csv", line: 2, text: "d,01,district,区,District,,,", message: "its own ancestor"),
  Break(file: "units.csv", line: 3, text: "01,d,grid,一,One,soon,,", message: "`valid_from` is no date"),
  Break(file: "units.csv", line: 7, text: "05,d,grid,五,Five,2021-01-01,2020-12-31,", message: "ends before it begins"),
  Break(file: "units.csv", line: 3, text: "01,d,grid,一,One,,,maybe", message: "`exclusive`"),
  Break(file: "units.csv", line: 3, text: "01,d,grid,一,One,,,,,", message: "10 fields where the header has 8"),
  Break(file: "units.csv", line: 3, text: "01,d,grid,\"一\"x,One,,,", message: "not CSV"),
  Break(file: "units.csv", line: 1, text: "code,tier,name_zh,name_en", message: "missing column parent"),
  Break(file: "departments.csv", line: 2, text: "A,q,甲,Alpha", message: "unknown unit q"),
  Break(file: "departments.csv", line: 3, text: "A,d,乙,Beta", message: "stands already on line 2"),
  // The row before spans two lines.
  Break(file: "catalogue.csv", line: 5, text: "S,1,event,E12,E7,乙,Second,", message: "unknown parent E7"),
  Break(file: "catalogue.csv", line: 5, text: "S,1,event,E11,E1,乙,Second,", message: "stands already on line 3"),
  Break(file: "catalogue.csv", line: 5, text: "S,1,rumour,E12,E1,乙,Second,", message: "unknown kind \"rumour\""),
  Break(file: "catalogue.csv", line: 2, text: "S,1,event,E1,E11,类,Class,", message: "its own ancestor"),
]

private let shapeBreaks = [
  Break(
    file: "grids.geojson", line: 3,
    text: SmallNetwork.feature("02", "[[[0.1,0],[0.2,0.1],[0.2,0],[0.1,0.1],[0.1,0]]]") + ",",
    message: "the shape of 02 is not valid: self-intersection near 0.05,0.15"),
  Break(
    file: "grids.geojson", line: 3,
    text: SmallNetwork.feature("02", "[[[0.09,0],[0.2,0],[0.2,0.1],[0.09,0.1],[0.09,0]]]") + ",",
    message: "the shapes of 01 and 02 overlap by"),
  Break(
    file: "grids.geojson", line: 3,
    text:
      SmallNetwork.feature("02", "[[[0.1,0],[0.2,0],[0.2,0.1],[0.1,0.1],[0.1,0.08],[0.11,0.05],[0.1,0.02],[0.1,0]]]")
      + ",",
    message: "a gap of"),
  Break(
    file: "grids.geojson", line: 3,
    text: SmallNetwork.feature("09", "[[[0.1,0],[0.2,0],[0.2,0.1],[0.1,0.1],[0.1,0]]]") + ",",
    message: "a shape of the unknown unit 09"),
  Break(
    file: "grids.geojson", line: 3,
    text: SmallNetwork.feature("09", "[[[0.1,0],[0.2,0],[0.2,0.1],[0.1,0.1],[0.1,0]]]") + ",",
    message: "no shape for the unit 02", toldAt: 1),
  Break(
    file: "grids.geojson", line: 3,
    text: SmallNetwork.feature("01", "[[[0.1,0],[0.2,0],[0.2,0.1],[0.1,0.1],[0.1,0]]]") + ",",
    message: "the code 01 stands already on line 2"),
  Break(
    file: "grids.geojson", line: 3, text: SmallNetwork.feature("", "[[[0.1,0],[0.2,0],[0.2,0.1],[0.1,0]]]") + ",",
    message: "a feature without a code"),
  Break(
    file: "grids.geojson", line: 3, text: SmallNetwork.feature("02", "[[[0.1,0],[0.2,0],[0.1,0]]]") + ",",
    message: "a ring of fewer than four points"),
  Break(file: "grids.geojson", line: 3, text: "{\"properties\": {\"code\": \"02\"", message: "expected", toldAt: 4),
]

@Suite struct BrokenNetworkTests {
  @Test func theSmallNetworkIsFaultless() throws {
    let small = SmallNetwork()
    #expect(try small.faults() == [])
    let network = try NetworkReader.read(small.source)
    #expect(network.retiredUnits.map(\.code) == ["05"])
    #expect(network.policy.units["01"]?.exclusive == true)
    let point = try #require(LatticePoint(latitude: 0.05, longitude: 0.15))
    #expect(network.grids.unit(at: point) == "02")
    #expect(network.layerNames(at: point) == ["fire", "fire/F1"])
    #expect(network.policy.catalogue["E11"]?.closingStandard == "done,\ntwice")
    #expect(network.policy.calendar.isWorkingDay(CivilDate(year: 2026, month: 1, day: 4)!).isWorking)
  }

  @Test(arguments: policyBreaks + tableBreaks + shapeBreaks)
  func aBrokenLineIsNamed(_ broken: Break) throws { try expectTold(broken, in: SmallNetwork()) }

  @Test(arguments: [
    "network.yaml", "units.csv", "departments.csv", "catalogue.csv", "routing.yaml", "limits.yaml", "ladder.yaml",
    "calendar.yaml", "channels.yaml", "assessment.yaml", "grids.geojson", "templates/red.en.txt",
  ])
  func aMissingFileIsNamed(file: String) throws {
    var small = SmallNetwork()
    small.files[file] = nil
    #expect(try small.faults().contains { $0.file == file && $0.message.contains("is missing") })
  }

  @Test func sharesInTimeAreJudgedByTheNetworkOrNotAtAll() throws {
    var small = SmallNetwork()
    #expect(try NetworkReader.read(small.source).assessment.inTime == nil)
    small.append("in_time: {good_from: 80, fair_from: 60}", to: "assessment.yaml")
    let inTime = AssessmentPolicy.InTime(goodFrom: 80, fairFrom: 60)
    #expect(try NetworkReader.read(small.source).assessment.inTime == inTime)
    for wrong in ["{good_from: 60, fair_from: 80}", "{good_from: 101, fair_from: 1}", "{good_from: 80}"] {
      var broken = SmallNetwork()
      broken.append("in_time: \(wrong)", to: "assessment.yaml")
      #expect(try broken.faults().contains { $0.message.contains("in_time") }, "\(wrong)")
    }
  }

  @Test func faultsOfEveryFileAreToldAtOnce() throws {
    var small = SmallNetwork()
    let breaks = ["routing.yaml", "limits.yaml", "ladder.yaml", "channels.yaml", "network.yaml", "assessment.yaml"]
    for file in breaks { small.append("surprise: 1", to: file) }
    small.append("06,x,grid,六,Six,,,", to: "units.csv")
    small.append("C,x,丙,Gamma", to: "departments.csv")
    let files = Set(try small.faults().map(\.file))
    #expect(files.isSuperset(of: breaks + ["units.csv", "departments.csv"]))
  }

  @Test func faultsAreInOrderAndBounded() throws {
    var small = SmallNetwork()
    for number in 0..<300 { small.append("1\(number)x,d,moon,一,One,,,", to: "units.csv") }
    let faults = try small.faults().filter { $0.file == "units.csv" }
    #expect(faults.count == FaultList.maxFaultsPerFile + 1)
    #expect(faults.map(\.line) == faults.map(\.line).sorted())
    #expect(faults.last?.message.contains("more faults") == true)
  }

  @Test func generatedGeometryNeedsNoFile() throws {
    var small = SmallNetwork()
    let generator = """
      district: {code: d, name_zh: 区, name_en: District}
      seed: 1
      spacing: {longitude: 0.01, latitude: 0.01, jitter: 0.2, rounding: 0.0001}
      outline: [[0, 0], [0.2, 0], [0.2, 0.2], [0, 0.2]]
      streets:
        - {code: "01", name_zh: 一, name_en: One, centre: [0.1, 0.1], square_kilometres: 9, communities: 1, grids: 3}
      community_name: {zh: "{parent}{number}", en: "{parent} {number}"}
      grid_name: {zh: "{parent}{number}", en: "{parent} {number}"}

      """
    small.files["grids.geojson"] = nil
    small.files["generator.yaml"] = generator
    small.append("generate: {parameters: generator.yaml}", to: "network.yaml")
    small.replaceLine(6, of: "network.yaml", with: "  - {name: street, zh: 街道, en: Street}")
    small.replaceLine(
      7, of: "network.yaml",
      with: "  - {name: community, zh: 社区, en: Community}\n  - {name: grid, zh: 网格, en: Grid}\ntime_zone: Asia/Shanghai"
    )
    small.files["units.csv"] = """
      code,parent,tier,name_zh,name_en,valid_from,valid_to,exclusive
      d,,district,区,District,,,
      01,d,street,一,One,,,
      01001,01,community,一,One,,,
      01001001,01001,grid,一,One,,,
      01001002,01001,grid,二,Two,,,
      01001003,01001,grid,三,Three,,,

      """
    #expect(try small.faults() == [])
    let network = try NetworkReader.read(small.source)
    #expect(network.grids.codes.count == 3)
    #expect(network.fileNames.contains("generator.yaml") && !network.fileNames.contains("grids.geojson"))
  }
}
