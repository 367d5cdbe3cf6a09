package dev.evenkeel.server.extension;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;

/** Standard output on which an extension can write only so much; for all others it is as before. */
public final class LimitedOutput implements AutoCloseable {

  private static final int CHARACTERS_OF_A_LINE = 200;

  private final PrintStream out = System.out;
  private final PrintStream err = System.err;

  private LimitedOutput() {}

  /** Puts itself before standard output and standard error, until it is closed. */
  public static LimitedOutput install() {
    var installed = new LimitedOutput();
    System.setOut(limited(installed.out));
    System.setErr(limited(installed.err));
    return installed;
  }

  private static PrintStream limited(PrintStream to) {
    return new PrintStream(new Limited(to), true, UTF_8);
  }

  private static final class Limited extends FilterOutputStream {
    Limited(OutputStream to) {
      super(to);
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      OutputLimit limit = OutputLimit.ofThisThread();
      if (limit == null || limit.admits(1 + length / CHARACTERS_OF_A_LINE)) {
        out.write(bytes, offset, length);
      }
    }
  }

  @Override
  public void close() {
    System.setOut(out);
    System.setErr(err);
  }
}
