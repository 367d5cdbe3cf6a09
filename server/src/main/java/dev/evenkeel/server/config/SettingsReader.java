package dev.evenkeel.server.config;

import io.smallrye.config.SmallRyeConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings from where users write them: system properties, the environment, {@code
 * evenkeel.yaml}, the ancestor's file, {@code application.properties}, in this order.
 *
 * <p>It is no {@code @ConfigMapping}, for three reasons: a variable like {@code
 * EVENKEEL_EXTENSIONS_TOOLS_MAX_CALLS} finds no place in a map of maps, an unknown key has to be
 * told with its place and the nearest known one, and a wrong value with what to write instead.
 */
public final class SettingsReader {

  private static final Pattern NAMESPACE = Pattern.compile("/[A-Za-z0-9/_.~-]*");
  private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");
  private static final Pattern SCHEME = Pattern.compile("https?|wss?");

  private final FoundSettings found;
  private final Path workingDir;
  private final Path home;

  private SettingsReader(FoundSettings found, Path workingDir, Path home) {
    this.found = found;
    this.workingDir = workingDir;
    this.home = home;
  }

  /**
   * Reads the settings of this process, with the files in its working directory and the user's
   * home.
   *
   * @throws IllegalArgumentException when a file, a key or a value is wrong; the message is for the
   *     user
   */
  public static Settings read(SmallRyeConfig config) {
    String home = System.getenv("HOME");
    return read(
        config,
        Path.of(""),
        Path.of(home == null || home.isBlank() ? System.getProperty("user.home") : home));
  }

  /**
   * Reads the settings.
   *
   * @param config what comes from elsewhere than our files
   * @param workingDir where {@code evenkeel.yaml} and {@code .claude-mpm} are looked for first
   * @param home where they are looked for next; {@code ~} in the data directory
   * @throws IllegalArgumentException when a file, a key or a value is wrong; the message is for the
   *     user
   */
  public static Settings read(SmallRyeConfig config, Path workingDir, Path home) {
    Path here = workingDir.toAbsolutePath().normalize();
    Path absoluteHome = home.toAbsolutePath().normalize();
    var found = new FoundSettings(new ConfigFiles(config, here, absoluteHome).joined());
    try {
      return new SettingsReader(found, here, absoluteHome).settings();
    } catch (InvalidSettingException e) {
      throw e.setIn(found.originOf(e.key()));
    }
  }

  private Settings settings() {
    Path dataDir = ConfigFiles.dataDir(found.text("evenkeel.data-dir"), workingDir, home);
    String extensionsDir = found.text("evenkeel.extensions-dir");
    // Before the targets, which may ask for the token that is made here
    String token = serverToken(dataDir);
    return new Settings(
        dataDir,
        found.size("evenkeel.memory-budget", 64L << 20),
        found.flag("evenkeel.debug", false),
        new Settings.State(
            found.number("evenkeel.state.max-delegations", 200),
            found.number("evenkeel.state.max-prompts", 100),
            found.duration("evenkeel.state.max-age", Duration.ofSeconds(300)),
            found.number("evenkeel.state.cleanup-interval-events", 100)),
        new Settings.Watch(
            found.flag("evenkeel.watch.enabled", true),
            found.duration("evenkeel.watch.interval", Duration.ofSeconds(60)),
            found.size("evenkeel.watch.alert-threshold", 500L << 20),
            found.flag("evenkeel.watch.auto-cleanup", true)),
        new Settings.Pool(
            found.number("evenkeel.pool.max-connections", 3),
            found.duration("evenkeel.pool.cleanup-interval", Duration.ofSeconds(60))),
        targets(dataDir),
        new Settings.Guards(
            found.duration("evenkeel.guards.deadline", Duration.ofSeconds(1)), guardDeadlines()),
        new Settings.Log(
            found.size("evenkeel.log.max-bytes", 512L << 20),
            found.duration("evenkeel.log.max-age", Duration.ofDays(7)),
            found.flag("evenkeel.log.text-search", true)),
        new Settings.Access(
            token, found.list("evenkeel.allowed-origins"), found.list("evenkeel.allowed-hosts")),
        extensionsDir == null
            ? dataDir.resolve("extensions")
            : ConfigFiles.dataDir(extensionsDir, workingDir, home),
        found.list("evenkeel.extensions-order"),
        extensions());
  }

