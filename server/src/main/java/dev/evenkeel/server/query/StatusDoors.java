package dev.evenkeel.server.query;

import dev.evenkeel.server.watch.MemorySample;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** The doors to how the server is. */
@Path("/")
@Blocking
@Produces(MediaType.APPLICATION_JSON)
public class StatusDoors {

  /** The name by which claude-mpm's tools recognise a server. */
  private static final String MPM_SERVICE = "claude-mpm-monitor";

  private final ServerStatus status;

  @Inject
  StatusDoors(ServerStatus status) {
    this.status = status;
  }

  /** What watches over memory has seen. */
  public record Memory(List<MemorySample> samples) {}

  /** What claude-mpm's tools ask of a server; {@code uptime} in seconds. */
  public record MpmHealth(
      String service, String status, String version, int port, long pid, long uptime) {}

  /** What claude-mpm's dashboard asks of a server. */
  public record MpmDirectory(boolean success, String working_directory) {}

  /** Counters, the log, memory, targets and extensions. */
  @GET
  @Path("api/status")
  public Status status() {
    return status.now();
  }

  /** How full everything is that grows with events, sessions or clients. */
  @GET
  @Path("api/state")
  public ServerStatus.State state() {
    return status.state();
  }

  /** The last samples, the oldest first. */
  @GET
  @Path("api/memory")
  public Memory memory() {
    return new Memory(status.watch().samples());
  }

  /** That it runs, as claude-mpm's tools ask it. */
  @GET
  @Path("health")
  public MpmHealth health(@Context HttpServerRequest request) {
    return new MpmHealth(
        MPM_SERVICE,
        "running",
        status.version(),
        request.localAddress().port(),
        ProcessHandle.current().pid(),
        status.uptime().toSeconds());
  }

  /** Where it was started, as claude-mpm's dashboard asks it. */
  @GET
  @Path("api/working-directory")
  public MpmDirectory workingDirectory() {
    return new MpmDirectory(true, System.getProperty("user.dir", ""));
  }
}
