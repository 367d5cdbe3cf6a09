package dev.evenkeel.server.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.evenkeel.extension.Session;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class SqliteEventLogTest {

  @TempDir Path folder;

  private static ObjectNode data(String field, String value) {
    return JsonNodeFactory.instance.objectNode().put(field, value);
  }

  @Test
  void anEventIsPublishedWithItsAttachmentsAndWhatWasDerivedFromIt() throws Exception {
    try (var open = new OpenLog(folder)) {
      // Given
      open.log.append(open.event("s", "PreToolUse", ",\"tool_use_id\":\"t\",\"n\":1.50")).join();
      AcceptedEvent event = open.log.take();
      var attached = new LinkedHashMap<String, JsonNode>();
      attached.put("outcome", TextNode.valueOf("fine"));
      attached.put("count", IntNode.valueOf(2));
      var derived =
          new Publication.Derived(
              EventType.DERIVED, event.event().session(), "noticed", data("what", "é\ud800"));
      // When
      open.log.publish(
          Publication.of(event, attached, null, List.of(derived), List.of()), () -> {});
      open.awaitPublished(2);
      // Then
      List<JsonNode> fromMemory = open.all(0, Lanes.ALL);
      JsonNode hook = fromMemory.get(0);
      assertThat(hook.get("type").asText()).isEqualTo("hook");
      assertThat(hook.get("subtype").asText()).isEqualTo("pre_tool");
      assertThat(hook.get("correlation_id").asText()).isEqualTo("t");
      assertThat(hook.get("timestamp").asText()).isEqualTo("2026-11-22T10:00:00.000Z");
      assertThat(hook.get("data").get("outcome").asText()).isEqualTo("fine");
      assertThat(hook.get("data").get("count").asInt()).isEqualTo(2);
      assertThat(fromMemory.get(1).get("cause")).isEqualTo(hook.get("id"));
      assertThat(fromMemory.get(1).get("data").get("what").asText()).isEqualTo("é\ud800");
      String text =
          new String(open.log.after(0, Lanes.ALL, 1, 1 << 20).events().getFirst().json(), UTF_8);
      assertThat(text).contains("\"n\":1.50,\"outcome\":\"fine\"");
    }
    try (var again = new OpenLog(folder)) {
      assertThat(again.all(0, Lanes.ALL)).hasSize(2);
    }
  }

  @Test
  void diskAndMemoryGiveTheSameBytes() throws Exception {
    List<String> fromMemory;
    try (var open = new OpenLog(folder)) {
      open.log.append(open.event("s", "A", ",\"cwd\":\"/w\\u00e9\",\"x\":\"\\ud83d\"")).join();
      AcceptedEvent event = open.log.take();
      open.log.publish(
          Publication.of(
              event,
              Map.of("a", TextNode.valueOf("b")),
              null,
              List.of(
                  new Publication.Derived(
                      EventType.DERIVED,
                      new Session("claude-code", "other"),
                      "d",
                      data("tool_use_id", "t"))),
              List.of()),
          () -> {});
      open.log.publishServerEvent("s", data("x", "y"));
      open.awaitPublished(3);
      fromMemory = texts(open);
      assertThat(fromMemory).hasSize(3);
    }
    try (var again = new OpenLog(folder)) {
      assertThat(texts(again)).isEqualTo(fromMemory);
    }
  }

  private static List<String> texts(OpenLog open) {
    return open.log.after(0, Lanes.ALL, 100, 1 << 20).events().stream()
        .map(event -> new String(event.json(), UTF_8))
        .toList();
  }

  @Test
  void whatWasAcceptedAndNotPublishedIsHandedOutAgainAfterARestart() throws Exception {
    try (var open = new OpenLog(folder)) {
      open.append("s", "A", 10);
      var taken = new ArrayList<AcceptedEvent>();
      for (int i = 0; i < 6; i++) {
        taken.add(open.log.take());
      }
      // Sessions overtake each other: the first and the third stay open.
      for (int i : List.of(1, 3, 4, 5)) {
        open.publish(taken.get(i));
      }
      open.awaitPublished(4);
    }
    try (var again = new OpenLog(folder)) {
      var rest = new ArrayList<Integer>();
      for (int i = 0; i < 6; i++) {
        AcceptedEvent event = again.log.take();
        rest.add(event.event().at("n").asInt());
        again.publish(event);
      }
      assertThat(rest).containsExactly(0, 2, 6, 7, 8, 9);
      again.awaitPublished(6);
      assertThat(again.all(0, Lanes.ALL)).hasSize(10);
    }
    try (var third = new OpenLog(folder)) {
      third.append("s", "B", 1);
      assertThat(third.log.take().event().name()).isEqualTo("B");
    }
  }

  @Test
  @Timeout(60)
  void whatAnOlderVersionTookIsHandedOutWhateverIsTakenNow() throws Exception {
    // Given an event that waits, whose payload has an id that is too long
    try (var open = new OpenLog(folder)) {
      open.append("s", "A", 2);
    }
    String payload = "{\"session_id\":\"" + "s".repeat(513) + "\",\"tool_name\":\"Bash\"}";
    try (var connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("events.db"));
        var update =
            connection.prepareStatement(
                "UPDATE accepted SET payload = ? WHERE seq = (SELECT min(seq) FROM accepted)")) {
      update.setBytes(1, payload.getBytes(UTF_8));
      assertThat(update.executeUpdate()).isEqualTo(1);
    }
    try (var open = new OpenLog(folder)) {
      open.append("s", "New", 1);
      // When
      AcceptedEvent event = open.log.take();
      // Then
      assertThat(event.event().name()).isEqualTo("A");
      assertThat(event.event().session().id()).isEqualTo("s");
      assertThat(event.event().json()).isEqualTo(payload);
      assertThat(open.log.damage()).isNull();
      open.publish(event);
      open.publish(2);
      open.awaitPublished(3);
    }
    assertThat(folder.resolve("events.db.damaged")).doesNotExist();
  }

  @Test
  void aDroppedEventIsCountedAndNeverComesAgain() throws Exception {
    try (var open = new OpenLog(folder)) {
      open.append("s", "A", 2);
      open.log.publish(
          Publication.of(open.log.take(), Map.of(), "noise", List.of(), List.of()), () -> {});
      open.publish(1);
      open.awaitPublished(1);
      assertThat(open.log.status().dropped()).containsExactly(Map.entry("noise", 1L));
    }
    try (var again = new OpenLog(folder)) {
      assertThat(again.all(0, Lanes.ALL)).hasSize(1);
      again.append("s", "B", 1);
      assertThat(again.log.take().event().name()).isEqualTo("B");
    }
  }

  @Test
  void idsGrowOverRestartsAndAfterTheFileWasLost() throws Exception {
    long last;
    try (var open = new OpenLog(folder)) {
      open.append("s", "A", 3);
      open.publish(3);
      open.awaitPublished(3);
      last = open.log.newest();
    }
    try (var again = new OpenLog(folder)) {
      assertThat(again.log.newest()).isGreaterThanOrEqualTo(last);
    }
    for (String part : List.of("", "-wal", "-shm")) {
      Files.deleteIfExists(folder.resolve("events.db" + part));
    }
    var later = new TestClock();
    later.advance(Duration.ofSeconds(1));
    try (var fresh = new OpenLog(folder, later, 64 << 20, 1 << 20, 64 << 20)) {
      assertThat(fresh.log.newest()).isGreaterThan(last);
    }
  }

  @Test
  void theHandlerReadsFromDiskWhenMemoryHasNoRoomAndMissesNothing() throws Exception {
    try (var open = new OpenLog(folder, new TestClock(), 64 << 20, 64 << 10, 1 << 20)) {
      // Given more than a megabyte that nobody takes
      for (int i = 0; i < 40; i++) {
        open.log
            .append(open.event("s", "A", ",\"n\":" + i + ",\"x\":\"" + "y".repeat(50_000) + "\""))
            .join();
      }
      // When it is taken while more comes
      var order = new ArrayList<Integer>();
      for (int i = 0; i < 80; i++) {
        AcceptedEvent event = open.log.take();
        order.add(event.event().at("n").asInt());
        open.publish(event);
        if (i < 40) {
          open.log.append(open.event("s", "A", ",\"n\":" + (40 + i))).join();
        }
      }
      // Then
      assertThat(order).isEqualTo(IntStream.range(0, 80).boxed().toList());
      open.awaitPublished(80);
      assertThat(open.all(0, Lanes.ALL)).hasSize(80);
      assertThat(open.budget.used()).isLessThanOrEqualTo(open.budget.capacity());
    }
  }

  @Test
  void everyShareOfTheLanesReadsItsOwnAndAllTogetherReadEverything() throws Exception {
    try (var open = new OpenLog(folder, new TestClock(), 64 << 20, 16 << 10, 64 << 20)) {
      for (int i = 0; i < 300; i++) {
        open.log.append(open.event("s" + i % 20, "A", ",\"n\":" + i)).join();
      }
      open.publish(300);
      open.awaitPublished(300);
      int sum = 0;
      for (int slot = 0; slot < 3; slot++) {
        List<JsonNode> own = open.all(0, new Lanes(slot, 3));
        assertThat(own.stream().map(each -> each.get("id").asText()))
            .isSorted()
            .doesNotHaveDuplicates();
        sum += own.size();
      }
      assertThat(sum).isEqualTo(300);
    }
  }

  @Test
  void stateIsWrittenWithThePublicationAndAnOlderChangeNeverWins() throws Exception {
    try (var open = new OpenLog(folder)) {
      open.append("s", "A", 3);
      open.log.publish(publication(open, new StateChange("e/m", "\"k\"", "\"new\"", 5)), () -> {});
      open.log.publish(publication(open, new StateChange("e/m", "\"k\"", "\"old\"", 4)), () -> {});
      open.log.publish(publication(open, new StateChange("e/m", "\"gone\"", null, 7)), () -> {});
      open.log.publish(
          Publication.of(
              List.of(),
              List.of(new StateChange("e/m", "\"gone\"", "\"late\"", 6)),
              open.clock.instant()),
          () -> {});
      open.awaitPublished(3);
    }
    try (var again = new OpenLog(folder)) {
      assertThat(again.log.loadState("e/m"))
          .containsExactly(new StateChange("e/m", "\"k\"", "\"new\"", 5));
    }
  }

  private static Publication publication(OpenLog open, StateChange change) throws Exception {
    return Publication.of(open.log.take(), Map.of(), null, List.of(), List.of(change));
  }

  @Test
  void aReaderGoesOnWhereItWasAndANewOneBeginsWithWhatComesNext() throws Exception {
    var lanes = new Lanes(0, 1);
    long confirmed;
    try (var open = new OpenLog(folder)) {
      open.append("s", "A", 5);
      open.publish(5);
      open.awaitPublished(5);
      Positions.Position position = open.log.resume("target/x/0", lanes);
      assertThat(position.confirmed()).isEqualTo(open.log.newest());
      confirmed = open.log.newest();
      position.confirm(confirmed);
      position.note(7);
    }
    try (var again = new OpenLog(folder)) {
      again.append("s", "B", 2);
      again.publish(2);
      again.awaitPublished(2);
      assertThat(again.log.resume("target/x/0", lanes).confirmed()).isEqualTo(confirmed);
      assertThat(again.log.resume("target/x/0", lanes).note()).isEqualTo(7);
      assertThat(again.log.resume("target/x/1", new Lanes(1, 2)).confirmed()).isEqualTo(confirmed);
      assertThat(again.log.resume("target/x/1", new Lanes(1, 2)).note()).isEqualTo(7);
      assertThat(again.log.resume("target/y/0", lanes).confirmed()).isEqualTo(again.log.newest());
      assertThat(again.log.resume("target/y/0", lanes).note()).isZero();
    }
  }

  @Test
  void whatIsTooOldGoesAndALateReaderIsToldHowManyItMissed() throws Exception {
    try (var open = new OpenLog(folder, new TestClock(), 64 << 20, 1 << 20, 64 << 20)) {
      open.append("a", "A", 700);
      open.publish(700);
      open.awaitPublished(700);
      open.clock.advance(Duration.ofDays(8));
      open.append("b", "B", 5);
      open.publish(5);
      await().until(() -> open.log.status().removed() == 700);
    }
    try (var again = new OpenLog(folder)) {
      PublishedEvents.Page page = again.log.after(0, Lanes.ALL, 100, 1 << 20);
      assertThat(page.missed()).isEqualTo(700);
      assertThat(page.events()).hasSize(5);
      int lane = Lanes.of(new Session("claude-code", "a"));
      assertThat(again.log.after(0, new Lanes(lane, 256), 9, 1 << 20).missed()).isEqualTo(700);
      assertThat(again.log.after(0, new Lanes((lane + 1) % 256, 256), 9, 1 << 20).missed())
          .isZero();
      assertThat(again.log.status().events()).isEqualTo(5);
    }
  }

  @Test
  void aPageAfterAKnownPlaceCountsOnlyWhatCameBehindIt() throws Exception {
    try (var open = new OpenLog(folder, new TestClock(), 64 << 20, 1 << 20, 64 << 20)) {
      open.append("a", "A", 10);
      open.publish(10);
      open.awaitPublished(10);
      long third = open.log.after(0, Lanes.ALL, 3, 1 << 20).upTo();
      open.clock.advance(Duration.ofDays(8));
      await().until(() -> open.log.status().removed() == 10);
      open.close();
      try (var again = new OpenLog(folder)) {
        assertThat(again.log.after(third, Lanes.ALL, 9, 1 << 20).missed()).isEqualTo(7);
      }
    }
  }

  @Test
  void aDamagedFileIsSetAsideAndNothingIsDeleted() throws Exception {
    long last;
    try (var open = new OpenLog(folder)) {
      open.append("s", "A", 200);
      open.publish(200);
      open.awaitPublished(200);
      last = open.log.newest();
    }
    byte[] before;
    try (var file = new RandomAccessFile(folder.resolve("events.db").toFile(), "rw")) {
      file.seek(0);
      file.write("This is no database any more, alas".getBytes(UTF_8));
    }
    before = Files.readAllBytes(folder.resolve("events.db"));
    var later = new TestClock();
    later.advance(Duration.ofSeconds(1));
    try (var again = new OpenLog(folder, later, 64 << 20, 1 << 20, 64 << 20)) {
      try (var files = Files.list(folder)) {
        Path kept =
            files
                .filter(
                    each -> each.getFileName().toString().matches("events\\.db\\.damaged-.*\\d"))
                .findFirst()
                .orElseThrow();
        assertThat(Files.readAllBytes(kept)).isEqualTo(before);
      }
      again.append("s", "B", 1);
      again.publish(1);
      again.awaitPublished(1);
      assertThat(again.log.newest()).isGreaterThan(last);
    }
  }

  @Test
  void aFileOfANewerVersionIsRefusedWithWhatToDo() throws Exception {
    new OpenLog(folder).close();
    try (var connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("events.db"));
        var statement = connection.createStatement()) {
      statement.execute("PRAGMA user_version = 99");
    }
    assertThatThrownBy(() -> new OpenLog(folder))
        .isInstanceOf(LogRefusedException.class)
        .hasMessageContaining("newer Evenkeel")
        .hasMessageContaining("evenkeel.data-dir");
  }

  @Test
  void allMemoryIsGivenBack() throws Exception {
    var open = new OpenLog(folder);
    open.append("s", "A", 500);
    open.publish(250);
    open.awaitPublished(250);
    open.close();
    assertThat(open.budget.used()).isZero();
  }

  @Test
  void theFileStaysWithinItsBytesWhileItGoesRoundAndShrinksWhenTheBoundIsLowered()
      throws Exception {
    String text = "x".repeat(20_000);
    try (var open = new OpenLog(folder, new TestClock(), 64 << 20, 1 << 20, 32 << 20)) {
      for (int i = 0; i < 12_000; i++) {
        open.log.append(open.event("s" + i % 7, "A", ",\"x\":\"" + text + "\"")).join();
        open.publish(1);
        if (i % 500 == 0) {
          assertThat(open.log.status().bytes()).isLessThanOrEqualTo(64 << 20);
        }
      }
      open.awaitPublished(12_000);
      assertThat(open.log.status().removed()).isGreaterThan(8_000);
      assertThat(open.log.status().events()).isGreaterThan(1_500);
    }
    try (var smaller = new OpenLog(folder, new TestClock(), 16 << 20, 1 << 20, 32 << 20)) {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> Files.size(folder.resolve("events.db")) <= 16 << 20);
      assertThat(smaller.all(0, Lanes.ALL)).isNotEmpty();
    }
  }

  @Test
  void whatGuardsSaidIsKeptWithTheEventAndPublishedOnceRightAfterIt() throws Exception {
    // Given: it is kept with the event, and nobody has processed either
    ObjectNode no = SqliteEventLog.data().put("guard", "g").put("reason", "n\u00f6 \ud83d");
    ObjectNode more = SqliteEventLog.data().put("guard", "h").put("tool_use_id", "t");
    try (var open = new OpenLog(folder)) {
      open.log.append(open.event("s", "PreToolUse", ""), List.of(no, more)).join();
    }
    // When: another process takes it up
    try (var open = new OpenLog(folder)) {
      AcceptedEvent event = open.log.take();
      var derived =
          new Publication.Derived(
              EventType.DERIVED, event.event().session(), "own", SqliteEventLog.data());
      open.log.publish(
          Publication.of(event, Map.of(), null, List.of(derived), List.of()), () -> {});
      open.awaitPublished(4);
    }
    // Then
    try (var open = new OpenLog(folder)) {
      List<JsonNode> all = open.all(0, Lanes.ALL);
      assertThat(all)
          .extracting(each -> each.path("event").textValue() + ' ' + each.path("type").textValue())
          .containsExactly(
              "PreToolUse hook", "decision derived", "decision derived", "own derived");
      assertThat(all.subList(1, 4))
          .allSatisfy(each -> assertThat(each.path("cause")).isEqualTo(all.getFirst().path("id")));
      assertThat(all.get(1).path("data").path("reason").textValue()).isEqualTo("n\u00f6 \ud83d");
      assertThat(all.get(2).path("correlation_id").textValue()).isEqualTo("t");
    }
  }

  @Test
  void ofADroppedEventWhatGuardsSaidIsStillPublished() throws Exception {
    try (var open = new OpenLog(folder)) {
      // Given
      ObjectNode no = SqliteEventLog.data().put("guard", "g");
      open.log.append(open.event("s", "PreToolUse", ""), List.of(no)).join();
      // When
      open.log.publish(
          Publication.of(open.log.take(), Map.of(), "noise", List.of(), List.of()), () -> {});
      open.awaitPublished(1);
      // Then
      JsonNode only = open.all(0, Lanes.ALL).getFirst();
      assertThat(only.path("event").textValue()).isEqualTo("decision");
      assertThat(only.has("cause")).isFalse();
    }
  }

  @Test
  void theWriteAheadLogIsWrittenOverAgainAndAgainAndStaysWithinItsBytes() throws Exception {
    Path file = folder.resolve("events.db");
    Path ahead = folder.resolve("events.db-wal");
    try (var open = new OpenLog(folder)) {
      var config = new LogConfig(file, 64 << 20, Duration.ofDays(7), 1 << 20);
      String filler = ",\"x\":\"" + "y".repeat(1_000) + "\"";
      long longest = 0;
      // When
      while (Files.size(file) < 2 * config.checkpointBytes()) { // what checkpoints moved there
        open.log.append(open.event("s", "A", filler)).join();
        open.publish(1);
        longest = Math.max(longest, Files.size(ahead));
      }
      // Then
      assertThat(longest).isBetween(config.checkpointBytes(), config.walBytes());
      assertThat(Files.size(ahead))
          .as("is not cut below what is kept of it")
          .isGreaterThanOrEqualTo(Math.min(longest, config.keptWalBytes()));
    }
    assertThat(ahead).as("after the end").doesNotExist();
  }
}
