package dev.evenkeel.server.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may come in, so that no page in a browser and no stranger on the network reads events
 * or posts them.
 *
 * <p>A page in the user's browser can reach loopback. It is known by its {@code Origin}, by {@code
 * Sec-Fetch-Site: cross-site} where it sends none, and, after DNS rebinding, by a {@code Host} that
 * is not ours.
 */
public final class Doorkeeper {

  private static final Set<String> LOOPBACK_NAMES =
      Set.of("localhost", "127.0.0.1", "[::1]", "::1");
  private static final String BEARER = "bearer ";

  private static final Set<String> HEALTH =
      Set.of("/health", "/q/health", "/q/health/live", "/q/health/ready", "/q/health/started");

  /** A browser cannot set a header here: the hub asks for the token when a client joins. */
  private static final String HUB = "/socket.io/";

  /** What is known of a request before its body is read. */
  public record Caller(
      String path,
      @Nullable String host,
      @Nullable String origin,
      @Nullable String secFetchSite,
      @Nullable String authorization) {}

  /**
   * Why a request is refused.
   *
   * @param status 401 or 403
   * @param error what is wrong and what to do
   */
  public record Refusal(int status, String error) {}

  private final byte @Nullable [] token;
  private final Set<String> hosts = new HashSet<>(LOOPBACK_NAMES);
  private final Set<String> origins;
  private final Set<String> withoutToken;

  /** One that asks for the token at every door but health. */
  public Doorkeeper(
      @Nullable String token, List<String> allowedHosts, List<String> allowedOrigins) {
    this(token, allowedHosts, allowedOrigins, Set.of());
  }

  /**
   * @param token what a caller has to know, or null when nobody has to
   * @param allowedHosts names by which this server may be called, beside those of loopback
   * @param allowedOrigins pages that may call it, as {@code https://host:port}
   * @param withoutToken paths, beside those of health, that ask for no token
   */
  public Doorkeeper(
      @Nullable String token,
      List<String> allowedHosts,
      List<String> allowedOrigins,
      Set<String> withoutToken) {
    if (token != null && !token.isEmpty() && token.isBlank()) {
      throw new IllegalArgumentException("evenkeel.token is blank; leave it out, or set a word");
    }
    this.token = token == null || token.isEmpty() ? null : token.strip().getBytes(UTF_8);
    allowedHosts.forEach(each -> hosts.add(asInHeader(withoutPort(each.strip()))));
    if (allowedOrigins.stream().anyMatch(each -> each.strip().equals("null"))) {
      throw new IllegalArgumentException(
          "evenkeel.allowed-origins names 'null', which any page can make itself");
    }
    this.origins =
        allowedOrigins.stream().map(Doorkeeper::asSent).collect(Collectors.toUnmodifiableSet());
    // Exactly these: a path that only begins so may lead elsewhere, /q/health/../..
    var open = new HashSet<>(HEALTH);
    open.add(HUB);
    open.addAll(withoutToken);
    this.withoutToken = open;
  }

  /** An IPv6 address has brackets in the header Host. */
  private static String asInHeader(String host) {
    return host.indexOf(':') >= 0 && !host.startsWith("[") ? '[' + host + ']' : host;
  }

  /** As browsers send it: in lower case, without a path. */
  private static String asSent(String origin) {
    String lower = origin.strip().toLowerCase(Locale.ROOT);
    return lower.endsWith("/") ? lower.substring(0, lower.length() - 1) : lower;
  }

  /** Whether the caller calls us by a name that is not ours. */
  boolean isStranger(Caller caller) {
    String host = caller.host();
    return host != null && !hosts.contains(withoutPort(host));
  }

  /** Null when the caller may come in. */
  public @Nullable Refusal refuses(Caller caller) {
    if (isStranger(caller)) {
      return new Refusal(
          403,
          "The host '"
              + withoutPort(String.valueOf(caller.host()))
              + "' is not one of this server's; see evenkeel.allowed-hosts");
    }
    String origin = caller.origin();
    if (origin != null && !allows(origin) && !isOurs(origin, caller.host())) {
      return new Refusal(
          403, "Pages of '" + origin + "' may not call this server; see evenkeel.allowed-origins");
    }
    if (origin == null && "cross-site".equals(caller.secFetchSite())) {
      return new Refusal(403, "Pages of other sites may not call this server");
    }
    if (token != null
        && !withoutToken.contains(caller.path())
        && !knowsToken(caller.authorization())) {
      return new Refusal(401, "This server wants the header 'Authorization: Bearer <token>'");
    }
    return null;
  }

  /**
   * Whether something comes from a page of another port of this machine, without an origin: what it
   * loads, or leads to. It reads nothing of the answer, so this matters only at a door where a GET
   * changes something.
   */
  public boolean isPageOfOtherPort(@Nullable String origin, @Nullable String secFetchSite) {
    return origin == null && "same-site".equals(secFetchSite);
  }

  /** Whether pages of this origin, other than our own, may read answers. */
  public boolean allows(String origin) {
    return origins.contains(origin.toLowerCase(Locale.ROOT));
  }

  /**
   * Whether somebody who cannot always set a header knows the token.
   *
   * @param authorization the header of this name
   * @param given the token alone, said elsewhere
   */
  public boolean knowsToken(@Nullable String authorization, @Nullable String given) {
    return token == null || knowsToken(authorization) || isToken(given);
  }

  /** Our own pages are those that were loaded from the address that is called now. */
  private static boolean isOurs(String origin, @Nullable String host) {
    return host != null
        && (origin.equalsIgnoreCase("http://" + host)
            || origin.equalsIgnoreCase("https://" + host));
  }

  private static String withoutPort(String host) {
    int colon = host.lastIndexOf(':');
    boolean hasPort = colon > 0 && host.indexOf(']') < colon && host.indexOf(':') == colon;
    boolean hasPortAfterBracket = host.startsWith("[") && host.indexOf(']') < colon;
    String name = hasPort || hasPortAfterBracket ? host.substring(0, colon) : host;
    return name.toLowerCase(Locale.ROOT);
  }

  private boolean knowsToken(@Nullable String authorization) {
    if (authorization == null
        || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return false;
    }
    return isToken(authorization.substring(BEARER.length()).strip());
  }

  /** Compares in constant time, so that the answer's time tells nothing of the token. */
  private boolean isToken(@Nullable String given) {
    return given != null && MessageDigest.isEqual(given.getBytes(UTF_8), token);
  }
}
