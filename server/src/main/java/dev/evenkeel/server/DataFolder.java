package dev.evenkeel.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The folder that holds everything that is kept. Only its user may look into it. */
final class DataFolder {

  private DataFolder() {}

  /** Makes the folder, and closes it to others where the file system knows rights. */
  static void prepare(Path folder) throws IOException {
    Files.createDirectories(folder);
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }
  }
}
