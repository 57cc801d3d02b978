import Glibc
import Platform

/// What the process takes from the machine, under the names that Prometheus clients use.
extension MetricsRegistry {
  /// Registers the process metrics and `gridloop_build_info`.
  func registerProcess(service: String, version: String) {
    let started = Stopwatch()
    gauge("process_resident_memory_bytes", help: "Resident memory in bytes.") {
      ProcessUsage.residentBytes.map(Double.init)
    }
    counter("process_cpu_seconds_total", help: "Processor time used, user and system, in seconds.") {
      ProcessUsage.cpuMicroseconds.map { Double($0) / 1_000_000 }
    }
    gauge("process_open_fds", help: "Open file descriptors.") { openDescriptors().map(Double.init) }
    gauge("process_uptime_seconds", help: "Seconds since the process was put together.") {
      Double(started.elapsedMicroseconds) / 1_000_000
    }
    gauges("gridloop_build_info", help: "1; the labels name service and version.", labels: ["service", "version"])
      .with(service, version).set(1)
  }
}

/// Counts the entries of `/proc/self/fd`; nil where there is none. The one that the count itself opens is left out.
private func openDescriptors() -> Int? {
  guard let directory = opendir("/proc/self/fd") else { return nil }
  defer { closedir(directory) }
  var count = 0
  while readdir(directory) != nil { count += 1 }
  return count - 3
}
