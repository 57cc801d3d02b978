import Domain

/// A network's files with other changes of grids than they carry themselves.
public struct ChangedSource: NetworkSource {
  private let source: any NetworkSource
  private let file: [UInt8]?

  /// - Parameter changes: all that the network is to carry, in the order in which they came into force.
  public init(_ source: some NetworkSource, changes: [GridChangeRecord]) {
    self.source = source
    file = changes.isEmpty ? nil : GridChangeRecord.file(changes)
  }

  /// The files with the changes in force besides their own: what a directory becomes when it is put in force again, whose
  /// plan was drawn before grids were changed. A change whose grids the directory itself has given up already, because its
  /// plan was drawn anew since, is left out.
  ///
  /// - Parameter network: as the files alone have it.
  public init(_ source: some NetworkSource, of network: LoadedNetwork, inForce: [GridChangeRecord]) {
    let known = Set(network.gridChanges.map(\.id))
    var units = Set(network.policy.units.units.map(\.code))
    let missing = inForce.filter { record in
      guard !known.contains(record.id) else { return false }
      if !record.retired.isEmpty, units.isDisjoint(with: record.retired) { return false }
      units.subtract(record.retired)
      units.formUnion(record.codes)
      return true
    }
    self.init(source, changes: missing.isEmpty ? [] : network.gridChanges + missing)
  }

  public func names() throws(NetworkSourceError) -> [String] {
    let names = try source.names()
    return file == nil || names.contains(GridChangeRecord.fileName)
      ? names : (names + [GridChangeRecord.fileName]).sorted()
  }

  public func bytes(of name: String) throws(NetworkSourceError) -> [UInt8]? {
    if let file, name == GridChangeRecord.fileName { return file }
    return try source.bytes(of: name)
  }
}
