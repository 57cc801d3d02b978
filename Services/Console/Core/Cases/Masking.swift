/// Personal data as everybody may see it.
enum Masking {
  /// The first character, then stars: `张三` → `张**`.
  static func name(_ name: String) -> String { name.prefix(1) + "**" }

  /// The first three and the last four digits of a mobile number: `13812341234` → `138****1234`; of what is shorter, so
  /// few that nobody can be called.
  static func phone(_ phone: String) -> String {
    let kept = phone.filter { $0.isNumber || $0 == "+" }
    guard kept.count >= 11 else { return "****" + kept.suffix(2) }
    return kept.prefix(kept.count - 8) + "****" + kept.suffix(4)
  }
}
