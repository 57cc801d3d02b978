/// The version of the whole product; every service and `gridctl` print it.
public enum Version {
  public static let text = "0.1.0"
}
