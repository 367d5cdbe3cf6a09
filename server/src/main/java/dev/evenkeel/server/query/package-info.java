/** Answers questions: what happened, how the server is, and what it holds. */
@NullMarked
package dev.evenkeel.server.query;

import org.jspecify.annotations.NullMarked;
