import Domain
import WebAuth

/// The caller's unit and what lies below it as choices of a field, in the order of the tree, each as deep as it lies.
struct UnitChoices: Sendable {
  /// Units in the choice at most; a unit with more below it offers only its next tiers.
  static let maxChoices = 400

  let request: PageRequest
  let chosen: String?

  var data: [PageData] {
    let tree = request.view.policy.units
    guard let own = tree.place(request.view.caller.unit) else { return [] }
    var found: [PageData] = []
    func add(_ unit: Unit, depth: Int, deepest: Int) {
      let indent = String(repeating: "\u{3000}", count: depth)
      found.append([
        "value": unit.code.text, "label": indent + request.names.unit(unit.code), "selected": unit.code.text == chosen,
      ])
      guard depth < deepest else { return }
      for child in tree.children(of: unit.code) { add(child, depth: depth + 1, deepest: deepest) }
    }
    for deepest in [3, 2, 1, 0] {
      found = []
      add(own, depth: 0, deepest: deepest)
      if found.count <= Self.maxChoices { break }
    }
    return found
  }
}
