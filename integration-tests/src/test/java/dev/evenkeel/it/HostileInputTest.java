package dev.evenkeel.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.evenkeel.testbed.EvenkeelProcess;
import dev.evenkeel.testbed.HttpConnection;
import dev.evenkeel.testbed.HttpConnection.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes in, the answer says what is wrong with it, and the server goes on. */
class HostileInputTest {

  private static final int MAX_BYTES = 16 << 20;
  private static final String DOOR = "/hooks/claude-code";
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * A third more than the peaks of three runs of this class beside much other work: 403, 404 and
   * 421 MB.
   */
  private static final long MOST_RSS_BYTES = 560L << 20;

  /** What {@code bin/evenkeel image} gives the JVM, and what a container has. */
  private static final Path CONTAINER_OPTIONS = Path.of("../server/container/jvm.options");

  private static final long CONTAINER_BYTES = 256L << 20;

  private static final AtomicInteger SESSIONS = new AtomicInteger();

  @RegisterExtension static final Servers SERVERS = new Servers();

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  static Path folder;

  private static EvenkeelProcess server;

  /** The session of this test's events. */
  private final String session = "hostile-" + SESSIONS.incrementAndGet();

  private HttpConnection connection;

  @BeforeAll
  static void startServer() {
    server =
        SERVERS
            .on(folder.resolve("data"))
            .with("EVENKEEL_EXTENSIONS_TRIM_MAX_STRING", Integer.toString(MAX_BYTES))
            .start();
  }

  @BeforeEach
  void connect() throws IOException {
    connection = HttpConnection.to(server.port());
  }

  @AfterEach
  void theServerStillTakesEvents() throws IOException {
    connection.close();
    try (var another = HttpConnection.to(server.port())) {
      Answer answer = another.post(DOOR, event("StillThere", ""));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEmpty();
      await("every event that came is counted as what became of it")
          .untilAsserted(
              () -> {
                JsonNode status = status(another);
                assertThat(status.get("received").asLong())
                    .as(status.toString())
                    .isEqualTo(count(status, "accepted", "merged", "rejected", "shed"));
              });
    }
    awaitPublished("StillThere");
  }

  private static JsonNode status(HttpConnection connection) throws IOException {
    return JSON.readTree(connection.get("/api/status").body());
  }

  private static long count(JsonNode status, String... fields) {
    return Arrays.stream(fields).mapToLong(field -> status.get(field).asLong()).sum();
  }

  private String event(String name, String more) {
    return "{\"hook_event_name\":\"%s\",\"session_id\":\"%s\"%s}".formatted(name, session, more);
  }

  private LogFile.Row awaitPublished(String name) {
    return awaitPublished(session, name);
  }

  private static LogFile.Row awaitPublished(String session, String name) {
    try (LogFile log = LogFile.of(server.dataDir())) {
      return await(name)
          .atMost(SOON)
          .until(
              () ->
                  log.publishedOf(session).stream()
                      .filter(row -> row.event().equals(name))
                      .findFirst()
                      .orElse(null),
              row -> row != null);
    }
  }

  private long keptOfThisTest() {
    return keptOfThisTest("");
  }

  private long keptOfThisTest(String condition) {
    try (LogFile log = LogFile.of(server.dataDir())) {
      return log.number(
          "SELECT count(*) FROM accepted a JOIN sessions s ON s.key = a.session"
              + " WHERE s.session_id = '"
              + session
              + "'"
              + condition);
    }
  }

  private void assertRefused(Answer answer, int status, String... said) throws IOException {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    JsonNode body = JSON.readTree(answer.body());
    assertThat(body.path("error").asText()).contains(said);
    assertThat(keptOfThisTest()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hello | not valid JSON",
        "<xml/> | not valid JSON",
        "[] | the body is an array",
        "[{\"hook_event_name\":\"Stop\"}] | the body is an array",
        "\"text\" | the body is a string",
        "42 | the body is a number",
        "null | the body is null",
        "'' | the body is empty",
        "'   ' | the body is empty",
        "{\"a\":1}{\"b\":2} | something follows the JSON object",
        "{\"a\":1} trailing | not valid JSON",
        "{\"a\":01} | not valid JSON",
        "{a:1} | not valid JSON",
        "{\"a\":NaN} | not valid JSON",
        "{\"a\":1,} | not valid JSON",
        "{\"hook_event_name\":\"Stop\",\"session_id\":\"s\" | not valid JSON",
        "{\"hook_event_name\":\"St | not valid JSON",
      })
  void whatIsNoJsonObjectIsRefusedWithWhatItIs(String body, String said) throws IOException {
    assertRefused(connection.post(DOOR, body), 400, said);
  }

