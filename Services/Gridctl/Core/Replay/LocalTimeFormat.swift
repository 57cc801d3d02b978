import Domain

/// How a column writes times: `MM/dd/yyyy hh:mm:ss a`, `yyyy-MM-dd'T'HH:mm:ss`.
///
/// Letters stand for digits of fixed number: `yyyy MM dd HH hh mm ss`, and `a` for AM or PM; text in quotation marks
/// and any other sign stands for itself.
struct LocalTimeFormat: Sendable, Hashable {
  private enum Piece: Sendable, Hashable {
    case digits(Character, Int)
    case halfDay
    case text(Character)
  }

  private let pieces: [Piece]

  /// Nil for letters that have no meaning here.
  init?(_ format: String) {
    var pieces: [Piece] = []
    var isQuoted = false
    var characters = Array(format)[...]
    while let character = characters.popFirst() {
      if character == "'" {
        isQuoted.toggle()
      } else if isQuoted || !character.isLetter {
        pieces.append(.text(character))
      } else if character == "a" {
        pieces.append(.halfDay)
      } else {
        guard "yMdHhms".contains(character) else { return nil }
        var count = 1
        while characters.first == character {
          characters.removeFirst()
          count += 1
        }
        pieces.append(.digits(character, count))
      }
    }
    guard !isQuoted else { return nil }
    self.pieces = pieces
  }

  /// The moment that the text names on the zone's clocks; nil when it is none.
  func read(_ text: String, zone: ZoneRules) -> Instant? {
    var fields: [Character: Int] = [:]
    var isAfternoon: Bool?
    var rest = Substring(text)
    for piece in pieces {
      switch piece {
      case .text(let character):
        guard rest.popFirst() == character else { return nil }
      case .halfDay:
        let half = rest.prefix(2).uppercased()
        guard half == "AM" || half == "PM" else { return nil }
        isAfternoon = half == "PM"
        rest = rest.dropFirst(2)
      case .digits(let field, let count):
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits) else {
          return nil
        }
        fields[field] = number
        rest = rest.dropFirst(count)
      }
    }
    guard rest.isEmpty else { return nil }
    return moment(fields, isAfternoon: isAfternoon, zone: zone)
  }

  private func moment(_ fields: [Character: Int], isAfternoon: Bool?, zone: ZoneRules) -> Instant? {
    guard let year = fields["y"], let month = fields["M"], let day = fields["d"],
      let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    var hour = fields["H"] ?? 0
    if let half = fields["h"] {
      guard (1...12).contains(half) else { return nil }
      hour = half % 12 + (isAfternoon == true ? 12 : 0)
    }
    guard let time = TimeOfDay(hour: hour, minute: fields["m"] ?? 0, second: fields["s"] ?? 0) else { return nil }
    return zone.instant(of: date, time)
  }
}
