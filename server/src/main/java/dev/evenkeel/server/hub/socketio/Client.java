package dev.evenkeel.server.hub.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import dev.evenkeel.server.hub.engineio.Handshake;

/**
 * One client in one namespace. Any thread may call it; after the client has left, calls do nothing.
 * What one thread emits arrives in that order.
 */
public interface Client {

  /** {@link #onDrained} is called when {@link #pendingBytes} has fallen to this. */
  long LOW_WATER = 64 << 10;

  /** Its name in this namespace, new with each join. */
  String id();

  /** The namespace that it joined, {@code /} or {@code /name}. */
  String namespace();

  /** What it said when it joined, {@code {}} when it said nothing. */
  JsonNode auth();

  /** What its first request brought. */
  Handshake handshake();

  /**
   * Hands an event over. It never waits and never drops, so the caller has to look at {@link
   * #pendingBytes} first.
   *
   * @throws IllegalArgumentException when the event was encoded for another namespace
   */
  void emit(OutgoingEvent event);

  /**
   * The bytes that were handed over for this client's connection, in any namespace, and that the
   * network has not taken yet: by the operating system from a websocket, by the answer to a poll in
   * long polling.
   */
  long pendingBytes();

  /**
   * A number that grows whenever the network has taken something from this client's connection: on
   * a websocket also a part of a large event, in long polling the whole answer to a poll.
   */
  long progress();

  /**
   * Sets the one listener that is called, on the client's event loop, each time {@link
   * #pendingBytes} has fallen to {@link #LOW_WATER} or below, and when it has fallen to 0. It may
   * be called more often than that, and looks by itself whether there is room for what it has.
   */
  void onDrained(Runnable listener);

  /** Runs a task on the client's event loop, after what was handed over before. */
  void execute(Runnable task);

  /** Sends it away from this namespace. Its connection stays open, as the protocol wants it. */
  void leave();

  /**
   * Closes its connection, for all namespaces. What is still pending is given up.
   *
   * @param reason for {@link Application#disconnected} and the counters, a few words of a fixed set
   */
  void disconnect(String reason);
}
