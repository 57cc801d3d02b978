/// A short code of letters and digits that names a unit, a department or a category.
///
/// Codes are compared byte by byte; what a code means is data of the network, never of the program.
public protocol Code: Hashable, Comparable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
  var text: String { get }
  init(_ text: String)
}

extension Code {
  public init(stringLiteral value: String) { self.init(value) }
  public var description: String { text }
  public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

/// A unit of the territory: a district, street, community or grid (GB/T 30428.1: 6, 9, 12 and 15 digits;
/// other networks may use their own, at most 24 letters and digits).
public struct UnitCode: Code {
  public let text: String
  public init(_ text: String) { self.text = text }
}

/// A department that can be made responsible for a case.
public struct DepartmentCode: Code {
  public let text: String
  public init(_ text: String) { self.text = text }
}

/// A category of the network's catalogue; its scheme and version stand in the catalogue.
public struct CategoryCode: Code {
  public let text: String
  public init(_ text: String) { self.text = text }
}

/// The longest code that any network may use, in characters.
public let maxCodeLength = 24
