package dev.evenkeel.extensions.redact;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Secrets of all kinds, made when a test runs: none stands in the repository, and none was ever
 * good for anything. The beginnings are in two parts for the same reason.
 */
final class Secrets {

  private static final String LOWER = "abcdefghijklmnopqrstuvwxyz";
  private static final String UPPER = LOWER.toUpperCase(java.util.Locale.ROOT);
  private static final String DIGITS = "0123456789";
  private static final String WORD = LOWER + UPPER + DIGITS;
  private static final String TOKEN = WORD + "_-";
  private static final String HEX = DIGITS + "abcdef";

  private final Random random;

  Secrets(long seed) {
    random = new Random(seed);
  }

  /** A new secret of each kind; several forms of a kind are told apart by what follows a dot. */
  Map<String, Supplier<String>> byForm() {
    var all = new LinkedHashMap<String, Supplier<String>>();
    all.put("aws-access-key", () -> "AK" + "IA" + of(UPPER + "234567", 16));
    all.put("aws-access-key.session", () -> "AS" + "IA" + of(UPPER + "234567", 16));
    all.put("google-api-key", () -> "AI" + "za" + with(TOKEN, 35));
    all.put("google-oauth-token", () -> "ya" + "29." + with(TOKEN, 60));
    all.put("google-client-secret", () -> "GOC" + "SPX-" + of(TOKEN, 28));
    all.put("azure-client-secret", () -> of(WORD, 3) + "8Q" + "~" + of(WORD + "_-.~", 34));
    all.put("digitalocean-token", () -> "dop" + "_v1_" + with(HEX, 64));
    all.put("vault-token", () -> "hv" + "s." + with(WORD, 24));
    all.put("databricks-token", () -> "da" + "pi" + with(HEX, 32));
    all.put("anthropic-key", () -> "sk-" + "ant-api03-" + with(TOKEN, 93) + "AA");
    all.put("openai-key", () -> "sk-" + with(WORD, 48));
    all.put("openai-key.project", () -> "sk-" + "proj-" + with(TOKEN, 120));
    all.put("huggingface-token", () -> "hf" + "_" + of(LOWER + UPPER, 34));
    all.put("groq-key", () -> "gs" + "k_" + with(WORD, 52));
    all.put("github-token", () -> "gh" + "p_" + with(WORD, 36));
    all.put("github-token.app", () -> "gh" + "s_" + with(WORD, 36));
    all.put(
        "github-token.long",
        () ->
            "gh"
                + "s_"
                + of(DIGITS, 6)
                + "_ey"
                + "J"
                + with(WORD, 40)
                + ".eyJ"
                + of(TOKEN, 200)
                + "."
                + of(TOKEN, 80)
                + "a");
    all.put("github-token.fine", () -> "github" + "_pat_" + with(WORD, 22) + "_" + of(WORD, 59));
    all.put("gitlab-token", () -> "gl" + "pat-" + of(TOKEN, 20));
    all.put("npm-token", () -> "np" + "m_" + with(WORD, 36));
    all.put("pypi-token", () -> "py" + "pi-AgEIcHlwaS5vcmc" + with(TOKEN, 150));
    all.put(
        "slack-token",
        () -> "xo" + "xb-" + of(DIGITS, 12) + "-" + of(DIGITS, 12) + "-" + of(WORD, 24));
    all.put(
        "slack-token.cookie",
        () -> "xo" + "xd-" + with(WORD, 20) + "%2B" + of(WORD, 40) + "%2F" + of(WORD, 20) + "%3D");
    all.put(
        "slack-token.app",
        () -> "xa" + "pp-1-A" + of(UPPER, 10) + "-" + of(DIGITS, 13) + "-" + of(HEX, 64));
    all.put(
        "webhook-url",
        () -> "T" + with(UPPER + DIGITS, 9) + "/B" + of(UPPER, 9) + "/" + of(WORD, 24));
    all.put("sendgrid-key", () -> "S" + "G." + with(TOKEN, 22) + "." + of(TOKEN, 42) + "a");
    all.put("twilio-key", () -> "S" + "K" + of(DIGITS, 4) + of(HEX, 28));
    all.put("telegram-token", () -> of("123456789", 9) + ":A" + "A" + of(TOKEN, 33));
    all.put("stripe-key", () -> "sk" + "_live_" + with(WORD, 24));
    all.put("stripe-key.restricted", () -> "rk" + "_test_" + with(WORD, 99));
    all.put("shopify-token", () -> "sh" + "pat_" + with(HEX, 32));
    all.put("terraform-token", () -> with(WORD, 14) + "." + "atlas" + "v1." + with(TOKEN, 67));
    all.put("supabase-key", () -> "sb" + "p_" + with(HEX, 40));
    all.put("supabase-key.secret", () -> "sb" + "_secret_" + with(TOKEN, 31));
    all.put("heroku-key", () -> "HR" + "KU-" + with(TOKEN, 60));
    all.put("xai-key", () -> "xa" + "i-" + with(WORD, 80));
    all.put("perplexity-key", () -> "pp" + "lx-" + with(WORD, 48));
    all.put("replicate-token", () -> "r" + "8_" + with(WORD, 37));
    all.put("langsmith-key", () -> "ls" + "v2_pt_" + with(HEX, 32) + "_" + with(HEX, 10));
    all.put("tavily-key", () -> "tv" + "ly-" + with(WORD, 32));
    all.put("rubygems-key", () -> "ruby" + "gems_" + with(HEX, 48));
    all.put("dockerhub-token", () -> "dckr" + "_pat_" + with(TOKEN, 27));
    all.put("atlassian-token", () -> "AT" + "ATT3" + with(TOKEN, 180) + "=" + of("ABCDEF", 8));
    all.put("linear-key", () -> "lin" + "_api_" + with(WORD, 40));
    all.put("postman-key", () -> "PM" + "AK-" + with(HEX, 24) + "-" + with(HEX, 34));
    all.put("mailgun-key", () -> "ke" + "y-" + with(HEX, 32));
    all.put("stripe-key.webhook", () -> "wh" + "sec_" + with(WORD + "+/", 32));
    all.put("square-token", () -> "sq" + "0atp-" + with(TOKEN, 22));
    all.put("square-token.access", () -> "EA" + "AAE" + with(TOKEN, 59));
    all.put("notion-token", () -> "nt" + "n_" + with(WORD, 46));
    all.put("figma-token", () -> "fi" + "gd_" + with(TOKEN, 40));
    all.put("grafana-token", () -> "gl" + "sa_" + with(WORD, 32) + "_" + with(HEX, 8));
    all.put("newrelic-key", () -> "NR" + "AK-" + with(UPPER + DIGITS, 27));
    all.put("sentry-token", () -> "sn" + "trys_" + with(WORD, 100) + "_" + of(WORD, 43));
    all.put("age-key", () -> "AGE-" + "SECRET-KEY-1" + of(UPPER, 56) + of(DIGITS, 2));
    all.put("jwt", () -> jwt());
    all.put("private-key", () -> pem("RSA PRIVATE KEY"));
    all.put("private-key.openssh", () -> pem("OPENSSH PRIVATE KEY"));
    return all;
  }

  String word(int length) {
    return with(WORD, length);
  }

  /** In both cases, and without a digit. */
  String letters(int length) {
    return of(LOWER + UPPER, length);
  }

  private String jwt() {
    return base64("{\"alg\":\"HS256\",\"typ\":\"JWT\"}")
        + "."
        + base64("{\"sub\":\"" + of(DIGITS, 10) + "\"}")
        + "."
        + of(WORD, 43);
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private String pem(String label) {
    var lines = new StringBuilder("-----BEGIN " + label + "-----\n");
    for (int i = 0; i < 12; i++) {
      lines.append(of(WORD + "+/", 64)).append('\n');
    }
    return lines
        .append(of(WORD, 31))
        .append("=\n-----END ")
        .append(label)
        .append("-----")
        .toString();
  }

  private String of(String alphabet, int length) {
    var text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  /** With two digits and a letter: a real one of that length nearly always has them. */
  private String with(String alphabet, int length) {
    return of("abcdef", 1) + of(alphabet, length - 4) + of(DIGITS, 2) + of("abcdef", 1);
  }
}
