package dev.evenkeel.server.target;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;

/** How targets are reached: by WebSockets, and with questions over HTTP. It knows no Socket.IO. */
public interface Network {

  /** Of a message that comes in, so many bytes are told. The rest is passed over as it arrives. */
  int MOST_READ = 4096;

  /**
   * Begins to open a WebSocket. It finds the addresses of the server's name meanwhile, which may
   * take its time, and tries one after the other. No redirect is followed, as no browser does for a
   * WebSocket: what is sent goes to the address that was set, and to no other.
   *
   * @param address with the scheme {@code http}, {@code https}, {@code ws} or {@code wss}
   * @param headers of the request
   * @param listener hears what becomes of it
   */
  Line open(URI address, Map<String, String> headers, Listener listener);

  /**
   * Asks with GET, and waits for the answer.
   *
   * @param longest how long to wait for all of it
   * @throws IOException when there is no answer, or none in time
   */
  Answer ask(URI address, Map<String, String> headers, Duration longest)
      throws IOException, InterruptedException;

  /**
   * What a server answered.
   *
   * @param status of HTTP
   * @param body its first {@link #MOST_READ} bytes
   */
  record Answer(int status, String body) {}

  /** One WebSocket, from connecting to its end. May be used by all threads. */
  interface Line {

    /**
     * Sends one text message, after those before it.
     *
     * @param parts of it, in UTF-8, which are not to change any more
     * @return false when the line is closing or closed
     */
    boolean send(byte[]... parts);

    /** How many bytes have been given to {@link #send} and not yet to the network. */
    long queuedBytes();

    /** From now on the line fails when nothing comes in for so long. */
    void expect(Duration longestSilence);

    /** Says goodbye after what was sent before. The server's answer comes as a close. */
    void close();

    /** Ends it at once, and gives back its file descriptor. The listener hears nothing more. */
    void cancel();
  }

  /**
   * Hears of one line, on the line's own thread, which it may not hold up. After {@link #closed},
   * {@link #refused} or {@link #failed} nothing more is told.
   */
  interface Listener {

    /** The WebSocket is open. */
    void opened(Line line);

    /**
     * A text message came in.
     *
     * @param beginning its first {@link #MOST_READ} bytes, which are overwritten after this call
     */
    void received(Line line, ByteBuffer beginning);

    /** A binary message came in, and was passed over. */
    void receivedBinary();

    /** What has arrived so far has been told. */
    void caughtUp();

    /** Twice a second at least, from the connection on: who waits needs no timer of its own. */
    void timePassed();

    /** The server closes, by itself or in answer to our goodbye. */
    void closed(int code, String reason);

    /** The server answered something other than a WebSocket. */
    void refused(int status);

    /**
     * The line could not be opened, or broke.
     *
     * @param failure an {@link java.io.InterruptedIOException} when the server was reached and then
     *     took too long
     */
    void failed(Throwable failure);
  }
}
