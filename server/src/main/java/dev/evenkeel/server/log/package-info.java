/**
 * What is kept: accepted events, published events, readers' positions and extensions' state, in one
 * SQLite file with one writer.
 */
@NullMarked
package dev.evenkeel.server.log;

import org.jspecify.annotations.NullMarked;
