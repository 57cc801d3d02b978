import Domain
import GridNetwork

/// What a network offers to Open311 clients: its catalogue as services.
struct Open311Catalogue {
  static let specification = "http://wiki.open311.org/GeoReport_v2"
  static let contact = "The operator of this network"

  let network: LoadedNetwork
  /// Names in Chinese instead of English.
  let inChinese: Bool

  /// - Parameters:
  ///   - base: the address of the service, up to `/open311/v2`.
  ///   - changed: since when this version of the network is in force.
  static func discovery(base: String, changed: Instant) -> Open311Node {
    .object([
      "changeset": .text(changed.rfc3339()), "contact": .text(contact),
      "key_service": .text("Keys are made by the operator: gridctl key create"),
      "endpoints": .list(
        of: "endpoint",
        [
          .object([
            "specification": .text(specification), "url": .text(base), "changeset": .text(changed.rfc3339()),
            "type": .text("production"),
            "formats": .list(of: "format", [.text("text/xml"), .text("application/json")]),
          ])
        ]),
    ])
  }

  func services() -> Open311Node {
    .list(of: "service", network.policy.catalogue.categories.filter(\.fileable).map(service))
  }

  func service(_ category: Domain.Category) -> Open311Node {
    let parent = category.parent.flatMap { network.policy.catalogue[$0] }
    return .object([
      "service_code": .text(category.code.text), "service_name": .text(name(category)),
      "description": .text(category.closingStandard), "metadata": .flag(true), "type": .text("realtime"),
      "keywords": .text("\(category.nameZh), \(category.nameEn)"), "group": .text(parent.map(name)),
    ])
  }

  /// The attributes that may be given with a request of any service.
  func definition(_ category: Domain.Category) -> Open311Node {
    .object([
      "service_code": .text(category.code.text),
      "attributes": .list(
        of: "attribute",
        [
          attribute(
            Self.urgent, order: 1, datatype: "singlevaluelist",
            description: inChinese ? "是否紧急" : "Is it pressing?",
            values: [("1", inChinese ? "是" : "Yes"), ("0", inChinese ? "否" : "No")]),
          attribute(
            Self.subjectCode, order: 2, datatype: "string",
            description: inChinese ? "对象编号(如路灯、店铺)" : "Number on the thing or place", values: []),
        ]),
    ])
  }

  static let urgent = "urgent"
  static let subjectCode = "subject_code"

  private func attribute(
    _ code: String, order: Int, datatype: String, description: String, values: [(key: String, name: String)]
  ) -> Open311Node {
    .object([
      "variable": .flag(true), "code": .text(code), "datatype": .text(datatype), "required": .flag(false),
      "datatype_description": .text(""), "order": .integer(order), "description": .text(description),
      "values": .list(of: "value", values.map { .object(["key": .text($0.key), "name": .text($0.name)]) }),
    ])
  }

  func name(_ category: Domain.Category) -> String { inChinese ? category.nameZh : category.nameEn }
}
