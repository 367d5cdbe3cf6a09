package dev.evenkeel.server.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.server.query.EventQuery.Filter;
import dev.evenkeel.server.query.EventQuery.Order;
import dev.evenkeel.server.text.Deadline;
import dev.evenkeel.server.text.IndexLimits;
import dev.evenkeel.server.text.TextIndex;
import dev.evenkeel.server.text.TextQuery;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextPagesTest {

  private static final int PAGE_BYTES = 1 << 20;
  private static final Duration LONG = Duration.ofSeconds(60);

  private RunningLog running;
  private TextIndex index;
  private TextPages pages;

  @BeforeEach
  void open(@TempDir Path dir) throws Exception {
    running = new RunningLog(dir);
    index =
        new TextIndex(
            dir.resolve("text-index.db"), new IndexLimits(64 << 20, 30, 64 << 20), running.log);
    index.start();
    pages = new TextPages(running.log, index, PAGE_BYTES, LONG);
    await()
        .ignoreExceptionsInstanceOf(TextIndex.NotReadyException.class)
        .until(() -> page(pages, after(0, Filter.ALL, "ready", 1)).events().isEmpty());
  }

  @AfterEach
  void close() {
    index.close();
    running.close();
  }

  private void awaitIndexed() {
    running.awaitAllPublished();
    await().until(() -> index.upTo() >= running.log.newest());
  }

  private static EventQuery after(long id, Filter filter, String text, int limit) {
    return new EventQuery(Order.OLDEST_FIRST, id, filter, TextQuery.of(text), limit);
  }

  private static EventQuery before(long id, Filter filter, String text, int limit) {
    return new EventQuery(Order.NEWEST_FIRST, id, filter, TextQuery.of(text), limit);
  }

  private static EventPage page(TextPages pages, EventQuery query) throws Exception {
    return pages.page(query, query.text());
  }

  /** Reads on as the documentation says: until a page is empty and its place is the old one. */
  private static List<String> readOn(TextPages pages, Filter filter, String text, int limit)
      throws Exception {
    var details = new ArrayList<String>();
    long after = 0;
    while (true) {
      EventPage page = page(pages, after(after, filter, text, limit));
      assertThat(page.events()).hasSizeLessThanOrEqualTo(limit);
      RunningLog.parse(page).forEach(each -> details.add(detail(each)));
      if (page.events().isEmpty() && page.next() == after) {
        return details;
      }
      after = page.next();
    }
  }

  private static List<String> readBack(TextPages pages, Filter filter, String text, int limit)
      throws Exception {
    var details = new ArrayList<String>();
    Long before = Long.MAX_VALUE;
    while (before != null) {
      EventPage page = page(pages, before(before, filter, text, limit));
      assertThat(page.events()).hasSizeLessThanOrEqualTo(limit);
      RunningLog.parse(page).forEach(each -> details.add(detail(each)));
      before = page.next();
    }
    return details;
  }

  private static String detail(JsonNode event) {
    return event.at("/data/detail").asText();
  }

  private List<String> post(int count) throws Exception {
    var phrases = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      String detail = (i % 3 == 0 ? "open the door " : "the door is open ") + "number" + i;
      running.post("codex", "s", i % 2 == 0 ? "PreToolUse" : "PostToolUse", detail);
      if (i % 3 == 0) {
        phrases.add(detail);
      }
    }
    awaitIndexed();
    return phrases;
  }

  @Test
  void pagesGoOnWithoutAGapInBothDirections() throws Exception {
    List<String> phrases = post(200);
    for (int limit : List.of(1, 7, 67, 1000)) {
      assertThat(readOn(pages, Filter.ALL, "\"open the door\"", limit)).isEqualTo(phrases);
      assertThat(readBack(pages, Filter.ALL, "\"open the door\"", limit).reversed())
          .isEqualTo(phrases);
      assertThat(readOn(pages, Filter.ALL, "door open", limit))
          .hasSize(200)
          .doesNotHaveDuplicates();
      assertThat(readBack(pages, Filter.ALL, "door ope*", limit))
          .hasSize(200)
          .doesNotHaveDuplicates();
    }
    Filter one = new Filter("s", "codex", "PostToolUse", null);
    List<String> odd = readOn(pages, one, "\"open the door\"", 5);
    assertThat(odd).hasSize(33).isSubsetOf(phrases);
    assertThat(readBack(pages, one, "\"open the door\"", 5).reversed()).isEqualTo(odd);
  }

  @Test
  void whoReadsOnMissesNothingThatIsNotIndexedYet() throws Exception {
    var seen = new ArrayList<String>();
    long after = 0;
    for (int i = 0; i < 60; i++) {
      running.post("codex", "s", "PreToolUse", "needle number" + i);
      EventPage page = page(pages, after(after, Filter.ALL, "needle", 3));
      RunningLog.parse(page).forEach(each -> seen.add(detail(each)));
      after = page.next();
    }
    awaitIndexed();
    while (seen.size() < 60) {
      EventPage page = page(pages, after(after, Filter.ALL, "needle", 3));
      assertThat(page.events()).isNotEmpty();
      RunningLog.parse(page).forEach(each -> seen.add(detail(each)));
      after = page.next();
    }
    assertThat(seen).hasSize(60).doesNotHaveDuplicates();
  }

  @Test
  void theEndIsToldAndAPageIsNotTooLarge() throws Exception {
    for (int i = 0; i < 6; i++) {
      running.post("codex", "s", "PreToolUse", "needle " + "x".repeat(i == 2 ? 30_000 : 4_000));
    }
    awaitIndexed();
    var small = new TextPages(running.log, index, 10_000, LONG);
    var sizes = new ArrayList<Integer>();
    Long before = Long.MAX_VALUE;
    while (before != null) {
      EventPage page = page(small, before(before, Filter.ALL, "needle", 1000));
      sizes.add(page.events().size());
      before = page.next();
    }
    assertThat(sizes).containsExactly(2, 1, 1, 2);
    assertThat(page(pages, before(Long.MAX_VALUE, Filter.ALL, "needle", 6)).next()).isNull();
    assertThat(page(pages, before(Long.MAX_VALUE, Filter.ALL, "needle", 5)).next()).isNotNull();
    EventPage nothing = page(pages, after(0, Filter.ALL, "missing", 5));
    assertThat(nothing.events()).isEmpty();
    assertThat(nothing.next()).isEqualTo(running.log.newest());
  }

  @Test
  void aSearchThatEndsAtItsDeadlineGoesOnFromThere() throws Exception {
    List<String> phrases = post(200);
    // A clock that goes on by a millisecond whenever somebody looks
    var time = new AtomicLong();
    var hurried =
        new TextPages(
            running.log,
            index,
            PAGE_BYTES,
            () -> Deadline.in(Duration.ofMillis(40), () -> time.addAndGet(1_000_000)));
    assertThat(page(hurried, after(0, Filter.ALL, "\"open the door\"", 1000)).events())
        .hasSizeBetween(1, 30);
    assertThat(readOn(hurried, Filter.ALL, "\"open the door\"", 1000)).isEqualTo(phrases);
    assertThat(readBack(hurried, Filter.ALL, "\"open the door\"", 1000).reversed())
        .isEqualTo(phrases);
    assertThat(readBack(hurried, Filter.ALL, "\"the open\"", 1000)).isEmpty();
  }

  @Test
  void aSearchThatComesToNothingBeforeItsDeadlineIsAnError() throws Exception {
    post(10);
    var late = new TextPages(running.log, index, PAGE_BYTES, Duration.ZERO);
    assertThatThrownBy(() -> page(late, before(Long.MAX_VALUE, Filter.ALL, "door", 5)))
        .satisfiesAnyOf(
            e -> assertThat(e).isInstanceOf(TextPages.TooSlowException.class),
            e -> assertThat(e).isInstanceOf(TextIndex.NotReadyException.class));
  }

  @Test
  void aReaderIsToldHowManyEventsRetentionTookAndFindsNoneOfThem() throws Exception {
    post(30);
    running.clock.advance(RunningLog.MAX_AGE.plus(Duration.ofHours(1)));
    for (int i = 0; i < 5; i++) {
      running.post("codex", "new", "PreToolUse", "a new door");
    }
    awaitIndexed();
    await().until(() -> running.log.status().removed() == 30);
    EventPage page = page(pages, after(0, Filter.ALL, "door", 100));
    assertThat(page.events()).hasSize(5);
    assertThat(page.missed()).isEqualTo(30);
    assertThat(page(pages, after(page.next(), Filter.ALL, "door", 100)).missed()).isZero();
  }
}
