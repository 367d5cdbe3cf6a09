package dev.evenkeel.server.hub.vertx;

import dev.evenkeel.server.hub.engineio.Refusal;
import dev.evenkeel.server.hub.engineio.Session;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import org.jspecify.annotations.Nullable;

/** Reads the body of one POST, as far as it is not too large. It runs on the request's loop. */
final class BodyReading {

  private final Session session;
  private final HttpServerRequest request;
  private final NettyLoop loop;
  private final int maxPayload;

  // Mutable state, guarded by the request's loop
  private Buffer body = Buffer.buffer();
  private boolean ended;

  BodyReading(Session session, HttpServerRequest request, NettyLoop loop, int maxPayload) {
    this.session = session;
    this.request = request;
    this.loop = loop;
    this.maxPayload = maxPayload;
  }

  void start() {
    if (declaredLength() > maxPayload) {
      refuseSize();
      return;
    }
    request.handler(this::add);
    request.endHandler(end -> finish());
    request.exceptionHandler(failure -> giveUp());
    request.resume();
  }

  private long declaredLength() {
    String length = request.getHeader("Content-Length");
    return length != null && length.matches("[0-9]{1,18}") ? Long.parseLong(length) : 0;
  }

  private void add(Buffer part) {
    if (ended) {
      return;
    }
    if (body.length() + part.length() > maxPayload) {
      refuseSize();
    } else {
      body.appendBuffer(part);
    }
  }

  private void finish() {
    if (ended) {
      return;
    }
    ended = true;
    byte[] bytes = body.getBytes();
    body = Buffer.buffer();
    session.data(bytes, refusal -> loop.execute(() -> answer(refusal)));
  }

  private void answer(@Nullable Refusal refusal) {
    HttpServerResponse response = request.response();
    if (refusal != null) {
      Refusals.send(response, refusal);
    } else if (!response.closed() && !response.ended()) {
      response.putHeader("Content-Type", "text/html").end("ok");
    }
  }

  private void refuseSize() {
    giveUp();
    request
        .response()
        .setStatusCode(413)
        .putHeader("Connection", "close")
        .end("A request is at most " + maxPayload + " bytes");
  }

  private void giveUp() {
    if (!ended) {
      ended = true;
      body = Buffer.buffer();
      session.dataLost();
    }
  }
}
