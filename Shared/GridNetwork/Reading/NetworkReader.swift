public import Domain

/// Reads network directories (`deploy/networks/README.md` names the files and their keys).
public enum NetworkReader {
  /// A network whose files hold together, ready for use.
  ///
  /// Checks everything but the seams between grids, which ``NetworkValidator`` does with GEOS. Blocks while it reads;
  /// 5,000 grids take about a tenth of a second, without geometry less.
  /// - Parameters:
  ///   - version: the number under which this version is stored; 0 for one that is not.
  ///   - changesUntil: the grids are taken as they were on that day; nil: as they are by all changes of the files.
  ///   - zoneFile: the compiled zone file for a name such as `Asia/Shanghai`; nil when there is none.
  /// - Throws: ``InvalidNetwork`` with every fault, or ``NetworkSourceError`` when the files cannot be read.
  public static func read(
    _ source: some NetworkSource, version: Int32 = 0, geometry: GeometryReading = .index,
    changesUntil: CivilDate? = nil, zoneFile: @escaping @Sendable (String) -> [UInt8]? = SystemZoneFiles.read
  ) throws -> LoadedNetwork {
    var reading = NetworkReading(source: source, zoneFile: zoneFile)
    reading.changesUntil = changesUntil
    let loaded = try reading.load(version: version, geometry: geometry)
    let faults = reading.faults.sorted()
    guard let loaded, faults.isEmpty else { throw InvalidNetwork(faults: faults) }
    return loaded
  }
}

/// One reading of one directory, from the first file to the last; used once, on one thread.
struct NetworkReading {
  let source: any NetworkSource
  let zoneFile: @Sendable (String) -> [UInt8]?
  let faults = FaultList()
  /// Files the network consists of, whether or not they were read this time.
  var usedNames: Set<String> = []
  var names: [String] = []
  /// What the files say, so far as it was read; later files are checked against it.
  var tiers: [Tier] = []
  var city: City?
  var codeDigits: [String: Int] = [:]
  /// What `generate:` made, when network.yaml has it.
  var made: GeneratedNetwork?
  var units: [Unit] = []
  var unitCodes: Set<UnitCode> = []
  var retiredUnits: [Unit] = []
  var tree: UnitTree?
  var departments: [Department] = []
  var catalogue = Catalogue(categories: [])
  var catalogueLines: [String: Int] = [:]
  var layerNames: Set<String> = []
  var casePolicy = CasePolicy()
  /// What clocks are started for, by the limits and by the forms of supervision that want an answer.
  var limited: [ClockName: Set<ClockMatter>] = [:]
  var features: [UnitFeature] = []
  /// The changes of grids that the files carry and that have come into force, in their order.
  var changes: [PlacedGridChange] = []
  /// Changes of later days are passed over; nil: none.
  var changesUntil: CivilDate?
  var tolerances = SeamTolerances()

  init(source: any NetworkSource, zoneFile: @escaping @Sendable (String) -> [UInt8]?) {
    self.source = source
    self.zoneFile = zoneFile
  }

  mutating func load(version: Int32, geometry: GeometryReading) throws(NetworkSourceError) -> LoadedNetwork? {
    names = try source.names()
    let settings = try readSettings()
    // Without tiers every other file would seem full of faults.
    guard !tiers.isEmpty else { return nil }
    if let generator = settings?.generator { made = try generate(generator, drawsShapes: geometry != .skip) }
    try readUnits()
    try readDepartments()
    try readCatalogue(catchAll: settings?.catchAll)
    features = try readGeometry(geometry, settings: settings)
    let layers = try readLayers(geometry)
    let repeats = settings.map { readCaseSettings($0.map) } ?? []
    let gridChanges = settings?.map.map("grids").flatMap { readGridRules($0) }
    let publicPage = settings?.map.map("public").flatMap { readPublic($0) }
    settings?.map.finish()
    if let settings { checkCity(settings) }
    let calendar = try readCalendar(zoneName: settings?.timeZone)
    let routing = try readRouting()
    let limits = try readLimits()
    let ladderFile = try readLadders()
    let channels = try readChannels()
    let assessment = try readAssessment()
    let templates = try readTemplates(channels: channels)
    guard let settings, let tree, let calendar, let channels, let assessment, faults.faults.isEmpty,
      let index = index(features)
    else { return nil }
    let policy = NetworkPolicy(
      name: settings.identity.name, version: version, units: tree, departments: departments, catalogue: catalogue,
      routing: routing, limits: limits, ladders: ladderFile.ladders, repeats: repeats,
      casePolicy: casePolicy, calendar: calendar, datum: settings.datum, cards: ladderFile.cards,
      gridChanges: gridChanges)
    return LoadedNetwork(
      identity: settings.identity, policy: policy, channels: channels, assessment: assessment, templates: templates,
      discipline: ladderFile.discipline, publicPage: publicPage, retiredUnits: retiredUnits,
      gridChanges: changes.map(\.record), tolerances: tolerances, grids: index, layers: layers,
      shapes: geometry == .shapes
        ? Dictionary(features.map { ($0.code, $0.feature.shape) }, uniquingKeysWith: { first, _ in first }) : [:],
      fileNames: usedNames.sorted())
  }

  /// The file's bytes; nil when there is none.
  mutating func file(_ name: String) throws(NetworkSourceError) -> [UInt8]? {
    guard let bytes = try source.bytes(of: name) else { return nil }
    usedNames.insert(name)
    return bytes
  }

  /// The file's bytes; a fault when there is none.
  mutating func requiredFile(_ name: String) throws(NetworkSourceError) -> [UInt8]? {
    if let bytes = try file(name) { return bytes }
    faults.add(name, 1, "the file is missing", remedy: "add it; deploy/networks/README.md shows its form")
    return nil
  }

  mutating func yaml(_ name: String) throws(NetworkSourceError) -> YamlMap? {
    try requiredFile(name).flatMap { YamlMap.read($0, file: name, faults: faults) }
  }
}
