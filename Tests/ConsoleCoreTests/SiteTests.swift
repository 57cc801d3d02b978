import Casework
import Domain
import Foundation
import GridNetwork
import Testing

@testable import ConsoleCore

/// The files that browsers see, as they stand in the tree.
@Suite("The files of the pages") struct SiteTests {
  private static func files(_ folder: String, _ ending: String) throws -> [(name: String, text: String)] {
    try WebFolder(path: ConsoleDoor.webDirectory + "/" + folder).files([ending]).map {
      ($0.name, String(decoding: $0.bytes, as: UTF8.self))
    }
  }

  private static func texts(_ language: PageLanguage = .english) throws -> PageTexts {
    try ConsoleDoor.site().files.texts.texts(language)
  }

  @Test("No template holds words of its own: they stand in texts, in each language")
  func noWordsInTemplates() throws {
    for file in try Self.files("templates", ".mustache") {
      var text = file.text.replacing(/\{\{\{?[^}]*\}?\}\}/, with: "")
      // Words that a reader meets stand between tags, or in these attributes.
      for match in text.matches(of: /(?:title|alt|placeholder|aria-label)="([^"]*)"/) {
        #expect(match.1.filter(\.isLetter) == "", "\(file.name): \(match.1)")
      }
      text = text.replacing(/<[^>]*>/, with: " ")
      let words = text.matches(of: /\p{L}{2,}/).map { String($0.0) }.filter { !["WGS"].contains($0) }
      #expect(words == [], "\(file.name)")
    }
  }

  @Test("No template holds a script or a style, or loads from elsewhere: the security policy forbids it")
  func nothingInline() throws {
    for file in try Self.files("templates", ".mustache") {
      #expect(file.text.firstMatch(of: /\son\w+=|\sstyle=|<style|javascript:/) == nil, "\(file.name)")
      #expect(file.text.firstMatch(of: /(?:src|href|action)="(?:https?:)?\/\//) == nil, "\(file.name)")
      for script in file.text.matches(of: /<script[^>]*>/) {
        #expect(script.0.contains("src=\"{{assets}}/"), "\(file.name): \(script.0)")
      }
      for label in file.text.matches(of: /<label for="([^"]+)"/) {
        #expect(file.text.contains("id=\"\(label.1)\""), "\(file.name): a label for \(label.1), which is not there")
      }
    }
    for file in try Self.files("assets", ".js") {
      let made = file.text.firstMatch(
        of: /innerHTML|outerHTML\s*=[^=]|insertAdjacentHTML|\beval\(|document\.write/)
      #expect(made == nil, "\(file.name) makes markup of text")
    }
  }

  @Test("Every symbol that is shown is drawn")
  func icons() throws {
    let drawn = try #require(Self.files("assets", ".svg").first { $0.name == "icons.svg" }).text
    var used: Set<String> = Set(PageRoutes.all.compactMap { $0.route.menu?.icon })
    for file in try Self.files("templates", ".mustache") {
      used.formUnion(file.text.matches(of: /icons\.svg#([a-z-]+)/).map { String($0.1) })
    }
    for icon in used { #expect(drawn.contains("id=\"\(icon)\""), "\(icon)") }
  }

  @Test("Every text that the sources name is there, for pages and for modules")
  func namedTexts() throws {
    let site = try ConsoleDoor.site()
    let sources = URL(fileURLWithPath: ConsoleDoor.webDirectory).deletingLastPathComponent().path + "/Core/Pages"
    for file in try WebFolder(path: sources).files([".swift"]) {
      let text = String(decoding: file.bytes, as: UTF8.self)
      for match in text.matches(of: /texts(?:\.counted)?\(\s*"([a-z_]+(?:\.[a-zA-Z0-9_]+)+)"/) {
        #expect(site.files.texts.holds(String(match.1)), "\(file.name): \(match.1)")
      }
    }
    for page in PageRoutes.all {
      if let menu = page.route.menu { #expect(site.files.texts.holds(menu.text), "\(menu.text)") }
      #expect(site.files.holdsTemplate(page.route.template), "\(page.route.template)")
    }
    for file in try Self.files("assets", ".js") {
      for match in file.text.matches(of: /\btext\(\s*"([^"]+)"/) {
        #expect(match.1.contains(".script.") && site.files.texts.holds(String(match.1)), "\(file.name): \(match.1)")
      }
    }
  }

  @Test("Every code has its word")
  func words() throws {
    let texts = try Self.texts()
    func check(_ kind: String, _ values: [String]) {
      for value in values { #expect(texts.optional("words.\(kind).\(value)") != nil, "\(kind) \(value)") }
    }
    check("state", CaseState.allCases.map(\.rawValue))
    check("role", Role.allCases.map(\.rawValue))
    check("source", ReportSource.allCases.map(\.rawValue))
    check("priority", Priority.allCases.map(\.rawValue))
    check("order", CaseOrder.allCases.map(\.rawValue))
    check("clock", ClockName.allCases.map(\.rawValue))
    check("matter", ClockMatter.allCases.map(\.rawValue))
    check("clock_state", CaseClock.State.allCases.map(\.rawValue))
    check("part_state", CasePart.State.allCases.map(\.rawValue))
    check("act", RungAct.allCases.map(\.rawValue))
    check("cause", CardRule.Cause.allCases.map(\.rawValue))
    check("reason", DeskReason.allCases.map(\.rawValue))
    check("rating", Satisfaction.allCases.map(\.rawValue))
    check("basis", Appointment.Basis.allCases.map(\.rawValue))
    check("limit", LimitUnit.allCases.map(\.rawValue))
    check("limit_unit", LimitUnit.allCases.map(\.rawValue))
    check("indicator", CaseFacts.named.map(\.name) + ["overdue_open"])
    check("notice", NoticeKind.allCases.map(\.rawValue))
  }

  @Test("Every kind of event is told, and every action and field of it has its words")
  func storyAndActions() throws {
    let texts = try Self.texts()
    for kind in EventKind.allCases {
      let key = "timeline.event.\(kind.rawValue)"
      let isGroup = texts.optional(key) == nil
      #expect(!isGroup || texts.child(named: "timeline") != nil, "\(kind)")
      #expect(
        texts.optional(key) != nil
          || ["plain", "into", "late", "pass", "accepted", "reached"].contains {
            texts.optional("\(key).\($0)") != nil
          }, "\(kind)")
    }
    for action in CaseAction.allCases {
      #expect(texts.optional("actions.\(action.rawValue).title") != nil, "\(action)")
      for field in ActionField.of(action) {
        #expect(
          texts.optional("actions.\(action.rawValue).field.\(field.name)")
            ?? texts.optional("actions.field.\(field.name)")
            != nil, "\(action) \(field.name)")
        for word in field.words where field.name != "form" {
          let kind = field.name == "outcome" ? "outcome" : field.name
          #expect(texts.optional("words.\(kind).\(word)") != nil, "\(kind) \(word)")
        }
      }
    }
  }

  @Test("What is wrong with a file is named with the file and its line, and nothing starts")
  func broken() throws {
    func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
    let texts = try TextBook([("a.yaml", bytes("one: {zh: 一, en: One}\ntwo:\n  three: {zh: 三, en: Three}\n"))])
    #expect(texts.texts(.chinese)("a.two.three") == "三" && texts.texts(.english)("a.one") == "One")
    #expect(
      throws: WebFault("a.yaml", 2, "a.two is not given in zh and en")
    ) { try TextBook([("a.yaml", bytes("one: {zh: 一, en: One}\ntwo: {zh: 二}\n"))]) }
    #expect(throws: WebFault.self) { try TextBook([("a.yaml", bytes("one: [zh"))]) }
    func read(_ text: String) throws { _ = try TemplateReader.read([("p.mustache", bytes(text))], texts: texts) }
    try read("{{#list}}{{t.a.one}}{{>p}}{{/list}}\n")
    #expect(throws: WebFault("p.mustache", 2, "there is no text a.four")) { try read("<p>\n{{t.a.four}}</p>") }
    #expect(throws: WebFault("p.mustache", 1, "there is no template gone")) { try read("{{>gone}}") }
    #expect(throws: WebFault.self) { try read("a\n{{#open}}never closed") }
  }

  @Test("Values stand where the text says, and one is not many")
  func filling() throws {
    let book = try TextBook([
      ("a.yaml", Array("n: {zh: \"共 {count} 件\", en: \"{count} cases of {unit}\", en_one: \"{count} case\"}".utf8))
    ])
    #expect(book.texts(.english).counted("a.n", 2, ["unit": "{x}"]) == "2 cases of {x}")
    #expect(book.texts(.english).counted("a.n", 1) == "1 case")
    #expect(book.texts(.chinese).counted("a.n", 1) == "共 1 件")
    #expect(book.texts(.english)("a.unknown") == "a.unknown")
  }
}
