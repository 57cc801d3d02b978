import CPostgres

/// Where the database is and how a session on it behaves. Every limit is set; none is left at the server's default.
public struct PostgresConfiguration: Sendable {
  /// `postgresql://user:password@host:port/database?…` as libpq reads it; a Unix socket is `?host=/directory`.
  /// Secret: it may hold a password.
  public let url: String
  /// Shown in `pg_stat_activity`.
  public var applicationName = "gridloop"
  /// Schemas to look in, in order; nil leaves the user's default.
  public var searchPath: [String]?
  /// Role to take on after connecting; nil keeps the user's own.
  public var role: String?

  /// How long making a connection may take, in milliseconds.
  public var connectTimeoutMilliseconds: Int64 = 5_000
  /// How long an operation may take on the client's side, from its beginning on the connection, in milliseconds.
  public var operationTimeoutMilliseconds: Int64 = 20_000
  /// How long the server is given to stop what was cancelled or took too long, and then to roll back, in milliseconds.
  /// After that the connection is dropped, which rolls back too. The caller's error is the same either way.
  public var stopGraceMilliseconds: Int64 = 2_000
  /// How long a statement waits for one lock, in milliseconds.
  public var lockTimeoutMilliseconds = 3_000
  /// How long the server works on one statement, in milliseconds.
  public var statementTimeoutMilliseconds = 15_000
  /// How long the server keeps a transaction open whose client says nothing, in milliseconds.
  public var idleInTransactionTimeoutMilliseconds = 10_000
  /// How long sent data may stay unacknowledged before the connection counts as lost, in milliseconds. TCP only.
  public var tcpUserTimeoutMilliseconds = 10_000
  /// How often the server looks, while it works, whether its client is still there, in milliseconds.
  public var clientConnectionCheckMilliseconds = 1_000
  /// Silence before TCP asks whether the other side lives, in seconds.
  public var keepalivesIdleSeconds = 10
  /// Time between such questions, in seconds.
  public var keepalivesIntervalSeconds = 5
  /// Questions without an answer until the connection counts as lost.
  public var keepalivesCount = 3
  /// Further settings of the session, by their names in PostgreSQL's manual.
  public var additionalSettings: [String: String] = [:]

  /// Takes a connection URL. Throws `PostgresError.configuration` when libpq cannot read it.
  public init(url: String) throws(PostgresError) {
    self.url = url
    _ = try Self.parse(url)
  }

  /// The same server and settings, another database.
  public func database(_ name: String) throws(PostgresError) -> PostgresConfiguration {
    var copy = self
    copy.databaseName = name
    return copy
  }

  private var databaseName: String?
}

extension PostgresConfiguration: CustomStringConvertible {
  /// Host, port and database; never the password.
  public var description: String {
    guard let keywords = try? Self.parse(url) else { return "PostgreSQL at an unreadable address" }
    let host = keywords["host"] ?? keywords["hostaddr"] ?? "the default host"
    let port = keywords["port"].map { ":" + $0 } ?? ""
    return "PostgreSQL at \(host)\(port)/\(databaseName ?? keywords["dbname"] ?? "")"
  }
}

extension PostgresConfiguration: CustomReflectable {
  /// Keeps the password out of `dump` and of reflection in test output.
  public var customMirror: Mirror {
    Mirror(self, children: ["server": description])
  }
}

extension PostgresConfiguration {
  /// libpq's keywords and values for a connection with these settings.
  func connectionKeywords() throws(PostgresError) -> [(keyword: String, value: String)] {
    var keywords = try Self.parse(url)
    if let databaseName { keywords["dbname"] = databaseName }
    keywords["application_name"] = applicationName
    keywords["client_encoding"] = "UTF8"
    keywords["keepalives"] = "1"
    keywords["keepalives_idle"] = String(keepalivesIdleSeconds)
    keywords["keepalives_interval"] = String(keepalivesIntervalSeconds)
    keywords["keepalives_count"] = String(keepalivesCount)
    keywords["tcp_user_timeout"] = String(tcpUserTimeoutMilliseconds)
    // A Kerberos library would be loaded and asked at each connection otherwise.
    if keywords["gssencmode"] == nil { keywords["gssencmode"] = "disable" }
    let given = keywords["options"].map { [$0] } ?? []
    keywords["options"] = (given + sessionOptions()).joined(separator: " ")
    return keywords.map { (keyword: $0.key, value: $0.value) }
  }

  /// The session's settings as the server takes them with the connection request, which costs no round trip.
  private func sessionOptions() -> [String] {
    var settings = [
      ("lock_timeout", String(lockTimeoutMilliseconds)),
      ("statement_timeout", String(statementTimeoutMilliseconds)),
      ("idle_in_transaction_session_timeout", String(idleInTransactionTimeoutMilliseconds)),
      ("client_connection_check_interval", String(clientConnectionCheckMilliseconds)),
      ("TimeZone", "UTC"),
    ]
    if let searchPath {
      settings.append(("search_path", searchPath.map(Self.quoted(identifier:)).joined(separator: ",")))
    }
    if let role { settings.append(("role", role)) }
    settings += additionalSettings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    return settings.map { "-c \($0.0)=\(Self.escaped(option: $0.1))" }
  }

  /// A name as SQL wants it whatever characters it has.
  static func quoted(identifier: String) -> String {
    var quoted = "\""
    for character in identifier {
      quoted.append(character)
      if character == "\"" { quoted.append(character) }
    }
    return quoted + "\""
  }

  /// The server splits the options at spaces; a backslash keeps the next character.
  private static func escaped(option: String) -> String {
    var escaped = ""
    for character in option {
      if character == " " || character == "\\" { escaped.append("\\") }
      escaped.append(character)
    }
    return escaped
  }

  private static func parse(_ url: String) throws(PostgresError) -> [String: String] {
    var message: UnsafeMutablePointer<CChar>?
    guard let options = PQconninfoParse(url, &message) else {
      // libpq's message quotes the URL, password included.
      PQfreemem(message)
      throw .configuration("the connection URL cannot be read")
    }
    defer { PQconninfoFree(options) }
    var keywords: [String: String] = [:]
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val { keywords[String(cString: keyword)] = String(cString: value) }
      option += 1
    }
    return keywords
  }
}
