package dev.evenkeel.server.query;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.evenkeel.server.log.EventId;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Events as they are answered.
 *
 * @param events each one JSON object in UTF-8
 * @param next the id to go on from, or null at the end of what there is
 * @param missed how many events between the id that was asked for and {@code next} are gone; with a
 *     filter too it counts all, because nobody knows any longer what they were
 */
public record EventPage(List<byte[]> events, @Nullable Long next, long missed) {

  private static final byte[] HEAD = "{\"events\":[".getBytes(US_ASCII);

  /** Writes the page as one JSON object: the events' own bytes, joined. */
  public void writeTo(OutputStream out) throws IOException {
    out.write(HEAD);
    boolean first = true;
    for (byte[] event : events) {
      if (!first) {
        out.write(',');
      }
      first = false;
      out.write(event);
    }
    String id = next == null ? "null" : '"' + EventId.text(next) + '"';
    out.write(("],\"next\":" + id + ",\"missed\":" + missed + "}").getBytes(US_ASCII));
  }

  /** What the events take, in bytes. */
  long size() {
    return events.stream().mapToLong(event -> event.length).sum();
  }
}
