import HTTPTypes
import Testing

@testable import ConsoleCore

@Suite("What pages load") struct AssetTests {
  @Test("is kept for good under its version, and asked for again under another")
  func caching() async throws {
    let door = try await ConsoleDoor.open("assets_caching")
    let path = door.console.site.files.assets.path
    let asset = try await door.ask(.get, "\(path)/app.css")
    #expect(asset.status == .ok && asset.headers[.contentType] == "text/css; charset=utf-8")
    #expect(asset.headers[.cacheControl] == "public, max-age=31536000, immutable")
    let tag = try #require(asset.headers[.eTag])
    #expect(try await door.ask(.get, "\(path)/app.css", headers: [.ifNoneMatch: tag]).status == .notModified)
    let older = try await door.ask(.get, "/assets/000000000000/app.css")
    #expect(older.bytes == asset.bytes && older.headers[.cacheControl] == "no-cache")
    #expect(try await door.page("/", as: nil).text.contains("href=\"\(path)/app.css\""))
  }

  @Test("comes from the named folders alone")
  func noOtherFiles() async throws {
    let door = try await ConsoleDoor.open("assets_other")
    let path = door.console.site.files.assets.path
    for name in [
      "../templates/layout.mustache", "%2e%2e/templates/layout.mustache", "..%2ftemplates%2flayout.mustache",
      "vendor/leaflet/../../../etc/passwd", "vendor/jquery/jquery.js", "/etc/passwd", "", "vendor/leaflet",
      "vendor/leaflet/leaflet.min.js.map",
    ] {
      #expect(try await door.ask(.get, "\(path)/\(name)").status == .notFound, "\(name)")
    }
  }

  @Test("The libraries of the distribution, packed for those who take it")
  func libraries() async throws {
    let door = try await ConsoleDoor.open("assets_libraries")
    let path = door.console.site.files.assets.path
    for name in ["leaflet/leaflet.min.js", "leaflet/leaflet.markercluster.min.js", "chart.js/chart.min.js"] {
      let asset = try await door.ask(.get, "\(path)/vendor/\(name)")
      #expect(asset.status == .ok && asset.headers[.contentType] == "text/javascript; charset=utf-8", "\(name)")
      #expect(asset.headers[.contentEncoding] == nil)
    }
    let leaflet = "\(path)/vendor/leaflet/leaflet.min.js"
    let plain = try await door.ask(.get, leaflet)
    let packed = try await door.ask(.get, leaflet, headers: [.acceptEncoding: "gzip, br"])
    #expect(packed.headers[.contentEncoding] == "br" && packed.headers[.vary] == "accept-encoding")
    #expect(packed.bytes.count * 2 < plain.bytes.count)
    #expect(throws: WebFault.self) { try AssetTree(own: [], vendor: "/nowhere", texts: TextBook([])) }
  }

  @Test("Modules have the words of their language, and none that are not for them")
  func words() throws {
    let assets = try ConsoleDoor.site().files.assets
    let chinese = String(decoding: try #require(assets["texts/zh-CN.js"]).bytes, as: UTF8.self)
    let english = String(decoding: try #require(assets["texts/en.js"]).bytes, as: UTF8.self)
    #expect(chinese.hasPrefix("export default {") && chinese.contains("\"time.script.now\":\"刚刚\""))
    #expect(english.contains("\"time.script.days_ago\":[\"{count} days ago\",\"{count} day ago\"]"))
    #expect(!english.contains("sign_in.title"))
  }
}
