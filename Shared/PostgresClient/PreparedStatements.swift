/// What one connection has prepared. A statement used with other parameter types is prepared once more for them.
struct PreparedStatements {
  /// One statement as the server knows it.
  final class Entry {
    let serverName: String
    let text: String
    let types: [UInt32]
    /// True from the moment the server has answered.
    var isPrepared = false

    init(serverName: String, text: String, types: [UInt32]) {
      self.serverName = serverName
      self.text = text
      self.types = types
    }
  }

  private var entries: [String: [Entry]] = [:]
  private var made = 0

  /// The entry for a statement with parameters of these types, made when there is none.
  mutating func entry(name: String, text: String, types: [UInt32]) -> Entry {
    if let known = entries[name] {
      for entry in known where entry.types == types {
        precondition(entry.text == text, "the statement name \(name) stands for two different texts")
        return entry
      }
    }
    made += 1
    let entry = Entry(serverName: "\(name)#\(made)", text: text, types: types)
    entries[name, default: []].append(entry)
    return entry
  }

  /// Forgets a statement the server can no longer run as it was prepared, e.g. after its table changed. The next use
  /// prepares it anew under another name.
  mutating func forget(_ entry: Entry) {
    for (name, known) in entries where known.contains(where: { $0 === entry }) {
      entries[name] = known.filter { $0 !== entry }
    }
  }
}
