package dev.evenkeel.server.target;

import dev.evenkeel.extension.Session;
import dev.evenkeel.server.log.EventId;
import dev.evenkeel.server.log.Lanes;
import dev.evenkeel.server.log.Positions;
import dev.evenkeel.server.log.PublishedEvent;
import dev.evenkeel.server.log.PublishedEvents;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Published events and positions in memory, for tests. */
final class MemoryLog implements PublishedEvents, Positions, Backlog {

  private final ConcurrentSkipListMap<Long, PublishedEvent> events = new ConcurrentSkipListMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Map<String, Long> positions = new ConcurrentHashMap<>();
  private final Map<String, Integer> notes = new ConcurrentHashMap<>();

  /** As if the disk were read: so many events at once, of whatever lane; 0 for no disk. */
  volatile int readAtOnce = Integer.MAX_VALUE;

  /** Reading it throws. */
  volatile boolean broken;

  // Guarded by this
  private long newest = EventId.firstAt(1_700_000_000_000L);
  private final ConcurrentSkipListMap<Long, PublishedEvent> taken = new ConcurrentSkipListMap<>();

  /** Publishes an event of a session with this as its data, a JSON object. */
  synchronized String publish(String session, String data) {
    long id = ++newest;
    String text = EventId.text(id);
    String json =
        "{\"id\":\""
            + text
            + "\",\"type\":\"hook\",\"subtype\":\"pre_tool\",\"event\":\"PreToolUse\""
            + ",\"timestamp\":\"2026-01-01T00:00:00.000Z\",\"source\":\"claude-code\""
            + ",\"session_id\":\""
            + session
            + "\",\"cwd\":\"/tmp\",\"data\":"
            + data
            + "}";
    var owner = new Session("claude-code", session);
    var event =
        new PublishedEvent(
            id, Lanes.of(owner), "PreToolUse", owner, json.getBytes(StandardCharsets.UTF_8));
    events.put(id, event);
    listeners.forEach(Runnable::run);
    return text;
  }

  /** Publishes events of many sessions in turn. */
  List<String> publish(int count, int sessions) {
    var ids = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      ids.add(publish("session-" + i % sessions, "{\"number\":" + i + "}"));
    }
    return ids;
  }

  /** Retention takes all events so far. */
  synchronized void takeAll() {
    taken.putAll(events);
    events.clear();
  }

  @Override
  public Page after(long after, Lanes lanes, int maxEvents, int maxBytes) {
    if (broken) {
      throw new IllegalStateException("the log is broken");
    }
    long upTo;
    synchronized (this) {
      upTo = newest;
    }
    long missed =
        taken.tailMap(after, false).values().stream().filter(e -> lanes.include(e.lane())).count();
    if (readAtOnce == 0) {
      return new Page(List.of(), after, 0);
    }
    var page = new ArrayList<PublishedEvent>();
    long bytes = 0;
    int read = 0;
    for (PublishedEvent event : events.subMap(after, false, upTo, true).values()) {
      if (++read > readAtOnce) {
        return new Page(page, event.id() - 1, missed);
      }
      if (!lanes.include(event.lane())) {
        continue;
      }
      bytes += event.size();
      if (page.size() == maxEvents || (!page.isEmpty() && bytes > maxBytes)) {
        return new Page(page, page.getLast().id(), missed);
      }
      page.add(event);
    }
    return new Page(page, Math.max(after, upTo), missed);
  }

  @Override
  public synchronized long newest() {
    return newest;
  }

  @Override
  public long count(long after, Lanes lanes) {
    return events.tailMap(after, false).values().stream()
        .filter(e -> lanes.include(e.lane()))
        .count();
  }

  @Override
  public Subscription onPublished(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  int listeners() {
    return listeners.size();
  }

  @Override
  public Position resume(String reader, Lanes lanes) {
    positions.putIfAbsent(reader, newest());
    return new Position() {
      @Override
      public long confirmed() {
        return positions.get(reader);
      }

      @Override
      public void confirm(long id) {
        positions.merge(reader, id, Math::max);
      }

      @Override
      public int note() {
        return notes.getOrDefault(reader, 0);
      }

      @Override
      public void note(int value) {
        notes.put(reader, value);
      }
    };
  }
}
