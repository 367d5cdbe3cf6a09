package dev.evenkeel.server.extension;

/** Says in words for an operator why an extension does not run. */
final class Reason {

  private Reason() {}

  static String of(Throwable failure) {
    try {
      return said(failure);
    } catch (Throwable e) {
      return failure.getClass().getName(); // its message is code of the extension's own
    }
  }

  private static String said(Throwable failure) {
    String message = failure.getMessage();
    String said = message == null ? failure.getClass().getSimpleName() : message;
    return switch (failure) {
      case UnsupportedClassVersionError _ -> said + "; compile it for Java 25 or earlier";
      case NoClassDefFoundError _ -> missing(said);
      case ClassNotFoundException _ -> missing(said);
      case NoSuchMethodError _ ->
          said + "; it was compiled against another version of a library or of the interface";
      case RefusedException _, IllegalArgumentException _, IllegalStateException _ -> said;
      case RuntimeException _, Error _ -> failure.toString();
      default -> said;
    };
  }

  private static String missing(String name) {
    return name
        + " is missing; a jar brings all classes it needs but java.*, dev.evenkeel.extension,"
        + " org.jspecify and Jackson's core, databind and annotations";
  }
}
