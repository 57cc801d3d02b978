import Casework
import CaseworkSupport
import Domain
import GridNetwork
import HTTPTypes
import Hummingbird
import PostgresClient
import Testing
import Wire

@testable import ConsoleCore

@Suite("New versions of the network") struct PolicyTests {
  private static let tar: HTTPFields = [.contentType: "application/x-tar"]

  private func send(
    _ door: ConsoleDoor, _ path: String, _ files: [String: [UInt8]], as person: Person = .admin
  ) async throws -> Answer {
    let response = try await door.respond(
      .post, path, as: person, headers: Self.tar, body: TarArchive.write(files))
    let collector = Collector()
    try await response.body.write(collector)
    return Answer(status: response.status, headers: response.headers, bytes: await collector.bytes.value)
  }

  private func changed(_ name: String, _ old: String, _ new: String) throws -> [String: [UInt8]] {
    let text = String(decoding: try #require(SampleNetworkFiles.all[name]), as: UTF8.self)
    #expect(text.contains(old), "\(name) has no \(old)")
    return [name: Array(text.replacing(old, with: new).utf8)]
  }

  private func versions(_ door: ConsoleDoor) async throws -> Int {
    try await door.ask(.get, "/v1/policies", as: .admin).items.count
  }

  @Test("Faults are told with file, line and remedy, and nothing is changed")
  func faults() async throws {
    let door = try await ConsoleDoor.open("policy_faults")
    let files = try changed("departments.csv", "urban", "nowhere")
    let seen = try await send(door, "/v1/policies/previews", files)
    let fault = try #require(try seen.json["faults"]?.arrayValue?.first)
    #expect(try seen.status == .ok && seen.json["valid"] == false)
    #expect(fault["file"]?.stringValue?.isEmpty == false && fault["remedy"]?.stringValue?.isEmpty == false)
    #expect((fault["line"]?.integerValue ?? 0) > 0)
    let loaded = try await send(door, "/v1/policies?digest=x&basis=1", files)
    #expect(try loaded.status == .unprocessableContent && loaded.code == "faulty_network")
    let stranger = try await send(door, "/v1/policies/previews", try changed("network.yaml", "name: ", "name: other-"))
    #expect(try stranger.json["valid"] == false)
    let response = try await door.respond(
      .post, "/v1/policies/previews", as: .admin, headers: Self.tar, body: Array("no archive".utf8))
    #expect(response.status == .unprocessableContent)
    #expect(try await send(door, "/v1/policies/previews", files, as: .chief).status == .forbidden)
    #expect(try await versions(door) == 1)
  }

  @Test("Faults and limits are told in the language that is asked for, and as the files have them to programs")
  func languages() async throws {
    let door = try await ConsoleDoor.open("policy_languages")
    func seen(_ files: [String: [UInt8]], _ language: String?) async throws -> JSONValue {
      var headers = Self.tar
      headers[.acceptLanguage] = language
      let response = try await door.respond(
        .post, "/v1/policies/previews", as: .admin, headers: headers, body: TarArchive.write(files))
      let collector = Collector()
      try await response.body.write(collector)
      return try JSONParser.parse(await collector.bytes.value)
    }
    let faulty = try changed("departments.csv", "urban,d", "urban,nowhere")
    for (language, message, remedy) in [
      ("zh-CN", "没有单元 nowhere", "请使用 units.csv 中的代码"),
      ("en", "unknown unit nowhere", "use a code of units.csv"),
      (nil, "unknown unit nowhere", "use a code of units.csv"),
    ] {
      let faults = try await seen(faulty, language)["faults"]?.arrayValue ?? []
      #expect(faults.contains { $0["message"]?.stringValue == message }, "\(faults)")
      #expect(faults.contains { $0["remedy"]?.stringValue == remedy }, "\(faults)")
    }
    let slower = try changed("limits.yaml", "2 urgent_hours", "1 work_day")
    for (language, before, after) in [
      ("zh-CN", "2 小时", "1 个工作日"), ("en", "2 hours", "1 working day"), (nil, "2 urgent_hours", "1 work_day"),
    ] {
      let changes = try await seen(slower, language)["changes"]?.arrayValue?.filter { $0["kind"] == "limit" } ?? []
      #expect(changes.contains { $0["before"]?.stringValue?.contains(before) == true }, "\(changes)")
      #expect(changes.contains { $0["after"]?.stringValue?.contains(after) == true }, "\(changes)")
    }
  }

  @Test("What is looked at is put in force, once, and told afterwards")
  func load() async throws {
    let door = try await ConsoleDoor.open("policy_load")
    _ = try await door.fixture.file()
    let name = "暴露垃圾"
    // Packed in a folder, as a machine does it.
    let files = Dictionary(
      uniqueKeysWithValues: try changed("catalogue.csv", name, name + "堆").map { ("sample/" + $0, $1) })
    let seen = try await send(door, "/v1/policies/previews", files)
    #expect(try seen.json["valid"] == true && seen.json["basis"] == 1 && seen.json["same"] == false)
    #expect(try seen.json["open_cases"]?["cases"] == 1)
    let change = try #require(try seen.json["changes"]?.arrayValue?.first)
    #expect(change["kind"] == "category" && change["way"] == "changed")
    #expect(change["after"]?.stringValue?.contains(name + "堆") == true)
    let file = try #require(try seen.json["files"]?.arrayValue?.first)
    #expect(file["name"] == "catalogue.csv" && file["added_lines"] == file["removed_lines"])
    let digest = try #require(try seen.json["digest"]?.stringValue)

    let other = try await send(
      door, "/v1/policies?digest=\(digest)&basis=1", try changed("catalogue.csv", name, name + "桶"))
    #expect(try other.status == .conflict && other.code == "other_files")
    // What cannot be noted does not come in force.
    let full = "ALTER TABLE administrative_acts"
    try await door.fixture.pool.execute(script: "\(full) ADD CONSTRAINT full_up CHECK (false) NOT VALID")
    #expect(try await send(door, "/v1/policies?digest=\(digest)&basis=1", files).status.code >= 500)
    #expect(try await versions(door) == 1)
    try await door.fixture.pool.execute(script: "\(full) DROP CONSTRAINT full_up")
    let loaded = try await send(door, "/v1/policies?digest=\(digest)&basis=1", files)
    #expect(try loaded.status == .created && loaded.json["versions"]?.arrayValue?.first?["version"] == 2)
    let again = try await send(door, "/v1/policies?digest=\(digest)&basis=1", files)
    #expect(try again.status == .conflict && again.code == "network_changed")

    let acts = try await door.ask(.get, "/v1/access/acts", as: .admin).items
    #expect(acts.count == 1 && acts[0]["act"] == "load_network" && acts[0]["subject"] == "sample 2")
    let history = try await door.ask(.get, "/v1/policies", as: .admin).items
    #expect(history.count == 2 && history[0]["applied_by"] == "user:admin")
    let difference = try await door.ask(.get, "/v1/policies/d/2/difference", as: .admin)
    #expect(try difference.json["changes"]?.arrayValue?.count == seen.json["changes"]?.arrayValue?.count)
    let tar = try await door.ask(.get, "/v1/policies/d/2/files.tar", as: .admin)
    #expect(try PolicyDesk.placed(TarArchive.read(tar.bytes))["catalogue.csv"] == files["sample/catalogue.csv"])
    #expect(try await door.ask(.get, "/v1/policies/d/9/difference", as: .admin).status == .notFound)
    #expect(try await door.ask(.get, "/v1/policies/d/2/difference", as: .dispatcher).status == .forbidden)
    let page = try await door.page("/administration/policies/difference?district=d&version=2", as: .admin).text
    #expect(page.contains("/v1/policies/d/2/difference?from=1"))
  }
}
