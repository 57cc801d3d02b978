/// A value that must not be printed: a secret, or what would tell who a citizen is.
///
/// It prints as `[redacted]` wherever it is interpolated, described or dumped. `revealed` is the one way to the value.
public struct Redacted<Value: Sendable>: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  public let revealed: Value

  public init(_ value: Value) {
    revealed = value
  }

  public var description: String { redactedText }
  public var debugDescription: String { redactedText }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension Redacted: Equatable where Value: Equatable {}

let redactedText = "[redacted]"

/// Words that, in a metadata key, say that the value is a secret or tells of a person.
private let redactedWords: Set<String> = [
  "password", "secret", "token", "authorization", "cookie", "apikey", "phone", "reporter", "database_url", "dsn",
]

/// Whether metadata under `key` is never written, e.g. `reporter_phone` or `session-token`.
func isRedacted(_ key: String) -> Bool {
  let key = key.lowercased()
  return redactedWords.contains { word in
    guard let range = key.firstRange(of: word) else { return false }
    let before = range.lowerBound == key.startIndex || !key[key.index(before: range.lowerBound)].isLetter
    let after = range.upperBound == key.endIndex || !key[range.upperBound].isLetter
    return before && after
  }
}
