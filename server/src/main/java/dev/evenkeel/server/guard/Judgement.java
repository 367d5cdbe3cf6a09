package dev.evenkeel.server.guard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * What comes of the guards of one event.
 *
 * @param answer the body for the agent, in its own format; empty when there is nothing to tell it
 * @param decisions what is published of each guard that said something: the data of an event
 */
public record Judgement(String answer, List<ObjectNode> decisions) {

  /** No guard said anything. */
  public static final Judgement NOTHING = new Judgement("", List.of());
}
