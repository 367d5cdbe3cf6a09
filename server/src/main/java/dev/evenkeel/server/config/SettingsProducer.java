package dev.evenkeel.server.config;

import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.SmallRyeConfig;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;

/** Gives the settings to the beans. */
@Singleton
public final class SettingsProducer {

  private final Config config;

  @Inject
  SettingsProducer(Config config) {
    this.config = config;
  }

  /**
   * Reads the settings again, as files have them now.
   *
   * @throws IllegalArgumentException when one is wrong
   */
  public Settings read() {
    return checked(config.unwrap(SmallRyeConfig.class));
  }

  /**
   * The settings of this process.
   *
   * @throws IllegalArgumentException when one is wrong; {@link Main} has told it before, except in
   *     tests
   */
  @Produces
  @Singleton
  Settings settings() {
    return read();
  }

  /** Makes the settings before anything else that starts, even if nobody asks for them yet. */
  void check(@Observes @Priority(1) StartupEvent event, Settings settings) {}

  /** The settings, together with the rule on where the server may listen. */
  static Settings checked(SmallRyeConfig config) {
    Settings settings = SettingsReader.read(config);
    ListenRule.check(config.getValue("quarkus.http.host", String.class), settings.access().token());
    return settings;
  }
}
