import Cryptography
import Domain
import Glibc
import GridNetwork
import PostgresClient
import WebAuth

/// The users and keys that show a network off.
struct DemoAccounts {
  struct Person: Hashable {
    let username: String
    let role: Role
    let unit: UnitCode
    let department: DepartmentCode?
  }

  /// Words before a source's name in its key's name.
  static let keyPrefix = "demo "

  /// Passwords hashed at once at most, whatever the processors: each takes 64 MiB while it is made.
  static let maxHashesAtOnce = 8

  /// Who works in the centre of a whole city.
  private static let cityRoles: [Role] = [.dispatcher, .supervisor, .hotline, .inspector, .auditor, .admin]

  let policy: NetworkPolicy

  /// Who there is to be: each role at the district, handlers of the departments, and the ladder's way down to a grid.
  ///
  /// Of a network of several districts only the first street of each has users of its own, and only the first district
  /// a way down to a grid; where the districts are one city, it has a centre of its own. Each password costs tens of
  /// milliseconds, and nobody would sign in as all of them.
  var people: [Person] {
    var people: [Person] = []
    if let city = policy.units.city {
      for role in Self.cityRoles {
        people.append(Person(username: "\(role.rawValue)@\(city.code)", role: role, unit: city.code, department: nil))
      }
    }
    let roots = policy.units.roots
    for root in roots {
      for role in Role.allCases where role != .source && role != .handler {
        people.append(Person(username: "\(role.rawValue)@\(root.code)", role: role, unit: root.code, department: nil))
      }
      let streets = policy.units.children(of: root.code)
      for street in roots.count == 1 ? streets[...] : streets.prefix(1) {
        for role in [Role.officer, .supervisor, .dispatcher] {
          people.append(
            Person(username: "\(role.rawValue)@\(street.code)", role: role, unit: street.code, department: nil))
        }
      }
    }
    for department in policy.departments.values.sorted(by: { $0.code < $1.code }) {
      people.append(
        Person(
          username: "handler@\(department.code)", role: .handler, unit: department.unit, department: department.code))
    }
    for unit in firstWayDown {
      for role in [Role.officer, .supervisor] {
        people.append(Person(username: "\(role.rawValue)@\(unit.code)", role: role, unit: unit.code, department: nil))
      }
    }
    var seen: Set<String> = []
    return people.filter { seen.insert($0.username).inserted }
  }

  /// The first community and its first grid.
  private var firstWayDown: [Unit] {
    var way: [Unit] = []
    var unit = policy.units.roots.first.flatMap { policy.units.children(of: $0.code).first }
    while let current = unit, let child = policy.units.children(of: current.code).first {
      way.append(child)
      unit = child
    }
    return way
  }

  /// Stores them, with fresh passwords and keys.
  func make(_ pool: PostgresPool) async throws -> DemoFile {
    let store = AccountStore(pool: pool)
    let now = Instant(microseconds: try await databaseTime(pool))
    var file = DemoFile()
    let progress = Progress("demo users", unit: "users", total: Int64(people.count))
    let hashed = try await Self.hash(people, progress: progress)
    for (person, password, hash) in hashed {
      guard
        try await store.putUser(
          district: policy.units.district(of: person.unit) ?? person.unit, username: person.username, role: person.role,
          unit: person.unit,
          department: person.department, password: hash, at: now)
      else { throw Refusal("taken", "the name \(person.username) is taken in another district") }
      file.users.append(
        DemoFile.User(
          username: person.username, role: person.role.rawValue, unit: person.unit.text,
          department: person.department?.text, password: password))
    }
    for unit in keyUnits {
      for source in ReportSource.allCases {
        let name = Self.keyPrefix + source.rawValue
        let key = try await store.createKey(
          district: unit, name: name, role: .source, unit: unit, source: source.rawValue, at: now)
        file.keys.append(
          DemoFile.Key(
            name: name, role: Role.source.rawValue, unit: unit.text, source: source.rawValue, key: key.text))
      }
    }
    return file
  }

  /// The city, whose keys fit any report, before the districts.
  var keyUnits: [UnitCode] { (policy.units.city.map { [$0.code] } ?? []) + policy.units.roots.map(\.code) }

  /// A random password for each and its hash, as many at a time as there are processors: hashing is meant to be slow.
  private static func hash(
    _ people: [Person], progress: Progress
  ) async throws -> [(Person, String, PasswordHash)] {
    try await withThrowingTaskGroup(of: (Int, Person, String, PasswordHash).self) { group in
      var made: [(Int, Person, String, PasswordHash)] = []
      let atOnce = min(max(2, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))), Self.maxHashesAtOnce)
      for (index, person) in people.enumerated() {
        if index >= atOnce, let done = try await group.next() {
          made.append(done)
          progress.add()
        }
        group.addTask {
          let password = Base64.url.encode(RandomBytes.make(12))
          return (index, person, password, try PasswordHash(password: password))
        }
      }
      for try await done in group { made.append(done) }
      return made.sorted { $0.0 < $1.0 }.map { ($0.1, $0.2, $0.3) }
    }
  }
}

private let timeStatement = Statement("gridctl_time", "SELECT clock_timestamp()")

/// The database's own time, in microseconds since 1970.
func databaseTime(_ pool: PostgresPool) async throws -> Int64 {
  try await pool.query(timeStatement).onlyRow().timestamp(0).microseconds
}
