import Domain
import Testing
import Wire

@testable import ConsoleCore

@Suite("Pages of changes of grids") struct GridChangePageTests {
  @Test("Are for those who work with grids; a change that is not there is not found")
  func roles() async throws {
    let door = try await ConsoleDoor.open("grid_change_pages")
    for person in Person.all {
      let page = try await door.page("/grid-changes", as: person)
      #expect(page.status == (GridChangesPage.roles.contains(person.role) ? .ok : .forbidden), "\(person.name)")
    }
    #expect(try await door.page("/grid-changes/d-g9", as: .admin).status == .notFound)
    // The sample network says nothing of changes: nobody is offered to propose one.
    let page = try await door.page("/grid-changes", as: .supervisor).text
    #expect(page.contains("no procedure") && !page.contains("propose-form"))
  }
}
