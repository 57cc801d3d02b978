import Domain

/// How far a stream has come in each district: the last number of its journal that was looked at.
///
/// As the id of an event: `<district>.<seq>` of the event itself and, where the stream is of several districts, the same of
/// the others after commas. So one id says where each of them goes on, and resuming neither skips nor repeats.
struct StreamPlace: Sendable, Hashable {
  private var seqs: [UnitCode: Int64]

  init(_ seqs: [UnitCode: Int64]) { self.seqs = seqs }

  /// Nil unless the text has the form of ``text(from:)``, with no district twice.
  init?(_ text: String) {
    var seqs: [UnitCode: Int64] = [:]
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let dot = part.lastIndex(of: "."), dot != part.startIndex, let seq = Int64(part[part.index(after: dot)...]),
        seq >= 0, seqs.updateValue(seq, forKey: UnitCode(String(part[..<dot]))) == nil
      else { return nil }
    }
    self.seqs = seqs
  }

  /// In order of code.
  var districts: [UnitCode] { seqs.keys.sorted() }

  func seq(of district: UnitCode) -> Int64 { seqs[district] ?? 0 }

  mutating func advance(_ district: UnitCode, to seq: Int64) { seqs[district] = seq }

  /// Whether it names districts of the other place only, and nothing beyond where those have come.
  func isWithin(_ other: StreamPlace) -> Bool {
    seqs.allSatisfy { district, seq in other.seqs[district].map { seq <= $0 } ?? false }
  }

  /// - Parameter first: the district that stands first; the first by code if nil.
  func text(from first: UnitCode? = nil) -> String {
    let rest = districts.filter { $0 != first }
    return ((first.map { [$0] } ?? []) + rest).map { "\($0).\(seq(of: $0))" }.joined(separator: ",")
  }
}
