/// A rung as events name it: by its code in the policy, with a count where it has come again.
public struct RungName: Sendable, Hashable {
  /// The code in the policy, e.g. `unanswered`.
  public let code: String
  /// How often it has come again; 0 the first time.
  public let repeats: Int

  private static let mark = "-again-"

  /// - Parameter repeats: from 0.
  public init(code: String, repeats: Int) {
    self.code = code
    self.repeats = repeats
  }

  /// Reads what `text` writes. What is not written so is a code as a whole.
  public init(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count > 2, parts[parts.count - 2] == "again", let repeats = Int(parts[parts.count - 1]), repeats > 0,
      String(repeats) == parts[parts.count - 1], !parts[0].isEmpty
    else {
      self.init(code: text, repeats: 0)
      return
    }
    self.init(code: parts.dropLast(2).joined(separator: "-"), repeats: repeats)
  }

  /// `unanswered`, and then `unanswered-again-1`, `unanswered-again-2`.
  public var text: String { repeats == 0 ? code : code + Self.mark + String(repeats) }
}

extension NetworkPolicy {
  /// What a rung of a clock is called, as events name it.
  ///
  /// All rungs of one clock that have the same code are called the same, whichever ladder they stand in.
  ///
  /// - Parameter name: as in an escalation.
  /// - Returns: Nil where the policy has no such rung or no words for it; `repeats` is how often it has come again.
  public func rungNames(_ name: String, of clock: ClockName) -> (zh: String, en: String, repeats: Int)? {
    let repeated = RungName(name)
    // A code may itself end like a count.
    for candidate in repeated.repeats == 0 ? [repeated] : [RungName(code: name, repeats: 0), repeated] {
      for ladder in ladders where ladder.clock == clock {
        for rung in ladder.rungs where rung.name == candidate.code {
          if let zh = rung.nameZh, let en = rung.nameEn { return (zh, en, candidate.repeats) }
        }
      }
    }
    return nil
  }
}
