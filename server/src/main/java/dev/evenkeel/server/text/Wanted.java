package dev.evenkeel.server.text;

import dev.evenkeel.server.log.EventType;
import org.jspecify.annotations.Nullable;

/**
 * What events have in common; null where it does not matter.
 *
 * @param text the words and phrases
 * @param session the agent's id of the session
 * @param source the agent
 * @param name the event's name
 * @param type where it comes from
 */
public record Wanted(
    TextQuery text,
    @Nullable String session,
    @Nullable String source,
    @Nullable String name,
    @Nullable EventType type) {}
