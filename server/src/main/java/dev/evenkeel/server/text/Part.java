package dev.evenkeel.server.text;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of the index: the events of a while, in a table of its own. Retention takes events from
 * the old end, so that the index follows by dropping a table and never has to look for what to
 * remove.
 *
 * @param number counts up
 * @param first the id of its first event
 * @param last the id of its last
 * @param events how many events it has
 * @param bytes how large they are
 * @param state what is still to be done with it
 */
record Part(int number, long first, long last, int events, long bytes, State state) {

  /** The codes are part of the file's format. */
  enum State {
    /** Events are added. */
    OPEN(0),
    /** It is full, and still in several pieces. */
    FULL(1),
    /** It is in one piece. */
    WHOLE(2);

    private final int code;

    State(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }

    static State ofCode(int code) throws SQLException {
      for (State state : values()) {
        if (state.code == code) {
          return state;
        }
      }
      throw new IndexFile.UnusableIndexException("a part's state is " + code);
    }
  }

  String table() {
    return "words_" + number;
  }

  /**
   * The table's definition: {@code contentless}, as the log has the events, and {@code
   * detail=none}, which is the smallest: it tells which events have a word, not where.
   * (sqlite.org/fts5.html)
   */
  String definition() {
    return "CREATE VIRTUAL TABLE "
        + table()
        + " USING fts5(words, content='', columnsize=0, detail=none, tokenize='ascii')";
  }

  boolean overlaps(long above, long below) {
    return last > above && first < below;
  }

  Part with(long newLast, int moreEvents, long moreBytes) {
    return new Part(number, first, newLast, events + moreEvents, bytes + moreBytes, state);
  }

  Part in(State next) {
    return new Part(number, first, last, events, bytes, next);
  }

  /** All parts, the oldest first. */
  static List<Part> all(Connection connection) throws SQLException {
    var parts = new ArrayList<Part>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT number, first, last, events, bytes, state FROM parts ORDER BY number")) {
      while (row.next()) {
        parts.add(
            new Part(
                row.getInt(1),
                row.getLong(2),
                row.getLong(3),
                row.getInt(4),
                row.getLong(5),
                State.ofCode(row.getInt(6))));
      }
    }
    return parts;
  }
}
