import Yams

/// A mapping of a YAML file that remembers which keys were asked for, so that unknown ones can be named.
final class YamlMap {
  let file: String
  let line: Int
  private let entries: [(key: String, line: Int, node: Node)]
  private var asked: Set<String> = []
  private let faults: FaultList

  private init(file: String, line: Int, entries: [(key: String, line: Int, node: Node)], faults: FaultList) {
    self.file = file
    self.line = line
    self.entries = entries
    self.faults = faults
  }

  /// The top mapping of a file; nil, with a fault, when it is not one.
  static func read(_ bytes: [UInt8], file: String, faults: FaultList) -> YamlMap? {
    do {
      guard let node = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self)) else {
        faults.add(file, 1, "the file is empty", remedy: "write the keys that deploy/networks/README.md names")
        return nil
      }
      return from(node, file: file, faults: faults)
    } catch let error as YamlError {
      let place = place(of: error)
      faults.add(file, place.line, "not YAML: \(place.problem)", remedy: "mend the syntax")
      return nil
    } catch {
      faults.add(file, 1, "not YAML", remedy: "mend the syntax")
      return nil
    }
  }

  private static func place(of error: YamlError) -> (line: Int, problem: String) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      (mark.line, problem)
    case .duplicatedKeysInMapping(let keys, let context):
      (context.mark.line, "the key \(keys.map { $0.description }.joined(separator: ", ")) stands twice")
    default: (1, "unreadable")
    }
  }

  private static func from(_ node: Node, file: String, faults: FaultList) -> YamlMap? {
    guard case .mapping(let mapping) = node else {
      faults.add(file, node.line, "expected keys with values", remedy: "write it as `key: value` lines")
      return nil
    }
    let entries = mapping.map { pair in
      (key: pair.key.scalar?.string ?? "", line: pair.key.line, node: pair.value)
    }
    return YamlMap(file: file, line: mapping.mark?.line ?? node.line, entries: entries, faults: faults)
  }

  func fault(_ message: String, line: Int? = nil, remedy: String) {
    faults.add(file, line ?? self.line, message, remedy: remedy)
  }

  var keys: [(key: String, line: Int)] { entries.map { ($0.key, $0.line) } }

  func line(of key: String) -> Int { entries.first { $0.key == key }?.line ?? line }

  func has(_ key: String) -> Bool { entries.contains { $0.key == key } }

  /// Whether the key has one value, be it empty.
  func isScalar(_ key: String) -> Bool { entries.first { $0.key == key }?.node.scalar != nil }

  private func node(_ key: String) -> Node? {
    asked.insert(key)
    guard let node = entries.first(where: { $0.key == key })?.node else { return nil }
    if case .scalar(let scalar) = node, scalar.style == .plain, ["", "~", "null"].contains(scalar.string) {
      return nil
    }
    return node
  }

  /// The text of a scalar as it is written, so that a code such as 0101 keeps its zero.
  func text(_ key: String) -> YamlText? {
    guard let node = node(key) else { return nil }
    return Self.text(node, key, self)
  }

  func requiredText(_ key: String) -> YamlText? {
    guard let text = text(key) else {
      if !has(key) || node(key) == nil { fault("`\(key)` is missing", remedy: "add `\(key): …`") }
      return nil
    }
    return text
  }

  private static func text(_ node: Node, _ key: String, _ map: YamlMap) -> YamlText? {
    guard case .scalar(let scalar) = node else {
      map.fault("`\(key)` must be one value", line: node.line, remedy: "write `\(key): value`")
      return nil
    }
    return YamlText(text: scalar.string, line: node.line)
  }

  func double(_ key: String) -> Double? {
    guard let text = text(key) else { return nil }
    guard let value = Double(text.text), value.isFinite else {
      fault("`\(key)` must be a number, not \"\(text.text)\"", line: text.line, remedy: "write a number")
      return nil
    }
    return value
  }

  func integer(_ key: String) -> Int? {
    guard let text = text(key) else { return nil }
    guard let value = Int(text.text) else {
      fault("`\(key)` must be a whole number, not \"\(text.text)\"", line: text.line, remedy: "write a whole number")
      return nil
    }
    return value
  }

  func bool(_ key: String) -> Bool? {
    guard let text = text(key) else { return nil }
    switch text.text {
    case "true": return true
    case "false": return false
    default:
      fault("`\(key)` must be true or false", line: text.line, remedy: "write `\(key): true` or `\(key): false`")
      return nil
    }
  }

  /// A list of scalars; one scalar alone counts as a list of one. Empty when the key is not there.
  func texts(_ key: String) -> [YamlText] {
    guard let node = node(key) else { return [] }
    switch node {
    case .scalar(let scalar): return [YamlText(text: scalar.string, line: node.line)]
    case .sequence(let sequence): return sequence.compactMap { Self.text($0, key, self) }
    default:
      fault("`\(key)` must be a list", line: node.line, remedy: "write `\(key): [first, second]`")
      return []
    }
  }

  func map(_ key: String) -> YamlMap? {
    node(key).flatMap { Self.from($0, file: file, faults: faults) }
  }

  /// A list of mappings. Empty when the key is not there.
  func maps(_ key: String) -> [YamlMap] {
    guard let node = node(key) else { return [] }
    guard case .sequence(let sequence) = node else {
      fault("`\(key)` must be a list", line: node.line, remedy: "begin each entry with `- `")
      return []
    }
    return sequence.compactMap { Self.from($0, file: file, faults: faults) }
  }

  /// A list of lists of numbers, as the points of an outline.
  func numberRows(_ key: String) -> [(numbers: [Double], line: Int)] {
    guard let node = node(key) else { return [] }
    guard case .sequence(let rows) = node else {
      fault("`\(key)` must be a list", line: node.line, remedy: "write one `- [a, b]` a line")
      return []
    }
    return rows.map { row in
      guard case .sequence(let values) = row else { return ([], row.line) }
      return (values.compactMap { $0.scalar.flatMap { Double($0.string) } }, row.line)
    }
  }

  /// Tells of every key nobody asked for. Call it when the mapping has been read.
  func finish() {
    for entry in entries where !asked.contains(entry.key) {
      fault("unknown key `\(entry.key)`", line: entry.line, remedy: remedyForUnknownKey(entry.key))
    }
  }

  private func remedyForUnknownKey(_ key: String) -> String {
    "known here: \(asked.sorted().joined(separator: ", "))"
  }
}

/// A scalar and the line it stands on.
struct YamlText {
  let text: String
  let line: Int
}

extension Node {
  /// Counted from 1.
  var line: Int { mark?.line ?? 1 }
}
