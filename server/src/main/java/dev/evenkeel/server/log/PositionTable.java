package dev.evenkeel.server.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** Readers' positions: in memory, and written now and then with the other work of the writer. */
final class PositionTable implements Positions {

  private record Stored(int slots, long id, int note) {}

  private final LongSupplier newest;

  // Mutable state, guarded by this
  private final Map<String, Stored> stored = new HashMap<>();
  private final Map<String, Place> places = new HashMap<>();

  PositionTable(LongSupplier newest) {
    this.newest = newest;
  }

  synchronized void load(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT reader, slots, id, note FROM positions")) {
      while (rows.next()) {
        stored.put(rows.getString(1), new Stored(rows.getInt(2), rows.getLong(3), rows.getInt(4)));
      }
    }
  }

  @Override
  public synchronized Position resume(String reader, Lanes lanes) {
    Stored own = stored.get(reader);
    Place place;
    if (own != null && own.slots() == lanes.slots()) {
      place = new Place(lanes, own.id(), own.note());
    } else {
      place = new Place(lanes, earliestOfShares(reader), noteOfShares(reader));
    }
    places.put(reader, place);
    return place;
  }

  /** A reader's shares are named alike up to the last slash. */
  private static String groupOf(String reader) {
    return reader.substring(0, reader.lastIndexOf('/') + 1);
  }

  private long earliestOfShares(String reader) {
    return sharesOf(reader).mapToLong(Stored::id).min().orElseGet(newest);
  }

  private int noteOfShares(String reader) {
    return sharesOf(reader).mapToInt(Stored::note).max().orElse(0);
  }

  private Stream<Stored> sharesOf(String reader) {
    String group = groupOf(reader);
    return stored.entrySet().stream()
        .filter(each -> !group.isEmpty() && each.getKey().startsWith(group))
        .map(Map.Entry::getValue);
  }

  /** What has changed since it was last written. */
  synchronized List<Map.Entry<String, Place>> changed() {
    var changed = new ArrayList<Map.Entry<String, Place>>();
    for (var each : places.entrySet()) {
      if (each.getValue().hasChanged()) {
        changed.add(each);
      }
    }
    return changed;
  }

  void write(Connection connection, List<Map.Entry<String, Place>> changed) throws SQLException {
    try (PreparedStatement upsert =
            connection.prepareStatement(
                """
                INSERT INTO positions (reader, slot, slots, id, note) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (reader) DO UPDATE
                SET slot = excluded.slot, slots = excluded.slots, id = excluded.id,
                  note = excluded.note\
                """);
        PreparedStatement otherShares =
            connection.prepareStatement(
                "DELETE FROM positions WHERE substr(reader, 1, ?) = ? AND slots <> ?")) {
      for (var each : changed) {
        Place place = each.getValue();
        place.begin();
        upsert.setString(1, each.getKey());
        upsert.setInt(2, place.lanes.slot());
        upsert.setInt(3, place.lanes.slots());
        upsert.setLong(4, place.writing);
        upsert.setInt(5, place.writingNote);
        upsert.executeUpdate();
        String group = groupOf(each.getKey());
        if (place.written == Long.MIN_VALUE && !group.isEmpty()) {
          otherShares.setInt(1, group.length());
          otherShares.setString(2, group);
          otherShares.setInt(3, place.lanes.slots());
          otherShares.executeUpdate();
        }
      }
    }
  }

  static void written(List<Map.Entry<String, Place>> changed) {
    changed.forEach(each -> each.getValue().end());
  }

  /** Forgets what is on disk, when that was lost: all places are written again. */
  synchronized void forgetWritten() {
    places.values().forEach(place -> place.written = Long.MIN_VALUE);
  }

  static final class Place implements Position {
    private final Lanes lanes;

    // Mutable state: the first two by the reader's threads, the others by the writer's
    private volatile long confirmed;
    private volatile int note;
    private volatile long written = Long.MIN_VALUE;
    private int writtenNote;
    private long writing;
    private int writingNote;

    private Place(Lanes lanes, long id, int note) {
      this.lanes = lanes;
      this.confirmed = id;
      this.note = note;
    }

    private boolean hasChanged() {
      return written != confirmed || writtenNote != note;
    }

    private void begin() {
      writing = confirmed;
      writingNote = note;
    }

    private void end() {
      written = writing;
      writtenNote = writingNote;
    }

    @Override
    public long confirmed() {
      return confirmed;
    }

    @Override
    public void confirm(long id) {
      if (id > confirmed) {
        confirmed = id;
      }
    }

    @Override
    public int note() {
      return note;
    }

    @Override
    public void note(int value) {
      note = value;
    }
  }
}
