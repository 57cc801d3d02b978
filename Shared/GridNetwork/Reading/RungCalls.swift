import Domain

/// What people call a rung.
struct RungCall: Hashable {
  /// Beside a clock, an act and a time there is no room for a sentence.
  static let maxCharacters = 48

  let zh: String
  let en: String
}

/// What the rungs read so far are called. Events name a rung by its clock and code alone, so all rungs of one clock that
/// share a code share their names.
struct RungCalls {
  private struct Key: Hashable {
    let clock: ClockName
    let name: String
  }
  private var known: [Key: (call: RungCall, line: Int)] = [:]

  mutating func add(_ call: RungCall, to name: String, of clock: ClockName, _ map: YamlMap) {
    let key = Key(clock: clock, name: name)
    guard let before = known[key] else {
      known[key] = (call, map.line)
      return
    }
    if before.call != call {
      map.fault(
        "the rung \"\(name)\" of the \(clock.rawValue) clock is called otherwise on line \(before.line)",
        line: map.line(of: "zh"),
        remedy: "call it \(before.call.zh) and \(before.call.en) here too, or give it another `name`")
    }
  }
}

extension NetworkReading {
  /// `zh` and `en` of a rung; nil where it has neither.
  func readCall(_ map: YamlMap) -> RungCall? {
    let zh = callText(map, "zh")
    let en = callText(map, "en")
    for (given, missing) in [("zh", "en"), ("en", "zh")] where map.has(given) && !map.has(missing) {
      map.fault(
        "a rung with `\(given)` but without `\(missing)`", line: map.line(of: given),
        remedy: "add `\(missing): …`, or name it in no language")
    }
    guard let zh, let en else { return nil }
    return RungCall(zh: zh, en: en)
  }

  private func callText(_ map: YamlMap, _ key: String) -> String? {
    let text = map.text(key)
    guard map.has(key) else { return nil }
    if let text, text.text.count > RungCall.maxCharacters {
      map.fault(
        "`\(key)` has \(text.text.count) characters", line: text.line,
        remedy: "say it in \(RungCall.maxCharacters) at most")
      return nil
    }
    if map.isScalar(key), text?.text.trimmingSpaces().isEmpty ?? true {
      map.fault("`\(key)` is empty", line: map.line(of: key), remedy: "write the rung's name, or leave the key out")
      return nil
    }
    return text?.text
  }
}
