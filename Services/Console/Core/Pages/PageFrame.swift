import HTTPTypes
import Hummingbird
import NIOCore
import Operations

/// What stands around every page: head, title, navigation, language switch.
struct PageFrame {
  /// A link of the navigation.
  struct Link {
    let path: String
    let label: String
  }

  let language: PageLanguage
  let title: String
  /// Empty for those who are not signed in.
  var links: [Link] = []
  /// The page's own path, for the language switch.
  var path = "/"
  /// What stands at the end of the navigation, as HTML.
  var account = ""

  /// - Parameter content: HTML; every text in it escaped by its maker.
  func response(_ status: HTTPResponse.Status = .ok, content: String) -> Response {
    Response(
      status: status, headers: [.contentType: "text/html; charset=utf-8", .contentLanguage: language.rawValue],
      body: ResponseBody(byteBuffer: ByteBuffer(string: html(content))))
  }

  private func html(_ content: String) -> String {
    let other: PageLanguage = language == .chinese ? .english : .chinese
    let links = links.map { "<a href=\"\(escaped($0.path))\">\(escaped($0.label))</a>" }.joined(separator: "\n")
    return """
      <!doctype html>
      <html lang="\(language.rawValue)">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(escaped(title))</title>
      <link rel="stylesheet" href="/assets/console.css">
      </head>
      <body>
      <nav aria-label="\(language.text("主导航", "Main"))">
      <a href="/">\(language.text("网格闭环", "Gridloop"))</a>
      \(links)
      <a href="\(escaped(path))?lang=\(other.rawValue)" lang="\(other.rawValue)">\(other.text("中文", "English"))</a>
      \(account)
      </nav>
      <main>
      <h1>\(escaped(title))</h1>
      \(content)
      </main>
      </body>
      </html>

      """
  }
}
