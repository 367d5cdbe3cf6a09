/**
 * The text index: which published events hold which words. It reads the log as a target does,
 * behind the writer, into a file of its own.
 */
@NullMarked
package dev.evenkeel.server.text;

import org.jspecify.annotations.NullMarked;
