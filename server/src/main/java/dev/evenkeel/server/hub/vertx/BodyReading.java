package dev.evenkeel.server.hub.vertx;

import dev.evenkeel.server.hub.engineio.CloseReason;
import dev.evenkeel.server.hub.engineio.Engine;
import dev.evenkeel.server.hub.engineio.EngineConfig;
import dev.evenkeel.server.hub.engineio.EventLoop;
import dev.evenkeel.server.hub.engineio.Refusal;
import dev.evenkeel.server.hub.engineio.Session;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of one POST, as far as it is not too large, there is room for it and it comes in
 * time. It runs on the request's loop.
 */
final class BodyReading {

  private final Session session;
  private final HttpServerRequest request;
  private final NettyLoop loop;
  private final Engine engine;
  private final int maxPayload;
  private final Gathered body;

  // Mutable state, guarded by the request's loop
  private boolean ended;
  private EventLoop.Timer deadline = () -> {};

  BodyReading(Session session, HttpServerRequest request, NettyLoop loop, Engine engine) {
    this.session = session;
    this.request = request;
    this.loop = loop;
    this.engine = engine;
    this.maxPayload = engine.config().maxPayload();
    this.body = new Gathered(engine.waiting().nothing(), maxPayload);
  }

  void start() {
    if (declaredLength() > maxPayload) {
      refuseSize();
      return;
    }
    deadline = loop.schedule(longest(engine.config()), this::refuseSlowness);
    request.handler(this::add);
    request.endHandler(end -> finish());
    request.exceptionHandler(failure -> giveUp());
    request.resume();
  }

  /**
   * A client sends one POST at a time, and its answer to a ping is one: who takes longer than that
   * answer may take has no session any more.
   */
  private static Duration longest(EngineConfig config) {
    return config.pingInterval().plus(config.pingTimeout());
  }

  private long declaredLength() {
    String length = request.getHeader("Content-Length");
    return length != null && length.matches("[0-9]{1,18}") ? Long.parseLong(length) : 0;
  }

  private void add(Buffer part) {
    if (ended) {
      return;
    }
    if (part.length() > maxPayload - body.length()) {
      refuseSize();
    } else if (!body.add(part)) {
      refuseForRoom();
    }
  }

  private void finish() {
    if (ended) {
      return;
    }
    end();
    session.data(body.whole(), refusal -> loop.execute(() -> answer(refusal)));
  }

  private void answer(@Nullable Refusal refusal) {
    body.forget();
    HttpServerResponse response = request.response();
    if (refusal != null) {
      Refusals.send(response, refusal);
    } else if (!response.closed() && !response.ended()) {
      response.putHeader("Content-Type", "text/html").end("ok");
    }
  }

  private void refuseSize() {
    refuse(413, "A request is at most " + maxPayload + " bytes");
  }

  private void refuseSlowness() {
    if (!ended) {
      refuse(408, "A request comes within " + longest(engine.config()).toMillis() + " ms");
    }
  }

  private void refuseForRoom() {
    giveUp();
    session.close(CloseReason.NO_ROOM);
    request.response().putHeader("Connection", "close");
    Refusals.send(request.response(), Refusal.noRoom());
  }

  private void refuse(int status, String why) {
    giveUp();
    request.response().setStatusCode(status).putHeader("Connection", "close").end(why);
  }

  private void giveUp() {
    if (!ended) {
      end();
      body.forget();
      session.dataLost();
    }
  }

  private void end() {
    ended = true;
    deadline.cancel();
  }
}
