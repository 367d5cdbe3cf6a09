package dev.evenkeel.extension.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.evenkeel.extension.Session;

/**
 * A derived event that an extension emitted.
 *
 * @param session where it was emitted
 * @param name its name, {@code delegation_ended} for example
 * @param data a copy of what was emitted
 */
public record Derived(Session session, String name, ObjectNode data) {}
