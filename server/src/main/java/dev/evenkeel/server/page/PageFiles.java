package dev.evenkeel.server.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The files of the page, by the path at which each is served. They are the same for everybody and
 * hold no data, so they are the one thing beside health that a caller without the token gets: a
 * browser cannot bring a token when somebody types an address.
 */
public final class PageFiles {

  /**
   * Only what is named here is served. The folder holds the libraries' licences as well, and no
   * path leads anywhere else.
   */
  static final List<String> NAMES =
      List.of(
          "index.html",
          "page.css",
          "icon.svg",
          "detail.js",
          "door.js",
          "elements.js",
          "event-list.js",
          "feed.js",
          "filter-bar.js",
          "graph.js",
          "json.js",
          "page.js",
          "poll.js",
          "server-view.js",
          "summary.js",
          "text.js",
          "vendor/socket.io.esm.min.js",
          "vendor/uPlot.esm.js",
          "vendor/uPlot.min.css");

  private static final String FOLDER = "/page/";
  private static final String FIRST = "index.html";
  private static final int TAG_BYTES = 12;

  private final Map<String, PageFile> files;

  private PageFiles(Map<String, PageFile> files) {
    this.files = files;
  }

  /**
   * A file as it is sent.
   *
   * @param type its media type
   * @param tag its entity tag, quoted, which changes with its bytes
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares files, and nobody changes the bytes
  public record PageFile(String type, String tag, byte[] bytes) {}

  /** Where the files are served: {@code /}, and {@code /page/<name>} for each of the others. */
  public static Set<String> paths() {
    var paths = new LinkedHashSet<String>();
    NAMES.forEach(name -> paths.add(pathOf(name)));
    return paths;
  }

  /**
   * Reads the files, about 250 KB.
   *
   * @throws IllegalStateException when one is missing: the build is broken
   */
  public static PageFiles read() {
    var files = new LinkedHashMap<String, PageFile>();
    for (String name : NAMES) {
      byte[] bytes = bytesOf(name);
      files.put(pathOf(name), new PageFile(typeOf(name), tagOf(bytes), bytes));
    }
    return new PageFiles(files);
  }

  /** The file at a path, or null. */
  public @Nullable PageFile at(String path) {
    return files.get(path);
  }

  private static String pathOf(String name) {
    return name.equals(FIRST) ? "/" : FOLDER + name;
  }

  private static byte[] bytesOf(String name) {
    try (InputStream in = PageFiles.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IllegalStateException("The page's file " + name + " is not in this build");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String typeOf(String name) {
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "html" -> "text/html; charset=utf-8";
      case "css" -> "text/css; charset=utf-8";
      case "js" -> "text/javascript; charset=utf-8";
      case "svg" -> "image/svg+xml";
      default -> throw new IllegalStateException("What type has " + name + "?");
    };
  }

  private static String tagOf(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return '"' + HexFormat.of().formatHex(Arrays.copyOf(digest, TAG_BYTES)) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
