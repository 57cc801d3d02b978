import Cryptography
import Operations
import Testing

@testable import GridctlCore

@Suite struct StackTests {
  @Test func theFileIsReadLineByLine() {
    let values = Stack.parse("# a comment\nDATABASE_URL=postgresql://u:p@/d?host=/tmp\n\nA=\"b c\"\nB='x'\nEMPTY=\nnot")
    #expect(values["DATABASE_URL"] == "postgresql://u:p@/d?host=/tmp")
    #expect(values["A"] == "b c")
    #expect(values["B"] == "x")
    #expect(values["EMPTY"] == "")
    #expect(values.count == 4)
  }

  @Test func theEnvironmentGoesBeforeTheFile() throws {
    let home = try TemporaryDirectory()
    try home.write("INTAKE_PORT=8091\nCONSOLE_PORT=8090\nBIND=0.0.0.0\n", to: "env")
    let stack = Stack.find(home: nil, environment: ["GRIDLOOP_HOME": home.path, "CONSOLE_PORT": "9000", "PATH": "x"])
    #expect(stack.intakeAddress == "http://127.0.0.1:8091")
    #expect(stack.consoleAddress == "http://127.0.0.1:9000")
    #expect(stack.values["PATH"] == nil)
  }

  @Test func hostsOfAllKindsAreAddressed() {
    #expect(Stack(home: "", values: ["BIND": "::"]).intakeAddress == "http://[::1]:8081")
    #expect(Stack(home: "", values: ["BIND": "fe80::1"]).consoleAddress == "http://[fe80::1]:8080")
    #expect(Stack(home: "", values: ["BIND": "10.0.0.7"]).consoleAddress == "http://10.0.0.7:8080")
  }

  @Test func theClockIsRealUnlessTheStackSaysOtherwise() throws {
    #expect(try Stack(home: "h", values: [:]).clockSource() == .real)
    #expect(try Stack(home: "h", values: ["CLOCK": "simulated"]).clockSource() == .simulated(path: "h/clock"))
    #expect(
      try Stack(home: "h", values: ["CLOCK": "simulated", "CLOCK_FILE": "/c"]).clockSource()
        == .simulated(path: "/c"))
    #expect(try Stack(home: "h", values: ["GRIDLOOP_CLOCK": "simulated:/d"]).clockSource() == .simulated(path: "/d"))
    #expect(throws: Refusal.self) { try Stack(home: "h", values: ["CLOCK": "fast"]).clockSource() }
  }

  @Test func theKeyOfASourceIsFoundByItsSource() throws {
    let home = try TemporaryDirectory()
    var file = DemoFile()
    file.keys = [
      .init(name: "demo camera", role: "source", unit: "1", source: "camera", key: "k1"),
      .init(name: "demo officer", role: "source", unit: "1", source: nil, key: "k2"),
    ]
    try file.write(home.file("demo.json"))
    let stack = Stack(home: home.path, values: [:])
    #expect(try stack.sourceKey("camera") == "k1")
    #expect(try stack.sourceKey("officer") == "k2")
    #expect(try DemoFile.read(home.file("demo.json")) == file)
  }

  /// The exchange of RFC 7677, section 3: the verifier's server key signs it as the server there does.
  @Test func aPasswordsVerifierFollowsTheStandard() throws {
    let salt = "W22ZaJ0SNY7soEsUEjb6gQ=="
    let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    let exchange = "n=user,r=rOprNGfwEbeRWgbNEkqO,r=\(nonce),s=\(salt),i=4096,c=biws,r=\(nonce)"
    let verifier = RolePasswords.verifier(password: "pencil", salt: try Base64.standard.decode(salt))
    #expect(verifier.hasPrefix("SCRAM-SHA-256$4096:\(salt)$"))
    let serverKey = try Base64.standard.decode(String(verifier.split(separator: ":").last ?? ""))
    let signature = HMACSHA256.code(of: Array(exchange.utf8), key: serverKey)
    #expect(Base64.standard.encode(signature) == "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
  }
}
