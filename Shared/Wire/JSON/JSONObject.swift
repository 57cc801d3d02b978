/// The members of a JSON object, in the order of the text; no key stands twice.
///
/// Up to `maxLinearMembers` members are searched in line, which is faster than hashing for the objects that requests have;
/// beyond that an index is kept. Two objects are equal when they have the same members, in whatever order.
public struct JSONObject: Sendable {
  public struct Member: Sendable, Equatable {
    public let key: String
    public var value: JSONValue

    public init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// How many members are searched without an index.
  static let maxLinearMembers = 16

  public private(set) var members: [Member]
  private var positions: [String: Int]?

  public init() {
    members = []
    positions = nil
  }

  /// Traps on a key that is given twice.
  public init(_ pairs: some Sequence<(String, JSONValue)>) {
    self.init()
    for (key, value) in pairs {
      precondition(append(key, value), "A JSON object was given the key \(key) twice.")
    }
  }

  public var count: Int { members.count }
  public var isEmpty: Bool { members.isEmpty }
  public var keys: [String] { members.map(\.key) }

  /// The value of `key`. Setting appends or replaces in place; setting nil removes.
  public subscript(key: String) -> JSONValue? {
    get {
      guard let position = position(of: key) else { return nil }
      return members[position].value
    }
    set {
      switch (position(of: key), newValue) {
      case (let position?, let value?): members[position].value = value
      case (let position?, nil): remove(at: position)
      case (nil, let value?): append(key, value)
      case (nil, nil): break
      }
    }
  }

  /// Appends a member and says whether the key was new; an object that has the key stays as it was.
  @discardableResult
  mutating func append(_ key: String, _ value: JSONValue) -> Bool {
    if positions != nil {
      guard positions?[key] == nil else { return false }
      positions?[key] = members.count
    } else {
      for member in members where member.key == key { return false }
      if members.count == Self.maxLinearMembers {
        var index = [String: Int](minimumCapacity: 4 * Self.maxLinearMembers)
        for (position, member) in members.enumerated() { index[member.key] = position }
        index[key] = members.count
        positions = index
      }
    }
    members.append(Member(key: key, value: value))
    return true
  }

  private func position(of key: String) -> Int? {
    if let positions { return positions[key] }
    return members.firstIndex { $0.key == key }
  }

  private mutating func remove(at position: Int) {
    members.remove(at: position)
    guard positions != nil else { return }
    positions = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1.key, $0) })
  }
}

extension JSONObject: Equatable {
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    guard left.count == right.count else { return false }
    return left.members.allSatisfy { right[$0.key] == $0.value }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// Traps on a key that is given twice.
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