  @Test
  void aBodyThatBreaksOffIsNoEvent() throws IOException {
    // Given
    byte[] body = event("BrokenOff", "").getBytes(UTF_8);
    // When
    connection.write(
        connection.head("POST", DOOR, body.length), Arrays.copyOf(body, body.length - 5));
    connection.close();
    // Then
    try (var another = HttpConnection.to(server.port())) {
      another.post(DOOR, event("After", ""));
    }
    awaitPublished("After");
    assertThat(keptOfThisTest()).isEqualTo(1);
  }

  @Test
  void ofAFieldThatStandsTwiceTheLastCounts() throws IOException {
    String other = ",\"session_id\":\"" + session + "-last\",\"n\":1,\"n\":2";
    assertThat(connection.post(DOOR, event("Twice", other)).status()).isEqualTo(200);
    assertThat(awaitPublished(session + "-last", "Twice").data().get("n").asInt()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"[,]", "{\"a\":,}"})
  void tenThousandLevelsAreTooDeep(String open, String close) throws IOException {
    String deep = open.repeat(10_000) + "1" + close.repeat(10_000);
    assertRefused(connection.post(DOOR, event("Deep", ",\"x\":" + deep)), 400, "depth", "1000");
  }

  @Test
  void sixteenMegabytesAreTakenAndOneByteMoreIsNot() throws IOException {
    // Given
    String largest = ofSize("Largest", MAX_BYTES);
    String larger = ofSize("Larger", MAX_BYTES + 1);
    // When
    Answer taken = connection.post(DOOR, largest);
    Answer refused = connection.post(DOOR, larger);
    // Then
    assertThat(taken.status()).as(taken.text()).isEqualTo(200);
    assertThat(awaitPublished("Largest").data().get("x").asText()).hasSizeGreaterThan(16_000_000);
    assertThat(refused.status()).as(refused.text()).isEqualTo(413);
    assertThat(refused.text()).contains("larger than 16 MB");
    assertThat(connection.post(DOOR, event("SameConnection", "")).status()).isEqualTo(200);
  }

  @Test
  void theLimitHoldsForABodyThatDoesNotTellItsLength() throws IOException {
    assertThat(chunked(ofSize("Largest", MAX_BYTES)).status()).isEqualTo(200);
    Answer refused = chunked(ofSize("Larger", MAX_BYTES + 1));
    assertThat(refused.status()).as(refused.text()).isEqualTo(413);
    assertThat(refused.text()).contains("larger than 16 MB");
  }

  private String ofSize(String name, int bytes) {
    int frame = event(name, ",\"x\":\"\"").length();
    return event(name, ",\"x\":\"" + "a".repeat(bytes - frame) + "\"");
  }

  private Answer chunked(String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    connection.write(
        connection.head(
            "POST", DOOR, -1, "Transfer-Encoding: chunked", "Content-Type: application/json"));
    int piece = 1 << 16;
    for (int at = 0; at < bytes.length; at += piece) {
      int length = Math.min(piece, bytes.length - at);
      connection.write(
          (Integer.toHexString(length) + "\r\n").getBytes(ISO_8859_1),
          Arrays.copyOfRange(bytes, at, at + length),
          new byte[] {'\r', '\n'});
    }
    connection.write("0\r\n\r\n".getBytes(ISO_8859_1));
    return connection.readAnswer();
  }

