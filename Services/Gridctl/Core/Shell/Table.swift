/// A table for reading: columns as wide as they need to be, numbers to the right, two spaces between.
struct Table {
  enum Alignment { case left, right }
  struct Column {
    let title: String
    let alignment: Alignment
    init(_ title: String, _ alignment: Alignment = .left) {
      self.title = title
      self.alignment = alignment
    }
  }

  private let columns: [Column]
  private var rows: [[String]] = []

  init(_ columns: [Column]) {
    self.columns = columns
  }

  /// Adds a row; it has one cell for each column.
  mutating func add(_ cells: String...) { add(cells) }

  mutating func add(_ cells: [String]) {
    precondition(cells.count == columns.count, "a row has as many cells as the table has columns")
    rows.append(cells)
  }

  var isEmpty: Bool { rows.isEmpty }

  var text: String {
    let lines = [columns.map(\.title)] + rows
    let widths = columns.indices.map { column in lines.map { displayWidth($0[column]) }.max() ?? 0 }
    return lines.map { line in
      var text = ""
      for (index, cell) in line.enumerated() {
        let gap = String(repeating: " ", count: widths[index] - displayWidth(cell))
        text += columns[index].alignment == .right ? gap + cell : cell + gap
        if index < line.count - 1 { text += "  " }
      }
      return text.trimmingTrailingSpaces
    }.joined(separator: "\n")
  }
}

/// How many places of a terminal the text takes: Chinese characters take two.
func displayWidth(_ text: String) -> Int {
  text.unicodeScalars.reduce(0) { width, scalar in
    if scalar.properties.generalCategory == .nonspacingMark { return width }
    return width + (wideRanges.contains { $0.contains(scalar.value) } ? 2 : 1)
  }
}

/// Hangul jamo, CJK with its symbols and punctuation, Hangul, full-width forms, and the supplementary ideographs.
private let wideRanges: [ClosedRange<UInt32>] = [
  0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
  0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD,
]

extension String {
  fileprivate var trimmingTrailingSpaces: String {
    var end = endIndex
    while end > startIndex, self[index(before: end)] == " " { end = index(before: end) }
    return String(self[..<end])
  }
}
