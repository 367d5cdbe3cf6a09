package dev.evenkeel.server.target;

import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Socket.IO server that gets every published event.
 *
 * @param name its name in settings, status and metrics
 * @param url where it listens: scheme, host and port
 * @param token sent as {@code Authorization: Bearer} and as {@code auth.token}, or none
 * @param namespace the Socket.IO namespace, {@code /} by default
 * @param acknowledge whether it is to acknowledge events
 */
public record TargetConfig(
    String name, URI url, @Nullable String token, String namespace, Acknowledge acknowledge) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");
  private static final Pattern NAMESPACE = Pattern.compile("/[A-Za-z0-9/_.~-]*");

  public TargetConfig {
    String key = "evenkeel.targets." + name;
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          key + ": the name of a target is up to 64 letters, digits, '-' and '_'");
    }
    String scheme = url.getScheme();
    if (url.getHost() == null
        || !("http".equals(scheme)
            || "https".equals(scheme)
            || "ws".equals(scheme)
            || "wss".equals(scheme))) {
      throw new IllegalArgumentException(
          key + ".url is '" + url + "'; it needs to be like http://host:port");
    }
    if (url.getRawPath() != null && !url.getRawPath().isEmpty() && !url.getRawPath().equals("/")) {
      throw new IllegalArgumentException(
          key + ".url has the path '" + url.getRawPath() + "'; a namespace goes to .namespace");
    }
    if (!NAMESPACE.matcher(namespace).matches()) {
      throw new IllegalArgumentException(
          key + ".namespace is '" + namespace + "'; it begins with '/' and has no spaces");
    }
  }

  /** A target without a token in the namespace {@code /}, with {@link Acknowledge#AUTO}. */
  public TargetConfig(String name, URI url) {
    this(name, url, null, "/", Acknowledge.AUTO);
  }

  /** The same without the token, which is a secret. */
  @Override
  public String toString() {
    return "TargetConfig[" + name + ", " + url + ", " + namespace + ", " + acknowledge + "]";
  }
}
