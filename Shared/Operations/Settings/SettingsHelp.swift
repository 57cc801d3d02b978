/// The text that `--help` prints: what the service is and a table of every setting.
struct SettingsHelp {
  let service: String
  let summary: String
  let keys: [any AnySettingKey]

  var text: String {
    """
    \(service): \(summary)

    usage: \(service) [--help | --version]

    Settings are read from the environment, then from the file that GRIDLOOP_SETTINGS_FILE names.
    A secret can also be given as a file: <NAME>_FILE. Unknown and wrong settings are refused.

    \(table)

    exit status: 0 stopped in good order; 1 failed; 2 usage or settings; 3 the database's schema is not known
    """
  }

  private var table: String {
    let sorted = (keys + [Settings.file]).sorted { $0.name < $1.name }
    let rows = [["NAME", "TYPE", "UNIT", "DEFAULT", "SECRET", "MEANING"]] + sorted.map(row)
    let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { cells in
      let padded = zip(cells, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }
      return (padded + [cells[5]]).joined(separator: "  ")
    }.joined(separator: "\n")
  }

  private func row(_ key: any AnySettingKey) -> [String] {
    [
      key.name, key.typeName, key.unit ?? "-", defaultText(key), key.isSecret ? "yes" : "no", key.help,
    ]
  }

  private func defaultText(_ key: any AnySettingKey) -> String {
    switch key.defaultText {
    case nil: key.isOptional ? "-" : "(required)"
    case "": "(empty)"
    case let text?: key.isSecret ? "(hidden)" : text
    }
  }
}

extension AnySettingKey {
  /// Whether the setting may be missing.
  var isOptional: Bool {
    if case .success = parse(nil) { return true }
    return false
  }
}
