package dev.evenkeel.server.handler;

import dev.evenkeel.server.extension.CallScope;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Looks every few milliseconds whether a call is late. */
final class CallWatch {

  // Mutable state, lock-free
  private final Set<Call> running = ConcurrentHashMap.newKeySet();

  Call.Outcome run(Call call, CallScope.Body body) {
    running.add(call);
    try {
      return call.run(body);
    } finally {
      running.remove(call);
    }
  }

  void look() {
    long now = System.nanoTime();
    for (Call call : running) {
      call.checkDeadline(now);
    }
  }
}
