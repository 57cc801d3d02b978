/// What is true of a case for the statistics; each bit is one indicator of the contract.
///
/// Every event carries the facts before and after it, so that a rollup is a sum of differences and needs to look
/// nothing up; `cases.facts` holds the same bits, so that the cases behind a figure can be listed exactly.
public struct CaseFacts: OptionSet, Sendable, Hashable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let reported = CaseFacts(rawValue: 1 << 0)
  /// Neither void nor merged: counted as a real case.
  public static let valid = CaseFacts(rawValue: 1 << 1)
  public static let filed = CaseFacts(rawValue: 1 << 2)
  public static let dispatched = CaseFacts(rawValue: 1 << 3)
  public static let signed = CaseFacts(rawValue: 1 << 4)
  public static let handled = CaseFacts(rawValue: 1 << 5)
  public static let closed = CaseFacts(rawValue: 1 << 6)
  public static let onTimeSign = CaseFacts(rawValue: 1 << 7)
  public static let lateSign = CaseFacts(rawValue: 1 << 8)
  public static let onTimeHandle = CaseFacts(rawValue: 1 << 9)
  public static let lateHandle = CaseFacts(rawValue: 1 << 10)
  public static let returned = CaseFacts(rawValue: 1 << 11)
  public static let reworked = CaseFacts(rawValue: 1 << 12)
  public static let extended = CaseFacts(rawValue: 1 << 13)
  public static let suspended = CaseFacts(rawValue: 1 << 14)
  public static let reopened = CaseFacts(rawValue: 1 << 15)
  /// Settled by the officer who found it (教育劝喻): counted apart from departmental handling.
  public static let onSpot = CaseFacts(rawValue: 1 << 16)
  public static let appealedOut = CaseFacts(rawValue: 1 << 17)
  public static let satisfied = CaseFacts(rawValue: 1 << 18)
  public static let dissatisfied = CaseFacts(rawValue: 1 << 19)
  public static let unrated = CaseFacts(rawValue: 1 << 20)
  /// Closed by a department within its limit.
  public static let onTimeClose = CaseFacts(rawValue: 1 << 21)
  /// The centre gave a supervision order (督办).
  public static let supervised = CaseFacts(rawValue: 1 << 22)
  /// A department's return was rejected (推诿).
  public static let shirked = CaseFacts(rawValue: 1 << 23)
  public static let onTimeContact = CaseFacts(rawValue: 1 << 24)
  public static let lateContact = CaseFacts(rawValue: 1 << 25)

  /// What says that something was late.
  public static let late: CaseFacts = [.lateSign, .lateHandle, .lateContact]

  /// Every fact with the name the contract gives it, in the order of the bits.
  public static let named: [(name: String, fact: CaseFacts)] = [
    ("reported", .reported), ("valid", .valid), ("filed", .filed), ("dispatched", .dispatched),
    ("signed", .signed), ("handled", .handled), ("closed", .closed), ("on_time_sign", .onTimeSign),
    ("late_sign", .lateSign), ("on_time_handle", .onTimeHandle), ("late_handle", .lateHandle),
    ("returned", .returned), ("reworked", .reworked), ("extended", .extended), ("suspended", .suspended),
    ("reopened", .reopened), ("on_spot", .onSpot), ("appealed_out", .appealedOut), ("satisfied", .satisfied),
    ("dissatisfied", .dissatisfied), ("unrated", .unrated), ("on_time_close", .onTimeClose),
    ("supervised", .supervised), ("shirked", .shirked), ("on_time_contact", .onTimeContact),
    ("late_contact", .lateContact),
  ]
}

extension ClockName {
  /// What a case is that had this clock run over; nothing for clocks that no indicator counts.
  var lateFact: CaseFacts {
    switch self {
    case .sign: .lateSign
    case .handle: .lateHandle
    case .contact: .lateContact
    case .decide, .verify, .answer: []
    }
  }

  /// What a case is that did in time what this clock waited for.
  var onTimeFact: CaseFacts {
    switch self {
    case .sign: .onTimeSign
    case .handle: .onTimeHandle
    case .contact: .onTimeContact
    case .decide, .verify, .answer: []
    }
  }
}
