package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page at {@code /} in a real browser, before the packaged server. */
class PageTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Path FEATURE = Path.of("events", "claude-code-2.1.197-feature.jsonl");
  private static final String SESSION = "50b4aeea-b2aa-4856-9422-ddadf56a9e8d";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int MAX_ROWS = 500;
  private static final int ELEMENTS_OF_A_ROW = 12;

  /** A page that kept 4,000 events of 400 bytes would grow by more; one that does not, by noise. */
  private static final long MAX_GROWTH = 1_500_000;

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  static Path folder;

  private static Chromium chromium;
  private static Tab tab;

  private EvenkeelProcess server;

  @BeforeAll
  static void startBrowser() throws IOException {
    chromium = new Chromium(folder.resolve("browser"));
    tab = chromium.tab();
  }

  @AfterAll
  static void endBrowser() {
    chromium.close();
  }

  @BeforeEach
  void makeServer() throws IOException {
    server = SERVERS.on(Files.createTempDirectory(folder, "server").resolve("data"));
    tab.open("about:blank");
    tab.requests().clear();
    tab.errors().clear();
    tab.networkErrors().clear();
    tab.look(1440, 900, false);
  }

  private void openPage() {
    tab.open(server.uri() + "/");
    awaitLive();
  }

  private static void awaitLive() {
    tab.awaitTrue("the page is live", "document.querySelector('#link')?.dataset.state === 'live'");
  }

  private static ObjectNode event(String session, String name) {
    return JSON.createObjectNode().put("hook_event_name", name).put("session_id", session);
  }

  private void post(JsonNode event) throws IOException {
    try (var agent = HttpConnection.to(server.port())) {
      HttpConnection.Answer answer = agent.post("/hooks/claude-code", event.toString());
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    }
  }

  private void postNumbered(int from, int to) throws IOException {
    postNumbered(server, from, to);
  }

  private static void postNumbered(EvenkeelProcess server, int from, int to) throws IOException {
    var lines = new StringBuilder();
    for (int i = from; i < to; i++) {
      lines.append(event("s" + i % 7, "Numbered").put("prompt", "n" + i)).append('\n');
    }
    try (var agent = HttpConnection.to(server.port())) {
      assertThat(agent.post("/hooks/test/batch", lines.toString()).status()).isEqualTo(200);
    }
  }

  /** In parts, so that the page is never so far behind that the server passes over it. */
  private void postAndAwait(int from, int to) throws IOException {
    for (int i = from; i < to; i += 500) {
      postNumbered(i, i + 500);
      String all = String.format(Locale.ROOT, "%,d events", i + 500);
      await(all).atMost(PATIENCE).until(() -> tab.text("#counts").contains(all));
    }
  }

  private void postFeature() throws IOException {
    List<String> lines = Files.readAllLines(FEATURE);
    for (String line : lines) {
      post(JSON.readTree(line));
    }
  }

  /** The names of the events that the server gives for a query, the newest first. */
  private List<String> published(String query) throws IOException {
    var names = new ArrayList<String>();
    try (var connection = HttpConnection.to(server.port())) {
      byte[] body = connection.get("/api/events?limit=1000" + query).body();
      JSON.readTree(body).get("events").forEach(each -> names.add(each.get("event").asText()));
    }
    return names;
  }

  /** Waits until the rows are what the server gives for a query. */
  private void awaitRowsOf(String query) {
    await("the rows of the events" + query)
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(texts("#list .name")).isNotEmpty().isEqualTo(published(query)));
  }

  private static List<String> texts(String selector) {
    var texts = new ArrayList<String>();
    tab.evaluate(
            "[...document.querySelectorAll("
                + Tab.quoted(selector)
                + ")].map(each => each.textContent)")
        .forEach(each -> texts.add(each.asText()));
    return texts;
  }

  private static void awaitRows(int rows) {
    await(rows + " rows").atMost(PATIENCE).until(() -> tab.count("#list .row") == rows);
  }

  /** What a browser says of a request to a server that was killed is no error of the page. */
  private void assertThatNothingWasBlockedAndNobodyElseAsked() {
    assertThat(tab.errors()).isEmpty();
    assertThat(tab.requests())
        .isNotEmpty()
        .allSatisfy(
            url ->
                assertThat(URI.create(url).getAuthority())
                    .as(url)
                    .isEqualTo(server.uri().getAuthority()));
  }

  // ---- events

  @Test
  void whatCameBeforeAndWhatComesNowIsThereOnceTheNewestFirst() throws IOException {
    // Given
    server.start();
    postFeature();
    // When
    openPage();
    post(event("live-1", "Notification").put("message", "Hello from now"));
    // Then
    await().atMost(PATIENCE).until(() -> texts("#list .text").contains("Hello from now"));
    awaitRowsOf("");
    assertThat(texts("#list .name")).contains("SessionStart", "delegation_ended");
    assertThat(tab.networkErrors()).isEmpty();
    assertThatNothingWasBlockedAndNobodyElseAsked();
  }

  @Test
  void theServersStatusAndItsGraphsAreThere() throws IOException {
    server.with("EVENKEEL_WATCH_INTERVAL", "1s").start();
    postFeature();
    openPage();
    tab.awaitTrue("three graphs", "document.querySelectorAll('.plot canvas').length === 3");
    tab.awaitTrue(
        "the figures are there",
        "document.querySelector('#figures').innerText.includes('Received')");
    tab.awaitTrue(
        "a line is drawn",
        """
        (() => {
          const canvas = document.querySelector('.plot canvas');
          const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          return data.some((value, i) => i % 4 === 3 && value === 255);
        })()\
        """);
    assertThat(tab.text("#about")).startsWith("version ").contains("up ");
    assertThat(tab.text("#extensions")).contains("tools", "delegations", "prompts", "running");
    assertThat(tab.text("#graphs"))
        .contains("Memory", "resident", "Connections to targets", "Open files and threads");
    assertThatNothingWasBlockedAndNobodyElseAsked();
  }

  // ---- filters

  @Test
  void aSessionIsChosenWithItsPastAndItsFuture() throws IOException {
    // Given
    server.start();
    postFeature();
    post(event("other", "Stop"));
    openPage();
    tab.awaitTrue(
        "the session is offered",
        "[...document.querySelector('#session').options].some(o => o.value === 'other')");
    // When
    choose("#session", SESSION, "change");
    awaitRowsOf("&session=" + SESSION);
    post(event("other", "Notification"));
    post(event(SESSION, "Notification").put("message", "of the session"));
    // Then
    await().atMost(PATIENCE).until(() -> tab.text(".row").contains("of the session"));
    awaitRowsOf("&session=" + SESSION);
    assertThat(texts("#list .session")).allMatch(each -> each.startsWith("50b4aeea"));
    // And it stays after a reload, and goes with one click
    tab.open("about:blank");
    tab.open(server.uri() + "/#session=" + SESSION);
    awaitLive();
    awaitRowsOf("&session=" + SESSION);
    tab.evaluate("document.querySelector('#clear').click()");
    awaitRowsOf("");
    assertThat(tab.evaluate("location.hash").asText()).isEmpty();
    assertThatNothingWasBlockedAndNobodyElseAsked();
  }

  @Test
  void aNameIsChosen() throws IOException {
    server.start();
    postFeature();
    openPage();
    tab.awaitTrue("rows", "document.querySelector('.row')");
    tab.evaluate("document.querySelector('#name').focus()");
    tab.type("PreToolUse");
    tab.press("Enter");
    awaitRowsOf("&name=PreToolUse");
    int before = tab.count("#list .row");
    post(event("x", "Stop"));
    post(event("x", "PreToolUse").put("tool_name", "Bash"));
    awaitRows(before + 1);
    assertThat(texts("#list .name")).containsOnly("PreToolUse");
  }

  private static void choose(String selector, String value, String event) {
    tab.evaluate(
        "(() => { const e = document.querySelector("
            + Tab.quoted(selector)
            + "); e.value = "
            + Tab.quoted(value)
            + "; e.dispatchEvent(new Event('"
            + event
            + "', {bubbles: true})); })()");
  }

  // ---- one event

  @Test
  void anEventIsOpenedAndClosedWithTheKeyboard() throws IOException {
    server.start();
    postFeature();
    openPage();
    tab.awaitTrue("rows", "document.querySelectorAll('.row').length > 3");
    tab.evaluate("document.querySelector('.row').focus()");
    tab.press("ArrowDown");
    tab.press("ArrowDown");
    tab.press("Enter");
    tab.awaitTrue("it is open", "!document.querySelector('#detail').hidden");
    JsonNode shown = JSON.readTree(tab.text("#payload"));
    assertThat(shown.get("session_id").asText()).isEqualTo(SESSION);
    assertThat(tab.text("#detail-title")).isEqualTo(shown.get("event").asText());
    tab.press("Escape");
    tab.awaitTrue("it is closed", "document.querySelector('#detail').hidden");
    assertThat(tab.evaluate("document.activeElement === document.querySelectorAll('.row')[2]"))
        .isEqualTo(JSON.getNodeFactory().booleanNode(true));
    assertThat(tab.count("#list [tabindex='0']")).isEqualTo(1);
  }

  @Test
  void whateverAPayloadHoldsStaysText() throws IOException {
    // Given
    server.start();
    openPage();
    var hostile =
        List.of(
            "<script>document.title = 'taken'</script>",
            "<img src=x onerror=\"document.title = 'taken'\">",
            "<svg onload=\"document.title = 'taken'\"></svg><iframe src=\"http://evil.example/\">",
            "</pre></bdi></button><style>* { display: none }</style>",
            "\u202egnp.exe\u202c \u2066\u200b\u0000 \udb40\udc41",
            "javascript:document.title='taken'");
    for (String text : hostile) {
      String word = text.replace("\0", "");
      ObjectNode event = event(word, word).put("cwd", word).put("tool_name", text);
      event.put("prompt", text).put(text, text).putObject("tool_input").put("command", text);
      event.putObject("__proto__").put("polluted", true);
      post(event);
    }
    awaitRows(hostile.size());
    // When
    var shown = new ArrayList<String>();
    for (int i = 0; i < hostile.size(); i++) {
      tab.evaluate("document.querySelectorAll('.row')[" + i + "].click()");
      shown.add(JSON.readTree(tab.text("#payload")).get("data").get("prompt").asText());
    }
    // Then all are as they were, in any order: each has a session of its own
    assertThat(shown).containsExactlyInAnyOrderElementsOf(hostile);
    String all = tab.text("body");
    assertThat(all)
        .contains("<img src=x onerror=", "</pre></bdi></button><style>", "\\u202e")
        .doesNotContain("\u202e", "\u2066", "\u200b");
    assertThat(tab.evaluate("document.title").asText()).isEqualTo("Evenkeel");
    assertThat(tab.count("#main :is(script, img, svg, iframe, style, a)")).isZero();
    assertThat(tab.evaluate("({}).polluted === undefined").asBoolean()).isTrue();
    assertThatNothingWasBlockedAndNobodyElseAsked();
  }

  /** A long string, which the server trims, and more than a megabyte of short ones. */
  @Test
  void anEventOfMegabytesIsCutAndSaysSo() throws IOException {
    server.start();
    openPage();
    ObjectNode large = event("large", "Large").put("prompt", "<b>".repeat(350_000));
    for (int i = 0; i < 30_000; i++) {
      large.withArray("parts").add("<img src=x onerror=document.title='taken'>");
    }
    post(large);
    awaitRows(1);
    assertThat(tab.text(".row").length()).isLessThan(400);
    tab.evaluate("document.querySelector('.row').click()");
    await("it was read").atMost(PATIENCE).until(() -> tab.text("#payload").length() > 1000);
    assertThat(tab.text("#payload"))
        .hasSizeLessThan(201_000)
        .contains("<b><b><b>", "<img src=x onerror=");
    assertThat(tab.text("#payload-note")).contains("Cut after 200,000 characters", "/api/events?");
    // The address that it names gives the whole event
    String address = tab.text("#payload-note").replaceAll(".*GET ", "");
    try (var connection = HttpConnection.to(server.port())) {
      JsonNode events = JSON.readTree(connection.get(address).body()).get("events");
      assertThat(events.get(0).get("data").get("parts")).hasSize(30_000);
    }
    assertThat(tab.evaluate("document.title").asText()).isEqualTo("Evenkeel");
    assertThatNothingWasBlockedAndNobodyElseAsked();
  }

  @Test
  void anEventThatIsNestedWithoutEndIsShownAsFarAsItIsShown() throws IOException {
    server.start();
    openPage();
    int depth = 900;
    String nested = "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
    ObjectNode event = event("deep", "Deep");
    event.set("tool_input", JSON.readTree(nested));
    post(event);
    awaitRows(1);
    tab.evaluate("document.querySelector('.row').click()");
    assertThat(tab.text("#payload")).contains("\"a\": 1");
    assertThatNothingWasBlockedAndNobodyElseAsked();
  }

  // ---- the server goes and comes

  @Test
  void itGoesOnWhereItWasWhenTheServerIsKilledAndStartsAgain() throws IOException {
    // Given
    server.start();
    openPage();
    postNumbered(0, 40);
    awaitRows(40);
    // When
    server.kill();
    tab.awaitTrue(
        "the page says so", "document.querySelector('#link').innerText.includes('is gone')");
    assertThat(tab.count("#list .row")).isEqualTo(40);
    server.start();
    postNumbered(40, 300);
    awaitLive();
    postNumbered(300, 330);
    // Then
    awaitRows(330);
    var expected = new ArrayList<String>();
    for (int i = 329; i >= 0; i--) {
      expected.add("n" + i);
    }
    assertThat(bySession(texts("#list .text"))).isEqualTo(bySession(expected));
    assertThat(texts("#list .text")).doesNotHaveDuplicates().hasSize(330);
    assertThat(tab.count("#list .gap")).isZero();
    assertThat(tab.text("#link")).startsWith("Live");
    assertThatNothingWasBlockedAndNobodyElseAsked();
  }

  @Test
  void itSaysHowManyEventsItMissedWhenTheLogNoLongerHasThem() throws IOException {
    // Given
    server.start();
    openPage();
    postNumbered(0, 3);
    awaitRows(3);
    server.kill();
    // When: five more that the page cannot see, and then only time goes by
    EvenkeelProcess elsewhere = SERVERS.on(server.dataDir()).start();
    postNumbered(elsewhere, 3, 8);
    elsewhere.stop();
    elsewhere.with("EVENKEEL_LOG_MAX_AGE", "1s").start();
    try (LogFile log = LogFile.of(server.dataDir())) {
      await().atMost(PATIENCE).until(() -> log.number("SELECT count(*) FROM published") == 0);
    }
    elsewhere.stop();
    server.start();
    awaitLive();
    postNumbered(8, 9);
    // Then
    awaitRows(4);
    assertThat(texts("#list .gap")).singleElement().asString().startsWith("5 events missing here");
    assertThat(texts("#list > *").getFirst()).contains("n8");
    assertThat(texts("#list > *").get(1)).contains("missing");
    assertThat(tab.text("#counts")).contains("5 missed");
    assertThatNothingWasBlockedAndNobodyElseAsked();
  }

  /** Only events of one session have an order. */
  private static List<List<String>> bySession(List<String> texts) {
    var sessions = new ArrayList<List<String>>();
    for (int i = 0; i < 7; i++) {
      int session = i;
      sessions.add(
          texts.stream()
              .filter(text -> Integer.parseInt(text.substring(1)) % 7 == session)
              .toList());
    }
    return sessions;
  }

  @Test
  void rowsStayBoundedAndTheOldestGoFirst() throws IOException {
    // Given
    server.start();
    openPage();
    postAndAwait(0, 1_000);
    long heap = tab.heapBytes();
    // When
    postAndAwait(1_000, 5_000);
    // Then
    assertThat(tab.heapBytes()).isLessThan(heap + MAX_GROWTH);
    assertThat(tab.count("#list > *")).isEqualTo(MAX_ROWS);
    assertThat(texts("#list .text")).contains("n4999").doesNotContain("n0", "n4000");
    int elements = tab.evaluate("document.querySelectorAll('*').length").asInt();
    assertThat(elements).isLessThan(MAX_ROWS * ELEMENTS_OF_A_ROW + 400);
    // And also while it is paused
    tab.evaluate("document.querySelector('#pause').click()");
    postNumbered(5_000, 6_000);
    await("they wait")
        .atMost(PATIENCE)
        .until(() -> tab.text("#counts").contains("of 6,000 events that came"));
    assertThat(texts("#list .text")).doesNotContain("n5999");
    tab.evaluate("document.querySelector('#pause').click()");
    await().atMost(PATIENCE).until(() -> texts("#list .text").contains("n5999"));
    assertThat(tab.count("#list > *")).isEqualTo(MAX_ROWS);
    assertThatNothingWasBlockedAndNobodyElseAsked();
  }

  // ---- the token

  @Test
  void aTokenIsAskedForOnceAndKeptInThisTabOnly() throws IOException {
    // Given
    String token = "a-token-of-this-test";
    server.with("EVENKEEL_TOKEN", token).start();
    try (var agent = HttpConnection.to(server.port())) {
      String body = event("guarded", "Stop").toString();
      assertThat(agent.post("/hooks/x", body, "Authorization: Bearer " + token).status())
          .isEqualTo(200);
    }
    tab.open(server.uri() + "/");
    tab.awaitTrue("it asks", "!document.querySelector('#door').hidden");
    assertThat(tab.evaluate("document.querySelector('#main').hidden").asBoolean()).isTrue();
    // When
    tab.type("not-the-token");
    tab.press("Enter");
    await().atMost(PATIENCE).until(() -> tab.text("#door-error").contains("not the token"));
    tab.type(token);
    tab.press("Enter");
    // Then
    awaitLive();
    awaitRows(1);
    assertThat(tab.requests()).noneMatch(url -> url.contains(token));
    assertThat(tab.evaluate("document.cookie + localStorage.length").asText()).isEqualTo("0");
    tab.open(server.uri() + "/");
    awaitLive();
    awaitRows(1);
    tab.evaluate("document.querySelector('#forget').click()");
    tab.awaitTrue("it asks again", "document.querySelector('#door')?.hidden === false");
    assertThat(tab.evaluate("sessionStorage.length").asInt()).isZero();
    assertThatNothingWasBlockedAndNobodyElseAsked();
  }

  /** The client begins with polls unless it is told otherwise, as dashboards of claude-mpm do. */
  @ParameterizedTest
  @ValueSource(strings = {"polling", "polling,websocket"})
  void aClientInTheBrowserMayPollAndUpgrade(String transports) throws IOException {
    // Given
    server.start();
    openPage();
    tab.evaluate(
        """
        import('/page/vendor/socket.io.esm.min.js').then(({ io }) => {
          window.got = [];
          window.other = io({ transports: '%s'.split(','), forceNew: true, auth: { history: 0 } });
          window.other.on('claude_event', (event) => window.got.push(event.data.prompt));
        })
        """
            .formatted(transports));
    // When
    String last = transports.substring(transports.lastIndexOf(',') + 1);
    tab.awaitTrue(
        "it is connected by " + last,
        "window.other.connected && window.other.io.engine.transport.name === '" + last + "'");
    postNumbered(0, 200);
    // Then
    tab.awaitTrue("it has all events", "window.got.length >= 200");
    assertThat(tab.evaluate("new Set(window.got).size + ' of ' + window.got.length").asText())
        .isEqualTo("200 of 200");
    tab.evaluate("void window.other.close()");
    assertThatNothingWasBlockedAndNobodyElseAsked();
  }
}
