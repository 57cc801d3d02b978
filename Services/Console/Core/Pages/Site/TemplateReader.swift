import Mustache

/// Reads the templates and looks through them: a partial that does not exist, or a text that has no words, would
/// otherwise only be an empty place on a page.
enum TemplateReader {
  /// - Parameter files: `templates/*.mustache`, each by its name below the folder.
  /// - Throws: `WebFault` with everything that is wrong.
  static func read(
    _ files: [(name: String, bytes: [UInt8])], texts: TextBook
  ) throws(WebFault) -> MustacheLibrary {
    var library = MustacheLibrary()
    var faults: [WebFault.Entry] = []
    let names = Set(files.map { templateName($0.name) })
    for file in files {
      let text = String(decoding: file.bytes, as: UTF8.self)
      do {
        library.register(try MustacheTemplate(string: text), named: templateName(file.name))
      } catch let error as MustacheTemplate.ParserError {
        faults.append(
          WebFault.Entry(file: file.name, line: error.context.lineNumber, reason: "is no template: \(error.error)"))
      } catch {
        faults.append(WebFault.Entry(file: file.name, line: 1, reason: "is no template: \(error)"))
      }
      for (line, tag) in tags(of: text) {
        if let reason = fault(tag, names, texts) {
          faults.append(WebFault.Entry(file: file.name, line: line, reason: reason))
        }
      }
    }
    if !faults.isEmpty { throw WebFault(faults) }
    return library
  }

  private static func templateName(_ file: String) -> String { String(file.dropLast(".mustache".count)) }

  private static func fault(_ tag: Substring, _ names: Set<String>, _ texts: TextBook) -> String? {
    let name = tag.drop { "#^/>{&<$ ".contains($0) }.filter { $0 != " " && $0 != "}" }
    switch tag.first {
    case ">"?, "<"?:
      return name.hasPrefix("*") || names.contains(name) ? nil : "there is no template \(name)"
    case "$"?, "/"?, "!"?: return nil
    default:
      guard name.hasPrefix("t.") else { return nil }
      let key = String(name.dropFirst(2))
      return texts.holds(key) ? nil : "there is no text \(key)"
    }
  }

  /// What stands between double braces, with the number of its line.
  private static func tags(of text: String) -> [(line: Int, tag: Substring)] {
    var tags: [(line: Int, tag: Substring)] = []
    var line = 1
    for row in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var rest = row
      while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
        tags.append((line, rest[open.upperBound..<close.lowerBound]))
        rest = rest[close.upperBound...]
      }
      line += 1
    }
    return tags
  }
}
