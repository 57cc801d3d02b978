import Glibc
import Platform

/// Turns an image upright and strips it of everything but its pixels (place, camera, comments), in a helper process
/// with limits, so that a hostile image can cost no more than that process.
///
/// The helper is `vips` of libvips, with its loaders for untrusted formats switched off. It sees one private directory;
/// its files are gone when the call returns. Thread-safe.
final class ImageCleaner: Sendable {
  private struct State {
    var running = 0
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let program: String
  private let state = Locked(State())

  /// - Parameter program: name or path of `vips`.
  init(program: String) { self.program = program }

  /// The cleaned image. Throws ``ImageFault``.
  func clean(_ image: [UInt8], kind: ImageHeader.Kind) async throws -> [UInt8] {
    try await enter()
    defer { leave() }
    let job = CleaningJob(program: program, kind: kind)
    let result = await withCheckedContinuation { continuation in
      _ = PinnedThread(name: "image") {
        continuation.resume(returning: Result { () throws(ImageFault) in try job.run(image) })
      }
    }
    return try result.get()
  }

  private func enter() async throws {
    let isFree = try state.withLock { state throws(ImageFault) -> Bool in
      guard state.running >= ImageLimits.maxCleaners else {
        state.running += 1
        return true
      }
      guard state.waiting.count < ImageLimits.maxWaitingImages else { throw .busy }
      return false
    }
    if isFree { return }
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        if state.running < ImageLimits.maxCleaners {
          state.running += 1
          return true
        }
        state.waiting.append(continuation)
        return false
      }
      if isFree { continuation.resume() }
    }
  }

  /// Hands the place to the next that waits.
  private func leave() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      if state.waiting.isEmpty {
        state.running -= 1
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.resume()
  }
}

/// One run of the helper; blocks.
private struct CleaningJob: Sendable {
  let program: String
  let kind: ImageHeader.Kind

  func run(_ image: [UInt8]) throws(ImageFault) -> [UInt8] {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/gridloop-image-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw .unavailable }
    let directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    let (source, target) = ("\(directory)/in", "\(directory)/out.\(suffix)")
    defer {
      unlink(source)
      unlink(target)
      rmdir(directory)
    }
    // The target is made here, so that it has this mode whatever the helper's mask.
    guard PrivateFile.write(image, to: source), PrivateFile.write([], to: target) else { throw .unavailable }
    try start(source, target, directory)
    guard let cleaned = PrivateFile.read(target, maxBytes: 2 * ImageLimits.maxImageBytes), !cleaned.isEmpty else {
      throw .damaged
    }
    return cleaned
  }

  private var suffix: String {
    switch kind {
    case .jpeg: "jpg"
    case .png: "png"
    case .webp: "webp"
    }
  }

  private var options: String { kind == .png ? "[strip]" : "[strip,Q=88]" }

  private func start(_ source: String, _ target: String, _ directory: String) throws(ImageFault) {
    let arguments = [
      "prlimit", "--cpu=\(ImageLimits.maxCleanerCPUSeconds)", "--as=\(ImageLimits.maxCleanerMemoryBytes)",
      "--fsize=\(2 * ImageLimits.maxImageBytes)", "--nofile=64", "--core=0", "timeout", "-k", "1",
      "\(ImageLimits.maxCleanerSeconds)", program, "autorot", source, target + options,
    ]
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    let environment = [
      "PATH=\(path)", "HOME=\(directory)", "TMPDIR=\(directory)", "LC_ALL=C", "VIPS_BLOCK_UNTRUSTED=1",
      "VIPS_CONCURRENCY=1",
    ]
    switch HelperProcess.run(arguments, environment: environment) {
    case .exited(0): return
    case .failedToStart, .exited(126), .exited(127): throw .unavailable
    case .exited(124), .exited(137), .signalled: throw .tooCostly
    case .exited: throw .damaged
    }
  }
}