  @Test
  void escapedLoneSurrogatesAndZeroCharactersAreKept() throws IOException {
    // Given: text of this kind comes from broken terminals, and JSON allows it
    String odd = ",\"lone\":\"a\\ud800b\",\"low\":\"\\udc00\",\"zero\":\"x\\u0000y\",\"\\u0000\":1";
    // When
    assertThat(connection.post(DOOR, event("Odd", odd)).status()).isEqualTo(200);
    // Then
    JsonNode data = awaitPublished("Odd").data();
    assertThat(data.get("lone").asText()).isEqualTo("a\ud800b");
    assertThat(data.get("low").asText()).isEqualTo("\udc00");
    assertThat(data.get("zero").asText()).isEqualTo("x\0y");
    assertThat(data.has("\0")).isTrue();
  }

  @Test
  void aSessionIdOfOddCharactersIsStillOneSession() throws IOException {
    String odd = session + "-\0-\u202e-\ud83d\ude00-'; DROP TABLE accepted; --";
    String body =
        JSON.writeValueAsString(
            JSON.createObjectNode().put("hook_event_name", "Odd").put("session_id", odd));
    assertThat(connection.post(DOOR, body).status()).isEqualTo(200);
    assertThat(awaitPublished(odd, "Odd").data().get("session_id").asText()).isEqualTo(odd);
  }

  @Test
  void rawZeroBytesAreRefused() throws IOException {
    assertRefused(connection.post(DOOR, event("Raw", ",\"x\":\"a\0b\"")), 400, "not valid JSON");
    assertRefused(connection.post(DOOR, "\0" + event("Raw", "")), 400, "a zero byte at 0");
    assertRefused(connection.post(DOOR, event("Raw", "") + "\0"), 400, "not valid JSON");
  }

  @Test
  void whatIsNotUtf8IsRefused() throws IOException {
    byte[] latin = event("Latin", ",\"x\":\"\u00e9\"").getBytes(ISO_8859_1);
    byte[] overlong = event("Overlong", ",\"x\":\"\u00c0\u00af\"").getBytes(ISO_8859_1);
    byte[] surrogate = event("Raw", ",\"x\":\"\u00ed\u00a0\u0080\"").getBytes(ISO_8859_1);
    for (byte[] body : List.of(latin, overlong, surrogate)) {
      assertRefused(connection.post(DOOR, body), 400, "not valid UTF-8 at byte");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32"})
  void otherEncodingsOfUnicodeAreRefused(String encoding) throws IOException {
    byte[] body = event("Wide", "").getBytes(encoding);
    assertRefused(connection.post(DOOR, body), 400, "UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\ufeff", "\ufeff\ufeff", " \ufeff", "\ufeff\r\n\ufeff "})
  void aByteOrderMarkIsPassedOver(String mark) throws IOException {
    assertThat(connection.post(DOOR, mark + event("Marked", "")).status()).isEqualTo(200);
    awaitPublished("Marked");
    Answer page = connection.get("/api/events?after=0&session=" + session);
    assertThat(JSON.readTree(page.body()).get("events")).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "image/png",
        "nonsense",
        ";;;",
        ""
      })
  void whateverTheContentTypeSaysTheBodyIsReadAsJson(String type) throws IOException {
    Answer answer = connection.post(DOOR, event("Typed", ""), "Content-Type: " + type);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    awaitPublished("Typed");
  }

  @Test
  void aCompressedBodyIsRefusedWithWhatToDo() throws IOException {
    var compressed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(compressed)) {
      gzip.write(event("Compressed", "").getBytes(UTF_8));
    }
    Answer answer = connection.post(DOOR, compressed.toByteArray(), "Content-Encoding: gzip");
    assertRefused(answer, 400, "compressed (gzip)", "send it as it is");
    Answer batch =
        connection.post(DOOR + "/batch", compressed.toByteArray(), "Content-Encoding: gzip");
    assertRefused(batch, 400, "compressed (gzip)", "send it as it is");
    Answer mpm = connection.post("/api/events", compressed.toByteArray(), "Content-Encoding: gzip");
    assertRefused(mpm, 400, "compressed (gzip)", "send it as it is");
  }

