package dev.evenkeel.server.config;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SysPropConfigSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** What a server is started with: files, environment, system properties, its own properties. */
final class Sources {
  final Path workingDir;
  final Path home;
  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, String> application = new HashMap<>();
  private final Map<String, String> system = new HashMap<>();

  Sources(Path folder) {
    workingDir = folder.resolve("work");
    home = folder.resolve("home");
  }

  Sources variable(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Sources application(String key, String value) {
    application.put(key, value);
    return this;
  }

  Sources system(String key, String value) {
    system.put(key, value);
    return this;
  }

  /** The file {@code evenkeel.yaml} of the working directory. */
  Sources yaml(String text) {
    return file(workingDir.resolve("evenkeel.yaml"), text);
  }

  /** The ancestor's file in the working directory. */
  Sources ancestors(String text) {
    return file(workingDir.resolve(".claude-mpm/configuration.yaml"), text);
  }

  Sources file(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Settings read() {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .withProfile("test")
            .withSources(
                new EnvConfigSource(environment, 300),
                new PropertiesConfigSource(application, "application.properties", 250),
                new SystemProperties(system))
            .build();
    return SettingsReader.read(config, workingDir, home);
  }

  /** Called as the true one, whose properties are those of the JVM that runs the tests. */
  private record SystemProperties(Map<String, String> values) implements ConfigSource {

    @Override
    public Set<String> getPropertyNames() {
      return values.keySet();
    }

    @Override
    public String getValue(String name) {
      return values.get(name);
    }

    @Override
    public String getName() {
      return new SysPropConfigSource().getName();
    }

    @Override
    public int getOrdinal() {
      return 400;
    }
  }
}
