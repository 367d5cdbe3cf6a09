/**
 * Long runs of the packaged server between agents and a real Socket.IO server, with verdicts about
 * what was lost and what grew. {@code bin/evenkeel soak} and the suites run them.
 */
@NullMarked
package dev.evenkeel.soak;

import org.jspecify.annotations.NullMarked;
