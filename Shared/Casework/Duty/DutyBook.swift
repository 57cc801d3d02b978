public import Domain

/// Who stands behind an address now: the holders of each post, their rosters and absences. A pure value: whoever asks
/// names the moment.
///
/// A post is a role at a unit and, where the role has one, a department, as a ``ReceiverAddress`` names it. A post
/// keeps a roster once its first regular shift has begun, until ``rosterMemoryDays`` after its last has ended; a roster
/// that is not begun yet, or was given up, silences nobody.
public struct DutyBook: Sendable, Hashable {
  /// How long after its last shift a post still counts as one that keeps a roster.
  public static let rosterMemoryDays: Int64 = 30

  /// Someone who may sign in.
  public struct Holder: Sendable, Hashable {
    public let username: String
    public let post: ReceiverAddress

    public init(username: String, post: ReceiverAddress) {
      self.username = username
      self.post = post
    }
  }

  /// A time on duty at a post. With `substituteFor` it counts only while that person would be on duty and is away.
  public struct Shift: Sendable, Hashable {
    public let post: ReceiverAddress
    public let username: String
    public let starts: Instant
    public let ends: Instant
    public let substituteFor: String?

    public init(
      post: ReceiverAddress, username: String, starts: Instant, ends: Instant, substituteFor: String? = nil
    ) {
      self.post = post
      self.username = username
      self.starts = starts
      self.ends = ends
      self.substituteFor = substituteFor
    }

    public func covers(_ moment: Instant) -> Bool { starts <= moment && moment < ends }
  }

  /// A time away from every duty.
  public struct Absence: Sendable, Hashable {
    public let username: String
    public let starts: Instant
    public let ends: Instant

    public init(username: String, starts: Instant, ends: Instant) {
      self.username = username
      self.starts = starts
      self.ends = ends
    }
  }

  /// Who a notice reaches.
  public struct Receivers: Sendable, Hashable {
    /// The post that the notice goes to; another than was asked for where nobody is there.
    public let post: ReceiverAddress
    /// Each person reached, in order of name; empty only when there is nobody at all.
    public let people: [String]
    /// Whether `people` are those on duty rather than everyone who holds the post.
    public let isByDuty: Bool
    /// The post that was asked for, where nobody is there.
    public let fallbackFrom: ReceiverAddress?

    /// Nobody in the whole district hears of it.
    public var isNobody: Bool { people.isEmpty }
  }

  private struct Post: Sendable, Hashable {
    var holders: [String] = []
    var regular: [Shift] = []
    var substitutes: [Shift] = []
  }

  private var posts: [ReceiverAddress: Post] = [:]
  private var enabled: Set<String> = []
  private var absences: [String: [Absence]] = [:]
  private let district: UnitCode
  private let parents: [UnitCode: UnitCode]
  private let city: UnitCode?

  /// - Parameters:
  ///   - district: whose notices it is asked of; a city's code for the city's own posts.
  ///   - holders: everyone who may sign in, the city's people included.
  ///   - units: the territory, up which a notice climbs.
  public init(
    district: UnitCode, holders: [Holder], shifts: [Shift], absences: [Absence], units: UnitTree
  ) {
    self.district = district
    for holder in holders.sorted(by: { $0.username < $1.username }) {
      posts[holder.post, default: Post()].holders.append(holder.username)
      enabled.insert(holder.username)
    }
    for shift in shifts {
      if shift.substituteFor == nil {
        posts[shift.post, default: Post()].regular.append(shift)
      } else {
        posts[shift.post, default: Post()].substitutes.append(shift)
      }
    }
    for absence in absences { self.absences[absence.username, default: []].append(absence) }
    var parents: [UnitCode: UnitCode] = [:]
    for unit in units.units + units.retired { parents[unit.code] = units.parent(of: unit) }
    city = units.city?.code
    self.parents = parents
  }

  /// Who hears of a notice to the address at that moment. Where nobody does, it climbs: to the head of the same unit,
  /// to the same role and else the head at each unit above, the city's at last where the district lies in one, and from
  /// there to the district's administrators and the city's. `post` is the district's, too, when there is nobody at all.
  public func receivers(_ address: ReceiverAddress, at moment: Instant) -> Receivers {
    if let found = present(at: address, moment) {
      return Receivers(post: address, people: found.people, isByDuty: found.isByDuty, fallbackFrom: nil)
    }
    for post in climb(from: address) {
      guard let found = present(at: post, moment) else { continue }
      return Receivers(post: post, people: found.people, isByDuty: found.isByDuty, fallbackFrom: address)
    }
    let last = ReceiverAddress(role: Role.admin.rawValue, unit: district)
    return Receivers(post: last, people: [], isByDuty: false, fallbackFrom: address)
  }

  /// The codes under which the accounts of everyone in the book are kept.
  public var homes: [UnitCode] { [district] + (city.flatMap { $0 == district ? nil : [$0] } ?? []) }

