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
  /// plan was drawn before grids were changed.
  /// - Throws: ``InvalidNetwork`` when the files' own changes cannot be read, ``NetworkSourceError``.
  public init(_ source: some NetworkSource, inForce: [GridChangeRecord]) throws {
    let own = try GridChangeRecord.read(source)
    let known = Set(own.map(\.id))
    self.init(source, changes: own + inForce.filter { !known.contains($0.id) })
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
