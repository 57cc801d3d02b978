public import Domain

/// People of the sample network.
public enum SampleActors {
  public static let finder = Actor(kind: .user, name: "finder", role: .officer, unit: "g1")
  public static let officer = Actor(kind: .user, name: "officer", role: .officer, unit: "g1")
  public static let urban = Actor(kind: .user, name: "li", role: .handler, unit: "d", department: "urban")
  public static let water = Actor(kind: .user, name: "wu", role: .handler, unit: "d", department: "water")
  public static let dispatcher = Actor(kind: .user, name: "desk", role: .dispatcher, unit: "d")
  public static let supervisor = Actor(kind: .user, name: "head", role: .supervisor, unit: "s1")
  public static let hotline = Actor(kind: .user, name: "voice", role: .hotline, unit: "d")
  /// Supervisor of the whole district.
  public static let chief = Actor(kind: .user, name: "chief", role: .supervisor, unit: "d")
  public static let inspector = Actor(kind: .user, name: "ji", role: .inspector, unit: "d")
  public static let admin = Actor(kind: .user, name: "root", role: .admin, unit: "d")

  public static let all = [
    finder, officer, urban, water, dispatcher, supervisor, hotline, chief, inspector, admin,
  ]
}
