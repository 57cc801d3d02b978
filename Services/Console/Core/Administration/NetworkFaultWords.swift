/// What is wrong with a network's files, in the language of who uploads them.
///
/// The reader of networks tells faults and remedies in English, as the command line shows them. `network_faults.yaml` has
/// each of its sentences in both languages, with `{1}`, `{2}` … for what differs; a sentence that it lacks stays as it is.
struct NetworkFaultWords: Sendable {
  private static let area = "network_faults."

  /// A sentence of the reader: what stands between its values, in order.
  private struct Sentence: Sendable {
    let pieces: [String]
    let names: [String]
    let translation: String

    var literalCharacters: Int { pieces.reduce(0) { $0 + $1.count } }

    init(_ text: String, translation: String) {
      var pieces = [""]
      var names: [String] = []
      var rest = text[...]
      while let match = rest.firstMatch(of: /\{(\d)\}/) {
        pieces[pieces.count - 1] += rest[..<match.range.lowerBound]
        names.append(String(match.1))
        pieces.append("")
        rest = rest[match.range.upperBound...]
      }
      pieces[pieces.count - 1] += rest
      (self.pieces, self.names, self.translation) = (pieces, names, translation)
    }

    /// Nil when what was told is another sentence.
    /// - Parameter known: the words for a value that is a sentence itself, as why a limit cannot be read.
    func translated(_ told: String, known: (String) -> String?) -> String? {
      guard let first = pieces.first, let last = pieces.last, told.hasPrefix(first) else { return nil }
      if names.isEmpty { return told == first ? translation : nil }
      var rest = told.dropFirst(first.count)
      guard rest.hasSuffix(last) else { return nil }
      rest = rest.dropLast(last.count)
      var values: [String] = []
      for piece in pieces.dropFirst().dropLast() {
        guard let place = rest.firstRange(of: piece) else { return nil }
        values.append(String(rest[..<place.lowerBound]))
        rest = rest[place.upperBound...]
      }
      values.append(String(rest))
      // Each value at its place, once: a value may itself hold braces.
      return translation.replacing(/\{(\d)\}/) { match in
        guard let place = names.firstIndex(of: String(match.1)) else { return String(match.0) }
        return known(values[place]) ?? values[place]
      }
    }
  }

  /// The most particular first.
  private let sentences: [Sentence]

  init(_ book: TextBook, _ language: PageLanguage) {
    let translations = book.words[language] ?? [:]
    sentences = (book.words[.english] ?? [:]).filter { $0.key.hasPrefix(Self.area) }
      .compactMap { key, word in translations[key].map { Sentence(word.text, translation: $0.text) } }
      .sorted { ($0.literalCharacters, $0.pieces.count) > ($1.literalCharacters, $1.pieces.count) }
  }

  /// Nil for a sentence that is not known.
  func known(_ told: String) -> String? {
    guard told.contains(" ") else { return nil }
    return sentences.lazy.compactMap { $0.translated(told, known: known) }.first
  }

  func callAsFunction(_ told: String) -> String { known(told) ?? told }
}
