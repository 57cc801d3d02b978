import CPlatform

/// What this process uses of the machine.
public enum ProcessUsage {
  /// Resident memory in bytes; nil when the system does not say.
  public static var residentBytes: Int64? {
    let bytes = gl_process_rss_bytes()
    return bytes < 0 ? nil : bytes
  }

  /// Processor time used so far, user and system together, in microseconds; nil when the system does not say.
  public static var cpuMicroseconds: Int64? {
    let microseconds = gl_process_cpu_microseconds()
    return microseconds < 0 ? nil : microseconds
  }
}
