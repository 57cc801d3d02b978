import Foundation
import Platform
import Wire

/// A file of acknowledgements, one JSON object a line, written as they come. From any task.
final class AckLog: Sendable {
  private let file: Locked<FileHandle>

  /// Appends to the file, making it when there is none. Throws `Refusal`.
  init(path: String) throws {
    if !FileManager.default.fileExists(atPath: path) {
      _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
    }
    guard let handle = FileHandle(forWritingAtPath: path) else {
      throw Refusal("unwritable", "\(path) cannot be written")
    }
    handle.seekToEndOfFile()
    file = Locked(handle)
  }

  func add(_ report: OutgoingReport, _ outcome: ReplayOutcome) {
    guard let id = outcome.caseID else { return }
    let line = JSONWriter.line([
      "case_id": .string(id), "external_id": .string(report.externalID), "outcome": .string(outcome.name),
    ])
    file.withLock { $0.write(Data(line)) }
  }
}
