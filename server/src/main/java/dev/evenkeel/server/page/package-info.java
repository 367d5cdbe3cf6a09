/**
 * The page at {@code /}: files that hold no data. What they show, the browser asks of the other
 * doors.
 */
@NullMarked
package dev.evenkeel.server.page;

import org.jspecify.annotations.NullMarked;
