package dev.evenkeel.server.intake;

import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * A door that does nothing, for the benchmark to compare with: what the HTTP server itself costs.
 * It exists only where {@code evenkeel-bench} is true.
 */
@Path("/bench/bare")
public class BareDoor {

  private final boolean open;

  BareDoor(@ConfigProperty(name = "evenkeel-bench", defaultValue = "false") boolean open) {
    this.open = open;
  }

  /** Reads the body and answers. */
  @POST
  @NonBlocking
  public Response post(byte[] body) {
    if (!open) {
      throw new NotFoundException();
    }
    return Response.ok().header("Content-Length", 0).build();
  }
}
