package dev.evenkeel.server.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.intake.BodyReader.Body;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BodyReaderTest {

  private static final int MB = 1 << 20;

  private final MemoryBudget budget = new MemoryBudget(64 * MB);
  private final List<Body> bodies = new CopyOnWriteArrayList<>();
  private HttpFixture http;
  private MemoryBudget used = budget;

  @AfterEach
  void nothingStaysReserved() {
    if (http != null) {
      http.close();
    }
    await().untilAsserted(() -> assertThat(used.used()).isZero());
  }

  private HttpFixture.Client connect(MemoryBudget of) throws Exception {
    used = of;
    if (http == null) {
      http =
          new HttpFixture(
              request ->
                  BodyReader.read(request, of)
                      .thenApply(
                          body -> {
                            bodies.add(body);
                            if (body instanceof Body.Complete complete) {
                              of.release(complete.reserved());
                            }
                            return new HttpFixture.Answer(200, body.getClass().getSimpleName());
                          }));
    }
    return http.connect();
  }

  private HttpFixture.Client connect() throws Exception {
    return connect(budget);
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private byte[] onlyBody() {
    assertThat(bodies).hasSize(1);
    return ((Body.Complete) bodies.getFirst()).bytes();
  }

  @Test
  void aBodyOfAKnownLengthIsReadAndTakesOnlyThat() throws Exception {
    for (int length : new int[] {0, 1, 300, 8_193, 256 * 1024 + 1, 3 * MB}) {
      bodies.clear();
      try (var client = connect()) {
        client.post("Content-Length: " + length).send(bytes(length));
        assertThat(client.answer().body()).isEqualTo("Complete");
      }
      assertThat(onlyBody()).isEqualTo(bytes(length));
      assertThat(((Body.Complete) bodies.getFirst()).reserved()).isEqualTo(length);
    }
  }

  @Test
  void aBodyInChunksIsReadAndTakesOnlyWhatCame() throws Exception {
    // Given
    byte[] body = bytes(700_000);
    // When
    try (var client = connect()) {
      client.post("Transfer-Encoding: chunked");
      for (int from = 0; from < body.length; from += 7_001) {
        client.chunk(Arrays.copyOfRange(body, from, Math.min(body.length, from + 7_001)));
      }
      assertThat(client.lastChunk().answer().body()).isEqualTo("Complete");
    }
    // Then
    assertThat(onlyBody()).isEqualTo(body);
    assertThat(((Body.Complete) bodies.getFirst()).reserved()).isEqualTo(body.length);
  }

  @Test
  void theLargestBodyIsTakenAndOneByteMoreIsNot() throws Exception {
    try (var client = connect()) {
      client.post("Content-Length: " + Intake.MAX_BYTES).send(new byte[Intake.MAX_BYTES]);
      assertThat(client.answer().body()).isEqualTo("Complete");
      client.post("Content-Length: " + (Intake.MAX_BYTES + 1)).send(new byte[Intake.MAX_BYTES + 1]);
      assertThat(client.answer().body()).isEqualTo("TooLarge");
      // And the connection can be used again
      client.post("Content-Length: 2").send("{}");
      assertThat(client.answer().body()).isEqualTo("Complete");
    }
  }

  @Test
  void chunksThatBecomeTooMuchAreReadToTheEndAndNotKept() throws Exception {
    try (var client = connect()) {
      client.post("Transfer-Encoding: chunked");
      for (int i = 0; i < 18; i++) {
        client.chunk(new byte[MB]);
      }
      assertThat(client.lastChunk().answer().body()).isEqualTo("TooLarge");
    }
  }

  @Test
  void aLengthThatIsOnlyClaimedTakesLittle() throws Exception {
    // Given
    try (var client = connect()) {
      // When
      client.post("Content-Length: " + Intake.MAX_BYTES).send("{");
      await().until(() -> budget.used() > 0);
      // Then
      assertThat(budget.used()).isLessThanOrEqualTo(256 << 10);
      client.reset();
    }
    await().until(() -> bodies.size() == 1);
    assertThat(bodies.getFirst()).isInstanceOf(Body.Incomplete.class);
  }

  @Test
  void ofABodyThatIsPassedOverItIsKnownWhetherItCameToItsEnd() throws Exception {
    // Given
    byte[] body = new byte[Intake.MAX_BYTES + 1];
    try (var whole = connect();
        var half = connect()) {
      // When
      whole.post("Content-Length: " + body.length).send(body).answer();
      half.post("Content-Length: " + body.length).send("{");
      half.reset();
    }
    // Then
    await()
        .untilAsserted(
            () ->
                assertThat(bodies)
                    .containsExactly(new Body.TooLarge(true), new Body.TooLarge(false)));
  }

  @Test
  void whatComesBeyondTheLengthIsNoPartOfTheBody() throws Exception {
    try (var client = connect()) {
      client.post("Content-Length: 2").send("{}POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n[1]");
      assertThat(client.answer().body()).isEqualTo("Complete");
      assertThat(client.answer().body()).isEqualTo("Complete");
    }
    assertThat(bodies)
        .extracting(each -> new String(((Body.Complete) each).bytes(), UTF_8))
        .containsExactly("{}", "[1]");
  }

  @Test
  void aConnectionThatBreaksInTheMiddleGivesEverythingBack() throws Exception {
    for (String headers : List.of("Content-Length: 100000", "Transfer-Encoding: chunked")) {
      bodies.clear();
      try (var client = connect()) {
        client.post(headers);
        if (headers.startsWith("T")) {
          client.chunk(bytes(50_000));
        } else {
          client.send(bytes(50_000));
        }
        await().until(() -> budget.used() > 0);
        client.reset();
      }
      await().until(() -> bodies.size() == 1);
      assertThat(bodies.getFirst()).isInstanceOf(Body.Incomplete.class);
      assertThat(budget.used()).isZero();
    }
  }

  @Test
  void aConnectionThatBreaksWhileItWaitsForMemoryGivesEverythingBack() throws Exception {
    // Given
    var small = new MemoryBudget(MB);
    assertThat(small.reserve(MB - 100_000)).isTrue();
    try (var client = connect(small)) {
      client.post("Content-Length: 500000").send(bytes(400_000));
      // When
      client.reset();
    }
    // Then: who is not read from is not seen to go before the patience is over
    await().until(() -> bodies.size() == 1);
    assertThat(bodies.getFirst()).isNotInstanceOf(Body.Complete.class);
    assertThat(small.used()).isEqualTo(MB - 100_000);
    small.release(MB - 100_000);
  }

  @Test
  void whereThereIsNoMemoryTheBodyIsPassedOverAndAnswered() throws Exception {
    // Given
    var small = new MemoryBudget(MB);
    assertThat(small.reserve(MB)).isTrue();
    // When
    long before = System.nanoTime();
    try (var client = connect(small)) {
      client.post("Content-Length: 300000").send(bytes(300_000));
      assertThat(client.answer().body()).isEqualTo("NoRoom");
      // Then
      assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(BodyReader.PATIENCE.toNanos());
      small.release(MB);
      client.post("Content-Length: 2").send("{}");
      assertThat(client.answer().body()).isEqualTo("Complete");
    }
  }

  @Test
  void aSenderWaitsForMemoryAtTheBeginningAndInTheMiddle() throws Exception {
    // Given
    var small = new MemoryBudget(MB);
    byte[] body = bytes(600_000);
    for (int free : new int[] {0, 100_000}) {
      bodies.clear();
      assertThat(small.reserve(MB - free)).isTrue();
      try (var client = connect(small)) {
        client.post("Transfer-Encoding: chunked");
        var sending =
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        for (int from = 0; from < body.length; from += 10_000) {
                          client.chunk(Arrays.copyOfRange(body, from, from + 10_000));
                        }
                        client.lastChunk();
                      } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                      }
                    });
        // When: as much is taken as there is
        await().until(() -> small.used() > MB - free - 1 + Math.min(free, 32_768));
        small.release(MB - free);
        // Then
        sending.join();
        assertThat(client.answer().body()).isEqualTo("Complete");
        assertThat(onlyBody()).isEqualTo(body);
      }
    }
  }
}
