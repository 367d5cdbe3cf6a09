package dev.evenkeel.server.query;

import dev.evenkeel.server.log.LogReader;
import dev.evenkeel.server.log.SqliteEventLog;
import dev.evenkeel.server.query.EventQuery.Order;
import dev.evenkeel.server.text.Deadline;
import dev.evenkeel.server.text.TextIndex;
import dev.evenkeel.server.text.TextQuery;
import dev.evenkeel.server.text.Wanted;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Pages of events that hold a text. The index tells which events have all the words; where words
 * have to stand next to each other, those events are read and looked at.
 *
 * <p>A search ends at its deadline. The page then has what was found until then, perhaps nothing,
 * and {@code next} goes on from where it ended.
 */
public final class TextPages {

  /** So many events are read in one short transaction. */
  private static final int READ = 64;

  private final SqliteEventLog log;
  private final TextIndex index;
  private final int pageBytes;
  private final Supplier<Deadline> deadlines;

  /**
   * @param pageBytes the most bytes of a page; one larger event comes alone
   * @param longest how long a search may take
   */
  public TextPages(SqliteEventLog log, TextIndex index, int pageBytes, Duration longest) {
    this(log, index, pageBytes, () -> Deadline.in(longest));
  }

  TextPages(SqliteEventLog log, TextIndex index, int pageBytes, Supplier<Deadline> deadlines) {
    this.log = log;
    this.index = index;
    this.pageBytes = pageBytes;
    this.deadlines = deadlines;
  }

  /** A search that did not come to its first event before its deadline. */
  public static final class TooSlowException extends Exception {
    private static final long serialVersionUID = 1L;

    TooSlowException(String message) {
      super(message);
    }
  }

  /**
   * A page of events. Whoever goes on from its {@code EventPage.next()} meets each event once.
   *
   * @throws TextIndex.NotReadyException when the index is not ready
   * @throws TooSlowException when the deadline came before anything could be looked at
   * @throws SQLException when the log or the index cannot be read
   */
  public EventPage page(EventQuery query, TextQuery text)
      throws TextIndex.NotReadyException, TooSlowException, SQLException {
    var page = new Page(query, text, deadlines.get());
    page.fill();
    Long next = page.next();
    long missed =
        query.order() == Order.OLDEST_FIRST && next != null
            ? log.goneBetween(query.from(), next)
            : 0;
    return new EventPage(page.events, next, missed);
  }

  /** Whether there is an index. */
  boolean isOn() {
    return index.isOn();
  }

  private enum End {
    /** Everything was looked at. */
    COMPLETE,
    /** There is no more room in the page. */
    FULL,
    /** The time is over. */
    LATE
  }

  /** A page while it is filled. One thread. */
  private final class Page {
    private final EventQuery query;
    private final TextQuery text;
    private final Wanted wanted;
    private final Deadline deadline;
    private final boolean ascending;
    private final List<byte[]> events = new ArrayList<>();
    private long bytes;

    /** All on the way up to here is in the page or was passed over, this one included. */
    private long reached;

    private End end = End.LATE;

    Page(EventQuery query, TextQuery text, Deadline deadline) {
      EventQuery.Filter filter = query.filter();
      this.query = query;
      this.text = text;
      this.wanted =
          new Wanted(text, filter.session(), filter.source(), filter.name(), filter.type());
      this.deadline = deadline;
      this.ascending = query.order() == Order.OLDEST_FIRST;
      this.reached = query.from();
    }

    void fill() throws TextIndex.NotReadyException, TooSlowException, SQLException {
      boolean more = true;
      while (more) {
        TextIndex.Found found =
            index.find(
                wanted,
                ascending ? reached : -1,
                ascending ? Long.MAX_VALUE : reached,
                ascending,
                text.hasPhrases() ? READ : query.limit() + 1 - events.size(),
                deadline);
        more = add(found.ids());
        if (more) {
          reached = found.reached();
          end = found.complete() ? End.COMPLETE : End.LATE;
          more = !found.complete() && !deadline.isOver();
        }
      }
      if (end == End.LATE && reached == query.from()) {
        throw new TooSlowException(
            "The search was ended because it took too long: give more or longer words, or a"
                + " session");
      }
    }

    @Nullable Long next() {
      return ascending ? Long.valueOf(reached) : end == End.COMPLETE ? null : Long.valueOf(reached);
    }

    /** Returns false when the page is at its end. */
    private boolean add(List<Long> ids) throws SQLException {
      for (int from = 0; from < ids.size(); from += READ) {
        List<Long> some = ids.subList(from, Math.min(ids.size(), from + READ));
        boolean more =
            log.reader()
                .query(
                    connection -> {
                      try (PreparedStatement select = connection.prepareStatement(History.BY_ID)) {
                        for (long id : some) {
                          if (!add(select, id)) {
                            return false;
                          }
                        }
                        return true;
                      }
                    });
        if (!more) {
          return false;
        }
      }
      return true;
    }

    private boolean add(PreparedStatement select, long id) throws SQLException {
      if (text.hasPhrases() && deadline.isOver()) {
        end = End.LATE;
        return false;
      }
      byte[] event = read(select, id);
      if (event != null && matches(event)) {
        boolean full =
            events.size() == query.limit()
                || (!events.isEmpty() && bytes + event.length + 1 > pageBytes);
        if (full) {
          end = End.FULL;
          return false;
        }
        events.add(event);
        bytes += event.length + 1;
      }
      reached = id;
      return true;
    }

    private boolean matches(byte[] event) throws SQLException {
      try {
        return !text.hasPhrases() || text.matches(event);
      } catch (IOException e) {
        throw new SQLException("an event in the log is damaged: " + e.getMessage(), e);
      }
    }
  }

  private static byte @Nullable [] read(PreparedStatement select, long id) throws SQLException {
    select.setLong(1, id);
    try (ResultSet row = select.executeQuery()) {
      return row.next() ? LogReader.event(row).json() : null;
    }
  }
}
