package dev.evenkeel.soak;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Follows the journal that the Node server writes, and enters it into a ledger. Files that are done
 * with are removed. For one thread.
 */
final class JournalReader {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int BUFFER = 1 << 20;

  private final Path folder;
  private final Ledger ledger;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);

  // Mutable state, owned by the thread that reads
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private int number = 1;
  private long position;

  JournalReader(Path folder, Ledger ledger) {
    this.folder = folder;
    this.ledger = ledger;
  }

  /** Reads what is there, and tells whether that was anything. */
  boolean read() throws IOException {
    boolean any = false;
    while (true) {
      Path file = file(number);
      boolean over = Files.exists(file(number + 1)); // asked first: afterwards nothing is added
      if (Files.exists(file)) {
        any |= readOn(file);
      }
      if (!over) {
        return any;
      }
      Files.deleteIfExists(file);
      line.reset(); // what a killed server did not write to its end was not acknowledged either
      number++;
      position = 0;
    }
  }

  private Path file(int number) {
    return folder.resolve("%06d".formatted(number));
  }

  private boolean readOn(Path file) throws IOException {
    boolean any = false;
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (channel.read(buffer.clear(), position) > 0) {
        any = true;
        buffer.flip();
        position += buffer.limit();
        while (buffer.hasRemaining()) {
          byte b = buffer.get();
          if (b == '\n') {
            enter(line.toString(UTF_8));
            line.reset();
          } else {
            line.write(b);
          }
        }
      }
    }
    return any;
  }

  private void enter(String text) throws IOException {
    String[] words = text.split("\t", -1);
    switch (words[0]) {
      case "s" -> ledger.joined(0);
      case "j" -> ledger.joined(Integer.parseInt(words[1]));
      case "m" -> ledger.missed(Long.parseLong(words[1]));
      case "e" ->
          ledger.received(
              new Delivery(
                  Long.parseLong(words[1]),
                  Long.parseLong(words[2]),
                  words[4],
                  words[5].isEmpty() ? null : Mark.of(JSON.readTree(words[5]))));
      default -> throw new IOException("the journal in " + folder + " has a line '" + text + "'");
    }
  }
}
