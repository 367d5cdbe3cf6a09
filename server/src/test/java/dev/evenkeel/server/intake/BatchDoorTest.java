package dev.evenkeel.server.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.evenkeel.extension.Extension;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.extension.TestExtension;
import dev.evenkeel.server.log.EventLog;
import dev.evenkeel.server.log.EventLog.Appended;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchDoorTest {

  private static final int MB = 1 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path dir;

  private IntakeFixture fixture;
  private HttpFixture http;

  @AfterEach
  void close() {
    http.close();
    fixture.close();
    assertThat(fixture.budget.used()).isZero();
  }

  private void open(
      MemoryBudget budget,
      BiFunction<EventLog, HookEvent, CompletableFuture<Appended>> append,
      Extension... extensions)
      throws Exception {
    fixture =
        new IntakeFixture(
            dir,
            budget,
            Ticker.systemTicker(),
            log -> IntakeFixture.appendingThrough(log, event -> append.apply(log, event)),
            extensions);
    var door = new BatchDoor(fixture.intake, fixture.log, budget);
    http =
        new HttpFixture(
            request ->
                door.read(Intake.of("claude-code", null), request)
                    .thenApply(
                        response ->
                            new HttpFixture.Answer(
                                response.getStatus(),
                                String.valueOf(response.getEntity()),
                                Objects.requireNonNullElse(
                                    response.getHeaderString("Retry-After"), ""))));
  }

  private void open() throws Exception {
    open(new MemoryBudget(64 * MB), EventLog::append);
  }

  private static JsonNode body(HttpFixture.Answer answer) throws Exception {
    return JSON.readTree(answer.body());
  }

  private HttpFixture.Answer post(String batch) throws Exception {
    try (var client = http.connect()) {
      return client.post("Content-Length: " + batch.getBytes(UTF_8).length).send(batch).answer();
    }
  }

  private static void assertUnavailable(HttpFixture.Answer answer) {
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.retryAfter()).as("seconds until the rest may be sent").isEqualTo("5");
  }

  private static String line(int number) {
    return "{\"session_id\":\"s\",\"hook_event_name\":\"Stop\",\"n\":" + number + "}";
  }

  @Test
  void eachLineIsAnEventAndThoseThatAreNoneAreNamed() throws Exception {
    // Given
    open();
    // When
    var answer = post(line(1) + "\n\n" + line(2) + "\r\nno event\n \t\r\n[]\n" + line(3));
    // Then
    assertThat(answer.status()).isEqualTo(200);
    JsonNode body = body(answer);
    assertThat(body.path("accepted").intValue()).isEqualTo(3);
    assertThat(body.path("rejected").findValues("line"))
        .extracting(JsonNode::intValue)
        .containsExactlyInAnyOrder(4, 6);
    assertThat(body.has("error")).isFalse();
    assertThat(answer.retryAfter()).isEmpty();
    assertThat(fixture.kept(3))
        .extracting(each -> each.at("n").intValue())
        .containsExactly(1, 2, 3);
    assertThat(fixture.intake.counters()).isEqualTo(new IntakeCounters.Sums(5, 3, 0, 2, 0, 0));
  }

  private static String largeLine(int number) {
    return "{\"n\":" + number + ",\"x\":\"" + "x".repeat(2 * MB) + "\"}";
  }

  @Test
  void aLineDoesNotOvertakeALargeOne() throws Exception {
    // Given
    open();
    var batch = new StringBuilder();
    for (int i = 0; i < 20; i += 2) {
      batch.append(largeLine(i)).append('\n').append(line(i + 1)).append('\n');
    }
    // When
    var answer = post(batch.toString());
    // Then
    assertThat(body(answer).path("accepted").intValue()).isEqualTo(20);
    assertThat(fixture.kept(20))
        .extracting(each -> each.at("n").intValue())
        .containsExactlyElementsOf(IntStream.range(0, 20).boxed().toList());
  }

  @Test
  void aLineDoesNotOvertakeOneThatIsFilteredOnThePool() throws Exception {
    // Given: a filter that is done with the first when it has seen the fourth, or in a moment
    var fourth = new CountDownLatch(1);
    open(
        new MemoryBudget(64 * MB),
        EventLog::append,
        new TestExtension(
            "foreign",
            context ->
                context.filter(
                    event -> {
                      switch (event.at("n").intValue()) {
                        case 0 -> {
                          var _ = fourth.await(100, MILLISECONDS);
                        }
                        case 3 -> fourth.countDown();
                        default -> {}
                      }
                      return event;
                    })));
    // When
    var answer = post(line(0) + "\n" + line(1) + "\n" + line(2) + "\n" + line(3) + "\n" + line(4));
    // Then
    assertThat(body(answer).path("accepted").intValue()).isEqualTo(5);
    assertThat(fixture.kept(5))
        .extracting(each -> each.at("n").intValue())
        .containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void anEmptyBatchIsAnswered() throws Exception {
    open();
    assertThat(post("").body()).isEqualTo("{\"accepted\":0,\"rejected\":[]}");
    assertThat(post("\n\n").body()).isEqualTo("{\"accepted\":0,\"rejected\":[]}");
  }

  @Test
  void linesMayComeInPiecesOfAnySize() throws Exception {
    // Given
    open();
    byte[] batch = (line(1) + "\n" + line(2) + "\n" + line(3)).getBytes(UTF_8);
    // When
    try (var client = http.connect()) {
      client.post("Transfer-Encoding: chunked");
      for (byte each : batch) {
        client.chunk(new byte[] {each});
      }
      // Then
      assertThat(body(client.lastChunk().answer()).path("accepted").intValue()).isEqualTo(3);
    }
    assertThat(fixture.kept(3))
        .extracting(each -> each.at("n").intValue())
        .containsExactly(1, 2, 3);
  }

  @Test
  void aLineThatIsTooLargeIsRejectedAndTheOthersAreTaken() throws Exception {
    // Given
    open();
    String large = "{\"x\":\"" + "x".repeat(Intake.MAX_BYTES) + "\"}";
    // When
    JsonNode body = body(post(line(1) + "\n" + large + "\n" + line(2) + "\n" + large));
    // Then
    assertThat(body.path("accepted").intValue()).isEqualTo(2);
    assertThat(body.path("rejected").findValues("line"))
        .extracting(JsonNode::intValue)
        .containsExactly(2, 4);
    assertThat(fixture.intake.counters().rejected()).isEqualTo(2);
    fixture.kept(2);
  }

  @Test
  void aSlowLogHoldsTheSenderAndMemoryStaysBounded() throws Exception {
    // Given
    var gate = new CompletableFuture<Void>();
    var waiting = new AtomicInteger();
    var mostWaiting = new AtomicInteger();
    var budget = new MemoryBudget(64 * MB);
    open(
        budget,
        (log, event) -> {
          mostWaiting.accumulateAndGet(waiting.incrementAndGet(), Math::max);
          return gate.thenCompose(_ -> log.append(event))
              .whenComplete((how, failure) -> waiting.decrementAndGet());
        });
    int lines = 20_000;
    var batch = new StringBuilder();
    for (int i = 0; i < lines; i++) {
      batch.append("{\"n\":").append(i).append("}\n");
    }
    // When
    var answer = CompletableFuture.supplyAsync(() -> uncheckedPost(batch.toString()));
    await().until(() -> waiting.get() >= 256);
    long usedWhileHeld = budget.used();
    gate.complete(null);
    // Then
    assertThat(body(answer.join()).path("accepted").intValue()).isEqualTo(lines);
    assertThat(mostWaiting.get()).isLessThanOrEqualTo(256);
    assertThat(usedWhileHeld).isLessThan(5 * MB);
    assertThat(fixture.kept(lines).getLast().at("n").intValue()).isEqualTo(lines - 1);
  }

  private HttpFixture.Answer uncheckedPost(String batch) {
    try {
      return post(batch);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whenMemoryRunsOutTheSenderIsToldExactlyHowManyLinesWereTaken() throws Exception {
    // Given: memory for a few lines, and all of them in one piece
    var gate = new CompletableFuture<Void>();
    var budget = new MemoryBudget(MB);
    var filled = new AtomicBoolean();
    open(
        budget,
        (log, event) -> {
          if (filled.compareAndSet(false, true)) {
            assertThat(budget.reserve(MB - budget.used() - 10_000)).isTrue();
          }
          return gate.thenCompose(_ -> log.append(event));
        });
    var batch = new StringBuilder();
    for (int i = 0; i < 500; i++) {
      batch.append("{\"n\":").append(i).append(",\"x\":\"").append("x".repeat(100)).append("\"}\n");
    }
    batch.append("{\"n\":500}");
    // When
    var answer = CompletableFuture.supplyAsync(() -> uncheckedPost(batch.toString()));
    await().until(() -> budget.used() > MB - 9_000);
    gate.complete(null);
    // Then
    assertUnavailable(answer.join());
    JsonNode body = body(answer.join());
    int taken = body.path("accepted").intValue();
    assertThat(taken).isPositive().isLessThan(500);
    assertThat(body.path("lines").intValue()).isEqualTo(taken);
    assertThat(body.path("error").textValue()).contains("memory is short", "first " + taken);
    assertThat(body.path("rejected")).isEmpty();
    budget.release(budget.used());
    assertThat(fixture.kept(taken))
        .extracting(each -> each.at("n").intValue())
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, taken).boxed().toList());
  }

  @Test
  void ofABatchOfWhichALineIsShedTheSenderIsToldWhichAndToComeAgain() throws Exception {
    // Given: memory that is tight after the first line
    var budget = new MemoryBudget(64 * MB);
    var tight = new AtomicBoolean();
    open(
        budget,
        (log, event) -> {
          if (tight.compareAndSet(false, true)) {
            assertThat(budget.reserve(60 * MB)).isTrue();
          }
          return log.append(event);
        });
    // When
    var answer = post(line(1) + "\n{\"hook_event_name\":\"MessageDisplay\",\"n\":2}\n" + line(3));
    // Then
    assertUnavailable(answer);
    JsonNode body = body(answer);
    assertThat(body.path("rejected").toString())
        .isEqualTo("[{\"line\":2,\"error\":\"memory is short\"}]");
    assertThat(body.path("accepted").intValue()).isEqualTo(body.path("lines").intValue() - 1);
    assertThat(fixture.intake.counters().shed()).isEqualTo(1);
    budget.release(60 * MB);
  }

  @Test
  void whileMemoryIsTightNoBatchIsBegun() throws Exception {
    // Given
    open();
    fixture.budget.reserve(60 * MB);
    // When
    var answer = post(line(1) + "\n" + line(2));
    // Then
    assertUnavailable(answer);
    assertThat(body(answer).path("accepted").intValue()).isZero();
    assertThat(body(answer).path("lines").intValue()).isZero();
    fixture.budget.release(60 * MB);
    assertThat(fixture.intake.counters().received()).isZero();
  }

  @Test
  void aLineThatDoesNotEndTakesMemoryThatIsReserved() throws Exception {
    // Given
    open();
    try (var client = http.connect()) {
      client.post("Transfer-Encoding: chunked");
      // When
      client.chunk(new byte[3 * MB]);
      // Then
      await().until(() -> fixture.budget.used() >= 3 * MB);
      client.reset();
    }
    await().until(() -> fixture.budget.used() == 0);
  }

  @Test
  void aConnectionThatBreaksLeavesWhatWasTakenAndGivesTheRestBack() throws Exception {
    // Given
    open();
    try (var client = http.connect()) {
      client.post("Content-Length: 100000").send(line(1) + "\n" + line(2) + "\n{\"half\":");
      // When
      assertThat(fixture.kept(2)).hasSize(2);
      client.reset();
    }
    // Then
    await().until(() -> fixture.budget.used() == 0);
    assertThat(fixture.intake.counters()).isEqualTo(new IntakeCounters.Sums(2, 2, 0, 0, 0, 0));
  }

  @Test
  void whenTheLogFailsTheBatchStopsAndSaysHowFarItCame() throws Exception {
    // Given
    open(
        new MemoryBudget(64 * MB),
        (log, event) ->
            event.at("n").intValue() < 3
                ? log.append(event)
                : CompletableFuture.completedFuture(Appended.UNLOGGED));
    // When
    try (var client = http.connect()) {
      client.post("Transfer-Encoding: chunked");
      client.chunk((line(1) + "\n" + line(2) + "\n" + line(3) + "\n").getBytes(UTF_8));
      await().until(() -> fixture.intake.counters().accepted() == 3);
      client.chunk((line(4) + "\n").getBytes(UTF_8));
      var answer = client.lastChunk().answer();
      // Then
      assertUnavailable(answer);
      JsonNode body = body(answer);
      assertThat(body.path("error").textValue()).contains("the log cannot be written");
      assertThat(body.path("lines").intValue()).isEqualTo(body.path("accepted").intValue());
    }
    fixture.kept(2);
  }
}
