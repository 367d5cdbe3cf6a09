package dev.evenkeel.server.config;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.quarkus.runtime.configuration.ConfigUtils;

/**
 * Starts the server, once its settings are known to be right. They are looked at before Quarkus
 * starts, because an exception during its start is printed with a stack trace, in which the one
 * line that helps is lost; and {@code PreventFurtherStepsException}, which has none, leaves the
 * process waiting for ever.
 */
@QuarkusMain
public final class Main {

  /** What a shell calls a wrong usage. */
  private static final int WRONG_SETTINGS = 2;

  private Main() {}

  /** Starts the server, or prints what is wrong with its settings and exits with 2. */
  public static void main(String... args) {
    try {
      SettingsProducer.checked(ConfigUtils.configBuilder().build());
    } catch (IllegalArgumentException e) {
      System.err.println("Evenkeel cannot start: " + e.getMessage());
      System.exit(WRONG_SETTINGS);
    }
    Quarkus.run(args);
  }
}
