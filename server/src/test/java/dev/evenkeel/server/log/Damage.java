package dev.evenkeel.server.log;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.Arrays;

/** Overwrites pages of a real log with noise. */
public final class Damage {

  private static final int TABLE_INTERIOR = 5;
  private static final int INTERIOR_HEADER = 12;

  private Damage() {}

  /** Damages the root of a table or an index. */
  public static void root(Path folder, String name) throws Exception {
    overwrite(folder, (int) number(folder, rootOf(name)));
  }

  /** Damages a page in the middle of a table that has many. */
  public static void middle(Path folder, String table) throws Exception {
    int size = (int) number(folder, "PRAGMA page_size");
    var root = ByteBuffer.allocate(size);
    try (var file = new RandomAccessFile(folder.resolve("events.db").toFile(), "r")) {
      file.seek((number(folder, rootOf(table)) - 1) * size);
      file.readFully(root.array());
    }
    if (root.get(0) != TABLE_INTERIOR) {
      throw new IllegalStateException(table + " has one page only");
    }
    int middle = root.getShort(3) / 2;
    overwrite(folder, root.getInt(root.getShort(INTERIOR_HEADER + 2 * middle)));
  }

  private static String rootOf(String name) {
    return "SELECT rootpage FROM sqlite_schema WHERE name = '" + name + "'";
  }

  private static void overwrite(Path folder, int page) throws Exception {
    int size = (int) number(folder, "PRAGMA page_size");
    byte[] noise = new byte[size];
    Arrays.fill(noise, (byte) 0xa5);
    try (var file = new RandomAccessFile(folder.resolve("events.db").toFile(), "rw")) {
      file.seek((page - 1L) * size);
      file.write(noise);
    } catch (IOException e) {
      throw new IllegalStateException("page " + page, e);
    }
  }

  private static long number(Path folder, String sql) throws Exception {
    try (var connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("events.db"));
        var statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      return row.getLong(1);
    }
  }
}
