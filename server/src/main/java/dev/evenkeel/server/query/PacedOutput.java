package dev.evenkeel.server.query;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Writes no faster than the connection takes it. What a worker writes is handed to the event loop
 * and counts as waiting only when that gets to it: while the loop is busy, a worker that looks
 * whether the queue is full would hand over a whole page. So it waits for the loop after each
 * piece.
 */
final class PacedOutput extends OutputStream {

  /** As much as Vert.x has waiting before it calls its queue full. */
  private static final int PIECE = 64 << 10;

  private final OutputStream out;
  private final Executor loop;

  // Mutable state, owned by the thread that writes
  private int written;

  /**
   * @param out blocks while the connection's queue is full
   * @param loop the connection's
   */
  PacedOutput(OutputStream out, Executor loop) {
    this.out = out;
    this.loop = loop;
  }

  @Override
  public void write(int single) throws IOException {
    write(new byte[] {(byte) single}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int from = offset;
    int end = offset + length;
    while (from < end) {
      int piece = Math.min(end - from, PIECE - written);
      out.write(bytes, from, piece);
      from += piece;
      written += piece;
      if (written == PIECE) {
        written = 0;
        awaitLoop();
      }
    }
  }

  private void awaitLoop() throws IOException {
    try {
      CompletableFuture.runAsync(() -> {}, loop).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a page was sent");
    } catch (ExecutionException | RejectedExecutionException e) {
      throw new IOException("the connection's event loop has ended", e);
    }
  }
}
