package dev.evenkeel.server.extension;

/**
 * The right to call an extension, which says when it was given: how a call went counts only while
 * the extension's breaker is as it was then.
 */
public final class Permit {

  Permit() {}
}
