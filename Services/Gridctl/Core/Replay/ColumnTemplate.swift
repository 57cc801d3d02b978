/// Text with the names of columns in braces, e.g. `nyc311-{Unique Key}`.
struct ColumnTemplate: Sendable, Hashable {
  private enum Piece: Sendable, Hashable {
    case text(String)
    case column(String)
  }

  private let pieces: [Piece]

  /// Nil when a brace is not closed or closes nothing.
  init?(_ text: String) {
    var pieces: [Piece] = []
    var rest = Substring(text)
    while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
      guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}") else { return nil }
      let name = rest[rest.index(after: open)..<close]
      guard !name.isEmpty, !name.contains("{") else { return nil }
      if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
      pieces.append(.column(String(name)))
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { pieces.append(.text(String(rest))) }
    self.pieces = pieces
  }

  var columns: [String] {
    pieces.compactMap { piece in
      if case .column(let name) = piece { return name }
      return nil
    }
  }

  /// The text with the values put in; nil when one of them is empty.
  func filled(_ value: (String) -> String?) -> String? {
    var text = ""
    for piece in pieces {
      switch piece {
      case .text(let fixed): text += fixed
      case .column(let name):
        guard let found = value(name), !found.isEmpty else { return nil }
        text += found
      }
    }
    return text
  }
}
