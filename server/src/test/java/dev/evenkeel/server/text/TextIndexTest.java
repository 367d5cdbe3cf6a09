package dev.evenkeel.server.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.evenkeel.extension.HookEvent;
import dev.evenkeel.server.log.AcceptedEvent;
import dev.evenkeel.server.log.EventType;
import dev.evenkeel.server.log.OpenLog;
import dev.evenkeel.server.log.Publication;
import dev.evenkeel.server.log.SqliteEventLog;
import dev.evenkeel.server.log.TestClock;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextIndexTest {

  private static final Path RECORDED = Path.of("..", "integration-tests", "events");
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path folder;

  private TextIndex index(OpenLog open, IndexLimits limits) {
    var index = new TextIndex(folder.resolve("text-index.db"), limits, open.log);
    open.log.countBeside(index::bytes);
    index.start();
    return index;
  }

  private TextIndex index(OpenLog open) {
    return index(open, IndexLimits.of(64 << 20));
  }

  /** So small that a few hundred events are many parts. */
  private static IndexLimits smallParts() {
    return new IndexLimits(64 << 20, 40, 64 << 20);
  }

  private static void awaitIndexed(OpenLog open, TextIndex index) {
    await().atMost(SOON).until(() -> index.upTo() >= open.log.newest());
  }

  private static Wanted wanted(String text) {
    return new Wanted(TextQuery.of(text), null, null, null, null);
  }

  private static List<Long> find(TextIndex index, Wanted wanted, boolean ascending)
      throws Exception {
    var ids = new ArrayList<Long>();
    long reached = ascending ? 0 : Long.MAX_VALUE;
    while (true) {
      TextIndex.Found found =
          index.find(
              wanted,
              ascending ? reached : 0,
              ascending ? Long.MAX_VALUE : reached,
              ascending,
              7,
              Deadline.in(SOON));
      ids.addAll(found.ids());
      if (found.complete()) {
        return ids;
      }
      reached = found.reached();
    }
  }

  private static List<Long> find(TextIndex index, String text) throws Exception {
    return find(index, wanted(text), true);
  }

  private static void publish(OpenLog open, String agent, String json) throws Exception {
    open.log.append(HookEvent.read(agent, json, open.clock.instant())).join();
    open.publish(1);
  }

  private static void publishRecorded(OpenLog open) throws Exception {
    int count = 0;
    try (var files = Files.newDirectoryStream(RECORDED, "*.jsonl")) {
      var sorted = new ArrayList<Path>();
      files.forEach(sorted::add);
      sorted.sort(Comparator.naturalOrder());
      for (Path file : sorted) {
        String agent = file.getFileName().toString().startsWith("claude") ? "claude-code" : "other";
        var answers = new ArrayList<CompletableFuture<?>>();
        for (String line : Files.readAllLines(file)) {
          answers.add(open.log.append(HookEvent.read(agent, line, open.clock.instant())));
        }
        answers.forEach(CompletableFuture::join);
        open.publish(answers.size());
        count += answers.size();
      }
    }
    assertThat(count).isGreaterThan(1_000);
    open.awaitPublished(count);
  }

  private static void texts(JsonNode node, List<String> to) {
    if (node.isTextual()) {
      to.add(node.textValue());
    }
    node.forEach(each -> texts(each, to));
  }

  @Test
  void everyWordOfTheRecordedEventsIsFoundWhereItIsAndNowhereElse() throws Exception {
    try (var open = new OpenLog(folder);
        var index = index(open, smallParts())) {
      publishRecorded(open);
      awaitIndexed(open, index);
      // Given where each word is, found in another way
      var where = new HashMap<String, TreeSet<Long>>();
      for (var event : open.log.reader().query(HistoryOf::everything)) {
        var texts = new ArrayList<String>();
        texts(OpenLog.read(event.json()).get("data"), texts);
        for (String text : texts) {
          for (String word : text.toLowerCase(Locale.ROOT).split("[^a-z0-9]+", -1)) {
            if (text.chars().allMatch(c -> c < 0x80) && !word.isEmpty() && word.length() <= 64) {
              where.computeIfAbsent(word, w -> new TreeSet<>()).add(event.id());
            }
          }
        }
      }
      assertThat(where).hasSizeGreaterThan(2_000);
      // When, then
      var words = new ArrayList<>(new TreeSet<>(where.keySet()));
      Collections.shuffle(words, new Random(7));
      for (String word : words.subList(0, 150)) {
        List<Long> found = find(index, wanted(word), true);
        assertThat(found).as(word).isSorted().doesNotHaveDuplicates().containsAll(where.get(word));
        assertThat(find(index, wanted(word), false).reversed()).isEqualTo(found);
        // What is found besides has the word in a text that is not only ASCII.
        for (long id : new HashSet<>(found)) {
          if (!where.get(word).contains(id)) {
            assertThat(
                    new String(HistoryOf.event(open.log, id).json(), UTF_8)
                        .toLowerCase(Locale.ROOT))
                .contains(word);
          }
        }
      }
      assertThat(find(index, "zzyzx")).isEmpty();
    }
  }

  @Test
  void aWordAndEveryFilterTogetherFindWhatHasBoth() throws Exception {
    try (var open = new OpenLog(folder);
        var index = index(open, smallParts())) {
      var random = new Random(3);
      record Made(String agent, String session, String name, String word) {}
      var made = new ArrayList<Made>();
      for (int i = 0; i < 400; i++) {
        var each =
            new Made(
                "agent" + random.nextInt(2),
                random.nextInt(9) == 0 ? "" : "s \"' * " + random.nextInt(4),
                random.nextBoolean() ? "Stop" : "PreToolUse",
                random.nextInt(3) == 0 ? "needle" : "hay");
        made.add(each);
        publish(
            open,
            each.agent(),
            OpenLog.JSON.writeValueAsString(
                Map.of(
                    "session_id", each.session(),
                    "hook_event_name", each.name(),
                    "text", "one " + each.word() + " more")));
      }
      open.log.publishServerEvent("memory_alert", SqliteEventLog.data().put("why", "needle"));
      open.awaitPublished(401);
      awaitIndexed(open, index);
      List<Long> all = find(index, "one");
      assertThat(all).hasSize(400);
      var needle = TextQuery.of("needle");
      for (Made like : made.subList(0, 40)) {
        var wanted =
            new Wanted(
                needle,
                random.nextBoolean() ? like.session() : null,
                random.nextBoolean() ? like.agent() : null,
                random.nextBoolean() ? like.name() : null,
                EventType.HOOK);
        var expected = new ArrayList<Long>();
        for (int i = 0; i < made.size(); i++) {
          Made each = made.get(i);
          if (each.word().equals("needle")
              && (wanted.session() == null || wanted.session().equals(each.session()))
              && (wanted.source() == null || wanted.source().equals(each.agent()))
              && (wanted.name() == null || wanted.name().equals(each.name()))) {
            expected.add(all.get(i));
          }
        }
        assertThat(find(index, wanted, true)).as(wanted.toString()).isEqualTo(expected);
        assertThat(find(index, wanted, false).reversed()).isEqualTo(expected);
      }
      assertThat(find(index, new Wanted(needle, null, null, null, EventType.SERVER), true))
          .hasSize(1);
      assertThat(find(index, new Wanted(needle, "s", null, null, null), true)).isEmpty();
    }
  }

  @Test
  void attachmentsAndWhatWasDerivedAreFoundAndFieldNamesAreNot() throws Exception {
    try (var open = new OpenLog(folder);
        var index = index(open)) {
      open.log.append(open.event("s", "Stop", ",\"fieldname\":\"payloadword\"")).join();
      AcceptedEvent event = open.log.take();
      var derived =
          new Publication.Derived(
              EventType.DERIVED,
              event.event().session(),
              "noticed",
              SqliteEventLog.data().put("x", "Wörter 東京"));
      open.log.publish(
          Publication.of(
              event,
              Map.of("note", TextNode.valueOf("attached")),
              null,
              List.of(derived),
              List.of()),
          () -> {});
      open.awaitPublished(2);
      awaitIndexed(open, index);
      long hook = open.log.newest() - 1;
      assertThat(find(index, "payloadword")).containsExactly(hook);
      assertThat(find(index, "attached")).containsExactly(hook);
      assertThat(find(index, "worter")).containsExactly(hook + 1);
      assertThat(find(index, "京")).containsExactly(hook + 1);
      assertThat(find(index, "wör*")).containsExactly(hook + 1);
      assertThat(find(index, "fieldname")).isEmpty();
    }
  }

  @Test
  void whatWasThereBeforeTheIndexIsIndexedAndWhatComesMeanwhileToo() throws Exception {
    try (var open = new OpenLog(folder)) {
      open.append("old", "Stop", 3_000);
      open.publish(3_000);
      open.awaitPublished(3_000);
    }
    try (var open = new OpenLog(folder, later(), 64 << 20, 8 << 20, 64 << 20);
        var index = index(open)) {
      open.append("new", "Stop", 100);
      open.publish(100);
      open.awaitPublished(100);
      awaitIndexed(open, index);
      assertThat(find(index, "stop")).hasSize(3_100);
      assertThat(find(index, new Wanted(TextQuery.of("stop"), "old", null, null, null), true))
          .hasSize(3_000);
      assertThat(index.queue().size()).isZero();
    }
  }

  private static TestClock later() {
    var clock = new TestClock();
    clock.advance(Duration.ofHours(1));
    return clock;
  }

  @Test
  void afterARestartItGoesOnWhereItWas() throws Exception {
    for (int run = 0; run < 4; run++) {
      var clock = new TestClock();
      clock.advance(Duration.ofHours(run));
      try (var open = new OpenLog(folder, clock, 64 << 20, 8 << 20, 64 << 20);
          var index = index(open, smallParts())) {
        open.append("run" + run, "Stop", 90);
        open.publish(90);
        open.awaitPublished(90);
        if (run % 2 == 1) {
          awaitIndexed(open, index);
          assertThat(find(index, "stop")).hasSize(90 * (run + 1)).doesNotHaveDuplicates();
        }
      }
    }
  }

  @Test
  void whatRetentionTookLeavesTheIndexAndItsFileShrinks() throws Exception {
    try (var open = new OpenLog(folder, new TestClock(), 64 << 20, 1 << 20, 64 << 20);
        var index = index(open, new IndexLimits(64 << 20, 200, 64 << 20))) {
      // Given words that are all different: the index is as large as they are
      var random = new Random(5);
      for (int i = 0; i < 2_000; i++) {
        var text = new StringBuilder();
        for (int w = 0; w < 200; w++) {
          text.append(Long.toString(random.nextLong() & Long.MAX_VALUE, 36)).append(' ');
        }
        open.log.append(open.event("old", "Stop", ",\"x\":\"" + text + "\"")).join();
        open.publish(1);
      }
      open.awaitPublished(2_000);
      awaitIndexed(open, index);
      long full = index.queue().bytes();
      assertThat(full).isGreaterThan(4 << 20);
      assertThat(open.log.status().bytes())
          .as("it is counted as a part of the log")
          .isGreaterThanOrEqualTo(Files.size(folder.resolve("events.db")) + (4 << 20));
      // When
      open.clock.advance(Duration.ofDays(8));
      open.append("new", "Stop", 10);
      open.publish(10);
      // Then
      await().atMost(SOON).until(() -> index.queue().bytes() < full / 3);
      awaitIndexed(open, index);
      assertThat(find(index, "stop")).hasSize(10);
    }
  }

  @Test
  void theLogAndItsIndexTogetherStayWithinTheBytes() throws Exception {
    int bound = 16 << 20;
    var random = new Random(6);
    try (var open = new OpenLog(folder, new TestClock(), bound, 1 << 20, 64 << 20);
        var index = index(open, IndexLimits.of(bound))) {
      long most = 0;
      for (int i = 0; i < 3_000; i++) {
        var text = new StringBuilder();
        for (int w = 0; w < 500; w++) {
          text.append(Long.toString(random.nextLong() & Long.MAX_VALUE, 36)).append(' ');
        }
        open.log
            .append(open.event("s", "Stop", ",\"n\":\"n" + i + "\",\"x\":\"" + text + "\""))
            .join();
        open.publish(1);
        if (i % 50 == 0) {
          long own =
              index.queue().bytes()
                  + Files.size(folder.resolve("events.db"))
                  + Files.size(folder.resolve("events.db-wal"));
          most = Math.max(most, own);
        }
      }
      open.awaitPublished(3_000);
      awaitIndexed(open, index);
      assertThat(most).isBetween(8L << 20, (long) bound);
      assertThat(find(index, "n2999")).hasSize(1);
      long kept = open.log.status().events();
      await()
          .atMost(SOON)
          .untilAsserted(
              () -> assertThat(find(index, "stop").size()).isBetween(1, (int) (kept * 1.2)));
    }
  }

  @Test
  void aDamagedIndexIsBuiltAnewAndTheLogIsLeftAlone() throws Exception {
    for (long damageAt : List.of(0L, 4096L, -1L)) {
      Path file = folder.resolve("text-index.db");
      var clock = later();
      long newest;
      try (var open = new OpenLog(folder, clock, 64 << 20, 8 << 20, 64 << 20);
          var index = index(open, smallParts())) {
        open.append("s", "Stop", 300);
        open.publish(300);
        open.awaitPublished(300);
        awaitIndexed(open, index);
        newest = open.log.newest();
      }
      // When
      if (damageAt < 0) {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
            var statement = connection.createStatement()) {
          statement.execute("UPDATE words_2_data SET block = randomblob(60)");
        }
      } else {
        try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
          byte[] noise = new byte[(int) (bytes.length() - damageAt)];
          new Random(1).nextBytes(noise);
          bytes.seek(damageAt);
          bytes.write(noise);
        }
      }
      // Then
      try (var open = new OpenLog(folder, clock, 64 << 20, 8 << 20, 64 << 20);
          var index = index(open, smallParts())) {
        await().atMost(SOON).until(() -> findsAll(open, index));
        assertThat(find(index, "stop")).contains(newest);
      }
    }
  }

  /** A search that meets the damage is told to come again. */
  private static boolean findsAll(OpenLog open, TextIndex index) throws Exception {
    try {
      return find(index, "stop").size() == open.log.status().events();
    } catch (TextIndex.NotReadyException e) {
      assertThat(e).message().containsAnyOf("opened", "built", "damaged");
      return false;
    }
  }

  @Test
  void anIndexOfAnotherFormatOrOfAnotherLogIsBuiltAnew() throws Exception {
    Path file = folder.resolve("text-index.db");
    try (var open = new OpenLog(folder);
        var index = index(open)) {
      open.append("s", "Stop", 20);
      open.publish(20);
      open.awaitPublished(20);
      awaitIndexed(open, index);
    }
    for (String change :
        List.of("PRAGMA user_version = 99", "UPDATE place SET up_to = 9000000000000000")) {
      try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
          var statement = connection.createStatement()) {
        statement.execute(change);
      }
      try (var open = new OpenLog(folder);
          var index = index(open)) {
        await().atMost(SOON).until(() -> findsAll(open, index));
      }
    }
  }

  @Test
  void aSearchIsInterruptedAtItsDeadline() throws Exception {
    try (var connection = DriverManager.getConnection("jdbc:sqlite::memory:")) {
      var deadline = Deadline.in(Duration.ofMillis(20));
      try (var _ = deadline.guard(connection);
          var statement = connection.createStatement()) {
        assertThatThrownBy(
                () ->
                    statement.executeQuery(
                        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                            + " SELECT count(*) FROM n"))
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(IndexFile.isInterrupt(e)).isTrue());
      }
      assertThat(deadline.isOver()).isTrue();
      try (var statement = connection.createStatement();
          var row = statement.executeQuery("SELECT 7")) {
        assertThat(row.getInt(1)).as("the connection is good afterwards").isEqualTo(7);
      }
    }
  }

  /** Whatever it does at its deadline: the list of parts is read by statements of their own. */
  @Test
  void aSearchThatIsInterruptedAnywhereHasWhatItFoundUntilThen() throws Exception {
    try (var open = new OpenLog(folder);
        var index = index(open, smallParts())) {
      publishRecorded(open);
      awaitIndexed(open, index);
      Wanted everywhere = wanted("claude");
      int ended = 0;
      for (int micros = 0; micros < 3000; micros++) {
        TextIndex.Found found =
            index.find(
                everywhere,
                0,
                Long.MAX_VALUE,
                true,
                Integer.MAX_VALUE,
                Deadline.in(Duration.ofNanos(micros * 1000L)));
        ended += found.complete() ? 0 : 1;
      }
      assertThat(ended).as("searches that their deadline ended").isPositive();
    }
  }

  @Test
  void anIndexThatCannotBeWrittenHarmsNobodyAndCatchesUp() throws Exception {
    Path blocked = Files.createDirectory(folder.resolve("blocked"));
    try (var open = new OpenLog(folder)) {
      // Given a folder in the place of the file
      Path file = blocked.resolve("text-index.db");
      Files.createDirectory(file);
      Files.createFile(file.resolve("in-the-way"));
      var index = new TextIndex(file, smallParts(), open.log);
      index.start();
      // When
      open.append("s", "Stop", 50);
      open.publish(50);
      open.awaitPublished(50);
      // Then
      assertThatThrownBy(() -> find(index, "stop"))
          .isInstanceOf(TextIndex.NotReadyException.class)
          .hasMessageContaining("being opened");
      Files.delete(file.resolve("in-the-way"));
      Files.delete(file);
      await().atMost(SOON).until(() -> findsAll(open, index));
      index.close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      classes = {IllegalStateException.class, StackOverflowError.class, NoClassDefFoundError.class})
  void aRoundThatFailsDoesNotEndTheRounds(Class<? extends Throwable> failure) throws Exception {
    try (var open = new OpenLog(folder);
        var index =
            new TextIndex(folder.resolve("text-index.db"), IndexLimits.of(64 << 20), open.log)) {
      // Given
      var failed = new CompletableFuture<Thread>();
      Throwable toThrow = failure.getConstructor().newInstance();
      open.log.countBeside(
          () -> {
            // The writer asks, too
            if (Thread.currentThread().getName().equals("text-index")
                && failed.complete(Thread.currentThread())) {
              throwUnchecked(toThrow);
            }
            return 0;
          });
      publish(open, "other", "{\"session_id\":\"s1\",\"text\":\"found afterwards\"}");
      // When
      index.start();
      Thread indexer = failed.get(SOON.toSeconds(), TimeUnit.SECONDS);
      // Then it is tried again: in a few seconds, or when it is woken
      await()
          .atMost(SOON)
          .until(
              () -> {
                LockSupport.unpark(indexer);
                return index.upTo() > 0 && index.upTo() >= open.log.newest();
              });
      assertThat(find(index, "afterwards")).hasSize(1);
    }
  }

  private static void throwUnchecked(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) failure;
  }
}
