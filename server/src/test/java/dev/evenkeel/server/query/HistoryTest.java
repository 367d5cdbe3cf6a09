package dev.evenkeel.server.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.evenkeel.server.log.EventId;
import dev.evenkeel.server.log.EventType;
import dev.evenkeel.server.query.EventQuery.Filter;
import dev.evenkeel.server.query.EventQuery.Order;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HistoryTest {

  private static final int PAGE_BYTES = 1 << 20;

  /** So small that a few hundred events are many slices. */
  private static final int SLICE = 7;

  private RunningLog running;
  private History history;

  @BeforeEach
  void open(@TempDir Path dir) throws Exception {
    running = new RunningLog(dir);
    history = new History(running.log, PAGE_BYTES, SLICE);
  }

  @AfterEach
  void close() {
    running.close();
  }

  private static EventQuery after(long id, Filter filter, int limit) {
    return new EventQuery(Order.OLDEST_FIRST, id, filter, limit);
  }

  private static EventQuery before(long id, Filter filter, int limit) {
    return new EventQuery(Order.NEWEST_FIRST, id, filter, limit);
  }

  private static String idOf(JsonNode event) {
    return event.get("id").textValue();
  }

  /** Agents, sessions and names in a random mixture, which is always the same. */
  private void postMixture(int count) throws Exception {
    var random = new Random(42);
    List<String> sources = List.of("claude-code", "claude-code", "codex");
    List<String> names = List.of("PreToolUse", "PostToolUse", "Stop", "UserPromptSubmit");
    for (int i = 0; i < count; i++) {
      running.post(
          sources.get(random.nextInt(3)),
          "s" + random.nextInt(5),
          names.get(random.nextInt(names.size())));
      if (i % 40 == 20) {
        running.publishServerEvent("memory_alert");
      }
    }
    running.awaitAllPublished();
  }

  private List<JsonNode> readOn(Filter filter, int limit) throws Exception {
    var events = new ArrayList<JsonNode>();
    long after = 0;
    while (true) {
      EventPage page = history.page(after(after, filter, limit));
      Long next = page.next();
      assertThat(next).as("whoever reads on is always told where").isNotNull();
      if (page.events().isEmpty()) {
        return events;
      }
      events.addAll(RunningLog.parse(page));
      after = next;
    }
  }

  private List<JsonNode> readBack(Filter filter, int limit) throws Exception {
    var events = new ArrayList<JsonNode>();
    Long before = Long.MAX_VALUE;
    while (before != null) {
      EventPage page = history.page(before(before, filter, limit));
      assertThat(page.events()).as("there is more only where there is").isNotEmpty();
      events.addAll(RunningLog.parse(page));
      before = page.next();
    }
    return events;
  }

  @Test
  void whoReadsOnMeetsEachEventOnceWhileNewOnesCome() throws Exception {
    postMixture(120);

    var ids = new ArrayList<String>();
    long after = 0;
    for (int pages = 0; pages < 12; pages++) {
      EventPage page = history.page(after(after, Filter.ALL, 20));
      RunningLog.parse(page).forEach(event -> ids.add(idOf(event)));
      after = page.next();
      running.post("claude-code", "new", "Notification");
    }
    long published = running.awaitAllPublished();
    EventPage rest = history.page(after(after, Filter.ALL, 1000));
    RunningLog.parse(rest).forEach(event -> ids.add(idOf(event)));

    assertThat(ids).isSorted().doesNotHaveDuplicates().hasSize((int) published);
  }

  @Test
  void whoReadsOnWithAFilterMissesNothingThatComesMeanwhile() throws Exception {
    postMixture(60);
    var filter = new Filter(null, null, "Notification", null);

    var details = new ArrayList<String>();
    long after = 0;
    for (int i = 0; i < 50; i++) {
      running.post("claude-code", "new", "Notification", "number " + i);
      EventPage page = history.page(after(after, filter, 2));
      RunningLog.parse(page).forEach(event -> details.add(event.at("/data/detail").textValue()));
      after = page.next();
    }
    running.awaitAllPublished();
    for (int i = 0; i < 50; i++) {
      EventPage page = history.page(after(after, filter, 2));
      RunningLog.parse(page).forEach(event -> details.add(event.at("/data/detail").textValue()));
      after = page.next();
    }

    assertThat(details)
        .containsExactlyElementsOf(
            Stream.iterate(0, i -> i + 1).limit(50).map(i -> "number " + i).toList());
  }

  @Test
  void whoReadsBackMeetsWhatWasThereWhenHeBegan() throws Exception {
    postMixture(120);
    List<String> there = readOn(Filter.ALL, 1000).stream().map(HistoryTest::idOf).toList();

    var ids = new ArrayList<String>();
    Long before = Long.MAX_VALUE;
    while (before != null) {
      EventPage page = history.page(before(before, Filter.ALL, 20));
      RunningLog.parse(page).forEach(event -> ids.add(idOf(event)));
      before = page.next();
      running.post("claude-code", "new", "Notification");
    }

    assertThat(ids.reversed()).isEqualTo(there);
  }

  static Stream<Filter> filters() {
    return Stream.of(
        Filter.ALL,
        new Filter("s1", null, null, null),
        new Filter("s1", "codex", null, null),
        new Filter("s1", null, "Stop", null),
        new Filter("s1", null, null, EventType.DERIVED),
        new Filter(null, "codex", null, null),
        new Filter(null, null, "PreToolUse", null),
        new Filter(null, null, "turn_done", null),
        new Filter(null, "codex", "PreToolUse", null),
        new Filter(null, null, null, EventType.HOOK),
        new Filter(null, null, null, EventType.DERIVED),
        new Filter(null, null, null, EventType.SERVER),
        new Filter(null, "codex", "PreToolUse", EventType.HOOK),
        new Filter("s1", "codex", "PreToolUse", EventType.HOOK));
  }

  private static Predicate<JsonNode> matches(Filter filter) {
    return event ->
        (filter.session() == null || filter.session().equals(event.get("session_id").textValue()))
            && (filter.source() == null || filter.source().equals(event.get("source").textValue()))
            && (filter.name() == null || filter.name().equals(event.get("event").textValue()))
            && (filter.type() == null
                || filter.type().text().equals(event.get("type").textValue()));
  }

  @ParameterizedTest
  @MethodSource("filters")
  void aFilterLetsThroughWhatMatchesInBothDirections(Filter filter) throws Exception {
    postMixture(200);
    List<JsonNode> wanted = readOn(Filter.ALL, 1000).stream().filter(matches(filter)).toList();
    assertThat(wanted).isNotEmpty();

    assertThat(readOn(filter, 4)).isEqualTo(wanted);
    assertThat(readBack(filter, 4).reversed()).isEqualTo(wanted);
    assertThat(readOn(filter, 1000)).isEqualTo(wanted);
    assertThat(readBack(filter, 1000).reversed()).isEqualTo(wanted);
  }

  @Test
  void nothingMatchesASessionThatNeverWas() throws Exception {
    postMixture(20);

    EventPage page = history.page(before(Long.MAX_VALUE, new Filter("x", null, null, null), 10));

    assertThat(page.events()).isEmpty();
    assertThat(page.next()).isNull();
  }

  @Test
  void theEndOfThePageIsTheEndWhenNothingIsLeft() throws Exception {
    for (int i = 0; i < 10; i++) {
      running.post("codex", "s", "PreToolUse");
    }
    running.awaitAllPublished();

    assertThat(history.page(before(Long.MAX_VALUE, Filter.ALL, 10)).next()).isNull();
    assertThat(history.page(before(Long.MAX_VALUE, Filter.ALL, 9)).next()).isNotNull();
  }

  @Test
  void aReaderIsToldHowManyEventsRetentionTook() throws Exception {
    for (int i = 0; i < 30; i++) {
      running.post("codex", "old", "PreToolUse");
    }
    running.awaitAllPublished();
    List<JsonNode> old = readOn(Filter.ALL, 1000);
    running.clock.advance(RunningLog.MAX_AGE.plus(Duration.ofHours(1)));
    for (int i = 0; i < 5; i++) {
      running.post("codex", "new", "PreToolUse");
    }
    running.awaitAllPublished();
    await().until(() -> running.log.status().removed() == 30);
    long tenth = EventId.parse(idOf(old.get(9)));
    var codex = new Filter(null, "codex", null, null);

    EventPage filteredFromTheStart = history.page(after(0, codex, 100));
    EventPage filteredFromTheTenth = history.page(after(tenth, codex, 100));
    EventPage ofOldSession = history.page(after(tenth, new Filter("old", null, null, null), 100));
    EventPage goneOn = history.page(after(filteredFromTheStart.next(), codex, 100));

    assertThat(filteredFromTheStart.events()).hasSize(5);
    assertThat(filteredFromTheStart.missed()).isEqualTo(30);
    assertThat(filteredFromTheTenth.missed()).isEqualTo(20);
    assertThat(ofOldSession.events()).isEmpty();
    assertThat(ofOldSession.missed()).isEqualTo(20);
    assertThat(goneOn.missed()).isZero();
  }

  @Test
  void aPageEndsBeforeItIsTooLargeAndOneLargerEventComesAlone() throws Exception {
    var small = new History(running.log, 10_000);
    for (int i = 0; i < 6; i++) {
      running.post("codex", "s", "PreToolUse", "x".repeat(i == 2 ? 30_000 : 4_000));
    }
    running.awaitAllPublished();

    for (Filter filter : List.of(Filter.ALL, new Filter("s", null, null, null))) {
      var sizes = new ArrayList<Integer>();
      long after = 0;
      while (true) {
        EventPage page = small.page(after(after, filter, 1000));
        if (page.events().isEmpty()) {
          break;
        }
        sizes.add(page.events().size());
        after = page.next();
      }
      assertThat(sizes).containsExactly(2, 1, 2, 1);
    }
    var sizesBack = new ArrayList<Integer>();
    Long before = Long.MAX_VALUE;
    while (before != null) {
      EventPage page = small.page(before(before, Filter.ALL, 1000));
      sizesBack.add(page.events().size());
      before = page.next();
    }
    assertThat(sizesBack).containsExactly(2, 1, 1, 2);
  }

  @Test
  void aPageIsOneObjectOfTheEventsAsTheyWerePublished() throws Exception {
    running.post("codex", "s", "PreToolUse", "Grüße \"quoted\" \u0001");
    running.post("codex", "s", "Stop");
    running.awaitAllPublished();

    EventPage page = history.page(after(0, Filter.ALL, 100));
    JsonNode json = new ObjectMapper().readTree(RunningLog.textOf(page));

    assertThat(json.fieldNames()).toIterable().containsExactly("events", "next", "missed");
    assertThat(json.get("events")).hasSize(3);
    assertThat(json.at("/events/0/data/detail").textValue()).isEqualTo("Grüße \"quoted\" \u0001");
    assertThat(json.at("/events/2/event").textValue()).isEqualTo("turn_done");
    assertThat(json.get("next").textValue()).isEqualTo(json.at("/events/2/id").textValue());
    assertThat(json.get("missed").longValue()).isZero();
    assertThat(RunningLog.textOf(new EventPage(List.of(), null, 0)))
        .isEqualTo("{\"events\":[],\"next\":null,\"missed\":0}");
  }

  private List<String> planOf(Filter filter, boolean ascending) throws Exception {
    var search = new EventSearch(filter, ascending, SLICE);
    return running
        .log
        .reader()
        .query(
            connection -> {
              var plan = new ArrayList<String>();
              String sql = "EXPLAIN QUERY PLAN " + search.sql(search.sessions(connection));
              try (var statement = connection.prepareStatement(sql);
                  var rows = statement.executeQuery()) {
                while (rows.next()) {
                  plan.add(rows.getString("detail"));
                }
              }
              return plan;
            });
  }

  @Test
  void whatDoesNotFitIsNotRead() throws Exception {
    // Given a large event between two small ones
    int large = PAGE_BYTES - 1000;
    running.post("codex", "s", "Stop");
    running.post("codex", "s", "PostToolUse", "x".repeat(large));
    running.post("codex", "s", "PreToolUse");
    running.awaitAllPublished();
    var small = new History(running.log, large / 2);
    long before = running.log.newest() + 1;
    History.Read _ = small.last(Filter.ALL, before, 10, large);
    var thread = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = thread.getCurrentThreadAllocatedBytes();
    // When
    History.Read full = small.last(Filter.ALL, before, 10, 2L * large);
    History.Read tooLarge = small.last(Filter.ALL, before, 10, large / 2);
    // Then
    assertThat(thread.getCurrentThreadAllocatedBytes() - allocated).isLessThan(large);
    assertThat(full.events()).hasSize(1);
    assertThat(full.tooLarge()).isZero();
    assertThat(tooLarge.events()).hasSize(3);
    assertThat(tooLarge.tooLarge()).isEqualTo(1);
  }

  @Test
  void eventsAreFoundInIndexesAndNeverSorted() throws Exception {
    postMixture(50);
    var plans = new HashSet<String>();
    for (boolean ascending : List.of(true, false)) {
      assertThat(planOf(new Filter("s1", "codex", null, null), ascending))
          .containsExactly(
              "SEARCH p USING COVERING INDEX published_session (session=? AND rowid>? AND rowid<?)");
      assertThat(planOf(new Filter("s1", "codex", "Stop", EventType.HOOK), ascending))
          .containsExactly(
              "SEARCH p USING INDEX published_session (session=? AND rowid>? AND rowid<?)");
      assertThat(planOf(new Filter(null, null, "Stop", null), ascending))
          .containsExactly(
              "SEARCH p USING COVERING INDEX published_event (event=? AND rowid>? AND rowid<?)");
      for (Filter filter :
          List.of(
              Filter.ALL,
              new Filter(null, "codex", null, null),
              new Filter(null, "codex", "Stop", null),
              new Filter(null, null, null, EventType.SERVER))) {
        plans.addAll(planOf(filter, ascending));
      }
    }
    assertThat(plans).noneMatch(step -> step.contains("TEMP B-TREE") || step.startsWith("SCAN"));
  }
}
