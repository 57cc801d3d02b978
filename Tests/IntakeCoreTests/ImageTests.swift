import Glibc
import Platform
import Testing

@testable import IntakeCore

@Suite struct ImageTests {
  /// An image made by the tool itself, with a comment that must not survive.
  static func image(_ name: String, width: Int = 40, height: Int = 30) throws -> [UInt8] {
    let directory = "/tmp/gridloop-test-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    mkdir(directory, 0o700)
    defer {
      for file in ["black.v", name] { unlink("\(directory)/\(file)") }
      rmdir(directory)
    }
    let environment = ["PATH=/usr/bin:/bin", "HOME=\(directory)"]
    let black = "\(directory)/black.v"
    let made = HelperProcess.run(
      ["vips", "black", black, "\(width)", "\(height)", "--bands", "3"], environment: environment)
    let saved = HelperProcess.run(["vips", "copy", black, "\(directory)/\(name)"], environment: environment)
    try #require(made == .exited(0) && saved == .exited(0))
    return try #require(PrivateFile.read("\(directory)/\(name)", maxBytes: 1 << 20))
  }

  @Test(arguments: [("a.jpg", ImageHeader.Kind.jpeg), ("a.png", .png), ("a.webp", .webp)])
  func readsAndCleansEachKind(name: String, kind: ImageHeader.Kind) async throws {
    let image = try Self.image(name)
    let header = try #require(ImageHeader(image))
    #expect(header.kind == kind && header.width == 40 && header.height == 30)
    let cleaned = try await ImageCleaner(program: "vips").clean(image, kind: kind)
    #expect(ImageHeader(cleaned) == header)
  }

  @Test func stripsWhereItWasTaken() async throws {
    let plain = try Self.image("a.jpg")
    // A comment segment right behind the start of the image.
    let words = Array("taken at 22.5,113.9 by Li".utf8)
    let comment: [UInt8] = [0xFF, 0xFE, 0, UInt8(words.count + 2)] + words
    let marked = Array(plain[0..<2]) + comment + plain[2...]
    #expect(ImageHeader(marked) == ImageHeader(plain))
    let cleaned = try await ImageCleaner(program: "vips").clean(marked, kind: .jpeg)
    #expect(cleaned.firstRange(of: words) == nil)
  }

  @Test func refusesWhatIsNoImage() async throws {
    for bytes in [
      [], [0xFF], Array("GIF89a".utf8), Array("<svg/>".utf8), [0xFF, 0xD8, 0xFF], [0xFF, 0xD8, 0xFF, 0xE0, 0, 0],
    ] {
      #expect(ImageHeader(bytes as [UInt8]) == nil)
      #expect(throws: ImageFault.unknownKind) { try AttachmentIntake.admit(bytes as [UInt8]) }
    }
    var bomb = try Self.image("a.png")
    for (offset, byte) in [0x00, 0x00, 0x40, 0x00, 0x00, 0x00, 0x40, 0x00].enumerated() {
      bomb[16 + offset] = UInt8(byte)
    }
    #expect(throws: ImageFault.tooManyPixels(width: 16_384, height: 16_384)) { try AttachmentIntake.admit(bomb) }
    let cut = Array(try Self.image("a.png").prefix(60))
    await #expect(throws: ImageFault.damaged) { try await ImageCleaner(program: "vips").clean(cut, kind: .png) }
  }

  @Test func leavesNothingBehind() async throws {
    let image = try Self.image("a.png")
    _ = try await ImageCleaner(program: "vips").clean(image, kind: .png)
    await #expect(throws: ImageFault.unavailable) {
      try await ImageCleaner(program: "/nowhere/vips").clean(image, kind: .png)
    }
    await #expect(throws: ImageFault.damaged) { try await ImageCleaner(program: "false").clean(image, kind: .png) }
  }

  @Test func boundsHowManyAreCleanedAtOnce() async throws {
    let image = try Self.image("a.png")
    let cleaner = ImageCleaner(program: "vips")
    let results = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 { group.addTask { (try? await cleaner.clean(image, kind: .png)) != nil } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results == Array(repeating: true, count: 8))
  }
}
