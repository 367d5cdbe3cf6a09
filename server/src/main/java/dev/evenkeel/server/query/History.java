package dev.evenkeel.server.query;

import dev.evenkeel.server.log.Lanes;
import dev.evenkeel.server.log.LogReader;
import dev.evenkeel.server.log.PublishedEvent;
import dev.evenkeel.server.log.PublishedEvents;
import dev.evenkeel.server.log.SqliteEventLog;
import dev.evenkeel.server.query.EventQuery.Order;
import dev.evenkeel.server.query.EventSearch.Range;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The published events that are kept, page by page. It reads the disk, so it is not for event
 * loops.
 */
public final class History {

  private static final int SLICE = 20_000;

  static final String BY_ID =
      "SELECT " + LogReader.COLUMNS + " FROM " + LogReader.TABLES + " WHERE p.id = ?";

  private final SqliteEventLog log;
  private final int pageBytes;
  private final int slice;

  /**
   * @param pageBytes the most bytes of a page; one larger event comes alone
   */
  public History(SqliteEventLog log, int pageBytes) {
    this(log, pageBytes, SLICE);
  }

  History(SqliteEventLog log, int pageBytes, int slice) {
    this.log = log;
    this.pageBytes = pageBytes;
    this.slice = slice;
  }

  /** The most bytes of a page, unless one event alone has more. */
  public int pageBytes() {
    return pageBytes;
  }

  /**
   * A page of events. Whoever goes on from {@code next} meets each event once, with no gap, however
   * many come meanwhile.
   *
   * @throws SQLException when the log cannot be read
   */
  public EventPage page(EventQuery query) throws SQLException {
    return switch (query.order()) {
      case OLDEST_FIRST -> query.filter().isEmpty() ? following(query) : filtered(query);
      case NEWEST_FIRST -> backwards(query);
    };
  }

  /**
   * The newest events before an id, as many as fit on a page, the newest first.
   *
   * @param eventBytes an event with more is left out
   * @throws SQLException when the log cannot be read
   */
  Read last(EventQuery.Filter filter, long before, int limit, long eventBytes) throws SQLException {
    var query = new EventQuery(Order.NEWEST_FIRST, before, filter, limit);
    return read(find(query, new Range(-1, before), limit), eventBytes);
  }

  /**
   * The newest events that have one of these names, as many as fit on a page, the newest first.
   *
   * @param eventBytes an event with more is left out
   * @throws SQLException when the log cannot be read
   */
  Read last(
      Collection<String> names, EventQuery.Filter filter, long before, int limit, long eventBytes)
      throws SQLException {
    var ids = new TreeSet<Long>(Comparator.reverseOrder());
    for (String name : names) {
      var named = new EventQuery.Filter(filter.session(), filter.source(), name, filter.type());
      var query = new EventQuery(EventQuery.Order.NEWEST_FIRST, before, named, limit);
      ids.addAll(find(query, new Range(-1, before), limit));
    }
    return read(ids.stream().limit(limit).toList(), eventBytes);
  }

  /**
   * Without a filter, recent events come from memory; what is only on disk comes in pages before.
   */
  private EventPage following(EventQuery query) {
    long from = query.from();
    long missed = 0;
    while (true) {
      PublishedEvents.Page page = log.after(from, Lanes.ALL, query.limit(), pageBytes);
      missed += page.missed();
      if (!page.events().isEmpty() || page.upTo() <= from) {
        return new EventPage(
            page.events().stream().map(PublishedEvent::json).toList(), page.upTo(), missed);
      }
      from = page.upTo();
    }
  }

  private EventPage filtered(EventQuery query) throws SQLException {
    // What comes from here on is for the next page: it must not count as read.
    long newest = Math.max(log.newest(), query.from());
    List<Long> ids = find(query, new Range(query.from(), newest + 1), query.limit());
    Read read = read(ids);
    boolean more = ids.size() == query.limit() || read.taken() < ids.size();
    long upTo = more ? ids.get(read.taken() - 1) : newest;
    return new EventPage(read.events(), upTo, log.goneBetween(query.from(), upTo));
  }

  private EventPage backwards(EventQuery query) throws SQLException {
    List<Long> ids = find(query, new Range(-1, query.from()), query.limit() + 1);
    Read read = read(ids.subList(0, Math.min(ids.size(), query.limit())));
    boolean more = read.taken() < ids.size();
    return new EventPage(read.events(), more ? ids.get(read.taken() - 1) : null, 0);
  }

  private List<Long> find(EventQuery query, Range range, int limit) throws SQLException {
    var search = new EventSearch(query.filter(), query.order() == Order.OLDEST_FIRST, slice);
    Optional<List<Long>> sessions = log.reader().query(search::sessions);
    if (sessions.isPresent() && sessions.get().isEmpty()) {
      return List.of();
    }
    if (search.isIndexed()) {
      return log.reader().query(connection -> search.ids(connection, range, sessions, limit));
    }
    var found = new ArrayList<Long>();
    Optional<Range> left = Optional.of(range);
    while (left.isPresent() && found.size() < limit) {
      left = findInSlice(search, left.get(), sessions, limit, found);
    }
    return found;
  }

  private Optional<Range> findInSlice(
      EventSearch search, Range range, Optional<List<Long>> sessions, int limit, List<Long> found)
      throws SQLException {
    return log.reader()
        .query(
            connection -> {
              Range first = search.firstSlice(connection, range);
              found.addAll(search.ids(connection, first, sessions, limit - found.size()));
              return search.rest(range, first);
            });
  }

  /**
   * Events that were read.
   *
   * @param taken how many of the ids; retention may have removed some of them meanwhile
   * @param tooLarge how many of those were left out
   */
  record Read(List<byte[]> events, int taken, int tooLarge) {}

  private Read read(List<Long> ids) throws SQLException {
    return read(ids, Long.MAX_VALUE);
  }

  /** What does not fit is not taken into the heap: a large event would be there twice. */
  private Read read(List<Long> ids, long eventBytes) throws SQLException {
    return log.reader()
        .query(
            connection -> {
              var page = new Page(eventBytes);
              try (PreparedStatement select = connection.prepareStatement(BY_ID)) {
                for (long id : ids) {
                  select.setLong(1, id);
                  try (ResultSet row = select.executeQuery()) {
                    if (row.next() && !page.take(row)) {
                      break;
                    }
                  }
                  page.taken++;
                }
              }
              return new Read(page.events, page.taken, page.tooLarge);
            });
  }

  /** A page that fills. */
  private final class Page {
    final long eventBytes;
    final List<byte[]> events = new ArrayList<>();
    long bytes;
    int taken;
    int tooLarge;

    Page(long eventBytes) {
      this.eventBytes = eventBytes;
    }

    /** Takes an event, or leaves it out when it is too large; false when the page is full. */
    boolean take(ResultSet row) throws SQLException {
      long content = LogReader.contentBytes(row);
      if (content > eventBytes) {
        tooLarge++;
        return true;
      }
      if (isFullWith(content)) {
        return false;
      }
      byte[] event = LogReader.event(row).json();
      if (event.length > eventBytes) {
        tooLarge++;
        return true;
      }
      if (isFullWith(event.length)) {
        return false;
      }
      bytes += event.length + 1;
      events.add(event);
      return true;
    }

    private boolean isFullWith(long more) {
      return !events.isEmpty() && bytes + more + 1 > pageBytes;
    }
  }
}
