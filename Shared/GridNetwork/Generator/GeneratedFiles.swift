import Domain

extension NetworkGenerator {
  /// The file that holds a preset's parameters.
  public static let parametersFile = "generator.yaml"

  /// Every file of a preset directory with `units.csv` and `grids.geojson` generated anew from its `generator.yaml`, and
  /// without `generate:`: what `gridctl network generate` writes. Files shared between networks (`../holidays/…`) are not among them.
  /// - Throws: ``InvalidNetwork`` when the parameters are not complete, ``NetworkSourceError`` when files cannot be
  ///   read.
  public static func files(preset source: some NetworkSource) throws -> [String: [UInt8]] {
    var reading = NetworkReading(source: source, zoneFile: SystemZoneFiles.read)
    _ = try reading.readSettings()
    let bytes = try reading.requiredFile(parametersFile)
    let parameters = bytes.flatMap {
      GeneratorParameters.read($0, file: parametersFile, tiers: reading.tiers.map(\.name), faults: reading.faults)
    }
    guard let parameters, reading.faults.faults.isEmpty else { throw InvalidNetwork(faults: reading.faults.sorted()) }
    let made: GeneratedNetwork
    do throws(GeneratorFault) {
      made = try generate(parameters)
    } catch {
      throw InvalidNetwork(faults: [
        NetworkFault(file: parametersFile, line: 1, message: error.description, remedy: "change the parameters")
      ])
    }
    var files: [String: [UInt8]] = [:]
    for name in try source.names() where !name.hasPrefix("../") {
      files[name] = try source.bytes(of: name)
    }
    files[NetworkReading.unitsFile] = made.unitsFile
    files[NetworkReading.gridsFile] = made.gridsFile
    files[PlanFile.name] = nil
    files[NetworkReading.settingsFile] = files[NetworkReading.settingsFile].map(withoutGenerate)
    return files
  }

  /// `network.yaml` without its key `generate` and what stands indented under it.
  private static func withoutGenerate(_ settings: [UInt8]) -> [UInt8] {
    var isUnderKey = false
    let lines = String(decoding: settings, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    let kept = lines.filter { line in
      isUnderKey = line.hasPrefix("generate:") || (isUnderKey && line.hasPrefix(" "))
      return !isUnderKey
    }
    return Array(kept.joined(separator: "\n").utf8)
  }
}

extension GeneratedNetwork {
  /// `units.csv`.
  public var unitsFile: [UInt8] {
    var text = "code,parent,tier,name_zh,name_en,valid_from,valid_to,exclusive\n"
    for unit in units {
      let fields = [unit.code.text, unit.parent?.text ?? "", unit.tier, unit.nameZh, unit.nameEn, "", ""]
      text += fields.map(quoted).joined(separator: ",") + ",\(unit.exclusive)\n"
    }
    return Array(text.utf8)
  }

  /// `grids.geojson`.
  public var gridsFile: [UInt8] {
    FeatureWriter.write(
      shapes.map { (properties: [(name: NetworkReading.codeProperty, value: $0.code.text)], shape: $0.shape) })
  }

  private func quoted(_ field: String) -> String {
    guard field.contains(where: { ",\"\n\r".contains($0) }) else { return field }
    return "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}
