package dev.evenkeel.server;

import dev.evenkeel.server.log.SqliteLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

/**
 * The folder that holds everything that is kept. Only its user may look into it, and only one
 * server at a time works with it: two would give the same ids to different events.
 */
final class DataFolder implements AutoCloseable {

  /** How long the server before this one may take to be gone, when it was killed. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** How often it is looked at: waiting for a lock of the kernel's has no end of its own. */
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final FileChannel lock;

  private DataFolder(FileChannel lock) {
    this.lock = lock;
  }

  /**
   * Makes the folder, closes it to others where the file system knows rights, and keeps it to this
   * server until {@link #close} or the end of the process, however that comes.
   *
   * @throws IllegalArgumentException when it cannot be used; the message says why, and what to do
   */
  static DataFolder take(Path folder) {
    try {
      Files.createDirectories(folder);
      if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
      }
      FileChannel lock =
          FileChannel.open(
              folder.resolve("in-use.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        await(lock, folder);
        SqliteLibrary.unpackInto(folder.resolve("native"));
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
      return new DataFolder(lock);
    } catch (IOException e) {
      throw unusable(folder, e);
    }
  }

  /** What a user is told when the folder, or a file in it, cannot be used. */
  static IllegalArgumentException unusable(Path folder, Exception why) {
    return new IllegalArgumentException(
        "The data folder "
            + folder
            + " cannot be used: "
            + why.getMessage()
            + ". Make it writable, or set evenkeel.data-dir to another one",
        why);
  }

  private static void await(FileChannel lock, Path folder) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!isTaken(lock)) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalArgumentException(
            "Another Evenkeel is running with the data folder "
                + folder
                + ". Stop that one, or set evenkeel.data-dir to another folder for this one");
      }
      try {
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }

  private static boolean isTaken(FileChannel lock) throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // another one in this process has it
    }
  }

  /** Leaves the folder to the next server. */
  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
