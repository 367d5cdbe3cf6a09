package dev.evenkeel.extension;

import org.jspecify.annotations.Nullable;

/**
 * What an agent asks a subagent to do, as the input of its tool says it.
 *
 * @param agentType the kind of subagent; null where any will do
 * @param description a few words
 * @param prompt the whole of it; Codex sends it encrypted
 */
public record Assignment(
    @Nullable String agentType, @Nullable String description, @Nullable String prompt) {}
