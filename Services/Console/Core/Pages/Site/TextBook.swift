import Mustache
import Yams

/// Every word of the pages, in each language. The files are `texts/<area>.yaml`; a key is the area and the names down to
/// the word, joined by dots:
///
///     list:                                   # cases.yaml
///       title: {zh: 案件, en: Cases}           # → cases.list.title
///       found: {zh: "{count} 件", en: "{count} cases", en_one: "{count} case"}
struct TextBook: Sendable {
  /// A word in one language, with the form for one where that differs.
  struct Word: Sendable, Equatable {
    var text: String
    var one: String?
  }

  private(set) var words: [PageLanguage: [String: Word]] = [:]
  /// Every beginning of a key that is no key itself.
  private(set) var groups: Set<String> = []

  /// - Parameter files: each by its name, `cases.yaml`.
  /// - Throws: `WebFault` with every text that is not given in each language.
  init(_ files: [(name: String, bytes: [UInt8])]) throws(WebFault) {
    var faults: [WebFault.Entry] = []
    for file in files {
      let area = String(file.name.prefix { $0 != "." })
      do {
        guard let node = try Yams.compose(yaml: String(decoding: file.bytes, as: UTF8.self)) else { continue }
        add(node, key: area, file: file.name, &faults)
      } catch {
        faults.append(WebFault.Entry(file: file.name, line: Self.line(of: error), reason: "is not YAML: \(error)"))
      }
    }
    if !faults.isEmpty { throw WebFault(faults) }
  }

  private mutating func add(_ node: Node, key: String, file: String, _ faults: inout [WebFault.Entry]) {
    func fault(_ reason: String) {
      faults.append(WebFault.Entry(file: file, line: node.mark?.line ?? 1, reason: "\(key) \(reason)"))
    }
    guard case .mapping(let mapping) = node else { return fault("must be {zh: …, en: …} or hold such") }
    let names = mapping.compactMap { $0.key.scalar?.string }
    guard names.contains("zh") || names.contains("en") else {
      groups.insert(key)
      for pair in mapping { add(pair.value, key: "\(key).\(pair.key.scalar?.string ?? "?")", file: file, &faults) }
      return
    }
    let unknown = Set(names).subtracting(["zh", "en", "en_one"])
    if !unknown.isEmpty { fault("has \(unknown.sorted().joined(separator: ", ")) beside zh, en and en_one") }
    guard let chinese = mapping["zh"]?.scalar?.string, let english = mapping["en"]?.scalar?.string else {
      return fault("is not given in zh and en")
    }
    words[.chinese, default: [:]][key] = Word(text: chinese)
    words[.english, default: [:]][key] = Word(text: english, one: mapping["en_one"]?.scalar?.string)
  }

  private static func line(of error: any Error) -> Int {
    switch error {
    case YamlError.scanner(_, _, let mark, _), YamlError.parser(_, _, let mark, _),
      YamlError.composer(_, _, let mark, _):
      mark.line
    default: 1
    }
  }

  func holds(_ key: String) -> Bool { words[.english]?[key] != nil }

  func texts(_ language: PageLanguage) -> PageTexts {
    PageTexts(language: language, words: words[language] ?? [:], groups: groups)
  }
}

/// The words of the pages in one language; in templates `t`, so that `{{t.cases.list.title}}` is a text.
struct PageTexts: Sendable, MustacheParent {
  let language: PageLanguage
  fileprivate let words: [String: TextBook.Word]
  fileprivate let groups: Set<String>
  private var prefix = ""

  fileprivate init(language: PageLanguage, words: [String: TextBook.Word], groups: Set<String>) {
    self.language = language
    self.words = words
    self.groups = groups
  }

  /// The text of a key, with `{name}` replaced by the values. A key that does not exist is shown as it is, so that it is
  /// seen; a test looks for those in the sources.
  func callAsFunction(_ key: String, _ values: [String: String] = [:]) -> String {
    fill(words[key]?.text ?? key, values)
  }

  /// The text of a key for so many, `{count}` among its values.
  func counted(_ key: String, _ count: some BinaryInteger, _ values: [String: String] = [:]) -> String {
    guard let word = words[key] else { return key }
    let text = count == 1 ? word.one ?? word.text : word.text
    return fill(text, values.merging(["count": "\(count)"]) { own, _ in own })
  }

  /// The word for a value of an enumeration, `words.<kind>.<value>`; the value itself where there is none.
  func word(_ kind: String, _ value: String) -> String { words["words.\(kind).\(value)"]?.text ?? value }

  /// Nil where there is no such key.
  func optional(_ key: String) -> String? { words[key]?.text }

  /// What a module asks for: every text below a group named `script`.
  var scriptTexts: [(key: String, word: TextBook.Word)] {
    words.filter { $0.key.split(separator: ".").dropLast().contains("script") }
      .map { (key: $0.key, word: $0.value) }.sorted { $0.key < $1.key }
  }

  func child(named name: String) -> Any? {
    let key = prefix.isEmpty ? name : "\(prefix).\(name)"
    if let word = words[key] { return word.text }
    guard groups.contains(key) else { return nil }
    var child = self
    child.prefix = key
    return child
  }

  private func fill(_ text: String, _ values: [String: String]) -> String {
    if values.isEmpty { return text }
    var result = ""
    var rest = text[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      result += rest[..<open]
      let name = String(rest[rest.index(after: open)..<close])
      result += values[name] ?? String(rest[open...close])
      rest = rest[rest.index(after: close)...]
    }
    return result + rest
  }
}
