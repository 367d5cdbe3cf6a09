package dev.evenkeel.server.query;

import dev.evenkeel.server.budget.MemoryBudget;
import dev.evenkeel.server.text.TextIndex;
import dev.evenkeel.server.text.TextQuery;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.core.UriInfo;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executor;

/** The doors to what happened. They read the disk, on worker threads. */
@Path("/")
@Blocking
public class HistoryDoors {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final History history;
  private final TextPages texts;
  private final SessionList sessions;
  private final PageRoom room;
  private final SlowClients slowClients;
  private final Vertx vertx;

  @Inject
  HistoryDoors(
      History history,
      TextPages texts,
      SessionList sessions,
      MemoryBudget budget,
      SlowClients slowClients,
      Vertx vertx) {
    this.history = history;
    this.texts = texts;
    this.sessions = sessions;
    this.room = new PageRoom(budget, PATIENCE);
    this.slowClients = slowClients;
    this.vertx = vertx;
  }

  /** Events, oldest first with {@code after}, else newest first. */
  @GET
  @Path("api/events")
  public Response events(@Context UriInfo uri, @Context RoutingContext routing)
      throws InterruptedException {
    EventQuery query;
    try {
      query = EventQuery.of(uri.getQueryParameters());
    } catch (InvalidQueryException e) {
      return Answers.error(400, String.valueOf(e.getMessage()));
    }
    if (query.text() != null && !texts.isOn()) {
      return Answers.error(400, "'text': evenkeel.log.text-search is false, so there is no index");
    }
    PageRoom.Place place = room.take(history.pageBytes());
    if (place == null) {
      return Answers.later("Too many events are being read at this moment");
    }
    boolean answered = false;
    try {
      EventPage page = read(query);
      if (!place.fit(page.size())) {
        return Answers.later("There is not enough memory for the next event at this moment");
      }
      closeWhenSent(place, routing);
      answered = true;
      Executor loop = loopOf(routing.request().connection());
      StreamingOutput body = out -> page.writeTo(new PacedOutput(out, loop));
      return Response.ok(body, MediaType.APPLICATION_JSON_TYPE).build();
    } catch (TextIndex.NotReadyException | TextPages.TooSlowException e) {
      return Answers.later(String.valueOf(e.getMessage()));
    } catch (SQLException e) {
      return unreadable(e);
    } finally {
      if (!answered) {
        place.close();
      }
    }
  }

  private EventPage read(EventQuery query)
      throws TextIndex.NotReadyException, TextPages.TooSlowException, SQLException {
    TextQuery text = query.text();
    return text == null ? history.page(query) : texts.page(query, text);
  }

  /**
   * The page is written as fast as the client reads; a worker waits for that, one for a place. Of a
   * client that left while its page was read, the end is over already.
   */
  private void closeWhenSent(PageRoom.Place place, RoutingContext routing) {
    HttpConnection connection = routing.request().connection();
    long timer = vertx.setTimer(slowClients.longest().toMillis(), id -> cut(connection));
    Runnable end =
        () -> {
          vertx.cancelTimer(timer);
          place.close();
        };
    routing.addEndHandler(ended -> end.run());
    // Asked after that: who leaves from now on is told of
    if (routing.response().closed() || routing.response().ended()) {
      end.run();
    }
  }

  private static Executor loopOf(HttpConnection connection) {
    return connection instanceof ConnectionBase base
        ? base.channelHandlerContext().executor()
        : Runnable::run;
  }

  /** An orderly close would wait until the client has read: this one goes past what waits so. */
  private static void cut(HttpConnection connection) {
    if (connection instanceof ConnectionBase base) {
      var _ = base.channelHandlerContext().close();
    } else {
      var _ = connection.close();
    }
  }

  /** Sessions, the one with the newest event first. */
  @GET
  @Path("api/sessions")
  public Response sessions(@Context UriInfo uri) {
    try {
      return Response.ok(
              sessions.page(SessionList.Query.of(uri.getQueryParameters())),
              MediaType.APPLICATION_JSON_TYPE)
          .build();
    } catch (InvalidQueryException e) {
      return Answers.error(400, String.valueOf(e.getMessage()));
    } catch (SQLException e) {
      return unreadable(e);
    }
  }

  private static Response unreadable(SQLException e) {
    return Answers.later("The log cannot be read: " + e.getMessage());
  }
}
