package dev.evenkeel.server.query;

import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Says in JSON that there is no door at an address. */
public class UnknownAddresses {

  @ServerExceptionMapper
  Response notFound(NotFoundException e, UriInfo uri) {
    return Answers.error(404, "There is nothing at " + uri.getRequestUri().getRawPath());
  }
}
