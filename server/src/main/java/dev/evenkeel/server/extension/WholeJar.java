package dev.evenkeel.server.extension;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Enumeration;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Makes a private copy of a jar, and makes sure that it is whole: a jar may be just being written.
 */
final class WholeJar {

  /** A jar whose end is missing, or whose parts do not fit each other. */
  static final class IncompleteException extends IOException {
    private static final long serialVersionUID = 1L;

    IncompleteException(String message) {
      super(message);
    }
  }

  private static final String HOW = "; copy it under another name and rename it, or copy it again";

  private WholeJar() {}

  /**
   * Copies the jar.
   *
   * @return the copy
   * @throws IncompleteException when it is no whole jar; it may be one later
   */
  static Path copy(Path jar, Path folder) throws IOException {
    Files.createDirectories(folder);
    Path copy = Files.createTempFile(folder, "", ".jar");
    try {
      FileState before = FileState.of(jar);
      Files.copy(jar, copy, StandardCopyOption.REPLACE_EXISTING);
      if (!FileState.of(jar).equals(before)) {
        throw new IncompleteException("it is being written");
      }
      check(copy);
      return copy;
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(copy);
      throw e;
    }
  }

  private static void check(Path copy) throws IOException {
    byte[] buffer = new byte[8192];
    try (var zip = new ZipFile(copy.toFile())) {
      for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
        check(zip, all.nextElement(), buffer);
      }
    } catch (IncompleteException e) {
      throw e;
    } catch (IOException e) {
      throw new IncompleteException("it is no whole jar (" + e.getMessage() + ")" + HOW);
    }
  }

  private static void check(ZipFile zip, ZipEntry entry, byte[] buffer) throws IOException {
    var sum = new CRC32();
    try (InputStream content = new CheckedInputStream(zip.getInputStream(entry), sum)) {
      while (content.read(buffer) >= 0) {
        // Read for its sum alone.
      }
    }
    if (!entry.isDirectory() && entry.getCrc() != sum.getValue()) {
      throw new IncompleteException(entry.getName() + " in it is damaged" + HOW);
    }
  }
}
