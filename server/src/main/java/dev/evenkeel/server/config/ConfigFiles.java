package dev.evenkeel.server.config;

import io.smallrye.config.ConfigValue;
import io.smallrye.config.MapBackedConfigValueConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * The files of the user and of the ancestor, laid between the environment and what the application
 * brings. They join the configuration when the server starts, not through the service loader: so a
 * file of the machine that builds never ends up in what is built, and a mistake in one is told
 * without a stack trace.
 */
final class ConfigFiles {

  private static final String NAME = "evenkeel.yaml";
  private static final String DATA_DIR = "evenkeel.data-dir";

  /** Below system properties (400), the environment (300) and {@code .env} (295). */
  private static final int ANCESTORS_ENVIRONMENT = 290;

  private static final int IN_WORKING_DIR = 280;
  private static final int IN_DATA_DIR = 275;

  /** Above {@code config/application.properties} (260) and the application's own (250). */
  private static final int ANCESTORS_IN_WORKING_DIR = 272;

  private static final int ANCESTORS_IN_HOME = 271;

  private final SmallRyeConfig config;
  private final Path workingDir;
  private final Path home;
  private final List<ConfigSource> sources = new ArrayList<>();

  ConfigFiles(SmallRyeConfig config, Path workingDir, Path home) {
    this.config = config;
    this.workingDir = workingDir;
    this.home = home;
  }

  /**
   * The configuration with these files.
   *
   * @throws IllegalArgumentException when one of them is wrong
   */
  SmallRyeConfig joined() {
    config.getConfigSources().forEach(sources::add);
    sources.add(
        new PropertiesConfigSource(
            AncestorConfig.ofEnvironment(name -> config.getConfigValue(name).getValue()),
            "the environment of claude-mpm",
            ANCESTORS_ENVIRONMENT));
    addOwn(workingDir.resolve(NAME), IN_WORKING_DIR);
    addAncestors(workingDir, ANCESTORS_IN_WORKING_DIR);
    if (!home.equals(workingDir)) {
      addAncestors(home, ANCESTORS_IN_HOME);
    }
    SmallRyeConfig withoutDataDir = build();
    Path dataDir = dataDir(withoutDataDir.getConfigValue(DATA_DIR).getValue(), workingDir, home);
    Path inDataDir = dataDir.resolve(NAME);
    if (dataDir.equals(workingDir) || !Files.exists(inDataDir)) {
      return withoutDataDir;
    }
    addOwn(inDataDir, IN_DATA_DIR);
    return build();
  }

  /** Where the data directory is, given its setting or null. */
  static Path dataDir(@Nullable String setting, Path workingDir, Path home) {
    if (setting == null || setting.isBlank()) {
      return home.resolve(".evenkeel");
    }
    String path = setting.strip();
    if (path.equals("~") || path.startsWith("~/")) {
      return home.resolve(path.substring(Math.min(2, path.length()))).normalize();
    }
    return workingDir.resolve(path).normalize();
  }

  private SmallRyeConfig build() {
    return new SmallRyeConfigBuilder()
        .addDefaultInterceptors()
        .withProfiles(config.getProfiles())
        .withSources(sources)
        .build();
  }

  private void addOwn(Path file, int ordinal) {
    if (!Files.exists(file)) {
      return;
    }
    var values = new LinkedHashMap<String, YamlFile.Value>();
    YamlFile.read(file, key -> true)
        .forEach(
            (key, value) ->
                values.put(key.startsWith(KnownKeys.PREFIX) ? key : KnownKeys.PREFIX + key, value));
    YamlFile.Value dataDir = values.get(DATA_DIR);
    if (ordinal == IN_DATA_DIR && dataDir != null) {
      throw new InvalidSettingException(
              DATA_DIR, " is in the data directory, where it comes too late; set it elsewhere")
          .setIn(file + ":" + dataDir.line());
    }
    sources.add(new FileSource(file, values, ordinal));
  }

  private void addAncestors(Path folder, int ordinal) {
    Path file = folder.resolve(".claude-mpm").resolve("configuration.yaml");
    if (Files.exists(file)) {
      sources.add(new FileSource(file, AncestorConfig.read(file), ordinal));
    }
  }

  private static final class FileSource extends MapBackedConfigValueConfigSource {

    private static final long serialVersionUID = 1L;

    FileSource(Path file, Map<String, YamlFile.Value> values, int ordinal) {
      super(file.toString(), withLines(file, values, ordinal), ordinal);
    }

    private static Map<String, ConfigValue> withLines(
        Path file, Map<String, YamlFile.Value> values, int ordinal) {
      var all = new HashMap<String, ConfigValue>();
      values.forEach(
          (key, value) ->
              all.put(
                  key,
                  ConfigValue.builder()
                      .withName(key)
                      .withValue(value.text())
                      .withRawValue(value.text())
                      .withConfigSourceName(file.toString())
                      .withConfigSourceOrdinal(ordinal)
                      .withLineNumber(value.line())
                      .build()));
      return all;
    }
  }
}
