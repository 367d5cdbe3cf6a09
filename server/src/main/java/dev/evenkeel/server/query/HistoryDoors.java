package dev.evenkeel.server.query;

import dev.evenkeel.server.budget.MemoryBudget;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.sql.SQLException;

/** The doors to what happened. They read the disk, on worker threads. */
@Path("/")
@Blocking
public class HistoryDoors {

  /** Whoever has not taken a page after this time loses the connection, and the page its memory. */
  private static final long SLOWEST_CLIENT_MILLIS = 30_000;

  private final History history;
  private final SessionList sessions;
  private final PageRoom room;
  private final Vertx vertx;

  @Inject
  HistoryDoors(History history, SessionList sessions, MemoryBudget budget, Vertx vertx) {
    this.history = history;
    this.sessions = sessions;
    this.room = new PageRoom(budget);
    this.vertx = vertx;
  }

  /** Events, oldest first with {@code after}, else newest first. */
  @GET
  @Path("api/events")
  public Response events(@Context UriInfo uri, @Context RoutingContext routing) {
    EventQuery query;
    try {
      query = EventQuery.of(uri.getQueryParameters());
    } catch (InvalidQueryException e) {
      return Answers.error(400, String.valueOf(e.getMessage()));
    }
    PageRoom.Place place = room.take(history.pageBytes());
    if (place == null) {
      return Answers.later("Too many events are being read at this moment");
    }
    boolean answered = false;
    try {
      EventPage page = history.page(query);
      if (!place.fit(page.size())) {
        return Answers.later("There is not enough memory for the next event at this moment");
      }
      byte[] json = page.json();
      keepUntilSent(place, routing);
      answered = true;
      return Response.ok(json, MediaType.APPLICATION_JSON_TYPE).build();
    } catch (SQLException e) {
      return unreadable(e);
    } finally {
      if (!answered) {
        place.close();
      }
    }
  }

  private void keepUntilSent(PageRoom.Place place, RoutingContext routing) {
    long timer =
        vertx.setTimer(
            SLOWEST_CLIENT_MILLIS,
            id -> {
              place.close();
              routing.request().connection().close();
            });
    routing.addEndHandler(
        ended -> {
          vertx.cancelTimer(timer);
          place.close();
        });
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
