package dev.evenkeel.server.config;

import io.quarkus.runtime.PreventFurtherStepsException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.SmallRyeConfig;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;

/** Gives the settings to the beans, and ends the start where they are wrong. */
@Singleton
public final class SettingsProducer {

  /** What a shell calls a wrong usage. */
  private static final int EXIT_CODE = 2;

  /**
   * The settings of this process.
   *
   * @throws PreventFurtherStepsException when one is wrong: Quarkus then prints the message alone,
   *     without a stack trace, and exits
   */
  @Produces
  @Singleton
  Settings settings(Config config) {
    try {
      Settings settings = SettingsReader.read(config.unwrap(SmallRyeConfig.class));
      ListenRule.check(
          config.getValue("quarkus.http.host", String.class), settings.access().token());
      return settings;
    } catch (IllegalArgumentException e) {
      System.getLogger(SettingsProducer.class.getName())
          .log(System.Logger.Level.ERROR, "Evenkeel cannot start: {0}", e.getMessage());
      // The exception alone leaves a process that waits and does nothing.
      Quarkus.asyncExit(EXIT_CODE);
      throw new PreventFurtherStepsException(e.getMessage(), EXIT_CODE);
    }
  }

  /** Makes the settings before anything else that starts, even if nobody asks for them yet. */
  void check(@Observes @Priority(1) StartupEvent event, Settings settings) {}
}
