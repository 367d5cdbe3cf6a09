package dev.evenkeel.server.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sqlite.SQLiteJDBCLoader;

/**
 * SQLite itself, native code that the driver unpacks at each start. A process that is killed leaves
 * its copy behind, 1 to 2 MB, and in the folder for temporary files nobody would remove it.
 */
public final class SqliteLibrary {

  private static final System.Logger LOG = System.getLogger(SqliteLibrary.class.getName());

  private static final String UNPACKED_TO = "org.sqlite.tmpdir";

  private SqliteLibrary() {}

  /**
   * Has the driver unpack into a folder that no other process uses, and removes what earlier ones
   * left there. From where nothing may be run (a file system that is mounted {@code noexec}) it is
   * unpacked into the folder for temporary files, as it is without this. Where a library is given
   * already ({@code org.sqlite.lib.path}, as in the container) or another folder ({@code
   * org.sqlite.tmpdir}), nothing is done. To be called before the first file is opened.
   *
   * @throws IOException when the folder cannot be made
   */
  public static void unpackInto(Path folder) throws IOException {
    if (System.getProperty("org.sqlite.lib.path") != null
        || System.getProperty(UNPACKED_TO) != null) {
      return;
    }
    Files.createDirectories(folder);
    try (var old = Files.newDirectoryStream(folder, "sqlite-*")) {
      for (Path each : old) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "An old copy of SQLite stays: {0}", e.toString());
    }
    System.setProperty(UNPACKED_TO, folder.toString());
    try {
      boolean _ = SQLiteJDBCLoader.initialize();
    } catch (Exception e) { // what the driver's method declares
      LOG.log(
          System.Logger.Level.DEBUG, "SQLite cannot be run from {0}: {1}", folder, e.toString());
      System.clearProperty(UNPACKED_TO);
    }
  }
}
