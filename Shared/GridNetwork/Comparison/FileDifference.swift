/// What changes from one set of files to another, by file and line.
public struct FileDifference: Sendable, Hashable {
  public struct Line: Sendable, Hashable {
    /// Of the file that has it, from 1.
    public let number: Int
    public let isAdded: Bool
    public let text: String
  }

  /// Lines of one file that are told; of more only the number.
  public static let maxLines = 200
  /// Files whose differing middles are longer are not compared line by line: the work grows with the square.
  public static let maxComparedLines = 4_000
  /// A line is told so far.
  public static let maxLineCharacters = 240

  public let name: String
  public let way: NetworkDifference.Way
  public let addedLines: Int
  public let removedLines: Int
  public let lines: [Line]

  /// The files that differ, by name.
  public static func between(_ old: [String: [UInt8]], _ new: [String: [UInt8]]) -> [FileDifference] {
    Set(old.keys).union(new.keys).sorted().compactMap { name in
      let (before, after) = (old[name], new[name])
      guard before != after else { return nil }
      return FileDifference(name: name, before, after)
    }
  }

  private init(name: String, _ before: [UInt8]?, _ after: [UInt8]?) {
    self.name = name
    way = before == nil ? .added : after == nil ? .removed : .changed
    let (old, new) = (Self.split(before), Self.split(after))
    let start = zip(old, new).prefix { $0 == $1 }.count
    let end = zip(old.dropFirst(start).reversed(), new.dropFirst(start).reversed()).prefix { $0 == $1 }.count
    let (removed, added) = (old[start..<(old.count - end)], new[start..<(new.count - end)])
    guard removed.count + added.count <= Self.maxComparedLines, way == .changed else {
      (addedLines, removedLines, lines) = (added.count, removed.count, [])
      return
    }
    let difference = Array(added).difference(from: Array(removed))
    (addedLines, removedLines) = (difference.insertions.count, difference.removals.count)
    let changes = difference.map { change -> Line in
      switch change {
      case .insert(let offset, let text, _):
        Line(number: start + offset + 1, isAdded: true, text: Self.shown(text))
      case .remove(let offset, let text, _):
        Line(number: start + offset + 1, isAdded: false, text: Self.shown(text))
      }
    }
    lines = changes.sorted { ($0.number, $0.isAdded ? 1 : 0) < ($1.number, $1.isAdded ? 1 : 0) }
      .prefix(Self.maxLines).map(\.self)
  }

  private static func split(_ bytes: [UInt8]?) -> [ArraySlice<UInt8>] {
    (bytes ?? []).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
  }

  private static func shown(_ line: ArraySlice<UInt8>) -> String {
    let text = String(decoding: line.prefix(maxLineCharacters * 4), as: UTF8.self)
    return text.count > maxLineCharacters ? text.prefix(maxLineCharacters) + "…" : text
  }
}
