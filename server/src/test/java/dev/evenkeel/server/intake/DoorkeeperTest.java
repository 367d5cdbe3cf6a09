package dev.evenkeel.server.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.server.intake.Doorkeeper.Caller;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class DoorkeeperTest {

  private static final String HOST = "localhost:8765";

  private final Doorkeeper open = new Doorkeeper(null, List.of(), List.of());
  private final Doorkeeper set =
      new Doorkeeper(
          "s3cret", List.of("Evenkeel.Example", "proxy:9000"), List.of("https://dash.example"));

  private static Caller calling(String host) {
    return new Caller("/api/events", host, null, null, null);
  }

  private static Caller from(String origin, String secFetchSite) {
    return new Caller("/api/events", HOST, origin, secFetchSite, null);
  }

  private static Caller with(String path, String authorization) {
    return new Caller(path, HOST, null, null, authorization);
  }

  // Host

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "localhost",
        "localhost:8765",
        "LocalHost:1",
        "127.0.0.1",
        "127.0.0.1:8765",
        "[::1]",
        "[::1]:8765",
        "::1"
      })
  void loopbackMayBeCalledByItsNames(String host) {
    assertThat(open.refuses(calling(host))).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:8765",
        "localhost.evil.example",
        "localhost.evil.example:8765",
        "127.0.0.1.evil.example",
        "127.0.0.2",
        "0.0.0.0:8765",
        "[::2]:8765",
        "[::ffff:7f00:1]",
        "evenkeel.example",
        ":8765",
        ""
      })
  void anyOtherHostIsRefusedByNameSoThatReboundNamesDoNotGetIn(String host) {
    assertThat(open.refuses(calling(host)))
        .satisfies(
            refusal -> {
              assertThat(refusal.status()).isEqualTo(403);
              assertThat(refusal.error()).contains("evenkeel.allowed-hosts");
            });
  }

  @Test
  void namesThatTheOperatorAllowsMayBeCalledInAnyCaseAndWithAnyPort() {
    var doorkeeper = new Doorkeeper(null, List.of("Evenkeel.Example", "proxy:9000"), List.of());
    for (String host :
        List.of("evenkeel.example", "EVENKEEL.example:80", "proxy", "proxy:9000", "localhost")) {
      assertThat(doorkeeper.refuses(calling(host))).isNull();
    }
    assertThat(doorkeeper.refuses(calling("example"))).isNotNull();
  }

  // Origin

  @Test
  void ourOwnPagesMayCallByTheAddressTheyWereLoadedFrom() {
    for (String host : List.of(HOST, "127.0.0.1:8765", "[::1]:8765")) {
      for (String scheme : List.of("http", "https")) {
        assertThat(
                open.refuses(
                    new Caller("/api/events", host, scheme + "://" + host, "same-origin", null)))
            .isNull();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://evil.example",
        "https://dash.example",
        "null",
        "",
        "http://localhost",
        "http://localhost:3000",
        "http://127.0.0.1:8765",
        "http://localhost:8765.evil.example",
        "http://localhost:87650",
        "file://",
        "chrome-extension://abc",
        "localhost:8765"
      })
  void pagesOfOthersAreRefusedAlsoThoseOfOtherPortsHere(String origin) {
    for (String site : new String[] {null, "cross-site", "same-site", "none", "same-origin"}) {
      assertThat(open.refuses(from(origin, site)))
          .satisfies(
              refusal -> {
                assertThat(refusal.status()).isEqualTo(403);
                assertThat(refusal.error()).contains("evenkeel.allowed-origins");
              });
    }
  }

  @Test
  void pagesThatTheOperatorAllowsMayCall() {
    var doorkeeper = new Doorkeeper(null, List.of(), List.of("https://dash.example"));
    assertThat(doorkeeper.refuses(from("https://dash.example", "cross-site"))).isNull();
    assertThat(doorkeeper.refuses(from("http://dash.example", "cross-site"))).isNotNull();
    assertThat(doorkeeper.refuses(from("https://dash.example:444", "cross-site"))).isNotNull();
  }

  @Test
  void whatIsAllowedMayBeWrittenAsPeopleWriteIt() {
    var doorkeeper =
        new Doorkeeper(
            null, List.of("fd00::1", "[FD00::2]:9000"), List.of("https://Dash.Example/"));
    assertThat(doorkeeper.refuses(from("https://dash.example", "cross-site"))).isNull();
    assertThat(doorkeeper.refuses(calling("[fd00::1]:8765"))).isNull();
    assertThat(doorkeeper.refuses(calling("[fd00::2]:8765"))).isNull();
    assertThat(doorkeeper.refuses(calling("[fd00::3]:8765"))).isNotNull();
  }

  @Test
  void anAllowedPageDoesNotMakeAForeignHostOurs() {
    var doorkeeper = new Doorkeeper(null, List.of(), List.of("https://dash.example"));
    assertThat(
            doorkeeper.refuses(
                new Caller("/", "evil.example", "https://dash.example", "same-origin", null)))
        .isNotNull();
    assertThat(
            doorkeeper.refuses(
                new Caller("/", "evil.example", "http://evil.example", "same-origin", null)))
        .isNotNull();
  }

  // Sec-Fetch-Site

  @Test
  void whatAPageOfAnotherSiteLoadsWithoutAnOriginIsRefused() {
    assertThat(open.refuses(from(null, "cross-site")).status()).isEqualTo(403);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"none", "same-origin", "same-site"})
  void hooksAndWhoTypesTheAddressMayCome(String site) {
    assertThat(open.refuses(from(null, site))).isNull();
  }

  @Test
  void aDoorWhereAGetChangesSomethingKnowsPagesOfOtherPorts() {
    assertThat(open.isPageOfOtherPort(null, "same-site")).isTrue();
    for (String site : new String[] {null, "none", "same-origin"}) {
      assertThat(open.isPageOfOtherPort(null, site)).isFalse();
    }
    assertThat(open.isPageOfOtherPort("http://127.0.0.1:8765", "same-site")).isFalse();
  }

  // The token

  @ParameterizedTest
  @ValueSource(strings = {"Bearer s3cret", "bearer s3cret", "BEARER s3cret", "Bearer  s3cret "})
  void whoKnowsTheTokenMayCome(String authorization) {
    assertThat(set.refuses(with("/api/events", authorization))).isNull();
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "Bearer",
        "Bearer ",
        "Bearer s3cre",
        "Bearer s3cret2",
        "Bearer S3CRET",
        "Basic s3cret",
        "s3cret",
        "Bearers3cret"
      })
  void whoDoesNotIsAskedForIt(String authorization) {
    for (String path : List.of("/", "/api/events", "/hooks/codex", "/socket.io", "/q/metrics")) {
      assertThat(set.refuses(with(path, authorization)))
          .satisfies(
              refusal -> {
                assertThat(refusal.status()).isEqualTo(401);
                assertThat(refusal.error()).contains("Authorization: Bearer <token>");
              });
    }
  }

  @Test
  void theHubAsksForTheTokenItselfBecauseABrowserCannotSetTheHeaderThere() {
    assertThat(set.refuses(with("/socket.io/", null))).isNull();
    assertThat(set.refuses(with("/socket.io/x", null))).isNotNull();
    assertThat(set.refuses(new Caller("/socket.io/", HOST, "http://evil.example", null, null)))
        .isNotNull();
    assertThat(set.knowsToken(null, null)).isFalse();
    assertThat(set.knowsToken("Bearer s3cre", "s3cret2")).isFalse();
    assertThat(set.knowsToken("s3cret", "Bearer s3cret")).isFalse();
    assertThat(set.knowsToken(null, "s3cret")).isTrue();
    assertThat(set.knowsToken("Bearer s3cret", null)).isTrue();
    assertThat(open.knowsToken(null, null)).isTrue();
  }

  @Test
  void withoutATokenNobodyIsAskedForOne() {
    for (Doorkeeper each : List.of(open, new Doorkeeper("", List.of(), List.of()))) {
      assertThat(each.refuses(with("/api/events", null))).isNull();
      assertThat(each.refuses(with("/api/events", "Bearer any"))).isNull();
    }
  }

  @Test
  void aTokenThatIsBlankIsNoTokenAndNoOpenDoorEither() {
    assertThatThrownBy(() -> new Doorkeeper(" \n", List.of(), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("evenkeel.token");
  }

  @Test
  void theEndOfTheLineOfATokensFileIsNoPartOfIt() {
    assertThat(
            new Doorkeeper("s3cret\n", List.of(), List.of())
                .refuses(with("/api/events", "Bearer s3cret")))
        .isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/health", "/q/health", "/q/health/live", "/q/health/ready", "/q/health/started"})
  void healthIsOpenToWhoKnowsNoToken(String path) {
    assertThat(set.refuses(with(path, null))).isNull();
    assertThat(set.refuses(new Caller(path, "evil.example", null, null, null)))
        .satisfies(refusal -> assertThat(refusal.status()).isEqualTo(403));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/q/health/../../api/events",
        "/q/health/%2e%2e/%2e%2e/api/events",
        "/q/health/..%2f..%2fapi/events",
        "/q/health/live/../../../api/events",
        "/q/health/;/../../api/events",
        "/health/../api/events",
        "/healthy",
        "//health"
      })
  void aPathThatOnlyBeginsLikeHealthIsNotOpen(String path) {
    assertThat(set.refuses(with(path, null)))
        .satisfies(refusal -> assertThat(refusal.status()).isEqualTo(401));
  }

  @Test
  void aPathThatHoldsNoDataIsOpenToWhoKnowsNoTokenButNotToPagesOfOthers() {
    var doorkeeper =
        new Doorkeeper("s3cret", List.of(), List.of(), Set.of("/", "/page/vendor/a.js"));
    for (String path : List.of("/", "/page/vendor/a.js", "/health")) {
      assertThat(doorkeeper.refuses(with(path, null))).isNull();
    }
    for (String path :
        List.of(
            "//",
            "/page/",
            "/page/vendor/A.js",
            "/page/vendor/a.js/",
            "/page/vendor/a.js/../../../api/events",
            "/page/vendor/a.js;/../../../api/events",
            "/page/../api/events",
            "/api/events")) {
      assertThat(doorkeeper.refuses(with(path, null)))
          .satisfies(refusal -> assertThat(refusal.status()).isEqualTo(401));
    }
    assertThat(doorkeeper.refuses(new Caller("/", HOST, "http://evil.example", null, null)))
        .satisfies(refusal -> assertThat(refusal.status()).isEqualTo(403));
    assertThat(doorkeeper.refuses(new Caller("/", "evil.example", null, null, null)))
        .satisfies(refusal -> assertThat(refusal.status()).isEqualTo(403));
    assertThat(doorkeeper.refuses(new Caller("/", HOST, null, "cross-site", null)))
        .satisfies(refusal -> assertThat(refusal.status()).isEqualTo(403));
  }

  @Test
  void aTokenDoesNotLetInAPageOrAForeignHost() {
    assertThat(set.refuses(new Caller("/", HOST, "http://evil.example", null, "Bearer s3cret")))
        .satisfies(refusal -> assertThat(refusal.status()).isEqualTo(403));
    assertThat(set.refuses(new Caller("/", "evil.example", null, null, "Bearer s3cret")))
        .satisfies(refusal -> assertThat(refusal.status()).isEqualTo(403));
  }
}
