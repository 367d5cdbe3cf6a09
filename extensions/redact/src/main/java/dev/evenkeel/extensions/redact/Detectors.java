package dev.evenkeel.extensions.redact;

import java.util.List;

/** What is looked for: the forms are those that the providers publish or their keys show. */
final class Detectors {

  private static final Ascii HEX = Ascii.HEX;
  private static final Ascii WORD = Ascii.ALPHANUMERIC;
  private static final Ascii TOKEN = Ascii.TOKEN;
  private static final Ascii DOTTED = Ascii.of("0-9a-zA-Z_.-");
  private static final Ascii AWS = Ascii.of("A-Z2-7");

  /** Two letters and a first hexadecimal digit. */
  private static final String[] TWILIO =
      "0123456789abcdef".chars().mapToObj(c -> "SK" + (char) c).toArray(String[]::new);

  /**
   * A most is only where the beginning is one of other things too, and the length tells: of base64,
   * of identifiers, of hashes. Elsewhere a token may become longer than its provider makes it
   * today.
   */
  private static final List<Detector> ALL =
      List.of(
          // Cloud
          PrefixedToken.of("aws-access-key", AWS, 16, "AKIA", "ASIA", "ABIA", "ACCA")
              .atMost(16)
              .withDigits(0),
          PrefixedToken.of("google-api-key", TOKEN, 35, "AIza").atMost(35),
          PrefixedToken.of("google-oauth-token", DOTTED, 20, "ya29."),
          PrefixedToken.of("google-client-secret", TOKEN, 28, "GOCSPX-").withDigits(0),
          new AzureClientSecret(),
          PrefixedToken.of("digitalocean-token", HEX, 64, "dop_v1_", "doo_v1_", "dor_v1_"),
          PrefixedToken.of("vault-token", TOKEN, 24, "hvs.", "hvb.", "hvr."),
          PrefixedToken.of("terraform-token", TOKEN, 40, "atlasv1."),
          PrefixedToken.of("databricks-token", HEX, 32, "dapi"),
          PrefixedToken.of("supabase-key", TOKEN, 20, "sbp_", "sb_secret_"),
          PrefixedToken.of("heroku-key", TOKEN, 30, "HRKU-"),
          // Models
          PrefixedToken.of("anthropic-key", TOKEN, 20, "sk-ant-"),
          PrefixedToken.of("openai-key", TOKEN, 20, "sk-proj-", "sk-svcacct-", "sk-admin-"),
          PrefixedToken.of("openai-key", TOKEN, 32, "sk-").withDigits(2),
          PrefixedToken.of("huggingface-token", WORD, 30, "hf_", "api_org_").withDigits(0),
          PrefixedToken.of("groq-key", WORD, 40, "gsk_"),
          PrefixedToken.of("xai-key", WORD, 40, "xai-"),
          PrefixedToken.of("perplexity-key", WORD, 40, "pplx-"),
          PrefixedToken.of("replicate-token", WORD, 37, "r8_"),
          PrefixedToken.of("langsmith-key", TOKEN, 32, "lsv2_pt_", "lsv2_sk_"),
          PrefixedToken.of("tavily-key", TOKEN, 20, "tvly-"),
          // Code and packages
          PrefixedToken.of("github-token", WORD, 36, "ghp_", "gho_", "ghu_", "ghr_"),
          PrefixedToken.of("github-token", DOTTED, 36, "ghs_"), // a JWT since 2026
          PrefixedToken.of("github-token", Ascii.of("0-9a-zA-Z_"), 40, "github_pat_"),
          PrefixedToken.of(
                  "gitlab-token", DOTTED, 20, "glpat-", "gldt-", "glrt-", "glcbt-", "glptt-")
              .withDigits(0),
          PrefixedToken.of("gitlab-token", DOTTED, 20, "glft-", "glsoat-", "glimt-", "glagent-")
              .withDigits(0),
          PrefixedToken.of("npm-token", WORD, 36, "npm_"),
          PrefixedToken.of("pypi-token", TOKEN, 50, "pypi-"),
          PrefixedToken.of("rubygems-key", HEX, 48, "rubygems_"),
          PrefixedToken.of("dockerhub-token", TOKEN, 20, "dckr_pat_", "dckr_oat_"),
          PrefixedToken.of("atlassian-token", Ascii.of("0-9a-zA-Z_=-"), 60, "ATATT3", "ATCTT3"),
          PrefixedToken.of("linear-key", WORD, 32, "lin_api_", "lin_oauth_"),
          PrefixedToken.of("postman-key", TOKEN, 50, "PMAK-"),
          // Messages, mail, money
          PrefixedToken.of("slack-token", TOKEN, 20, "xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-"),
          PrefixedToken.of("slack-token", DOTTED, 20, "xoxe-", "xoxe.", "xoxc-", "xapp-"),
          PrefixedToken.of("slack-token", Ascii.of("0-9a-zA-Z_.%+/=-"), 20, "xoxd-"), // of a cookie
          new WebhookUrl(),
          PrefixedToken.of("sendgrid-key", DOTTED, 60, "SG."),
          PrefixedToken.of("mailgun-key", HEX, 32, "key-").atMost(32),
          PrefixedToken.of("twilio-key", HEX, 31, TWILIO).atMost(31).withDigits(4),
          new TelegramToken(),
          PrefixedToken.of("stripe-key", WORD, 16, "sk_live_", "sk_test_", "rk_live_", "rk_test_"),
          PrefixedToken.of("stripe-key", Ascii.BASE64, 32, "whsec_"),
          PrefixedToken.of("square-token", TOKEN, 22, "sq0atp-", "sq0csp-"),
          PrefixedToken.of("square-token", TOKEN, 22, "EAAAE").atMost(80),
          PrefixedToken.of("shopify-token", HEX, 32, "shpat_", "shpss_", "shpca_", "shppa_"),
          PrefixedToken.of("notion-token", WORD, 40, "ntn_"),
          PrefixedToken.of("figma-token", TOKEN, 36, "figd_"),
          PrefixedToken.of("grafana-token", Ascii.of("0-9a-zA-Z_+/="), 32, "glsa_", "glc_"),
          PrefixedToken.of("newrelic-key", WORD, 27, "NRAK-"),
          PrefixedToken.of("sentry-token", Ascii.of("0-9a-zA-Z_+/=-"), 60, "sntrys_", "sntryu_"),
          PrefixedToken.of("age-key", Ascii.of("A-Z0-9"), 58, "AGE-SECRET-KEY-1"),
          // Any
          new JsonWebToken(),
          new PrivateKey(),
          new UrlPassword(),
          new Authorization(),
          new BearerToken(),
          new AssignedValue());

  private Detectors() {}

  static List<Detector> all() {
    return ALL;
  }
}
