package dev.evenkeel.server.query;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.evenkeel.server.log.EventId;
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

  /** The page as one JSON object: the events' own bytes, joined. */
  public byte[] json() {
    String id = next == null ? "null" : '"' + EventId.text(next) + '"';
    byte[] tail = ("],\"next\":" + id + ",\"missed\":" + missed + "}").getBytes(US_ASCII);
    var json = new byte[Math.toIntExact(size() + HEAD.length + tail.length)];
    int at = put(HEAD, json, 0);
    boolean first = true;
    for (byte[] event : events) {
      if (!first) {
        json[at++] = ',';
      }
      first = false;
      at = put(event, json, at);
    }
    put(tail, json, at);
    return json;
  }

  private static int put(byte[] from, byte[] to, int at) {
    System.arraycopy(from, 0, to, at, from.length);
    return at + from.length;
  }

  /** What the events take, with the commas between them. */
  long size() {
    return events.stream().mapToLong(event -> event.length).sum() + Math.max(0, events.size() - 1);
  }
}