  /// Whether the post has a roster that is not given up.
  public func keepsRoster(_ post: ReceiverAddress, at moment: Instant) -> Bool {
    posts[post].map { keepsRoster($0, moment) } ?? false
  }

  /// Everyone who holds the post and may sign in, on duty or not.
  public func holders(of post: ReceiverAddress) -> [String] { posts[post]?.holders ?? [] }

  /// Every post that someone holds or that has a shift, in order.
  public var allPosts: [ReceiverAddress] { posts.keys.sorted { $0.text < $1.text } }

  /// The posts at which the person has a shift that counts at that moment, in order.
  public func duties(of username: String, at moment: Instant) -> [ReceiverAddress] {
    posts.filter { post, entry in
      (entry.regular + entry.substitutes).contains { $0.username == username && $0.covers(moment) }
        && (present(entry, moment)?.people.contains(username) ?? false)
    }.keys.sorted { $0.text < $1.text }
  }

  /// Whether the person may sign in and is not away.
  public func isAvailable(_ username: String, at moment: Instant) -> Bool {
    guard enabled.contains(username) else { return false }
    guard let away = absences[username] else { return true }
    return !away.contains { $0.starts <= moment && moment < $0.ends }
  }

  private func present(
    at address: ReceiverAddress, _ moment: Instant
  ) -> (people: [String], isByDuty: Bool)? {
    posts[address].flatMap { present($0, moment) }
  }

  /// Nil when nobody is there.
  private func present(_ post: Post, _ moment: Instant) -> (people: [String], isByDuty: Bool)? {
    if post.regular.isEmpty, post.substitutes.isEmpty, absences.isEmpty {
      return post.holders.isEmpty ? nil : (post.holders, false)
    }
    let isByRoster = keepsRoster(post, moment)
    let due = isByRoster ? post.regular.filter { $0.covers(moment) }.map(\.username) : post.holders
    var people = Set(due.filter { isAvailable($0, at: moment) })
    var isByDuty = isByRoster
    for shift in post.substitutes where shift.covers(moment) && isAvailable(shift.username, at: moment) {
      guard let other = shift.substituteFor, !isAvailable(other, at: moment) else { continue }
      // Without a roster, whoever was disabled no longer stands among the holders, but is stood in for all the same.
      guard !isByRoster || due.contains(other) else { continue }
      people.insert(shift.username)
      isByDuty = true
    }
    return people.isEmpty ? nil : (people.sorted(), isByDuty)
  }

  /// A time in which a post that keeps a roster has nobody on duty.
  public struct Gap: Sendable, Hashable {
    public let post: ReceiverAddress
    public let from: Instant
    public let until: Instant
  }

  /// The gaps between two moments that the book is good for, by post and time. A post whose roster is not begun or was
  /// given up has none.
  public func gaps(from first: Instant, before last: Instant) -> [Gap] {
    allPosts.flatMap { address -> [Gap] in
      guard let post = posts[address], !post.regular.isEmpty else { return [] }
      let shifts = post.regular + post.substitutes
      let people = Set(shifts.map(\.username) + shifts.compactMap(\.substituteFor))
      var turns = Set(shifts.flatMap { [$0.starts, $0.ends] })
      for name in people { turns.formUnion((absences[name] ?? []).flatMap { [$0.starts, $0.ends] }) }
      let moments = ([first] + turns.filter { $0 > first && $0 < last }.sorted()) + [last]
      var gaps: [Gap] = []
      for (from, until) in zip(moments, moments.dropFirst())
      where keepsRoster(post, from) && present(post, from) == nil {
        if let open = gaps.last, open.until == from {
          gaps[gaps.count - 1] = Gap(post: address, from: open.from, until: until)
        } else {
          gaps.append(Gap(post: address, from: from, until: until))
        }
      }
      return gaps
    }
  }

  private func keepsRoster(_ post: Post, _ moment: Instant) -> Bool {
    let memory = Self.rosterMemoryDays * 86_400
    return post.regular.contains { $0.starts <= moment && moment < $0.ends.adding(seconds: memory) }
  }

  private func climb(from address: ReceiverAddress) -> [ReceiverAddress] {
    let head = Role.supervisor.rawValue
    var posts: [ReceiverAddress] = []
    if let department = address.department {
      posts.append(ReceiverAddress(role: head, unit: address.unit, department: department))
    }
    posts.append(ReceiverAddress(role: head, unit: address.unit))
    var unit = address.unit
    while unit != city ?? district {
      // A unit that is no longer in force has nobody above it but the district.
      unit = parents[unit] ?? (unit == district ? city : nil) ?? district
      posts.append(ReceiverAddress(role: address.role, unit: unit, department: address.department))
      posts.append(ReceiverAddress(role: head, unit: unit))
    }
    posts.append(ReceiverAddress(role: Role.admin.rawValue, unit: district))
    if let city { posts.append(ReceiverAddress(role: Role.admin.rawValue, unit: city)) }
    return posts.filter { $0 != address }
  }
}
