package dev.evenkeel.extensions.redact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.extension.testkit.ExtensionHarness;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactExtensionTest {

  private static final Pattern MARKER = Pattern.compile("\\[redacted:([a-z-]+)#([0-9a-f]{8})]");
  private static final String KEY = "a key of these tests";

  private final ExtensionHarness harness = harness(Map.of("key", KEY));
  private final String word = new Secrets(7).word(20);

  private static ExtensionHarness harness(Map<String, String> config) {
    return ExtensionHarness.of(RedactExtension::new).config(config).start();
  }

  private String kept(String json) {
    HookEvent event = harness.send("claude-code", json).event();
    assertThat(harness.failures()).isEmpty();
    return event.json();
  }

  private String keptText(String text) {
    return harness.send("claude-code", Map.of("prompt", text)).event().text("prompt");
  }

  private static String secret(String form) {
    return new Secrets(3).byForm().get(form).get();
  }

  @Test
  void everythingButTheSecretStaysAsItCame() {
    // Given odd spaces, numbers, escapes, and two keys in no order
    String before = "{ \"z\" : 1.50e+3,\"a\":\"\\u0041\\/\\n";
    String after = "\\u00e9 é\\\"\" , \"hook_event_name\":\"X\",\"n\":[0.10,-0,1E5] }";
    // When
    String kept = kept(before + secret("github-token") + after);
    // Then
    assertThat(kept).matches("(?s)" + Pattern.quote(before) + MARKER + Pattern.quote(after));
  }

  @Test
  void anEventWithoutASecretIsGivenBackItself() {
    HookEvent event =
        harness
            .send("x", "{\"prompt\":\"a password, a token and a secret key: https://a@b\"}")
            .event();
    assertThat(harness.send(event).event()).isSameAs(event);
  }

  @Test
  void whatAnEventIsKnownByIsNotKeptBesideItsPayload() {
    String json = "{\"cwd\":\"/srv/%s/x\",\"session_id\":\"s\"}".formatted(secret("gitlab-token"));
    assertThat(harness.send("x", json).event().cwd()).matches("/srv/" + MARKER + "/x");
  }

  @Test
  void aSecretInTheNameOfAFieldIsReplaced() {
    String json = kept("{\"env\":{\"%s\":true}}".formatted(secret("anthropic-key")));
    assertThat(json).matches("\\{\"env\":\\{\"" + MARKER + "\":true}}");
  }

  @Test
  void aSecretInATerminalsColourIsReplaced() {
    for (String form : List.of("github-token", "npm-token", "jwt")) {
      assertThat(keptText("KEY \u001b[1;32m" + secret(form) + "\u001b[0m"))
          .as(form)
          .matches("KEY \u001b\\[1;32m" + MARKER + "\u001b\\[0m");
      assertThat(keptText("\u001b[01;31m\u001b[K" + secret(form) + "\u001b[m"))
          .as("as grep writes it")
          .doesNotContain(secret(form));
    }
  }

  @Test
  void aPrivateKeyIsReplacedWhateverItsHeadersHold() {
    String lines = new Secrets(5).word(64) + "\n" + new Secrets(6).word(64);
    String label = "PGP PRIVATE" + " KEY BLOCK-----\n";
    String key =
        "-----BEGIN "
            + label
            + "Version: GnuPG v1 (GNU/Linux)\nComment: A <a@example.org>\n\n"
            + lines;
    assertThat(keptText("x " + key + "\n-----END " + label + "y")).matches("x " + MARKER + "\ny");
    assertThat(keptText("x " + key)).as("its end is missing").matches("x " + MARKER);
    assertThat(keptText(("x\\n" + key).replace("\\n", "\\n+")))
        .as("in a diff")
        .doesNotContain(lines.substring(0, 64));
  }

  @Test
  void theSameSecretHasTheSameMarkerAndAnotherOneAnother() {
    String one = keptText("a " + secret("npm-token") + " b");
    String again = keptText("in another text: " + secret("npm-token"));
    String other = keptText(new Secrets(99).byForm().get("npm-token").get());
    assertThat(hash(again)).isEqualTo(hash(one));
    assertThat(hash(other)).isNotEqualTo(hash(one));
  }

  @Test
  void anotherKeyMakesOtherMarkers() {
    String text = "{\"prompt\":\"" + secret("npm-token") + "\"}";
    String with = hash(harness.send("x", text).event().json());
    assertThat(hash(harness(Map.of("key", KEY)).send("x", text).event().json())).isEqualTo(with);
    assertThat(hash(harness(Map.of("key", "another key of these")).send("x", text).event().json()))
        .isNotEqualTo(with);
    assertThat(hash(harness(Map.of()).send("x", text).event().json())).isNotEqualTo(with);
  }

  private static String hash(String text) {
    Matcher matcher = MARKER.matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return matcher.group(2);
  }

  @Test
  void aMarkerIsNoSecret() {
    String once = keptText("API_TOKEN=" + word + " and \"password\": \"" + word + "\"");
    assertThat(once).doesNotContain(word);
    assertThat(keptText(once)).isEqualTo(once);
    for (Detector each : Detectors.all()) {
      String marker = "[redacted:" + each.kind() + "#1f2e3d4c]";
      assertThat(keptText("a " + marker + " b")).isEqualTo("a " + marker + " b");
    }
  }

  /** The secret stands where the sign is. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "DB_PASSWORD=§",
        "export AWS_SECRET_ACCESS_KEY=§",
        "1\tSTRIPE_SECRET=§\n2\tDEBUG=true",
        "API_KEY=\"§\"",
        "APP_KEY=§",
        "STRIPE_KEY=§",
        "adyenKey: '§'",
        "secret: §",
        "password = '§'",
        "const apiKey = \"§\";",
        "{\"client_secret\": \"§\"}",
        "{\\\"client_secret\\\": \\\"§\\\"}",
        "{\\\\\\\"clientSecret\\\\\\\":\\\\\\\"§\\\\\\\"}",
        "?access_token=§&a=b",
        "mysql --password=§ -u root",
        "deploy --token § --now",
        "new String[] {\"DB_PASS=§\"}",
        "Authorization: Bearer §",
        "-H 'Authorization: token §'",
        "{'Authorization': 'Basic §=='}",
        "\\\"authorization\\\": \\\"Bearer §\\\"",
        "X-Api-Key: §",
        "authorization is bearer §",
        "postgres://app:§@db.internal:5432/app?ssl=1",
        "redis://:§@localhost",
        "https://oauth2:§@git.example.com/a.git",
        "AccountName=a;AccountKey=§==;EndpointSuffix=b",
      })
  void valuesThatAreSaidToBeSecretAreReplaced(String text) {
    String kept = keptText(text.replace("§", word));
    assertThat(kept).doesNotContain(word);
    assertThat(kept).matches("(?s)" + quotedAround(text));
  }

  /** The secret stands where the sign is. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "DB_PASSWORD=\"§\" | two words 9",
        "export DB_PASSWORD='§' && make | it is 4 \"words\"",
        "DB_PASSWORD=\"§\" | a\\\"b 9 c",
        "{\\\"password\\\": \\\"§\\\"} | two words 9",
        "password: \"§\" | two wörds 9",
        "PASSWORD=§ | p4ss,rest",
        "A=1\nPASSWORD=§\nB=2 | p4ss&rest",
        "export PASSWORD=§ B=2 | p4ss;rest|x",
        "  12\tPASSWORD=§\n | p4ss-(rest)",
        "    12→PASSWORD=§ | p4ssé\"rest",
        "+PASSWORD=§ | p4ss{}rest",
        "      - DB_PASSWORD=§ | p4ss<rest>",
        "echo \"A=1\nPASSWORD=§\" > .env | p4ss,rest",
        "A=1\\nB=2 C=3\nPASSWORD=§\\nD=4 | p4ss,rest",
        "https://a.b/?password=§&b=c | p4ss99word",
        "https://a.b/?PASSWORD=§&b=c | p4ss99word",
        "password = \"§\" | !ecret99",
        "password = \"§\" | @ecret99",
        "password = \"§\" | #ecret99",
        "password = \"§\" | $ecret99!",
        "password = \"§\" | $2b$12$abcdef",
        "password = \"§\" | %ecret99",
        "password = \"§\" | &ecret99",
        "password = \"§\" | (ecret99",
        "password = \"§\" | [ecret99",
        "password = \"§\" | {ecret99",
        "password = \"§\" | [a]b(c99",
        "PASSWORD=§ | (ecret99",
        "PASSWORD=§ | {ecret}99",
        "postgres://app:§@db | !ecret",
        "postgres://app:§@db | $1",
        "postgres://app:§@db | pa@ssw0rd",
        "postgres://app:§@db/x?y=a@b | p@ss",
        "postgres://app:§@db, 'https://a@b' | p@ss@",
        "'postgres://app:§@db','c@d' | p@ss",
        "postgres://me@example.com:§@db/x | p@ss",
        "postgres://app:§@db:5432/x | ab/cd9",
        "postgres://app:§@db:5432/x@y | ab/c/d9",
        "postgres://app:§@db | ab?cd9",
        "postgres://app:§@db | a/cd9",
        "postgres://app:§@db | ab/cd9@e",
        "redis://:§@db | ab/cd9",
        "{\\\"url\\\":\\\"postgres://app:§@db\\\"} a@b | p@ss9",
        "postgres://app:§@db | pässwörd",
        "postgres://app:§@db | пароль/a9",
        "postgres://app:§@db | 密码@1",
      })
  void theWholeOfAValueIsReplaced(String textAndValue) {
    String text = textAndValue.substring(0, textAndValue.indexOf(" | "));
    String value = textAndValue.substring(textAndValue.indexOf(" | ") + 3);
    assertThat(keptText(text.replace("§", value))).matches("(?s)" + quotedAround(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PASSWORD=\"${DB_PASSWORD}\"",
        "PASSWORD=${DB_PASSWORD9:-}",
        "PASSWORD=\"$(cat /run/secrets/db9)\"",
        "PASSWORD=$(cat /run/secrets/db9)",
        "PASSWORD=`cat /run/secrets/db9`",
        "PASSWORD=$A9:$B9",
        "TLS_SECRET=${RELEASE}-tls-certificate",
        "PASSWORD=<your password 9>",
        "PASSWORD=<password9>",
        "PASSWORD={{ password9 }}",
        "PASSWORD=\"{{ .Values.password9 }}\"",
        "SECRET=${{ secrets.SECRET_9 }}",
        "PASSWORD=%PASSWORD9%",
        "PASSWORD=***",
        "PASSWORD=[hidden9x]",
        "PASSWORD=readToken(file2)",
        "$env:PASSWORD=$env:PASSWORD9",
        "password: \"Must have at least 8 characters\"",
        "password: \"8 characters or more, please\"",
        "log(\"password: \" + user2.name + \" ok\")",
        "log(\"password=\"+user2+\" ok\")",
        "\"token\": \"The 2nd one that came\"",
        "postgres://app:%s@db",
        "postgres://app:%s/%s@db",
        "postgres://app:$PASSWORD@db",
        "x = '{\"password\": \"' + user2 + '\"}'",
      })
  void whatIsFilledInByOthersStays(String text) {
    assertThat(keptText(text)).isEqualTo(text);
  }

  @Test
  void aFieldWhosePasswordBeginsLikeAPlaceholderIsReplaced() {
    for (String value :
        List.of("!ecret", "@ecret", "#ecret", "%ecret", "&ecret", "(ecret", "{e}c4")) {
      assertThat(kept("{\"password\":\"" + value + "\"}"))
          .matches("\\{\"password\":\"" + MARKER + "\"}");
    }
    for (String value : List.of("${A}", "$A", "<a b>", "{{ a }}", "%A%", "****", "[hidden]")) {
      String json = "{\"password\":\"" + value + "\"}";
      assertThat(kept(json)).isEqualTo(json);
    }
  }

  /** A header says what follows it: then a digit is not asked for. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Authorization: Basic §",
        "curl -H 'authorization: basic §' https://example.com",
        "{\\\"Authorization\\\": \\\"Basic §\\\"}",
        "Proxy-Authorization: Basic §",
      })
  void basicCredentialsWithoutADigitAreReplaced(String text) {
    for (String credentials : List.of("user:pass", "a:b", "aladdin:open sesame", "né:à")) {
      String value = Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8));
      assertThat(keptText(text.replace("§", value))).matches("(?s)" + quotedAround(text));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Authorization: Bearer §",
        "-H \"Authorization: token §\"",
        "X-Api-Key: §",
        "\"x-api-key\": \"§\"",
        "PRIVATE-TOKEN: §",
      })
  void aTokenWithoutADigitBehindItsHeaderIsReplaced(String text) {
    String letters = new Secrets(5).letters(24);
    for (String value : List.of(letters, letters.toLowerCase(Locale.ROOT), "a-" + letters)) {
      assertThat(keptText(text.replace("§", value))).matches("(?s)" + quotedAround(text));
    }
  }

  /** What stands before and behind the secret stays. */
  private static String quotedAround(String text) {
    int at = text.indexOf("§");
    String behind = text.substring(at + 1).replaceFirst("^=+", "");
    return Pattern.quote(text.substring(0, at)) + MARKER + Pattern.quote(behind);
  }

  @ParameterizedTest
  @CsvSource({
    "password,hunter2",
    "Passwd,correct horse battery",
    "clientSecret,aaaa-bbbb",
    "api_key,§",
    "authToken,§",
    "Authorization,Bearer §",
    "Cookie,session=§; theme=dark",
  })
  void aFieldWithSuchANameIsReplaced(String name, String value) {
    String scheme = value.startsWith("Bearer ") ? "Bearer " : "";
    String json =
        kept("{\"tool_input\":{\"%s\":\"%s\",\"n\":1}}".formatted(name, value.replace("§", word)));
    assertThat(json)
        .matches("\\{\"tool_input\":\\{\"" + name + "\":\"" + scheme + MARKER + "\",\"n\":1}}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "password: string",
        "const token = response.token;",
        "String token = readToken(file2, 8);",
        "PASSWORD=$DB_PASSWORD",
        "API_KEY=${API_KEY:-}",
        "Authorization: Bearer $EVENKEEL_TOKEN",
        "Authorization: Bearer <token>",
        "Authorization: required for all of the doors",
        "Authorization: Basic authentication is what the door wants",
        "Authorization: Basic credentials",
        "Authorization: Bearer token in the header",
        "Authorization: Bearer access_token_of_user",
        "Authorization: Bearer ACCESS_TOKEN_GOES_HERE",
        "Authorization: Bearer service.accessToken",
        "{\"x-api-key\": anthropicApiKeyOfThisProcess}",
        "x-api-key: configuration.anthropicKey",
        "a bearer authentication/authorization scheme",
        "token = process.env.TOKEN_2",
        "password=********",
        "{\"type\": \"password\", \"name\": \"password\"}",
        "{\"max_tokens\": 12345, \"token_type\": \"bearer\"}",
        "PWD=/home/dev/shop2",
        "SSH_KEY=/home/dev/.ssh/id_ed25519",
        "DB_PASSWORD=/run/secrets/db",
        "DB_PASSWORD=/run/secrets/DbPassword2OfTheServer",
        "ACCESS_KEY=/K8s/Apps/Server9/AccessKeyOfApp2",
        "PRIVATE_KEY=/etc/ssl/private/Server2KeyOfTheApp",
        "API_TOKEN=/Abcdefgh1/Api_Token_Of_2",
        "API_TOKEN=/AbCdEf12",
        "\"secretKey\": \"/Server2KeyOfTheApp.pem\"",
        "postgres://user:password@localhost/db",
        "https://example.com:8443/a@b",
        "https://example.com/a:b1@c",
        "http://localhost:HTTP/v1/a@b",
        "http://app:port/v1/a@b",
        "http://app:8080/v1/a@b",
        "http://app:$PORT/v1/a@b",
        "http://example.com:PORT/v1?a=b@c",
        "docker://registry.example.com:v1/app@sha256:0123456789",
        "git+ssh://git@example.com:a/b2.git@v1",
        "http://example.com:8080，请联系admin@example.com",
        "http://app:80→admin@example.com",
        "file://C:/Users/me2@work/x",
        "-----BEGIN PUBLIC KEY-----",
        "between -----BEGIN RSA PRIVATE KEY----- and the end",
        "sk-learn sk-this-is-a-class-of-a-style-sheet-and-not-a-key-at-all",
        "toolu_01A09q90qw90lq917835lq9 msg_0123456789",
        "3f786850e387550fdab836ed7e6dc881de23001b",
        "5c4cb8ad-7c3b-4d5e-9b8f-0123456789ab",
        "eyJ is how a token begins. eyJhbGciOi",
        "integrity=\"sha512-abcdefghijklmnop0123456789==\"",
        "ghp_ and npm_ and hf_ are beginnings; npm_config_registry, hf_hub_download",
      })
  void whatOnlyLooksAlikeStays(String text) {
    assertThat(keptText(text)).isEqualTo(text);
  }

  @Test
  void ownPatternsAreFoundToo() {
    // Given
    var own =
        harness(
            Map.of(
                "patterns",
                "acme-badge=acme_[a-z0-9]{8,12}  ticket=TCK-\\d{6}(-(a|b))?",
                "key",
                KEY));
    // When
    String kept =
        own.send("x", Map.of("p", "acme_abcd1234 é TCK-123456-b acme_x")).event().text("p");
    // Then
    assertThat(kept).matches("\\[redacted:acme-badge#\\w{8}] é \\[redacted:ticket#\\w{8}] acme_x");
  }

  @Test
  void kindsCanBeLeftAlone() {
    String text = "postgres://app:" + word + "@db " + secret("npm-token");
    var some = harness(Map.of("except", "url-password, secret-value"));
    assertThat(some.send("x", Map.of("p", text)).event().text("p"))
        .startsWith("postgres://app:" + word + "@db [redacted:npm-token#");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "patterns ; acme_[a-z]+ ; name=expression",
        "patterns ; a=.*secret ; three characters",
        "patterns ; a=abc?d ; three characters",
        "patterns ; a=abc|d ; three characters",
        "patterns ; a=abcd( ; no expression of RE2",
        "patterns ; a=abcd(?=x) ; no expression of RE2",
        "except ; jwts ; the kinds are",
        "key ; short ; at least 16",
      })
  void aWrongSettingIsRefusedWithTheReason(String key, String value, String reason) {
    assertThatThrownBy(() -> harness(Map.of(key, value)))
        .hasMessageContaining("evenkeel.extensions.redact." + key)
        .hasMessageContaining(reason);
  }

  /**
   * Providers make their tokens longer over the years; one of Google has about 1,000 characters.
   */
  @Test
  void aTokenThatIsLongerThanTodaysIsReplacedWhole() {
    for (Detector each : Detectors.all()) {
      if (each instanceof PrefixedToken token && token.most() == PrefixedToken.ANY_LENGTH) {
        for (String prefix : token.keywords()) {
          for (int length : List.of(100, 511, 512, 513, 1_000, 5_000)) {
            String longer = prefix + (token.alphabet().contains('a') ? "a1" : "A2").repeat(length);
            assertThat(keptText("a " + longer + ", b"))
                .matches("a \\[redacted:" + token.kind() + "#\\w{8}], b");
          }
        }
      }
    }
  }

  @Test
  void aLongAddressOfAWebhookAndALongJwtAreReplacedWhole() {
    String path = "T0B1C2D3/".repeat(100) + "end";
    assertThat(keptText("https://hooks.slack.com/services/" + path + " b"))
        .matches("https://hooks.slack.com/services/" + MARKER + " b");
    String jwt = secret("jwt") + word.repeat(2_000);
    assertThat(keptText("a " + jwt + " b")).matches("a " + MARKER + " b");
  }

  @Test
  void aSecretThatWasCutInTheMiddleOfItsTextIsFound() {
    String half = secret("private-key").substring(0, 400);
    assertThat(keptText("cat id_rsa\n" + half)).matches("(?s)cat id_rsa\n" + MARKER);
  }

  /** Each line of the key, with what stands before and behind it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "§",
        "     7→§",
        "  7 > §",
        "> §",
        "< §",
        "+§",
        "-§",
        "| 7 | § |",
        "   7   │ §",
        "> > §",
      })
  void aKeyWhoseLinesHaveSomethingBeforeThemIsReplaced(String form) {
    for (String lineEnd : List.of("\n", "\r\n", "\\n")) {
      // Given
      List<String> lines = secret("private-key").lines().toList();
      String text =
          String.join(lineEnd, lines.stream().map(each -> form.replace("§", each)).toList());
      // When
      String kept = keptText("cat" + lineEnd + text + lineEnd + "done");
      // Then
      assertThat(kept).contains("[redacted:private-key#").startsWith("cat").endsWith("done");
      for (String line : lines.subList(1, lines.size() - 1)) {
        assertThat(kept).doesNotContain(line);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "+", "-", " ", "+    ", "     7→"})
  void aKeyWhoseLinesAreStringsOfAnArrayIsReplaced(String before) {
    // Given
    List<String> key = secret("private-key").lines().toList();
    var lines = new ArrayList<String>(List.of(" # of the server"));
    key.forEach(each -> lines.add(before + each));
    lines.add("+b = 2;");
    var event =
        Map.of("tool_response", Map.of("structuredPatch", List.of(Map.of("lines", lines)), "n", 1));
    // When
    String kept = harness.send("claude-code", event).event().json();
    // Then
    for (String line : key.subList(1, key.size() - 1)) {
      assertThat(kept).doesNotContain(line);
    }
    assertThat(kept)
        .contains("\" # of the server\",\"" + before + key.getFirst() + "\",")
        .contains("\"" + before + key.getLast() + "\",\"+b = 2;\"")
        .contains("\"" + before + "[redacted:private-key#");
  }

  @Test
  void aKeyInAnArrayIsReplacedToTheEndOfTheArrayAndNotBehindIt() {
    // Given a header, a short line, and no last line
    String line = secret("private-key").lines().skip(1).findFirst().orElseThrow();
    String begin = "-----BEGIN RSA PRIVATE KEY-----";
    String header = "\"Proc-Type: 4,ENCRYPTED\",\"\"";
    String json = "{\"a\":[\"x\",\"%s\" , %s,\n\"%s\",\"qT==\"],\"b\":[\"qT==\"],\"c\":\"qT==\"}";
    // When
    String kept = kept(json.formatted(begin, header, line));
    // Then
    assertThat(kept)
        .matches(
            "\\{\"a\":\\[\"x\",\"%s\" , %s,\n\"%s\",\"%s\"],\"b\":\\[\"qT==\"],\"c\":\"qT==\"}"
                .formatted(begin, header, MARKER, MARKER));
  }

  @Test
  void aKeyInAnArrayMayBeginInTheMiddleOfAString() {
    // Given
    String key = secret("private-key");
    String half = key.substring(0, 400).replace("\n", "\\n");
    String rest = key.substring(400).lines().findFirst().orElseThrow();
    // When
    String kept = kept("{\"a\":[\"%s\",\"%s\",\"{}\",\"b\"]}".formatted(half, rest));
    // Then
    assertThat(kept)
        .matches("\\{\"a\":\\[\"%s\",\"%s\",\"\\{}\",\"b\"]}".formatted(MARKER, MARKER));
  }

  @Test
  void stringsBehindTheFirstLineOfAKeyStayWhereTheyAreNone() {
    String begin = "-----BEGIN PRIVATE KEY-----";
    String line = secret("private-key").lines().skip(1).findFirst().orElseThrow();
    for (String json :
        List.of(
            "{\"a\":[\"%s\",\"-----BEGIN EC PRIVATE KEY-----\",\"and so on\"]}".formatted(begin),
            "{\"a\":[\"%s\",{\"b\":\"%s\"},\"%s\"]}".formatted(begin, line, line),
            "{\"a\":[[\"%s\"],\"%s\"]}".formatted(begin, line),
            "{\"a\":[\"%s\",[\"%s\"]]}".formatted(begin, line),
            "{\"a\":[\"-----BEGIN PUBLIC KEY-----\",\"%s\"]}".formatted(line))) {
      assertThat(kept(json)).isEqualTo(json);
    }
  }

  @Test
  void aKeyInAnArrayIsLeftAloneWhereItsKindIs() {
    String line = secret("private-key").lines().skip(1).findFirst().orElseThrow();
    var event = Map.of("a", List.of("-----BEGIN PRIVATE KEY-----", line));
    assertThat(harness(Map.of("except", "private-key")).send("x", event).event().json())
        .contains(line);
  }

  /** One of 64 secrets in base64 begins with a slash, and some have more of them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "AWS_SECRET_ACCESS_KEY=§",
        "export AWS_SECRET_ACCESS_KEY=§",
        "\"secretAccessKey\": \"§\"",
        "aws_secret_access_key = §",
        "--secret-key § --region x",
      })
  void aSecretThatBeginsWithASlashIsReplaced(String text) {
    for (String value : List.of("/" + word + word, "/" + word + "/" + word + "+/=", "/" + word)) {
      assertThat(keptText(text.replace("§", value))).matches("(?s)" + quotedAround(text));
      assertThat(kept("{\"secretAccessKey\":\"%s\"}".formatted(value)))
          .matches("\\{\"secretAccessKey\":\"" + MARKER + "\"}");
    }
    String path = "{\"secretAccessKey\":\"/run/secrets/AccessKeyOfTheServer2\"}";
    assertThat(kept(path)).isEqualTo(path);
  }
}
