package dev.evenkeel.server.query;

import dev.evenkeel.server.extension.ExtensionInfo;
import dev.evenkeel.server.extension.Extensions;
import dev.evenkeel.server.extension.ExtensionsFolder;
import dev.evenkeel.server.extension.Switchboard.Switched;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;

/** The doors to the extensions: how each is, and its switch. */
@Path("/api/extensions")
@Blocking
@Produces(MediaType.APPLICATION_JSON)
public class ExtensionDoors {

  private final Extensions extensions;

  private final ExtensionsFolder folder;

  @Inject
  ExtensionDoors(ServerStatus status, ExtensionsFolder folder) {
    this.extensions = status.extensions();
    this.folder = folder;
  }

  /**
   * The extensions in their order.
   *
   * @param refused jars in the extensions folder that do not run, and why
   * @param leftBehind extensions that were stopped and whose threads go on
   * @param leftBehindForgotten how many more there were: only the last 32 are looked at
   * @param switches the last switches, each with the memory that was in use then
   */
  public record ExtensionList(
      List<ExtensionView> extensions,
      List<ExtensionsFolder.RefusedJar> refused,
      List<Extensions.Remains> leftBehind,
      long leftBehindForgotten,
      List<Extensions.PastSwitch> switches) {}

  /**
   * What a switch did.
   *
   * @param outlastsRestart false when the data folder could not be written
   */
  public record SwitchAnswer(ExtensionView extension, boolean outlastsRestart) {}

  /** Each extension with what it keeps. */
  @GET
  public ExtensionList all() {
    return new ExtensionList(
        views(),
        folder.refused(),
        extensions.remains(),
        extensions.forgottenRemains(),
        extensions.pastSwitches());
  }

  /** Stops an extension until it is enabled again, also over restarts. */
  @POST
  @Path("{name}/disable")
  public Response disable(@PathParam("name") String name) {
    return answer(name, extensions.switchboard().disable(name));
  }

  /** Starts an extension that is off. */
  @POST
  @Path("{name}/enable")
  public Response enable(@PathParam("name") String name) {
    return answer(name, extensions.switchboard().enable(name));
  }

  private Response answer(String name, Switched switched) {
    return switch (switched) {
      case Switched.Unknown unknown -> Answers.error(404, unknown.reason());
      case Switched.Refused refused -> Answers.error(409, refused.reason());
      case Switched.Done done ->
          views().stream()
              .filter(each -> each.name().equals(name))
              .findFirst()
              .map(each -> Response.ok(new SwitchAnswer(each, done.kept())).build())
              .orElseGet(() -> Answers.error(404, "The extension '" + name + "' is gone now"));
    };
  }

  private List<ExtensionView> views() {
    var views = new ArrayList<ExtensionView>();
    for (ExtensionInfo each : extensions.all()) {
      views.add(ExtensionView.of(each, views.size() + 1));
    }
    return views;
  }
}
