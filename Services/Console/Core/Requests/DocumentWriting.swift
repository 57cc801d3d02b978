import Domain
import Wire

/// What most documents hold, in the contract's forms.
extension JSONWriter {
  /// A time in the network's local time with its offset.
  mutating func member(_ key: String, _ moment: Instant?, in zone: ZoneRules) {
    member(key, moment?.rfc3339(in: zone))
  }

  mutating func member(_ key: String, texts: some Sequence<String>) {
    self.key(key)
    beginArray()
    for text in texts { string(text) }
    endArray()
  }

  /// `{"lat", "lng", "datum"}`
  mutating func member(_ key: String, point: GeoPoint?) {
    self.key(key)
    guard let point else { return null() }
    beginObject()
    member("lat", point.latitude)
    member("lng", point.longitude)
    member("datum", "wgs84")
    endObject()
  }

  /// `{"code", "<tier>": code, …}`: the unit and those above it by the names of their tiers.
  mutating func member(_ key: String, unit: UnitCode, policy: NetworkPolicy) {
    self.key(key)
    beginObject()
    member("code", unit.text)
    for unit in policy.units.path(to: unit) { member(unit.tier, unit.code.text) }
    endObject()
  }

  mutating func names(_ zh: String, _ en: String) {
    member("name_zh", zh)
    member("name_en", en)
  }

  /// An object as the value of `key`.
  mutating func object(_ key: String, _ write: (inout JSONWriter) throws -> Void) rethrows {
    self.key(key)
    beginObject()
    try write(&self)
    endObject()
  }

  /// An array of objects as the value of `key`.
  mutating func objects<Items: Sequence>(
    _ key: String, _ items: Items, _ write: (inout JSONWriter, Items.Element) throws -> Void
  ) rethrows {
    self.key(key)
    beginArray()
    for item in items {
      beginObject()
      try write(&self, item)
      endObject()
    }
    endArray()
  }
}
