/// What is wrong with the files of the pages: each with its file and, where there is one, its line.
struct WebFault: Error, Sendable, Equatable, CustomStringConvertible {
  struct Entry: Sendable, Equatable {
    let file: String
    let line: Int
    let reason: String
  }

  let entries: [Entry]

  init(_ entries: [Entry]) { self.entries = entries }

  init(_ file: String, _ line: Int, _ reason: String) {
    entries = [Entry(file: file, line: line, reason: reason)]
  }

  var description: String { entries.map { "\($0.file):\($0.line): \($0.reason)" }.joined(separator: "; ") }
}
