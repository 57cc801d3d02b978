import Domain
import DomainSamples
import Testing

@Suite("The catalogue") struct CatalogueTests {
  private func category(_ code: CategoryCode, _ parent: CategoryCode?, _ nameEn: String = "") -> Domain.Category {
    Domain.Category(
      scheme: "test", version: "1", kind: .event, code: code, parent: parent, nameZh: "", nameEn: nameEn,
      closingStandard: "", fileable: parent != nil)
  }

  @Test("finds a category by its code and by the name that a city gives it") func lookups() throws {
    let catalogue = try SamplePolicy().policy().catalogue
    #expect(catalogue["0101"]?.parent == "01")
    #expect(catalogue["7777"] == nil)
    #expect(catalogue.category(namedEn: "name of 0102")?.code == "0102")
    #expect(catalogue.category(namedEn: "name of 01") == nil, "a class only groups")
    #expect(catalogue.category(namedEn: "Name of 0102") == nil)
    #expect(catalogue.catchAll == nil)
  }

  @Test("knows what stands under what") func containment() throws {
    let catalogue = try SamplePolicy().policy().catalogue
    #expect(catalogue.contains("01", "0101"))
    #expect(catalogue.contains("0101", "0101"))
    #expect(!catalogue.contains("0101", "01"))
    #expect(!catalogue.contains("02", "0101"))
    #expect(!catalogue.contains("01", "7777"))
  }

  @Test("takes the first of two with one code, and ends in a ring of parents") func crooked() {
    let catalogue = Catalogue(
      categories: [category("1", "2"), category("2", "1"), category("3", "1", "first"), category("3", "2", "second")],
      catchAll: "3")
    #expect(catalogue["3"]?.nameEn == "first")
    #expect(!catalogue.contains("9", "1"))
    #expect(catalogue.catchAll == "3")
  }

  @Test("codes compare byte by byte") func codes() {
    let codes: [UnitCode] = ["440306", "44", "a", "B"]
    #expect(codes.sorted().map(\.text) == ["44", "440306", "B", "a"])
    #expect("\(codes[0])" == "440306")
  }
}