  private Map<String, Duration> guardDeadlines() {
    var deadlines = new TreeMap<String, Duration>();
    for (String key : found.keys()) {
      Matcher matcher = KnownKeys.GUARD_DEADLINE.matcher(key);
      if (matcher.matches() && found.text(key) != null) {
        deadlines.put(matcher.group(1), found.duration(key, Duration.ofSeconds(1)));
      }
    }
    return deadlines;
  }

  private Map<String, Settings.Target> targets(Path dataDir) {
    var targets = new TreeMap<String, Settings.Target>();
    for (String key : found.keys()) {
      Matcher matcher = KnownKeys.TARGET.matcher(key);
      if (matcher.matches() && found.text(key) != null) {
        targets.computeIfAbsent(matcher.group(1), name -> target(name, dataDir));
      }
    }
    return targets;
  }

  private Settings.Target target(String name, Path dataDir) {
    String prefix = "evenkeel.targets." + name + ".";
    String url = found.text(prefix + "url");
    if (url == null) {
      throw new InvalidSettingException(
          prefix + "url", " is not set; a target needs one, like http://localhost:3000");
    }
    return new Settings.Target(
        url(prefix + "url", url),
        targetToken(prefix, dataDir),
        found.value(prefix + "namespace", "/", SettingsReader::namespace),
        found.value(
            prefix + "acknowledge", Settings.Acknowledge.AUTO, SettingsReader::acknowledge));
  }

  private static URI url(String key, String text) {
    URI url;
    try {
      url = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingException(key, " is no URL: " + e.getMessage());
    }
    if (url.getHost() == null
        || url.getScheme() == null
        || !SCHEME.matcher(url.getScheme()).matches()) {
      throw new InvalidSettingException(key, " is '" + text + "'; write it like http://host:port");
    }
    if (url.getRawUserInfo() != null) {
      throw new InvalidSettingException(
          key,
          " has a user or password in it; a secret goes into " + key.replace(".url", ".token"));
    }
    String path = url.getRawPath() == null ? "" : url.getRawPath();
    if (!(path.isEmpty() || path.equals("/"))
        || url.getRawQuery() != null
        || url.getRawFragment() != null) {
      throw new InvalidSettingException(
          key,
          " is '"
              + text
              + "'; it ends with the port. A Socket.IO namespace goes into "
              + key.replace(".url", ".namespace"));
    }
    return url;
  }

  private static String namespace(String text) {
    if (!NAMESPACE.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no namespace; it begins with '/' and has no spaces");
    }
    return text;
  }

  private static Settings.Acknowledge acknowledge(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "auto" -> Settings.Acknowledge.AUTO;
      case "always" -> Settings.Acknowledge.ALWAYS;
      case "never" -> Settings.Acknowledge.NEVER;
      default -> throw new IllegalArgumentException("'" + text + "' is not auto, always or never");
    };
  }

  private @Nullable String serverToken(Path dataDir) {
    String token = token("evenkeel.token");
    String key = "evenkeel.token-file";
    String file = found.text(key);
    return token != null || file == null
        ? token
        : checked(key, TokenFile.readOrMake(key, dataDir.resolve(file)));
  }

  private @Nullable String targetToken(String prefix, Path dataDir) {
    String token = token(prefix + "token");
    String key = prefix + "token-file";
    String file = found.text(key);
    return token != null || file == null
        ? token
        : checked(key, TokenFile.read(key, dataDir.resolve(file)));
  }

  private @Nullable String token(String key) {
    return checked(key, found.text(key));
  }

  /** A secret, which never stands in a message. */
  private static @Nullable String checked(String key, @Nullable String token) {
    if (token != null && !TOKEN.matcher(token).matches()) {
      throw new InvalidSettingException(
          key, " has a space or a character that a header cannot carry; write ASCII letters");
    }
    return token;
  }

  private Map<String, Map<String, String>> extensions() {
    var extensions = new TreeMap<String, Map<String, String>>();
    for (String key : found.keys()) {
      Matcher matcher = KnownKeys.EXTENSION.matcher(key);
      String text = matcher.matches() ? found.text(key) : null;
      if (text != null) {
        extensions
            .computeIfAbsent(matcher.group(1), name -> new TreeMap<>())
            .put(matcher.group(2), text);
      }
    }
    return extensions;
  }
}
