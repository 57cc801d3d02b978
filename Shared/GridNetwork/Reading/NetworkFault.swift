/// One thing that is wrong with a network directory, where it stands and what to do about it.
public struct NetworkFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file's name inside the directory, e.g. `routing.yaml`.
  public let file: String
  /// Counted from 1; 1 where the whole file is meant.
  public let line: Int
  public let message: String
  /// What would put it right.
  public let remedy: String

  public init(file: String, line: Int, message: String, remedy: String) {
    self.file = file
    self.line = line
    self.message = message
    self.remedy = remedy
  }

  public var description: String { "\(file):\(line): \(message) (\(remedy))" }
}

/// A network directory that cannot be used, with every fault that was found, in order of file and line.
public struct InvalidNetwork: Error, Sendable, CustomStringConvertible {
  public let faults: [NetworkFault]

  public init(faults: [NetworkFault]) {
    self.faults = faults
  }

  public var description: String { faults.map(\.description).joined(separator: "\n") }
}

/// Collects faults while a directory is read, so that all are told at once. Belongs to one reading on one thread.
final class FaultList {
  /// What more there is beyond this many is only counted: a broken file of a city's grids would fill the screen.
  static let maxFaultsPerFile = 200
  private(set) var faults: [NetworkFault] = []
  private var countByFile: [String: Int] = [:]
  /// Files in which a rule could not be read as it was meant: what rests on all rules together is not judged then.
  private(set) var incompleteFiles: Set<String> = []

  func add(_ file: String, _ line: Int, _ message: String, remedy: String) {
    let count = countByFile[file, default: 0] + 1
    countByFile[file] = count
    guard count <= Self.maxFaultsPerFile else { return }
    faults.append(NetworkFault(file: file, line: line, message: message, remedy: remedy))
  }

  func markIncomplete(_ file: String) { incompleteFiles.insert(file) }

  /// In order of file and line.
  func sorted() -> [NetworkFault] {
    var all = faults
    for (file, count) in countByFile where count > Self.maxFaultsPerFile {
      all.append(
        NetworkFault(
          file: file, line: Int.max, message: "\(count - Self.maxFaultsPerFile) more faults in this file",
          remedy: "mend those above first"))
    }
    return all.sorted { ($0.file, $0.line, $0.message) < ($1.file, $1.line, $1.message) }
  }
}
