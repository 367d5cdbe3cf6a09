package dev.evenkeel.extensions.delegations;

/**
 * A subagent that has stopped, kept for the delegation that may yet turn out to be its own.
 *
 * @param stoppedAt milliseconds since 1970
 * @param answer its last message
 */
record StoppedSubagent(long stoppedAt, Clipped answer) {}
