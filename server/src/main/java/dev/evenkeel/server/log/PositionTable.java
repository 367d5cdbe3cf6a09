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

/** Readers' positions: in memory, and written now and then with the other work of the writer. */
final class PositionTable implements Positions {

  private record Stored(int slots, long id) {}

  private final LongSupplier newest;

  // Mutable state, guarded by this
  private final Map<String, Stored> stored = new HashMap<>();
  private final Map<String, Place> places = new HashMap<>();

  PositionTable(LongSupplier newest) {
    this.newest = newest;
  }

  synchronized void load(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT reader, slots, id FROM positions")) {
      while (rows.next()) {
        stored.put(rows.getString(1), new Stored(rows.getInt(2), rows.getLong(3)));
      }
    }
  }

  @Override
  public synchronized Position resume(String reader, Lanes lanes) {
    Stored own = stored.get(reader);
    long id;
    if (own != null && own.slots() == lanes.slots()) {
      id = own.id();
    } else {
      id = earliestOfShares(reader);
    }
    var place = new Place(lanes, id);
    places.put(reader, place);
    return place;
  }

  /** A reader's shares are named alike up to the last slash. */
  private static String groupOf(String reader) {
    return reader.substring(0, reader.lastIndexOf('/') + 1);
  }

  private long earliestOfShares(String reader) {
    String group = groupOf(reader);
    return stored.entrySet().stream()
        .filter(each -> !group.isEmpty() && each.getKey().startsWith(group))
        .mapToLong(each -> each.getValue().id())
        .min()
        .orElseGet(newest);
  }

  /** What has changed since it was last written. */
  synchronized List<Map.Entry<String, Place>> changed() {
    var changed = new ArrayList<Map.Entry<String, Place>>();
    for (var each : places.entrySet()) {
      if (each.getValue().written != each.getValue().confirmed) {
        changed.add(each);
      }
    }
    return changed;
  }

  void write(Connection connection, List<Map.Entry<String, Place>> changed) throws SQLException {
    try (PreparedStatement upsert =
            connection.prepareStatement(
                """
            INSERT INTO positions (reader, slot, slots, id) VALUES (?, ?, ?, ?)
            ON CONFLICT (reader) DO UPDATE
            SET slot = excluded.slot, slots = excluded.slots, id = excluded.id""");
        PreparedStatement otherShares =
            connection.prepareStatement(
                "DELETE FROM positions WHERE substr(reader, 1, ?) = ? AND slots <> ?")) {
      for (var each : changed) {
        Place place = each.getValue();
        place.writing = place.confirmed;
        upsert.setString(1, each.getKey());
        upsert.setInt(2, place.lanes.slot());
        upsert.setInt(3, place.lanes.slots());
        upsert.setLong(4, place.writing);
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
    changed.forEach(each -> each.getValue().written = each.getValue().writing);
  }

  /** Forgets what is on disk, when that was lost: all places are written again. */
  synchronized void forgetWritten() {
    places.values().forEach(place -> place.written = Long.MIN_VALUE);
  }

  static final class Place implements Position {
    private final Lanes lanes;

    // Mutable state: confirmed by the reader's thread, the others by the writer's
    private volatile long confirmed;
    private volatile long written = Long.MIN_VALUE;
    private long writing;

    private Place(Lanes lanes, long id) {
      this.lanes = lanes;
      this.confirmed = id;
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
  }
}
