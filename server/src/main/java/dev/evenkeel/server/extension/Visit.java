package dev.evenkeel.server.extension;

import java.util.List;

/**
 * What one extension wants with one event.
 *
 * @param processors at least one
 */
public record Visit(RunningExtension extension, List<Registration.Processor> processors) {}
