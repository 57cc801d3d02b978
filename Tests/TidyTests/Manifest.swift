/// The targets of Package.swift with the folders they own and the modules they may import, read from its text.
struct Manifest {
  struct Target {
    let name: String
    let folder: String
    let modules: Set<String>
  }

  private(set) var targets: [Target] = []
  private let products: [String: String]
  private var lists: [String: String] = [:]

  init(_ text: String) {
    products = Dictionary(
      text.matches(of: /let (\w+): Target\.Dependency = \.product\(name: "(\w+)"/).map {
        (String($0.1), String($0.2))
      }, uniquingKeysWith: { first, _ in first })
    lists = Dictionary(
      text.matches(of: /let (\w+): \[Target\.Dependency\] = \[([^\]]*)\]/).map { (String($0.1), String($0.2)) },
      uniquingKeysWith: { first, _ in first })
    let body = text.firstRange(of: "targets: [").map { String(text[$0.upperBound...]) } ?? ""
    for call in body.matches(of: /\b(shared|system|service|tests|target|testTarget|executableTarget)\(/) {
      add(String(call.1), arguments: Self.balanced(body[call.range.upperBound...]))
    }
  }

  /// What stands before the parenthesis that closes the call.
  private static func balanced(_ rest: Substring) -> String {
    var depth = 1
    for index in rest.indices {
      if rest[index] == "(" { depth += 1 }
      if rest[index] == ")" { depth -= 1 }
      if depth == 0 { return String(rest[..<index]) }
    }
    return String(rest)
  }

  private mutating func add(_ call: String, arguments: String) {
    guard let name = arguments.firstMatch(of: /"(\w+)"/).map({ String($0.1) }) else { return }
    let rest = arguments.firstRange(of: "\"\(name)\"").map { String(arguments[$0.upperBound...]) } ?? ""
    switch call {
    case "shared": append(name, "Shared/\(name)", modules(rest))
    case "system": append(name, "Shared/\(name)", [])
    case "tests": append(name, "Tests/\(name)", modules(rest))
    case "service":
      let folder = name.prefix(1).uppercased() + name.dropFirst()
      append("\(folder)Core", "Services/\(folder)/Core", modules(rest))
      append(name, "Services/\(folder)/Main", modules(rest).union(["\(folder)Core", "Operations"]))
    default:
      guard let path = rest.firstMatch(of: /path: "([^"]+)"/).map({ String($0.1) }) else { return }
      let dependencies = rest.firstMatch(of: /dependencies: \[([^\]]*)\]/).map { String($0.1) } ?? ""
      append(name, path, modules(dependencies))
    }
  }

  private mutating func append(_ name: String, _ folder: String, _ modules: Set<String>) {
    targets.append(Target(name: name, folder: folder, modules: modules))
  }

  /// The modules that an expression of dependencies names: texts as they are, names by what they stand for.
  private func modules(_ expression: String) -> Set<String> {
    var modules = Set(expression.matches(of: /"(\w+)"/).map { String($0.1) })
    let names = expression.replacing(/"[^"]*"/, with: "").matches(of: /\b([a-z]\w*)\b/).map { String($0.1) }
    for name in names {
      if let product = products[name] { modules.insert(product) }
      if let list = lists[name] { modules.formUnion(self.modules(list)) }
    }
    return modules
  }

  /// The target whose folder holds the file: the innermost, where one lies in another's.
  func target(of path: String) -> Target? {
    targets.filter { path.hasPrefix($0.folder + "/") }.max { $0.folder.count < $1.folder.count }
  }
}
