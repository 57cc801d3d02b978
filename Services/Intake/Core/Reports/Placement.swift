import Domain
import GridNetwork
import Operations

/// Where a report lies: the finest unit that is known, and the position it was found by.
struct Placement: Sendable, Equatable {
  let unit: UnitCode
  /// Professional grids at the point, as routing rules name them.
  let layers: [String]
  /// WGS-84.
  let point: GeoPoint?
  /// As the sender gave it.
  let reading: PlaceReading?

  /// Why a place cannot be taken, as the code and the sentence of a fault.
  struct Fault: Error, Sendable, Equatable {
    let field: String
    let code: String
    let detail: String
  }

  /// Finds the unit of a place.
  ///
  /// A point is converted to WGS-84 and looked up; on a shared border it belongs to exactly one unit. A report whose
  /// place is known in words only is filed at the sender's own unit, so that a person at the desk places it.
  /// - Parameter within: the sender's unit; what lies elsewhere is refused. Nil for a sender of the whole city, who has
  ///   no desk that could place words.
  init(_ place: ReportDraft.Place, in network: LoadedNetwork, within: UnitCode?) throws(Fault) {
    switch place {
    case .degrees(let latitude, let longitude, let datum):
      guard
        let reading = PlaceReading(
          latitude: latitude, longitude: longitude, datum: datum ?? network.policy.datum)
      else {
        throw Fault(field: "location", code: "out_of_range", detail: "There is no such place.")
      }
      let point = reading.canonical
      guard let lattice = LatticePoint(latitude: point.latitude, longitude: point.longitude),
        let unit = network.grids.unit(at: lattice)
      else {
        throw Fault(
          field: "location", code: FaultCollector.outsideNetwork, detail: "The place lies outside the network.")
      }
      self.init(
        unit: unit, layers: network.layers.isEmpty ? [] : network.layerNames(at: lattice), point: point,
        reading: reading)
    case .unit(let code):
      guard network.policy.units.isInForce(code) else {
        throw Fault(field: "location.unit", code: "unknown_unit", detail: "The network has no such unit.")
      }
      self.init(unit: code, layers: [], point: nil, reading: nil)
    case .address:
      guard let within else {
        throw Fault(
          field: "location", code: "place_needed",
          detail: "A report of the whole city needs a point or a unit: words alone name no district.")
      }
      self.init(unit: within, layers: [], point: nil, reading: nil)
    }
    guard within.map({ network.policy.units.contains($0, unit) }) ?? true else {
      throw Fault(
        field: "location", code: FaultCollector.outsideUnit, detail: "The place does not lie under the sender's unit.")
    }
  }

  private init(unit: UnitCode, layers: [String], point: GeoPoint?, reading: PlaceReading?) {
    self.unit = unit
    self.layers = layers
    self.point = point
    self.reading = reading
  }
}
