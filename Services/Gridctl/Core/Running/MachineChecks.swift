import Foundation
import Glibc

/// Checks that need no database: the stack's directory, disk, processes and ports.
struct MachineChecks {
  /// Below this much free space the database may stop, in bytes.
  static let minFreeBytes: UInt64 = 1 << 30
  static let services = MigrateCommand.services

  let stack: Stack

  var all: [Finding] { [home, demoFile, disk] + processes + [port("intake"), port("console")] }

  private var home: Finding {
    guard FileManager.default.fileExists(atPath: stack.path("env")) else {
      return .warning(
        "stack", "\(stack.path("env")) is missing; only the environment is used",
        remedy: "run `make up`, or point GRIDLOOP_HOME at the stack's directory")
    }
    return .good("stack", stack.home)
  }

  private var demoFile: Finding {
    guard FileManager.default.fileExists(atPath: stack.demoPath) else {
      return .good("secrets", "no demo.json")
    }
    let attributes = try? FileManager.default.attributesOfItem(atPath: stack.demoPath)
    let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0
    guard mode & 0o077 == 0 else {
      return .failed(
        "secrets", "demo.json can be read by others (mode \(String(mode, radix: 8)))",
        remedy: "chmod 600 \(stack.demoPath)")
    }
    return .good("secrets", "demo.json is private")
  }

  private var disk: Finding {
    var facts = statvfs()
    guard statvfs(stack.home, &facts) == 0 else { return .good("disk", "not known") }
    let free = UInt64(facts.f_bavail) * UInt64(facts.f_frsize)
    let text = "\(Figures.grouped(free >> 20)) MiB free"
    return free >= Self.minFreeBytes
      ? .good("disk", text) : .failed("disk", text, remedy: "make room: without it the database stops taking writes")
  }

  private var processes: [Finding] {
    (["postgres"] + Self.services).compactMap { name in
      guard let text = try? String(contentsOfFile: stack.path("run/\(name).pid"), encoding: .utf8) else { return nil }
      let pid = text.split(whereSeparator: \.isNewline).first.flatMap { Int32($0) } ?? 0
      guard pid > 0, kill(pid, 0) == 0 || errno == EPERM else {
        return .failed(
          "process \(name)", "run/\(name).pid names process \(pid), which is gone",
          remedy: "see logs/\(name).log; the supervisor starts it again, else `make up`")
      }
      return .good("process \(name)", "pid \(pid)")
    }
  }

  private func port(_ service: String) -> Finding {
    let address = service == "intake" ? stack.intakeAddress : stack.consoleAddress
    let port = address.split(separator: ":").last.flatMap { UInt16($0) } ?? 0
    guard Self.isOpen(port) else {
      return .failed("port \(service)", "nothing listens on \(address)", remedy: "see logs/\(service).log")
    }
    return .good("port \(service)", address)
  }

  /// Whether someone takes connections on this machine's port.
  static func isOpen(_ port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
