public import Domain

/// What lists ask of a case beyond its state: columns of `cases` that only people's commands change.
public struct CaseMarks: Sendable, Hashable {
  /// The column `marks`.
  public struct Bits: OptionSet, Sendable, Hashable {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }

    public static let extensionAsked = Bits(rawValue: 1)
    public static let suspensionAsked = Bits(rawValue: 2)
    /// A bad rating obliges the centre to supervise.
    public static let mustSupervise = Bits(rawValue: 4)
    public static let appealWaits = Bits(rawValue: 8)
    /// There was an appeal, decided or not.
    public static let appealed = Bits(rawValue: 16)

    /// What waits for a word of the centre.
    static let forCentre: Bits = [.extensionAsked, .suspensionAsked, .mustSupervise]
  }

  public let bits: Bits
  /// Departments that owe a supervision order its answer, in order.
  public let owesAnswer: [DepartmentCode]
  /// The number of the case in which it ended.
  public let mergedInto: Int64?

  public init(_ value: Case) {
    var bits: Bits = []
    // Of a case that is over nothing can be granted or supervised any more.
    if value.state.isOpen {
      for request in value.requests { bits.insert(request.isExtension ? .extensionAsked : .suspensionAsked) }
    }
    if value.mustSupervise, value.state.isOpen || value.state == .closed { bits.insert(.mustSupervise) }
    if value.appealBy != nil { bits.insert(.appealWaits) }
    if value.counts.appeals > 0 { bits.insert(.appealed) }
    self.bits = bits
    owesAnswer = Set(value.orders.filter(\.awaitsAnswer).compactMap(\.department)).sorted()
    mergedInto = value.mergedInto?.number
  }
}
