package dev.evenkeel.server.hub.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.evenkeel.server.hub.engineio.Handshake;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client as an application sees it, with an event loop of its own. It reads at once, or only when
 * the test says so.
 */
public final class FakeClient implements Client, AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final AtomicLong NAMES = new AtomicLong();

  /** An event that the client has read. */
  public record Message(String name, JsonNode argument) {}

  private final Application application;
  private final JsonNode auth;
  private final String id = "client-" + NAMES.incrementAndGet();
  private final ExecutorService loop =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());
  private final AtomicLong pending = new AtomicLong();
  private final AtomicLong progress = new AtomicLong();

  // Guarded by this
  private final Deque<OutgoingEvent> unread = new ArrayDeque<>();
  private final List<OutgoingEvent> read = new ArrayList<>();
  private long mostPending;
  private boolean reads = true;
  private boolean left;
  private @Nullable String reason;
  private Runnable drained = () -> {};

  public FakeClient(Application application, JsonNode auth) {
    this.application = application;
    this.auth = auth;
  }

  public static FakeClient of(Application application, String auth) {
    return new FakeClient(application, json(auth));
  }

  public static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asks to join; returns why it was refused, or null. */
  public @Nullable String join(@Nullable String authorization) {
    var handshake = new Handshake("127.0.0.1", "localhost", null, null, authorization, null);
    return CompletableFuture.supplyAsync(
            () -> {
              String refusal = application.admit(handshake, auth);
              if (refusal == null) {
                application.connected(this);
              }
              return refusal;
            },
            loop)
        .join();
  }

  public @Nullable String join() {
    return join(null);
  }

  /** Sends an event; returns the acknowledgement. */
  public CompletableFuture<JsonNode> send(String name, JsonNode... arguments) {
    var answer = new CompletableFuture<JsonNode>();
    loop.execute(
        () ->
            application.event(
                this, name, List.of(arguments), values -> answer.complete(values.getFirst())));
    return answer;
  }

  /** From now on it reads nothing. */
  public synchronized void stopReading() {
    reads = false;
  }

  /** Reads what waits, and everything from now on. */
  public void read() {
    synchronized (this) {
      reads = true;
    }
    loop.execute(() -> readNow(Integer.MAX_VALUE));
  }

  /** Reads a part of the message that it is at. */
  public void readPart() {
    progress.incrementAndGet();
  }

  /** Reads so many of the messages that wait, and returns when it has. */
  public void readSome(int count) {
    CompletableFuture.runAsync(() -> readNow(count), loop).join();
  }

  private void readNow(int count) {
    for (int i = 0; i < count && readOne(); i++) {
      // One more is read.
    }
    if (pending.get() <= LOW_WATER) {
      drained().run();
    }
  }

  private synchronized boolean readOne() {
    OutgoingEvent next = unread.poll();
    if (next == null) {
      return false;
    }
    read.add(next);
    notifyAll();
    progress.incrementAndGet();
    pending.addAndGet(-next.size());
    return true;
  }

  private synchronized Runnable drained() {
    return drained;
  }

  /** What it has read, as it was handed over. */
  public synchronized List<OutgoingEvent> handedOver() {
    return List.copyOf(read);
  }

  /** What it has read. */
  public List<Message> messages() {
    List<OutgoingEvent> copy;
    synchronized (this) {
      copy = List.copyOf(read);
    }
    return copy.stream().map(FakeClient::message).toList();
  }

  private static Message message(OutgoingEvent event) {
    // 42["name",argument]
    JsonNode packet = json(event.packets().getFirst().toString().substring(2));
    return new Message(
        packet.get(0).textValue(),
        packet.has(1) ? packet.get(1) : JsonNodeFactory.instance.missingNode());
  }

  public List<JsonNode> all(String name) {
    return messages().stream().filter(m -> m.name().equals(name)).map(Message::argument).toList();
  }

  public synchronized int countOfMessages() {
    return read.size();
  }

  /** Waits until it has read so many messages, at most so long; returns whether it has. */
  public boolean awaitMessages(int count, long millis) throws InterruptedException {
    return await(() -> read.size() >= count, millis);
  }

  /** Waits until there is something to read, at most so long; returns whether there is. */
  public boolean awaitUnread(long millis) throws InterruptedException {
    return await(() -> !unread.isEmpty(), millis);
  }

  private synchronized boolean await(BooleanSupplier condition, long millis)
      throws InterruptedException {
    long until = System.nanoTime() + millis * 1_000_000;
    while (!condition.getAsBoolean()) {
      long left = (until - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }

  public synchronized long mostPending() {
    return mostPending;
  }

  public synchronized @Nullable String reasonOfEnd() {
    return reason;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String namespace() {
    return "/";
  }

  @Override
  public JsonNode auth() {
    return auth;
  }

  @Override
  public Handshake handshake() {
    return new Handshake("127.0.0.1", null, null, null, null, null);
  }

  @Override
  public void emit(OutgoingEvent event) {
    Runnable drainedNow = null;
    synchronized (this) {
      if (left) {
        return;
      }
      if (reads && unread.isEmpty()) {
        read.add(event);
        progress.incrementAndGet();
        notifyAll();
        drainedNow = drained;
      } else {
        unread.add(event);
        notifyAll();
        mostPending = Math.max(mostPending, pending.addAndGet(event.size()));
      }
    }
    if (drainedNow != null) {
      // As a socket that takes the bytes while they are handed over.
      drainedNow.run();
    }
  }

  @Override
  public long pendingBytes() {
    return pending.get();
  }

  @Override
  public long progress() {
    return progress.get();
  }

  @Override
  public synchronized void onDrained(Runnable listener) {
    drained = listener;
  }

  @Override
  public void execute(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      // It has left: nothing runs here any more.
    }
  }

  @Override
  public void leave() {
    disconnect("leave");
  }

  @Override
  public void disconnect(String why) {
    synchronized (this) {
      if (left) {
        return;
      }
      left = true;
      reason = why;
      unread.clear();
    }
    loop.execute(() -> application.disconnected(this, why));
  }

  /** Leaves, and waits until the application knows. */
  @Override
  public void close() {
    disconnect("client left");
    loop.close();
  }
}