  /** It is never unpacked: what it would be is a gigabyte. */
  @Test
  void aCompressedBombIsRefusedAndTakesNoMemory() throws IOException {
    // Given a gigabyte of zeros in a megabyte
    var bomb = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(bomb, 1 << 16)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 1024; i++) {
        gzip.write(zeros);
      }
    }
    assertThat(bomb.size()).isBetween(900_000, 1_200_000);
    byte[] bytes = bomb.toByteArray();
    long before = server.rssBytes();
    // When, then
    for (String door : List.of(DOOR, DOOR + "/batch", "/api/events")) {
      for (int i = 0; i < 10; i++) {
        try (var another = HttpConnection.to(server.port())) {
          assertRefused(
              another.post(door, bytes, "Content-Encoding: gzip"), 400, "compressed (gzip)");
        }
      }
    }
    // Said to be what it is not, it is no JSON
    assertRefused(connection.post(DOOR, bytes), 400, "");
    assertThat(server.rssBytes() - before).isLessThan(64L << 20);
  }

  @Test
  void slowSendersHoldUpNobody() throws Exception {
    // Given: a hundred agents that send a byte now and then, for as long as it takes
    int slow = 100;
    var senders = new ArrayList<HttpConnection>();
    byte[] body = event("Slow", "").getBytes(UTF_8);
    try {
      for (int i = 0; i < slow; i++) {
        var sender = HttpConnection.to(server.port());
        senders.add(sender);
        sender.write(sender.head("POST", DOOR, body.length));
      }
      // When
      for (int at = 0; at < body.length; at++) {
        for (HttpConnection sender : senders) {
          sender.write(new byte[] {body[at]});
        }
        assertThat(connection.post(DOOR, event("Normal", ",\"n\":" + at)).status()).isEqualTo(200);
      }
      // Then
      for (HttpConnection sender : senders) {
        assertThat(sender.readAnswer().status()).isEqualTo(200);
      }
    } finally {
      for (HttpConnection sender : senders) {
        sender.close();
      }
    }
    assertThat(keptOfThisTest()).isEqualTo(slow + body.length);
  }

  @Test
  void aBodyThatNeverComesIsGivenUpAndSaid() throws IOException {
    // Given: the deadline of a body is 15 s
    connection.write(connection.head("POST", DOOR, 100), "{".getBytes(UTF_8));
    try (var larger = HttpConnection.to(server.port())) {
      larger.write(larger.head("POST", DOOR, MAX_BYTES + 1), "{".getBytes(UTF_8));
      // When
      Answer answer = connection.readAnswer();
      Answer refused = larger.readAnswer();
      // Then
      assertRefused(answer, 408, "did not arrive within 15 s");
      assertRefused(refused, 413, "larger than 16 MB");
      assertThat(connection.isClosedByServer()).isTrue();
      assertThat(larger.isClosedByServer()).isTrue();
    }
  }

  @Test
  void fiveThousandIdleConnectionsHoldUpNobody() throws IOException {
    // Given
    int idle = 5_000;
    int before = server.fileDescriptors();
    var connections = new ArrayList<SocketChannel>(idle);
    try {
      for (int i = 0; i < idle; i++) {
        connections.add(
            SocketChannel.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port())));
      }
      await().atMost(SOON).until(() -> server.fileDescriptors() >= before + idle);
      // When
      for (int i = 0; i < 200; i++) {
        try (var another = HttpConnection.to(server.port())) {
          assertThat(another.post(DOOR, event("Normal", ",\"n\":" + i)).status()).isEqualTo(200);
        }
      }
    } finally {
      for (SocketChannel each : connections) {
        each.close();
      }
    }
    // Then
    assertThat(keptOfThisTest()).isEqualTo(200);
    await("descriptors are given back")
        .atMost(SOON)
        .until(() -> server.fileDescriptors() < before + 50);
  }

  @Test
  void twentyLargestBodiesAtOnceAreAllAnsweredAndMemoryStaysBounded() throws Exception {
    // Given
    int bodies = 20;
    String body = ofSize("Large", MAX_BYTES);
    byte[] bytes = body.getBytes(UTF_8);
    var posting = new AtomicBoolean(true);
    long before = count(status(connection), "accepted", "shed");
    int alsoPosted;
    // When
    List<Integer> statuses = new ArrayList<>();
    try (var pool = Executors.newVirtualThreadPerTaskExecutor();
        AutoCloseable _ = () -> posting.set(false)) {
      Callable<Integer> post =
          () -> {
            try (var another = HttpConnection.to(server.port())) {
              return another.post(DOOR, bytes).status();
            }
          };
      var small =
          pool.submit(
              () -> {
                int posted = 0;
                while (posting.get()) {
                  assertThat(connection.post(DOOR, event("Small", ",\"n\":" + posted)).status())
                      .isEqualTo(200);
                  posted++;
                  LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                }
                return posted;
              });
      for (var each : pool.invokeAll(java.util.Collections.nCopies(bodies, post))) {
        statuses.add(each.get());
      }
      posting.set(false);
      alsoPosted = small.get();
    }
    // Then
    assertThat(statuses).hasSize(bodies).containsOnly(200);
    assertThat(alsoPosted).isPositive();
    assertThat(count(status(connection), "accepted", "shed") - before)
        .isEqualTo(bodies + alsoPosted);
    try (LogFile log = LogFile.of(server.dataDir())) {
      await().atMost(SOON).until(() -> log.unpublished() == 0);
    }
    assertThat(keptOfThisTest(" AND a.event = 'Large'")).as("taken, not shed").isPositive();
    assertThat(server.peakRssBytes()).isLessThan(MOST_RSS_BYTES);
    // The collector gives back what it took when nothing was collected for 30 s
    await("memory").atMost(Duration.ofMinutes(3)).until(() -> server.rssBytes() < 400L << 20);
  }

  /** The server of this class may use more, and keeps long strings whole, which is its subject. */
  @Test
  void twentyLargestBodiesAtOnceFitIntoTheMemoryOfAContainer() throws Exception {
    // Given the image's settings, without the image
    EvenkeelProcess small = SERVERS.on(folder.resolve("small"));
    for (String line : Files.readAllLines(CONTAINER_OPTIONS)) {
      if (line.startsWith("-X")) {
        small.withFlag(line);
      }
    }
    small.with("EVENKEEL_MEMORY_BUDGET", "24MB").start();
    byte[] bytes = ofSize("Large", MAX_BYTES).getBytes(UTF_8);
    // When
    List<Integer> statuses = new ArrayList<>();
    try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Integer> post =
          () -> {
            try (var another = HttpConnection.to(small.port())) {
              return another.post(DOOR, bytes).status();
            }
          };
      for (var each : pool.invokeAll(java.util.Collections.nCopies(20, post))) {
        statuses.add(each.get());
      }
    }
    // Then
    assertThat(statuses).hasSize(20).containsOnly(200);
    try (var another = HttpConnection.to(small.port())) {
      assertThat(another.post(DOOR, event("Small", "")).status()).isEqualTo(200);
      assertThat(count(status(another), "accepted")).as("one was taken, at least").isPositive();
    }
    try (LogFile log = LogFile.of(small.dataDir())) {
      await().atMost(SOON).until(() -> log.unpublished() == 0);
      assertThat(log.number("SELECT count(*) FROM accepted WHERE event = 'Large'")).isPositive();
    }
    assertThat(small.peakRssBytes()).isLessThan(CONTAINER_BYTES);
  }

  /** As trees, or as a set of names, they would take some 400 MB. */
  @ParameterizedTest
  @ValueSource(strings = {"values where a prompt is read", "values and a field twice", "fields"})
  void aBodyOfMillionsIsTakenAndPublishedAndTheServerStaysUp(String of) throws IOException {
    // Given
    String start =
        "{\"hook_event_name\":\"UserPromptSubmit\",\"session_id\":\"%s-many\",".formatted(session);
    var body = new StringBuilder(MAX_BYTES).append(start);
    if (of.equals("fields")) {
      for (int i = 0; body.length() < MAX_BYTES - 20; i++) {
        body.append('"').append(Integer.toString(i, 36)).append("\":0,");
      }
      body.append("\"z\":0}");
    } else {
      body.append("\"prompt\":[{}");
      body.append(",{}".repeat((MAX_BYTES - body.length() - 20) / 3)).append(']');
      body.append(of.startsWith("values and") ? ",\"b\":1,\"b\":2}" : "}");
    }
    // When
    Answer answer = connection.post(DOOR, body.toString());
    // Then
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    try (LogFile log = LogFile.of(server.dataDir())) {
      assertThat(
              log.number(
                  "SELECT count(*) FROM accepted a JOIN sessions s ON s.key = a.session"
                      + " WHERE s.session_id = '"
                      + session
                      + "-many'"))
          .isEqualTo(1);
      await().atMost(SOON).until(() -> log.unpublished() == 0);
    }
  }

  @Test
  void anEventWithoutASessionIsAnEventOfTheAgent() throws IOException {
    String body = "{\"hook_event_name\":\"NoSession" + session.substring(8) + "\"}";
    assertThat(connection.post(DOOR, body).status()).isEqualTo(200);
    LogFile.Row row = awaitPublished("", "NoSession" + session.substring(8));
    assertThat(row.source()).isEqualTo("claude-code");
  }

  @Test
  void anEventThatNamesNothingIsKeptAsUnknown() throws IOException {
    assertThat(connection.post(DOOR, "{\"session_id\":\"" + session + "\"}").status())
        .isEqualTo(200);
    awaitPublished("unknown");
  }

  @Test
  void aSessionIdHasAtMost512Characters() throws IOException {
    String longest = session + "x".repeat(512 - session.length());
    String body = "{\"hook_event_name\":\"Long\",\"session_id\":\"%s\"}";
    assertThat(connection.post(DOOR, body.formatted(longest)).status()).isEqualTo(200);
    awaitPublished(longest, "Long");
    assertRefused(
        connection.post(DOOR, body.formatted(longest + "x")),
        400,
        "session_id has 513 characters; at most 512 are taken");
    String huge = "{\"session_id\":\"%s\"}".formatted("x".repeat(1 << 20));
    assertRefused(connection.post(DOOR, huge), 400, "session_id has 1048576 characters");
  }

  @ParameterizedTest
  @ValueSource(strings = {"my-agent", "Agent_2.0", "0", "x"})
  void anyWordIsAnAgent(String agent) throws IOException {
    assertThat(connection.post("/hooks/" + agent, event("Named", "")).status()).isEqualTo(200);
    assertThat(awaitPublished("Named").source()).isEqualTo(agent);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a%20b",
        "-x",
        "a%2Fb",
        "%00",
        "%C3%A9",
        "a%27b",
        "%3Cscript%3E",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
      })
  void whatIsNoWordIsNoAgent(String agent) throws IOException {
    Answer answer = connection.post("/hooks/" + agent, event("Odd", ""));
    assertRefused(answer, 400, "is no agent's name");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/hooks", "/hooks/", "/hooks/a/b/c", "/nothing", "/hooks/../x", "/hooks/%2e%2e"})
  void whereNoDoorIsNothingIsTaken(String path) throws IOException {
    Answer answer = connection.post(path, event("Lost", ""));
    assertThat(answer.status()).as(answer.text()).isEqualTo(404);
    assertThat(keptOfThisTest()).isZero();
  }

  @Test
  void anAddressThatIsNoneIsRefused() throws IOException {
    Answer answer = connection.post("/hooks/%zz", event("Lost", ""));
    assertThat(answer.status()).as(answer.text()).isBetween(400, 404);
    assertThat(keptOfThisTest()).isZero();
  }

  @Test
  void theAddressNamesAnEventThatDoesNotNameItself() throws IOException {
    // Given
    String nameless = "{\"sessionId\":\"" + session + "\",\"toolName\":\"bash\"}";
    // When
    assertThat(connection.post("/hooks/copilot/preToolUse", nameless).status()).isEqualTo(200);
    assertThat(connection.post("/hooks/copilot/odd%20name", nameless).status()).isEqualTo(200);
    assertThat(connection.post("/hooks/copilot/inAddress", event("InBody", "")).status())
        .isEqualTo(200);
    // Then
    awaitPublished("preToolUse");
    awaitPublished("odd name");
    awaitPublished("InBody");
    Answer tooLong = connection.post("/hooks/copilot/" + "n".repeat(257), nameless);
    assertThat(tooLong.status()).isEqualTo(400);
    assertThat(tooLong.text()).contains("more than 256 characters");
  }

  @Test
  void aBatchTellsOfEachLineThatIsNoEvent() throws IOException {
    // Given
    String batch =
        String.join(
            "\n",
            event("First", ""),
            "nonsense",
            "",
            "[1]",
            event("Second", ""),
            "  \t ",
            event("Third", ""));
    // When
    Answer answer = connection.post(DOOR + "/batch", batch);
    // Then
    assertThat(answer.status()).isEqualTo(200);
    JsonNode body = JSON.readTree(answer.body());
    assertThat(body.get("accepted").asInt()).isEqualTo(3);
    assertThat(body.get("rejected").findValuesAsText("line")).containsExactly("2", "4");
    assertThat(body.get("rejected").get(0).get("error").asText()).contains("not valid JSON");
    assertThat(body.get("rejected").get(1).get("error").asText()).contains("an array");
    awaitPublished("Third");
    assertThat(keptOfThisTest()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "\n\n\r\n  \n"})
  void anEmptyBatchIsABatchOfNothing(String batch) throws IOException {
    Answer answer = connection.post(DOOR + "/batch", batch);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(JSON.readTree(answer.body()))
        .isEqualTo(JSON.readTree("{\"accepted\":0,\"rejected\":[]}"));
  }

  @Test
  void aLineThatIsTooLargeIsPassedOverAndTheOthersAreTaken() throws IOException {
    // Given
    String batch =
        event("Before", "") + "\r\n" + ofSize("Larger", MAX_BYTES + 1) + "\n" + event("Behind", "");
    // When
    Answer answer = connection.post(DOOR + "/batch", batch);
    // Then
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    JsonNode body = JSON.readTree(answer.body());
    assertThat(body.get("accepted").asInt()).isEqualTo(2);
    assertThat(body.get("rejected").findValuesAsText("line")).containsExactly("2");
    assertThat(body.get("rejected").get(0).get("error").asText()).contains("larger than 16 MB");
    awaitPublished("Behind");
    assertThat(keptOfThisTest()).isEqualTo(2);
  }

  @Test
  void aBatchMayBeMuchLargerThanAnEvent() throws IOException {
    // Given: 40 MB in 10,000 lines
    var batch = new StringBuilder();
    String filling = "y".repeat(4_000);
    for (int i = 0; i < 10_000; i++) {
      batch.append(event("Many", ",\"n\":" + i + ",\"x\":\"" + filling + "\"")).append('\n');
    }
    // When
    Answer answer = connection.post(DOOR + "/batch", batch.toString());
    // Then
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(JSON.readTree(answer.body()).get("accepted").asInt()).isEqualTo(10_000);
    assertThat(keptOfThisTest()).isEqualTo(10_000);
    try (LogFile log = LogFile.of(server.dataDir())) {
      await().atMost(SOON).until(() -> log.unpublished() == 0);
    }
  }

  @Test
  void aBatchThatBreaksOffIsTakenUpToItsLastWholeLine() throws IOException {
    // Given
    String whole = event("Whole", "") + "\n";
    byte[] broken = event("Broken", "").getBytes(UTF_8);
    // When
    connection.write(
        connection.head("POST", DOOR + "/batch", whole.length() + broken.length),
        whole.getBytes(UTF_8),
        Arrays.copyOf(broken, broken.length - 1));
    connection.close();
    // Then
    awaitPublished("Whole");
    assertThat(keptOfThisTest()).isEqualTo(1);
  }

  @Test
  void hugeHeadersAndHugeAddressesAreRefused() throws IOException {
    // Little more than the limit, so that all of it is sent before the server hangs up.
    Answer header = connection.post(DOOR, event("Huge", ""), "X-Huge: " + "h".repeat(24 << 10));
    assertThat(header.status()).isEqualTo(431);
    try (var another = HttpConnection.to(server.port())) {
      Answer address = another.post("/hooks/" + "a".repeat(6 << 10), event("Huge", ""));
      assertThat(address.status()).isIn(400, 414);
    }
    assertThat(keptOfThisTest()).isZero();
  }
}
