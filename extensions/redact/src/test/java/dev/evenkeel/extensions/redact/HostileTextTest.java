package dev.evenkeel.extensions.redact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.extension.HookEvent;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts that are made to take long: four times the text may take about four times the time. */
class HostileTextTest {

  private static final int SMALL = 1 << 17;
  private static final int TIMES = 4;

  /** Four would be exactly linear, and a square sixteen: between them, whatever the caches do. */
  private static final double MOST = 8;

  private static final int TRIES = 5;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static Redactor redactor(String patterns) {
    var rules = new ArrayList<Rule>(Detectors.all());
    rules.addAll(new RedactConfig(patterns, List.of(), "").ownPatterns());
    return new Redactor(new Scanner(rules), new Markers(new byte[] {1}));
  }

  private static final Redactor REDACTOR = redactor("own=abc(x+x+)+y other=abc[ab]{1,200}c");

  /** What is repeated. */
  static Stream<String> pieces() {
    var pieces = new ArrayList<String>();
    pieces.addAll(
        List.of(
            "a",
            "=",
            "\\\\",
            "\\\"",
            "\\u0041",
            "é",
            "\\ud83d\\ude00",
            "-----",
            "://",
            "://a:",
            "://a:b",
            "://a:b1/",
            "://a:b1/@",
            "://a:@é",
            "TOKEN=/aB1",
            "TOKEN=/" + "aB1".repeat(8) + " ",
            "password",
            "password=",
            "password:",
            "PASSWORD=a1:",
            "PASSWORD=a1\\n",
            "PASSWORD='a ",
            "password='${a}[",
            "authorization: basic YTpi",
            "authorization: bearer a",
            "key\\\\\\\\",
            "token ",
            "\\\"token\\\":\\\"",
            "--token --",
            "authorization:",
            "authorization: a ",
            "bearer ",
            "Bearer eyJ",
            "eyJ",
            "eyJ.",
            "eyJhbGciOi.eyJ",
            "-----BEGIN ",
            "-----BEGIN PRIVATE KEY-----",
            "a: -----BEGIN PRIVATE KEY-----\\n",
            "-----BEGIN A PRIVATE KEY-----" + "A".repeat(30),
            "-----BEGIN A PRIVATE KEY-----\\n" + "|".repeat(30),
            "-----BEGIN A PRIVATE KEY-----" + "A".repeat(30) + "→>",
            "-----BEGIN A PRIVATE KEY-----\",\"",
            "-----BEGIN A PRIVATE KEY-----\",\"" + "A".repeat(30) + "\",\"",
            "\",\"",
            "8Q~",
            "abc8Q~",
            "12345678:AA",
            "abc",
            "abcx",
            "abcab",
            "hooks.slack.com/services/",
            "sk_live_",
            "xoxe.",
            "glft-a.",
            "glc_/",
            "glsa_a=",
            "whsec_/",
            "whsec_1" + "a".repeat(40) + "/",
            "sntryu_/",
            "xoxb-1-"));
    for (Detector each : Detectors.all()) {
      if (each instanceof PrefixedToken token) {
        String prefix = token.keywords().getFirst();
        pieces.addAll(List.of(prefix, prefix + "1 ", prefix + "1."));
      }
    }
    return pieces.stream().distinct();
  }

  private static HookEvent event(String piece, int bytes) throws Exception {
    String json = "{\"a\":[\"" + piece.repeat(bytes / piece.getBytes(UTF_8).length) + "\"]}";
    return HookEvent.read("x", json, Instant.EPOCH);
  }

  /** The shortest of some tries, in time of this thread: the machine may do what it likes. */
  private static long nanos(HookEvent event) throws Exception {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < TRIES; i++) {
      long start = THREADS.getCurrentThreadCpuTime();
      HookEvent _ = REDACTOR.redact(event);
      best = Math.min(best, THREADS.getCurrentThreadCpuTime() - start);
    }
    return Math.max(1, best);
  }

  @ParameterizedTest
  @MethodSource("pieces")
  void fourTimesTheTextTakesAboutFourTimesTheTime(String piece) throws Exception {
    double ratio = Double.MAX_VALUE;
    for (int i = 0; i < TRIES && ratio > MOST; i++) {
      ratio = (double) nanos(event(piece, TIMES * SMALL)) / nanos(event(piece, SMALL));
    }
    assertThat(ratio).as(piece).isLessThan(MOST);
  }

  @Test
  void theLargestEventOfOneLetterStaysItself() throws Exception {
    HookEvent event = event("a", (16 << 20) - 12);
    assertThat(REDACTOR.redact(event)).isSameAs(event);
  }

  @Test
  void aTokenOfTheLargestEventIsReplacedWhole() throws Exception {
    HookEvent event = event("1a", (16 << 20) - 100);
    String json = event.json().replaceFirst("1a", "ya" + "29.");
    HookEvent kept = REDACTOR.redact(HookEvent.read("x", json, Instant.EPOCH));
    assertThat(kept.json()).matches("\\{\"a\":\\[\"\\[redacted:google-oauth-token#\\w{8}]\"]}");
  }

  @Test
  void manySecretsInOneTextAreAllReplaced() throws Exception {
    // Given
    String secret = new Secrets(1).byForm().get("npm-token").get();
    HookEvent event = event(secret + " ", 4 << 20);
    // When
    String kept = REDACTOR.redact(event).json();
    // Then
    assertThat(kept).doesNotContain(secret);
    assertThat(kept.split("redacted", -1)).hasSize((4 << 20) / (secret.length() + 1) + 1);
  }

  @Test
  void deepAndWideEventsAreRead() throws Exception {
    String secret = new Secrets(1).byForm().get("npm-token").get();
    String deep = "{\"a\":".repeat(900) + "\"" + secret + "\"" + "}".repeat(900);
    HookEvent kept = REDACTOR.redact(HookEvent.read("x", deep, Instant.EPOCH));
    assertThat(kept.json()).startsWith("{\"a\":{\"a\":").contains("[redacted:npm-token#");
    Map<String, String> odd = Map.of("{}", "{}", "{\"\":\"\"}", "{\"\":\"\"}");
    for (var each : odd.entrySet()) {
      assertThat(REDACTOR.redact(HookEvent.read("x", each.getKey(), Instant.EPOCH)).json())
          .isEqualTo(each.getValue());
    }
  }
}
