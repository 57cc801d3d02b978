import Cryptography
import Testing

struct PasswordHashTests {
  @Test func onlyTheRightPasswordMatches() throws {
    let hash = try PasswordHash(password: "网格-correct horse", cost: .minimal)
    #expect(hash.text.hasPrefix("$argon2id$v=19$m=8,t=1,p=1$"))
    #expect(hash.matches(password: "网格-correct horse"))
    #expect(!hash.matches(password: "网格-correct horsf"))
    #expect(!hash.matches(password: ""))
    #expect(try PasswordHash(text: hash.text).matches(password: "网格-correct horse"))
  }

  // Made by the reference program: `argon2 somesalt -id -t 2 -m 16 -p 1` for "password".
  @Test func aHashOfTheReferenceProgramMatches() throws {
    let hash = try PasswordHash(
      text: "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
    #expect(hash.matches(password: "password"))
    #expect(!hash.matches(password: "Password"))
  }

  @Test func eachHashHasItsOwnSalt() throws {
    let first = try PasswordHash(password: "same", cost: .minimal)
    #expect(try PasswordHash(password: "same", cost: .minimal) != first)
  }

  @Test(arguments: ["", "plain", "$argon2i$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA", "$argon2id$ with space"])
  func textThatIsNoHashIsRefused(text: String) {
    #expect(throws: CryptographyError.self) { try PasswordHash(text: text) }
  }

  @Test func passwordsOutsideTheLimitAreRefused() {
    #expect(throws: CryptographyError.self) { try PasswordHash(password: "", cost: .minimal) }
    let long = String(repeating: "x", count: PasswordHash.maxPasswordBytes + 1)
    #expect(throws: CryptographyError.self) { try PasswordHash(password: long, cost: .minimal) }
  }
}

struct PasswordHasherTests {
  @Test func hashesAndVerifies() async throws {
    let hasher = PasswordHasher(cost: .minimal)
    let hash = try await hasher.hash("secret")
    #expect(try await hasher.verify("secret", against: hash))
    #expect(try await !hasher.verify("Secret", against: hash))
    #expect(try await !hasher.verify("secret", against: nil))
  }

  @Test func callsBeyondTheLimitAreRefused() async throws {
    let hasher = PasswordHasher(cost: .init(passes: 3, memoryBytes: 16 * 1024 * 1024), maxWaiting: 1)
    let outcomes = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<16 {
        group.addTask {
          do {
            _ = try await hasher.hash("secret")
            return true
          } catch {
            return (error as? CryptographyError)?.code != .busy
          }
        }
      }
      return await group.reduce(into: [Bool]()) { $0.append($1) }
    }
    #expect(outcomes.contains(true))
    #expect(outcomes.contains(false))
    #expect(try await !hasher.hash("again").text.isEmpty)
  }
}
