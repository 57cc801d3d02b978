import Foundation
import Wire

/// `demo.json`: the users and keys that `gridctl demo` made, with their secrets.
struct DemoFile: Sendable, Equatable {
  struct User: Sendable, Equatable {
    let username: String
    let role: String
    let unit: String
    let department: String?
    let password: String
  }

  struct Key: Sendable, Equatable {
    let name: String
    let role: String
    let unit: String
    let source: String?
    let key: String
  }

  static let maxBytes = 8 << 20

  var users: [User] = []
  var keys: [Key] = []

  var json: JSONValue {
    [
      "users": .array(
        users.map { user in
          var object: JSONObject = [
            "username": .string(user.username), "role": .string(user.role), "unit": .string(user.unit),
          ]
          if let department = user.department { object["department"] = .string(department) }
          object["password"] = .string(user.password)
          return .object(object)
        }),
      "keys": .array(
        keys.map { key in
          var object: JSONObject = [
            "name": .string(key.name), "role": .string(key.role), "unit": .string(key.unit),
          ]
          if let source = key.source { object["source"] = .string(source) }
          object["key"] = .string(key.key)
          return .object(object)
        }),
    ]
  }

  /// Reads the file; nil when there is none. Throws `Refusal` when it cannot be read.
  static func read(_ path: String) throws -> DemoFile? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let data = FileManager.default.contents(atPath: path),
      let value = try? JSONParser.parse(Array(data), limits: JSONLimits(maxBytes: maxBytes)),
      let users = value["users"]?.arrayValue, let keys = value["keys"]?.arrayValue
    else { throw Refusal("unreadable", "\(path) cannot be read: it is no list of users and keys") }
    var file = DemoFile()
    for user in users {
      guard let username = user["username"]?.stringValue, let role = user["role"]?.stringValue,
        let unit = user["unit"]?.stringValue, let password = user["password"]?.stringValue
      else { throw Refusal("unreadable", "\(path) has a user without username, role, unit or password") }
      file.users.append(
        User(
          username: username, role: role, unit: unit, department: user["department"]?.stringValue, password: password))
    }
    for key in keys {
      guard let name = key["name"]?.stringValue, let role = key["role"]?.stringValue,
        let unit = key["unit"]?.stringValue, let text = key["key"]?.stringValue
      else { throw Refusal("unreadable", "\(path) has a key without name, role, unit or key") }
      file.keys.append(Key(name: name, role: role, unit: unit, source: key["source"]?.stringValue, key: text))
    }
    return file
  }

  /// Writes the file so that only its owner can read it; never half.
  func write(_ path: String) throws {
    try PrivateFile.write(json.bytes(pretty: true) + [UInt8(ascii: "\n")], to: path)
  }
}

extension Stack {
  var demoPath: String { path("demo.json") }

  /// The key that reports of a source are sent with.
  func sourceKey(_ source: String) throws -> String {
    let keys = try DemoFile.read(demoPath)?.keys ?? []
    let found = keys.first { $0.source == source } ?? keys.first { $0.name.contains(source) } ?? keys.first
    guard let found else {
      throw Refusal(
        "no_key", "\(demoPath) has no key to report with; make one: gridctl key create NAME --role source --unit U")
    }
    return found.key
  }
}
