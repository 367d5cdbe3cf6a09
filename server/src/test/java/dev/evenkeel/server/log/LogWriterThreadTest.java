package dev.evenkeel.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.server.log.EventLog.Appended;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever goes wrong on the writer's thread, the thread goes on: all agents wait for it. */
class LogWriterThreadTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path folder;

  private static Appended appended(CompletableFuture<Appended> answer) throws Exception {
    return answer.get(20, TimeUnit.SECONDS);
  }

  @Test
  void whatCannotBeWrittenGoesOnFromMemoryAndTheWriterGoesOn() throws Exception {
    var open = new OpenLog(folder);
    // Given something that has no form in JSON
    ObjectNode impossible = SqliteEventLog.data();
    impossible.putPOJO("what", new Object());
    // When
    Appended how = appended(open.log.append(open.event("s", "A", ""), List.of(impossible)));
    // Then
    assertThat(how).isEqualTo(Appended.UNLOGGED);
    assertThat(open.log.isAlive()).isTrue();
    await().atMost(SOON).until(open.log::isWritable);
    assertThat(appended(open.log.append(open.event("s", "B", "")))).isEqualTo(Appended.LOGGED);
    assertThat(open.log.status().unlogged()).isEqualTo(1);
    open.close();
  }

  @Test
  void aListenerThatThrowsHoldsUpNobody() throws Exception {
    var open = new OpenLog(folder);
    // Given
    var _ = open.log.onAnswered(LogWriterThreadTest::fail);
    var _ = open.log.onPublished(LogWriterThreadTest::fail);
    // When
    Appended first = appended(open.log.append(open.event("s", "A", "")));
    var written = new CompletableFuture<Boolean>();
    open.log.publish(
        Publication.of(open.log.take(), Map.of(), null, List.of(), List.of()),
        () -> {
          written.complete(true);
          fail();
        });
    // Then
    assertThat(first).isEqualTo(Appended.LOGGED);
    assertThat(written.get(20, TimeUnit.SECONDS)).isTrue();
    assertThat(appended(open.log.append(open.event("s", "B", "")))).isEqualTo(Appended.LOGGED);
    assertThat(open.log.isAlive()).isTrue();
    open.close();
  }

  @Test
  void anEventIsPublishedOnceEvenIfItIsHandedInTwice() throws Exception {
    var open = new OpenLog(folder);
    // Given
    open.append("s", "A", 1);
    AcceptedEvent event = open.log.take();
    // When
    open.publish(event);
    open.publish(event);
    // Then
    assertThat(appended(open.log.append(open.event("s", "B", "")))).isEqualTo(Appended.LOGGED);
    open.publish(1);
    open.awaitPublished(2);
    assertThat(open.all(0, Lanes.ALL)).hasSize(2);
    open.close();
  }

  @Test
  void aStateThatCannotBeToldDelaysTheDiskOnly() throws Exception {
    var open = new OpenLog(folder);
    // Given
    var broken = new AtomicBoolean(true);
    open.log.onRecovery(
        () -> {
          if (broken.get()) {
            fail();
          }
          return Map.of();
        });
    try (var _ = FailingDisk.under(open, folder)) {
      open.publish(1);
    }
    // When
    await().pollDelay(Duration.ofSeconds(2)).atMost(SOON).until(() -> true);
    assertThat(appended(open.log.append(open.event("s", "A", "")))).isEqualTo(Appended.UNLOGGED);
    broken.set(false);
    // Then
    await().atMost(SOON).until(open.log::isWritable);
    assertThat(appended(open.log.append(open.event("s", "B", "")))).isEqualTo(Appended.LOGGED);
    open.close();
  }

  private static void fail() {
    throw new IllegalStateException("on purpose");
  }
}
